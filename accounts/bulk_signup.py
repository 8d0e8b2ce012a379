"""Opens many accounts at once, for operators: a few statements and one transaction, however many.

A password costs what it is worth: one that a person chose is hashed at full cost, once for all accounts that share it.
One of 20 random characters cannot be guessed whatever its hash costs, so a thousand of them do not take half a minute;
its hash is brought up to full cost when it is first used to sign in.
"""

import secrets
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from accounts import names, passwords, vault
from accounts.hashers import Argon2id
from accounts.models import Account, Identity, IdentityKind, PasswordHistory
from accounts.password_rules import normalised
from accounts.signup import SignupRefused, problems, record_opening

ROWS_A_STATEMENT = 200


class _ForRandomPasswords(Argon2id):
    """The same form at a small cost, for passwords that no guessing finds."""

    time_cost = 1
    memory_cost = 256


@dataclass(frozen=True, slots=True)
class Opening:
    """One account to open.  `generated`: the password is a random one of ours."""

    name: str
    email: str
    alias: str | None
    password: str
    generated: bool


class OpeningRefused(Exception):
    """An account cannot be opened so, and none of the others was; says which and why."""

    def __init__(self, opening: Opening, refusal: SignupRefused) -> None:
        told = " ".join(f"{problem.member}: {problem.text}" for problem in refusal.problems)
        super().__init__(f"{opening.name} <{opening.email}>: {told}")
        self.problems = refusal.problems


def open_accounts(openings: Sequence[Opening], *, now: datetime, actor: str) -> list[Account]:
    """Active accounts with their root identities, in order; all of them, or none.

    Each has an event of its own, in the name of `actor`.  Errors: OpeningRefused.
    """
    for opening in openings:
        if found := problems(opening.name, opening.email, opening.password, opening.alias):
            raise OpeningRefused(opening, SignupRefused(found))
    hashes = _hashes(openings)
    with transaction.atomic():
        accounts = [
            Account(
                number=number,
                name=opening.name,
                alias=opening.alias,
                created_at=now,
                sealed_data_key=vault.new_data_key(number),
            )
            for opening, number in zip(openings, _free_numbers(len(openings)), strict=True)
        ]
        Account.objects.bulk_create(accounts, batch_size=ROWS_A_STATEMENT)
        roots = [
            Identity(
                account=account,
                kind=IdentityKind.ROOT,
                email=opening.email,
                email_key=names.email_key(opening.email),
                password=encoded,
                login_profile_at=now,
                password_changed_at=now,
                created_at=now,
            )
            for account, opening, encoded in zip(accounts, openings, hashes, strict=True)
        ]
        Identity.objects.bulk_create(roots, batch_size=ROWS_A_STATEMENT)
        history = [PasswordHistory(identity=root, password=root.password, created_at=now) for root in roots]
        PasswordHistory.objects.bulk_create(history, batch_size=ROWS_A_STATEMENT)
        for account, opening in zip(accounts, openings, strict=True):
            record_opening(account, opening.email, now, actor=actor)
    return accounts


def generated(name: str, email: str, alias: str | None) -> Opening:
    """An account to open with a random password."""
    return Opening(name, email, alias, passwords.generate(), generated=True)


def _hashes(openings: Sequence[Opening]) -> list[str]:
    """The stored form of each password.  One account's is always at full cost: there it is not noticed."""
    known: dict[str, str] = {}
    hashed = []
    quick = _ForRandomPasswords()
    for opening in openings:
        text = normalised(opening.password)
        if text not in known:
            cheap = opening.generated and len(openings) > 1
            known[text] = quick.encode(text, quick.salt()) if cheap else make_password(text)
        hashed.append(known[text])
    return hashed


def _free_numbers(count: int) -> list[str]:
    """So many different account numbers that nobody has."""
    chosen: set[str] = set()
    while len(chosen) < count:
        wanted = {str(secrets.randbelow(9 * 10**11) + 10**11) for _ in range(count - len(chosen))}
        taken = {number for chunk in _chunks(sorted(wanted)) for number in _taken(chunk)}
        chosen |= wanted - taken
    return list(chosen)


def _taken(numbers: Sequence[str]) -> Iterable[str]:
    return Account.objects.filter(number__in=numbers).values_list("number", flat=True)


def _chunks(values: Sequence[str]) -> Iterator[Sequence[str]]:
    for start in range(0, len(values), ROWS_A_STATEMENT):
        yield values[start : start + ROWS_A_STATEMENT]
