import stat
from pathlib import Path

import pytest
from django.conf import settings

from console.celery import SCHEDULE, app
from console.file_broker import FOLDERS


def test_messages_are_json_and_late_acknowledged():
    assert app.conf.accept_content == ["json"]
    assert app.conf.task_serializer == "json"
    assert app.conf.task_acks_late
    assert app.conf.timezone == "UTC"


def test_the_file_broker_is_private():
    for folder in (
        app.conf.broker_transport_options["folder"],
        *(settings.DATA_DIR / "broker" / name for name in FOLDERS),
    ):
        assert stat.S_IMODE(Path(folder).stat().st_mode) == 0o700


@pytest.mark.parametrize("name", SCHEDULE)
def test_what_is_scheduled_exists(name):
    app.loader.import_default_modules()
    assert SCHEDULE[name]["task"] in app.tasks
