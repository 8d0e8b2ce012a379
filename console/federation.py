"""Console access for temporary credentials: the rules of AWS's federation address, and what may be asked of it.

Nothing here says which part of a credential was wrong, and nothing keeps or repeats one.
Source: IAM User Guide, enabling custom identity broker access to the AWS console; ADR 0041.
"""

import hmac
import json
import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings

from accounts import signin_tokens
from console.session import own_path
from iam import principals
from iam.models import SessionKind
from iam.principals import Credential

LONGEST_SESSION: Final = 16_384
LONGEST_ADDRESS: Final = 1_024
SHORTEST_SECONDS, LONGEST_SECONDS = 900, 43_200
_KEY_ID: Final = re.compile(r"ASIA[A-Z0-9]{12,28}")
_MEMBERS: Final = ("sessionId", "sessionKey", "sessionToken")

_NOT_VALID: Final = "The temporary credentials are not valid, or not any more."
_MALFORMED: Final = (
    "Session is to be a JSON object with the texts sessionId, sessionKey and sessionToken, and nothing else."
)
_WRONG_KIND: Final = (
    "Only credentials of AssumeRole and its kin, and of GetFederationToken, sign in to the console."
)
_DURATION: Final = f"SessionDuration is a number of seconds from {SHORTEST_SECONDS} to {LONGEST_SECONDS}."
_NO_DURATION: Final = "SessionDuration is not for credentials of GetFederationToken, nor for those of a role that another role assumed."


class FederationRefused(Exception):
    """The request cannot be granted; `text` can be shown.  `code` names the reason, for programs and the trail."""

    def __init__(self, code: str, text: str, credential: Credential | None = None) -> None:
        super().__init__(text)
        self.code, self.text, self.credential = code, text, credential


def signin_token(session: str, duration: str, now: datetime) -> tuple[Credential, str]:
    """A one-time token for whoever holds these temporary credentials, and whose they are.

    `session` is AWS's JSON text, `duration` the seconds the console session is to last at most, or "".
    Errors: FederationRefused.
    """
    credential = _credential(_members(session), now)
    seconds = _seconds(duration, credential)
    token = signin_tokens.issue(credential.account, credential.key_id, now, seconds=seconds)
    return credential, token


def holder(key_id: str, now: datetime) -> Credential:
    """The temporary credentials of this key id.  Errors: FederationRefused (they count no longer)."""
    found = principals.find_credential(key_id)
    if found is None or not found.usable or found.expired(now):
        raise FederationRefused("InvalidCredentials", _NOT_VALID)
    return found


def end_of(credential: Credential, seconds: int | None, now: datetime) -> datetime:
    """When a console session begun now ends: with the credentials, or sooner where `seconds` say so."""
    ends_at = credential.expires_at or now
    return ends_at if seconds is None else min(ends_at, now + timedelta(seconds=seconds))


def destination(wanted: str) -> str:
    """The page of ours to go to: a path, or a whole address that begins with the public one.

    Errors: FederationRefused (any other site's).
    """
    if not wanted:
        return "/"
    path = wanted.removeprefix(settings.PUBLIC_URL.rstrip("/")) or "/"
    if own_path(path, default="") == "":
        raise FederationRefused("InvalidDestination", "Destination is to be a page of this console.")
    return path


def issuer(given: str) -> str:
    """The address to sign in again at; "" where it is none, or not https."""
    try:
        parts = urlsplit(given)
        host = parts.hostname or ""
    except ValueError:
        return ""
    plain = given.isascii() and given.isprintable() and " " not in given and "\\" not in given
    if (
        not plain
        or len(given) > LONGEST_ADDRESS
        or parts.scheme != "https"
        or not host
        or "@" in parts.netloc
    ):
        return ""
    return given


def _members(session: str) -> Mapping[str, str]:
    malformed = FederationRefused("MalformedSession", _MALFORMED)
    if not session or len(session) > LONGEST_SESSION:
        raise malformed
    try:
        found = json.loads(session)
    except (ValueError, RecursionError):
        raise malformed from None
    if not isinstance(found, dict) or set(found) != set(_MEMBERS):
        raise malformed
    if not all(isinstance(value, str) and value for value in found.values()):
        raise malformed
    return found


def _credential(members: Mapping[str, str], now: datetime) -> Credential:
    key_id = members["sessionId"]
    found = principals.find_credential(key_id) if _KEY_ID.fullmatch(key_id) else None
    if found is None:
        raise FederationRefused("InvalidCredentials", _NOT_VALID)
    right = hmac.compare_digest(found.secret.encode(), members["sessionKey"].encode("utf-8", "replace"))
    if not (right and found.token_matches(members["sessionToken"])):
        raise FederationRefused("InvalidCredentials", _NOT_VALID, found)
    if not found.usable or found.expired(now):
        raise FederationRefused("ExpiredCredentials", _NOT_VALID, found)
    if _kind(found) not in (SessionKind.ASSUMED_ROLE, SessionKind.FEDERATION):
        raise FederationRefused("UnsupportedCredentials", _WRONG_KIND, found)
    return found


def _seconds(duration: str, credential: Credential) -> int | None:
    if not duration:
        return None
    if not (duration.isascii() and duration.isdecimal() and len(duration) <= 6):
        raise FederationRefused("InvalidSessionDuration", _DURATION, credential)
    if not SHORTEST_SECONDS <= int(duration) <= LONGEST_SECONDS:
        raise FederationRefused("InvalidSessionDuration", _DURATION, credential)
    chained = ":assumed-role/" in getattr(credential.row, "issued_to", "")
    if chained or _kind(credential) == SessionKind.FEDERATION:
        raise FederationRefused("InvalidSessionDuration", _NO_DURATION, credential)
    return int(duration)


def _kind(credential: Credential) -> str:
    facts = credential.principal.session
    return facts.kind if facts is not None else ""
