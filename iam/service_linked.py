"""Which role a service may have linked to it, and which of AWS's policies that role has: our table, read once."""

import functools
import json
from dataclasses import dataclass
from pathlib import Path

from iam import managed

_TABLE = Path(__file__).parent / "data" / "service_linked_roles.json"
PATH = "/aws-service-role/"


@dataclass(frozen=True, slots=True)
class ServiceLink:
    """One service's role.  `suffix_allowed`: there may be several, told apart by a suffix of the account's choice."""

    service: str
    role_name: str
    policy_name: str
    suffix_allowed: bool

    @property
    def path(self) -> str:
        """The path of its roles."""
        return f"{PATH}{self.service}/"

    @property
    def policy(self) -> managed.ManagedPolicy:
        """What its roles may do."""
        return managed.catalogue()[f"arn:aws:iam::{managed.ACCOUNT}:policy{PATH}{self.policy_name}"]

    def named(self, suffix: str = "") -> str:
        """The name of its role with that suffix."""
        return f"{self.role_name}_{suffix}" if suffix else self.role_name

    @property
    def trust_document(self) -> str:
        """The trust policy of its roles: the service alone, in AWS's form."""
        statement = {"Effect": "Allow", "Principal": {"Service": self.service}, "Action": "sts:AssumeRole"}
        return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


@functools.cache
def links() -> dict[str, ServiceLink]:
    """All services that may have a role linked to them, by their names, in alphabetical order."""
    return {
        entry["service"]: ServiceLink(
            entry["service"], entry["role"], entry["policy"], entry.get("suffix", False)
        )
        for entry in json.loads(_TABLE.read_text(encoding="utf-8"))
    }
