"""Managed policies: the table, making one, tags, deleting.  Documents and attachments have modules of their own."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse, HttpResponseRedirect
from django.urls import path, re_path
from django.views.decorators.http import require_GET, require_http_methods

from console import cli, managed_policy, paging, policy_starts, steps
from console.confirm import Confirm
from console.forms import Look, OperationForm
from console.managed_policy import Shown
from console.page import go, page
from console.paging import Filter
from console.panels import panel
from console.session import HtmxRequest, required, signed_in
from console.steps import Step
from iam import quotas

Tags = Sequence[Mapping[str, str]]

SCOPES = (("All", "All policies"), ("Local", "Customer managed"), ("AWS", "AWS managed"))
USES = (("", "Attached or not"), ("true", "Only attached"))
PAGE_SIZE = 50
DOCUMENT_HELP = (
    "What is allowed or denied, in the JSON policy language of AWS. White space does not count to its size."
)


@signed_in
@require_GET
def index(request: HtmxRequest) -> HttpResponse:
    """List managed policies, the account's own and AWS's."""
    scope = request.GET.get("type", "All")
    attached = request.GET.get("attached") == "true"
    query = request.GET.get("q", "").strip()[:128]
    table = panel(
        request,
        "console.PolicyTable",
        search=query,
        scope=scope if scope in dict(SCOPES) else "All",
        only_attached=attached,
        marker=paging.marker(request),
        max_items=PAGE_SIZE,
    )
    return page(
        request,
        "console/policies/index.html",
        partial="table",
        table=table,
        pages=paging.pages(request, table.next),
        query=query,
        filters=(
            Filter("type", "Type", SCOPES, scope),
            Filter("attached", "Use", USES, "true" if attached else ""),
        ),
        narrowed=bool(query or attached or scope != "All"),
        cli=cli.line(
            "iam.ListPolicies",
            {"Scope": scope} | ({"PolicyUsageFilter": "PermissionsPolicy"} if attached else {}),
        ),
    )


@signed_in
@require_http_methods(["GET", "POST"])
def create(request: HtmxRequest) -> HttpResponse:
    """Write a new policy, beginning from one of a few documents."""
    start = policy_starts.chosen(request.GET.get("start", ""))
    form = OperationForm(
        request,
        "iam.CreatePolicy",
        only=("PolicyName", "Description", "PolicyDocument", "Path", "Tags"),
        initial={"PolicyDocument": start.text},
        look={
            "PolicyDocument": Look(
                label="Policy document",
                help=DOCUMENT_HELP,
                kind="json",
                max_length=quotas.limit(required(request).account, "PolicySize"),
                check="managed",
            ),
            "Description": Look(help="It cannot be changed later."),
            "Tags": Look(help="Up to 50 tags."),
        },
    )
    if form.submitted and (done := form.run()) is not None:
        made = managed_policy.address_of(done["Policy"]["Arn"])
        return go(f"{made}document/", say=f"Policy {done['Policy']['PolicyName']} created.")
    return page(
        request,
        "console/policies/create.html",
        status=form.status,
        form=form,
        starts=policy_starts.STARTS,
        start=start,
        crumbs=[("Policies", managed_policy.BASE)],
    )


@signed_in
@require_GET
def by_arn(request: HtmxRequest, arn: str) -> HttpResponse:
    """Lead from an ARN, which other pages link by, to the policy's own address."""
    return _document(request, managed_policy.address_of(arn))


@signed_in
@require_GET
def home(request: HtmxRequest, scope: str, name: str) -> HttpResponse:
    """Lead to the first tab."""
    return _document(request, managed_policy.address(scope, name))


def _document(request: HtmxRequest, base: str) -> HttpResponse:
    query = request.GET.urlencode()
    return HttpResponseRedirect(f"{base}document/{f'?{query}' if query else ''}")


@signed_in
@require_GET
def tags(request: HtmxRequest, name: str) -> HttpResponse:
    """The tags of an own policy."""
    policy = managed_policy.read(request, "own", name)
    listed = panel(request, "iam.ListPolicyTags", policy_arn=policy.arn, max_items=managed_policy.MOST)
    return page(request, "console/policies/tags.html", listed=listed, cli=listed.cli, **policy.page("tags"))


