import json
import logging

import pytest
from django.test import Client

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


def test_production_writes_one_json_object_a_line(capsys):
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    try:
        logging_config("info", as_json=True)
        logging.getLogger("iam.wire").warning("%s refused", "ListUsers")
        line = json.loads(capsys.readouterr().err)
    finally:
        root.handlers[:] = handlers
        logging_config("info", as_json=False)
        root.handlers[:] = handlers
        root.setLevel(level)
    assert (line["event"], line["level"], line["logger"]) == ("ListUsers refused", "warning", "iam.wire")
