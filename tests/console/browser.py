"""A person at a browser: Django's test client, signed in without the ceremony, and pages that can be asked things."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.test import Client

from accounts import passwords, sessions
from accounts.models import Identity
from accounts.session_store import SessionStore
from tests.console.accessible import Element, parse, problems
from tests.world import PASSWORD, Actor


@dataclass
class Page:
    """An answer.  `is_accessible` fails with the list of what is wrong."""

    response: HttpResponseBase
    fragment: bool = False

    @property
    def status(self) -> int:
        return self.response.status_code

    @property
    def text(self) -> str:
        assert isinstance(self.response, HttpResponse)
        return self.response.content.decode()

    @property
    def words(self) -> str:
        """What can be read on it, without markup, in one line."""
        return " ".join(self.tree.text.split())

    @property
    def tree(self) -> Element:
        return parse(self.text)

    @property
    def location(self) -> str:
        """Where it sends the browser: by redirect, or by htmx."""
        return self.response.headers.get("Location") or self.response.headers.get("HX-Redirect", "")

    @property
    def refused_actions(self) -> list[str]:
        """The permissions that parts of the page say are missing."""
        return [
            element.get("data-refused")
            for element in self.tree.walk()
            if "data-refused" in element.attributes
        ]

    def is_accessible(self) -> bool:
        found = problems(self.text, fragment=self.fragment)
        assert not found, "\n".join(found)
        return True


class Browser:
    """One person's browser, at an address of the console.  `htmx=True` asks for the page's fragment."""

    def __init__(self, actor: Actor | None = None, *, mfa: bool = False, host: str = "testserver") -> None:
        self.client = Client(headers={"Host": host})
        if actor is not None:
            self.sign_in(actor, mfa=mfa)

    def sign_in(self, actor: Actor, *, mfa: bool = False) -> None:
        """Begin a session as the actor's identity; a password is set where there is none, as a session asks for one."""
        assert actor.principal.identity_pk is not None
        identity = Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)
        now = datetime.now(UTC)
        if not identity.has_password:
            passwords.set_password(identity, PASSWORD, now=now)
        request = HttpRequest()
        request.session = SessionStore()
        mfa_at = now if mfa else None
        sessions.start(request, identity, mfa_at=mfa_at, now=now, peer="127.0.0.1", user_agent="tests")
        request.session.save()
        self.client.cookies[settings.SESSION_COOKIE_NAME] = request.session.session_key or ""

    def get(self, address: str, *, htmx: bool = False, **query: Any) -> Page:
        return Page(self.client.get(address, query or None, headers=_headers(htmx)), fragment=htmx)

    def post(self, address: str, data: dict[str, Any] | None = None, *, htmx: bool = False) -> Page:
        return Page(self.client.post(address, data or {}, headers=_headers(htmx)), fragment=htmx)


def _headers(htmx: bool) -> dict[str, str]:
    return {"HX-Request": "true"} if htmx else {}
