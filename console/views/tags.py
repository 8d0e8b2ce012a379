"""Tags of users and roles: all of them in one form, saved as what is new and what is gone."""

from collections.abc import Mapping, Sequence

from django.http import HttpResponse
from django.urls import path
from django.views.decorators.http import require_http_methods

from console import steps
from console.calls import run
from console.forms import Look, OperationForm
from console.kinds import Kind
from console.page import go, page
from console.session import HtmxRequest, signed_in
from console.steps import Step

Tags = Sequence[Mapping[str, str]]


@signed_in
@require_http_methods(["GET", "POST"])
def edit(request: HtmxRequest, kind: Kind, name: str) -> HttpResponse:
    """Change the tags; the removed ones go first, so that there is room for new ones."""
    present = run(request, kind.operation("List{}Tags"), **kind.named(name), max_items=1000)["Tags"]
    form = OperationForm(
        request,
        kind.operation("Tag{}"),
        only=("Tags",),
        fixed={kind.member: name},
        initial={"Tags": present},
        look={
            "Tags": Look(
                required=False, help="Keys are unique whatever their case. Clear a pair to remove it."
            )
        },
    )
    outcomes: Sequence[steps.Outcome] = ()
    if form.submitted:
        outcomes = steps.carry_out(
            request, changes(kind, name, present, form.params.get("Tags", ())), halt=True
        )
        if steps.all_done(outcomes):
            return go(kind.address(name, "tags"), say="Tags saved." if outcomes else "Nothing was changed.")
    return page(
        request,
        "console/tags/edit.html",
        status=steps.status(outcomes),
        form=form,
        name=name,
        outcomes=outcomes,
        back=kind.address(name, "tags"),
        crumbs=kind.crumbs(name, "tags"),
        cli=form.cli,
    )


def changes(kind: Kind, name: str, present: Tags, wanted: Tags) -> list[Step]:
    """The steps from the present tags to the wanted ones."""
    kept = {tag["Key"].casefold() for tag in wanted}
    gone = [tag["Key"] for tag in present if tag["Key"].casefold() not in kept]
    new = [dict(tag) for tag in wanted if dict(tag) not in [dict(old) for old in present]]
    found = []
    if gone:
        words = f"Remove {', '.join(gone)}"
        found.append(Step(words, kind.operation("Untag{}"), {**kind.named(name), "tag_keys": gone}))
    if new:
        words = f"Set {', '.join(tag['Key'] for tag in new)}"
        found.append(Step(words, kind.operation("Tag{}"), {**kind.named(name), "tags": new}))
    return found


app_name = "tags"
urlpatterns = [path("iam/<bounded:kind>/<name:name>/tags/edit/", edit, name="edit")]
