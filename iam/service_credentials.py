"""Which services take credentials of their own, what those look like, and whether one is right.

Secrets are random and long, so a plain hash keeps them; they are shown when made and never again.
"""

import base64
import hashlib
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from types import MappingProxyType
from typing import Final

from accounts.models import Account
from iam.models import KeyStatus, ServiceCredential, User

_PASSWORD_BYTES: Final = 33


@dataclass(frozen=True, slots=True)
class CredentialForm:
    """What a service's credentials are: name and password, or one long key where `key_prefix` is set.

    Only keys may be given an end.
    """

    key_prefix: str = ""

    @property
    def is_key(self) -> bool:
        """Whether it is one text, such as a bearer token, that carries the name in it."""
        return bool(self.key_prefix)

    def secret_for(self, user_name: str) -> str:
        """A new secret for that name."""
        password = secrets.token_bytes(_PASSWORD_BYTES)
        if not self.is_key:
            return base64.b64encode(password).decode()
        text = f"{user_name}:{base64.urlsafe_b64encode(password).decode()}"
        return self.key_prefix + base64.b64encode(text.encode()).decode()


SERVICES: Final[Mapping[str, CredentialForm]] = MappingProxyType(
    {
        "bedrock.amazonaws.com": CredentialForm(key_prefix="ABSK"),
        "cassandra.amazonaws.com": CredentialForm(),
        "codecommit.amazonaws.com": CredentialForm(),
        "logs.amazonaws.com": CredentialForm(key_prefix="ACWL"),
    }
)


def digest(secret: str) -> bytes:
    """What is stored of a secret."""
    return hashlib.sha256(secret.encode()).digest()


def status(credential: ServiceCredential, now: datetime) -> str:
    """Active, Inactive, or Expired once its end has come."""
    ended = credential.expires_at is not None and credential.expires_at <= now
    return "Expired" if ended else credential.status


def owner(account: Account, service: str, user_name: str, secret: str, now: datetime) -> User | None:
    """The user whose credential this is, or None where name or secret is wrong, or it is not active."""
    rows = account.service_credentials.select_related("user__identity", "user__account")
    found = rows.filter(service=service, user_name=user_name).first()
    stored = bytes(found.secret_digest) if found is not None else bytes(32)
    right = secrets.compare_digest(stored, digest(secret))
    if found is None or not right or status(found, now) != KeyStatus.ACTIVE:
        return None
    return found.user
