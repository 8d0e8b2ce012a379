"""The operations and shapes of our services, read from the service models as frozen values.

IAM and STS come from the JSON files botocore ships; tenant.json and console.json hold our own operations in the
same grammar; patches.json corrects all four. A model is parsed at the first operation asked of it, and shapes are
built as operations are asked for, so importing this module costs nothing.
"""

from __future__ import annotations

import gzip
import importlib.resources
import json
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources.abc import Traversable
from types import MappingProxyType
from typing import Final, Literal, TypeAlias, cast

Service: TypeAlias = Literal["iam", "sts", "tenant", "console"]
Kind: TypeAlias = Literal[
    "structure",
    "list",
    "map",
    "string",
    "integer",
    "long",
    "float",
    "double",
    "boolean",
    "timestamp",
    "blob",
]
Json: TypeAlias = Mapping[str, "str | int | bool | list[str] | Json"]

WIRE_VERSIONS: Final[Mapping[str, Service]] = MappingProxyType({"2010-05-08": "iam", "2011-06-15": "sts"})
_OUTSIDE: Final[Mapping[str, str]] = MappingProxyType({"iam": "2010-05-08", "sts": "2011-06-15"})
_OURS: Final = ("tenant", "console")
_NOTHING: Final[Mapping[str, Shape]] = MappingProxyType({})


class UnknownOperation(KeyError):  # says what is wrong, as ServiceErrors do
    """No service model declares the operation."""


@dataclass(frozen=True, slots=True, eq=False)
class Shape:
    """One type of a service model with its constraints.

    `min` and `max` bound the length of strings, lists and maps and the value of numbers. `refusal` names the
    sentence the service answers when the pattern does not fit, instead of quoting the pattern (validate.REFUSALS).
    """

    name: str
    service: Service
    kind: Kind
    members: Mapping[str, Shape] = field(default_factory=lambda: _NOTHING)
    required: tuple[str, ...] = ()
    element: Shape | None = None
    key: Shape | None = None
    value: Shape | None = None
    enum: tuple[str, ...] = ()
    pattern: str | None = None
    min: int | None = None
    max: int | None = None
    sensitive: bool = False
    refusal: str | None = None

    def __repr__(self) -> str:
        return f"<Shape {self.service}.{self.name} {self.kind}>"


@dataclass(frozen=True, slots=True)
class Pagination:
    """How an operation hands out pages: the lists in its answer and the names of its page members."""

    result_keys: tuple[str, ...]
    marker: str = "Marker"
    limit: str = "MaxItems"
    more: str = "IsTruncated"


@dataclass(frozen=True, slots=True, eq=False)
class OperationSpec:
    """One operation as its service model declares it.

    `errors` maps the code on the wire to the HTTP status. `unsigned` operations carry their own proof of identity
    instead of a signature. `paginated` is set whenever the input takes a Marker, declared as a paginator or not.
    """

    name: str
    service: Service
    action: str
    version: str
    namespace: str
    input: Shape | None
    output: Shape | None
    result_wrapper: str | None
    errors: Mapping[str, int]
    paginated: Pagination | None
    unsigned: bool


@cache
def operation(name: str) -> OperationSpec:
    """The operation of that full name, such as "iam.CreateUser".

    Errors: UnknownOperation.
    """
    service, _, action = name.partition(".")
    if service not in _OUTSIDE and service not in _OURS:
        raise UnknownOperation(name)
    return _model(cast(Service, service)).operation(action)  # checked one line above


def operations(service: Service) -> tuple[str, ...]:
    """The full names of all operations the service's model declares, in alphabetical order."""
    return _model(service).names


@cache
def _model(service: Service) -> _Model:
    return _Model(service)


