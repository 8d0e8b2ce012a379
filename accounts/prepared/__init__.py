"""Statements that every request runs: put together by Django once, then run with other values.

Putting the SQL of a query together costs Django several times what the database needs to answer it.  What is kept is
the statement, per kind of database, and never an answer: `Prepared` and `Tuples` read, `Change` updates, `Removal` and
`remove` delete, `rewrite` saves, `insert`, `insert_with`, `insert_if`, `leave` and `Addition` add rows.  Django writes the
SQL; here an UPDATE and INSERTs are at most put into one statement, and the columns of an UPDATE are listed.  Values are
bound to it, never written into it.

What is left (`leave`, `leave_if`, `remove`, `rewrite`) has no answer: on PostgreSQL it travels with the next statement of
its transaction, or with the commit, and what is wrong with it is told there.
"""

from accounts.prepared.adding import Addition, insert, insert_if, insert_with, leave, leave_if
from accounts.prepared.changing import Change, Removal, remove, rewrite
from accounts.prepared.reading import Prepared, Tuples
from accounts.prepared.rows import copy_of, new
from accounts.prepared.texts import Value

__all__ = [
    "Addition",
    "Change",
    "Prepared",
    "Removal",
    "Tuples",
    "Value",
    "copy_of",
    "insert",
    "insert_if",
    "insert_with",
    "leave",
    "leave_if",
    "new",
    "remove",
    "rewrite",
]
