"""Users: the table and its download, one user tab by tab, another name or path."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods
from django.views.generic import RedirectView

from accounts import spreadsheet
from console import cli, paging, permissions
from console.calls import run
from console.confirm import Confirm
from console.forms import OperationForm
from console.kinds import USER
from console.mfa_devices import KINDS
from console.page import go, page, tabs
from console.panels import Panel, Refusal, panel
from console.session import HtmxRequest, signed_in
from console.templatetags.console import iso
from iam.errors import AccessDenied

FILTERS: Final = (
    ("", "All users"),
    ("ConsoleAccess", "With console access"),
    ("NoMFA", "Signing in without MFA"),
    ("OldKeys", "Keys older than 90 days"),
    ("Inactive", "Inactive for 90 days"),
)
COLUMNS: Final = (
    ("path", "Path"),
    ("groups", "Groups"),
    ("mfa", "MFA"),
    ("password", "Password age"),
    ("signin", "Last sign-in"),
    ("keys", "Access keys"),
    ("activity", "Last activity"),
    ("created", "Created"),
)
SHOWN_AT_FIRST: Final = ("groups", "mfa", "password", "signin", "keys", "activity")
CSV_HEAD: Final = (
    "User name",
    "ARN",
    "Created",
    "Groups",
    "MFA devices",
    "Console access",
    "Password set",
    "Last sign-in",
    "Access keys",
    "Last activity",
)
PAGE_SIZE = 50
WHOLE_PAGE = 1000
TABS: Final = (
    ("permissions", "Permissions"),
    ("groups", "Groups"),
    ("credentials", "Security credentials"),
    ("tags", "Tags"),
)


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List users; searched by name, filtered by what their credentials lack."""
    chosen, query = _filters(request)
    table = panel(
        request, "console.UserTable", **_wanted(request), marker=paging.marker(request), max_items=PAGE_SIZE
    )
    shown = [key for key in request.GET.getlist("column") if key in dict(COLUMNS)] or list(SHOWN_AT_FIRST)
    return page(
        request,
        "console/users/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        query=query,
        chosen=chosen,
        filters=(paging.Filter("filter", "Which users", FILTERS, chosen),),
        columns=[(key, label, key in shown) for key, label in COLUMNS],
        kept=paging.hidden(request, "q", "filter"),
        but_columns=paging.hidden(request, "column"),
        download=paging.address(request, after=None, back=None, column=None).replace(
            USER.base, f"{USER.base}download/", 1
        ),
        cli="aws iam list-users",
    )


@signed_in
@require_GET
def download(request: HtmxRequest) -> StreamingHttpResponse:
    """The whole table as CSV, with the same search and filter."""
    first = run(request, "console.UserTable", **_wanted(request), max_items=WHOLE_PAGE)
    response = StreamingHttpResponse(
        spreadsheet.lines(_csv(request, first)), content_type="text/csv; charset=utf-8"
    )
    response.headers["Content-Disposition"] = 'attachment; filename="users.csv"'
    return response


