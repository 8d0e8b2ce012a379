"""Ways back in: one's own recovery codes, and an administrator's end to a lock-out."""

from accounts import recovery, throttle
from accounts.models import Identity
from iam import targets
from iam.call import Call, Output
from iam.catalogue import asks, operation
from iam.errors import InvalidInput
from iam.models import User


@operation("tenant.CreateRecoveryCodes", target=targets.owner(), checks=asks("iam:EnableMFADevice"))
def create_recovery_codes(call: Call, *, owner: Identity) -> Output:
    """Give the caller ten codes, each good for one sign-in in place of a device; earlier ones are worth nothing.

    They are in this answer and nowhere again.  Nobody makes them for somebody else: they would sign in as them.

    Errors: InvalidInput (no device that they could stand for), NoSuchEntity, ValidationError (a role or federated
    session).
    Source: OWASP ASVS 5.0, 6.5.1 and 6.5.2.
    """
    try:
        return {"RecoveryCodes": recovery.renew(owner, call.now)}
    except recovery.NoDevice:
        raise InvalidInput("Recovery codes stand for an MFA device, and there is none.") from None


@operation("tenant.UnlockUser", target=targets.user("user_name"), checks=asks("wardstead:UnlockUser"))
def unlock_user(call: Call, *, user: User) -> Output:
    """Forget the user's failed sign-ins and wrong codes; answers whether there were any.  Errors: NoSuchEntity.

    Source: PCI DSS 4.0.1, 8.3.4 (until the user's identity is confirmed).
    """
    identity: Identity = user.identity
    identity.account = call.account
    return {"WasCounting": throttle.unlock(identity)}
