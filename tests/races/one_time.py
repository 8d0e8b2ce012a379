"""What signs somebody in once, or sets a password once, and how it is posted; many post the same one at the same moment.

`make race` lets a thousand posts race for each, on both databases; the tests a hundred, and a thousand for the two that
people use most.
"""

import itertools
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from django.contrib.sessions.exceptions import SessionInterrupted
from django.http import HttpRequest
from django.test import Client

from accounts import (
    devices,
    halfway,
    mfa,
    passkeys,
    password_reset,
    recovery,
    sessions,
    signin,
    signin_tokens,
    temporary_pass,
    totp,
)
from accounts.halfway import Halfway
from accounts.hashers import HashingBusyError
from accounts.models import ContactAddress, Identity
from accounts.token_seeds import Token
from accounts.visitors import Visitor
from tests.accounts.cast import NOW, Browser, phone
from tests.accounts.test_password_reset import VISITOR, ask, mailed_tokens
from tests.accounts.test_security_keys import registered
from tests.authenticators import Key
from tests.operations.sts import role, trusting
from tests.world import administrator, root_of

SEED = bytes(range(20))
BROWSERS = 20
RHYTHMS = tuple(totp.Rhythm(seconds, digits) for seconds in (30, 60) for digits in (6, 8))

# One post, by a browser of that number; returns whether it was the one that counted.
Post = Callable[[int], bool]


@dataclass(frozen=True, slots=True)
class OneTime:
    """Something that counts once.  `sessions`: how many console sessions there are when it has counted."""

    name: str
    prepare: Callable[[Identity], Post]
    sessions: int = 1


def halfway_in(member: Identity) -> Browser:
    """A browser that has given the password already."""
    browser = Browser()
    state = replace(Halfway.begun(member, NOW), awaits="factor")
    browser.visit(lambda request: halfway.keep(sessions.store_of(request), state))
    return browser


def factor(member: Identity, step: Callable[[HttpRequest], signin.Step], to: type = signin.Done) -> Post:
    """The same factor, given by twenty browsers that have given the password."""
    waiting = [halfway_in(member) for _ in range(BROWSERS)]

    def post(number: int) -> bool:
        browser = Browser(dict(waiting[number % BROWSERS].cookies))
        return isinstance(browser.visit(step), to)

    return post


def of_device(member: Identity, serial: str, code: str) -> Post:
    visitor = Browser().visitor
    return factor(
        member, lambda request: signin.check_factor(request, serial, code, now=NOW, visitor=visitor)
    )


def app(member: Identity) -> Post:
    device = phone(member)
    return of_device(member, device.device.serial, device.code(NOW))


def token_of(rhythm: totp.Rhythm) -> Callable[[Identity], Post]:
    def prepare(member: Identity) -> Post:
        devices.stock(member.account, [Token("GALT12345678", SEED, rhythm.seconds, rhythm.digits)], NOW)
        device = member.account.mfa_devices.get()
        step = totp.step_at(NOW, rhythm)
        first, second, fresh = (totp.code_at(SEED, each, rhythm) for each in (step - 8, step - 7, step - 6))
        assert mfa.enrol(device, member, first, second, NOW), "its clock is seven steps behind"
        return of_device(member, device.serial, fresh)

    return prepare


def recovery_code(member: Identity) -> Post:
    phone(member)
    code, visitor = recovery.renew(member, NOW)[0], Browser().visitor
    return factor(member, lambda request: signin.check_recovery_code(request, code, now=NOW, visitor=visitor))


def a_pass(member: Identity) -> Post:
    phone(member)
    text, visitor = temporary_pass.give(member, timedelta(hours=1), NOW)[0], Browser().visitor
    return factor(
        member,
        lambda request: signin.check_temporary_pass(request, text, now=NOW, visitor=visitor),
        to=signin.NeedsDevice,
    )


def security_key(member: Identity) -> Post:
    key, _ = registered(member)
    browser = halfway_in(member)
    text = key.get(browser.visit(lambda request: signin.key_options(request, NOW)))
    return answer_of(
        browser,
        lambda request: signin.check_key(request, text, now=NOW, visitor=browser.visitor),
    )


def passkey(member: Identity) -> Post:
    member.account.passkey_sign_in = "all"
    member.account.save(update_fields=["passkey_sign_in"])
    # It does not count, so that nothing but the challenge tells the second answer from the first.
    key, _ = registered(member, Key(verifies=True, counter=None))
    browser = Browser()
    asked, brought = passkeys.options(NOW)
    text = key.get(asked, handle=key.handle)
    return answer_of(
        browser, lambda request: passkeys.sign_in(request, text, brought, now=NOW, visitor=browser.visitor)
    )


