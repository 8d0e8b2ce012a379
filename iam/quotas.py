"""Limits on how many and how large things may be: AWS's figures, overridable per account.

Counts per account are kept in Tally rows, changed in the transaction that adds or removes; counts under one parent
are taken while the parent row is locked.
"""

from collections import ChainMap

from django.db.models import F

from accounts.models import Account
from accounts.prepared import Change
from iam.errors import LimitExceeded
from iam.models import Room, Tally

# The names and figures of GetAccountSummary.
DEFAULTS = {
    "Users": 5000,
    "Groups": 300,
    "Roles": 1000,
    "Policies": 1500,
    "InstanceProfiles": 1000,
    "ServerCertificates": 20,
    "GroupsPerUser": 10,
    "AccessKeysPerUser": 2,
    "SigningCertificatesPerUser": 2,
    "AttachedPoliciesPerUser": 10,
    "AttachedPoliciesPerGroup": 10,
    "AttachedPoliciesPerRole": 10,
    "VersionsPerPolicy": 5,
    "PolicyVersionsInUse": 10000,  # shown only: an account has not so many policies
    "UserPolicySize": 2048,
    "GroupPolicySize": 5120,
    "RolePolicySize": 10240,
    "PolicySize": 6144,
    "AssumeRolePolicySize": 2048,
}

# Limits that AWS has but does not show in the summary.
UNSHOWN = {
    "MFADevicesPerUser": 8,
    "MFADevices": 10_000,
    "OpenIdConnectProviders": 100,
    "ClientIdsPerOpenIdConnectProvider": 100,
    "SAMLProviders": 100,
    "PrivateKeysPerSAMLProvider": 2,
    "SSHPublicKeysPerUser": 5,
    "ServiceSpecificCredentialsPerUser": 2,
}
_ALL = ChainMap(DEFAULTS, UNSHOWN)
TAGS_PER_ENTITY = 50
SESSION_POLICY_ARNS = 10
SESSION_POLICY_SIZE = 2048


def limit(account: Account, name: str) -> int:
    """The figure that holds for this account."""
    return int(account.quotas.get(name, _ALL[name]))


def room(account: Account, kind: str, *, unseen: bool = False) -> Room:
    """What a row is made with that counts among its kind; `unseen` as in Room."""
    return Room(account, kind, limit(account, kind), unseen)


def take(account: Account, kind: str) -> None:
    """Count one more of a kind.  Errors: LimitExceeded, and then nothing is counted."""
    room(account, kind).take()


def take_several(account: Account, kind: str, number: int) -> None:
    """Count so many more of a kind, or none of them.  Errors: LimitExceeded."""
    allowed = limit(account, kind)
    Tally.objects.get_or_create(account=account, kind=kind)
    with_room = Tally.objects.filter(account=account, kind=kind, count__lte=allowed - number)
    if not with_room.update(count=F("count") + number):
        raise LimitExceeded(f"Cannot exceed quota for {kind}PerAccount: {allowed}")


def count(account: Account, kind: str) -> None:
    """Count one more of a kind that has no limit."""
    Tally.objects.get_or_create(account=account, kind=kind)
    Tally.objects.filter(account=account, kind=kind).update(count=F("count") + 1)


def give_back(account: Account, kind: str, number: int = 1) -> None:
    """Count one, or so many, less of a kind."""
    for _ in range(number):
        _one_less.leave(account=account.pk, kind=kind)


_one_less = Change(
    lambda account, kind: Tally.objects.filter(account=account, kind=kind), count=F("count") - 1
)


def tallies(account: Account) -> dict[str, int]:
    """How many of each counted kind the account has."""
    return dict(Tally.objects.filter(account=account).values_list("kind", "count"))


def require_room(account: Account, name: str, present: int, *, adding: int = 1, shown: str = "") -> None:
    """Refuse to go over a limit under a parent that is locked.  `shown` is the name AWS uses in the message."""
    allowed = limit(account, name)
    if present + adding > allowed:
        raise LimitExceeded(f"Cannot exceed quota for {shown or name}: {allowed}")
