"""A new console password for somebody else: generated here or typed, and whether it must be changed at sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from django.http import HttpRequest
from django.urls import reverse

from accounts import password_rules, passwords
from accounts.models import Account
from console import onetime
from console.onetime import OneTimeSecret
from console.session import required

How: TypeAlias = Literal["generated", "own"]


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What components/new_password.html shows, and what was chosen.  `repr` shows no password."""

    how: How = "generated"
    must_change: bool = True
    raw: str = field(default="", repr=False)
    hints: Sequence[str] = ()
    errors: Sequence[str] = ()

    @property
    def own(self) -> bool:
        """Whether it was typed."""
        return self.how == "own"


def fresh(request: HttpRequest) -> NewPassword:
    """The choice before anything is chosen."""
    return NewPassword(hints=_hints(required(request).account))


def chosen(request: HttpRequest) -> NewPassword:
    """The choice as it was sent, without a password: for showing the form again."""
    how: How = "own" if request.POST.get("how") == "own" else "generated"
    return NewPassword(how, request.POST.get("must_change") == "true", hints=fresh(request).hints)


def read(request: HttpRequest, user_name: str) -> NewPassword:
    """The choice as it was sent; a typed password is held against the account's rules before anything is done."""
    account = required(request).account
    must_change = request.POST.get("must_change") == "true"
    hints = _hints(account)
    if request.POST.get("how") != "own":
        return NewPassword("generated", must_change, passwords.generate(), hints)
    raw = request.POST.get("password", "")
    words = (account.name, account.alias or "", account.number, user_name)
    broken = password_rules.violations(raw, passwords.rules_of_users(account), words)
    return NewPassword("own", must_change, raw, hints, tuple(violation.text for violation in broken))


def shown_once(request: HttpRequest, user_name: str, raw: str, done: str) -> OneTimeSecret:
    """The password with the address to use it at."""
    account = required(request).account
    sign_in = request.build_absolute_uri(reverse("signin-account", args=[account.alias or account.number]))
    return onetime.password(user_name, raw, sign_in=sign_in, done=done)


def _hints(account: Account) -> list[str]:
    return [rule.text for rule in password_rules.describe(passwords.rules_of_users(account))]
