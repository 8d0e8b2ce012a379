"""Of whom an account requires MFA in the console, and how long people have to add a device."""

from typing import Any

from accounts.models import MfaRequired
from iam import targets
from iam.call import Call, Output
from iam.catalogue import asks, operation


@operation(
    "tenant.GetMFARequirement",
    target=targets.account_root,
    checks=asks("wardstead:GetMFARequirement"),
    reads=True,
)
def get_mfa_requirement(call: Call) -> Output:
    """Answer of whom MFA is required, since when, and for how many days people may do without."""
    return {"MFARequirement": _requirement(call)}


@operation(
    "tenant.UpdateMFARequirement", target=targets.account_root, checks=asks("wardstead:UpdateMFARequirement")
)
def update_mfa_requirement(call: Call, *, required_of: str, grace_days: int | None = None) -> Output:
    """Require MFA in the console of these people; those who have no device by the end of their days add one first.

    The days run anew from this change, unless it changes nothing.  Without a number the present one holds.

    Source: ADR 0036; CIS AWS Foundations Benchmark 3.0.0, 1.5 and 1.10; PCI DSS 4.0.1, 8.4.
    """
    account = call.account
    days = account.mfa_grace_days if grace_days is None else grace_days
    if (account.mfa_required_of, account.mfa_grace_days) != (required_of, days):
        account.mfa_required_of, account.mfa_grace_days = required_of, days
        account.mfa_required_since = None if required_of == MfaRequired.NOBODY else call.now
        account.save(update_fields=["mfa_required_of", "mfa_grace_days", "mfa_required_since"])
    return {"MFARequirement": _requirement(call)}


def _requirement(call: Call) -> dict[str, Any]:
    account = call.account
    since = account.mfa_required_since
    return {
        "RequiredOf": account.mfa_required_of,
        "GraceDays": account.mfa_grace_days,
        **({"SinceDate": since} if since else {}),
    }
