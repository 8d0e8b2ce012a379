"""My access keys: made, switched on and off, deleted; and the secrets of rotated ones collected, once."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import addresses, cli, onetime, own
from console.confirm import Confirm
from console.page import go, page
from console.session import HtmxRequest, required
from console.steps import Step, attempt

STATUSES = {
    "Active": ("Activate", "The key signs requests again."),
    "Inactive": (
        "Deactivate",
        "Requests signed with it are refused from now on. You can activate it again.",
    ),
}
ROOT_WARNING = (
    "A key of the root user can do everything in the account and cannot be limited. "
    "Make an IAM user or a role for programs instead."
)


@own.as_oneself
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Make an access key; its secret is shown once, by this answer alone."""
    by_root = required(request).principal.kind == "root"
    question = Confirm(
        title="Create an access key?",
        text="Programs sign their requests with it, with all your permissions. It does not expire by itself.",
        warning=ROOT_WARNING if by_root else "",
        verb="Create access key",
        action=request.path,
        back=own.CREDENTIALS,
        danger=False,
        whole=True,
        cli=cli.line("iam.CreateAccessKey", {}),
    )
    return _make(request, question, Step(question.verb, "iam.CreateAccessKey", {}), "New access key")


@own.as_oneself
@require_http_methods(["GET", "POST"])
def collect(request: HtmxRequest, key_id: str) -> HttpResponse:
    """Hand out the secret of a key that a rotation has made; it can be done once."""
    question = Confirm(
        title=f"Collect {key_id}?",
        text="The secret is shown once, now. Put the new key to use everywhere the old one is; the old one is "
        "switched off after that.",
        verb="Show the secret",
        action=request.path,
        back=own.CREDENTIALS,
        danger=False,
        whole=True,
    )
    step = Step(question.verb, "tenant.CollectRotatedKey", {"access_key_id": key_id})
    return _make(request, question, step, "Collected access key")


@own.as_oneself
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, key_id: str) -> HttpResponse:
    """Switch a key on or off, as the address says, once that is confirmed."""
    status = "Active" if request.GET.get("status") == "Active" else "Inactive"
    verb, text = STATUSES[status]
    question = Confirm(
        title=f"{verb} {key_id}?",
        text=text,
        verb=verb,
        action=request.get_full_path(),
        back=own.CREDENTIALS,
        danger=status == "Inactive",
        cli=cli.line("iam.UpdateAccessKey", {"AccessKeyId": key_id, "Status": status}),
    )
    step = Step(verb, "iam.UpdateAccessKey", {"access_key_id": key_id, "status": status})
    say = f"Access key {key_id} is {status.lower()}."
    return own.ask_and_do(request, question, [step], then=lambda _: go(own.CREDENTIALS, say=say))


@own.as_oneself
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, key_id: str) -> HttpResponse:
    """Delete a key for good, once its id is typed."""
    question = Confirm(
        title=f"Delete {key_id}?",
        text="Programs that use it fail at once, and it cannot be brought back. Deactivate it first to be sure.",
        verb="Delete access key",
        action=request.path,
        back=own.CREDENTIALS,
        word=key_id,
        cli=cli.line("iam.DeleteAccessKey", {"AccessKeyId": key_id}),
    )
    step = Step(question.verb, "iam.DeleteAccessKey", {"access_key_id": key_id})
    say = f"Access key {key_id} is deleted."
    return own.ask_and_do(request, question, [step], then=lambda _: go(own.CREDENTIALS, say=say))


def _make(request: HttpRequest, question: Confirm, step: Step, title: str) -> HttpResponse:
    """Ask; when answered, run the step, and show the secret it gives."""
    if not question.given(request):
        return question.ask(request, crumbs=own.CRUMBS)
    outcome = attempt(request, step)
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=own.CRUMBS)
    key: dict[str, Any] = outcome.answer["AccessKey"]
    secret = onetime.access_key(
        own.label(request),
        key["AccessKeyId"],
        key["SecretAccessKey"],
        endpoint=addresses.public(),
        done=own.CREDENTIALS,
    )
    return page(request, "console/me/secret.html", title=title, secret=secret, crumbs=own.CRUMBS)


_OWN = "me/credentials/keys"

app_name = "me-keys"
urlpatterns = [
    path(f"{_OWN}/create/", create, name="create"),
    path(f"{_OWN}/<str:key_id>/collect/", collect, name="collect"),
    path(f"{_OWN}/<str:key_id>/edit/", edit, name="edit"),
    path(f"{_OWN}/<str:key_id>/delete/", delete, name="delete"),
]
