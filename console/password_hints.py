"""The rules for a new password, held against what is typed so far, and how strong that is: the server's own verdict."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from accounts import halfway, password_strength, passwords, sessions
from accounts.models import Account, Identity
from accounts.password_rules import BUILT_IN, Rules, Violation, describe, violations
from accounts.password_strength import Strength
from console.page import page

TEMPLATE: Final = "components/password_hints.html"


@dataclass(frozen=True, slots=True)
class Hint:
    """One rule in words.  `state` is "" while nothing is typed, and for what is told only when it is set."""

    text: str
    state: Literal["", "met", "broken"] = ""


@dataclass(frozen=True, slots=True)
class Hints:
    """Every rule, and the strength of what is typed where it was rated."""

    rules: Sequence[Hint]
    strength: Strength | None = None

    @property
    def broken(self) -> tuple[str, ...]:
        """The rules that what is typed breaks."""
        return tuple(hint.text for hint in self.rules if hint.state == "broken")


def of(identity: Identity, raw: str = "") -> Hints:
    """For somebody's own next password.

    Whether a password was used before is told only when it is set: each comparison costs a hash.
    """
    return _held(
        raw, passwords.told_of(identity), passwords.rules_for(identity), passwords.context_words(identity)
    )


def of_member(account: Account, user_name: str, raw: str = "") -> Hints:
    """For the password of an IAM user of the account, whether it is there already or not."""
    rules = passwords.rules_of_users(account)
    return _held(raw, describe(rules), rules, (*passwords.words_of(account), user_name))


def of_newcomer(words: Sequence[str], raw: str = "") -> Hints:
    """For the root user of an account that is being opened; `words` are its name, alias and address so far."""
    return _held(raw, describe(BUILT_IN), BUILT_IN, words)


def of_due(request: HttpRequest, raw: str = "") -> Hints | None:
    """For the password that a half-done sign-in waits for; None where it waits for none."""
    identity = whose_is_due(request)
    return of(identity, raw) if identity is not None else None


def whose_is_due(request: HttpRequest) -> Identity | None:
    """Whose new password a half-done sign-in waits for."""
    state = halfway.load(sessions.store_of(request), timezone.now())
    return state.identity if state is not None and state.awaits == "password" else None


def answer(
    request: HttpRequest, hints: Hints, *, field: str, place: str = "hints", also: str = ""
) -> HttpResponse:
    """The list alone, for a page to put in place of the one it has.

    `field` is the id of the password's field, `place` the list's own, `also` a selector of what is sent along.
    """
    shown: dict[str, Any] = {"id": place, "hints": hints, "check": request.path, "field": field, "also": also}
    return page(request, TEMPLATE, **shown)


def advice(raw: str, words: Sequence[str]) -> str:
    """What to say after a password was accepted that is easy to guess; "" of any other."""
    strength = password_strength.of(raw, words)
    if strength is None or not strength.poor:
        return ""
    return f" It is easy to guess, though ({strength.word}). {' '.join(strength.advice)}"


def _held(raw: str, told: Sequence[Violation], rules: Rules, words: Sequence[str]) -> Hints:
    if not raw:
        return Hints([Hint(rule.text) for rule in told])
    broken = {each.code: each.text for each in violations(raw, rules, words)}
    shown = [Hint(rule.text, _state(rule, broken)) for rule in told]
    known = {rule.code for rule in told}
    shown += [Hint(text, "broken") for code, text in broken.items() if code not in known]
    return Hints(shown, password_strength.of(raw, words))


def _state(rule: Violation, broken: Collection[str]) -> Literal["", "met", "broken"]:
    if rule.code == "used_before":
        return ""
    return "broken" if rule.code in broken else "met"
