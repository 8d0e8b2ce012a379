"""Creating a role: whom it trusts, the role itself with boundary and tags, then its policies, each an operation."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods, require_POST

from console import durations, picking, role_trust, steps
from console.forms import Look, OperationForm
from console.kinds import ROLE
from console.page import go, page
from console.role_trust import Trust
from console.session import HtmxRequest, required, signed_in
from console.steps import Outcome, Step
from iam import quotas

TRUST_MEMBER = "AssumeRolePolicyDocument"
MEMBERS = ("RoleName", "Description", "MaxSessionDuration", "Path", "Tags")


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Create a role with all that was chosen."""
    trust = role_trust.read(request)
    form = _form(request, trust)
    if not form.submitted:
        return _page(request, form, trust)
    if trust.errors:
        form.status = 422
        return _page(request, form, trust)
    done = form.run()
    if done is None:
        return _page(request, form, trust)
    name = done["Role"]["RoleName"]
    outcomes = steps.carry_out(request, _attachments(request, name))
    if steps.all_done(outcomes):
        return go(ROLE.address(name), say=f"Role {name} created.")
    return _told(request, name, outcomes)


@signed_in
@require_POST
def look(request: HtmxRequest) -> HttpResponse:
    """The form as it was filled in so far, after another search in one of its lists; nothing is created."""
    trust = role_trust.read(request, looking=True)
    return _page(request, _form(request, trust, looking=True), trust)


def _form(request: HttpRequest, trust: Trust, *, looking: bool = False) -> OperationForm:
    account = required(request).account
    boundary = picking.chosen(request, "boundary")
    fixed = {"PermissionsBoundary": boundary[0]} if boundary else {}
    if not trust.custom:
        fixed[TRUST_MEMBER] = trust.document
    return OperationForm(
        request,
        "iam.CreateRole",
        only=(*MEMBERS, TRUST_MEMBER) if trust.custom else MEMBERS,
        fixed=fixed,
        initial={
            "MaxSessionDuration": durations.DEFAULT,
            TRUST_MEMBER: role_trust.starter(account.number),
        },
        look={
            TRUST_MEMBER: Look(
                label="Trust policy",
                kind="json",
                max_length=quotas.limit(account, "AssumeRolePolicySize"),
                check="trust",
            ),
            "MaxSessionDuration": Look(
                label="Longest session",
                help="How long whoever assumes the role can stay in it at most.",
                choices=durations.choices(),
                required=True,
            ),
            "Tags": Look(help="Up to 50 tags."),
        },
        looking=looking,
    )


def _attachments(request: HttpRequest, name: str) -> list[Step]:
    """What follows once the role is there."""
    return [
        Step(
            f"Attach {arn.rpartition('/')[2]}",
            "iam.AttachRolePolicy",
            {"role_name": name, "policy_arn": arn},
        )
        for arn in picking.chosen(request, "policy")
    ]


def _told(request: HttpRequest, name: str, outcomes: Sequence[Outcome]) -> HttpResponse:
    """What was done and what was not: the role is there by then."""
    return page(
        request,
        "console/roles/created.html",
        status=steps.status(outcomes),
        name=name,
        outcomes=outcomes,
        back=ROLE.address(name),
        crumbs=[("Roles", ROLE.base)],
    )


def _page(request: HttpRequest, form: OperationForm, trust: Trust) -> HttpResponse:
    query = urlencode({"trust": trust.choice.key})
    look_again = f"{ROLE.base}create/look/?{query}"
    return page(
        request,
        "console/roles/create.html",
        status=form.status,
        form=form,
        trust=trust,
        choices=role_trust.CHOICES,
        errors=[*trust.errors, *form.errors],
        policies=picking.policies(request, look=look_again, label="Policies"),
        boundary=picking.policies(
            request,
            look=look_again,
            name="boundary",
            label="Permissions boundary",
            single=True,
            none_label="No boundary",
        ),
        action=f"{ROLE.base}create/?{query}",
        crumbs=[("Roles", ROLE.base)],
        cli=form.cli if form.submitted else "",
    )


app_name = "role-create"
urlpatterns = [
    path("iam/roles/create/", create, name="create"),
    path("iam/roles/create/look/", look, name="look"),
]
