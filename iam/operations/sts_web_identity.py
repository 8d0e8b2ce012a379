"""A token for the caller itself: signed claims that other services verify by the account's published keys."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any, cast

from iam import token_keys
from iam.authorize import Check
from iam.call import Call, Output, Params, Tags, Target
from iam.catalogue import operation, request_tags
from iam.errors import (
    AccessDenied,
    InvalidParameterValue,
    JWTPayloadSizeExceeded,
    OutboundWebIdentityFederationDisabled,
    SessionDurationEscalation,
    ValidationError,
)
from iam.federation import outbound
from iam.models import tag_map

USUAL_SECONDS = 300
OWN_IDENTITY = "AWSIdentity"

_NO_ALGORITHM = "Requested SigningAlgorithm is not supported. See the GetWebIdentityToken documentation for supported algorithms"
_NO_ORIGIN = "The calling session has no origin identity: its trusted identity propagation context is empty."
_NO_SCOPE = "Scope can be specified only when SubjectMode is OriginIdentity."
_TWICE = "Duplicate tag keys found. Please note that Tag keys are case insensitive."
_BEYOND_SESSION = "Requested token expiry time must be before the original session's expiry time."


def _self(call: Call, params: Params, lock: bool) -> Target:
    return Target(arn=f"arn:aws:sts::{call.account.number}:self")


def _may_ask(call: Call, target: Target, params: Params) -> Sequence[Check]:
    """GetWebIdentityToken, and TagGetWebIdentityToken where tags are sent.  What makes no sense is told before."""
    if call.principal.kind == "federated-user":
        raise AccessDenied("GetWebIdentityToken does not support federated user sessions")
    _require_sense(params)
    actions = ["sts:GetWebIdentityToken", *(["sts:TagGetWebIdentityToken"] if params.get("tags") else [])]
    keys: dict[str, str | tuple[str, ...]] = {
        **request_tags({"tags": params.get("tags", ())}),
        "sts:identitytokenaudience": tuple(params["audience"]),
        "sts:durationseconds": str(params.get("duration_seconds", USUAL_SECONDS)),
        "sts:signingalgorithm": str(params["signing_algorithm"]),
        "sts:subjectmode": OWN_IDENTITY,
    }
    return [Check(action, target.arn, keys) for action in actions]


def _require_sense(params: Params) -> None:
    if params["signing_algorithm"] not in outbound.ALGORITHMS:
        raise ValidationError(_NO_ALGORITHM, member="SigningAlgorithm")
    if params.get("subject_mode", OWN_IDENTITY) != OWN_IDENTITY:
        raise ValidationError(_NO_ORIGIN, member="SubjectMode")
    if "scope" in params:
        raise ValidationError(_NO_SCOPE, member="Scope")
    tags = params.get("tags", ())
    if len({tag["Key"].casefold() for tag in tags}) != len(tags):
        raise InvalidParameterValue(_TWICE, member="Tags")


@operation("sts.GetWebIdentityToken", target=_self, checks=_may_ask)
def get_web_identity_token(
    call: Call,
    *,
    audience: Sequence[str],
    signing_algorithm: str,
    duration_seconds: int = USUAL_SECONDS,
    tags: Tags = (),
    scope: str | None = None,
    subject_mode: str = OWN_IDENTITY,
) -> Output:
    """Give the caller a token that says who it is, for the audience to verify; it outlasts no session.

    `scope` and a `subject_mode` other than the caller's own identity need a propagated identity, which no session
    here carries.

    Errors: OutboundWebIdentityFederationDisabled, SessionDurationEscalation, JWTPayloadSizeExceeded,
    InvalidParameterValue (a tag twice), ValidationError (algorithm, subject mode, scope), AccessDenied (a federated
    user).
    Source: STS API Reference, GetWebIdentityToken; IAM User Guide, outbound federation, token claims.
    """
    lasting = timedelta(seconds=duration_seconds)
    session = call.principal.session
    if session is not None and session.expires_at is not None and call.now + lasting > session.expires_at:
        raise SessionDurationEscalation(_BEYOND_SESSION)
    issuer = getattr(call.account, "token_issuer", None)
    key = call.account.token_keys.signing(signing_algorithm, call.now).last()
    if issuer is None or not issuer.enabled or key is None:
        raise OutboundWebIdentityFederationDisabled("OutboundWebIdentityFederation is disabled.")
    key.account = call.account
    claims = outbound.claims(
        issuer=outbound.issuer_address(str(issuer.public_id)),
        subject=call.principal.principal_arn,
        audience=audience,
        issued_at=call.now,
        lasting=lasting,
        about=_about(call, tags),
    )
    algorithm = cast("outbound.Algorithm", key.algorithm)  # a constraint holds the column to the two
    try:
        token = outbound.sign(claims, algorithm, key.key_id, token_keys.private_half(key))
    except outbound.PayloadTooLarge:
        raise JWTPayloadSizeExceeded("JWT payload exceeds maximum allowed size") from None
    return {"WebIdentityToken": token, "Expiration": call.now + lasting}


def _about(call: Call, tags: Tags) -> dict[str, Any]:
    principal = call.principal
    session = principal.session
    ends = session.expires_at if session is not None else None
    return {
        "aws_account": call.account.number,
        "source_region": call.region,
        "principal_id": principal.principal_arn,
        "principal_tags": dict(principal.tags),
        "request_tags": tag_map(tags),
        "original_session_exp": outbound.moment(ends) if ends is not None else "",
        "source_identity": session.source_identity if session is not None else "",
    }
