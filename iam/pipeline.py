"""The one way an operation runs, for wire API, console and workers alike.

admit -> validate -> [transaction: resolve -> authorise -> run -> record] -> answer.  A refusal is recorded after the
rollback, in a transaction of its own.  Reads need no transaction: all they write is their event.
"""

from collections.abc import Sequence
from contextlib import nullcontext
from typing import Final

from django.db import DatabaseError, IntegrityError, OperationalError, transaction

from iam import audit, last_use, notify
from iam.authorize import Check, admit, authorize
from iam.call import TRY, Call, Output, Params
from iam.catalogue import Operation
from iam.errors import ServiceError, Throttling
from iam.models import revisions

ATTEMPTS: Final = 3
_CLASHES: Final = frozenset({"40001", "40P01"})  # PostgreSQL: serialization failure, deadlock


def perform(call: Call, op: Operation, raw: Params) -> Output:
    """Run an operation as the call's principal and record it.

    `raw` has the input members in the service model's names.  Errors: every ServiceError of the operation,
    AccessDenied, ValidationError.
    """
    checks: list[Check] = []
    try:
        admit(call, op.name)
        params = op.validate(raw)
        output = _run(call, op, raw, params, checks)
    except ServiceError as refusal:
        audit.failed(call, op, raw, refusal)
        refusal.settle()
        call.settle()
        last_use.note(call, _tried(op, checks))
        raise
    return op.check_output(output)


def _run(call: Call, op: Operation, raw: Params, params: Params, checks: list[Check]) -> Output:
    """Run it, and once more where another transaction got in its way.  `checks` is filled with what was asked."""
    for attempt in range(1, ATTEMPTS + 1):
        checks.clear()
        call.memo[TRY] = attempt
        try:
            with nullcontext() if op.reads else transaction.atomic(durable=True):
                done = _attempt_or_refusal(call, op, raw, params, checks)
        except (OperationalError, IntegrityError) as problem:
            last_use.unsay(call, _tried(op, checks))
            if not _clashed(problem):
                raise
            if attempt == ATTEMPTS and isinstance(problem, IntegrityError):
                raise  # nobody is that unlucky: a fault of ours
        else:
            if isinstance(done, ServiceError):
                raise done
            return done
    raise Throttling("Rate exceeded")


def _attempt_or_refusal(
    call: Call, op: Operation, raw: Params, params: Params, checks: list[Check]
) -> Output | ServiceError:
    """The output, or a refusal that leaves the transaction standing; others are raised and roll it back."""
    try:
        return _attempt(call, op, raw, params, checks)
    except ServiceError as refusal:
        if not refusal.keeps:
            raise
        return refusal


def _attempt(call: Call, op: Operation, raw: Params, params: Params, checks: list[Check]) -> Output:
    target = op.resolve(call, params)
    checks += op.checks(call, target, params)
    for check in checks:
        authorize(call, check)
    output = op.run(call, target, params)
    if op.revises:
        revisions.bump(call.account)
    audit.succeeded(call, op, raw, target, output)
    notify.succeeded(call, op.name, raw, target, output)
    last_use.note(call, _tried(op, checks))
    return output


def _clashed(problem: DatabaseError) -> bool:
    """Whether two transactions wanted the same: what the other did shows at the next attempt."""
    state = getattr(problem.__cause__, "sqlstate", None)
    return isinstance(problem, IntegrityError) or state in _CLASHES or "database is locked" in str(problem)


def _tried(op: Operation, checks: Sequence[Check]) -> set[str]:
    """The actions that the call came down to; its own where nothing is asked, or nothing was yet."""
    asked = {check.action for check in checks}
    return asked or ({op.action} if op.spec.service in ("iam", "sts") else set())
