"""What verifiers of web identity tokens read, without signing in: an issuer's description and its public keys.

Nothing here is a secret, and nothing tells which account an address belongs to.
"""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.http import Http404, HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from accounts.models import AccountState
from iam.federation import outbound
from iam.models import TokenIssuer, TokenKey

# A key is listed a day before it signs: verifiers that keep the list for some minutes miss nothing.
_KEPT_SECONDS: Final = 300


@require_safe
def openid_configuration(request: HttpRequest, issuer: UUID) -> JsonResponse:  # noqa: ARG001  # a view's signature
    """The issuer's description, as OpenID Connect Discovery has it."""
    _require_active(issuer)
    return _public(outbound.discovery(outbound.issuer_address(str(issuer))))


@require_safe
def key_set(request: HttpRequest, issuer: UUID) -> JsonResponse:  # noqa: ARG001  # as above
    """The keys that verify tokens of the issuer: those that sign, will sign, or have signed a living token."""
    _require_active(issuer)
    keys = TokenKey.objects.of_issuer(str(issuer)).order_by("algorithm", "signs_from")
    return _public({"keys": [outbound.public_key(key.key_id, key.algorithm, key.public) for key in keys]})


def _require_active(issuer: UUID) -> None:
    """Answer for active accounts alone: for others nobody vouches any more.  Errors: Http404."""
    if not TokenIssuer.objects.filter(public_id=issuer, account__state=AccountState.ACTIVE).exists():
        raise Http404("There is no such issuer.")


def _public(document: dict[str, Any]) -> JsonResponse:
    headers = {
        "Cache-Control": f"public, max-age={_KEPT_SECONDS}",
        # Verifiers in browsers read it too; it is the same for everybody.
        "Access-Control-Allow-Origin": "*",
    }
    return JsonResponse(document, headers=headers)
