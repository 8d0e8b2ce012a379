"""Revoking the sessions of a role that began before now, as AWS does: by a policy on the role that denies them all.

Beside it stands our own ending of sessions, in the role's tab Sessions: what is ended is unknown to everybody, also to
other accounts' roles that were taken with it; what is revoked is known still, and denied everything the role decides.
"""

from django.http import HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from console import cli
from console.confirm import Confirm
from console.kinds import ROLE
from console.page import go
from console.revocation import POLICY, document
from console.session import HtmxRequest, signed_in
from console.steps import Step, attempt


@signed_in
@require_http_methods(["GET", "POST"])
def revoke(request: HtmxRequest, name: str) -> HttpResponse:
    """Deny everything to sessions of the role that have begun before now, once that is confirmed."""
    text = document(timezone.now())
    question = Confirm(
        title=f"Revoke active sessions of {name}?",
        text="Every session of the role that has begun until now is denied everything from its next call on. Whoever "
        "the role trusts can begin a new one, which works.",
        goes_title="How this is done:",
        goes=[
            f"The inline policy {POLICY} is put on the role, or its date is moved on to now.",
            "As long as it stays, the date holds; delete the policy to let the old sessions work again.",
            "To end sessions for good, use End all sessions: their credentials are unknown then.",
        ],
        verb="Revoke active sessions",
        action=request.path,
        back=ROLE.address(name, "sessions"),
        cli=cli.line("iam.PutRolePolicy", {"RoleName": name, "PolicyName": POLICY, "PolicyDocument": text}),
    )
    crumbs = ROLE.crumbs(name, "sessions")
    if not question.given(request):
        return question.ask(request, crumbs=crumbs)
    params = {"role_name": name, "policy_name": POLICY, "policy_document": text}
    outcome = attempt(request, Step(question.verb, "iam.PutRolePolicy", params))
    if not outcome.done:
        return question.refused(outcome.why).ask(request, crumbs=crumbs)
    return go(question.back, say="Sessions that have begun until now may do nothing more.")


app_name = "role-revocation"
urlpatterns = [
    path("iam/roles/<name:name>/sessions/revoke-older/", revoke, name="revoke"),
]
