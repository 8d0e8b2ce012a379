"""The root user begins anew, with the operator's code (manage.py recover_root): who it is, then what goes and a password.

Nobody is signed in by it.  The code is in the two forms and in no address; it is judged again when it is used.
"""

import logging
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.urls import path
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_POST

from accounts import mfa, one_time, root_recovery
from accounts.models import Identity
from console import password_fields
from console.fields import Field, FormError
from console.page import go, page
from console.session import visitor
from console.signing_in import sent
from iam.errors import InvalidInput, PasswordPolicyViolation
from iam.system import SYSTEM, run_system

EMAIL, CODE, NEW, AGAIN = "email", "code", "new", "again"
WRONG: Final = "This address and code do not belong together, or the code has ended or was used already."
DONE: Final = "The root user has a new password and no MFA device. Sign in with it now, and add a device before anything else."

log = logging.getLogger(__name__)


@require_http_methods(["GET", "POST"])
def index(request: HttpRequest) -> HttpResponse:
    """Take address and code, and lead to what they allow; nothing changes yet."""
    if request.method != "POST":
        return _first(request)
    root = _find(request)
    return _second(request, root) if root is not None else _first(request, WRONG)


@require_POST
def complete(request: HttpRequest) -> HttpResponse:
    """Set the new password, and take the devices away."""
    root = _find(request)
    if root is None:
        return _first(request, WRONG)
    new = request.POST.get(NEW, "")
    if new != request.POST.get(AGAIN, ""):
        return _second(request, root, password_fields.DIFFER)
    given = {"RecoveryCode": sent(request, CODE), "NewPassword": new}
    try:
        run_system(SYSTEM.operator, "tenant.RecoverRoot", root.account, now=timezone.now(), **given)
    except InvalidInput:
        return _first(request, WRONG)
    except PasswordPolicyViolation as refused:
        return _second(request, root, refused.message)
    log.warning("the root user of account %s was recovered", root.account.number)
    return go("/signin?as=root", say=DONE, tone="attention")


def _find(request: HttpRequest) -> Identity | None:
    peer = visitor(request).peer
    # What is longer than any password would be refused as malformed: it is wrong in the same words.
    if len(request.POST.get(NEW, "")) > 128:
        return None
    return root_recovery.find(sent(request, EMAIL), sent(request, CODE), peer=peer, now=timezone.now())


def _first(request: HttpRequest, problem: str = "") -> HttpResponse:
    fields = [
        Field(
            EMAIL,
            "E-mail address of the root user",
            "email",
            value=sent(request, EMAIL),
            required=True,
            autocomplete="username",
            autofocus=True,
        ),
        Field(
            CODE,
            "Recovery code",
            required=True,
            help="The four groups of six that whoever runs this installation gave you.",
            autocomplete="off",
            max_length=one_time.LONGEST_TYPED,
            mono=True,
        ),
    ]
    errors = [FormError(problem)] if problem else []
    status = 422 if problem else 200
    return page(request, "console/root_recovery/index.html", status=status, fields=fields, errors=errors)


def _second(request: HttpRequest, root: Identity, problem: str = "") -> HttpResponse:
    fields = [
        password_fields.new(NEW, [problem] if problem else [], autofocus=True),
        password_fields.again(),
    ]
    shown: dict[str, Any] = {
        "account": root.account,
        "devices": [row.name for row in mfa.enabled_devices(root)],
        "email": sent(request, EMAIL),
        "code": sent(request, CODE),
        "fields": fields,
    }
    status = 422 if problem else 200
    return page(request, "console/root_recovery/confirm.html", status=status, **shown)


urlpatterns = [
    path("signin/recover-root", index, name="root-recovery"),
    path("signin/recover-root/password", complete, name="root-recovery-password"),
]
