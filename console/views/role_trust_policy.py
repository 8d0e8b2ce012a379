"""The trust policy of a role in the JSON editor, and the sessions that came of it, ended one by one or all at once."""

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import steps, trusts
from console.calls import run
from console.confirm import Confirm
from console.fields import Problem
from console.forms import Look, OperationForm
from console.kinds import ROLE
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, required, signed_in
from console.steps import Step
from iam import quotas

MOST_SESSIONS = 500


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Replace the trust policy; what is wide about it is told, and saved all the same."""
    account = required(request).account
    initial = {}
    if request.method != "POST":
        role = run(request, "iam.GetRole", role_name=name)["Role"]
        initial = {"PolicyDocument": role["AssumeRolePolicyDocument"]}
    form = OperationForm(
        request,
        "iam.UpdateAssumeRolePolicy",
        only=("PolicyDocument",),
        fixed={"RoleName": name},
        initial=initial,
        look={
            "PolicyDocument": Look(
                label="Trust policy",
                help="Users and roles it names are bound to who they are now, not to their names.",
                kind="json",
                max_length=quotas.limit(account, "AssumeRolePolicySize"),
                check="trust",
            )
        },
    )
    text = str(form.by_name["PolicyDocument"].value or "")
    wide = trusts.warnings(text, account.number)
    if form.submitted and form.run() is not None:
        return _saved(name, wide)
    form.warn("PolicyDocument", wide)
    return page(
        request,
        "console/roles/trust_edit.html",
        status=form.status,
        form=form,
        name=name,
        back=ROLE.address(name, "trust"),
        crumbs=ROLE.crumbs(name, "trust"),
    )


def _saved(name: str, wide: list[Problem]) -> HttpResponse:
    address = ROLE.address(name, "trust")
    if not wide:
        return go(address, say="Trust policy saved.")
    return go(address, say=f"Trust policy saved. Look again: {wide[0].message}", tone="attention")


@signed_in
@require_http_methods(["GET", "POST"])
def revoke(request: HtmxRequest, name: str, key_id: str) -> HttpResponse:
    """End one session, once that is confirmed."""
    question = Confirm(
        title="End this session?",
        text=f"Its credentials, {key_id}, are unknown from the next request on. Whoever holds them can assume the role"
        " again as long as it trusts them.",
        verb="End session",
        action=request.path,
        back=ROLE.address(name, "sessions"),
    )
    crumbs = ROLE.crumbs(name, "sessions")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcome = steps.attempt(request, _ending(key_id))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=crumbs)
    return go(question.back, say="The session is ended.")


@signed_in
@require_http_methods(["GET", "POST"])
def revoke_all(request: HtmxRequest, name: str) -> HttpResponse:
    """End all sessions of the role, once that is confirmed; those begun meanwhile are not among them."""
    keys = _live(request, name)
    question = Confirm(
        title=f"End all sessions of {name}?",
        text="Their credentials are unknown from the next request on. Whoever the role trusts can assume it again;"
        " change the trust policy first where they should not.",
        verb="End sessions",
        action=request.path,
        back=ROLE.address(name, "sessions"),
        goes=[f"{len(keys)} session{'' if len(keys) == 1 else 's'}"],
    )
    crumbs = ROLE.crumbs(name, "sessions")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcomes = steps.carry_out(request, [_ending(key_id) for key_id in keys])
    if not steps.all_done(outcomes):
        return question.refused(steps.told(outcomes)).ask(request, crumbs=crumbs)
    return go(question.back, say=f"{len(keys)} session{'' if len(keys) == 1 else 's'} ended.")


def _live(request: HttpRequest, name: str) -> list[str]:
    listed = panel(request, "tenant.ListSessions", role_name=name, max_items=MOST_SESSIONS)
    return [session["AccessKeyId"] for session in listed.result.get("Sessions", ())]


def _ending(key_id: str) -> Step:
    return Step(f"End {key_id}", "tenant.RevokeSession", {"access_key_id": key_id})


app_name = "role-trust"
urlpatterns = [
    path("iam/roles/<name:name>/trust/edit/", edit, name="edit"),
    path("iam/roles/<name:name>/sessions/revoke/", revoke_all, name="revoke-all"),
    path("iam/roles/<name:name>/sessions/<str:key_id>/revoke/", revoke, name="revoke"),
]