@signed_in
@require_http_methods(["GET", "POST"])
def tags_edit(request: HtmxRequest, name: str) -> HttpResponse:
    """Change the tags; the removed ones go first, so that there is room for new ones."""
    policy = managed_policy.read(request, "own", name)
    present = policy.facts.get("Tags", ())
    form = OperationForm(
        request,
        "iam.TagPolicy",
        only=("Tags",),
        fixed={"PolicyArn": policy.arn},
        initial={"Tags": present},
        look={
            "Tags": Look(
                required=False, help="Upper and lower case count in keys. Clear a pair to remove it."
            )
        },
    )
    outcomes: Sequence[steps.Outcome] = ()
    if form.submitted:
        outcomes = steps.carry_out(
            request, _changes(policy.arn, present, form.params.get("Tags", ())), halt=True
        )
        if steps.all_done(outcomes):
            return go(f"{policy.base}tags/", say="Tags saved." if outcomes else "Nothing was changed.")
    return page(
        request,
        "console/tags/edit.html",
        status=steps.status(outcomes),
        form=form,
        name=policy.name,
        outcomes=outcomes,
        back=f"{policy.base}tags/",
        crumbs=policy.crumbs("tags"),
        cli=form.cli,
    )


def _changes(arn: str, present: Tags, wanted: Tags) -> list[Step]:
    """The steps from the present tags to the wanted ones."""
    kept = {tag["Key"] for tag in wanted}
    gone = [tag["Key"] for tag in present if tag["Key"] not in kept]
    held = {tag["Key"]: tag["Value"] for tag in present}
    new = [dict(tag) for tag in wanted if held.get(tag["Key"]) != tag["Value"]]
    found = []
    if gone:
        params = {"policy_arn": arn, "tag_keys": gone}
        found.append(Step(f"Remove {', '.join(gone)}", "iam.UntagPolicy", params))
    if new:
        words = f"Set {', '.join(tag['Key'] for tag in new)}"
        found.append(Step(words, "iam.TagPolicy", {"policy_arn": arn, "tags": new}))
    return found


@signed_in
@require_http_methods(["GET", "POST"])
def delete(request: HtmxRequest, name: str) -> HttpResponse:
    """Delete an own policy with its versions and attachments, once that is confirmed."""
    policy = managed_policy.read(request, "own", name)
    plan = managed_policy.removal(request, policy)
    question = Confirm(
        title=f"Delete {policy.name}?",
        text="Whoever it is attached to loses what it allows, and is no longer held back by what it denies.",
        verb="Delete policy",
        action=request.path,
        back=f"{policy.base}document/",
        goes=plan.goes,
        warning=_warning(policy, plan.blind_spots, more=plan.more),
        word=policy.name,
        cli=cli.line("iam.DeletePolicy", {"PolicyArn": policy.arn}),
    )
    if not question.given(request):
        return question.ask(request, crumbs=policy.crumbs("document"))
    outcomes = plan.carry_out(request)
    if steps.all_done(outcomes):
        return go("policies:index", say=f"Policy {policy.name} deleted.")
    return question.refused(steps.told(outcomes)).ask(request, crumbs=policy.crumbs("document"))


def _warning(policy: Shown, blind_spots: str, *, more: bool) -> str:
    bounded = int(policy.facts["PermissionsBoundaryUsageCount"])
    said = [blind_spots] if blind_spots else []
    if bounded:
        said.append(
            f"It is the permissions boundary of {bounded} {'user or role' if bounded == 1 else 'users and roles'}."
            " It cannot be deleted before they have another boundary or none."
        )
    if more:
        said.append("It is attached to more than can be listed here; delete it again for the rest.")
    return " ".join(said)


app_name = "policies"
urlpatterns = [
    path("iam/policies/", index, name="index"),
    path("iam/policies/create/", create, name="create"),
    re_path(r"^iam/policies/(?P<arn>arn:[^:]*:iam::[^:]*:policy/.+)/$", by_arn, name="by-arn"),
    path("iam/policies/<scope:scope>/<name:name>/", home, name="home"),
    path("iam/policies/own/<name:name>/tags/", tags, name="tags"),
    path("iam/policies/own/<name:name>/tags/edit/", tags_edit, name="tags-edit"),
    path("iam/policies/own/<name:name>/delete/", delete, name="delete"),
]
