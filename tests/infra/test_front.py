"""Calls are answered before Django; what they get is what Django's middleware would have given them."""

import io

import pytest
from django.db import connection
from django.test import Client, RequestFactory

from console import front, metrics
from tests.boto import through_the_server

CALL = b"Action=GetUser&Version=2010-05-08"
FORM = "application/x-www-form-urlencoded"


def call(**variables):
    return RequestFactory().generic("POST", "/", CALL, FORM, **variables).environ


def told(headers, request_id: str):
    return {name.lower(): value.replace(request_id, "ID") for name, value in headers.items()}


@pytest.mark.parametrize("scheme", ["http", "https"])
def test_an_answer_before_django_is_the_one_behind_its_middleware(db, settings, scheme):
    settings.SECURE_HSTS_SECONDS = 600
    variables = {"wsgi.url_scheme": scheme}
    early = through_the_server(call(**variables))
    late = Client(raise_request_exception=False).post("/", CALL, FORM, **variables)
    assert (early.status_code, early.reason_phrase) == (403, "Forbidden")
    assert late.status_code == 403
    ids = early["x-amzn-RequestId"], late["x-amzn-RequestId"]
    assert ids[0] != ids[1]
    assert told(early.headers, ids[0]) == told(late.headers, ids[1])
    assert early.content.replace(ids[0].encode(), b"") == late.content.replace(ids[1].encode(), b"")


def test_pages_are_left_to_django(db):
    seen = []

    def pages(environ, start_response):  # an application's signature
        seen.append(environ["PATH_INFO"])
        return [b"page"]

    application = front.with_calls_first(pages)
    assert application(RequestFactory().get("/signin").environ, print) == [b"page"]
    assert application(RequestFactory().get("/").environ, print) == [b"page"]
    assert seen == ["/signin", "/"]


def test_calls_are_counted_with_their_method_and_status(db):
    counter = metrics.REQUESTS.labels("api", "POST", "403")
    before = counter._value.get()
    through_the_server(call())
    assert counter._value.get() == before + 1


def test_the_address_of_a_call_is_the_clients_when_a_trusted_proxy_says_so(db, settings, caplog):
    import ipaddress

    settings.TRUSTED_PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)
    caplog.set_level("INFO", "iam.wire.view")
    through_the_server(call(REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9"))
    assert "iam.GetUser of 203.0.113.9 refused" in caplog.text


@pytest.mark.django_db(transaction=True)
def test_a_connection_past_its_time_is_not_kept_for_the_next_call():
    connection.ensure_connection()
    kept = connection.connection
    front.tidy()
    assert connection.connection is kept or connection.settings_dict["CONN_MAX_AGE"] == 0
    connection.ensure_connection()
    connection.close_at = 0
    front.tidy()
    assert connection.connection is None


@pytest.mark.django_db(transaction=True)
def test_the_connection_is_looked_at_before_each_call():
    looks = []
    application = front.with_calls_first(refuse, between=lambda: looks.append("look"))
    list(application(call(), lambda *_: looks.append("answer")))
    assert looks == ["look", "answer"]


def refuse(environ, start_response):
    raise AssertionError("a call of the API came to Django")


@pytest.mark.parametrize("length", ["", "x", "-1", "0", "9999999"])
def test_a_length_that_is_no_length_is_no_reason_to_read_on(db, length):
    environ = call(CONTENT_LENGTH=length, **{"wsgi.input": io.BytesIO(CALL)})
    assert through_the_server(environ).status_code in (400, 403, 413)
