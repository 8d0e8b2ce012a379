"""Console sessions: begun by sign-in, judged at every use, listed, and ended by their owner or an administrator.

A session is refused once its account, identity or limits say so; tasks only tidy what is refused already.
Several may stand side by side in one browser: accounts.browsers says which, and changes from one to another.
"""

import hashlib
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts import browsers
from accounts.browsers import limit_of
from accounts.models import Account, ConsoleSession, Identity, SpentForm
from accounts.prepared import rewrite
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

    Whatever the browser's session held is dropped; others that are signed in there stay, beside this one.  Only
    accounts.signin may decide to call this.
    """
    ends_in = identity.max_signin_seconds or identity.account.session_absolute_seconds
    row = ConsoleSession(account=identity.account, identity=identity, mfa_at=mfa_at, proved_at=now)
    return _begin(request, row, ends_in, now, peer, user_agent)


def start_as(
    request: HttpRequest,
    account: Account,
    sts_key_id: str,
    *,
    acting_as: str,
    ends_at: datetime,
    mfa_at: datetime | None,
    now: datetime,
    peer: str,
    user_agent: str,
) -> ConsoleSession:
    """Sign the browser in as the holder of temporary credentials of the account, until `ends_at` at the latest.

    No identity stands behind it.  Whether the credentials still count is for the caller to judge at each use.
    """
    row = ConsoleSession(
        account=account, sts_key_id=sts_key_id, acting_as=acting_as, ends_at=ends_at, mfa_at=mfa_at
    )
    return _begin(request, row, int((ends_at - now).total_seconds()), now, peer, user_agent)


def _begin(
    request: HttpRequest, row: ConsoleSession, ends_in: int, now: datetime, peer: str, user_agent: str
) -> ConsoleSession:
    store = store_of(request)
    browsers.set_aside(store)
    store.set_expiry(ends_in)
    store.create()
    made = store.loaded_row()
    assert made is not None  # noqa: S101  # create has just made it
    row.pk, row.key_hash, row.data = made.pk, made.key_hash, made.data
    row.created_at = row.last_seen_at = now
    row.peer, row.user_agent = peer[:64], user_agent.replace("\x00", "")[:256]
    row.expires_at = limit_of(row, now)
    browsers.join(store, row)
    rewrite(row)
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
    return row if row is not None and browsers.counts(row, now) else None


def touch(session: ConsoleSession, now: datetime) -> None:
    """Note that its user acted, which moves the idle limit on; written at most twice a minute."""
    if now - session.last_seen_at < TOUCH_EVERY:
        return
    session.last_seen_at = now
    session.expires_at = limit_of(session, now)
    # An update, not a save: a session ended meanwhile must not come back.
    ConsoleSession.objects.filter(pk=session.pk).update(
        last_seen_at=session.last_seen_at, expires_at=session.expires_at
    )


def rotate(request: HttpRequest) -> None:
    """Give the session a new key and CSRF token: at each change of privilege, such as a switch of role."""
    store_of(request).cycle_key()
    rotate_token(request)


def prove(request: HttpRequest, now: datetime, *, mfa: bool) -> None:
    """Note that the person has just proved anew who they are, by MFA where that is said; the session gets a new key."""
    row = store_of(request).loaded_row()
    if row is None:
        return
    row.proved_at = now
    row.mfa_at = now if mfa else row.mfa_at
    ConsoleSession.objects.filter(pk=row.pk).update(proved_at=row.proved_at, mfa_at=row.mfa_at)
    rotate(request)


def act_as(request: HttpRequest, role: str) -> None:
    """Note in words which role the session acts as, "" for none, and give it a new key."""
    row = store_of(request).loaded_row()
    if row is not None:
        row.acting_as = role[:256]
        ConsoleSession.objects.filter(pk=row.pk).update(acting_as=row.acting_as)
    rotate(request)


def spend_form(session: ConsoleSession, mark: str) -> bool:
    """Use up the mark of a form that may be sent once; returns whether it was not used before, also in a race."""
    digest = hashlib.sha256(mark.encode("utf-8", "replace")).hexdigest()
    try:
        with transaction.atomic():
            SpentForm.objects.create(session_id=session.pk, digest=digest)
    except IntegrityError:
        return False
    return True


def end(request: HttpRequest) -> None:
    """Sign the person out: the row goes, and the cookie with it; others signed in in this browser stay."""
    store = store_of(request)
    store.flush()
    rotate_token(request)


def end_one(account: Account, session_id: int) -> ConsoleSession | None:
    """End one session of the account; returns what it was, or None when the account has none such."""
    row = account.console_sessions.select_related("identity").filter(pk=session_id).first()
    if row is not None:
        ConsoleSession.objects.filter(pk=row.pk).delete()
    return row


def end_all_of(identity: Identity, keep: int | None = None) -> int:
    """End the identity's sessions, but the one whose id is `keep`; returns how many ended."""
    rows = identity.console_sessions.all()
    with transaction.atomic():
        _hold(identity)
        return _ended(rows if keep is None else rows.exclude(pk=keep))


def forget_factor(identity: Identity) -> None:
    """Let the identity's sessions count as begun without a second factor from here on."""
    with transaction.atomic():
        _hold(identity)
        identity.console_sessions.update(mfa_at=None)


def _hold(identity: Identity) -> None:
    """Wait for whoever is signing in as the identity: their session has begun then, or they look again after this."""
    list(Identity.objects.select_for_update(no_key=True).filter(pk=identity.pk).only("pk"))


def list_with(row: ConsoleSession, now: datetime) -> QuerySet[ConsoleSession]:
    """The live sessions that are signed in with the same temporary credentials as this one, last seen first."""
    rows = ConsoleSession.objects.filter(account=row.account, sts_key_id=row.sts_key_id)
    return rows.exclude(sts_key_id="").filter(expires_at__gt=now).order_by("-last_seen_at", "-id")


def list_of(identity: Identity, now: datetime) -> QuerySet[ConsoleSession]:
    """The identity's live sessions, last seen first."""
    return identity.console_sessions.filter(expires_at__gt=now).order_by("-last_seen_at", "-id")


def list_in(account: Account, now: datetime) -> QuerySet[ConsoleSession]:
    """Every live session of the account with its identity, last seen first."""
    rows = account.console_sessions.select_related("identity").filter(expires_at__gt=now)
    return rows.order_by("-last_seen_at", "-id")


def people_in(account: Account, now: datetime, keep: int | None = None) -> QuerySet[Identity]:
    """Whoever is signed in to the account by a live session other than `keep`."""
    rows = ConsoleSession.objects.filter(account=account, expires_at__gt=now, identity__isnull=False)
    rows = rows if keep is None else rows.exclude(pk=keep)
    return Identity.objects.filter(pk__in=rows.values("identity_id"))


def end_all_in(account: Account, keep: int | None = None) -> int:
    """End every session of the account, but the one whose id is `keep`; returns how many ended."""
    rows = account.console_sessions.all()
    return _ended(rows if keep is None else rows.exclude(pk=keep))


def tidy(now: datetime, batch: int) -> int:
    """Drop sessions past their limit; returns how many."""
    late = ConsoleSession.objects.filter(expires_at__lte=now).order_by("expires_at")
    due = list(late.values_list("pk", flat=True)[:batch])
    return _ended(ConsoleSession.objects.filter(pk__in=due, expires_at__lte=now))


def _ended(rows: QuerySet[ConsoleSession]) -> int:
    """How many sessions went; what hung on them is not counted."""
    return rows.delete()[1].get("accounts.ConsoleSession", 0)
