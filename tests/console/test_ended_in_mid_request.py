"""A session that is ended, or given a new key by another request, while a request of its own is under way."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.conf import settings
from django.db import connection

from accounts.models import ConsoleSession
from tests.world import PASSWORD


@contextmanager
def ended_at(statement: str) -> Iterator[None]:
    """End every session right before the first statement that holds these words."""
    done: list[bool] = []

    def watch(execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:
        if statement in sql and not done:
            done.append(True)
            ConsoleSession.objects.filter(account__isnull=False).delete()
        return execute(sql, params, many, context)

    with connection.execute_wrapper(watch):
        yield
    assert done, "the statement did not come"


REKEYS = 'SET "key_hash"'


@pytest.mark.parametrize("htmx", [False, True], ids=["plain", "htmx"])
@pytest.mark.parametrize(
    ("address", "data"),
    [
        ("/me/proof/password/", {"password": PASSWORD}),
        ("/me/sessions/end-others/", {"confirm": "yes"}),
    ],
)
def test_it_leads_to_sign_in(world, browser, address, data, htmx):
    person = browser(world.bob)
    with ended_at(REKEYS):
        answer = person.post(address, data, htmx=htmx)
    assert answer.status in (204, 303), answer.words
    assert answer.location.startswith("/signin")
    assert person.get("/").location.startswith("/signin")


def test_the_key_that_another_request_brought_stays_in_the_browser(world, browser):
    person = browser(world.bob)
    with ended_at(REKEYS):
        answer = person.post("/me/proof/password/", {"password": PASSWORD})
    assert settings.SESSION_COOKIE_NAME not in answer.response.cookies
