"""The workers' principals and how they run an operation: each has a closed list and no other power.

They pass through the same pipeline as everybody: validated, in one transaction, recorded.
"""

import uuid
from datetime import datetime
from typing import Any, Final

from accounts.models import Account
from iam import catalogue, pipeline
from iam.call import Call, Output, Principal, SystemPrincipal


class SYSTEM:
    """The workers."""

    operator: Final = SystemPrincipal(
        "operator",
        frozenset(
            {"tenant.StartRootRecovery", "tenant.RecoverRoot", "tenant.UnlockRoot", "tenant.UnlockUser"}
        ),
    )
    expiry: Final = SystemPrincipal("expiry", frozenset({"tenant.ExpireSession"}))
    rotation: Final = SystemPrincipal(
        "rotation",
        frozenset({"tenant.StartKeyRotation", "tenant.AdvanceKeyRotation", "tenant.RotateTokenKeys"}),
    )


def run_system(
    worker: SystemPrincipal, name: str, account: Account, *, now: datetime, **params: Any
) -> Output:
    """Run an operation in an account as a worker; `params` are in the model's names.

    Errors: AccessDenied for what is not on the worker's list, and those of the operation.
    """
    operation = catalogue.find(name)
    if operation is None:
        raise LookupError(f"{name} is not offered")
    principal = Principal(
        kind="system",
        account_number=account.number,
        arn=worker.arn,
        user_id="",
        unique_id="",
        principal_arn=worker.arn,
    )
    call = Call(
        account=account,
        principal=principal,
        now=now,
        request_id=str(uuid.uuid4()),
        source="system",
        system=worker,
    )
    return pipeline.perform(call, operation, params)
