"""One's own credentials: who may manage them here, how they are named, and the question before an act."""

from collections.abc import Callable, Sequence
from functools import wraps
from typing import Concatenate, Final, ParamSpec

from django.http import HttpRequest, HttpResponse

from console import steps
from console.confirm import Confirm
from console.page import go
from console.session import HtmxRequest, required, signed_in
from console.steps import Outcome, Step

P = ParamSpec("P")

CREDENTIALS: Final = "/me/credentials/"
CRUMBS: Final = (("Security credentials", CREDENTIALS),)


def as_oneself(
    view: Callable[Concatenate[HtmxRequest, P], HttpResponse],
) -> Callable[Concatenate[HttpRequest, P], HttpResponse]:
    """Let a view run for people who act as themselves: a role has no password, device or key of its own."""

    @signed_in
    @wraps(view)
    def guarded(request: HtmxRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        role = required(request).role
        if role is not None:
            back = f"Switch back to {role.owner} first: a" if role.leave else "A"
            say = f"{back} role has no credentials of its own."
            return go(CREDENTIALS, say=say, tone="attention")
        return view(request, *args, **kwargs)

    return guarded


def user_name(request: HttpRequest) -> str:
    """How operations name the person: a user by name, root by the account's number."""
    who = required(request)
    return who.account.number if who.principal.kind == "root" else who.principal.name


def label(request: HttpRequest) -> str:
    """A short name for files and devices: the user's name, or root."""
    who = required(request)
    return "root" if who.principal.kind == "root" else who.principal.name


def ask_and_do(
    request: HttpRequest,
    question: Confirm,
    doing: Sequence[Step],
    *,
    then: Callable[[Sequence[Outcome]], HttpResponse],
    crumbs: Sequence[tuple[str, str]] = CRUMBS,
) -> HttpResponse:
    """Ask; when answered, run the steps, and ask again with the reason where the first was refused.

    `then` answers once the first step holds; it sees what became of the others.
    """
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcomes = steps.carry_out(request, doing, halt=True)
    if not outcomes[0].done:
        return question.refused(outcomes[0].why).ask(request, crumbs=crumbs)
    return then(outcomes)