def answer_of(browser: Browser, step: Callable[[HttpRequest], object]) -> Post:
    """One answer to the one challenge of one browser, sent again and again."""
    cookies = dict(browser.cookies)

    def post(_: int) -> bool:
        # Where the one that counted has taken the session away meanwhile, Django says so.
        with suppress(SessionInterrupted):
            return isinstance(Browser(dict(cookies)).visit(step), signin.Done)
        return False

    return post


def reset_link(member: Identity) -> Post:
    ContactAddress.objects.create(identity=member, address="alice@example.org", changed_at=NOW)
    ask()
    token, count = mailed_tokens()[-1], itertools.count()

    def post(_: int) -> bool:
        row = password_reset.open_link(token, now=NOW, visitor=VISITOR)
        if row is None:
            return False
        with suppress(password_reset.LinkGone, HashingBusyError):
            password_reset.use(row.pk, f"another-Horse-{next(count)}-stable", now=NOW, visitor=VISITOR)
            return True
        return False

    return post


def federation_token(member: Identity) -> Post:
    now = datetime.now(UTC)
    caller = replace(administrator(member.account, "broker"), now=now)
    arn = role(root_of(member.account), trusting(caller.principal.arn), "auditor")
    key_id = caller.sts("AssumeRole", RoleArn=arn, RoleSessionName="dana")["Credentials"]["AccessKeyId"]
    token = signin_tokens.issue(member.account, key_id, now)
    given = {"Action": "login", "Destination": "/iam/users/", "SigninToken": token}
    return lambda _: Client().get("/federation", given).status_code == 303


THINGS = (
    OneTime("the code of an app", app),
    OneTime("a recovery code", recovery_code),
    *(
        OneTime(f"a token of {rhythm.seconds} s and {rhythm.digits} digits", token_of(rhythm))
        for rhythm in RHYTHMS
    ),
    OneTime("a temporary pass", a_pass, sessions=0),
    OneTime("the answer of a security key", security_key),
    OneTime("the answer of a passkey", passkey),
    OneTime("a link that was mailed", reset_link, sessions=0),
    OneTime("a token of federation", federation_token),
)


def wrong_code(member: Identity) -> Post:
    device = phone(member)
    near = {device.code(NOW + timedelta(seconds=30 * place)) for place in range(-12, 13)}
    codes = [code for code in map("{:06d}".format, range(1100)) if code not in near]
    return guesses(
        member,
        lambda request, number, visitor: signin.check_factor(
            request, device.device.serial, codes[number % len(codes)], now=NOW, visitor=visitor
        ),
    )


def wrong_recovery_code(member: Identity) -> Post:
    phone(member)
    recovery.renew(member, NOW)
    return guesses(
        member,
        lambda request, number, visitor: signin.check_recovery_code(
            request, f"guess-{number}", now=NOW, visitor=visitor
        ),
    )


def wrong_pass(member: Identity) -> Post:
    phone(member)
    temporary_pass.give(member, timedelta(hours=1), NOW)
    return guesses(
        member,
        lambda request, number, visitor: signin.check_temporary_pass(
            request, f"guess-{number}", now=NOW, visitor=visitor
        ),
    )


def wrong_answer(member: Identity) -> Post:
    key, _ = registered(member)

    def step(request: HttpRequest, _: int, visitor: Visitor) -> signin.Step:
        options = signin.key_options(request, NOW)
        answer = key.get(options, signature=b"\x30\x00") if options else ""
        return signin.check_key(request, answer, now=NOW, visitor=visitor)

    return guesses(member, step)


def guesses(member: Identity, step: Callable[[HttpRequest, int, Visitor], signin.Step]) -> Post:
    """Guesses from an address each."""
    waiting = [halfway_in(member) for _ in range(BROWSERS)]

    def post(number: int) -> bool:
        browser = Browser(
            dict(waiting[number % BROWSERS].cookies), peer=f"198.51.{number // 250}.{number % 250 + 1}"
        )
        return isinstance(browser.visit(lambda request: step(request, number, browser.visitor)), signin.Done)

    return post


# What is guessed at, and what the trail says of a guess that was looked at.
GUESSED = (
    ("the code of an app", wrong_code, "code-wrong", 5),
    ("a recovery code", wrong_recovery_code, "recovery-wrong", 10),
    ("a temporary pass", wrong_pass, "pass-wrong", 10),
    ("a security key", wrong_answer, "key-wrong", 5),
)
