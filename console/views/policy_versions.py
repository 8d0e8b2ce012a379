"""The text of a managed policy: read, changed as a new version, and its versions compared, put in force, deleted."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_GET, require_http_methods

from console import cli, diffs, managed_policy, steps
from console.calls import run
from console.confirm import Confirm
from console.fields import FormError
from console.forms import Look, OperationForm
from console.managed_policy import Shown
from console.page import go, page
from console.panels import panel
from console.session import HtmxRequest, required, signed_in
from console.steps import Step
from iam import quotas
from iam.errors import LimitExceeded
from iam.policy import PolicySyntaxError, compile_document

LONG_LINE = 160
MOST_DIGITS = 4
ROOM = "make_room"
VIEWS = (("side", "Side by side"), ("unified", "Unified"))


@signed_in
@require_GET
def document(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """The text of the version in force, or of the one asked for."""
    policy = managed_policy.read(request, scope, name)
    version_id = request.GET.get("version") or policy.default
    version = panel(request, "iam.GetPolicyVersion", policy_arn=policy.arn, version_id=version_id)
    text = str(version.result.get("PolicyVersion", {}).get("Document", ""))
    crowded = _is_crowded(text)
    tidy = (request.GET.get("layout") or ("tidy" if crowded else "stored")) == "tidy"
    shown = diffs.tidy(text) if tidy else text
    return page(
        request,
        "console/policies/document.html",
        version=version,
        version_id=version_id,
        in_force=version_id == policy.default,
        text=shown,
        marks=_statement_lines(shown, request.GET.get("statement", "")),
        crowded=crowded,
        tidy=tidy,
        cli=version.cli,
        **policy.page("document"),
    )


def _statement_lines(text: str, number: str) -> range:
    """The lines of the statement of that number, counted from 1, as denials speak of it; none where there is none."""
    wanted = int(number) if number.isdecimal() and len(number) <= MOST_DIGITS else 0
    try:
        start, end = compile_document(text).place(wanted - 1) if wanted else ((0, 0), (-1, 0))
    except (PolicySyntaxError, IndexError):
        return range(0)
    return range(start[0], end[0] + 1)


def _is_crowded(text: str) -> bool:
    """Whether the text stands on one long line, as programs write it."""
    return any(len(line) > LONG_LINE for line in text.splitlines())


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Save a changed text as a new version; where there is no room, after deleting the oldest one."""
    policy = managed_policy.read(request, "own", name)
    listed = managed_policy.versions(request, policy).result.get("Versions", ())
    account = required(request).account
    full = len(listed) >= quotas.limit(account, "VersionsPerPolicy")
    spare = managed_policy.oldest_spare(listed) if full else ""
    form, done = (
        _save(request, policy, spare) if request.method == "POST" else (_version_form(request, policy), None)
    )
    if done is not None:
        made = done["PolicyVersion"]
        told = " It is in force now." if made["IsDefaultVersion"] else ""
        return go(
            f"{policy.base}document/?version={made['VersionId']}",
            say=f"Version {made['VersionId']} saved.{told}",
        )
    return page(
        request,
        "console/policies/edit.html",
        status=form.status,
        policy=policy,
        form=form,
        full=full,
        spare=spare,
        number=len(listed),
        consented=request.POST.get(ROOM) == spare,
        crumbs=policy.crumbs("document"),
    )


def _version_form(request: HttpRequest, policy: Shown) -> OperationForm:
    initial: dict[str, Any] = {}
    if request.method != "POST":
        version_id = request.GET.get("version") or policy.default
        found = run(request, "iam.GetPolicyVersion", policy_arn=policy.arn, version_id=version_id)
        initial = {"PolicyDocument": found["PolicyVersion"]["Document"], "SetAsDefault": True}
    return OperationForm(
        request,
        "iam.CreatePolicyVersion",
        only=("PolicyDocument", "SetAsDefault"),
        fixed={"PolicyArn": policy.arn},
        initial=initial,
        look={
            "PolicyDocument": Look(
                label="Policy document",
                help="White space does not count to its size.",
                kind="json",
                max_length=quotas.limit(required(request).account, "PolicySize"),
                check="managed",
            ),
            "SetAsDefault": Look(
                label="Put this version in force",
                help="It then holds at once wherever the policy is attached.",
            ),
        },
    )


def _save(request: HttpRequest, policy: Shown, spare: str) -> tuple[OperationForm, Mapping[str, Any] | None]:
    """The form and the new version.  It is tried first: nothing is deleted for a text that is refused anyway."""
    form = _version_form(request, policy)
    done = form.run()
    no_room = isinstance(form.problem, LimitExceeded) and form.problem.member is None
    if done is not None or not no_room or not spare or request.POST.get(ROOM) != spare:
        return form, done
    step = Step(f"Delete version {spare}", "iam.DeletePolicyVersion", _version_of(policy, spare))
    made_room = steps.attempt(request, step)
    if not made_room.done:
        form.refused = made_room.need
        return form, None
    form = _version_form(request, policy)
    return form, form.run()


