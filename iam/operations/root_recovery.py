"""The root user begins anew, by the operator's leave: run by the commands on the server and the page they lead to.

Nobody in an account may, whatever their policies say: whoever could would be root.
"""

from collections.abc import Sequence

from accounts import passwords, root_recovery, throttle
from iam import quotas, targets
from iam.authorize import Check
from iam.call import Call, Output, Params, Target
from iam.catalogue import operation
from iam.errors import AccessDenied, InvalidInput, PasswordPolicyViolation


def _operator_alone(call: Call, target: Target, params: Params) -> Sequence[Check]:
    """No permission could be enough: the system principal alone is let through, by its closed list."""
    if call.system is None:
        raise AccessDenied("Only whoever runs this installation can do this, on the server.")
    return ()


@operation("tenant.StartRootRecovery", target=targets.account_root, checks=_operator_alone)
def start_root_recovery(call: Call) -> Output:
    """Hand out a code with which the root user can begin anew, for half an hour; an earlier one is worth nothing.

    Source: ADR 0037; docs/recovery.md.
    """
    root = call.account.root
    root.account = call.account
    code, ends = root_recovery.begin(root, call.now)
    return {"RecoveryCode": code, "Email": root.email, "ExpireDate": ends}


@operation("tenant.RecoverRoot", target=targets.account_root, checks=_operator_alone)
def recover_root(call: Call, *, recovery_code: str, new_password: str) -> Output:
    """Give the root user a new password by the code, and take its devices, recovery codes, sessions and lock-out away.

    Its access keys stay.  The account shows for a week that it happened.

    Errors: InvalidInput (the code was used, has ended or was never one), PasswordPolicyViolation (names each rule).
    """
    root = call.account.root
    root.account = call.account
    try:
        gone = root_recovery.complete(root, recovery_code, new_password, call.now)
    except root_recovery.NotValid:
        raise InvalidInput("The code has ended or was used already.", member="RecoveryCode") from None
    except passwords.PasswordRefused as refused:
        raise PasswordPolicyViolation(str(refused), member="NewPassword") from None
    quotas.give_back(call.account, "MFADevicesInUse", len(gone.devices))
    quotas.give_back(call.account, "MFADevices", gone.forgotten)
    call.account.root_recovered_at = call.now
    call.account.save(update_fields=["root_recovered_at"])
    return {"RemovedDevices": list(gone.devices), "EndedSessions": gone.sessions}


@operation("tenant.UnlockRoot", target=targets.account_root, checks=_operator_alone)
def unlock_root(call: Call) -> Output:
    """Forget the root user's failed sign-ins and wrong codes; answers whether there were any."""
    root = call.account.root
    root.account = call.account
    return {"WasCounting": throttle.unlock(root)}
