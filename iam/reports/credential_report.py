"""The credential report: a row of text for root and each user, saying which credentials they have and how old they are.

Users are read a page at a time and come out as pieces of CSV, so that no size of account fills the memory.
Source: IAM User Guide, getting credential reports (columns and cells); recorded answers of AWS.
"""

import csv
import io
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TypeAlias, TypeVar

from accounts.models import Account, Identity, PasswordPolicy
from iam.models import AccessKey, KeyStatus, SigningCertificate, User

COLUMNS = (
    "user",
    "arn",
    "user_creation_time",
    "password_enabled",
    "password_last_used",
    "password_last_changed",
    "password_next_rotation",
    "mfa_active",
    "access_key_1_active",
    "access_key_1_last_rotated",
    "access_key_1_last_used_date",
    "access_key_1_last_used_region",
    "access_key_1_last_used_service",
    "access_key_2_active",
    "access_key_2_last_rotated",
    "access_key_2_last_used_date",
    "access_key_2_last_used_region",
    "access_key_2_last_used_service",
    "cert_1_active",
    "cert_1_last_rotated",
    "cert_2_active",
    "cert_2_last_rotated",
)
ROOT = "<root_account>"
NOT_APPLICABLE = "N/A"
NEVER_USED = "no_information"
NOT_TOLD = "not_supported"
ROWS_IN_A_PIECE = 100

Row: TypeAlias = list[str]
Thing = TypeVar("Thing")


@dataclass(frozen=True, slots=True)
class Credentials:
    """What a few identities hold, by the identity's key, read in one query for each kind."""

    keys: dict[int, list[AccessKey]]
    certificates: dict[int, list[SigningCertificate]]
    guarded: frozenset[int]


def users_after(account: Account, name_key: str, count: int) -> list[User]:
    """The next users in the order of their names."""
    rows = account.users.filter(name_key__gt=name_key).select_related("identity", "account")
    return list(rows.order_by("name_key")[:count])


def pieces(account: Account, users: Sequence[User], first_number: int) -> dict[str, bytes]:
    """The users' rows as pieces of CSV under their numbers; piece 0 begins with the columns' names and root.

    Every line but the first brings the line break before it, so that the whole ends without one.
    """
    policy = PasswordPolicy.objects.filter(account=account).first()
    held = _held([user.identity_id for user in users], account)
    rows = [_of_user(user, held, policy) for user in users]
    made = {}
    for start in range(0, len(rows), ROWS_IN_A_PIECE):
        made[_name(first_number + start // ROWS_IN_A_PIECE)] = _csv(rows[start : start + ROWS_IN_A_PIECE])
    if first_number == 0:
        head = _csv([list(COLUMNS), _of_root(account)]).removeprefix(b"\n")
        made[_name(0)] = head + made.get(_name(0), b"")
    return made


def read(piece: bytes) -> list[dict[str, str]]:
    """The rows of a piece by column."""
    rows = csv.reader(io.StringIO(piece.decode().strip("\n")))
    return [dict(zip(COLUMNS, row, strict=True)) for row in rows if row != list(COLUMNS)]


def _name(number: int) -> str:
    return f"{number:06d}"


def _csv(rows: Iterable[Row]) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="")
    for row in rows:
        text.write("\n")
        writer.writerow(row)
    return text.getvalue().encode()


def _held(identities: Sequence[int], account: Account) -> Credentials:
    keys: dict[int, list[AccessKey]] = defaultdict(list)
    for key in account.access_keys.filter(identity_id__in=identities).defer("sealed_secret"):
        keys[key.identity_id].append(key)
    certificates: dict[int, list[SigningCertificate]] = defaultdict(list)
    for certificate in account.signing_certificates.filter(identity_id__in=identities).defer("body"):
        certificates[certificate.identity_id].append(certificate)
    devices = account.mfa_devices.filter(identity_id__in=identities)
    return Credentials(keys, certificates, frozenset(devices.values_list("identity_id", flat=True)))


def _of_user(user: User, held: Credentials, policy: PasswordPolicy | None) -> Row:
    return [
        user.name,
        user.arn,
        _moment(user.created_at),
        *_password(user.identity, policy),
        *_rest(user.identity_id, held),
    ]


def _of_root(account: Account) -> Row:
    root = account.root
    # AWS shows of root's password only when it was used.
    used = _moment(root.password_last_used_at) if root.password_last_used_at else NEVER_USED
    return [
        ROOT,
        root.arn,
        _moment(root.created_at),
        NOT_TOLD,
        used,
        NOT_TOLD,
        NOT_TOLD,
        *_rest(root.pk, _held([root.pk], account)),
    ]


def _password(identity: Identity, policy: PasswordPolicy | None) -> Row:
    if not identity.has_password:
        return ["false", NOT_APPLICABLE, NOT_APPLICABLE, NOT_APPLICABLE]
    used, changed = identity.password_last_used_at, identity.password_changed_at
    days = policy.max_password_age if policy is not None else None
    rotation = changed + timedelta(days=days) if changed is not None and days is not None else None
    return ["true", _moment(used) if used else NEVER_USED, _moment(changed), _moment(rotation)]


def _rest(identity: int, held: Credentials) -> Row:
    """The cells that root and users have alike, from mfa_active on.

    Of keys the active ones come first, of certificates the inactive ones, as recordings of AWS have them.
    """
    cells = [_truth(identity in held.guarded)]
    keys = sorted(
        held.keys.get(identity, ()),
        key=lambda key: (key.status != KeyStatus.ACTIVE, key.created_at, key.pk),
    )
    for key in _two(keys):
        cells += _key(key)
    found = held.certificates.get(identity, ())
    certificates = sorted(found, key=lambda one: (one.status == KeyStatus.ACTIVE, one.uploaded_at, one.pk))
    for certificate in _two(certificates):
        active = certificate is not None and certificate.status == KeyStatus.ACTIVE
        cells += [_truth(active), _moment(certificate.uploaded_at if certificate else None)]
    return cells


def _two(found: Sequence[Thing]) -> list[Thing | None]:
    """The two places that the report has, empty ones included."""
    return [*found[:2], None, None][:2]


def _key(key: AccessKey | None) -> Row:
    if key is None:
        return ["false", *[NOT_APPLICABLE] * 4]
    return [
        _truth(key.status == KeyStatus.ACTIVE),
        _moment(key.created_at),
        _moment(key.last_used_at),
        key.last_used_region or NOT_APPLICABLE,
        key.last_used_service or NOT_APPLICABLE,
    ]


def _truth(holds: bool) -> str:
    return "true" if holds else "false"


def _moment(at: datetime | None) -> str:
    return NOT_APPLICABLE if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
