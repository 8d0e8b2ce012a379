"""From a credential or a signed-in identity to the principal it stands for, with all that a decision needs.

A principal whose owner, role or account is gone or not active does not come to be.
"""

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from accounts import doubles, notices, vault
from accounts.actors import Actor
from accounts.models import Account, Identity, IdentityKind
from accounts.prepared import Prepared, copy_of
from accounts.remembered import Remembered
from iam.call import Principal, SessionFacts
from iam.models import AccessKey, KeyStatus, Role, Session, SessionKind, User, tag_map
from iam.models.keys import keys_with_owner
from iam.models.sessions import sessions_with_principal

USE_NOTED_EVERY = timedelta(minutes=1)
SECRET_PURPOSE = "access-key-secret"  # noqa: S105  # the name of a purpose, not a secret

_users_of = Prepared(
    lambda identity: User.objects.filter(identity=identity).only("path", "name", "unique_id"),
    (User(pk=doubles.NOBODY, path="/", name="nobody", unique_id="AIDA00000000000000000"),),
)


@dataclass(frozen=True, slots=True)
class Credential:
    """An access key id that exists: what verifying a signature with it needs.  `repr` shows no secret.

    It is used again while its rows are the same, so nobody may change it or what is in it.
    """

    key_id: str
    account: Account
    principal: Principal
    usable: bool
    sealed_secret: bytes
    token_hash: bytes | None
    expires_at: datetime | None
    row: AccessKey | Session

    @property
    def secret(self) -> str:
        """The secret in clear, unsealed at each use."""
        return vault.unseal(self.account, SECRET_PURPOSE, self.sealed_secret).decode()

    def own_account(self) -> Account:
        """The account as a call's own, which may be changed."""
        account = copy_of(self.account)
        account.quotas = dict(account.quotas)
        return account

    def token_matches(self, token: str | None) -> bool:
        """Whether the session token that came along is this key's; long-term keys must come without one."""
        if self.token_hash is None or token is None:
            return self.token_hash is None and token is None
        return hmac.compare_digest(hash_token(token), self.token_hash)

    def expired(self, now: datetime) -> bool:
        """Whether temporary credentials are past their time."""
        return self.expires_at is not None and now >= self.expires_at

    def __repr__(self) -> str:
        return f"Credential({self.key_id})"


def hash_token(token: str) -> bytes:
    """What is stored of a session token."""
    return hashlib.sha256(token.encode()).digest()


def find_credential(key_id: str) -> Credential | None:
    """The credential behind an access key id, long-term or temporary, or None where there is none: read anew each time."""
    return (_TEMPORARY if key_id.startswith("ASIA") else _LONG_TERM).one(key_id=key_id)


def note_use(credential: Credential, service: str, region: str, now: datetime, peer: str = "") -> None:
    """Keep when and where an access key, or the role behind a session, was last used; to the minute.

    Noting each call would turn every read into a write.  The root user is told of the first use of a key each day.
    """
    row = credential.row
    used = row if isinstance(row, AccessKey) else row.role
    if used is None or (used.last_used_at is not None and now - used.last_used_at < USE_NOTED_EVERY):
        return
    noted = {"last_used_at": now, "last_used_region": region}
    if isinstance(used, AccessKey):
        AccessKey.objects.filter(pk=used.pk).update(**noted, last_used_service=service)
        if used.identity.is_root:
            once = f"root key {used.key_id} {now.date().isoformat()}"
            # Read anew: of the one that is kept only what principals are made of is sure to be as it is.
            root = Identity.objects.select_related("account").get(pk=used.identity_id)
            notices.tell(root, "root-key-used", now, once=once, key=used.key_id, peer=peer)
    else:
        Role.objects.filter(pk=used.pk).update(**noted)


def of_identity(identity: Identity, *, session: SessionFacts | None, access_key_id: str = "") -> Principal:
    """The principal that a root or IAM user identity is; `session` for console and GetSessionToken sessions."""
    number = identity.account.number
    if identity.kind == "root":
        return Principal(
            kind="root",
            account_number=number,
            arn=f"arn:aws:iam::{number}:root",
            user_id=number,
            unique_id=number,
            principal_arn=f"arn:aws:iam::{number}:root",
            identity_pk=identity.pk,
            session=session,
            access_key_id=access_key_id,
        )
    user: User = identity.iam_user
    return Principal(
        kind="user",
        account_number=number,
        arn=_user_arn(number, user),
        user_id=user.unique_id,
        unique_id=user.unique_id,
        principal_arn=_user_arn(number, user),
        name=user.name,
        user_pk=user.pk,
        identity_pk=identity.pk,
        tags=tag_map(user.tags),
        session=session,
        access_key_id=access_key_id,
        boundary_arn=user.boundary_arn,
    )


