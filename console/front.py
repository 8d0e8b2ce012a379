"""The first thing a request meets under WSGI: calls of the API are answered here, all else goes on to Django.

A call needs no session, no cookie, no page and no form; the way through Django's handlers and middleware cost it as much as
verifying its signature.  What those do for every request is done here too: a number, its peer, its count, the headers that
say how an answer is to be treated, and a look at the database connection.
"""

import time
import uuid
from collections.abc import Callable, Iterable
from http.client import responses
from typing import Any, TypeAlias

import structlog
from django.conf import settings
from django.core.handlers.wsgi import LimitedStream
from django.db import DEFAULT_DB_ALIAS, connections

from console import metrics, proxies
from iam.wire import view

Application: TypeAlias = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def tidy() -> None:
    """Let go of a database connection that failed or is past its time, as Django does between requests."""
    connections[DEFAULT_DB_ALIAS].close_if_unusable_or_obsolete()


def with_calls_first(pages: Application, between: Callable[[], None] = tidy) -> Application:
    """The application that answers calls of the API itself and hands everything else to `pages`.

    `between` is done before each call; a test that is a transaction of its own has nothing done.
    """
    lasting, secure_only = _settled_headers()

    def application(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"].upper(), _path(environ)
        if not view.is_the_apis(environ, method, path):
            return pages(environ, start_response)
        started = time.perf_counter()
        between()
        arrival = _arrival(environ, method, path)
        answer = view.answer(arrival)
        headers = [*answer.headers.items(), ("X-Request-Id", answer.request_id), *lasting]
        start_response(
            f"{answer.status} {responses.get(answer.status, 'Unknown')}",
            headers + secure_only if arrival.secure else headers,
        )
        metrics.count("api", method, answer.status, time.perf_counter() - started)
        # Of a list granian makes one answer; of anything else a stream of parts.
        return [] if method == "HEAD" else [answer.body]

    return application


def _arrival(environ: dict[str, Any], method: str, path: str) -> view.Arrival:
    request_id = str(uuid.uuid4())
    structlog.contextvars.bind_contextvars(request_id=request_id)
    proxies.settle(environ)
    length = environ.get("CONTENT_LENGTH") or "0"
    body = LimitedStream(environ["wsgi.input"], int(length) if length.isdecimal() else 0)
    return view.Arrival(environ, method, path, environ["wsgi.url_scheme"] == "https", body.read, request_id)


def _path(environ: dict[str, Any]) -> str:
    return f"{environ.get('SCRIPT_NAME', '').rstrip('/')}{environ.get('PATH_INFO') or '/'}"


def _settled_headers() -> tuple[list[tuple[str, str]], list[tuple[str, str]]]:
    """What SecurityMiddleware adds to every answer, and to those over https."""
    lasting = [
        ("Referrer-Policy", settings.SECURE_REFERRER_POLICY),
        ("Cross-Origin-Opener-Policy", settings.SECURE_CROSS_ORIGIN_OPENER_POLICY),
    ]
    seconds = settings.SECURE_HSTS_SECONDS
    return lasting, [("Strict-Transport-Security", f"max-age={seconds}")] if seconds else []
