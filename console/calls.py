"""run(): the only way a page reaches an operation.  It acts as the signed-in principal, like any caller of the API."""

from typing import Any

from django.http import HttpRequest
from django.utils import timezone

from console import session, step_up
from iam import catalogue, pipeline
from iam.call import Call, Output
from iam.errors import NotImplementedHere
from iam.shapes import names

CALL_KEY = "_call"


def run(request: HttpRequest, operation: str, **params: Any) -> dict[str, Any]:
    """Run an operation such as "iam.CreateUser" as whoever is signed in; {} where it answers nothing.

    `params` are keywords in snake_case; those that are None are left out.
    Errors: every ServiceError of the operation, session.NotSignedIn, step_up.ProofNeeded.
    """
    found = catalogue.find(operation)
    if found is None:
        raise NotImplementedHere(f"{operation} is not offered.")
    step_up.require(request, found)
    return answer(pipeline.perform(call(request), found, names.params(found.spec.input, params)))


def run_as_oneself(request: HttpRequest, operation: str, **params: Any) -> dict[str, Any]:
    """Run an operation as whoever signed in, also while they act as a role.  Errors: as run."""
    found = catalogue.find(operation)
    if found is None:
        raise NotImplementedHere(f"{operation} is not offered.")
    step_up.require(request, found)
    made = _made(request, session.oneself(request))
    return answer(pipeline.perform(made, found, names.params(found.spec.input, params)))


def call(request: HttpRequest) -> Call:
    """The request as a call.  One for all operations of a request, so that policies are compiled once."""
    known: Call | None = getattr(request, CALL_KEY, None)
    if known is not None:
        return known
    made = _made(request, session.required(request))
    setattr(request, CALL_KEY, made)
    return made


def _made(request: HttpRequest, who: session.Who) -> Call:
    return Call(
        account=who.account,
        principal=who.principal,
        now=timezone.now(),
        request_id=getattr(request, "request_id", ""),
        source="console",
        peer=request.META.get("REMOTE_ADDR", ""),
        user_agent=request.headers.get("User-Agent", ""),
        secure=request.is_secure(),
        browser=who.session.pk,
    )


def answer(output: Output) -> dict[str, Any]:
    """What an operation answered; operations without output answer None."""
    return output or {}
