"""FIDO2 security keys and passkeys as MFA devices: registered here, then listed and taken away like any other device.

AWS registers them in its console only, under the permission of EnableMFADevice; so do we.
"""

from accounts import challenges, security_keys, sessions
from accounts.models import Identity
from iam import quotas, targets
from iam.call import Call, Output
from iam.catalogue import asks, operation
from iam.errors import InvalidInput


@operation("tenant.EnableSecurityKey", target=targets.owner(), checks=asks("iam:EnableMFADevice"))
def enable_security_key(
    call: Call, *, owner: Identity, key_name: str, credential: str, challenge: str
) -> Output:
    """Make the key that answered the challenge stand guard for the user, under an ARN of AWS's form for such keys.

    The challenge is spent, also where the key is refused.  The user's console sessions end, save the one the call
    comes from: they were begun without the key.

    Errors: NoSuchEntity (user), LimitExceeded (devices per user, per account), InvalidInput (the ceremony was not in
    order, or took longer than five minutes; a key registered already; root's key without PIN or fingerprint).
    Source: WebAuthn Level 3, 7.1; IAM User Guide, FIDO security keys; ADR 0021.
    """
    call.uses_up(lambda: challenges.forget(challenge))
    quotas.require_room(call.account, "MFADevicesPerUser", owner.mfa_devices.count())
    quotas.take(call.account, "MFADevices")
    try:
        device = security_keys.register(
            owner,
            name=key_name,
            path="root" if owner.is_root else f"user/{owner.name}",
            answer=credential,
            challenge=challenge,
            now=call.now,
        )
    except security_keys.KeyRefused:
        raise InvalidInput(
            "The key could not be registered. Begin again, and use a key that is not registered yet.",
            member="Credential",
        ) from None
    quotas.count(call.account, "MFADevicesInUse")
    sessions.end_all_of(owner, keep=call.console_session)
    return {"SerialNumber": device.serial}
