"""Accounts of the benchmark in our database: each with so many users, an administrator's key, a role and a policy.

Django is set up before this module is imported.
"""

from datetime import UTC, datetime

from accounts.models import Account, Identity
from accounts.signup import open_account
from bench.load import Key
from iam.ids import unique_id
from iam.models import Tally, User
from tests.world import administrator, root_of

BATCH = 5000
NO_LIMIT = 10_000_000


def tenant(size: int, policy: str, trust: str) -> tuple[str, Key]:
    """An account with so many users called u000000 and on; returns its number and its administrator's key."""
    now = datetime.now(UTC)
    account, _ = open_account(f"Bench {size}", f"bench{size}@example.com", None, None, now)
    account.quotas = {"Users": NO_LIMIT}
    account.save(update_fields=["quotas"])
    administrator(account, "admin")
    _users(account, size, now)
    root = root_of(account)
    key = root.iam("CreateAccessKey", UserName="admin")["AccessKey"]
    root.iam("CreatePolicy", PolicyName="bench", PolicyDocument=policy)
    root.iam("CreateRole", RoleName="bench", AssumeRolePolicyDocument=trust.format(account.number))
    return account.number, Key(key["AccessKeyId"], key["SecretAccessKey"])


def _users(account: Account, size: int, now: datetime) -> None:
    for start in range(0, size, BATCH):
        names = [f"u{number:06}" for number in range(start, min(start + BATCH, size))]
        identities = Identity.objects.bulk_create(
            Identity(account=account, kind="user", name=name, name_key=name, created_at=now) for name in names
        )
        User.objects.bulk_create(
            User(
                account=account,
                identity=identity,
                unique_id=unique_id("AIDA"),
                name=identity.name,
                name_key=identity.name_key,
                created_at=now,
            )
            for identity in identities
        )
    Tally.objects.filter(account=account, kind="Users").update(count=size + 1)
