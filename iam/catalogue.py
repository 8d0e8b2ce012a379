"""The catalogue of operations: one function each, registered once, found by name.

Wire API, console and workers all look operations up here and run them through iam.pipeline.
"""

import functools
import inspect
import json
import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias, TypeVar

from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Target
from iam.errors import NotImplementedHere, ValidationError
from iam.models import tag_map
from iam.shapes import answer, names, spec, validate

Resolver: TypeAlias = Callable[[Call, Params, bool], Target]
Checks: TypeAlias = Callable[[Call, Target, Params], Sequence[Check]]
Keys: TypeAlias = Callable[[Call, Target, Params], Mapping[str, str | tuple[str, ...]]]
Function = TypeVar("Function", bound=Callable[..., Output])

# The actions that supply iam:PermissionsBoundary, as the service authorisation reference has them: for any other a
# condition on it finds no value.
BOUNDED = frozenset(
    f"iam:{verb}"
    for verb in (
        "AttachRolePolicy",
        "AttachUserPolicy",
        "CreateRole",
        "CreateUser",
        "DeleteRole",
        "DeleteRolePermissionsBoundary",
        "DeleteRolePolicy",
        "DeleteUserPermissionsBoundary",
        "DeleteUserPolicy",
        "DetachRolePolicy",
        "DetachUserPolicy",
        "GetRole",
        "PutRolePermissionsBoundary",
        "PutRolePolicy",
        "PutUserPermissionsBoundary",
        "PutUserPolicy",
        "UpdateAssumeRolePolicy",
        "UpdateRole",
        "UpdateRoleDescription",
    )
)
_PAGING = ("marker", "max_items")

log = logging.getLogger(__name__)
_operations: dict[str, "Operation"] = {}


class DuplicateOperation(Exception):
    """Two functions claim the same operation; raised at import."""


@dataclass(frozen=True, slots=True)
class Operation:
    """One operation.  `reads`: changes nothing.  `revises`: changes what some principal may do.

    `takes` are the names of the function's arguments.  `target` resolves what is acted on; `checks` replaces the one default check, `also` adds to it, `keys` supplies
    further condition keys to the default check.
    """

    name: str
    function: Callable[..., Output]
    target: Resolver | None
    checks_with: Checks | None
    also: Checks | None
    keys: Keys | None
    reads: bool
    revises: bool
    takes: frozenset[str]

    @property
    def spec(self) -> "spec.OperationSpec":
        """What the service model declares."""
        return spec.operation(self.name)

    @property
    def action(self) -> str:
        """The permission that the default check asks for, such as iam:CreateUser."""
        return self.name.replace(".", ":", 1)

    @property
    def paged(self) -> bool:
        """Whether the input takes a marker."""
        shape = self.spec.input
        return shape is not None and "Marker" in shape.members

    def validate(self, raw: Params) -> dict[str, Any]:
        """The input as keyword arguments, once it fits the shape.  Errors: ValidationError."""
        try:
            validate.validate(self.spec.input, raw)
        except validate.ShapeViolation as violation:
            raise ValidationError(str(violation), member=violation.failures[0].member) from None
        return {name: value for name, value in names.kwargs(raw).items() if value is not None}

    def resolve(self, call: Call, params: Params) -> Target:
        """What is acted on; rows are locked when the operation writes."""
        return self.target(call, params, not self.reads) if self.target is not None else Target(arn="*")

    def checks(self, call: Call, target: Target, params: Params) -> Sequence[Check]:
        """What the principal must be allowed for this call; all of it is asked."""
        if self.checks_with is not None:
            return self.checks_with(call, target, params)
        supplied = self.keys(call, target, params) if self.keys is not None else {}
        own = Check(
            self.action, target.arn, {**target_keys(self.action, target), **request_tags(params), **supplied}
        )
        return [own, *(self.also(call, target, params) if self.also is not None else ())]

    def run(self, call: Call, target: Target, params: Params) -> Output:
        """Call the function with entities in place of names.

        Errors: those of the function; the target's absence; NotImplementedHere for a member that came with a newer
        service model, since to leave it out would be to do something else.
        """
        if target.absent is not None:
            raise target.absent
        given = {key: value for key, value in params.items() if key not in target.replaces}
        if self.paged:
            given["page"] = self._page(call, given)
        if unknown := given.keys() - self.takes:
            raise NotImplementedHere(f"{self.spec.action} is offered without {', '.join(sorted(unknown))}.")
        return self.function(call, **given, **target.given)

    def check_output(self, output: Output) -> Output:
        """Hold the answer against the output shape: a wrong member is a fault of ours, told in the log."""
        problems = answer.problems(self.spec.output, output)
        if problems:
            report_output(self.name, problems)
        return output

    def _page(self, call: Call, given: dict[str, Any]) -> Page:
        marker, size = (given.pop(name, None) for name in _PAGING)
        filters = json.dumps(given, sort_keys=True, default=str)
        return Page(f"{call.account.number} {self.name} {filters}", marker, size)


