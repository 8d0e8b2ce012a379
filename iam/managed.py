"""AWS-managed policies: our own texts under AWS's well-known names and ARNs, read from data files.

They belong to no account and change only with the product, so they are data and not rows.
"""

import base64
import functools
import hashlib
import json
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

DATA = Path(__file__).parent / "data" / "managed_policies"
ACCOUNT = "aws"


@dataclass(frozen=True, slots=True)
class ManagedPolicy:
    """One AWS-managed policy in its single version v1.  `document` is the JSON text as returned and evaluated.

    It has the members of a policy row and of a version row, so that both are described alike.
    """

    name: str
    path: str
    unique_id: str
    description: str
    created_at: datetime
    document: str

    @property
    def arn(self) -> str:
        """Its ARN, in AWS's own account."""
        return f"arn:aws:iam::{ACCOUNT}:policy{self.path}{self.name}"

    @property
    def number(self) -> int:
        """The number of its only version."""
        return 1

    @property
    def default_version(self) -> int:
        """The number of its only version, which is in force."""
        return 1

    @property
    def updated_at(self) -> datetime:
        """When its only version was made."""
        return self.created_at

    @property
    def tags(self) -> list[dict[str, str]]:
        """None: nobody here may tag AWS's policies."""
        return []

    @property
    def name_key(self) -> str:
        """The name as lists are sorted by."""
        return self.name.casefold()


@functools.cache
def catalogue() -> dict[str, ManagedPolicy]:
    """All AWS-managed policies by ARN, in the order of their names."""
    policies = [
        ManagedPolicy(
            name=entry["name"],
            path=entry["path"],
            unique_id=_unique_id(entry["path"], entry["name"]),
            description=entry["description"],
            created_at=datetime.fromisoformat(entry["created"]),
            document=json.dumps(entry["document"], indent=4),
        )
        for source in sorted(DATA.glob("*.json"))
        for entry in json.loads(source.read_text(encoding="utf-8"))
    ]
    return {policy.arn: policy for policy in sorted(policies, key=lambda policy: policy.name_key)}


def _unique_id(path: str, name: str) -> str:
    """The same in every installation and release, since it follows from the ARN."""
    digest = hashlib.blake2b(f"arn:aws:iam::{ACCOUNT}:policy{path}{name}".encode(), digest_size=15).digest()
    return "ANPA" + base64.b32encode(digest).decode()[:17]


def find(policy_arn: str) -> ManagedPolicy | None:
    """The AWS-managed policy of this ARN, or None."""
    return catalogue().get(policy_arn)


def is_managed(policy_arn: str) -> bool:
    """Whether an ARN names AWS's own account, whether such a policy exists or not."""
    return policy_arn.startswith(f"arn:aws:iam::{ACCOUNT}:")
