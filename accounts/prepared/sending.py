"""Statements on their way: the short one on PostgreSQL, else through Django's cursor.

Errors are Django's; one in a transaction marks it to be rolled back, as Django's own statements do.
"""

import threading
from collections.abc import Sequence
from typing import Any

from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.backends.base.base import BaseDatabaseWrapper

from accounts.postgres.base import DatabaseWrapper

_threads_own = threading.local()


def here() -> BaseDatabaseWrapper:
    """The connection of this thread, which Django makes once and never replaces."""
    try:
        connection: BaseDatabaseWrapper = _threads_own.connection
    except AttributeError:
        connection = _threads_own.connection = connections[DEFAULT_DB_ALIAS]
    return connection


def fetched(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> list[tuple[Any, ...]]:
    """The rows that a statement gives back."""
    try:
        if isinstance(connection, DatabaseWrapper) and connection.short:
            return connection.rows(sql, values)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return list(cursor.fetchall())
    except DatabaseError as fault:
        _spoil(connection, fault)
        raise


def counted(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> int:
    """How many rows a statement has changed."""
    try:
        if isinstance(connection, DatabaseWrapper) and connection.short:
            return connection.count(sql, values)
        with connection.cursor() as cursor:
            cursor.execute(sql, values)
            return int(cursor.rowcount)
    except DatabaseError as fault:
        _spoil(connection, fault)
        raise


def left(connection: BaseDatabaseWrapper, sql: str, values: Sequence[Any]) -> None:
    """Have a statement run whose answer nobody waits for; where it can, it travels with the next."""
    if not (isinstance(connection, DatabaseWrapper) and connection.short):
        counted(connection, sql, values)
        return
    try:
        connection.leave(sql, values)
    except DatabaseError as fault:
        _spoil(connection, fault)
        raise


def _spoil(connection: BaseDatabaseWrapper, fault: DatabaseError) -> None:
    """Mark the transaction as one that must not be committed: django.db.transaction.mark_for_rollback_on_error."""
    if connection.in_atomic_block:
        connection.needs_rollback = True
        connection.rollback_exc = fault  # type: ignore[attr-defined]  # missing in the stubs
