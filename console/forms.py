"""OperationForm: a form made of an operation's input shape, run as that operation, with its refusals at their fields."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.http import HttpRequest

from accounts.password_rules import as_typed
from console import cli, plain_words
from console.calls import run
from console.fields import Field, FieldKind, FormError, Problem, options
from console.panels import Refusal, refusal
from iam.errors import (
    AccessDenied,
    EntityAlreadyExists,
    MalformedPolicyDocument,
    ServiceError,
    ValidationError,
)
from iam.shapes import names, spec
from iam.shapes.spec import Shape

_ACRONYMS: Final = {
    "id": "ID",
    "arn": "ARN",
    "mfa": "MFA",
    "ssh": "SSH",
    "saml": "SAML",
    "url": "URL",
    "oidc": "OIDC",
}
NAME_HINT: Final = "Letters, digits and any of + = , . @ - _, without spaces."
# What the common patterns of the service model mean, in words; the server checks the patterns themselves.
_HINTS: Final = {
    r"[\w+=,.@-]+": NAME_HINT,
    r"[\w+=,.@\-]+": NAME_HINT,
    r"(\u002F)|(\u002F[\u0021-\u007E]+\u002F)": "Begins and ends with a slash, such as /engineering/.",
}

_WHOLE: Final = re.compile(r"-?[0-9]+")
_MOST_DIGITS: Final = 18  # no limit of a setting is as long, and Python refuses to read thousands of digits


@dataclass(frozen=True, slots=True)
class Look:
    """How one field departs from what its shape says.  Unset parts follow the shape.

    `scale`: the field counts in units of so many of the member's: 60 shows seconds as minutes.  `check`: the kind of
    policy (console.policy_checks) that a document is checked as while it is written.
    """

    label: str = ""
    help: str = ""
    kind: FieldKind | None = None
    choices: Sequence[tuple[str, str]] | None = None
    required: bool | None = None
    autocomplete: str = ""
    mono: bool | None = None
    max_length: int | None = None
    inputmode: str = ""
    scale: int = 1
    check: str = ""


class OperationForm:
    """A form for one operation.

    `only` names the members shown, in their order; without it all but `hide` are, required ones first.  `fixed` are
    members that are sent as they are (the user a key is made for), `initial` the values a fresh form shows, `look`
    what a field changes of its shape's own look.  `looking`: the form was sent only to look something up for it (a
    picker's search), so what is missing is no error yet.  Members are named as the model names them.
    """

    def __init__(
        self,
        request: HttpRequest,
        operation: str,
        *,
        only: Sequence[str] | None = None,
        hide: Sequence[str] = (),
        fixed: Mapping[str, Any] | None = None,
        initial: Mapping[str, Any] | None = None,
        look: Mapping[str, Look] | None = None,
        looking: bool = False,
    ) -> None:
        self._request = request
        self._operation = operation
        self._shape = spec.operation(operation).input
        self._fixed = dict(fixed or {})
        self._look = look or {}
        self._looking = looking
        self.submitted = request.method == "POST"
        self.refused: Refusal | None = None
        self.problem: ServiceError | None = None
        self.status = 200
        self._form_errors: list[str] = []
        shown = only if only is not None else self._members(hide)
        self._fields = {name: self._field(name) for name in shown}
        if self.submitted or request.POST:  # on GET: what was filled in before a proof of who it is (step_up)
            self._looking = self._looking or not self.submitted
            self._read()
        else:
            for name, value in (initial or {}).items():
                if name in self._fields:
                    value = self._shown(name, value)
                    self._put(name, value=value, options=_choose(self._fields[name], value))

    @property
    def fields(self) -> list[Field]:
        """The fields in their order, as components/field.html takes them."""
        return list(self._fields.values())

    @property
    def by_name(self) -> Mapping[str, Field]:
        """The fields by member name, for templates that place them one by one."""
        return self._fields

    @property
    def errors(self) -> list[FormError]:
        """What components/error_summary.html shows."""
        own = [FormError(message) for message in self._form_errors]
        at_fields = [
            FormError(f"{field.label}: {message}", field.id)
            for field in self.fields
            for message in _found(field) or field.errors
        ]
        return own + at_fields

    @property
    def cli(self) -> str:
        """The command that the form's present values amount to, secrets masked."""
        return cli.line(self._operation, self.params)

    @property
    def params(self) -> dict[str, Any]:
        """The members to send, in the model's names; what was left empty is not among them."""
        given = {name: self._sent(name, _given(field)) for name, field in self._fields.items()}
        return {name: value for name, value in {**given, **self._fixed}.items() if value is not None}

    def run(self) -> dict[str, Any] | None:
        """Run the operation; {} or more once it is done, None where it was refused (then `status` is 422 or 403).

        Errors: ServiceErrors of status 500 and above, session.NotSignedIn.
        """
        if self.errors:
            self.status = 422
            return None
        try:
            return run(self._request, self._operation, **names.kwargs(self.params))
        except AccessDenied as denied:
            if denied.action:
                self.refused, self.status = refusal(denied), 403
            else:  # a rule of the service, not a permission: a wrong old password
                self.refuse(denied)
        except ServiceError as problem:
            if problem.status >= 500:
                raise
            self.refuse(problem)
        return None

    def refuse(self, problem: ServiceError) -> None:
        """Show a refusal at the field it belongs to, or above the form."""
        self.problem, self.status = problem, 422
        member = problem.member or ""
        if isinstance(problem, MalformedPolicyDocument):
            member = member if member in self._fields else self._json_member()
            if member:
                found = Problem(problem.detail or problem.message, problem.line or 0, problem.column or 0)
                self._put(member, problems=[found])
        for name, told in self._told(problem, member).items():
            if name in self._fields:
                self._put(name, errors=[*self._fields[name].errors, *told])
            else:
                self._form_errors += told

    def warn(self, member: str, problems: Sequence[Problem]) -> None:
        """Show beside a document what is doubtful about it; it is no reason to refuse it."""
        self._put(member, problems=[*self._fields[member].problems, *problems])

    def _members(self, hide: Sequence[str]) -> list[str]:
        shape = self._shape
        if shape is None:
            return []
        names_ = [name for name in shape.members if name not in hide and name not in self._fixed]
        return sorted(names_, key=lambda name: name not in shape.required)

    def _field(self, name: str) -> Field:
        shape = self._shape.members[name] if self._shape else None
        if shape is None or self._shape is None:
            raise TypeError(f"{self._operation} takes no input")
        look = self._look.get(name, Look())
        kind = look.kind or ("select" if look.choices is not None else _kind(shape))
        choices = look.choices if look.choices is not None else [(value, value) for value in shape.enum]
        return Field(
            name=name,
            label=look.label or label(name),
            kind=kind,
            required=name in self._shape.required if look.required is None else look.required,
            help=look.help or _HINTS.get(shape.pattern or "", ""),
            options=options(choices, None),
            max_length=look.max_length or (shape.max if shape.kind == "string" else None),
            least=_scaled(shape.min, look.scale, up=True) if shape.kind == "integer" else None,
            most=_scaled(shape.max, look.scale) if shape.kind == "integer" else None,
            autocomplete=look.autocomplete or ("new-password" if kind == "password" else ""),
            inputmode=look.inputmode,
            mono=kind == "lines" or "ARN" in label(name) if look.mono is None else look.mono,
            check=look.check,
        )

    def _read(self) -> None:
        for name, field in self._fields.items():
            value = _READERS.get(field.kind, _text)(self._request, name)
            self._put(name, value=value, options=_choose(field, value))
            if self._looking:
                continue
            if field.kind == "number" and isinstance(value, str):
                self._put(name, errors=["Enter a whole number."])
            elif isinstance(value, int) and _outside(value, field):
                self._put(name, errors=[f"Enter a number from {field.least} to {field.most}."])
            elif field.required and value in ("", [], None):
                self._put(name, errors=["This is needed."])

    def _shown(self, name: str, value: Any) -> Any:
        scale = self._look.get(name, Look()).scale
        return value // scale if scale > 1 and isinstance(value, int) else value

    def _sent(self, name: str, value: Any) -> Any:
        scale = self._look.get(name, Look()).scale
        return value * scale if scale > 1 and isinstance(value, int) else value

    def _told(self, problem: ServiceError, member: str) -> Mapping[str, Sequence[str]]:
        """The sentences to show, by the member they stand at; those of no field stand above the form."""
        if isinstance(problem, ValidationError):
            broken = plain_words.broken(self._shape, self.params)
            if any(name in self._fields for name in broken):
                return {name: told for name, told in broken.items() if name in self._fields}
        return {member or self._name_member(problem): [plain_words.said(problem)]}

    def _name_member(self, problem: ServiceError) -> str:
        """Where a name in use was typed: in the one field that is needed and called a name."""
        named = [name for name, field in self._fields.items() if field.required and name.endswith("Name")]
        return named[0] if isinstance(problem, EntityAlreadyExists) and len(named) == 1 else ""

    def _json_member(self) -> str:
        return next((name for name, field in self._fields.items() if field.kind == "json"), "")

    def _put(self, name: str, **changes: Any) -> None:
        self._fields[name] = replace(self._fields[name], **changes)


