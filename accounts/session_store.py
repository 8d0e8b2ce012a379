"""Django's session engine over ConsoleSession rows; the cookie's value is stored only as a digest.

A row that was ended is never written again, so a session revoked in mid-request stays revoked.
"""

import hashlib
import secrets
from datetime import UTC, datetime, timedelta
from typing import Any

from django.contrib.sessions.backends.base import CreateError, SessionBase, UpdateError
from django.db import IntegrityError, transaction

from accounts.models import ConsoleSession
from accounts.prepared import insert

ANONYMOUS_SECONDS = 60 * 60
KEY_BYTES = 32


def key_digest(key: str) -> str:
    """What is stored of a session key: it has 256 random bits, so one plain SHA-256 is enough."""
    return hashlib.sha256(key.encode("utf-8", "replace")).hexdigest()


class SessionStore(SessionBase):
    """A browser session kept as a row.  `row` is that row as it was when the session was loaded.

    `browser_key` names the browser, for the sessions that stand side by side in it; "" where it has none.  Whoever
    answers the request keeps it in a cookie of its own where `browser_key_changed`.
    """

    row: ConsoleSession | None = None
    browser_key: str = ""
    browser_key_changed: bool = False

    def key_hash(self) -> str:
        """The digest of the present key; of the empty text where there is none."""
        return key_digest(self.session_key or "")

    def loaded_row(self) -> ConsoleSession | None:
        """The session's row, read once a request together with its data."""
        self.keys()  # any reader loads
        return self.row

    def load(self) -> dict[str, Any]:
        """Read the row and its data; an unknown or ended key begins an empty session.

        Limits in time are not judged here but by sessions.current, which knows the account's.
        """
        self.row = self._find()
        if self.row is None:
            self._session_key = None
            return {}
        return self.decode(self.row.data)

    def exists(self, session_key: str) -> bool:
        """Whether a row has this key."""
        return ConsoleSession.objects.filter(key_hash=key_digest(session_key)).exists()

    def create(self) -> None:
        """Begin an anonymous row under a fresh key."""
        while True:
            self._session_key = self._get_new_session_key()
            try:
                self.save(must_create=True)
            except CreateError:
                continue
            self.modified = True
            return

    def save(self, must_create: bool = False) -> None:
        """Write the data.

        Errors: CreateError when the key is taken, UpdateError when the row was ended meanwhile.
        """
        if self.session_key is None:
            return self.create()
        data = self.encode(self._data(load=not must_create))
        if must_create:
            self.row = self._begin(self.session_key, data)
        elif not ConsoleSession.objects.filter(key_hash=key_digest(self.session_key)).update(data=data):
            raise UpdateError
        return None

    def delete(self, session_key: str | None = None) -> None:
        """End the row of that key, by default this session's own."""
        key = session_key or self.session_key
        if key is not None:
            ConsoleSession.objects.filter(key_hash=key_digest(key)).delete()
        if session_key is None or session_key == self.session_key:
            self.row = None

    def rekey(self) -> None:
        """Move the row to a fresh key: the old cookie is worth nothing from here on.

        Errors: UpdateError when the row was ended meanwhile.
        """
        if self.session_key is None:
            return
        old, new = key_digest(self.session_key), self._get_new_session_key()
        if not ConsoleSession.objects.filter(key_hash=old).update(key_hash=key_digest(new)):
            raise UpdateError
        self._session_key = new
        self.modified = True
        if self.row is not None:
            self.row.key_hash = key_digest(new)

    def name_browser(self, key: str) -> None:
        """Know the browser by this key from here on; "" forgets it."""
        self.browser_key_changed = self.browser_key_changed or key != self.browser_key
        self.browser_key = key

    def leave(self) -> None:
        """Let go of the row, which stays under a key that nobody knows, and begin an empty session.

        Errors: UpdateError when the row was ended meanwhile.
        """
        self.save()
        self.rekey()
        self.clear()
        self._session_key, self.row = None, None

    def take(self, row: ConsoleSession) -> bool:
        """Go on with that row under a fresh key; returns whether it was still there."""
        key = self._get_new_session_key()
        if not ConsoleSession.objects.filter(pk=row.pk).update(key_hash=key_digest(key)):
            return False
        self._session_key = key
        del self._session_cache
        self.modified = self.accessed = True
        self.keys()
        return self.row is not None

    def cycle_key(self) -> None:
        """Keep the data under a fresh key."""
        self.keys()  # forgets a key that has no row
        if self.session_key is None:
            self.create()
        else:
            self.rekey()

    @classmethod
    def clear_expired(cls) -> None:
        """Drop what is past its limit; accounts.tasks does it in small batches."""
        ConsoleSession.objects.filter(expires_at__lte=datetime.now(UTC)).delete()

    def _data(self, *, load: bool) -> dict[str, Any]:
        if load:
            return dict(self.items())
        # A new row takes what was set before it had a key, and must not look for a row.
        if not hasattr(self, "_session_cache"):
            self._session_cache: dict[str, Any] = {}
        return self._session_cache

    def _get_new_session_key(self) -> str:
        return secrets.token_urlsafe(KEY_BYTES)

    def _find(self) -> ConsoleSession | None:
        if self.session_key is None:
            return None
        rows = ConsoleSession.objects.select_related("account", "identity")
        row = rows.filter(key_hash=key_digest(self.session_key)).first()
        if row is not None and row.identity is not None and row.account is not None:
            row.identity.account = row.account
        return row

    def _begin(self, key: str, data: str) -> ConsoleSession:
        now = datetime.now(UTC)
        try:
            with transaction.atomic():
                return insert(
                    ConsoleSession(
                        key_hash=key_digest(key),
                        data=data,
                        created_at=now,
                        last_seen_at=now,
                        expires_at=now + timedelta(seconds=ANONYMOUS_SECONDS),
                    )
                )
        except IntegrityError:
            raise CreateError from None
