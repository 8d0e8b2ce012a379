import pytest
from django.db import DatabaseError, connection

from console import health


def test_healthz_needs_nothing(client):
    assert client.get("/healthz").content == b"ok\n"


def test_readyz_names_its_parts(client, db, settings, tmp_path):
    settings.DATA_DIR, settings.REDIS_URL = tmp_path, ""
    (tmp_path / "broker" / "queue").mkdir(parents=True)
    answer = client.get("/readyz")
    assert answer.status_code == 200
    assert answer.json() == {"database": "ok", "broker": "ok"}


@pytest.mark.parametrize("redis", ["", "redis://127.0.0.1:1/0"], ids=["no folder", "no redis"])
def test_readyz_is_503_without_a_broker(client, db, settings, tmp_path, redis):
    settings.DATA_DIR, settings.REDIS_URL = tmp_path, redis
    answer = client.get("/readyz")
    assert (answer.status_code, answer.json()["broker"]) == (503, "unavailable")


def test_a_dead_database_is_not_ready(monkeypatch):
    def refuse():
        raise DatabaseError

    monkeypatch.setattr(connection, "cursor", refuse)
    assert not health.database_ready()


def test_metrics_count_requests(client):
    client.get("/healthz")
    page = client.get("/metrics").content.decode()
    assert 'wardstead_requests_total{face="console",method="GET",status="200"}' in page


def test_metrics_are_not_for_the_world(client):
    assert client.get("/metrics", REMOTE_ADDR="203.0.113.9").status_code == 403
