"""People and their browsers and phones, for the accounts tests."""

import base64
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import TypeVar

from django.conf import settings
from django.contrib.sessions.middleware import SessionMiddleware
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from accounts import mfa, passwords, sessions, signin, totp
from accounts.models import Account, ConsoleSession, Event, Identity, MfaDevice
from accounts.signin_events import Visitor
from iam import ids

T = TypeVar("T")
NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
PASSWORD = "correct-Horse-7-battery"
STEP = timedelta(seconds=30)


@dataclass
class Browser:
    """A cookie jar that walks through the real session middleware.  `now` moves with `later`."""

    cookies: dict[str, str] = field(default_factory=dict)
    peer: str = "192.0.2.7"
    now: datetime = NOW

    @property
    def visitor(self) -> Visitor:
        return Visitor(peer=self.peer, user_agent="tests", request_id="request-1")

    @property
    def key(self) -> str:
        return self.cookies.get(settings.SESSION_COOKIE_NAME, "")

    def later(self, **delta: float) -> "Browser":
        self.now += timedelta(**delta)
        return self

    def visit(self, step: Callable[[HttpRequest], T]) -> T:
        """Take one step as a request of its own."""
        answers: list[T] = []

        def view(request: HttpRequest) -> HttpResponse:
            answers.append(step(request))
            return HttpResponse()

        request = RequestFactory().post("/signin")
        request.COOKIES.update(self.cookies)
        response = SessionMiddleware(view)(request)
        assert isinstance(response, HttpResponse)
        for name, morsel in response.cookies.items():
            self.cookies[name] = morsel.value
        return answers[0]

    def sign_in(self, account: str, name: str, password: str = PASSWORD) -> signin.Step:
        claim = signin.identify_user(account, name)
        return self._with_password(claim, password)

    def sign_in_root(self, email: str, password: str = PASSWORD) -> signin.Step:
        return self._with_password(signin.identify_root(email), password)

    def give_code(self, device: MfaDevice, code: str) -> signin.Step:
        return self.visit(
            lambda request: signin.check_factor(
                request, device.serial, code, now=self.now, visitor=self.visitor
            )
        )

    def give_new_password(self, password: str) -> signin.Step:
        return self.visit(
            lambda request: signin.change_password(request, password, now=self.now, visitor=self.visitor)
        )

    def who(self) -> Identity | None:
        session = self.session()
        return session.identity if session else None

    def session(self) -> ConsoleSession | None:
        return self.visit(lambda request: sessions.current(request, self.now))

    def own_session(self) -> ConsoleSession:
        found = self.session()
        assert found is not None
        return found

    def _with_password(self, claim: signin.Claim, password: str) -> signin.Step:
        return self.visit(
            lambda request: signin.check_password(
                request, claim, password, now=self.now, visitor=self.visitor
            )
        )


def user(account: Account, name: str, *, path: str = "/", password: str | None = None) -> Identity:
    """The identity of a new IAM user."""
    made = account.users.make(
        account=account,
        name=name,
        name_key=name.casefold(),
        path=path,
        unique_id=ids.unique_id("AIDA"),
        created_at=NOW,
    )
    identity = Identity.objects.select_related("account").get(pk=made.identity_id)
    if password is not None:
        passwords.set_password(identity, password, now=NOW)
    return identity


def seed_of(provisioning: mfa.Provisioning) -> bytes:
    return base64.b32decode(provisioning.secret)


@dataclass
class Phone:
    """An authenticator app with one seed; `ahead` is how far its clock is off."""

    device: MfaDevice
    seed: bytes = field(repr=False)
    ahead: timedelta = timedelta(0)

    def code(self, moment: datetime) -> str:
        return totp.code_at(self.seed, totp.step_at(moment + self.ahead))


def phone(
    identity: Identity, name: str = "phone", *, enrolled_at: datetime | None = NOW - 20 * STEP
) -> Phone:
    """A virtual device of the identity: enrolled ten minutes ago, or at that moment, or with None not yet."""
    account = identity.account
    serial = f"arn:aws:iam::{account.number}:mfa/{name}"
    device, provisioning = mfa.create(account, serial=serial, name=name, now=NOW)
    made = Phone(device, seed_of(provisioning))
    if enrolled_at is not None:
        first, second = made.code(enrolled_at - STEP), made.code(enrolled_at)
        assert mfa.enrol(device, identity, first, second, enrolled_at)
    return made


def wrong_code(phone: Phone, moment: datetime) -> str:
    """A well-formed code that is none of those around the moment."""
    near = {phone.code(moment + place * STEP) for place in range(-12, 13)}
    return next(code for code in map("{:06d}".format, range(1000)) if code not in near)


def reasons(account: Account | None = None, name: str = "ConsoleLogin") -> list[str]:
    """What the trail says of each such event in turn; "" for a success."""
    events = Event.objects.filter(name=name).order_by("id")
    if account is not None:
        events = events.filter(account=account)
    return [event.error_code for event in events]
