"""A temporary pass for a user who has lost every MFA device."""

from datetime import timedelta

from accounts import temporary_pass
from accounts.models import Identity
from iam import targets
from iam.call import Call, Output
from iam.catalogue import asks, operation
from iam.errors import InvalidInput
from iam.models import User

USUAL_HOURS = 8


@operation(
    "tenant.CreateTemporaryPass",
    target=targets.user("user_name"),
    checks=asks("wardstead:CreateTemporaryPass"),
)
def create_temporary_pass(call: Call, *, user: User, valid_hours: int = USUAL_HOURS) -> Output:
    """Give a user a pass that stands in once for the MFA devices they lost, after their password.

    It leads to adding a new device; the old ones are taken off then and stand guard until then.  The user's console
    sessions end now.  The root user is no user: nobody in the account gives it a pass.

    Errors: NoSuchEntity, InvalidInput (for oneself, also as a role; no device that it could stand in for).
    Source: ADR 0037; OWASP ASVS 5.0, 6.4.1 and 6.4.4; NIST SP 800-63B-4, account recovery.
    """
    if _is_oneself(call, user):
        raise InvalidInput("A temporary pass is for somebody else.", member="UserName")
    identity: Identity = user.identity
    identity.account = call.account
    try:
        text, ends = temporary_pass.give(identity, timedelta(hours=valid_hours), call.now)
    except temporary_pass.NoDevice:
        raise InvalidInput(
            f"{user.name} has no MFA device that a pass could stand in for.", member="UserName"
        ) from None
    return {"TemporaryPass": text, "ExpireDate": ends}


def _is_oneself(call: Call, user: User) -> bool:
    """Whether the caller is that user, or acts as a role that the user has assumed."""
    if call.principal.identity_pk == user.identity_id:
        return True
    facts = call.principal.session
    if facts is None or facts.kind != "assumed-role" or facts.session_pk is None:
        return False
    return call.account.sts_sessions.filter(pk=facts.session_pk, issued_to=user.arn).exists()
