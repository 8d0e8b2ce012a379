"""Temporary credentials in the making: proved by which factor, for how long, narrowed by which policies, as which row.

STS puts a session's policies and tags into the token, which bounds their packed size.  Here they are columns, and the
bound is kept, so that what passes here passes there.
"""

import json
import zlib
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any

from accounts import mfa, vault
from accounts.models import Account
from iam import documents, ids, quotas
from iam.call import Call
from iam.errors import AccessDenied, PackedPolicyTooLarge, ValidationError
from iam.models import Session, SessionKind, entitlements
from iam.principals import SECRET_PURPOSE, hash_token
from iam.targets import require_policy_arn

SessionPolicies = list[list[str]] | None

ROOT_SECONDS = 3600
# Bytes that a session token has at most, as MinimumSessionTokenSize has its bound.
LARGEST_TOKEN = 4096
# What packed policies and tags may take: a policy of 150 characters then takes the 16 % that AWS was seen to answer.
PACKED_BYTES = 768

_ONE_OF_TWO = "MultiFactorAuthentication failed, must provide both MFA serial number and one time pass code."
_UNKNOWN_DEVICE = (
    "MultiFactorAuthentication failed, unable to validate MFA code.  "
    "Please verify your MFA serial number is valid and associated with this user."
)
_WRONG_CODE = "MultiFactorAuthentication failed with invalid MFA one time pass code. "


def mfa_moment(call: Call, serial_number: str | None, token_code: str | None) -> datetime | None:
    """When a second factor was shown: now if a device and its code came with the call, which uses the code up.

    None without either.  Errors: AccessDenied (half of it, a device that is not the caller's, a wrong or used code).
    """
    if serial_number is None and token_code is None:
        return None
    if serial_number is None or token_code is None:
        raise AccessDenied(_ONE_OF_TWO)
    owner = call.principal.identity_pk
    devices = call.account.mfa_devices.select_related("identity", "account").filter(enabled_at__isnull=False)
    device = devices.filter(serial=serial_number).first()
    if device is None or owner is None or device.identity_id != owner:
        raise AccessDenied(_UNKNOWN_DEVICE)
    verdict = mfa.accept_code(device, token_code, call.now)
    if verdict:
        call.uses_up(lambda: mfa.accept_code(device, token_code, call.now))
        return call.now
    refusal = AccessDenied(_WRONG_CODE)
    if verdict.reason == "blocked":
        raise refusal
    raise refusal.followed_by(lambda: mfa.count_failure(device.pk, call.now))


def require_long_term(call: Call, action: str) -> None:
    """Refuse a caller that has temporary credentials itself; the console's session stands for its user.

    Errors: AccessDenied.
    """
    session = call.principal.session
    if session is not None and session.kind != "console":
        raise AccessDenied(f"Cannot call {action} with session credentials")


def lifetime(call: Call, wanted: int) -> timedelta:
    """How long a session that the caller asks for on its own behalf lasts; root's no longer than an hour."""
    return timedelta(seconds=min(wanted, ROOT_SECONDS) if call.principal.kind == "root" else wanted)


def session_policies(
    account: Account, policy: str | None, policy_arns: Sequence[Mapping[str, str]] | None
) -> SessionPolicies:
    """What is stored of the policies sent to narrow a session of this account; None where none were sent.

    Errors: MalformedPolicyDocument, ValidationError (too long, too many, no policy's ARN, no such policy).
    """
    if policy is None and not policy_arns:
        return None
    stored = []
    if policy is not None:
        _require_length(policy)
        documents.require_sound(policy, "session", member="Policy")
        stored.append(["", policy])
    wanted = [each.get("arn", "") for each in policy_arns or ()]
    _require_policies(account, wanted)
    return stored + [[policy_arn, ""] for policy_arn in dict.fromkeys(wanted)]


def _require_length(policy: str) -> None:
    if len(policy) > quotas.SESSION_POLICY_SIZE:
        raise ValidationError(
            f"1 validation error detected: Value '{policy[:4096]}' at 'policy' failed to satisfy constraint: "
            f"Member must have length less than or equal to {quotas.SESSION_POLICY_SIZE}",
            member="Policy",
        )


def _require_policies(account: Account, policy_arns: list[str]) -> None:
    if len(policy_arns) > quotas.SESSION_POLICY_ARNS:
        raise ValidationError(
            f"1 validation error detected: Value '[{', '.join(policy_arns[:20])}]' at 'policyArns' failed to "
            f"satisfy constraint: Member must have length less than or equal to {quotas.SESSION_POLICY_ARNS}",
            member="PolicyArns",
        )
    for policy_arn in policy_arns:
        require_policy_arn(policy_arn, "PolicyArns")
    known = entitlements.by_arns(policy_arns, account.number)
    for policy_arn in policy_arns:
        if policy_arn not in known:
            raise ValidationError(
                f"Policy {policy_arn} does not exist or is not attachable.", member="PolicyArns"
            )


def packed_size(policies: SessionPolicies, tags: Mapping[str, str]) -> int:
    """How much of the room in a session policies and tags take, in per cent.  Errors: PackedPolicyTooLarge."""
    if not policies and not tags:
        return 0
    packed = zlib.compress(json.dumps([policies, tags], separators=(",", ":")).encode(), 9)
    used = len(packed) * 100 // PACKED_BYTES
    if used <= 100:
        return used
    if policies:
        raise PackedPolicyTooLarge(
            f"Packed policy consumes {used}% of allotted space, please use smaller policy."
        )
    raise PackedPolicyTooLarge(f"Packed size of session tags consumes {used}% of allotted space.")


def mint(
    call: Call,
    account: Account,
    kind: SessionKind,
    lasting: timedelta,
    *,
    token_size: int = 0,
    **columns: Any,
) -> dict[str, Any]:
    """The credentials of a new session of that account, which are in clear here and nowhere again."""
    secret, token = ids.secret_access_key(), ids.session_token()
    token += "=" * (token_size - len(token))
    key_id, expires_at = ids.access_key_id("ASIA", account.number), call.now + lasting
    Session.add(
        account,
        kind=kind,
        key_id=key_id,
        sealed_secret=vault.seal(account, SECRET_PURPOSE, secret.encode()),
        token_hash=hash_token(token),
        issued_to=call.principal.arn,
        issued_at=call.now,
        expires_at=expires_at,
        **columns,
    )
    return {
        "AccessKeyId": key_id,
        "SecretAccessKey": secret,
        "SessionToken": token,
        "Expiration": expires_at,
    }


def token_size(credentials: Mapping[str, Any]) -> dict[str, int]:
    """What an answer says of the size of its session token: in bytes, and in per cent of what one may have."""
    size = len(credentials["SessionToken"])
    return {"SessionTokenSize": size, "SessionTokenUtilization": size * 100 // LARGEST_TOKEN}
