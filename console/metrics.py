"""What the product counts about itself; /metrics shows it, and no label names an account or a person."""

import functools
import time
from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from prometheus_client import Counter, Histogram

REQUESTS = Counter("wardstead_requests_total", "Requests answered", ["face", "method", "status"])
SECONDS = Histogram(
    "wardstead_request_seconds",
    "Time to answer a request",
    ["face"],
    buckets=(0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 10.0),
)
METHODS = {"GET", "HEAD", "POST"}

GetResponse = Callable[[HttpRequest], HttpResponse]


def counted(get_response: GetResponse) -> GetResponse:
    """Middleware: count each request and the time it took."""

    def answer(request: HttpRequest) -> HttpResponse:
        started = time.perf_counter()
        response = get_response(request)
        count(face_of(response), request.method or "", response.status_code, time.perf_counter() - started)
        return response

    return answer


def count(face: str, method: str, status: int, seconds: float) -> None:
    """Count a request that was answered after so many seconds."""
    requests, took = _counters(face, method if method in METHODS else "other", status)
    requests.inc()
    took.observe(seconds)


@functools.cache  # two faces, four methods, and the statuses that we give
def _counters(face: str, method: str, status: int) -> tuple[Counter, Histogram]:
    return REQUESTS.labels(face, method, str(status)), SECONDS.labels(face)


def face_of(response: HttpResponse) -> str:
    """Which face answered: the Query API answers XML, everything else is the console's."""
    return "api" if response.headers.get("Content-Type", "").startswith("text/xml") else "console"
