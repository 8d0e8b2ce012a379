"""Password profiles and what guards passwords beside AWS's policy: shown, chosen as a set, changed one by one.

The members that AWS's policy has are read and written by AWS's own permissions as well, so that nobody gets round a
denial of iam:UpdateAccountPasswordPolicy by choosing a profile.
"""

from collections.abc import Sequence
from typing import Any, Final

from accounts import password_policies, password_profiles
from accounts.password_profiles import Difference
from iam import targets
from iam.authorize import Check
from iam.call import Call, Output, Params, Target
from iam.catalogue import asks, operation

_MEMBERS: Final = {
    **{
        name: "".join(part.capitalize() for part in name.split("_"))
        for name in (*password_profiles.POLICY_COLUMNS, *password_profiles.SAFEGUARDS)
    },
    "policy": "PasswordPolicy",
}


def _may_read(call: Call, target: Target, params: Params) -> Sequence[Check]:
    return [Check("wardstead:GetPasswordProfile", target.arn), Check("iam:GetAccountPasswordPolicy", "*")]


def _may_apply(call: Call, target: Target, params: Params) -> Sequence[Check]:
    removes = password_profiles.find(str(params["profile"])).policy is None
    by_itself = "iam:DeleteAccountPasswordPolicy" if removes else "iam:UpdateAccountPasswordPolicy"
    return [Check("wardstead:ApplyPasswordProfile", target.arn), Check(by_itself, "*")]


@operation("tenant.GetPasswordProfile", target=targets.account_root, checks=_may_read, reads=True)
def get_password_profile(call: Call) -> Output:
    """Answer which profile the account's password rules equal, "" for none, and how they differ from each."""
    account = call.account
    policy = password_policies.find(account)
    equal = password_profiles.equal(account, policy)
    return {
        "Profile": equal.name if equal else "",
        "Safeguards": _safeguards(call),
        "Profiles": [
            {
                "Name": each.name,
                "Differences": [
                    _difference(found) for found in password_profiles.differences(account, policy, each)
                ],
                "MfaExpectedOf": each.mfa_of,
                "MfaExpectationMet": each.mfa_of in ("nobody", account.mfa_required_of),
            }
            for each in password_profiles.PROFILES
        ],
    }


@operation("tenant.ApplyPasswordProfile", target=targets.account_root, checks=_may_apply, revises=True)
def apply_password_profile(call: Call, *, profile: str) -> Output:
    """Make the account's password policy and safeguards those of the profile, as a whole.

    They judge passwords set from now on; a limit of age holds for present ones too, and locks from the next failure.
    MFA is expected, not required by it: tenant.UpdateMFARequirement does that.

    Source: ADR 0030.
    """
    password_profiles.apply(call.account, password_profiles.find(profile))
    return {"Profile": profile, "Safeguards": _safeguards(call)}


@operation(
    "tenant.UpdatePasswordSafeguards",
    target=targets.account_root,
    checks=asks("wardstead:UpdatePasswordSafeguards"),
)
def update_password_safeguards(
    call: Call,
    *,
    refuse_common_passwords: bool | None = None,
    refuse_disguised_names: bool | None = None,
    change_given_passwords: bool | None = None,
    given_password_hours: int | None = None,
    spare_mfa_from_expiry: bool | None = None,
    sign_in_failures: int | None = None,
    sign_in_lock_minutes: int | None = None,
    factor_failures: int | None = None,
    factor_lock_minutes: int | None = None,
) -> Output:
    """Change the safeguards that are given; 0 hours let given passwords wait for ever.

    Figures of locks can be stricter than the product's own (10 failures and 30 minutes, 5 codes and 5 minutes), never
    laxer: the shape and the database hold them to that.
    """
    given: dict[str, int | None] = {
        "refuse_common_passwords": refuse_common_passwords,
        "refuse_disguised_names": refuse_disguised_names,
        "change_given_passwords": change_given_passwords,
        "given_password_hours": given_password_hours,
        "spare_mfa_from_expiry": spare_mfa_from_expiry,
        "sign_in_failures": sign_in_failures,
        "sign_in_lock_minutes": sign_in_lock_minutes,
        "factor_failures": factor_failures,
        "factor_lock_minutes": factor_lock_minutes,
    }
    changed: dict[str, int | None] = {name: value for name, value in given.items() if value is not None}
    if "given_password_hours" in changed:
        changed["given_password_hours"] = given_password_hours or None
    password_profiles.guard(call.account, changed)
    return {"Safeguards": _safeguards(call)}


def _safeguards(call: Call) -> dict[str, Any]:
    held = password_profiles.safeguards(call.account)
    return {
        _MEMBERS[name]: (value or 0) if name == "given_password_hours" else value
        for name, value in held.items()
    }


def _difference(found: Difference) -> dict[str, Any]:
    return {
        "Setting": _MEMBERS[found.setting],
        "Present": int(found.present or 0),
        "Wanted": int(found.wanted or 0),
    }
