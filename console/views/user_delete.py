"""Deleting users with all that hangs on them, one or several; and adding several to groups."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from console import cli, picking, removal, steps
from console.confirm import Confirm
from console.fields import FormError
from console.kinds import USER
from console.page import go, page
from console.removal import Plan
from console.session import HtmxRequest, required, signed_in
from console.steps import Outcome, Step
from iam.errors import NoSuchEntity

MOST_AT_ONCE = 50
WORD = "delete"
NONE_CHOSEN = "Choose at least one user in the table first."
ADD_LOOK = "/iam/users/add-to-group/look/"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one user of several."""

    name: str
    outcomes: Sequence[Outcome]

    @property
    def done(self) -> bool:
        """Whether the user is gone."""
        return steps.all_done(self.outcomes)


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Delete a user, its keys, devices, policies and memberships, once that is confirmed."""
    plan = removal.of_user(request, name)
    question = _question(request, plan)
    crumbs = USER.crumbs(name)
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcomes = plan.carry_out(request)
    if steps.all_done(outcomes):
        return go(USER.base, say=f"User {name} deleted.")
    again = _question(request, removal.of_user(request, name))
    return replace(again, errors=(FormError(steps.told(outcomes)),)).ask(request, crumbs=crumbs)


def _question(request: HttpRequest, plan: Plan) -> Confirm:
    warnings = [plan.blind_spots]
    principal = required(request).principal
    if principal.kind == "user" and principal.name == plan.name:
        warnings.append("This is the user you are signed in as.")
    return Confirm(
        title=f"Delete {plan.name}?",
        text="The user is gone for good. One of the same name made later inherits nothing.",
        verb="Delete user",
        action=USER.address(plan.name, "delete"),
        back=USER.address(plan.name),
        goes=plan.goes,
        warning=" ".join(warning for warning in warnings if warning),
        word=plan.name,
        cli=cli.line("iam.DeleteUser", {"UserName": plan.name}),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def delete_several(request: HtmxRequest) -> HttpResponse:
    """Delete the users chosen in the table, and report on each."""
    names = _chosen(request)
    if not names:
        return go(USER.base, say=NONE_CHOSEN, tone="attention")
    question = Confirm(
        title=f"Delete {len(names)} user{'s' if len(names) > 1 else ''}?",
        text="They are gone for good, with their passwords, access keys, MFA devices, policies and memberships.",
        verb="Delete users",
        action=f"{USER.base}delete/",
        back=USER.base,
        goes=names,
        goes_title="These users:",
        word=WORD,
        hidden=[("user", name) for name in names],
    )
    if not question.given(request):
        return question.ask(request, crumbs=[("Users", USER.base)])
    rows = [Row(name, _delete_one(request, name)) for name in names]
    return page(
        request,
        "console/users/report.html",
        rows=rows,
        gone=sum(row.done for row in rows),
        back=USER.base,
        crumbs=[("Users", USER.base)],
    )


def _delete_one(request: HttpRequest, name: str) -> Sequence[Outcome]:
    try:
        return removal.of_user(request, name).carry_out(request)
    except NoSuchEntity as missing:
        gone = Step("Delete the user", "iam.DeleteUser", {"user_name": name})
        return (Outcome(gone, "failed", missing.message),)


@signed_in
@require_http_methods(["GET", "POST"])
def add_to_groups(request: HtmxRequest) -> HttpResponse:
    """Add the users chosen in the table to groups, and report on each."""
    names = _chosen(request)
    if not names:
        return go(USER.base, say=NONE_CHOSEN, tone="attention")
    groups = picking.chosen(request, "group")
    if request.method != "POST":
        return _groups_page(request, names)
    if not groups:
        return _groups_page(request, names, error="Choose at least one group.", status=422)
    outcomes = steps.carry_out(
        request,
        [
            Step(
                f"Add to {group}", "iam.AddUserToGroup", {"group_name": group, "user_name": name}, about=name
            )
            for name in names
            for group in groups
        ],
    )
    if steps.all_done(outcomes):
        who = names[0] if len(names) == 1 else f"{len(names)} users"
        to = USER.address(names[0], "groups") if len(names) == 1 else USER.base
        return go(to, say=f"{who} added to {', '.join(groups)}.")
    return _groups_page(request, names, outcomes=outcomes, status=steps.status(outcomes))


@signed_in
@require_POST
def add_to_groups_look(request: HtmxRequest) -> HttpResponse:
    """The page of groups after another search; nobody is added."""
    return _groups_page(request, _chosen(request))


def _groups_page(
    request: HttpRequest,
    names: Sequence[str],
    *,
    error: str = "",
    outcomes: Sequence[Outcome] = (),
    status: int = 200,
) -> HttpResponse:
    picker = picking.groups(request, look=ADD_LOOK)
    return page(
        request,
        "console/users/add_to_groups.html",
        status=status,
        names=names,
        picker=replace(picker, error=error),
        outcomes=outcomes,
        back=USER.address(names[0], "groups") if len(names) == 1 else USER.base,
        crumbs=[("Users", USER.base)],
        cli=cli.line(
            "iam.AddUserToGroup",
            {"GroupName": next(iter(picker.chosen), "GROUP"), "UserName": next(iter(names), "USER")},
        ),
    )


def _chosen(request: HttpRequest) -> list[str]:
    return picking.chosen(request, "user")[:MOST_AT_ONCE]


app_name = "user-delete"
urlpatterns = [
    path("iam/users/delete/", delete_several, name="delete-several"),
    path("iam/users/add-to-group/", add_to_groups, name="add-to-groups"),
    path("iam/users/add-to-group/look/", add_to_groups_look, name="add-to-groups-look"),
    path("iam/users/<name:name>/delete/", delete, name="delete"),
]