@signed_in
@require_GET
def versions(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """List the versions, newest first."""
    policy = managed_policy.read(request, scope, name)
    listed = managed_policy.versions(request, policy)
    return page(
        request,
        "console/policies/versions.html",
        listed=listed,
        most=quotas.limit(required(request).account, "VersionsPerPolicy"),
        cli=listed.cli,
        **policy.page("versions"),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def put_in_force(request: HtmxRequest, name: str, version: str) -> HttpResponse:
    """Make a version the default one, once that is confirmed."""
    policy = managed_policy.read(request, "own", name)
    question = Confirm(
        title=f"Put {version} in force?",
        text=f"Wherever {policy.name} is attached, the text of {version} holds at once instead of {policy.default}.",
        verb="Put in force",
        action=request.path,
        back=f"{policy.base}versions/",
        danger=False,
        cli=cli.line("iam.SetDefaultPolicyVersion", {"PolicyArn": policy.arn, "VersionId": version}),
    )
    step = Step(question.verb, "iam.SetDefaultPolicyVersion", _version_of(policy, version))
    return _ask_and_do(request, policy, question, step, f"Version {version} is in force.")


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, name: str, version: str) -> HttpResponse:
    """Delete a version that is not in force, once that is confirmed."""
    policy = managed_policy.read(request, "own", name)
    question = Confirm(
        title=f"Delete {version}?",
        text=f"The text of {version} cannot be brought back. The version in force, {policy.default}, is not touched.",
        verb="Delete version",
        action=request.path,
        back=f"{policy.base}versions/",
        cli=cli.line("iam.DeletePolicyVersion", {"PolicyArn": policy.arn, "VersionId": version}),
    )
    step = Step(question.verb, "iam.DeletePolicyVersion", _version_of(policy, version))
    return _ask_and_do(request, policy, question, step, f"Version {version} deleted.")


def _version_of(policy: Shown, version: str) -> dict[str, Any]:
    return {"policy_arn": policy.arn, "version_id": version}


def _ask_and_do(request: HttpRequest, policy: Shown, question: Confirm, step: Step, say: str) -> HttpResponse:
    """Ask; once answered, do it and go back to the versions."""
    crumbs = policy.crumbs("versions")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    outcome = steps.attempt(request, step)
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=crumbs)
    return go(question.back, say=say)


@signed_in
@require_GET
def compare(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """Two versions beside each other, laid out alike first."""
    policy = managed_policy.read(request, scope, name)
    ids = [
        str(row["VersionId"]) for row in managed_policy.versions(request, policy).result.get("Versions", ())
    ]
    before, after = _pair(request, ids, policy.default)
    view = request.GET.get("view", "side")
    texts = [panel(request, "iam.GetPolicyVersion", **_version_of(policy, each)) for each in (before, after)]
    refused = next((each.refused for each in texts if each.refused), None)
    rows = [] if refused else diffs.side_by_side(*(_text(each.result) for each in texts))
    came, went = diffs.counts(rows)
    return page(
        request,
        "console/policies/compare.html",
        policy=policy,
        ids=ids,
        before=before,
        after=after,
        views=VIEWS,
        view=view,
        refused=refused,
        rows=rows,
        lines=diffs.unified(rows) if view == "unified" else (),
        came=came,
        went=went,
        crumbs=policy.crumbs("versions"),
        errors=[FormError("Choose two different versions.")] if before == after and len(ids) > 1 else [],
    )


def _pair(request: HttpRequest, ids: Sequence[str], default: str) -> tuple[str, str]:
    """The versions to compare: those asked for, or the two newest, or those beside the one in force."""
    newest = ids[0] if ids else default
    before = request.GET.get("before") or (ids[1] if len(ids) > 1 else newest)
    return before, request.GET.get("after") or newest


def _text(answer: Mapping[str, Any]) -> str:
    return diffs.tidy(str(answer["PolicyVersion"]["Document"]))


app_name = "policy-versions"
urlpatterns = [
    path("iam/policies/<scope:scope>/<name:name>/document/", document, name="document"),
    path("iam/policies/own/<name:name>/document/edit/", edit, name="edit"),
    path("iam/policies/<scope:scope>/<name:name>/versions/", versions, name="versions"),
    path("iam/policies/<scope:scope>/<name:name>/versions/compare/", compare, name="compare"),
    path("iam/policies/own/<name:name>/versions/<str:version>/default/", put_in_force, name="put-in-force"),
    path("iam/policies/own/<name:name>/versions/<str:version>/delete/", delete, name="delete"),
]