class _Model:
    """A parsed service model that builds its operations and shapes when they are first asked for."""

    def __init__(self, service: Service) -> None:
        declared = _read(service, "service-2")
        patch = _section(json.loads(_package_file("patches.json").read_text("utf-8")), service)
        self._service: Service = service
        self._operations = _merged(_section(declared, "operations"), _section(patch, "operations"))
        self._shapes_declared = _merged(_section(declared, "shapes"), _section(patch, "shapes"))
        self._paginators = _section(_read(service, "paginators-1"), "pagination")
        metadata = _section(declared, "metadata")
        self._version = str(metadata["apiVersion"])
        self._namespace = str(metadata["xmlNamespace"])
        self._built: dict[str, OperationSpec] = {}
        self._shapes: dict[str, Shape] = {}
        self._lock = threading.Lock()
        self.names = tuple(sorted(f"{service}.{action}" for action in self._operations))

    def operation(self, action: str) -> OperationSpec:
        found = self._built.get(action)
        if found is None:
            if action not in self._operations:
                raise UnknownOperation(f"{self._service}.{action}")
            with self._lock:
                found = self._built.setdefault(action, self._build(action))
        return found

    def _build(self, action: str) -> OperationSpec:
        declared = _section(self._operations, action)
        output = _section(declared, "output")
        taken = self._shape_of(_section(declared, "input"))
        given = self._shape_of(output)
        return OperationSpec(
            name=f"{self._service}.{action}",
            service=self._service,
            action=action,
            version=self._version,
            namespace=self._namespace,
            input=taken,
            output=given,
            result_wrapper=str(output.get("resultWrapper", f"{action}Result")) if output else None,
            errors=self._errors(declared),
            paginated=self._pagination(action, taken, given),
            unsigned=declared.get("authtype") == "none",
        )

    def _errors(self, declared: Json) -> Mapping[str, int]:
        errors: dict[str, int] = {}
        for reference in cast("list[Json]", declared.get("errors", [])):  # the grammar: a list of references
            name = str(reference["shape"])
            trait = _section(_section(self._shapes_declared, name), "error")
            errors[str(trait.get("code", name))] = int(cast(int, trait.get("httpStatusCode", 400)))
        return MappingProxyType(errors)

    def _pagination(self, action: str, taken: Shape | None, given: Shape | None) -> Pagination | None:
        if taken is None or given is None or "Marker" not in taken.members:
            return None
        declared = _section(self._paginators, action).get("result_key")
        if declared is None:
            keys = [name for name, member in given.members.items() if member.kind == "list"]
        else:
            keys = [declared] if isinstance(declared, str) else list(cast("list[str]", declared))
        return Pagination(result_keys=tuple(keys))

    def _shape_of(self, reference: Json) -> Shape | None:
        return self._shape(str(reference["shape"])) if "shape" in reference else None

    def _shape(self, name: str) -> Shape:
        built = self._shapes.get(name)
        if built is None:
            built = self._shapes[name] = self._build_shape(name)
        return built

    def _build_shape(self, name: str) -> Shape:
        declared = _section(self._shapes_declared, name)
        members = {
            member: self._shape(str(_section(_section(declared, "members"), member)["shape"]))
            for member in _section(declared, "members")
        }
        return Shape(
            name=name,
            service=self._service,
            kind=cast(Kind, declared["type"]),  # the grammar's closed list of types
            members=MappingProxyType(members),
            required=_texts(declared, "required"),
            element=self._shape_of(_section(declared, "member")),
            key=self._shape_of(_section(declared, "key")),
            value=self._shape_of(_section(declared, "value")),
            enum=_texts(declared, "enum"),
            pattern=cast("str | None", declared.get("pattern")),
            min=cast("int | None", declared.get("min")),
            max=cast("int | None", declared.get("max")),
            sensitive=declared.get("sensitive") is True,
            refusal=cast("str | None", declared.get("refusal")),
        )


def _read(service: Service, part: str) -> Json:
    """One part of a service's model; {} where the service has no such part."""
    if service in _OURS:
        whole = json.loads(_package_file(f"{service}.json").read_text("utf-8"))
        return cast(Json, whole)
    # The data files are read directly: botocore's loader imports its HTTP client, ten times the cost of the parse.
    folder = importlib.resources.files("botocore").joinpath("data", service, _OUTSIDE[service])
    plain, packed = folder.joinpath(f"{part}.json"), folder.joinpath(f"{part}.json.gz")
    raw = gzip.decompress(packed.read_bytes()) if packed.is_file() else plain.read_bytes()
    return cast(Json, json.loads(raw))


def _package_file(name: str) -> Traversable:
    return importlib.resources.files("iam.shapes").joinpath(name)


def _section(whole: Json, name: str) -> Json:
    return cast(Json, whole.get(name, {}))


def _texts(declared: Json, name: str) -> tuple[str, ...]:
    return tuple(cast("list[str]", declared.get(name, [])))


def _merged(declared: Json, patch: Json) -> Json:
    """The declared table with each patched entry's traits laid over it; entries not declared are added."""
    merged = dict(declared)
    for name in patch:
        merged[name] = {**_section(declared, name), **_section(patch, name)}
    return merged
