"""Opens accounts: checks name, e-mail, alias and password, and makes the account with its root."""

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from django.db import IntegrityError, transaction

from accounts import names, passwords, throttle, trail, vault
from accounts.models import Account, Identity, IdentityKind
from accounts.password_rules import BUILT_IN, violations
from accounts.visitors import Visitor

ATTEMPTS_AT_A_NUMBER = 20


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong with one member of the request; `code` never changes, `text` can be shown."""

    member: Literal["name", "email", "alias", "password"]
    code: str
    text: str


class SignupRefused(Exception):  # beside PasswordRefused
    """An account cannot be opened so; `problems` says why, each for its member."""

    def __init__(self, problems: tuple[Problem, ...]) -> None:
        super().__init__(" ".join(problem.text for problem in problems))
        self.problems = problems


def open_account(
    name: str, email: str, password: str | None, alias: str | None, now: datetime, *, number: str = ""
) -> tuple[Account, Identity]:
    """An active account with its data key and its root identity; of that number, if it was set apart for it.

    Without a password the root cannot sign in until one is set.

    Errors: SignupRefused.
    """
    if found := problems(name, email, password, alias):
        raise SignupRefused(found)
    try:
        with transaction.atomic():
            account = _new_account(name, alias or None, now, number or free_number())
            root = account.identities.create(
                kind=IdentityKind.ROOT, email=email, email_key=names.email_key(email), created_at=now
            )
            if password is not None:
                passwords.set_password(root, password, now=now, end_sessions=False)
    except IntegrityError:
        # Somebody else took the address or the alias since we looked: say which.
        raise SignupRefused(problems(name, email, password, alias) or (_unavailable("email"),)) from None
    return account, root


def require_room(peer: str, now: datetime) -> None:
    """Count an account that is asked for from that address, to be opened at once.

    Errors: SignupRefused (it has asked for too many).
    """
    if not throttle.admit([throttle.asking_subject(peer)], now):
        text = "Too many accounts were asked for from your address. Try again in an hour."
        raise SignupRefused((Problem("email", "too_many", text),))


def record_opening(
    account: Account, email: str, now: datetime, *, actor: str = "", visitor: Visitor | None = None
) -> None:
    """Begin the account's trail with its opening: by `actor`, or by the root user at that visitor's browser."""
    root = f"arn:aws:iam::{account.number}:root"
    trail.append(
        account=account,
        at=now,
        source="system" if visitor is None else "signin",
        service="tenant",
        name="CreateAccount",
        outcome="success",
        actor_arn=actor or root,
        actor_id="" if actor else account.number,
        resources=[root],
        parameters={"Name": account.name, "Email": email, "Alias": account.alias},
        peer=visitor.peer if visitor else "",
        user_agent=visitor.user_agent if visitor else "",
        request_id=visitor.request_id if visitor else "",
    )


def problems(
    name: str, email: str, password: str | None, alias: str | None, *, tell_address: bool = True
) -> tuple[Problem, ...]:
    """Everything that speaks against opening this account; empty when it can be opened.

    `tell_address`: also that the e-mail address is another account's.
    """
    found: list[Problem] = []
    if text := names.account_name_problem(name):
        found.append(Problem("name", "malformed", text))
    found += _email_problems(email, tell_address=tell_address)
    if alias:
        found += _alias_problems(alias)
    if password is not None:
        found += [
            Problem("password", broken.code, broken.text)
            for broken in violations(password, BUILT_IN, (name, alias or "", email))
        ]
    return tuple(found)


def _email_problems(email: str, *, tell_address: bool) -> list[Problem]:
    if text := names.email_problem(email):
        return [Problem("email", "malformed", text)]
    return [_unavailable("email")] if tell_address and names.find_root(email) else []


def _alias_problems(alias: str) -> list[Problem]:
    if text := names.alias_problem(alias):
        return [Problem("alias", "malformed", text)]
    return [_unavailable("alias")] if Account.objects.filter(alias=alias).exists() else []


def _unavailable(member: Literal["email", "alias"]) -> Problem:
    thing = "e-mail address" if member == "email" else "account alias"
    return Problem(member, "taken", f"This {thing} is in use; choose another.")


def free_number() -> str:
    """A random account number that nobody has."""
    for _ in range(ATTEMPTS_AT_A_NUMBER):
        number = str(secrets.randbelow(9 * 10**11) + 10**11)
        if not Account.objects.filter(number=number).exists():
            return number
    raise RuntimeError("no free account number was found")  # nine hundred thousand million must be taken


def _new_account(name: str, alias: str | None, now: datetime, number: str) -> Account:
    return Account.objects.create(
        number=number,
        name=name,
        alias=alias,
        created_at=now,
        sealed_data_key=vault.new_data_key(number),
    )
