import json
import logging

import pytest

from console.logs import hide_secrets, logging_config


@pytest.mark.parametrize(
    "name", ["password", "new_password", "secret_access_key", "Authorization", "session_token", "seed"]
)
def test_secrets_are_masked_by_name(name):
    assert hide_secrets(None, "info", {name: "hunter2", "event": "x"}) == {name: "***", "event": "x"}


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