def label(member: str) -> str:
    """A member's name in words: "SSHPublicKeyId" gives "SSH public key ID"."""
    words = [_ACRONYMS.get(word, word) for word in names.snake(member).split("_")]
    return " ".join([words[0][:1].upper() + words[0][1:], *words[1:]])


def _found(field: Field) -> list[str]:
    """What is wrong in a document, by its place: it says more than that something is."""
    return [
        f"Line {problem.line}, column {problem.column}: {problem.message}"
        for problem in field.problems
        if problem.tone == "danger" and problem.line
    ]


def _scaled(limit: int | None, scale: int, *, up: bool = False) -> int | None:
    return limit if limit is None or scale == 1 else (limit + (scale - 1 if up else 0)) // scale


def _outside(number: int, field: Field) -> bool:
    if field.kind != "number" or field.least is None or field.most is None:
        return False
    return not field.least <= number <= field.most


def _kind(shape: Shape) -> FieldKind:
    if shape.kind == "list":
        element = shape.element
        return "tags" if element is not None and set(element.members) == {"Key", "Value"} else "lines"
    if shape.kind in ("boolean", "integer"):
        return "check" if shape.kind == "boolean" else "number"
    if shape.sensitive:
        return "password"
    if shape.name in ("policyDocumentType", "attachedPolicyDocumentType"):
        return "json"
    return "select" if shape.enum else "text"


