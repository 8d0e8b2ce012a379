"""User groups: the table, a new one, its members and permissions, another name, deletion."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods, require_POST
from django.views.generic import RedirectView

from console import cli, paging, permissions, picking, removal, steps
from console.calls import run
from console.confirm import Confirm
from console.fields import FormError
from console.forms import OperationForm
from console.kinds import GROUP
from console.page import go, page, tabs
from console.panels import Panel, panel
from console.removal import MOST_MEMBERS, Plan
from console.session import HtmxRequest, signed_in
from console.steps import Outcome, Step

LOOK = "/iam/groups/create/look/"
PAGE_SIZE = 50
MEMBERS_SHOWN = 100
TABS: Final = (("users", "Users"), ("permissions", "Permissions"))
CRUMBS = [(GROUP.label, GROUP.base)]


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List groups with how many users and policies each has."""
    query = request.GET.get("q", "").strip()[:128]
    table = panel(
        request,
        "console.GroupTable",
        search=query,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/groups/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        query=query,
        cli="aws iam list-groups",
    )


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Create a group, attach policies to it and put users into it."""
    form = _form(request)
    if not form.submitted or form.run() is None:
        return _create_page(request, form)
    name = form.params["GroupName"]
    outcomes = steps.carry_out(
        request, [*_attaching(name, picking.chosen(request, "policy")), *_adding(name, _users(request))]
    )
    if steps.all_done(outcomes):
        return go(GROUP.address(name, "users"), say=f"Group {name} created.")
    return page(
        request,
        "console/groups/created.html",
        status=steps.status(outcomes),
        name=name,
        outcomes=outcomes,
        back=GROUP.address(name, "users"),
        crumbs=CRUMBS,
    )


@signed_in
@require_POST
def create_look(request: HtmxRequest) -> HttpResponse:
    """The form as it was filled in so far, after another search in one of its lists; nothing is created."""
    return _create_page(request, _form(request, looking=True))


def _form(request: HttpRequest, *, looking: bool = False) -> OperationForm:
    return OperationForm(request, "iam.CreateGroup", only=("GroupName", "Path"), looking=looking)


def _create_page(request: HttpRequest, form: OperationForm) -> HttpResponse:
    return page(
        request,
        "console/groups/create.html",
        status=form.status,
        form=form,
        policies=picking.policies(request, look=LOOK),
        users=picking.users(request, look=LOOK),
        back=GROUP.base,
        crumbs=CRUMBS,
        cli=form.cli,
    )


def _users(request: HttpRequest) -> list[str]:
    return picking.chosen(request, "user")


def _attaching(name: str, arns: Sequence[str]) -> list[Step]:
    return [
        Step(
            f"Attach {arn.rpartition('/')[2]}",
            "iam.AttachGroupPolicy",
            {"group_name": name, "policy_arn": arn},
        )
        for arn in arns
    ]


def _adding(name: str, users: Sequence[str]) -> list[Step]:
    return [
        Step(f"Add {user}", "iam.AddUserToGroup", {"group_name": name, "user_name": user}) for user in users
    ]


@signed_in
@require_GET
def detail(request: HtmxRequest, name: str, tab: str) -> HttpResponse:
    """One group: the head of the page, and the tab in its address."""
    members = panel(
        request,
        "iam.GetGroup",
        group_name=name,
        marker=paging.marker(request) if tab == "users" else None,
        max_items=MEMBERS_SHOWN if tab == "users" else 1,
    )
    group = members.result.get("Group", {})
    return page(
        request,
        "console/groups/detail.html",
        partial="members" if tab == "users" else "",
        crumbs=CRUMBS,
        members=members,
        group=group,
        name=group.get("GroupName", name),
        base=GROUP.home(name),
        tab=tab,
        tabs=tabs(GROUP.home(name), tab, TABS),
        **_of_tab(request, tab, name, members),
    )


def _of_tab(request: HttpRequest, tab: str, name: str, members: Panel) -> dict[str, Any]:
    if tab == "users":
        return {"pages": paging.pages(request, members.next), "cli": members.cli}
    read = permissions.read(request, GROUP, name)
    return {"permissions": read, "cli": read.attached.cli}


@signed_in
@require_http_methods(["GET", "POST"])
def add_users(request: HtmxRequest, name: str) -> HttpResponse:
    """Put users into the group; where some cannot be, say which and why."""
    if request.method != "POST":
        return _add_page(request, name)
    users = _users(request)
    if not users:
        return _add_page(request, name, error="Choose at least one user.", status=422)
    outcomes = steps.carry_out(request, _adding(name, users))
    if steps.all_done(outcomes):
        told = f"{users[0]} added." if len(users) == 1 else f"{len(users)} users added."
        return go(GROUP.address(name, "users"), say=told)
    return _add_page(request, name, outcomes=outcomes, status=steps.status(outcomes))


@signed_in
@require_POST
def add_users_look(request: HtmxRequest, name: str) -> HttpResponse:
    """The page of users after another search; nobody is added."""
    return _add_page(request, name)


def _add_page(
    request: HttpRequest, name: str, *, error: str = "", outcomes: Sequence[Outcome] = (), status: int = 200
) -> HttpResponse:
    members = panel(request, "iam.GetGroup", group_name=name, max_items=1000)
    taken = [user["UserName"] for user in members.result.get("Users", ())]
    picker = picking.users(request, look=GROUP.address(name, "users/add/look"), taken=taken)
    return page(
        request,
        "console/groups/add_users.html",
        status=status,
        name=name,
        picker=replace(picker, error=error),
        outcomes=outcomes,
        action=GROUP.address(name, "users/add"),
        back=GROUP.address(name, "users"),
        crumbs=GROUP.crumbs(name, "users"),
        cli=cli.line(
            "iam.AddUserToGroup",
            {"GroupName": name, "UserName": next(iter(picker.chosen), "USER_NAME")},
        ),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def remove_users(request: HtmxRequest, name: str) -> HttpResponse:
    """Take the chosen users out of the group, once that is confirmed."""
    users, back = _users(request), GROUP.address(name, "users")
    if not users:
        return go(back, say="Choose at least one user in the table first.", tone="attention")
    who = users[0] if len(users) == 1 else f"{len(users)} users"
    question = Confirm(
        title=f"Take {who} out of {name}?",
        text="They lose what the group's policies allow. The users themselves stay.",
        verb="Remove from group",
        action=GROUP.address(name, "users/remove"),
        back=back,
        goes=[f"The membership of {user}" for user in users] if len(users) > 1 else (),
        hidden=[("user", user) for user in users],
        cli=cli.line("iam.RemoveUserFromGroup", {"GroupName": name, "UserName": users[0]}),
    )
    crumbs = GROUP.crumbs(name, "users")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcomes = steps.carry_out(
        request,
        [
            Step(f"Remove {user}", "iam.RemoveUserFromGroup", {"group_name": name, "user_name": user})
            for user in users
        ],
        halt=True,
    )
    if not steps.all_done(outcomes):
        return question.refused(steps.told(outcomes)).ask(request, crumbs=crumbs)
    return go(back, say=f"{who} removed from {name}.")


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Give the group another name or path."""
    initial: Mapping[str, str] = {}
    if request.method != "POST":
        group = run(request, "iam.GetGroup", group_name=name, max_items=1)["Group"]
        initial = {"NewGroupName": group["GroupName"], "NewPath": group["Path"]}
    form = OperationForm(
        request,
        "iam.UpdateGroup",
        only=("NewGroupName", "NewPath"),
        fixed={"GroupName": name},
        initial=initial,
    )
    if form.submitted and form.run() is not None:
        return go(GROUP.address(form.params.get("NewGroupName", name), "users"), say="The group is changed.")
    return page(
        request,
        "console/groups/edit.html",
        partial="form",
        status=form.status,
        form=form,
        name=name,
        back=GROUP.address(name, "users"),
        crumbs=GROUP.crumbs(name, "users"),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Delete a group, its memberships and policies, once that is confirmed."""
    plan = removal.of_group(request, name)
    question = _question(plan)
    crumbs = GROUP.crumbs(name, "users")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcomes = plan.carry_out(request)
    if steps.all_done(outcomes):
        return go(GROUP.base, say=f"Group {name} deleted.")
    again = _question(removal.of_group(request, name))
    return replace(again, errors=(FormError(steps.told(outcomes)),)).ask(request, crumbs=crumbs)


def _question(plan: Plan) -> Confirm:
    many = f"Only {MOST_MEMBERS} users are taken out at one go: delete it again for the others."
    warnings = [plan.blind_spots, many if plan.more else ""]
    return Confirm(
        title=f"Delete {plan.name}?",
        text="The group is gone for good. Its users stay, without what it allowed them.",
        verb="Delete group",
        action=GROUP.address(plan.name, "delete"),
        back=GROUP.address(plan.name, "users"),
        goes=plan.goes,
        warning=" ".join(warning for warning in warnings if warning),
        word=plan.name,
        cli=cli.line("iam.DeleteGroup", {"GroupName": plan.name}),
    )


app_name = "groups"
urlpatterns = [
    path("iam/groups/", index, name="index"),
    path("iam/groups/create/", create, name="create"),
    path("iam/groups/create/look/", create_look, name="create-look"),
    path("iam/groups/<name:name>/", RedirectView.as_view(pattern_name="groups:users"), name="detail"),
    path("iam/groups/<name:name>/users/add/", add_users, name="add-users"),
    path("iam/groups/<name:name>/users/add/look/", add_users_look, name="add-users-look"),
    path("iam/groups/<name:name>/users/remove/", remove_users, name="remove-users"),
    path("iam/groups/<name:name>/edit/", edit, name="edit"),
    path("iam/groups/<name:name>/delete/", delete, name="delete"),
    *(path(f"iam/groups/<name:name>/{tab}/", detail, {"tab": tab}, name=tab) for tab, _ in TABS),
]
