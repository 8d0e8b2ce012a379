"""What an account decides for itself: its settings, and the temporary credentials that are out.

Permissions are named wardstead:<operation>.  Everybody sees and ends sessions of their own, unless a policy denies it.
"""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from iam import principals, targets
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import asks, operation
from iam.errors import InvalidInput, NoSuchEntity
from iam.models import Role, Session

# How long credentials past their time are known as such: their holder is told ExpiredToken, then that they never were.
KEPT_AFTER_EXPIRY = timedelta(days=7)


@operation(
    "tenant.GetAccountSettings",
    target=targets.account_root,
    checks=asks("wardstead:GetAccountSettings"),
    reads=True,
)
def get_account_settings(call: Call) -> Output:
    """Answer how long people stay signed in and how old access keys may grow; an age of 0 means any."""
    return {"AccountSettings": _settings(call)}


@operation(
    "tenant.UpdateAccountSettings",
    target=targets.account_root,
    checks=asks("wardstead:UpdateAccountSettings"),
)
def update_account_settings(
    call: Call,
    *,
    session_idle_seconds: int | None = None,
    session_absolute_seconds: int | None = None,
    access_key_max_age_days: int | None = None,
    access_key_overlap_days: int | None = None,
    access_key_grace_days: int | None = None,
) -> Output:
    """Change the settings that are given; an age of 0 ends the rotation of keys.

    Sessions are held against new limits at their next use; rotations under way keep their dates.

    Errors: InvalidInput (idle limit above the absolute one).
    """
    account = call.account
    given = {
        "session_idle_seconds": session_idle_seconds,
        "session_absolute_seconds": session_absolute_seconds,
        "access_key_overlap_days": access_key_overlap_days,
        "access_key_grace_days": access_key_grace_days,
    }
    changed: dict[str, int | None] = {name: value for name, value in given.items() if value is not None}
    if access_key_max_age_days is not None:
        changed["access_key_max_age_days"] = access_key_max_age_days or None
    for name, value in changed.items():
        setattr(account, name, value)
    if account.session_idle_seconds > account.session_absolute_seconds:
        raise InvalidInput(
            "The idle limit of a session cannot be longer than the session itself.",
            member="SessionIdleSeconds",
        )
    account.save(update_fields=list(changed))
    return {"AccountSettings": _settings(call)}


def _settings(call: Call) -> dict[str, int]:
    account = call.account
    return {
        "SessionIdleSeconds": account.session_idle_seconds,
        "SessionAbsoluteSeconds": account.session_absolute_seconds,
        "AccessKeyMaxAgeDays": account.access_key_max_age_days or 0,
        "AccessKeyOverlapDays": account.access_key_overlap_days,
        "AccessKeyGraceDays": account.access_key_grace_days,
    }


def _whose_sessions(call: Call, params: Params, lock: bool) -> Target:
    if "role_name" in params:
        return targets.role("role_name")(call, params, lock)
    return Target(arn="*")


def _may_list(call: Call, target: Target, params: Params) -> Sequence[Check]:
    return [Check("wardstead:ListSessions", target.arn, implicit_ok=bool(params.get("own")))]


@operation("tenant.ListSessions", target=_whose_sessions, checks=_may_list, reads=True)
def list_sessions(call: Call, *, page: Page, own: bool = False, role: Role | None = None) -> Output:
    """List the temporary credentials that still sign, newest first: of the caller, of a role, or all.

    Errors: NoSuchEntity (role), ValidationError (marker).
    """
    rows = call.account.sts_sessions.live(call.now)
    if role is not None:
        rows = rows.filter(role=role)
    if own:
        mine = call.principal.identity_pk
        rows = rows.filter(identity_id=mine) if mine is not None else rows.none()
    related = rows.select_related("account", "role", "identity__account", "identity__iam_user")
    return page.of("Sessions", related, key="-pk", row=_session)


def _session(row: Session) -> Mapping[str, Any]:
    principal = principals.of_session(row)
    return {
        "AccessKeyId": row.key_id,
        "Kind": row.kind,
        "Arn": principal.arn if principal is not None else "",
        "Name": row.name,
        "IssuedTo": row.issued_to,
        "IssueDate": row.issued_at,
        "ExpireDate": row.expires_at,
        "Mfa": row.mfa_at is not None,
        "Narrowed": row.policies is not None,
        "SourceIdentity": row.source_identity,
    }


def _one_session(call: Call, params: Params, lock: bool) -> Target:
    """A session by its key id, under arn:aws:sts::<account>:session/<key id>, whether it is there or not."""
    key_id = str(params["access_key_id"])
    arn = f"arn:aws:sts::{call.account.number}:session/{key_id}"
    row = call.account.sts_sessions.with_key(key_id)
    if row is None:
        absent = NoSuchEntity(f"The session with access key {key_id} cannot be found.", member="AccessKeyId")
        return Target(arn=arn, replaces=("access_key_id",), absent=absent)
    return Target(arn=arn, given={"session": row}, replaces=("access_key_id",))


def _may_revoke(call: Call, target: Target, params: Params) -> Sequence[Check]:
    session = target.given.get("session")
    return [
        Check(
            "wardstead:RevokeSession", target.arn, implicit_ok=session is not None and _is_own(call, session)
        )
    ]


def _is_own(call: Call, session: Session) -> bool:
    """Whether the session is the caller's: of its own credentials, or the very one it calls with."""
    principal = call.principal
    if principal.session is not None and principal.session.kind != "console":
        return principal.session.session_pk == session.pk
    return principal.identity_pk is not None and principal.identity_pk == session.identity_id


@operation("tenant.RevokeSession", target=_one_session, checks=_may_revoke)
def revoke_session(call: Call, *, session: Session) -> None:
    """End temporary credentials: from the next request on they are unknown.  Errors: NoSuchEntity."""
    session.revoked_at = session.revoked_at or call.now
    session.save(update_fields=["revoked_at"])


@operation("tenant.ExpireSession", target=_one_session, checks=asks("wardstead:ExpireSession"))
def expire_session(call: Call, *, session: Session) -> None:
    """Forget temporary credentials whose time ended a week ago; they have been refused since it ended.

    Errors: NoSuchEntity, InvalidInput (not yet a week).
    """
    if session.expires_at > call.now - KEPT_AFTER_EXPIRY:
        raise InvalidInput("The session has not been over for long enough.", member="AccessKeyId")
    session.delete()
