"""Creating a user: the user itself, then password, groups and policies, each an operation of its own.

The first may refuse the whole form; what fails after it is told beside what was done, since the user is there by then.
"""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from console import cli, new_password, picking, step_up, steps
from console.forms import OperationForm
from console.kinds import USER
from console.new_password import NewPassword
from console.page import go, page
from console.session import HtmxRequest, signed_in
from console.steps import Outcome, Step
from iam.shapes import names, spec

MEMBERS = ("UserName", "Path", "Tags")
LOOK = "/iam/users/create/look/"


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Create a user with all that was chosen."""
    form = _form(request)
    if not form.submitted:
        return _page(
            request, form, new_password.chosen(request) if request.POST else new_password.fresh(request)
        )
    if _wants_console(request) and step_up.due(request):
        return step_up.ask(request, to_come_back_here=True)
    name = form.params.get("UserName", "")
    password = new_password.read(request, name) if _wants_console(request) else None
    if password and password.errors:
        form.status = 422
        return _page(request, form, password)
    if form.run() is None:
        return _page(request, form, password or new_password.fresh(request))
    outcomes = steps.carry_out(request, _further(request, name, password))
    return _told(request, form, name, password, outcomes)


@signed_in
@require_POST
def look(request: HtmxRequest) -> HttpResponse:
    """The form as it was filled in so far, after another search in one of its lists; nothing is created."""
    form = _form(request, looking=True)
    return _page(request, form, new_password.chosen(request))


def _form(request: HttpRequest, *, looking: bool = False) -> OperationForm:
    boundary = picking.chosen(request, "boundary")
    fixed = {"PermissionsBoundary": boundary[0]} if boundary else {}
    return OperationForm(request, "iam.CreateUser", only=MEMBERS, fixed=fixed, looking=looking)


def _wants_console(request: HttpRequest) -> bool:
    return request.POST.get("console") == "true"


def _further(request: HttpRequest, name: str, password: NewPassword | None) -> list[Step]:
    """What follows once the user is there."""
    found = []
    if password is not None:
        profile = {
            "user_name": name,
            "password": password.raw,
            "password_reset_required": password.must_change,
        }
        found.append(Step("Give console access", "iam.CreateLoginProfile", profile))
    for group in picking.chosen(request, "group"):
        params = {"user_name": name, "group_name": group}
        found.append(Step(f"Add to group {group}", "iam.AddUserToGroup", params))
    for arn in picking.chosen(request, "policy"):
        params = {"user_name": name, "policy_arn": arn}
        found.append(Step(f"Attach {arn.rpartition('/')[2]}", "iam.AttachUserPolicy", params))
    return found


def _told(
    request: HttpRequest,
    form: OperationForm,
    name: str,
    password: NewPassword | None,
    outcomes: Sequence[Outcome],
) -> HttpResponse:
    """What was done; straight to the user where all was, and no password is to be shown."""
    has_password = any(
        outcome.done and outcome.step.operation == "iam.CreateLoginProfile" for outcome in outcomes
    )
    shown = password is not None and not password.own and has_password
    whole = steps.all_done(outcomes)
    if whole and not shown:
        return go(USER.address(name), say=f"User {name} created.")
    secret = None
    if shown and password is not None:
        secret = new_password.shown_once(request, name, password.raw, USER.address(name))
    return page(
        request,
        "console/users/created.html",
        status=steps.status(outcomes),
        name=name,
        whole=whole,
        secret=secret,
        outcomes=outcomes,
        back=USER.address(name),
        crumbs=[("Users", USER.base)],
        cli="\n".join([form.cli, *(_line(outcome.step) for outcome in outcomes)]),
    )


def _line(step: Step) -> str:
    return cli.line(step.operation, names.params(spec.operation(step.operation).input, step.params))


def _page(request: HttpRequest, form: OperationForm, password: NewPassword) -> HttpResponse:
    return page(
        request,
        "console/users/create.html",
        status=form.status,
        form=form,
        password=password,
        with_console=_wants_console(request),
        groups=picking.groups(request, look=LOOK),
        policies=picking.policies(request, look=LOOK, label="Policies attached directly"),
        boundary=picking.policies(
            request,
            look=LOOK,
            name="boundary",
            label="Permissions boundary",
            single=True,
            none_label="No boundary",
        ),
        back=USER.base,
        crumbs=[("Users", USER.base)],
        cli=form.cli,
    )


app_name = "user-create"
urlpatterns = [
    path("iam/users/create/", create, name="create"),
    path("iam/users/create/look/", look, name="look"),
]
