"""The one way an operation runs, for wire API, console and workers alike.

admit -> validate -> [transaction: resolve -> authorise -> run -> record] -> answer.  A refusal is recorded after the
rollback, in a transaction of its own.
"""

from collections.abc import Sequence

from django.db import transaction

from iam import audit, last_use
from iam.authorize import Check, admit, authorize
from iam.call import Call, Output, Params
from iam.catalogue import Operation
from iam.errors import ServiceError
from iam.models import revisions


def perform(call: Call, op: Operation, raw: Params) -> Output:
    """Run an operation as the call's principal and record it.

    `raw` has the input members in the service model's names.  Errors: every ServiceError of the operation,
    AccessDenied, ValidationError.
    """
    checks: Sequence[Check] = ()
    try:
        admit(call, op.name)
        params = op.validate(raw)
        with transaction.atomic(durable=True):
            target = op.resolve(call, params)
            checks = op.checks(call, target, params)
            for check in checks:
                authorize(call, check)
            output = op.run(call, target, params)
            if op.revises:
                revisions.bump(call.account)
            audit.succeeded(call, op, raw, target, output)
            last_use.note(call, _tried(op, checks))
    except ServiceError as refusal:
        audit.failed(call, op, raw, refusal)
        refusal.settle()
        call.settle()
        last_use.note(call, _tried(op, checks))
        raise
    return op.check_output(output)


def _tried(op: Operation, checks: Sequence[Check]) -> set[str]:
    """The actions that the call came down to; its own where nothing is asked, or nothing was yet."""
    asked = {check.action for check in checks}
    return asked or ({op.action} if op.spec.service in ("iam", "sts") else set())
