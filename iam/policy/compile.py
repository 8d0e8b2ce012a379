"""Step two, compile: a document once per content, into an index by action and one test per statement.

Nothing here knows a principal or a request.  The tests of a statement are made when its action is first asked
for; how a statement is read depends on what the policy hangs on, its `Flavour`.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from sys import intern
from typing import Final, Literal

from iam.policy import principals
from iam.policy.arn import complete, is_incomplete, resource_tokens
from iam.policy.conditions import Check, clause_check
from iam.policy.document import Document, Statement, parse
from iam.policy.match import ContextMatcher, Matcher, context_matcher, glob, matcher
from iam.policy.reader import Position, position, read
from iam.policy.variables import Context, Token, Wild, has_variables, literal, resolver

Flavour = Literal["identity", "resource", "scp", "rcp"]
"""identity: also boundary and session policies; resource: also trust policies."""

DOCUMENTS_KEPT: Final = 4096
ACTIONS_KEPT: Final = 256


class Rule:
    """One statement, ready to be asked.  `applies` looks at resource and conditions, not at the action."""

    __slots__ = (
        "always",
        "applies",
        "deny",
        "document",
        "exacts",
        "number",
        "prefixes",
        "principals",
        "simple",
    )

    def __init__(self, document: "CompiledDocument", number: int, flavour: Flavour) -> None:
        statement = document.source.statements[number]
        self.document = document
        self.number = number
        self.deny = statement.effect == "Deny"
        self.principals = (
            None
            if statement.principals is None
            else principals.compiled(statement.principals, negated=statement.not_principal)
        )
        variables = document.source.version == "2012-10-17"
        resource = _Resources.of(statement, flavour, variables=variables)
        checks = _checks(statement, flavour, variables=variables)
        self.always = resource.everything and not resource.negated and not checks
        self.simple = resource.simple and not checks and not self.always
        self.exacts = tuple(resource.exacts) if self.simple else ()
        self.prefixes = tuple(resource.prefixes) if self.simple else ()
        self.applies: Callable[[str, Context], bool] = _both(resource.test(), _all(checks))


def _checks(statement: Statement, flavour: Flavour, *, variables: bool) -> list[Check]:
    """Return the checks of the conditions, and one that answers a doubt about the Principal element."""
    doubt = statement.effect == "Deny"
    made = [clause_check(clause, variables=variables, doubt=doubt) for clause in statement.clauses]
    checks = [check for check in made if check is not None]
    if not _principal_fits(statement, flavour) and not doubt:
        checks.append(lambda _context: False)
    if not statement.actions and statement.not_action and not doubt:
        checks.append(
            lambda _context: False
        )  # NotAction of nothing: AWS says without effect, taken at its word
    return checks


def _principal_fits(statement: Statement, flavour: Flavour) -> bool:
    if flavour == "resource":
        return statement.principals is not None
    if flavour == "rcp":
        return statement.principals == (("AWS", "*"),) and not statement.not_principal
    return statement.principals is None


@dataclass(slots=True)
class _Resources:
    """The Resource or NotResource of a statement, sorted by how its patterns are tested."""

    everything: bool = False
    exacts: list[str] = field(default_factory=list)
    prefixes: list[str] = field(default_factory=list)
    others: list[Matcher] = field(default_factory=list)
    contextual: list[tuple[Token, ...]] = field(default_factory=list)
    negated: bool = False
    deny: bool = False

    @classmethod
    def of(cls, statement: Statement, flavour: Flavour, *, variables: bool) -> "_Resources":
        deny = statement.effect == "Deny"
        if statement.resources is None:
            # A resource policy hangs on its resource; elsewhere the element must not be missing.
            return cls(everything=flavour == "resource" or deny)
        if not statement.resources and statement.not_resource:
            return cls(everything=deny)
        sorted_ = cls(negated=statement.not_resource, deny=deny)
        widen = flavour == "identity" or (flavour != "resource" and deny != statement.not_resource)
        for pattern in _completed(statement.resources, widen=widen):
            sorted_._add(resource_tokens(pattern, variables=variables))
        return sorted_

    def _add(self, pattern: tuple[Token, ...]) -> None:
        text = literal(pattern)
        if text is not None:
            self.exacts.append(text)
        elif pattern == (Wild.RUN,):
            self.everything = True
        elif has_variables(pattern):
            self.contextual.append(pattern)
        elif len(pattern) == 2 and isinstance(pattern[0], str) and pattern[1] is Wild.RUN:
            self.prefixes.append(pattern[0])
        else:
            self.others.append(matcher(pattern))

    @property
    def simple(self) -> bool:
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
        resolvers = [resolver(pattern) for pattern in self.contextual]
        return lambda text, context: (
            all(resolve(context) is not None for resolve in resolvers) and not inside(text, context)
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


def _all(checks: list[Check]) -> Check | None:
    if len(checks) == 2:
        first, second = checks
        return lambda context: first(context) and second(context)
    if len(checks) > 2:
        return lambda context: all(check(context) for check in checks)
    return checks[0] if checks else None


def _both(resource: ContextMatcher | None, check: Check | None) -> ContextMatcher:
    if resource is None:
        return (lambda _text, _context: True) if check is None else (lambda _text, context: check(context))
    if check is None:
        return resource
    return lambda text, context: resource(text, context) and check(context)


class _ActionIndex:
    """Which statements speak of an action: exact names in a dict, patterns by service, the rest in one list."""

    __slots__ = ("exact", "patterns", "rest")

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.exact: dict[str, int | list[int]] = {}
        self.patterns: dict[str, list[tuple[Matcher, int]]] = {}
        self.rest: list[tuple[Callable[[str], bool], int]] = []
        for number, statement in enumerate(statements):
            if statement.not_action:
                self.rest.append((_none_of(statement.actions), number))
            else:
                self._add(number, dict.fromkeys(action.lower() for action in statement.actions))

    def _add(self, number: int, actions: Iterable[str]) -> None:
        for action in actions:
            service, _, name = action.partition(":")
            if not _has_wildcard(action):
                self._add_exact(intern(action), number)
            elif _has_wildcard(service):
                self.rest.append((action_matcher(action), number))
            else:
                self.patterns.setdefault(service, []).append((glob(name), number))

    def _add_exact(self, action: str, number: int) -> None:
        """Note the statement.  Most actions stand in one: a bare number is a fifth of a list's size."""
        known = self.exact.setdefault(action, number)
        if isinstance(known, list):
            known.append(number)
        elif known != number:
            self.exact[action] = [known, number]

    def find(self, action: str) -> list[int]:
        """Return the numbers of the statements, ascending, for a lower-case action."""
        service, _, name = action.partition(":")
        exact = self.exact.get(action, [])
        found = {exact} if isinstance(exact, int) else set(exact)
        found.update(number for test, number in self.patterns.get(service, ()) if test(name))
        found.update(number for test, number in self.rest if test(action))
        return sorted(found)


