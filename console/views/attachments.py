"""Managed policies on users, groups and roles: attached and detached; and the permissions boundary of users and roles."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from console import cli, picking, steps
from console.calls import run
from console.confirm import Confirm
from console.kinds import Kind
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, signed_in
from console.steps import Outcome, Step

NONE_CHOSEN = "Choose at least one policy."


@signed_in
@require_http_methods(["GET", "POST"])
def attach(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """Attach the chosen policies, one after another; where some cannot be, say which and why."""
    if request.method != "POST":
        return _attach_page(request, kind, name)
    arns = picking.chosen(request, "policy")
    if not arns:
        return _attach_page(request, kind, name, error=NONE_CHOSEN, status=422)
    outcomes = steps.carry_out(request, attach_steps(kind, name, arns))
    if steps.all_done(outcomes):
        told = f"{len(arns)} policies attached." if len(arns) > 1 else f"{_short(arns[0])} attached."
        return go(kind.address(name), say=told)
    return _attach_page(request, kind, name, outcomes=outcomes, status=steps.status(outcomes))


@signed_in
@require_POST
def attach_look(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """The page of policies to attach after another search; nothing is attached."""
    return _attach_page(request, kind, name)


def attach_steps(kind: Kind, name: str, arns: Sequence[str]) -> list[Step]:
    """A step for each policy."""
    operation = kind.operation("Attach{}Policy")
    return [Step(f"Attach {_short(arn)}", operation, {**kind.named(name), "policy_arn": arn}) for arn in arns]


def _attach_page(
    request: HttpRequest,
    kind: Kind,
    name: str,
    *,
    error: str = "",
    outcomes: Sequence[Outcome] = (),
    status: int = 200,
) -> HttpResponse:
    attached = panel(
        request, kind.operation("ListAttached{}Policies"), **kind.named(name), max_items=1000
    ).result.get("AttachedPolicies", ())
    picker = picking.policies(
        request,
        look=kind.address(name, "permissions/attach/look"),
        taken=[policy["PolicyArn"] for policy in attached],
        error=error,
    )
    arn = next(iter(picker.chosen), "POLICY_ARN")
    return page(
        request,
        "console/permissions/attach.html",
        status=status,
        kind=kind,
        name=name,
        picker=picker,
        outcomes=outcomes,
        action=kind.address(name, "permissions/attach"),
        back=kind.address(name),
        crumbs=kind.crumbs(name),
        cli=cli.line(kind.operation("Attach{}Policy"), {kind.member: name, "PolicyArn": arn}),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def detach(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """Detach the policy named in the address, once that is confirmed."""
    arn = request.GET.get("policy", "")
    operation = kind.operation("Detach{}Policy")
    question = Confirm(
        title=f"Detach {_short(arn)}?",
        text=f"The {kind.noun} {name} loses what {_short(arn)} allows. The policy itself stays.",
        verb="Detach",
        action=request.get_full_path(),
        back=kind.address(name),
        cli=cli.line(operation, {kind.member: name, "PolicyArn": arn}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=kind.crumbs(name))
    outcome = steps.attempt(request, Step(question.verb, operation, {**kind.named(name), "policy_arn": arn}))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=kind.crumbs(name))
    return go(kind.address(name), say=f"{_short(arn)} detached.")


@signed_in
@require_http_methods(["GET", "POST"])
def boundary(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """Set or change the permissions boundary."""
    if request.method != "POST":
        return _boundary_page(request, kind, name)
    arns = picking.chosen(request, "policy")
    if not arns:
        return _boundary_page(request, kind, name, error="Choose a policy.", status=422)
    step = Step(
        f"Make {_short(arns[0])} the boundary",
        kind.operation("Put{}PermissionsBoundary"),
        {**kind.named(name), "permissions_boundary": arns[0]},
    )
    outcomes = steps.carry_out(request, [step])
    if steps.all_done(outcomes):
        return go(kind.address(name), say=f"{_short(arns[0])} is the permissions boundary.")
    return _boundary_page(request, kind, name, outcomes=outcomes, status=steps.status(outcomes))


@signed_in
@require_POST
def boundary_look(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """The page of boundaries after another search; nothing is changed."""
    return _boundary_page(request, kind, name)


def _boundary_page(
    request: HttpRequest,
    kind: Kind,
    name: str,
    *,
    error: str = "",
    outcomes: Sequence[Outcome] = (),
    status: int = 200,
) -> HttpResponse:
    picker = picking.policies(
        request, look=kind.address(name, "permissions/boundary/edit/look"), single=True, error=error
    )
    arn = next(iter(picker.chosen), "POLICY_ARN")
    return page(
        request,
        "console/permissions/boundary.html",
        status=status,
        kind=kind,
        name=name,
        picker=picker,
        outcomes=outcomes,
        action=kind.address(name, "permissions/boundary/edit"),
        back=kind.address(name),
        crumbs=kind.crumbs(name),
        cli=cli.line(
            kind.operation("Put{}PermissionsBoundary"), {kind.member: name, "PermissionsBoundary": arn}
        ),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def boundary_delete(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """Take the permissions boundary away, once that is confirmed."""
    operation = kind.operation("Delete{}PermissionsBoundary")
    question = Confirm(
        title="Remove the permissions boundary?",
        text=f"Without it, the policies of {name} count in full: it may be able to do more than now.",
        verb="Remove boundary",
        action=request.path,
        back=kind.address(name),
        cli=cli.line(operation, {kind.member: name}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=kind.crumbs(name))
    run(request, operation, **kind.named(name))
    return go(kind.address(name), say="The permissions boundary is removed.")


def _short(arn: str) -> str:
    return arn.rpartition("/")[2] or "the policy"


app_name = "attachments"
urlpatterns = [
    path("iam/<kind:kind>/<name:name>/permissions/attach/", attach, name="attach"),
    path("iam/<kind:kind>/<name:name>/permissions/attach/look/", attach_look, name="attach-look"),
    path("iam/<kind:kind>/<name:name>/permissions/detach/", detach, name="detach"),
    path("iam/<bounded:kind>/<name:name>/permissions/boundary/edit/", boundary, name="boundary"),
    path(
        "iam/<bounded:kind>/<name:name>/permissions/boundary/edit/look/", boundary_look, name="boundary-look"
    ),
    path(
        "iam/<bounded:kind>/<name:name>/permissions/boundary/delete/", boundary_delete, name="boundary-delete"
    ),
]