def _csv(request: HttpRequest, first: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield CSV_HEAD
    answer = first
    while True:
        yield from (_csv_row(user) for user in answer["Users"])
        if not answer.get("IsTruncated"):
            return
        answer = run(
            request,
            "console.UserTable",
            **_wanted(request),
            marker=answer["Marker"],
            max_items=WHOLE_PAGE,
        )


def _csv_row(user: Mapping[str, Any]) -> list[str]:
    keys = [f"{key['AccessKeyId']} ({key['Status']})" for key in user.get("AccessKeys", ())]
    return [
        user["UserName"],
        user["Arn"],
        iso(user["CreateDate"]),
        _or_refused(user, "Groups", " ".join(user.get("Groups", ()))),
        _or_refused(user, "MFADevices", str(user.get("MFADevices", ""))),
        _or_refused(user, "ConsoleAccess", "yes" if user.get("ConsoleAccess") else "no"),
        _or_refused(user, "PasswordSetDate", iso(user.get("PasswordSetDate"))),
        iso(user.get("PasswordLastUsed")),
        _or_refused(user, "AccessKeys", " ".join(keys)),
        _or_refused(user, "LastActivity", iso(user.get("LastActivity"))),
    ]


def _or_refused(user: Mapping[str, Any], part: str, text: str) -> str:
    return text if part in user else "no permission"


def _filters(request: HttpRequest) -> tuple[str, str]:
    chosen = request.GET.get("filter", "")
    return chosen if chosen in dict(FILTERS) else "", request.GET.get("q", "").strip()[:128]


def _wanted(request: HttpRequest) -> dict[str, Any]:
    chosen, query = _filters(request)
    return {"search": query, "filter": chosen or None}


@signed_in
@require_GET
def detail(request: HtmxRequest, name: str, tab: str) -> HttpResponse:
    """One user: the head of the page, and the tab in its address."""
    overview = panel(request, "console.UserOverview", user_name=name)
    user = overview.result.get("User", {})
    context = _of_tab(request, tab, name, overview)
    return page(
        request,
        "console/users/detail.html",
        crumbs=[("Users", USER.base)],
        overview=overview,
        user=user,
        name=user.get("UserName", name),
        base=USER.home(name),
        tab=tab,
        tabs=tabs(USER.home(name), tab, TABS),
        **context,
    )


def _of_tab(request: HttpRequest, tab: str, name: str, overview: Panel) -> dict[str, Any]:
    """What a tab shows beyond the overview, which names in Refused the permissions it lacked itself."""
    user: Mapping[str, Any] = overview.result.get("User", {})
    if tab == "permissions":
        boundary = user.get("PermissionsBoundary")
        read = permissions.read(request, USER, name, boundary, refused=overview.refused)
        return {"permissions": read, "cli": read.attached.cli}
    if tab == "groups":
        found = panel(request, "iam.ListGroupsForUser", user_name=name, max_items=WHOLE_PAGE)
        return {"groups": found, "cli": found.cli}
    if tab == "tags":
        return {
            "edit": USER.address(name, "tags/edit"),
            "cli": cli.line("iam.ListUserTags", {"UserName": name}),
        }
    lacked: Collection[str] = overview.result.get("Refused", ())
    needs = {action: Refusal(action, user.get("Arn", ""), "") for action in lacked}
    return {
        "devices": panel(request, "console.MFADevices", user_name=name),
        "kinds": KINDS,
        "contact": panel(request, "tenant.GetContactAddress", user_name=name),
        "no_profile": needs.get("iam:GetLoginProfile"),
        "no_keys": needs.get("iam:ListAccessKeys"),
        "cli": cli.line("iam.ListAccessKeys", {"UserName": name}),
    }


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Give the user another name or path."""
    initial: dict[str, str] = {}
    if request.method != "POST":
        user = run(request, "iam.GetUser", user_name=name)["User"]
        initial = {"NewUserName": user["UserName"], "NewPath": user["Path"]}
    form = OperationForm(
        request,
        "iam.UpdateUser",
        only=("NewUserName", "NewPath"),
        fixed={"UserName": name},
        initial=initial,
    )
    if form.submitted and form.run() is not None:
        return go(USER.address(form.params.get("NewUserName", name)), say="The user is changed.")
    return page(
        request,
        "console/users/edit.html",
        partial="form",
        status=form.status,
        form=form,
        name=name,
        back=USER.address(name),
        crumbs=USER.crumbs(name),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def leave_group(request: HtmxRequest, name: str) -> HttpResponse:
    """Take the user out of the group in the address, once that is confirmed."""
    group = request.GET.get("group", "")
    back = USER.address(name, "groups")
    question = Confirm(
        title=f"Take {name} out of {group}?",
        text=f"{name} loses what the group's policies allow.",
        verb="Remove from group",
        action=request.get_full_path(),
        back=back,
        cli=cli.line("iam.RemoveUserFromGroup", {"GroupName": group, "UserName": name}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=USER.crumbs(name, "groups"))
    try:
        run(request, "iam.RemoveUserFromGroup", group_name=group, user_name=name)
    except AccessDenied as denied:
        return question.refused(f"You need {denied.action}.").ask(request, crumbs=USER.crumbs(name, "groups"))
    return go(back, say=f"{name} is out of {group}.")


app_name = "users"
urlpatterns = [
    path("iam/users/", index, name="index"),
    path("iam/users/download/", download, name="download"),
    path("iam/users/<name:name>/", RedirectView.as_view(pattern_name="users:permissions"), name="detail"),
    path("iam/users/<name:name>/edit/", edit, name="edit"),
    path("iam/users/<name:name>/groups/remove/", leave_group, name="leave-group"),
    *(path(f"iam/users/<name:name>/{tab}/", detail, {"tab": tab}, name=tab) for tab, _ in TABS),
]