def operation(
    name: str,
    *,
    target: Resolver | None = None,
    checks: Checks | None = None,
    also: Checks | None = None,
    keys: Keys | None = None,
    reads: bool = False,
    revises: bool = False,
) -> Callable[[Function], Function]:
    """Register a function as the operation of that name.  Errors: DuplicateOperation at import."""

    def register(function: Function) -> Function:
        if name in _operations:
            raise DuplicateOperation(name)
        takes = frozenset(inspect.signature(function).parameters)
        _operations[name] = Operation(name, function, target, checks, also, keys, reads, revises, takes)
        return function

    return register


def find(name: str) -> Operation | None:
    """The operation of this name, such as iam.CreateUser, or None where it is not offered."""
    return offered().get(name)


def offered() -> Mapping[str, Operation]:
    """All operations offered, by name."""
    _load()
    return _operations


@functools.cache
def _load() -> None:
    # Operations stand above this module; naming the package is what lets every face find them all.
    import importlib

    importlib.import_module("iam.operations")


@dataclass(frozen=True, slots=True)
class Asks:
    """Checks for permissions other than the operation's own, each asked about what it acts on, with its tags.

    `about`: asked about this ARN instead, which may hold {account}.
    """

    actions: tuple[str, ...]
    about: str = ""

    def __call__(self, call: Call, target: Target, params: Params) -> Sequence[Check]:  # noqa: ARG002  # one signature
        """One check for each permission."""
        if self.about:
            arn = self.about.format(account=call.account.number)
            return [Check(action, arn) for action in self.actions]
        return [Check(action, target.arn, target_keys(action, target)) for action in self.actions]


def asks(*actions: str, about: str = "") -> Asks:
    """Ask for these permissions in place of the operation's own."""
    return Asks(actions, about)


# No permission at all: what a caller may always do, which no policy can take away.
nobody_asked = asks()


def target_keys(action: str, target: Target) -> dict[str, str | tuple[str, ...]]:
    """The condition keys that describe the thing acted on: its tags and, for some actions, its permissions boundary."""
    keys: dict[str, str | tuple[str, ...]] = {}
    for tag, value in tag_map(getattr(target.entity, "tags", ())).items():
        keys[f"aws:resourcetag/{tag.lower()}"] = value
        keys[f"iam:resourcetag/{tag.lower()}"] = value
    boundary: str = getattr(target.entity, "boundary_arn", "")
    if boundary and action in BOUNDED:
        keys["iam:permissionsboundary"] = boundary
    return keys


def request_tags(params: Params) -> dict[str, str | tuple[str, ...]]:
    """aws:RequestTag and aws:TagKeys, for operations that send tags or tag keys."""
    tags = tag_map(params.get("tags", ()))
    sent = tuple(params.get("tag_keys", ())) or tuple(tags)
    keys: dict[str, str | tuple[str, ...]] = {
        f"aws:requesttag/{tag.lower()}": value for tag, value in tags.items()
    }
    if sent:
        keys["aws:tagkeys"] = sent
    return keys


def report_output(name: str, problems: Sequence[str]) -> None:
    """Told, not raised: the change is made, and the client is better served by the answer.  Tests replace this."""
    log.error("answer of %s does not fit its shape: %s", name, "; ".join(problems))
