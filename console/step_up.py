"""Dangerous acts and the fresh proof they ask for: which views and operations, and the way to the proof and back.

A view named here asks before it shows or does anything.  Behind it stands a list of operations, asked at each: so no
page can do one of them, and none can change anything as root, without a proof.  After it people come back by GET; what
they had filled in is put back, secrets left out.
"""

from collections.abc import Callable
from typing import Any, Final
from urllib.parse import urlencode, urlsplit

from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils import timezone

from accounts import step_up
from console import session
from console.page import Go, go
from console.secret_fields import is_secret
from iam.catalogue import Operation

# Secrets come to be or are shown; factors and passwords change hands; what guards people is weakened.
OPERATIONS: Final = frozenset(
    {
        "iam.CreateAccessKey",
        "iam.CreateLoginProfile",
        "iam.CreateServiceSpecificCredential",
        "iam.CreateVirtualMFADevice",
        "iam.DeactivateMFADevice",
        "iam.DeleteAccountPasswordPolicy",
        "iam.EnableMFADevice",
        "iam.ResetServiceSpecificCredential",
        "iam.UpdateAccountPasswordPolicy",
        "iam.UpdateLoginProfile",
        "iam.UploadSSHPublicKey",
        "iam.UploadSigningCertificate",
        "tenant.ApplyPasswordProfile",
        "tenant.CollectRotatedKey",
        "tenant.CreateRecoveryCodes",
        "tenant.CreateTemporaryPass",
        "tenant.DeleteContactAddress",
        "tenant.EnableSecurityKey",
        "tenant.PutContactAddress",
        "tenant.UpdateAccountSettings",
        "tenant.UpdateMFARequirement",
        "tenant.UpdatePasswordSafeguards",
        "tenant.UpdateSignInSettings",
    }
)
# Those that do such an operation, by the names of their addresses; each can also be opened by GET.
VIEWS: Final = frozenset(
    {
        "account-mfa:edit",
        "account-passwords:choose",
        "account-passwords:safeguards-edit",
        "account-signin:edit",
        "account:keys-edit",
        "account:passwords-delete",
        "account:passwords-edit",
        "account:sessions-edit",
        "me-contact:delete",
        "me-contact:edit",
        "account-devices:assign",
        "me-devices:hardware",
        "me-keys:collect",
        "me-keys:create",
        "me-mfa:create",
        "me-mfa:delete",
        "me-mfa:enable",
        "me-recovery-codes:create",
        "me-security-keys:create",
        "me-sessions:end-all",
        "me-sessions:end-others",
        "me-sessions:revoke",
        "temporary-pass:create",
        "user-contact:delete",
        "user-contact:edit",
        "user-credentials:device-delete",
        "user-credentials:key-create",
        "user-credentials:password-create",
        "user-credentials:password-edit",
        "user-delete:delete",
        "user-delete:delete-several",
    }
)
# What root changes by no operation: the old password alone is no proof where there is a device.
VIEWS_OF_ROOT: Final = frozenset({"me-password:edit"})
KEPT: Final = "kept-input"
MOST_KEPT: Final = 64 * 1024
# What forms carry for themselves, in place of what was filled in.
_OF_FORMS: Final = frozenset({"csrfmiddlewaretoken", "acting-as", "once"})

GetResponse = Callable[[HttpRequest], HttpResponse]


class ProofNeeded(Exception):
    """The act asks for a fresh proof, and the last one is too long ago.  Nothing is done."""


class Proofs:
    """Middleware next to the views: sends people to give a proof before a view named above, and puts kept input back."""

    def __init__(self, get_response: GetResponse) -> None:
        self._get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        """Answer."""
        return self._get_response(request)

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """The way to the proof, or None to let the view run."""
        if _is_dangerous(request) and not _has_proof(request):
            return ask(request)
        if request.method == "GET":
            _put_back(request)
        return None


def require(request: HttpRequest, operation: Operation) -> None:
    """Let a page run the operation only with a fresh proof, where it is one that asks for it.  Errors: ProofNeeded."""
    by_root = not operation.reads and session.oneself(request).principal.kind == "root"
    if (by_root or operation.name in OPERATIONS) and not _has_proof(request):
        raise ProofNeeded


def due(request: HttpRequest) -> bool:
    """Whether a proof must be given before anything that asks for one, for views that do so only at times."""
    return not _has_proof(request)


def ask(request: HttpRequest, *, to_come_back_here: bool = False) -> Go:
    """Send the browser to give a proof, and keep what was filled in for when it comes back.

    `to_come_back_here`: this address can be opened by GET, which of those of VIEWS is known.
    """
    onward = session.own_path(request.get_full_path()) if to_come_back_here else _onward(request)
    if request.method == "POST" and urlsplit(onward).path == request.path:
        _keep(request)
    return go(f"{reverse('step-up')}?{urlencode({'next': onward, 'back': _page_before(request)})}")


def _is_dangerous(request: HttpRequest) -> bool:
    """Whether the view asks before it shows or does anything."""
    match = request.resolver_match
    if match is None or match.view_name in VIEWS:
        return match is not None
    if match.view_name not in VIEWS_OF_ROOT:
        return False
    who = session.who(request)
    return who is not None and who.principal.kind == "root"


def _has_proof(request: HttpRequest) -> bool:
    who = session.who(request)
    # Nobody: the view itself sends them to sign in.  Holders of temporary credentials have nothing to prove with, and
    # could do the same by the API.
    return who is None or who.person is None or step_up.fresh(who.session, timezone.now())


def _onward(request: HttpRequest) -> str:
    """Where to come back to: this very page where it can be opened by GET, else the one it was sent from."""
    if request.method == "GET" or _is_dangerous(request):
        return session.own_path(request.get_full_path())
    return _page_before(request)


def _page_before(request: HttpRequest) -> str:
    said = request.headers.get("HX-Current-URL") or request.headers.get("Referer", "")
    parts = urlsplit(said)
    if parts.netloc != request.get_host():
        return "/"
    return session.own_path(parts.path + (f"?{parts.query}" if parts.query else ""))


def _keep(request: HttpRequest) -> None:
    kept = [
        [name, values]
        for name, values in request.POST.lists()
        if not is_secret(name) and name not in _OF_FORMS
    ]
    if sum(len(value) for _, values in kept for value in values) <= MOST_KEPT:
        request.session[KEPT] = {"path": request.path, "input": kept}


def _put_back(request: HttpRequest) -> None:
    kept = request.session.get(KEPT)
    if not kept or kept["path"] != request.path:
        return
    del request.session[KEPT]
    again = QueryDict(mutable=True)
    for name, values in kept["input"]:
        again.setlist(name, values)
    # Forms show what POST holds; they do something only for the method POST.
    request.POST = again  # type: ignore[assignment]  # Django lets it be set; its stubs do not
