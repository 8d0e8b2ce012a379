"""Three well-known sets of password rules to choose from, as data: what each sets, expects, and where it stands.

A profile is the members of the account's password policy, which are AWS's, and the safeguards that AWS's policy has no
member for, which are columns of the account.  No figure is laxer than the product's own: docs/adr/0030.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from accounts import password_policies
from accounts.models import Account, PasswordPolicy
from accounts.password_rules import BUILT_IN

POLICY_COLUMNS: Final = (
    "minimum_password_length",
    "require_symbols",
    "require_numbers",
    "require_uppercase_characters",
    "require_lowercase_characters",
    "allow_users_to_change_password",
    "max_password_age",
    "password_reuse_prevention",
    "hard_expiry",
)
SAFEGUARDS: Final = (
    "refuse_common_passwords",
    "refuse_disguised_names",
    "change_given_passwords",
    "given_password_hours",
    "spare_mfa_from_expiry",
    "sign_in_failures",
    "sign_in_lock_minutes",
    "factor_failures",
    "factor_lock_minutes",
)
Values = Mapping[str, int | None]


@dataclass(frozen=True, slots=True)
class Source:
    """A document, its place, and what it says there, in our words."""

    document: str
    place: str
    says: str


@dataclass(frozen=True, slots=True)
class Profile:
    """A set of rules by name.  `policy` is the account's own password policy; None: it has none, the built-in holds."""

    name: str
    title: str
    summary: str
    policy: Values | None
    safeguards: Values
    mfa_of: str  # of whom MFA is expected, as Account.mfa_required_of has it; choosing a profile does not require it
    mfa: str
    sources: tuple[Source, ...]


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting, by column, that is not as a profile has it.  "policy": whether there is one of the account's own."""

    setting: str
    present: int | None
    wanted: int | None


# What rows begin with is the product's own: one place for both.
_OURS: Final[Values] = {name: getattr(Account(), name) for name in SAFEGUARDS}
_POLICY: Final[Values] = {name: getattr(PasswordPolicy(), name) for name in POLICY_COLUMNS}
_BUILT_IN: Final[Values] = {**_POLICY, "minimum_password_length": BUILT_IN.minimum_length}
_LOCK: Final = Source(
    "PCI DSS 4.0.1",
    "8.3.4",
    "Lock after at most 10 wrong passwords, for at least 30 minutes; ours in every profile.",
)
_LIST: Final = Source(
    "OWASP ASVS 5.0", "6.2.4", "Refuse at least the 3,000 most common passwords; ours in every profile."
)

AWS_DEFAULT: Final = Profile(
    name="aws-default",
    title="AWS default",
    summary="What an AWS account has before anyone sets a policy. Common passwords are refused as well.",
    policy=None,
    safeguards=_OURS,
    mfa_of="nobody",
    mfa="Recommended, not expected.",
    sources=(
        Source(
            "AWS IAM User Guide",
            "Default password policy",
            "8 to 128 characters, three of four kinds, not the account name or e-mail address; no expiry.",
        ),
        _LIST,
        _LOCK,
    ),
)
PCI: Final = Profile(
    name="pci-dss-4.0.1",
    title="PCI DSS 4.0.1",
    summary="For accounts that reach card data: 12 characters with letters and digits, 90 days unless with MFA.",
    policy={
        **_POLICY,
        "minimum_password_length": 12,
        "require_numbers": True,
        "require_lowercase_characters": True,
        "allow_users_to_change_password": True,
        "max_password_age": 90,
        "password_reuse_prevention": 4,
    },
    safeguards={**_OURS, "change_given_passwords": True, "spare_mfa_from_expiry": True},
    mfa_of="everyone",
    mfa="Of everyone (8.4). The 90 days hold for those who sign in by password alone.",
    sources=(
        Source("PCI DSS 4.0.1", "8.3.5", "First and reset passwords are changed after their first use."),
        Source(
            "PCI DSS 4.0.1",
            "8.3.6",
            "At least 12 characters, digits and letters; IAM's policy can ask for lower-case ones.",
        ),
        Source("PCI DSS 4.0.1", "8.3.7", "None of the last four again."),
        Source("PCI DSS 4.0.1", "8.3.9", "Changed every 90 days where they are the only factor."),
        _LOCK,
        _LIST,
    ),
)
NIST: Final = Profile(
    name="nist-800-63b-4",
    title="NIST SP 800-63B-4",
    summary="Long passwords without rules of composition or age: 15 characters, common ones and names refused.",
    policy={**_POLICY, "minimum_password_length": 15, "allow_users_to_change_password": True},
    safeguards={
        **_OURS,
        "refuse_disguised_names": True,
        "change_given_passwords": True,
        "given_password_hours": 72,
    },
    mfa_of="everyone",
    mfa="Of everyone, for assurance level 2. Beside a second factor 8 characters would do; the policy is one for all.",
    sources=(
        Source(
            "NIST SP 800-63B-4",
            "Passwords",
            "15 characters where they are the only factor; no composition, no rotation; a blocklist of common "
            "passwords and names, compared as a whole.",
        ),
        Source("NIST SP 800-63B-4", "Rate limiting", "At most 100 failures in a row; ours is stricter."),
        Source(
            "OWASP ASVS 5.0",
            "6.4.1",
            "First passwords end after a short time (72 hours is our figure) and are changed at first use.",
        ),
        _LIST,
        _LOCK,
    ),
)
PROFILES: Final = (AWS_DEFAULT, PCI, NIST)
_BY_NAME: Final = {profile.name: profile for profile in PROFILES}


def find(name: str) -> Profile:
    """The profile of that name.  Errors: KeyError."""
    return _BY_NAME[name]


def apply(account: Account, profile: Profile) -> None:
    """Make the account's policy and safeguards those of the profile."""
    if profile.policy is None:
        password_policies.remove(account)
    else:
        password_policies.replace(account, **profile.policy)
    guard(account, profile.safeguards)


def guard(account: Account, changed: Values) -> None:
    """Change these safeguards of the account."""
    for name, value in changed.items():
        setattr(account, name, value)
    account.save(update_fields=list(changed))


def safeguards(account: Account) -> dict[str, Any]:
    """The safeguards that hold, by column."""
    return {name: getattr(account, name) for name in SAFEGUARDS}


def differences(account: Account, policy: PasswordPolicy | None, profile: Profile) -> list[Difference]:
    """What of the account is not as the profile has it; nothing where they are equal.

    Where one has a policy of its own and the other none, the figures of the built-in one stand for none.
    """
    present = {name: getattr(policy, name) for name in POLICY_COLUMNS} if policy else _BUILT_IN
    found = _unlike(present, profile.policy or _BUILT_IN)
    if (policy is None) != (profile.policy is None):
        # The built-in policy's three kinds of four are nothing that a policy of one's own can ask for.
        found.insert(0, Difference("policy", int(policy is not None), int(profile.policy is not None)))
    return found + _unlike(safeguards(account), profile.safeguards)


def equal(account: Account, policy: PasswordPolicy | None) -> Profile | None:
    """The profile that the account has, down to each figure; None where it has its own mixture."""
    return next((each for each in PROFILES if not differences(account, policy, each)), None)


def _unlike(present: Values, wanted: Values) -> list[Difference]:
    # A hard expiry that nobody chose is none.
    return [
        Difference(name, present[name], value)
        for name, value in wanted.items()
        if (present[name] or None) != (value or None)
    ]
