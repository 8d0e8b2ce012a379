"""Temporary credentials for the caller itself: with its own rights, or with part of them under another name."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from iam import temporary
from iam.authorize import Check
from iam.call import Call, Output, Params, Tags, Target
from iam.catalogue import nobody_asked, operation, request_tags
from iam.models import SessionKind
from iam.session_tags import new_tags

USUAL_SECONDS = 43_200


@operation("sts.GetSessionToken", checks=nobody_asked)
def get_session_token(
    call: Call,
    *,
    duration_seconds: int = USUAL_SECONDS,
    serial_number: str | None = None,
    token_code: str | None = None,
    minimum_session_token_size: int = 0,
) -> Output:
    """Give the caller temporary credentials with its own rights; without MFA they do not reach IAM.

    Nobody needs a permission for it, and none can be taken away.  Root's last an hour at most.

    Errors: AccessDenied (a caller with temporary credentials; MFA).
    Source: STS API Reference, GetSessionToken.
    """
    temporary.require_long_term(call, "GetSessionToken")
    proved = temporary.mfa_moment(call, serial_number, token_code)
    at_sign_in = call.principal.session.mfa_at if call.principal.session is not None else None
    credentials = temporary.mint(
        call,
        call.account,
        SessionKind.SESSION_TOKEN,
        temporary.lifetime(call, duration_seconds),
        token_size=minimum_session_token_size,
        identity_id=call.principal.identity_pk,
        mfa_at=proved or at_sign_in,
    )
    return {"Credentials": credentials, **temporary.token_size(credentials)}


def _federated(call: Call, params: Params, lock: bool) -> Target:
    return Target(arn=f"arn:aws:sts::{call.account.number}:federated-user/{params['name']}")


def _may_federate(call: Call, target: Target, params: Params) -> Sequence[Check]:
    temporary.require_long_term(call, "GetFederationToken")
    actions = ["sts:GetFederationToken", *(["sts:TagSession"] if params.get("tags") else [])]
    return [Check(action, target.arn, request_tags(params)) for action in actions]


@operation("sts.GetFederationToken", target=_federated, checks=_may_federate)
def get_federation_token(
    call: Call,
    *,
    name: str,
    policy: str | None = None,
    policy_arns: Sequence[Mapping[str, str]] | None = None,
    duration_seconds: int = USUAL_SECONDS,
    tags: Tags = (),
    minimum_session_token_size: int = 0,
) -> Output:
    """Give somebody without a user credentials with what the caller's own and the session's policies both allow.

    Without any session policy they can do nothing, save where a resource's policy names the federated user.

    Errors: AccessDenied (a caller with temporary credentials), MalformedPolicyDocument, PackedPolicyTooLarge,
    InvalidParameterValue (tags), ValidationError (session policies).
    Source: STS API Reference, GetFederationToken.
    """
    own_tags = new_tags(tags)
    policies = temporary.session_policies(call.account, policy, policy_arns)
    size = temporary.packed_size(policies, own_tags)
    lasting: timedelta = temporary.lifetime(call, duration_seconds)
    credentials = temporary.mint(
        call,
        call.account,
        SessionKind.FEDERATION,
        lasting,
        token_size=minimum_session_token_size,
        identity_id=call.principal.identity_pk,
        name=name,
        tags=own_tags,
        policies=policies,
    )
    number = call.account.number
    federated: dict[str, Any] = {
        "FederatedUserId": f"{number}:{name}",
        "Arn": f"arn:aws:sts::{number}:federated-user/{name}",
    }
    return {
        "Credentials": credentials,
        "FederatedUser": federated,
        "PackedPolicySize": size,
        **temporary.token_size(credentials),
    }
