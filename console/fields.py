"""Form fields as templates show them: label, control, help and errors, tied together by ids."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from iam import policy

FieldKind = Literal[
    "text",
    "email",
    "password",
    "number",
    "url",
    "search",
    "check",
    "select",
    "radio",
    "checks",
    "lines",
    "tags",
    "json",
    "hidden",
]
EMPTY_PAIRS = 2


@dataclass(frozen=True, slots=True)
class Option:
    """One choice of a select, radio or checks field."""

    value: str
    label: str
    chosen: bool = False
    help: str = ""


@dataclass(frozen=True, slots=True)
class Problem:
    """Something found in a document.  Lines and columns count from 1; 0 where unknown.

    `kind` says how grave it is, in a word or two; `path` is the way to it through the document, `code` its name for programs.
    """

    message: str
    line: int = 0
    column: int = 0
    tone: str = "danger"
    kind: str = ""
    icon: str = "alert-circle"
    path: str = ""
    code: str = ""
    end_line: int = 0
    end_column: int = 0


@dataclass(frozen=True, slots=True)
class FormError:
    """One line of the error summary; `anchor` is the id of the control at fault, "" where there is none."""

    message: str
    anchor: str = ""


@dataclass(frozen=True, slots=True)
class Field:
    """One control with all that components/field.html needs.  `value` is a list of {"Key", "Value"} for tags.

    `check`: the kind of text (console.policy_checks) that a JSON document is checked as while it is written.
    """

    name: str
    label: str
    kind: FieldKind = "text"
    value: Any = None
    required: bool = False
    help: str = ""
    errors: Sequence[str] = ()
    problems: Sequence[Problem] = ()
    options: Sequence[Option] = ()
    max_length: int | None = None
    least: int | None = None
    most: int | None = None
    rows: int = 4
    mono: bool = False
    autocomplete: str = ""
    inputmode: str = ""
    autofocus: bool = False
    hints_id: str = ""
    check: str = ""

    @property
    def id(self) -> str:
        """The control's id; a name's dots become dashes."""
        return f"field-{self.name.replace('.', '-')}"

    @property
    def described_by(self) -> str:
        """The ids of what explains the control, for aria-describedby."""
        parts = [self.hints_id] if self.hints_id else []
        parts += [f"{self.id}-help"] if self.help else []
        return " ".join([*parts, *([f"{self.id}-error"] if self.errors else [])])

    @property
    def size(self) -> str:
        """How large a document counts against its limit, for those without a script; white space is left out."""
        used = policy.minified_size(str(self.value or ""))
        return f"{used} of {self.max_length} characters without white space" if self.max_length else ""

    @property
    def pairs(self) -> list[Mapping[str, str]]:
        """The tag pairs to show: those given, then a few empty ones."""
        return [*(self.value or ()), *([{"Key": "", "Value": ""}] * EMPTY_PAIRS)]


def options(pairs: Sequence[tuple[str, str]], chosen: str | Sequence[str] | None) -> tuple[Option, ...]:
    """Choices from (value, label) pairs with the chosen ones marked."""
    taken = {chosen} if isinstance(chosen, str) else set(chosen or ())
    return tuple(Option(value, label, value in taken) for value, label in pairs)
