"""Policies for simulations: those of a user, group or role, and those that come along as texts."""

from collections.abc import Callable, Iterable, Sequence
from typing import Any, Literal, TypeAlias

from iam import authorize, ids, targets
from iam.call import Call, Params, Target
from iam.catalogue import Resolver
from iam.errors import InvalidInput, NoSuchEntity, PolicyEvaluation
from iam.models import Group, Role, User, entitlements
from iam.models.entitlements import PolicyText
from iam.policy import AttachedPolicy, PolicySource, PolicySyntaxError, compile_document
from iam.policy.attached import Levels, SourceKind
from iam.policy.match import glob

Source: TypeAlias = User | Group | Role
Excluded: TypeAlias = Callable[[PolicySource], bool]

_KINDS: dict[str, Literal["user", "group", "role"]] = {"user": "user", "group": "group", "role": "role"}


def source(argument: str, *, member: str = "PolicySourceArn") -> Resolver:
    """The user, group or role of an ARN.  The function gets `source`; `member` is the argument's name on the wire.

    Errors: InvalidInput for an ARN of anything else.
    """

    def resolve(call: Call, params: Params, lock: bool) -> Target:
        arn = str(params[argument])
        kind, name, account = entity_of(arn, member)
        if account != call.account.number:
            absent = NoSuchEntity(f"The {kind} with name {name} cannot be found.", member=member)
            return Target(arn=arn, replaces=(argument,), absent=absent)
        found = targets.entity_target(call, _KINDS[kind], name, argument, lock)
        if found.entity is None or found.arn != arn:
            absent = NoSuchEntity(f"The {kind} with name {name} cannot be found.", member=member)
            return Target(arn=arn, replaces=(argument,), absent=absent)
        return Target(arn=arn, entity=found.entity, given={"source": found.entity}, replaces=(argument,))

    return resolve


def entity_of(arn: str, member: str) -> tuple[str, str, str]:
    """The kind, name and account that an ARN of a user, group or role names.  Errors: InvalidInput for any other."""
    parts = arn.split(":", 5)
    good = len(parts) == 6 and parts[0] == "arn" and parts[2] == "iam" and not parts[3]
    kind, _, rest = parts[-1].partition("/")
    name = rest.rpartition("/")[2]
    account = parts[4] if good else ""
    if kind not in _KINDS or not name or len(account) != 12 or not account.isdigit():
        raise InvalidInput(
            f"Invalid Entity Arn: {arn} does not clearly define entity type and name.", member=member
        )
    return kind, name, account


def of(entity: Source, account_number: str) -> list[AttachedPolicy]:
    """The policies of an entity, for a user its groups' too.  Errors: PolicyEvaluation."""
    return [_stored(text) for text in _texts(entity, account_number)]


def _texts(entity: Source, account_number: str) -> list[PolicyText]:
    if isinstance(entity, User):
        return entitlements.of_user(entity.pk, account_number)
    if isinstance(entity, Role):
        return entitlements.of_role(entity.pk, account_number)
    return entitlements.of_group(entity.pk, account_number)


def _stored(text: PolicyText) -> AttachedPolicy:
    try:
        return authorize.attach(text)
    except PolicySyntaxError as fault:
        raise PolicyEvaluation(f"The policy {text.id} cannot be evaluated: {fault}") from None


def boundary_of(entity: Source, account_number: str) -> AttachedPolicy | None:
    """The permissions boundary of a user or role; one whose policy is gone allows nothing."""
    arn: str = getattr(entity, "boundary_arn", "")
    if not arn:
        return None
    found = entitlements.by_arns([arn], account_number).get(arn)
    text = found.text if found else authorize.NOTHING
    return AttachedPolicy(PolicySource(arn, "boundary", arn.rpartition("/")[2]), compile_document(text))


def given(texts: Iterable[str], member: str, *, kind: SourceKind = "managed") -> list[AttachedPolicy]:
    """Policies given as texts, called <member>.1 and so on.  Errors: InvalidInput where one cannot be read."""
    return [one(text, f"{member}.{number}", kind) for number, text in enumerate(texts, 1)]


def one(text: str, name: str, kind: SourceKind) -> AttachedPolicy:
    """A policy given as text.  Errors: InvalidInput where it cannot be read."""
    try:
        return AttachedPolicy(PolicySource(name, kind, name), compile_document(text))
    except PolicySyntaxError as fault:
        raise InvalidInput(f"{name} is no policy: {fault}", member=name.partition(".")[0]) from None


def levels(given_levels: Sequence[Params]) -> Levels:
    """Service control policies level by level, the root's first.  Errors: InvalidInput."""
    return [
        given(
            level.get("ServiceControlPolicyInputList") or (),
            f"OrderedOrganizationPolicyInputList.{number}",
            kind="scp",
        )
        for number, level in enumerate(given_levels, 1)
    ]


def exclusion(identifiers: Sequence[Params]) -> Excluded:
    """The test for policies to leave out.  Errors: InvalidInput for an identifier that names nothing it could."""
    tests = [_excludes(identifier) for identifier in identifiers]
    return lambda found: any(test(found) for test in tests)


_TYPES: dict[str, SourceKind] = {
    "inline": "inline",
    "aws-managed": "aws-managed",
    "user-managed": "managed",
    "permission-boundary": "boundary",
    "scp": "scp",
    "rcp": "rcp",
}


def _excludes(identifier: Params) -> Excluded:
    named = [(name, value) for name, value in identifier.items() if value is not None]
    if len(named) != 1:
        raise InvalidInput(
            "An entry of PolicyExclusionList names policies in exactly one way.", member="PolicyExclusionList"
        )
    name, value = named[0]
    if name == "PolicyType":
        kind = _TYPES[value]
        return lambda found: found.kind == kind
    return _by_arn(str(value)) if name == "PolicyArn" else _inline(value)


def _by_arn(arn: str) -> Excluded:
    targets.require_policy_arn(arn, "PolicyExclusionList", InvalidInput)
    head, _, name = arn.rpartition("/")
    if any(char in head for char in "*?") or name.count("*") > 1:
        raise InvalidInput(
            f"{arn}: wildcards may stand in the name, at most one of them a star.",
            member="PolicyExclusionList",
        )
    matches = glob(arn)
    return lambda found: found.kind in ("managed", "aws-managed") and matches(found.id)


def _inline(value: Any) -> Excluded:
    kind, wanted = value["AttachmentType"], value["PolicyName"]
    matches = glob(value["AttachmentName"])

    def test(found: PolicySource) -> bool:
        owner_kind, owner = ids.resource_in(found.owner)
        same = found.kind == "inline" and found.name == wanted and owner_kind == kind
        return same and matches(owner.rpartition("/")[2])

    return test
