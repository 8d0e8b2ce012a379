"""Browsers that are signed in to the account, in an administrator's hands: listed, and signed out."""

from collections.abc import Mapping
from typing import Any

from accounts import sessions
from accounts.models import ConsoleSession
from iam import notify, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import asks, operation
from iam.errors import NoSuchEntity
from iam.models import User


def _whose(call: Call, params: Params, lock: bool) -> Target:
    """The user whose sessions are meant, or the account for all of them."""
    if "user_name" in params:
        return targets.user("user_name")(call, params, lock)
    return targets.account_root(call, params, lock)


def _one(call: Call, params: Params, lock: bool) -> Target:
    """A console session by its number, under the ARN of whoever is signed in by it."""
    number = int(params["session_id"])
    row = (
        sessions.list_in(call.account, call.now)
        .select_related("identity__iam_user")
        .filter(pk=number)
        .first()
    )
    if row is None:
        absent = NoSuchEntity(f"The console session {number} cannot be found.", member="SessionId")
        return Target(arn="*", replaces=("session_id",), absent=absent)
    person = row.identity.iam_user if row.identity is not None and not row.identity.is_root else None
    return Target(arn=_arn(call, row), entity=person, given={"row": row}, replaces=("session_id",))


def _arn(call: Call, row: ConsoleSession) -> str:
    number = call.account.number
    if row.identity is None:
        return f"arn:aws:sts::{number}:session/{row.sts_key_id}"
    if row.identity.is_root:
        return f"arn:aws:iam::{number}:root"
    user: User = row.identity.iam_user
    return f"arn:aws:iam::{number}:user{user.path}{user.name}"


@operation(
    "tenant.ListConsoleSessions", target=_whose, checks=asks("wardstead:ListConsoleSessions"), reads=True
)
def list_console_sessions(call: Call, *, page: Page, user: User | None = None) -> Output:
    """List the browsers that are signed in: of one user, or of everybody in the account, the last to sign in first.

    Those signed in with temporary credentials are among them; once their credentials end they are refused at once,
    and leave the list when their own time is up.

    Errors: NoSuchEntity (user), ValidationError (marker).
    """
    rows = sessions.list_in(call.account, call.now)
    if user is not None:
        rows = rows.filter(identity_id=user.identity_id)
    return page.of("ConsoleSessions", rows, key="-pk", row=lambda row: _shown(call, row))


def _shown(call: Call, row: ConsoleSession) -> Mapping[str, Any]:
    identity = row.identity
    name = row.acting_as if identity is None else "Root user" if identity.is_root else identity.name
    return {
        "SessionId": row.pk,
        "Name": name,
        "UserName": identity.name if identity is not None else "",
        "IsRoot": identity is not None and identity.is_root,
        "ActingAs": row.acting_as,
        "AccessKeyId": row.sts_key_id,
        "Mfa": row.mfa_at is not None,
        "Peer": row.peer,
        "UserAgent": row.user_agent,
        "SignInDate": row.created_at,
        "LastSeenDate": row.last_seen_at,
        "ExpireDate": row.expires_at,
        "Own": _is_own(call, row),
    }


def _is_own(call: Call, row: ConsoleSession) -> bool:
    """Whether it is the very session the call comes through, also as a role."""
    return row.pk == call.browser


@operation("tenant.EndConsoleSession", target=_one, checks=asks("wardstead:EndConsoleSession"))
def end_console_session(call: Call, *, row: ConsoleSession) -> None:
    """Sign one browser out: its next request leads to sign-in.  Temporary credentials go on.  Errors: NoSuchEntity."""
    sessions.end_one(call.account, row.pk)


@operation("tenant.EndConsoleSessions", target=_whose, checks=asks("wardstead:EndConsoleSessions"))
def end_console_sessions(call: Call, *, user: User | None = None, include_own: bool = False) -> Output:
    """Sign out the browsers of one user, or of everybody in the account; answers how many.

    The session that the call comes through stays, also while a role is acted as, unless that is said.  Access keys and
    temporary credentials go on.

    Errors: NoSuchEntity (user).
    Source: OWASP ASVS 5.0, 7.4.5.
    """
    keep = None if include_own else call.browser
    if user is not None:
        ended = sessions.end_all_of(user.identity, keep=keep)
        call.memo[notify.SIGNED_OUT] = [user.identity] if ended else []
        return {"Ended": ended}
    call.memo[notify.SIGNED_OUT] = list(sessions.people_in(call.account, call.now, keep))
    return {"Ended": sessions.end_all_in(call.account, keep=keep)}
