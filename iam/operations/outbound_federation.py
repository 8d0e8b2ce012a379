"""Outbound federation: an account vouches for its principals towards other services, under an address of its own."""

import uuid

from iam import targets, token_keys
from iam.call import Call, Output
from iam.catalogue import asks, operation
from iam.errors import FeatureDisabled, FeatureEnabled
from iam.federation import outbound
from iam.models import TokenIssuer


@operation("iam.EnableOutboundWebIdentityFederation")
def enable_outbound_web_identity_federation(call: Call) -> Output:
    """Let principals of the account ask for tokens; its address as an issuer stays what it was if it had one.

    Keys that it had before sign on, so that tokens of before go on to verify.

    Errors: FeatureEnabled.
    Source: IAM API Reference, EnableOutboundWebIdentityFederation.
    """
    issuer = _issuer(call)
    if issuer is None:
        issuer = TokenIssuer(account=call.account, public_id=uuid.uuid4(), enabled=True, created_at=call.now)
    elif issuer.enabled:
        raise FeatureEnabled(
            f"Outbound identity federation is already enabled for account {call.account.number}"
        )
    issuer.enabled = True
    issuer.save()
    for algorithm in outbound.ALGORITHMS:
        if not call.account.token_keys.signing(algorithm, call.now).exists():
            token_keys.make(issuer, algorithm, signs_from=call.now, now=call.now)
    return {"IssuerIdentifier": outbound.issuer_address(str(issuer.public_id))}


@operation("iam.DisableOutboundWebIdentityFederation")
def disable_outbound_web_identity_federation(call: Call) -> None:
    """Hand out no more tokens; those that are out verify until their time is up.

    Errors: FeatureDisabled.
    Source: IAM API Reference, DisableOutboundWebIdentityFederation.
    """
    issuer = _issuer(call)
    if issuer is None or not issuer.enabled:
        raise FeatureDisabled(
            f"Outbound identity federation is already disabled for account {call.account.number}"
        )
    issuer.enabled = False
    issuer.save(update_fields=["enabled"])


@operation("iam.GetOutboundWebIdentityFederationInfo", reads=True)
def get_outbound_web_identity_federation_info(call: Call) -> Output:
    """Answer the account's address as an issuer.

    Errors: FeatureDisabled.
    Source: IAM API Reference, GetOutboundWebIdentityFederationInfo.
    """
    issuer = _enabled(call)
    return {"IssuerIdentifier": outbound.issuer_address(str(issuer.public_id)), "JwtVendingEnabled": True}


@operation("tenant.RotateTokenKeys", target=targets.account_root, checks=asks("wardstead:RotateTokenKeys"))
def rotate_token_keys(call: Call, *, compromised: bool = False) -> Output:
    """Replace signing keys: those that are old, ahead of their time; all of them at once if others may have them.

    Verifiers can know a successor a day before it signs.  Keys that are compromised are forgotten at once, and no
    token they signed verifies from here on.

    Errors: FeatureDisabled.
    Source: ADR 0046.
    """
    issuer = _enabled(call)
    step = token_keys.replace_all if compromised else token_keys.rotate
    made, gone = step(issuer, call.now)
    return {"NewKeyIds": [key.key_id for key in made], "ForgottenKeyIds": gone}


def _enabled(call: Call) -> TokenIssuer:
    issuer = _issuer(call)
    if issuer is None or not issuer.enabled:
        raise FeatureDisabled(f"Outbound identity federation is disabled for account {call.account.number}")
    return issuer


def _issuer(call: Call) -> TokenIssuer | None:
    issuer: TokenIssuer | None = getattr(call.account, "token_issuer", None)
    if issuer is not None:
        issuer.account = call.account
    return issuer
