import json
import logging

import pytest
from django.test import Client
from django.urls import resolve

from accounts import mailed_links
from console.logs import brief, hide_secrets, logging_config


@pytest.mark.parametrize(
    "name", ["password", "new_password", "secret_access_key", "Authorization", "session_token", "seed"]
)
def test_secrets_are_masked_by_name(name):
    assert hide_secrets(None, "info", {name: "hunter2", "event": "x"}) == {name: "***", "event": "x"}


def test_a_form_of_too_many_fields_is_refused_and_logged_in_one_line(db, caplog):
    fields = "&".join(f"a{number}=1" for number in range(2100))
    client = Client(enforce_csrf_checks=True)
    client.get("/signin")
    answer = client.post("/signin", fields, content_type="application/x-www-form-urlencoded")
    assert answer.status_code == 400
    (record,) = caplog.records
    assert record.name == "django.security.TooManyFieldsSent"
    assert brief(record)
    assert record.exc_info is None


def test_an_error_of_ours_keeps_its_traceback():
    record = logging.makeLogRecord({"name": "console.middleware", "exc_info": (None, None, None)})
    assert brief(record)
    assert record.exc_info


@pytest.fixture
def logged(capsys):
    """What a call writes to standard error, in production's form or in development's."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level

    def write(act, *, as_json):
        try:
            logging_config("info", as_json=as_json)
            act(logging.getLogger("iam.wire"))
            return capsys.readouterr().err
        finally:
            root.handlers[:] = handlers
            logging_config("info", as_json=False)
            root.handlers[:] = handlers
            root.setLevel(level)

    return write


def test_production_writes_one_json_object_a_line(logged):
    line = json.loads(logged(lambda log: log.warning("%s refused", "ListUsers"), as_json=True))
    assert (line["event"], line["level"], line["logger"]) == ("ListUsers refused", "warning", "iam.wire")


@pytest.mark.parametrize("as_json", [True, False])
def test_a_traceback_shows_no_variables(logged, as_json):
    def fail(log):
        raw = "-".join(["correct", "horse", "battery"])
        try:
            raise ValueError(len(raw))
        except ValueError:
            log.exception("a page failed")

    said = logged(fail, as_json=as_json)
    assert "ValueError" in said
    assert "correct-horse" not in said


@pytest.mark.parametrize("as_json", [True, False])
@pytest.mark.parametrize("place", ["/forgot-password/link/", "/signup/link/", "/me/contact/confirm/"])
def test_the_token_of_a_mailed_link_is_not_written_down(logged, as_json, place):
    token = mailed_links.new_token()
    assert resolve(f"{place}{token}/").kwargs == {"token": token}

    def fail(log):
        log.error("Internal Server Error: %s", f"{place}{token}/")
        log.error("a page failed", extra={"path": f"{place}{token}/"})

    said = logged(fail, as_json=as_json)
    assert "a page failed" in said
    assert f"{place}***" in said
    assert token not in said
