"""Addresses for machines: is the process alive, can it do its work, and what are its numbers."""

import ipaddress
import os
from collections.abc import Callable

from django.conf import settings
from django.db import DatabaseError, connection
from django.http import HttpRequest, HttpResponse, HttpResponseForbidden, JsonResponse
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest, multiprocess
from redis import Redis, RedisError

NEAR = tuple(
    ipaddress.ip_network(text)
    for text in (
        "127.0.0.0/8",
        "10.0.0.0/8",
        "172.16.0.0/12",
        "192.168.0.0/16",
        "::1/128",
        "fc00::/7",
        "fe80::/10",
    )
)


@require_safe
def healthz(_request: HttpRequest) -> HttpResponse:
    """Answer ok while the process can answer at all."""
    return HttpResponse("ok\n", content_type="text/plain")


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Answer 200 when the database and the broker do their part, 503 and which of them does not otherwise."""
    parts: dict[str, Callable[[], bool]] = {"database": database_ready, "broker": broker_ready}
    found = {name: "ok" if ready() else "unavailable" for name, ready in parts.items()}
    return JsonResponse(found, status=200 if set(found.values()) == {"ok"} else 503)


@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Numbers in Prometheus' text form, for direct callers on this machine or its private network only."""
    if not asked_directly(request):
        return HttpResponseForbidden(
            "metrics are for this machine and its private network\n", content_type="text/plain"
        )
    registry = REGISTRY
    if os.environ.get("PROMETHEUS_MULTIPROC_DIR"):
        registry = CollectorRegistry()
        multiprocess.MultiProcessCollector(registry)  # type: ignore[no-untyped-call]
    return HttpResponse(generate_latest(registry), content_type=CONTENT_TYPE_LATEST)


def asked_directly(request: HttpRequest) -> bool:
    """Whether the peer itself is near: a request that a proxy passed on comes from who knows where."""
    if request.META.get("WARDSTEAD_PROXIED"):
        return False
    try:
        peer = ipaddress.ip_address(request.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return False
    return any(peer in network for network in NEAR)


def database_ready() -> bool:
    """Whether the database answers."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
            return bool(cursor.fetchone() == (1,))
    except DatabaseError:
        return False


def broker_ready() -> bool:
    """Whether tasks can be handed over: Redis answers, or the file broker's folder takes files."""
    if not settings.REDIS_URL:
        return os.access(settings.DATA_DIR / "broker" / "queue", os.W_OK)
    try:
        with Redis.from_url(settings.REDIS_URL, socket_timeout=2, socket_connect_timeout=2) as redis:
            return bool(redis.ping())
    except RedisError:
        return False
