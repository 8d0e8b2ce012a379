"""Django's PostgreSQL engine with a short way: statements prepared once per connection, and fewer trips to the server.

Order: a statement left by `leave` travels with the next statement of its transaction, or with the COMMIT; nothing of it
is lost, since a failure of either fails the transaction.  Source: docs/adr/0043.
"""

from collections.abc import Sequence
from threading import get_ident
from typing import Any, TypeAlias

from django.conf import settings
from django.db import InterfaceError
from django.db.backends.postgresql import base
from psycopg import Error

from accounts.postgres.link import Link

Row: TypeAlias = tuple[Any, ...]


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection.  What Django does with it is as ever; `rows`, `count` and `leave` are the short way."""

    _link: Link | None = None
    _debugging = False

    @property
    def short(self) -> bool:
        """Whether the short way is open: not where somebody listens to the statements, as tests and debugging do."""
        return not (self.execute_wrappers or self.force_debug_cursor or self._debugging)

    def rows(self, sql: str, values: Sequence[Any]) -> list[Row]:
        """The rows of a statement written for Django's cursor.  Errors: Django's, as of a cursor."""
        link = self._linked()
        try:
            return link.rows((sql, values), begins=not self.autocommit)
        except Error:
            with self.wrap_database_errors:  # it makes the driver's error into Django's
                raise

    def count(self, sql: str, values: Sequence[Any]) -> int:
        """How many rows a statement has changed.  Errors: as of `rows`."""
        link = self._linked()
        try:
            return link.count((sql, values), begins=not self.autocommit)
        except Error:
            with self.wrap_database_errors:
                raise

    def leave(self, sql: str, values: Sequence[Any]) -> None:
        """Have a statement run whose answer nobody waits for: at once, or with the next of the transaction.

        Errors: as of `rows`, here or where it is run.
        """
        link = self._linked()
        if self.autocommit:
            self.count(sql, values)
        else:
            link.left.append((sql, values))

    def get_new_connection(self, conn_params: dict[str, Any]) -> Any:
        """A connection of the driver's, which begins with nothing prepared."""
        connection = super().get_new_connection(conn_params)
        self._link = Link(connection)
        self._debugging = settings.DEBUG  # Django keeps all statements then; it stays as it is
        return connection

    def _linked(self) -> Link:
        if self._thread_ident != get_ident():  # type: ignore[attr-defined]  # missing in the stubs
            self.validate_thread_sharing()
        if self.needs_rollback:
            self.validate_no_broken_transaction()
        if self.connection is None or self._link is None:
            self.ensure_connection()
        if self._link is None:
            raise InterfaceError("There is no connection.")
        return self._link

    def _cursor(self, name: str | None = None) -> Any:
        if self._link is not None and self._link.left:
            with self.wrap_database_errors:
                self._link.flush()
        return super()._cursor(name)  # type: ignore[misc]  # missing in the stubs

    def _commit(self) -> None:
        if self._link is not None and self._link.left:
            with self.wrap_database_errors:
                self._link.flush(commits=True)
        else:
            super()._commit()  # type: ignore[misc]  # missing in the stubs

    def _rollback(self) -> None:
        if self._link is not None:
            self._link.left.clear()
        super()._rollback()  # type: ignore[misc]  # missing in the stubs

    def _close(self) -> None:
        self._link = None
        super()._close()  # type: ignore[misc]  # missing in the stubs
