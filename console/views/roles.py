"""Roles: the table, one role with its tabs, its settings, and deleting it."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from console import cli, durations, paging, permissions, removal, revocation, steps, trusts
from console.confirm import Confirm
from console.forms import Look, OperationForm
from console.kinds import ROLE
from console.page import go, page, tabs
from console.panels import Panel, panel
from console.session import HtmxRequest, required, signed_in

PAGE_SIZE = 50
SESSIONS_SHOWN = 100
TABS = (
    ("permissions", "Permissions"),
    ("trust", "Trust"),
    ("sessions", "Sessions"),
    ("tags", "Tags"),
    ("settings", "Settings"),
)
SERVICE_ROLE_PATH = "/aws-service-role/"


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List roles with whom they trust and when they were last used."""
    query = request.GET.get("q", "").strip()[:128]
    table = panel(
        request,
        "console.RoleTable",
        search=query,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/roles/index.html",
        partial="table",
        table=table,
        own=required(request).account.number,
        pages=paging.pages(request, table.next),
        query=query,
        cli="aws iam list-roles",
    )


@signed_in
@require_GET
def home(request: HtmxRequest, name: str) -> HttpResponse:
    """Lead to the first tab."""
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{ROLE.address(name)}{f'?{query}' if query else ''}")


@signed_in
@require_GET
def detail(request: HtmxRequest, name: str, tab: str) -> HttpResponse:
    """One role: the head of the page, and the tab in its address."""
    found = panel(request, "iam.GetRole", role_name=name)
    role = found.result.get("Role", {})
    context = _of_tab(request, tab, name, found)
    return page(
        request,
        "console/roles/detail.html",
        partial=context.pop("partial", ""),
        crumbs=[("Roles", ROLE.base)],
        found=found,
        role=role,
        name=role.get("RoleName", name),
        base=ROLE.home(name),
        longest=durations.words(role["MaxSessionDuration"]) if role else "",
        protected=role.get("Path", "").startswith(SERVICE_ROLE_PATH),
        tab=tab,
        tabs=tabs(ROLE.home(name), tab, TABS),
        **{"cli": found.cli, **context},
    )


def _of_tab(request: HttpRequest, tab: str, name: str, found: Panel) -> dict[str, Any]:
    """What a tab shows beyond the role itself, which `found` holds."""
    role: Mapping[str, Any] = found.result.get("Role", {})
    if tab == "permissions":
        read = permissions.read(request, ROLE, name, role.get("PermissionsBoundary"), refused=found.refused)
        return {"permissions": read, "cli": read.attached.cli}
    if tab == "trust":
        return _trust(request, str(role.get("AssumeRolePolicyDocument", "")))
    if tab == "sessions":
        listed = _sessions(request, name)
        return {
            "partial": "sessions",
            "sessions": listed,
            "revoked_before": revocation.revoked_before(request, name),
            "pages": paging.pages(request, listed.next),
            "cli": "",
        }
    if tab == "tags":
        return {
            "edit": ROLE.address(name, "tags/edit"),
            "cli": cli.line("iam.ListRoleTags", {"RoleName": name}),
        }
    return {}


def _trust(request: HttpRequest, text: str) -> dict[str, Any]:
    own = required(request).account.number
    found = trusts.warnings(text, own)
    return {
        "text": text,
        "trustees": trusts.trustees(text, own),
        "warnings": found,
        "marks": [problem.line for problem in found],
    }


def _sessions(request: HttpRequest, name: str) -> Panel:
    return panel(
        request,
        "tenant.ListSessions",
        role_name=name,
        marker=paging.marker(request),
        max_items=SESSIONS_SHOWN,
    )


@signed_in
@require_http_methods(["GET", "POST"])
def settings_edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Change the description and how long sessions may last."""
    role = panel(request, "iam.GetRole", role_name=name).result.get("Role", {})
    present = role.get("MaxSessionDuration")
    # An empty description is sent as well: leaving it out would keep the old one.
    emptied = {"Description": ""} if not request.POST.get("Description", "").strip() else {}
    form = OperationForm(
        request,
        "iam.UpdateRole",
        only=("Description", "MaxSessionDuration"),
        fixed={"RoleName": name, **(emptied if request.method == "POST" else {})},
        initial={
            "Description": role.get("Description", ""),
            "MaxSessionDuration": str(present or durations.DEFAULT),
        },
        look={
            "MaxSessionDuration": Look(
                label="Longest session",
                help="Sessions that have begun keep the length they were given.",
                choices=durations.choices(present),
                required=True,
            )
        },
    )
    if form.submitted and form.run() is not None:
        return go(ROLE.address(name, "settings"), say="Settings saved.")
    return page(
        request,
        "console/roles/settings_edit.html",
        partial="form",
        status=form.status,
        form=form,
        name=name,
        back=ROLE.address(name, "settings"),
        crumbs=ROLE.crumbs(name, "settings"),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Delete a role with its policies and sessions, once that is confirmed."""
    plan = removal.of_role(request, name)
    question = Confirm(
        title=f"Delete {name}?",
        text="Nobody can assume it any more, and its sessions end at once. A role of the same name made later is"
        " another one: trust policies that name this one do not mean that.",
        verb="Delete role",
        action=ROLE.address(name, "delete"),
        back=ROLE.address(name),
        goes=plan.goes,
        warning=plan.blind_spots,
        word=name,
        cli=cli.line("iam.DeleteRole", {"RoleName": name}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=ROLE.crumbs(name))
    outcomes = plan.carry_out(request)
    if steps.all_done(outcomes):
        return go(ROLE.base, say=f"Role {name} deleted.")
    return question.refused(steps.told(outcomes)).ask(request, crumbs=ROLE.crumbs(name))


app_name = "roles"
urlpatterns = [
    path("iam/roles/", index, name="index"),
    path("iam/roles/<name:name>/", home, name="home"),
    path("iam/roles/<name:name>/settings/edit/", settings_edit, name="settings-edit"),
    path("iam/roles/<name:name>/delete/", delete, name="delete"),
    *(path(f"iam/roles/<name:name>/{tab}/", detail, {"tab": tab}, name=tab) for tab, _ in TABS),
]
