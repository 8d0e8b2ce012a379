"""Console sessions: begun by sign-in, judged at every use, listed, and ended by their owner or an administrator.

A session is refused once its account, identity or limits say so; tasks only tidy what is refused already.
"""

from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts.models import Account, ConsoleSession, Identity
from accounts.session_store import SessionStore

TOUCH_EVERY = timedelta(seconds=30)


def store_of(request: HttpRequest) -> SessionStore:
    """The request's session as ours.

    Errors: TypeError when the settings name another session engine.
    """
    if not isinstance(request.session, SessionStore):
        raise TypeError("SESSION_ENGINE must be accounts.session_store")
    return request.session


def start(
    request: HttpRequest,
    identity: Identity,
    *,
    mfa_at: datetime | None,
    now: datetime,
    peer: str,
    user_agent: str,
) -> ConsoleSession:
    """Sign the browser in as the identity, under a key and a CSRF token it has not had before.

    Whatever the browser's session held is dropped. Only accounts.signin may decide to call this.
    """
    store = store_of(request)
    store.flush()
    store.set_expiry(identity.max_signin_seconds or identity.account.session_absolute_seconds)
    store.create()
    row = ConsoleSession.objects.get(key_hash=store.key_hash())
    row.account, row.identity = identity.account, identity
    row.created_at = row.last_seen_at = now
    row.mfa_at = mfa_at
    row.peer, row.user_agent = peer[:64], user_agent.replace("\x00", "")[:256]
    row.expires_at = _limit(row, identity, now)
    row.save()
    store.row = row
    rotate_token(request)
    return row


def current(request: HttpRequest, now: datetime) -> ConsoleSession | None:
    """The signed-in session of the request, with identity and account loaded; None when there is none that counts.

    Judged here, whatever has been tidied: idle and absolute limit as the account sets them now, the
    account's state, and that the identity still has a password.
    """
    store = store_of(request)
    if store.session_key is None:
        return None
    row = store.loaded_row()
    if row is None or row.identity is None or row.account is None:
        return None
    fine = (
        row.account.active and row.identity.has_password and now < _limit(row, row.identity, row.last_seen_at)
    )
    return row if fine else None


def touch(session: ConsoleSession, now: datetime) -> None:
    """Note that its user acted, which moves the idle limit on; written at most twice a minute."""
    if session.identity is None or now - session.last_seen_at < TOUCH_EVERY:
        return
    session.last_seen_at = now
    session.expires_at = _limit(session, session.identity, now)
    # An update, not a save: a session ended meanwhile must not come back.
    ConsoleSession.objects.filter(pk=session.pk).update(
        last_seen_at=session.last_seen_at, expires_at=session.expires_at
    )


def rotate(request: HttpRequest) -> None:
    """Give the session a new key and CSRF token: at each change of privilege, such as a switch of role."""
    store_of(request).cycle_key()
    rotate_token(request)


def end(request: HttpRequest) -> None:
    """Sign the browser out: the row goes, and the cookie with it."""
    store_of(request).flush()


def end_one(account: Account, session_id: int) -> ConsoleSession | None:
    """End one session of the account; returns what it was, or None when the account has none such."""
    row = account.console_sessions.select_related("identity").filter(pk=session_id).first()
    if row is not None:
        ConsoleSession.objects.filter(pk=row.pk).delete()
    return row


def end_own(identity: Identity, session_id: int) -> bool:
    """End one of the identity's own sessions; returns whether it had such a one."""
    return identity.console_sessions.filter(pk=session_id).delete()[0] > 0


def end_all_of(identity: Identity, keep: int | None = None) -> int:
    """End the identity's sessions, but the one whose id is `keep`; returns how many ended."""
    rows = identity.console_sessions.all()
    return (rows if keep is None else rows.exclude(pk=keep)).delete()[0]


def list_of(identity: Identity, now: datetime) -> QuerySet[ConsoleSession]:
    """The identity's live sessions, last seen first."""
    return identity.console_sessions.filter(expires_at__gt=now).order_by("-last_seen_at", "-id")


def list_in(account: Account, now: datetime) -> QuerySet[ConsoleSession]:
    """Every live session of the account with its identity, last seen first."""
    rows = account.console_sessions.select_related("identity").filter(expires_at__gt=now)
    return rows.order_by("-last_seen_at", "-id")


def tidy(now: datetime, batch: int) -> int:
    """Drop sessions past their limit; returns how many."""
    late = ConsoleSession.objects.filter(expires_at__lte=now).order_by("expires_at")
    due = list(late.values_list("pk", flat=True)[:batch])
    return ConsoleSession.objects.filter(pk__in=due, expires_at__lte=now).delete()[0]


def _limit(row: ConsoleSession, identity: Identity, seen: datetime) -> datetime:
    idle = seen + timedelta(seconds=identity.account.session_idle_seconds)
    return min(idle, row.created_at + timedelta(seconds=_longest(identity)))


def _longest(identity: Identity) -> int:
    of_account = identity.account.session_absolute_seconds
    return min(of_account, identity.max_signin_seconds or of_account)
