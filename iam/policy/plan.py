"""Plans: the policies of one principal, merged by action.

Made once per principal and policy revision; each action is merged when it is first asked for.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any, Final, get_args

from iam.policy.attached import AttachedPolicy
from iam.policy.compile import ACTIONS_KEPT, Rule
from iam.policy.decision import Decision, Hit, LayerName
from iam.policy.services import has_own_rules
from iam.policy.variables import Context

_WORTH_GROUPING: Final = 3
REMEMBERED: Final = 40_000
"""What all plans together remember, in merged actions and made decisions: the oldest is forgotten first."""

_NO_TEXTS: Final = frozenset[str]()
_remembered: deque[tuple[dict[Any, Any], object]] = deque()


def _remember(table: dict[Any, Any], key: object) -> None:
    _remembered.append((table, key))
    if len(_remembered) > REMEMBERED:
        oldest, forgotten = _remembered.popleft()
        oldest.pop(forgotten, None)


class Candidates:
    """The statements of one layer that speak of one action, sorted by how cheaply they are asked.

    A statement without conditions whose resources are plain texts or prefixes is `simple`: all simple ones
    together are ruled out by two built-in tests.
    """

    __slots__ = ("always", "exacts", "prefixes", "rest", "simple")

    def __init__(self, rules: Sequence[Rule]) -> None:
        self.always = next((rule for rule in rules if rule.always), None)
        simple = [rule for rule in rules if rule.simple] if len(rules) >= _WORTH_GROUPING else []
        grouped = len(simple) >= _WORTH_GROUPING and self.always is None
        self.simple = tuple(simple) if grouped else ()
        rest = () if self.always else [rule for rule in rules if not rule.simple] if grouped else rules
        self.rest = tuple([(rule.heads, rule.applies, rule) for rule in rest])
        self.exacts, self.prefixes = _grouped(simple) if grouped else (_NO_TEXTS, ())

    def first(self, resource: str, context: Context) -> Rule | None:
        """Return a statement that applies, or None."""
        if self.always is not None:
            return self.always
        if self.simple and (resource in self.exacts or resource.startswith(self.prefixes)):
            for rule in self.simple:  # pragma: no branch  # one of them applies, that is what was just asked
                if rule.applies(resource, context):
                    return rule
        for heads, applies, rule in self.rest:
            if resource.startswith(heads) and applies(resource, context):
                return rule
        return None


def _grouped(rules: list[Rule]) -> tuple[frozenset[str], tuple[str, ...]]:
    exacts = frozenset(text for rule in rules for text in rule.exacts)
    return exacts, tuple(dict.fromkeys(text for rule in rules for text in rule.prefixes))


NOBODY: Final = Candidates(())

ByAction = tuple[Candidates, Candidates, bool]
"""The Deny and the Allow statements for an action, and whether its service has rules of its own."""


class Layer:
    """Policies of one type that are asked together: any Deny denies, any Allow allows."""

    __slots__ = ("attached", "by_action", "name", "silence")

    def __init__(self, name: LayerName, attached: Sequence[AttachedPolicy]) -> None:
        self.name: LayerName = name
        self.attached = tuple(attached)
        self.silence = SILENCE[name]
        self.by_action: dict[str, ByAction] = {}

    def candidates(self, action: str) -> ByAction:
        """Return the statements that speak of an action."""
        found = self.by_action.get(action)
        return self._merge(action) if found is None else found

    def _merge(self, action: str) -> ByAction:
        folded = action.lower()
        denies: list[Rule] = []
        allows: list[Rule] = []
        for item in self.attached:
            for rule in item.document.rules_for(folded, "identity"):
                (denies if rule.deny else allows).append(rule)
        if len(self.by_action) >= ACTIONS_KEPT:
            self.by_action.clear()
        merged = self.by_action[action] = (
            Candidates(denies) if denies else NOBODY,
            Candidates(allows) if allows else NOBODY,
            has_own_rules(folded),
        )
        _remember(self.by_action, action)
        return merged

    def hit(self, rule: Rule) -> Hit:
        """Return the policy a statement of this layer belongs to (the first, if a text hangs twice)."""
        for item in self.attached:  # pragma: no branch  # the rule is of one of them
            if item.document is rule.document:
                return item, rule.number
        raise LookupError(rule.number)  # pragma: no cover


SILENCE: Final[dict[LayerName, Decision]] = {
    name: Decision("implicitDeny", name) for name in get_args(LayerName)
}
"""The decision where no statement of a layer allows."""
DECISIONS_KEPT: Final = 1024


class Plan:
    """The policies of a principal.

    `session` None: no session policies were sent; an empty sequence: sent, but empty, which allows nothing.
    """

    __slots__ = ("boundary", "decisions", "identity", "limits", "session")

    def __init__(
        self,
        identity: Sequence[AttachedPolicy],
        boundary: AttachedPolicy | None = None,
        session: Sequence[AttachedPolicy] | None = None,
    ) -> None:
        self.identity = Layer("identity-based policy", identity)
        self.boundary = None if boundary is None else Layer("permissions boundary", (boundary,))
        self.session = None if session is None else Layer("session policy", session)
        self.limits = tuple(layer for layer in (self.boundary, self.session) if layer is not None)
        self.decisions: dict[Rule | tuple[Layer | Rule, ...], Decision] = {}

    def denied(self, layer: Layer, rule: Rule) -> Decision:
        """Return the decision a Deny of one of the plan's layers leads to, the same object each time."""
        known = self.decisions.get((layer, rule))
        if known is None:
            known = self._keep((layer, rule), Decision("explicitDeny", layer.name, (layer.hit(rule),)))
        return known

    def allowed_by(self, rule: Rule) -> Decision:
        """Return the decision that one statement of the identity side leads to, where nothing limits it."""
        return self._keep(rule, Decision("allowed", self.identity.name, (self.identity.hit(rule),)))

    def allowed(self, rules: tuple[Rule, ...]) -> Decision:
        """Return the decision that these statements lead to: one of the identity side, one of each limit."""
        known = self.decisions.get(rules)
        if known is None:
            layers = (self.identity, *self.limits)
            hits = tuple([layer.hit(rule) for layer, rule in zip(layers, rules, strict=True)])
            known = self._keep(rules, Decision("allowed", self.identity.name, hits))
        return known

    def _keep(self, key: Rule | tuple[Layer | Rule, ...], decision: Decision) -> Decision:
        if len(self.decisions) >= DECISIONS_KEPT:
            self.decisions.clear()
        self.decisions[key] = decision
        _remember(self.decisions, key)
        return decision
