"""Who a Principal element names, and how directly: the forms a caller is known by.

A caller is a chain: account, then user or role, then perhaps a session.  Naming the account only delegates;
naming the role (or the user behind a federated session) grants within what boundary and session policies
allow; naming the caller itself, or everybody, grants outright.
Source: IAM User Guide, Principal element and policy evaluation logic.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import IntEnum
from typing import Final, Literal

from iam.policy.arn import FIELDS, fields

CallerKind = Literal[
    "root", "user", "assumed-role", "federated-user", "service", "anonymous", "web-identity", "saml"
]
OF_AN_ACCOUNT: Final = frozenset({"root", "user", "assumed-role", "federated-user"})
"""The kinds of caller that belong to an account and have an identity side."""

BoundIds = Mapping[str, str]
"""ARNs of a document that were bound to a unique id when it was saved."""


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks.

    `arn` is the service name for a service and the provider's ARN or name for web identity and SAML.
    `principal_arn` is the role of a session or the user of a federated session; `principal_id` its unique id.
    """

    arn: str
    account: str
    kind: CallerKind
    unique_id: str = ""
    principal_arn: str = ""
    principal_id: str = ""

    @property
    def acts_as_root(self) -> bool:
        """Whether the identity side allows everything: the root user, or its federated session."""
        return self.kind == "root" or self.principal_arn.endswith(":root")


class Grant(IntEnum):
    """How directly an entry names the caller."""

    NONE = 0
    ACCOUNT = 1
    LIMITED = 2
    DIRECT = 3


@dataclass(frozen=True, slots=True)
class Entry:
    """One name in a Principal element."""

    kind: Literal["everyone", "account", "aws", "Service", "Federated", "CanonicalUser"]
    name: str

    def grant(self, caller: Caller, ids: BoundIds) -> Grant:
        """Return how directly this entry names the caller."""
        if self.kind == "everyone":
            return Grant.DIRECT
        if self.kind == "account":
            named = caller.kind in OF_AN_ACCOUNT and caller.account == self.name
            return Grant.ACCOUNT if named else Grant.NONE
        if self.kind == "aws":
            return _aws_grant(self.name, caller, ids) if caller.kind in OF_AN_ACCOUNT else Grant.NONE
        same = caller.arn == self.name and caller.kind in _KINDS_BY_TYPE[self.kind]
        return Grant.DIRECT if same else Grant.NONE


_KINDS_BY_TYPE: Final[dict[str, tuple[str, ...]]] = {
    "Service": ("service",),
    "Federated": ("web-identity", "saml"),
    "CanonicalUser": (),
}


def _aws_grant(name: str, caller: Caller, ids: BoundIds) -> Grant:
    outright = Grant.DIRECT if caller.kind == "user" else Grant.LIMITED
    unique = ids.get(name, name)
    if unique and unique in (caller.unique_id, caller.principal_id):
        return outright
    if name in ids:
        return Grant.NONE  # bound to an id: the name alone, made anew, inherits nothing
    if name == caller.arn:
        return Grant.DIRECT
    return Grant.LIMITED if _is_behind(name, caller) else Grant.NONE


def _is_behind(name: str, caller: Caller) -> bool:
    """Whether `name` is the role or user behind the caller's session."""
    if caller.principal_arn:
        return name == caller.principal_arn
    if caller.kind != "assumed-role":
        return False
    # A session ARN has no role path: without the role's ARN the last element of the path must do.
    session, role = fields(caller.arn), fields(name)
    if len(session) != FIELDS or len(role) != FIELDS or not role[5].startswith("role/"):
        return False
    same_place = session[1] == role[1] and role[2] == "iam" and session[4] == role[4]
    return same_place and session[5].split("/")[1] == role[5].rsplit("/", 1)[-1]


def entry(kind: str, name: str) -> Entry:
    """Classify one name under one type of principal."""
    if kind != "AWS":
        return Entry(kind, name)  # type: ignore[arg-type]  # the parser lets no other types through
    if name == "*":
        return Entry("everyone", name)
    if len(name) == 12 and name.isdigit():
        return Entry("account", name)
    parts = fields(name)
    if len(parts) == FIELDS and parts[2] == "iam" and parts[5] == "root":
        return Entry("account", parts[4])
    return Entry("aws", name)


@dataclass(frozen=True, slots=True)
class Principals:
    """A compiled Principal or NotPrincipal element."""

    entries: tuple[Entry, ...]
    negated: bool

    def allow_grant(self, caller: Caller, ids: BoundIds) -> Grant:
        """Return the grant of an Allow.  NotPrincipal with Allow, no longer supported, grants nothing."""
        if self.negated:
            return Grant.NONE
        return max((item.grant(caller, ids) for item in self.entries), default=Grant.NONE)

    def denies(self, caller: Caller, ids: BoundIds, *, bounded: bool) -> bool:
        """Whether a Deny hits the caller.  `bounded`: a permissions boundary is set on the caller."""
        if self.negated:
            return bounded or not self._spares(caller, ids)
        return any(item.grant(caller, ids) for item in self.entries)

    def _spares(self, caller: Caller, ids: BoundIds) -> bool:
        """Whether the whole chain is listed: each link on its own spares nobody."""
        grants: set[Grant] = set()
        for item in self.entries:
            if item.kind == "everyone":
                return True
            grants.add(item.grant(caller, ids))
        return grants >= set(_chain(caller))


def _chain(caller: Caller) -> Iterable[Grant]:
    if caller.kind == "root":
        return (Grant.ACCOUNT,)
    if caller.kind == "user":
        return (Grant.DIRECT, Grant.ACCOUNT)
    if caller.kind in OF_AN_ACCOUNT:
        behind = () if caller.acts_as_root else (Grant.LIMITED,)
        return (Grant.DIRECT, Grant.ACCOUNT, *behind)
    return (Grant.DIRECT,)


def compiled(entries: tuple[tuple[str, str], ...], *, negated: bool) -> Principals:
    """Compile the entries of a statement."""
    return Principals(tuple(entry(kind, name) for kind, name in entries), negated)
