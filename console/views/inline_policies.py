"""Inline policies of users, groups and roles: written in the JSON editor, replaced, deleted."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import cli, policy_starts
from console.calls import run
from console.confirm import Confirm
from console.forms import Look, OperationForm
from console.kinds import Kind
from console.page import go, page
from console.policy_starts import Start
from console.session import HtmxRequest, required, signed_in
from iam import quotas

SIZE_HELP = "All inline policies of one {noun} together have at most {most:,} characters, white space aside."


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """Write a new inline policy, beginning from one of a few documents."""
    start = policy_starts.chosen(request.GET.get("start", ""))
    form = OperationForm(
        request,
        kind.operation("Put{}Policy"),
        only=("PolicyName", "PolicyDocument"),
        fixed={kind.member: name},
        initial={"PolicyDocument": start.text},
        look=_looks(request, kind),
    )
    if form.submitted and form.run() is not None:
        return go(kind.address(name), say=f"Inline policy {form.params['PolicyName']} saved.")
    return _editor(
        request, kind, name, form, title="Create inline policy", submit="Create policy", start=start
    )


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, kind: Kind, name: str, policy: str) -> HttpResponse:
    """Change the text of an inline policy."""
    initial = {}
    if request.method != "POST":
        found = run(request, kind.operation("Get{}Policy"), **kind.named(name), policy_name=policy)
        initial = {"PolicyDocument": found["PolicyDocument"]}
    form = OperationForm(
        request,
        kind.operation("Put{}Policy"),
        only=("PolicyDocument",),
        fixed={kind.member: name, "PolicyName": policy},
        initial=initial,
        look=_looks(request, kind),
    )
    if form.submitted and form.run() is not None:
        return go(kind.address(name), say=f"Inline policy {policy} saved.")
    return _editor(request, kind, name, form, title=policy, submit="Save policy")


def _looks(request: HttpRequest, kind: Kind) -> dict[str, Look]:
    most = quotas.limit(required(request).account, f"{kind.title}PolicySize")
    return {
        "PolicyDocument": Look(
            label="Policy document",
            help=SIZE_HELP.format(noun=kind.noun, most=most),
            kind="json",
            max_length=most,
            check="inline",
        )
    }


def _editor(
    request: HttpRequest,
    kind: Kind,
    name: str,
    form: OperationForm,
    *,
    title: str,
    submit: str,
    start: Start | None = None,
) -> HttpResponse:
    return page(
        request,
        "console/permissions/inline.html",
        status=form.status,
        kind=kind,
        name=name,
        form=form,
        title=title,
        submit=submit,
        starts=policy_starts.STARTS,
        start=start,
        back=kind.address(name),
        crumbs=kind.crumbs(name),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, kind: Kind, name: str, policy: str) -> HttpResponse:
    """Delete an inline policy, once that is confirmed."""
    operation = kind.operation("Delete{}Policy")
    question = Confirm(
        title=f"Delete {policy}?",
        text=f"The {kind.noun} {name} loses what this inline policy allows. Its text cannot be brought back.",
        verb="Delete policy",
        action=request.path,
        back=kind.address(name),
        cli=cli.line(operation, {kind.member: name, "PolicyName": policy}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=kind.crumbs(name))
    run(request, operation, **kind.named(name), policy_name=policy)
    return go(kind.address(name), say=f"Inline policy {policy} deleted.")


app_name = "inline-policies"
urlpatterns = [
    path("iam/<kind:kind>/<name:name>/permissions/inline/create/", create, name="create"),
    path("iam/<kind:kind>/<name:name>/permissions/inline/<name:policy>/edit/", edit, name="edit"),
    path("iam/<kind:kind>/<name:name>/permissions/inline/<name:policy>/delete/", delete, name="delete"),
]
