"""Resource and NotResource of a statement, compiled.

How an absent element and an incomplete ARN are read depends on what the policy hangs on, its `Flavour`.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from sys import intern
from typing import Literal

from iam.policy.arn import complete, is_incomplete, resource_tokens
from iam.policy.document import Statement
from iam.policy.match import ContextMatcher, Matcher, context_matcher, matcher
from iam.policy.variables import RUN, Token, Variable, has_values, has_variables, literal

Flavour = Literal["identity", "resource", "scp", "rcp"]
"""identity: also boundary and session policies; resource: also trust policies."""


@dataclass(slots=True)
class Resources:
    """The Resource or NotResource of a statement, sorted by how its patterns are tested."""

    everything: bool = False
    exacts: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    others: list[Matcher] = field(default_factory=list)
    contextual: list[tuple[Token, ...]] = field(default_factory=list)
    negated: bool = False
    deny: bool = False
    heads: list[str] = field(default_factory=list)
    """How the patterns begin: a text that begins like none of them is matched by none."""

    @classmethod
    def of(cls, statement: Statement, flavour: Flavour, *, variables: bool) -> "Resources":
        """Sort the patterns of a statement."""
        deny = statement.effect == "Deny"
        if statement.resources is None:
            # A resource policy hangs on its resource; elsewhere the element must not be missing.
            return cls(everything=flavour == "resource" or deny)
        if not statement.resources and statement.not_resource:
            return cls(everything=deny)
        sorted_ = cls(negated=statement.not_resource, deny=deny)
        # Never wider: an incomplete ARN spares in a NotResource of an Allow, and denies in a control policy.
        spares, denies = statement.not_resource and not deny, deny and not statement.not_resource
        widen = flavour == "identity" or spares or (flavour != "resource" and denies)
        for pattern in _completed(statement.resources, widen=widen):
            sorted_._add(resource_tokens(pattern, variables=variables))
        return sorted_

    def _add(self, pattern: tuple[Token, ...]) -> None:
        text = literal(pattern)
        self.heads.append(intern(pattern[0]) if pattern and isinstance(pattern[0], str) else "")
        if text is not None:
            self.exacts.append(intern(text))
        elif pattern == (RUN,):
            self.everything = True
        elif has_variables(pattern):
            self.contextual.append(pattern)
        elif len(pattern) == 2 and isinstance(pattern[0], str) and pattern[1] is RUN:
            self.prefixes.append(intern(pattern[0]))
        else:
            self.others.append(matcher(pattern))

    @property
    def simple(self) -> bool:
        """Whether only plain texts and prefixes are listed."""
        return not (self.others or self.contextual or self.negated or self.everything)

    def test(self) -> ContextMatcher | None:
        """Return the test, or None where everything passes."""
        if self.negated:
            return self._outside()
        return None if self.everything else self._inside()

    def _inside(self) -> ContextMatcher:
        exacts: tuple[str, ...] | frozenset[str] = (
            tuple(self.exacts) if len(self.exacts) < 8 else frozenset(self.exacts)
        )
        prefixes = tuple(self.prefixes)
        tests = (*map(_ignoring_context, self.others), *map(context_matcher, self.contextual))
        if tests and not exacts and not prefixes:
            return (
                tests[0]
                if len(tests) == 1
                else lambda text, context: any(test(text, context) for test in tests)
            )
        if tests:
            return lambda text, context: (
                text in exacts or text.startswith(prefixes) or any(test(text, context) for test in tests)
            )
        if not exacts:
            start = prefixes[0] if len(prefixes) == 1 else prefixes
            return lambda text, _context: text.startswith(start)
        return lambda text, _context: text in exacts or text.startswith(prefixes)

    def _outside(self) -> ContextMatcher:
        """Return the test of NotResource.

        A variable without a value: in a Deny the entry drops out, in an Allow the statement does.
        """
        if self.everything:
            return lambda _text, _context: False
        inside = self._inside()
        if self.deny or not self.contextual:
            return lambda text, context: not inside(text, context)
        patterns = self.contextual
        return lambda text, context: (
            all(has_values(pattern, context) for pattern in patterns) and not inside(text, context)
        )


def _completed(patterns: Iterable[str], *, widen: bool) -> Iterable[str]:
    """Fill incomplete ARNs where the kind of policy allows them; elsewhere they match nothing."""
    for pattern in patterns:
        if not is_incomplete(pattern):
            yield pattern
        elif widen:
            yield complete(pattern)


def _ignoring_context(test: Matcher) -> ContextMatcher:
    return lambda text, _context: test(text)


def resource_variables(statement: Statement) -> Iterable[Variable]:
    """Yield the variables of a statement's resources."""
    for pattern in statement.resources or ():
        for token in resource_tokens(pattern, variables=True) if "${" in pattern else ():
            if isinstance(token, Variable) and token.key:
                yield token
