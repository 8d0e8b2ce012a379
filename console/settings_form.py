"""A form that changes settings of the account: shown as they are now, kept by one operation."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse

from console.forms import Look, OperationForm
from console.page import go, page
from console.panels import Panel, panel


@dataclass(frozen=True, slots=True)
class Settings:
    """Which operation reads the settings, under which member of its answer, and which one changes them."""

    reads: str
    member: str
    writes: str


def edit(
    request: HttpRequest,
    settings: Settings,
    look: Mapping[str, Look],
    template: str,
    *,
    back: str,
    say: Callable[[Mapping[str, Any]], str],
    **shown: Any,
) -> HttpResponse:
    """The form, or the way back once it has done its work; `say` makes the message of the operation's answer."""
    found = panel(request, settings.reads) if request.method == "GET" else Panel()
    initial = found.result.get(settings.member, {})
    form = OperationForm(request, settings.writes, only=tuple(look), initial=initial, look=look)
    if form.submitted and (done := form.run()) is not None:
        return go(back, say=say(done))
    return page(
        request,
        template,
        partial="form",
        status=form.status,
        form=form,
        unseen=found.refused,
        back=back,
        **shown,
    )