def _has_wildcard(text: str) -> bool:
    return "*" in text or "?" in text


def action_matcher(pattern: str) -> Matcher:
    """Return the test for a lower-case action pattern.  Service and name are compared each on its own."""
    if pattern.strip("*") == "":
        return (lambda _action: True) if pattern else (lambda _action: False)
    service, colon, name = pattern.partition(":")
    if not colon:
        return lambda _action: False
    service_test, name_test = glob(service), glob(name)

    def match(action: str) -> bool:
        given, _, rest = action.partition(":")
        return service_test(given) and name_test(rest)

    return match


def _none_of(patterns: tuple[str, ...]) -> Matcher:
    tests = [action_matcher(pattern.lower()) for pattern in dict.fromkeys(patterns)]
    return lambda action: not any(test(action) for test in tests)


class CompiledDocument:
    """A policy ready to be asked by action.  Shared by all principals that have it; compare by identity."""

    __slots__ = ("_index", "_matching", "_places", "_rules", "source", "text")

    def __init__(self, text: str) -> None:
        self.text = text
        self.source: Document = parse(text)
        self._index = _ActionIndex(self.source.statements)
        self._rules: dict[tuple[Flavour, int], Rule] = {}
        self._matching: dict[tuple[Flavour, str], tuple[Rule, ...]] = {}
        self._places: tuple[tuple[Position, Position], ...] | None = None

    def rule(self, number: int, flavour: Flavour) -> Rule:
        """Return the compiled statement."""
        rule = self._rules.get((flavour, number))
        if rule is None:
            rule = self._rules[flavour, number] = Rule(self, number, flavour)
        return rule

    def rules_for(self, action: str, flavour: Flavour) -> tuple[Rule, ...]:
        """Return the statements that speak of an action (lower-case), not remembering the answer."""
        return tuple(self.rule(number, flavour) for number in self._index.find(action))

    def matching(self, action: str, flavour: Flavour) -> tuple[Rule, ...]:
        """Return the statements that speak of an action (any case), remembering the answer."""
        found = self._matching.get((flavour, action))
        if found is None:
            if len(self._matching) >= ACTIONS_KEPT:
                self._matching.clear()
            found = self._matching[flavour, action] = self.rules_for(action.lower(), flavour)
        return found

    def place(self, number: int) -> tuple[Position, Position]:
        """Line and column of a statement's first character and of the one behind its last."""
        if self._places is None:
            found = read(self.text).child("Statement")
            assert found is not None  # noqa: S101  # the text was parsed, so it is there
            blocks = found[1].items if found[1].kind == "array" else (found[1],)
            self._places = tuple(
                (position(self.text, block.start), position(self.text, block.end)) for block in blocks
            )
        return self._places[number]


@lru_cache(maxsize=DOCUMENTS_KEPT)
def compile_document(text: str) -> CompiledDocument:
    """Compile a policy; the same text gives the same object while it is remembered.

    Errors: PolicySyntaxError, see parse.
    """
    return CompiledDocument(text)
