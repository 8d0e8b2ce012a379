"""Findings about variables in resources and condition values."""

import re
from collections.abc import Iterator

from iam.policy.findings.model import Findings, Part, PolicyView, StatementView

_ELEMENTS = ("Action", "NotAction", "Effect", "Sid", "Principal", "NotPrincipal")
_NAME = re.compile(r"[^\s${}]+")
_ESCAPED = ("*", "?", "$")


def check(policy: PolicyView) -> Findings:
    """Yield the findings of this family."""
    for statement in policy.statements:
        yield from _elsewhere(policy, statement)
        for part, takes in _places(statement):
            if "${" in part.text:
                yield from _one(policy, part, takes)


def _elsewhere(policy: PolicyView, statement: StatementView) -> Findings:
    parts = [*statement.actions, *(part for _, part in statement.principals)]
    parts += [statement.elements[name] for name in ("Sid", "Effect") if name in statement.elements]
    for part in parts:
        if part.node.kind == "string" and "${" in part.text:
            text = f"Variables are read in Resource and Condition only, not in {_element(part)}."
            yield policy.finding("VARIABLE_UNSUPPORTED_IN_ELEMENT", text, part)


def _element(part: Part) -> str:
    return next((str(step) for step in part.path if step in _ELEMENTS), "this element")


def _places(statement: StatementView) -> Iterator[tuple[Part, bool]]:
    """Yield the texts in which a variable may stand, and whether the operator reads it."""
    for part in statement.resources:
        yield part, True
    for clause in statement.clauses:
        for part in clause.values:
            if part.node.kind == "string":
                yield part, clause.named is None or clause.named.takes_variables


def _one(policy: PolicyView, part: Part, takes: bool) -> Findings:
    if policy.version != "2012-10-17" and not _only_escapes(part.text):
        text = "Variables are read in Version 2012-10-17 only; here this is plain text."
        yield policy.finding("VARIABLE_UNSUPPORTED_IN_VERSION", text, part)
    if not takes:
        text = "Only String and Arn operators read variables; here this is plain text."
        yield policy.finding("INVALID_VARIABLE_FOR_OPERATOR", text, part)
    for start in (match.start() for match in re.finditer(r"\$\{", part.text)):
        yield from _form(policy, part, start)


def _only_escapes(text: str) -> bool:
    return all(match in _ESCAPED for match in re.findall(r"\$\{([^}]*)\}", text)) and "${" in text


def _form(policy: PolicyView, part: Part, start: int) -> Findings:
    close = part.text.find("}", start)
    if close < 0:
        text = "This variable has no closing brace and is plain text."
        yield policy.finding("MISSING_BRACE_IN_VARIABLE", text, part, inside=(start, 2))
        return
    inside = (start, close + 1 - start)
    name, comma, default = part.text[start + 2 : close].partition(",")
    if name in _ESCAPED and not comma:
        return
    if not name.strip():
        yield policy.finding("EMPTY_VARIABLE", "This variable names no key.", part, inside=inside)
    elif not _NAME.fullmatch(name):
        text = "A key in a variable has no blanks; this one has no value."
        yield policy.finding("UNSUPPORTED_SPACE_IN_VARIABLE", text, part, inside=inside)
    if comma and not (default.startswith(" '") and default.endswith("'") and len(default) > 2):
        text = "A default is written ${key, 'value'}: one blank, single quotes."
        yield policy.finding("MISSING_QUOTE_IN_VARIABLE", text, part, inside=inside)
