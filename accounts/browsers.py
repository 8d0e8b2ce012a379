"""Several people, or one in several accounts, signed in side by side in one browser: at most five, one at a time.

The browser holds the key of the session it acts in, and a key of its own; the others' keys nobody holds.  Each session
has a row and limits of its own.  The browser's key changes at each sign-in: one planted before leads to nothing.
"""

import secrets
from datetime import datetime, timedelta

from django.contrib.sessions.backends.base import UpdateError
from django.db.models import QuerySet
from django.http import HttpRequest
from django.middleware.csrf import rotate_token

from accounts.models import ConsoleSession
from accounts.session_store import KEY_BYTES, SessionStore, key_digest

MOST = 5


def beside(store: SessionStore, now: datetime) -> list[ConsoleSession]:
    """The other sessions of this browser that still count, the last used first."""
    present = store.loaded_row() if store.session_key else None
    rows = _of(store).select_related("account", "identity").order_by("-last_seen_at", "-pk")
    others = [row for row in rows if present is None or row.pk != present.pk]
    return [row for row in others if counts(row, now)]


def full(store: SessionStore, now: datetime) -> bool:
    """Whether the browser has as many sessions as it may have side by side."""
    row = store.loaded_row() if store.session_key else None
    here = row is not None and counts(row, now)
    return len(beside(store, now)) + here >= MOST


def use(request: HttpRequest, store: SessionStore, session_id: int, now: datetime) -> ConsoleSession | None:
    """Act in another session of this browser from here on, both under new keys; None where it has ended."""
    row = next((each for each in beside(store, now) if each.pk == session_id), None)
    if row is None:
        return None
    set_aside(store)
    if not store.take(row):
        return None
    rotate_token(request)
    return store.row


def end_all(request: HttpRequest, store: SessionStore) -> int:
    """Sign everybody in this browser out; returns how many sessions ended."""
    ended = _of(store).delete()[1].get("accounts.ConsoleSession", 0)
    own = store.loaded_row()
    ended += own is not None and own.account is not None and not own.browser_hash
    store.flush()
    store.name_browser("")
    rotate_token(request)
    return ended


def set_aside(store: SessionStore) -> None:
    """Begin an empty session: what nobody is signed in to is dropped, a signed-in one waits in its browser."""
    row = store.loaded_row() if store.session_key else None
    if row is None or row.account is None or not _belongs(store, row):
        store.flush()
        return
    try:
        store.leave()
    except UpdateError:  # ended meanwhile
        store.flush()


def join(store: SessionStore, row: ConsoleSession) -> None:
    """Count a session that begins among this browser's, known by a new key; an earlier one of the same person goes.

    So does the one unused for longest where there would be too many; the row is the caller's to save.
    """
    earlier = key_digest(store.browser_key) if store.browser_key else ""
    store.name_browser(secrets.token_urlsafe(KEY_BYTES))
    row.browser_hash = key_digest(store.browser_key)
    if not earlier:
        return
    others = ConsoleSession.objects.filter(browser_hash=earlier).exclude(pk=row.pk)
    if row.identity is not None:
        others.filter(identity=row.identity).delete()
    kept = list(others.order_by("-last_seen_at", "-pk").values_list("pk", flat=True)[: MOST - 1])
    others.exclude(pk__in=kept).delete()
    ConsoleSession.objects.filter(pk__in=kept).update(browser_hash=row.browser_hash)


def counts(row: ConsoleSession, now: datetime) -> bool:
    """Whether the session is somebody's and within its limits, and its account and password are in use."""
    if row.account is None or not row.account.active or now >= limit_of(row, row.last_seen_at):
        return False
    return row.identity.has_password if row.identity is not None else bool(row.sts_key_id)


def limit_of(row: ConsoleSession, seen: datetime) -> datetime:
    """When the session ends if its person was last seen then.  Its account must be loaded."""
    assert row.account is not None  # noqa: S101  # asked of signed-in sessions only
    idle = seen + timedelta(seconds=row.account.session_idle_seconds)
    longest = row.account.session_absolute_seconds
    if row.identity is not None and row.identity.max_signin_seconds:
        longest = min(longest, row.identity.max_signin_seconds)
    last = row.created_at + timedelta(seconds=longest)
    return min(idle, last, row.ends_at or last)


def _of(store: SessionStore) -> QuerySet[ConsoleSession]:
    if not store.browser_key:
        return ConsoleSession.objects.none()
    return ConsoleSession.objects.filter(browser_hash=key_digest(store.browser_key), account__isnull=False)


def _belongs(store: SessionStore, row: ConsoleSession) -> bool:
    return bool(store.browser_key) and row.browser_hash == key_digest(store.browser_key)