def of_session(row: Session) -> Principal | None:
    """The principal of temporary credentials, or None where the user or role behind them is gone."""
    facts = facts_of(row)
    if row.kind == SessionKind.ASSUMED_ROLE:
        return _role_session(row.account, row.role, facts, row.key_id) if row.role else None
    if row.identity is None:
        return None
    owner = of_identity(row.identity, session=facts, access_key_id=row.key_id)
    if row.kind == SessionKind.SESSION_TOKEN:
        return owner
    number = row.account.number
    return replace(
        owner,
        kind="federated-user",
        arn=f"arn:aws:sts::{number}:federated-user/{row.name}",
        user_id=f"{number}:{row.name}",
        name=row.name,
        tags={**owner.tags, **facts.tags},
    )


def facts_of(row: Session) -> SessionFacts:
    """What a session carries beside its principal."""
    return SessionFacts(
        kind=row.kind,  # type: ignore[arg-type]  # the column holds SessionKind's three values
        issued_at=row.issued_at,
        mfa_at=row.mfa_at,
        name=row.name,
        source_identity=row.source_identity,
        tags=row.tags,
        transitive_tag_keys=tuple(row.transitive_tag_keys),
        policies=None if row.policies is None else tuple((arn, text) for arn, text in row.policies),
        session_pk=row.pk,
        expires_at=row.expires_at,
    )


def _role_session(account: Account, role: Role, facts: SessionFacts, key_id: str) -> Principal:
    role_arn = f"arn:aws:iam::{account.number}:role{role.path}{role.name}"
    return Principal(
        kind="assumed-role",
        account_number=account.number,
        arn=f"arn:aws:sts::{account.number}:assumed-role/{role.name}/{facts.name}",
        user_id=f"{role.unique_id}:{facts.name}",
        unique_id=role.unique_id,
        principal_arn=role_arn,
        name=role.name,
        role_pk=role.pk,
        tags=_session_tags(tag_map(role.tags), facts.tags),
        session=facts,
        access_key_id=key_id,
        boundary_arn=role.boundary_arn,
    )


def _session_tags(role_tags: Mapping[str, str], session_tags: Mapping[str, str]) -> dict[str, str]:
    # A session tag beats the role's tag of the same key, and keys are compared without case.
    taken = {key.casefold() for key in session_tags}
    kept = {key: value for key, value in role_tags.items() if key.casefold() not in taken}
    return {**kept, **session_tags}


def _long_term(row: AccessKey) -> Credential:
    row.identity.account = row.account
    return Credential(
        key_id=row.key_id,
        account=row.account,
        principal=of_identity(row.identity, session=None, access_key_id=row.key_id),
        usable=row.status == KeyStatus.ACTIVE and row.account.state == "active",
        sealed_secret=bytes(row.sealed_secret),
        token_hash=None,
        expires_at=None,
        row=row,
    )


def _temporary(row: Session) -> Credential | None:
    principal = of_session(row)
    if principal is None:
        return None
    return Credential(
        key_id=row.key_id,
        account=row.account,
        principal=principal,
        usable=row.revoked_at is None and row.account.state == "active",
        sealed_secret=bytes(row.sealed_secret),
        token_hash=bytes(row.token_hash),
        expires_at=row.expires_at,
        row=row,
    )


_LONG_TERM = Remembered(keys_with_owner, _long_term)
_TEMPORARY = Remembered(sessions_with_principal, _temporary)


def _user_arn(number: str, user: User) -> str:
    # The account's number is at hand; going through user.account would cost a query.
    return f"arn:aws:iam::{number}:user{user.path}{user.name}"


def actor_of(identity: Identity) -> Actor:
    """How events of sign-in name an identity; for one that is nobody's the same is done.  Errors: User.DoesNotExist."""
    number = identity.account.number
    if identity.kind == IdentityKind.ROOT:
        return Actor(f"arn:aws:iam::{number}:root", number)
    user, found = _users_of.always(identity=identity.pk)
    if not found and identity.pk != doubles.NOBODY:
        raise User.DoesNotExist
    return Actor(_user_arn(number, user), user.unique_id)
