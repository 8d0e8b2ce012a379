"""Step two, compile: a document once per content, into an index by action and one test per statement.

Nothing here knows a principal or a request.  The tests of a statement are made when its action is first asked
for; how a statement is read depends on what the policy hangs on, its `Flavour`.
"""

from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from sys import intern
from typing import Final

from iam.policy import principals
from iam.policy.conditions import Check, clause_check
from iam.policy.document import Document, Statement, parse
from iam.policy.match import ContextMatcher, Matcher, glob
from iam.policy.reader import Lines, Position, read
from iam.policy.resources import Flavour, Resources
from iam.policy.variables import Context

DOCUMENTS_KEPT: Final = 4096
ACTIONS_KEPT: Final = 256
PATTERNS_KEPT: Final = 4096
ANY_HEAD: Final = ""


class Rule:
    """One statement, ready to be asked.  `applies` looks at resource and conditions, not at the action."""

    __slots__ = (
        "always",
        "applies",
        "deny",
        "document",
        "exacts",
        "heads",
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
        resource = Resources.of(statement, flavour, variables=variables)
        checks = _checks(statement, flavour, variables=variables)
        self.always = resource.everything and not resource.negated and not checks
        self.simple = resource.simple and not checks and not self.always
        self.exacts = tuple(resource.exacts) if self.simple else ()
        self.prefixes = tuple(resource.prefixes) if self.simple else ()
        self.heads = ANY_HEAD if resource.negated or resource.everything else _heads(resource.heads)
        self.applies: Callable[[str, Context], bool] = _both(resource.test(), _all(checks))


def _heads(heads: list[str]) -> str | tuple[str, ...]:
    """Return how a text begins that may match.  One text is asked faster than a tuple of one."""
    return heads[0] if len(heads) == 1 else tuple(dict.fromkeys(heads))


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
    """Which statements speak of an action: exact names in a dict, patterns by service, others in a list."""

    __slots__ = ("exact", "patterns", "rest")

    def __init__(self, statements: tuple[Statement, ...]) -> None:
        self.exact: dict[str, int | list[int]] = {}
        self.patterns: dict[str, list[tuple[Matcher, int]]] = {}
        self.rest: list[tuple[Callable[[str], bool], int]] = []
        for number, statement in enumerate(statements):
            if statement.not_action:
                self.rest.append((_none_of(statement.actions), number))
            else:
                self._add(number, dict.fromkeys(map(str.lower, statement.actions)))

    def _add(self, number: int, actions: Iterable[str]) -> None:
        for action in actions:
            if not _has_wildcard(action):
                self._add_exact(intern(action), number)
            else:
                self._add_pattern(action, number)

    def _add_pattern(self, action: str, number: int) -> None:
        service, _, name = action.partition(":")
        if _has_wildcard(service):
            self.rest.append((action_matcher(action), number))
        else:
            self.patterns.setdefault(intern(service), []).append((_shared_glob(name), number))

    def _add_exact(self, action: str, number: int) -> None:
        """Note the statement.  Most actions stand in one: a bare number is a fifth of a list's size."""
        known = self.exact.setdefault(action, number)
        if isinstance(known, list):
            known.append(number)
        elif known != number:
            self.exact[action] = [known, number]

    def find(self, action: str) -> Sequence[int]:
        """Return the numbers of the statements, ascending, for a lower-case action."""
        exact = self.exact.get(action)
        found = () if exact is None else exact if isinstance(exact, list) else (exact,)
        service, _, name = action.partition(":")
        more: list[int] = []
        # Loops: this is asked of every policy of a new principal, and a comprehension costs a call.
        for test, number in self.patterns.get(service, ()):
            if test(name):
                more.append(number)
        for test, number in self.rest:
            if test(action):
                more.append(number)
        return sorted({*found, *more}) if more else found


@lru_cache(maxsize=PATTERNS_KEPT)
def _shared_glob(pattern: str) -> Matcher:
    """Return the test of an action's name: a few patterns stand in most policies."""
    return glob(pattern)


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
        self._rules: dict[Flavour, list[Rule | None]] = {}
        self._matching: dict[tuple[Flavour, str], tuple[Rule, ...]] = {}
        self._places: tuple[tuple[Position, Position], ...] | None = None

    def rule(self, number: int, flavour: Flavour) -> Rule:
        """Return the compiled statement."""
        made = self._rules.get(flavour)
        if made is None:
            made = self._rules[flavour] = [None] * len(self.source.statements)
        rule = made[number]
        if rule is None:
            rule = made[number] = Rule(self, number, flavour)
        return rule

    def rules_for(self, action: str, flavour: Flavour) -> tuple[Rule, ...]:
        """Return the statements that speak of an action (lower-case), not remembering the answer."""
        found = self._index.find(action)
        return tuple([self.rule(number, flavour) for number in found]) if found else ()

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
            lines = Lines(self.text)
            self._places = tuple((lines.position(block.start), lines.position(block.end)) for block in blocks)
        return self._places[number]


@lru_cache(maxsize=DOCUMENTS_KEPT)
def compile_document(text: str) -> CompiledDocument:
    """Compile a policy; the same text gives the same object while it is remembered.

    Errors: PolicySyntaxError, see parse.
    """
    return CompiledDocument(text)
