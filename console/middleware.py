"""What every answer of the console carries, and what a person sees when a page cannot be given.

`identified` is the outermost and numbers the request; `faced` stands next to the views.
"""

import logging
import uuid
from collections.abc import Callable

import structlog
from django.contrib import messages
from django.contrib.sessions.backends.base import UpdateError
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.core.signals import got_request_exception
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.loader import render_to_string

from accounts.hashers import HashingBusyError
from console import once, session, step_up
from console.browser_sessions import signed_out
from console.page import Go, page, wants_fragment
from console.panels import refusal
from console.refusals import (
    ForeignForm,
    already_done,
    check_characters,
    check_mark,
    foreign,
    into_flash,
    onward,
)
from iam.errors import AccessDenied, ServiceError

GetResponse = Callable[[HttpRequest], HttpResponse]

LEVELS = {
    "ok": messages.SUCCESS,
    "info": messages.INFO,
    "attention": messages.WARNING,
    "danger": messages.ERROR,
}
RETRY_SECONDS = 10
# Django answers these itself, with the templates 400.html, 403.html and 404.html.
_DJANGOS = (Http404, PermissionDenied, SuspiciousOperation)
_BUSY = "More people are signing in than we can look after at once. Wait a few seconds, then try again."
_FAILED = "Something went wrong on our side. The error has been recorded."
_NO_IDENTITY = "You are signed in with temporary credentials. They have no password, devices, keys or codes of their own."

log = logging.getLogger(__name__)


def identified(get_response: GetResponse) -> GetResponse:
    """Middleware: each request has an id, in its answer and in every log line about it; pages are not kept by caches."""

    def answer(request: HttpRequest) -> HttpResponse:
        request.request_id = str(uuid.uuid4())  # type: ignore[attr-defined]  # HtmxRequest declares it
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request.request_id)  # type: ignore[attr-defined]  # as above
        response = get_response(request)
        response.headers.setdefault("X-Request-Id", request.request_id)  # type: ignore[attr-defined]  # as above
        response.headers.setdefault("Cache-Control", "no-store")
        return response

    return answer


class Faces:
    """Middleware: finished acts become redirects that htmx understands, errors become pages or fragments."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer, with a finished act's words kept for the next page."""
        response = self._get_response(request)
        if isinstance(response, Go):
            if response.say:
                messages.add_message(request, LEVELS[response.tone], response.say)
            response = onward(request, response)
        if wants_fragment(request) and (who := session.known_who(request)) is not None:
            response.headers[session.LEFT_HEADER] = str(who.seconds_left)
        return response

    def process_view(
        self, request: HttpRequest, _view: object, _args: object, _kwargs: object
    ) -> HttpResponse | None:
        """Refuse a form that was made for somebody else, or sent before; the views know nothing of either."""
        check_characters(request)
        match = request.resolver_match
        try:
            if match is None or match.app_name != "switch-identity":
                check_mark(request)
            once.spend(request)
        except ForeignForm as form:
            return foreign(request, form.mark)
        except once.AlreadyDone:
            return already_done(request)
        return None

    def process_exception(self, request: HttpRequest, problem: Exception) -> HttpResponse | None:
        """The page or fragment for a view's exception; None leaves it to Django."""
        if isinstance(problem, _DJANGOS):
            return None
        if isinstance(problem, session.NotSignedIn):
            return onward(request, HttpResponseRedirect(session.sign_in_address(request)))
        if isinstance(problem, UpdateError):
            return signed_out(request)
        if isinstance(problem, step_up.ProofNeeded):
            return step_up.ask(request)
        if isinstance(problem, session.NoIdentity):
            return _error(request, 403, "Not for temporary credentials", _NO_IDENTITY)
        if isinstance(problem, ServiceError):
            return _refused(request, problem)
        if isinstance(problem, HashingBusyError):
            log.warning("no turn to hash a password", extra={"path": request.path})
            return _busy(request)
        got_request_exception.send(sender=type(self), request=request)
        log.error("a page failed", exc_info=problem, extra={"path": request.path})
        return _error(request, 500, "Something went wrong", _FAILED)


def _refused(request: HttpRequest, problem: ServiceError) -> HttpResponse:
    if isinstance(problem, AccessDenied) and problem.action:
        if wants_fragment(request):
            body = render_to_string("components/refused.html", {"need": refusal(problem)}, request)
            return into_flash(HttpResponse(body, status=problem.status))
        return page(request, "console/refused.html", status=problem.status, need=refusal(problem))
    titles = {404: "Not found", 409: "In conflict with what is there", 403: "Not allowed", 501: "Not offered"}
    default = "Something went wrong" if problem.status >= 500 else "Not possible"
    return _error(request, problem.status, titles.get(problem.status, default), problem.message)


def _busy(request: HttpRequest) -> HttpResponse:
    response = _error(request, 503, "Busy just now", _BUSY)
    response.headers["Retry-After"] = str(RETRY_SECONDS)
    return response


def _error(request: HttpRequest, status: int, title: str, text: str) -> HttpResponse:
    number = getattr(request, "request_id", "")
    if wants_fragment(request):
        shown = f"{text} Request {number}." if status >= 500 else text
        body = render_to_string(
            "components/note.html", {"tone": "danger", "title": f"{title}.", "text": shown}
        )
        return into_flash(HttpResponse(body, status=status))
    template = "console/failed.html" if _known(request, status) else "failed.html"
    return page(request, template, status=status, heading=title, text=text, number=number)


def _known(request: HttpRequest, status: int) -> bool:
    """Whether the shell can be shown: after a failure of ours nothing more is asked of the database."""
    if status < 500:
        return session.who(request) is not None
    return False