def _given(field: Field) -> Any:
    """What a field's value is on the wire; None where it was left empty."""
    if field.kind == "check":
        return bool(field.value)
    if field.kind == "lines" and isinstance(field.value, str):
        return [line.strip() for line in field.value.splitlines() if line.strip()] or None
    if field.kind in ("select", "radio") and field.least is not None and str(field.value).isdecimal():
        # A choice of an integer: only such members have a least value.
        return int(field.value)
    return None if field.value in ("", [], None) else field.value


def _choose(field: Field, value: Any) -> Any:
    return options([(option.value, option.label) for option in field.options], value) if field.options else ()


def _text(request: HttpRequest, name: str) -> str:
    return request.POST.get(name, "").strip()


def _whole_number(request: HttpRequest, name: str) -> int | str | None:
    text = _text(request, name)
    return int(text[:_MOST_DIGITS]) if _WHOLE.fullmatch(text) else text or None


def _pairs(request: HttpRequest, name: str) -> list[dict[str, str]]:
    keys, values = request.POST.getlist(f"{name}.Key"), request.POST.getlist(f"{name}.Value")
    pairs = zip(keys, values, strict=False)
    return [
        {"Key": key.strip(), "Value": value.strip()} for key, value in pairs if key.strip() or value.strip()
    ]


_READERS: Final[Mapping[str, Callable[[HttpRequest, str], Any]]] = {
    "check": lambda request, name: request.POST.get(name) == "true",
    "number": _whole_number,
    "password": lambda request, name: as_typed(request.POST.get(name, "")),
    "json": lambda request, name: request.POST.get(name, ""),
    "lines": lambda request, name: request.POST.get(name, ""),
    "checks": lambda request, name: request.POST.getlist(name),
    "tags": _pairs,
}
