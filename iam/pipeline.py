"""The one way an operation runs, for wire API, console and workers alike.

admit -> validate -> [transaction: resolve -> authorise -> run -> record] -> answer.  A refusal is recorded after the
rollback, in a transaction of its own.
"""

from django.db import transaction

from iam import audit
from iam.authorize import admit, authorize
from iam.call import Call, Output, Params
from iam.catalogue import Operation
from iam.errors import ServiceError
from iam.models import revisions


def perform(call: Call, op: Operation, raw: Params) -> Output:
    """Run an operation as the call's principal and record it.

    `raw` has the input members in the service model's names.  Errors: every ServiceError of the operation,
    AccessDenied, ValidationError.
    """
    try:
        admit(call, op.name)
        params = op.validate(raw)
        with transaction.atomic(durable=True):
            target = op.resolve(call, params)
            for check in op.checks(call, target, params):
                authorize(call, check)
            output = op.run(call, target, params)
            if op.revises:
                revisions.bump(call.account)
            audit.succeeded(call, op, raw, target, output)
    except ServiceError as refusal:
        audit.failed(call, op, raw, refusal)
        refusal.settle()
        call.settle()
        raise
    return op.check_output(output)
