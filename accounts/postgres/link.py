"""One connection of the driver's, below its cursors: what is prepared on it, and what waits to travel along.

Values are bound, never written into a statement; the driver's own adapters turn them into text and back.
"""

import re
from collections.abc import Sequence
from datetime import datetime
from typing import Any, TypeAlias

from psycopg import Connection, adapt, errors, generators, pq, waiting
from psycopg.abc import PQGen

Statement: TypeAlias = tuple[str, Sequence[Any]]
Row: TypeAlias = tuple[Any, ...]

_PLACE = re.compile("%[s%]")
_OK = (pq.ExecStatus.COMMAND_OK, pq.ExecStatus.TUPLES_OK)
_END = pq.ExecStatus.PIPELINE_SYNC
_IDLE = pq.TransactionStatus.IDLE
_TEXT = adapt.PyFormat.TEXT


class _Moment(adapt.Loader):
    """A timestamp in UTC, as all our sessions have it; the driver's own reader takes nine times as long."""

    def load(self, data: Any) -> datetime:
        """The moment."""
        return datetime.fromisoformat(bytes(data).decode())


class Link:
    """`left` are the statements that wait for the next trip."""

    def __init__(self, connection: "Connection[Any]") -> None:
        self.left: list[Statement] = []
        self._connection = connection
        context = connection.cursor()  # so that the adapters of other cursors stay as they are
        context.adapters.register_loader("timestamptz", _Moment)
        self._adapter = adapt.Transformer(context)
        self._names: dict[str, bytes] = {}

    def rows(self, statement: Statement, *, begins: bool) -> list[Row]:
        """The rows of the statement.  `begins`: it belongs to a transaction, which begins with it if not before."""
        result = self._result(statement, begins)
        self._adapter.set_pgresult(result)
        try:
            return self._adapter.load_rows(0, result.ntuples, tuple)
        finally:
            self._adapter.set_pgresult(None)

    def count(self, statement: Statement, *, begins: bool) -> int:
        """How many rows the statement has changed."""
        return self._result(statement, begins).command_tuples or 0

    def flush(self, *, commits: bool = False) -> None:
        """Run what was left, and end the transaction with it."""
        left, self.left = self.left, []
        self._trip(left, commits=commits)

    def _result(self, statement: Statement, begins: bool) -> Any:
        if self.left or (begins and self._connection.pgconn.transaction_status == _IDLE):
            left, self.left = self.left, []
            return self._trip([*left, statement])
        name, values = self._bound(statement)
        return self._checked(self._connection.pgconn.exec_prepared(name, values))

    def _trip(self, statements: Sequence[Statement], *, commits: bool = False) -> Any:
        """Send them together, the BEGIN before them if need be; returns the result of the last statement.

        Errors: the first that the server reports; it has run nothing after it.
        """
        bound = [self._bound(statement) for statement in statements]
        server = self._connection.pgconn
        begins = server.transaction_status == _IDLE
        server.enter_pipeline_mode()
        try:
            if begins:
                server.send_query_params(b"BEGIN", None)
            for name, values in bound:
                server.send_query_prepared(name, values)
            if commits:
                server.send_query_params(b"COMMIT", None)
            server.pipeline_sync()
            if server.flush():  # more than the socket takes at once
                self._connection.wait(generators.send(server))
            # One more than there are statements: the mark that the server has come to the end.
            results = self._connection.wait(_arriving(server, begins + len(bound) + commits + 1))
        finally:
            if server.status == pq.ConnStatus.OK:
                server.exit_pipeline_mode()
        checked = [self._checked(result) for result in results if result.status != _END]
        return checked[begins + len(bound) - 1]

    def _bound(self, statement: Statement) -> tuple[bytes, Sequence[Any]]:
        """The name under which the statement is prepared here, and its values as they travel."""
        sql, values = statement
        name = self._names.get(sql)
        if name is None:
            name = self._prepared(sql)
        return name, self._adapter.dump_sequence(values, [_TEXT] * len(values))

    def _prepared(self, sql: str) -> bytes:
        numbers = iter(range(1, sql.count("%s") + 1))
        text = _PLACE.sub(lambda found: f"${next(numbers)}" if found[0] == "%s" else "%", sql)
        name = f"short_{len(self._names)}".encode()
        self._checked(self._connection.pgconn.prepare(name, text.encode()))
        self._names[sql] = name
        return name

    def _checked(self, result: Any) -> Any:
        if result.status in _OK:
            return result
        raise errors.error_from_result(result, encoding="utf-8")


def _arriving(server: Any, count: int) -> PQGen[list[Any]]:
    """So many results of a trip, which mostly come together: for the driver's `wait`, once and not for each.

    Errors: OperationalError for a connection that is lost.
    """
    results: list[Any] = []
    while len(results) < count:
        while server.is_busy():
            while not (yield waiting.Wait.R):
                pass
            server.consume_input()
        result = server.get_result()
        if result is not None:
            results.append(result)
        elif server.status != pq.ConnStatus.OK:  # otherwise it is what stands between two statements
            raise errors.OperationalError("The connection is lost.")
    return results
