"""The rules for one's own new password, held against what is typed so far: one verdict, the server's."""

from dataclasses import dataclass
from typing import Final, Literal

from accounts import passwords
from accounts.models import Identity
from accounts.password_rules import describe, violations
from iam.shapes import spec
from iam.shapes.validate import ShapeViolation, validate

NAMES: Final = "The password must not be the account's name or alias, the user name or the e-mail."
LATIN: Final = "The password must hold only characters of the Latin-1 set, which the API can carry."


@dataclass(frozen=True, slots=True)
class Hint:
    """One rule in words.  `state` is "" while nothing is typed."""

    text: str
    state: Literal["", "met", "broken"] = ""


def of(identity: Identity, raw: str = "") -> list[Hint]:
    """Every rule over the identity's password, and whether `raw` keeps it.

    Whether a password was used before is told only when it is set: each comparison costs a hash.
    """
    rules = passwords.rules_for(identity)
    hints = [(rule.code, rule.text) for rule in describe(rules)] + [("is_a_name", NAMES)]
    if not raw:
        return [*(Hint(text) for _, text in hints), *_history(identity)]
    broken = {each.code: each.text for each in violations(raw, rules, passwords.context_words(identity))}
    told = [Hint(text, "broken" if code in broken else "met") for code, text in hints]
    known = {code for code, _ in hints}
    told += [Hint(text, "broken") for code, text in broken.items() if code not in known]
    if not broken and not _fits_the_api(identity, raw):
        told.append(Hint(LATIN, "broken"))
    return [*told, *_history(identity)]


def _history(identity: Identity) -> list[Hint]:
    policy = passwords.policy_for(identity)
    depth = policy.password_reuse_prevention if policy else None
    return [Hint(f"The password must not be one of your last {depth}.")] if depth else []


def _fits_the_api(identity: Identity, raw: str) -> bool:
    """Users change their password by an operation, whose model allows fewer characters than the rules do."""
    shape = spec.operation("iam.ChangePassword").input
    if identity.is_root or shape is None:
        return True
    try:
        validate(shape, {"OldPassword": "unread", "NewPassword": raw})
    except ShapeViolation:
        return False
    return True
