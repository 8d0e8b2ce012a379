"""A new console password for somebody else: generated here or typed, and whether it must be changed at sign-in."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Literal, TypeAlias

from django.http import HttpRequest

from accounts import passwords
from accounts.password_rules import as_typed
from console import addresses, onetime, password_hints
from console.onetime import OneTimeSecret
from console.password_hints import Hints
from console.session import required

How: TypeAlias = Literal["generated", "own"]


@dataclass(frozen=True, slots=True)
class NewPassword:
    """What components/new_password.html shows, and what was chosen.  `repr` shows no password."""

    how: How = "generated"
    must_change: bool = True
    raw: str = field(default="", repr=False)
    hints: Hints = field(default=Hints(()))
    errors: Sequence[str] = ()

    @property
    def own(self) -> bool:
        """Whether it was typed."""
        return self.how == "own"

    @property
    def advice(self) -> str:
        """What to say after it was accepted, though it is easy to guess."""
        return password_hints.advice(self.raw, ()) if self.own else ""


def fresh(request: HttpRequest) -> NewPassword:
    """The choice before anything is chosen."""
    return NewPassword(hints=password_hints.of_member(required(request).account, ""))


def chosen(request: HttpRequest) -> NewPassword:
    """The choice as it was sent, without a password: for showing the form again."""
    how: How = "own" if request.POST.get("how") == "own" else "generated"
    return NewPassword(how, request.POST.get("must_change") == "true", hints=fresh(request).hints)


def read(request: HttpRequest, user_name: str) -> NewPassword:
    """The choice as it was sent; a typed password is held against the account's rules before anything is done."""
    account = required(request).account
    must_change = request.POST.get("must_change") == "true"
    if request.POST.get("how") != "own":
        raw = passwords.generate()
        return NewPassword("generated", must_change, raw, password_hints.of_member(account, user_name))
    raw = as_typed(request.POST.get("password", ""))
    hints = password_hints.of_member(account, user_name, raw)
    # Nothing typed breaks rules too, though nothing is shown as broken before anything is typed.
    broken = hints.broken if raw else tuple(hint.text for hint in hints.rules[:1])
    return NewPassword("own", must_change, raw, hints, broken)


def shown_once(request: HttpRequest, user_name: str, raw: str, done: str) -> OneTimeSecret:
    """The password with the address to use it at."""
    account = required(request).account
    sign_in = addresses.sign_in(account.sign_in_name)
    return onetime.password(user_name, raw, sign_in=sign_in, done=done)
