"""Whom a managed policy hangs on: users, groups and roles it is attached to, and those whose boundary it is."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from console import cli, managed_policy, paging, picking, steps
from console.confirm import Confirm
from console.kinds import GROUP, KINDS, ROLE, USER, Kind
from console.managed_policy import Shown
from console.page import go, page
from console.paging import Filter
from console.panels import panel
from console.session import HtmxRequest, signed_in
from console.steps import Outcome, Step

PAGE_SIZE = 100
BOUNDED_SHOWN = 100
KIND_CHOICES = (
    ("", "Users, groups and roles"),
    ("User", "Users"),
    ("Group", "User groups"),
    ("Role", "Roles"),
)
NONE_CHOSEN = "Choose at least one user, group or role."


@signed_in
@require_GET
def attached(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """List whom the policy is attached to, and whose boundary it is."""
    policy = managed_policy.read(request, scope, name)
    chosen = request.GET.get("kind", "")
    listed = panel(
        request,
        "iam.ListEntitiesForPolicy",
        policy_arn=policy.arn,
        entity_filter=chosen if chosen in dict(KIND_CHOICES[1:]) else None,
        policy_usage_filter="PermissionsPolicy",
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    bounded = panel(
        request,
        "iam.ListEntitiesForPolicy",
        policy_arn=policy.arn,
        policy_usage_filter="PermissionsBoundary",
        max_items=BOUNDED_SHOWN,
    )
    return page(
        request,
        "console/policies/attached.html",
        partial="table",
        listed=listed,
        entities=_linked(listed.result),
        bounded=bounded,
        bounds=_linked(bounded.result),
        pages=paging.pages(request, listed.next),
        kinds=Filter("kind", "Kind", KIND_CHOICES, chosen),
        chosen=chosen,
        cli=listed.cli,
        **policy.page("attached"),
    )


def _linked(answer: Mapping[str, Any]) -> list[tuple[Kind, str, str]]:
    """Kind, name and address of each entity in an answer."""
    return [(kind, each, kind.address(each)) for kind, each in managed_policy.entities(answer)]


@signed_in
@require_http_methods(["GET", "POST"])
def attach(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """Attach the policy to the chosen ones, one after another; where some cannot have it, say which and why."""
    policy = managed_policy.read(request, scope, name)
    if request.method != "POST":
        return _attach_page(request, policy)
    wanted = [(kind, each) for kind in (USER, GROUP, ROLE) for each in picking.chosen(request, kind.noun)]
    if not wanted:
        return _attach_page(request, policy, error=NONE_CHOSEN, status=422)
    outcomes = steps.carry_out(
        request,
        [
            Step(
                f"Attach to the {kind.noun} {each}",
                kind.operation("Attach{}Policy"),
                {**kind.named(each), "policy_arn": policy.arn},
            )
            for kind, each in wanted
        ],
    )
    if steps.all_done(outcomes):
        told = wanted[0][1] if len(wanted) == 1 else f"{len(wanted)} users, groups and roles"
        return go(f"{policy.base}attached/", say=f"Attached to {told}.")
    return _attach_page(request, policy, outcomes=outcomes, status=steps.status(outcomes))


@signed_in
@require_POST
def attach_look(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """The page of users, groups and roles after another search; nothing is attached."""
    return _attach_page(request, managed_policy.read(request, scope, name))


def _attach_page(
    request: HttpRequest,
    policy: Shown,
    *,
    error: str = "",
    outcomes: Sequence[Outcome] = (),
    status: int = 200,
) -> HttpResponse:
    taken = _taken(request, policy)
    look = f"{policy.base}attached/attach/look/"
    return page(
        request,
        "console/policies/attach.html",
        status=status,
        policy=policy,
        pickers=(
            picking.users(request, look=look, taken=taken[USER]),
            picking.groups(request, look=look, taken=taken[GROUP]),
            picking.roles(request, look=look, taken=taken[ROLE]),
        ),
        error=error,
        outcomes=outcomes,
        action=f"{policy.base}attached/attach/",
        crumbs=policy.crumbs("attached"),
        cli=cli.line("iam.AttachUserPolicy", {"UserName": "USER", "PolicyArn": policy.arn}),
    )


def _taken(request: HttpRequest, policy: Shown) -> dict[Kind, Collection[str]]:
    """Who has the policy already, as far as that may be seen."""
    listed = panel(
        request,
        "iam.ListEntitiesForPolicy",
        policy_arn=policy.arn,
        policy_usage_filter="PermissionsPolicy",
        max_items=managed_policy.MOST,
    )
    found: dict[Kind, Collection[str]] = {USER: set(), GROUP: set(), ROLE: set()}
    for kind, each in managed_policy.entities(listed.result):
        found[kind] = {*found[kind], each}
    return found


@signed_in
@require_http_methods(["GET", "POST"])
def detach(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """Take the policy from the one named in the address, once that is confirmed."""
    policy = managed_policy.read(request, scope, name)
    kind = KINDS.get(request.GET.get("kind", ""), USER)
    owner = request.GET.get("name", "")
    operation = kind.operation("Detach{}Policy")
    question = Confirm(
        title=f"Detach {policy.name} from {owner}?",
        text=f"The {kind.noun} {owner} loses what {policy.name} allows. The policy itself stays.",
        verb="Detach",
        action=request.get_full_path(),
        back=f"{policy.base}attached/",
        cli=cli.line(operation, {kind.member: owner, "PolicyArn": policy.arn}),
    )
    crumbs = policy.crumbs("attached")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    step = Step(question.verb, operation, {**kind.named(owner), "policy_arn": policy.arn})
    outcome = steps.attempt(request, step)
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=crumbs)
    return go(question.back, say=f"{policy.name} detached from {owner}.")


app_name = "policy-attachments"
urlpatterns = [
    path("iam/policies/<scope:scope>/<name:name>/attached/", attached, name="attached"),
    path("iam/policies/<scope:scope>/<name:name>/attached/attach/", attach, name="attach"),
    path("iam/policies/<scope:scope>/<name:name>/attached/attach/look/", attach_look, name="attach-look"),
    path("iam/policies/<scope:scope>/<name:name>/attached/detach/", detach, name="detach"),
]
