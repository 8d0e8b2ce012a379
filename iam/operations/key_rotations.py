"""Rotation of access keys in steps: a second key, its secret collected once by its owner, the old key retired.

Permissions are named wardstead:<operation>, asked of the user the keys belong to.  Users list and collect their own
unless a policy denies it.  Which step is due is decided in iam.rotation.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta
from typing import Any

from accounts import vault
from accounts.models import Identity
from iam import quotas, rotation, targets
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import Checks, operation, target_keys
from iam.errors import EntityAlreadyExists, InvalidInput, NoSuchEntity
from iam.models import AccessKey, KeyRotation, KeyStatus, RotationState
from iam.operations.access_keys import new_key

_TOLD = {
    "none": "none",
    "deactivate": "deactivated",
    "delete": "deleted",
    "end": "ended",
    "abandon": "abandoned",
}


def _asks(action: str, *, own: bool = False) -> Checks:
    """The check of the user; `own`: granted to the user itself unless a policy denies it."""

    def checks(call: Call, target: Target, params: Params) -> Sequence[Check]:
        owner = target.given.get("owner")
        principal = call.principal
        itself = principal.kind == "user" and owner is not None and principal.identity_pk == owner.pk
        return [Check(action, target.arn, target_keys(action, target), implicit_ok=own and itself)]

    return checks


def _owned(call: Call, owner: Identity, lock: bool, **given: Any) -> Target:
    """The user whose keys they are, held like at every change of its number of keys."""
    if owner.is_root:
        found = Target(arn=f"arn:aws:iam::{call.account.number}:root")
    else:
        found = targets.entity_target(call, "user", owner.name, "user_name", lock)
    return replace(found, given={"owner": owner, **given}, replaces=("access_key_id",))


def _key(call: Call, params: Params, lock: bool) -> Target:
    key_id = params["access_key_id"]
    key = call.account.access_keys.select_related("identity").filter(key_id=key_id).first()
    if key is None:
        absent = NoSuchEntity(f"The Access Key with id {key_id} cannot be found.", member="AccessKeyId")
        return Target(arn="*", replaces=("access_key_id",), absent=absent)
    return _owned(call, key.identity, lock, key=key)


def _rotation(call: Call, params: Params, lock: bool) -> Target:
    key_id = params["access_key_id"]
    rows = call.account.key_rotations.select_related("identity").filter(new_key_id=key_id)
    row = (rows.locked() if lock else rows).first()
    if row is None:
        absent = NoSuchEntity(f"No rotation has made the access key {key_id}.", member="AccessKeyId")
        return Target(arn="*", replaces=("access_key_id",), absent=absent)
    return _owned(call, row.identity, lock, rotation_row=row)


@operation("tenant.StartKeyRotation", target=_key, checks=_asks("wardstead:StartKeyRotation"))
def start_key_rotation(call: Call, *, owner: Identity, key: AccessKey) -> Output:
    """Make a second key beside an active one, which will be retired; the new secret waits for its owner.

    Errors: NoSuchEntity, InvalidInput (root's key; an inactive one), LimitExceeded (the user has two keys),
    EntityAlreadyExists (the key is being rotated).
    Source: ADR 0020.
    """
    if owner.is_root:
        raise InvalidInput("Access keys of the root user are not rotated.", member="AccessKeyId")
    if key.status != KeyStatus.ACTIVE:
        raise InvalidInput("Only an active access key is rotated.", member="AccessKeyId")
    _make_way(call, owner, key)
    quotas.require_room(call.account, "AccessKeysPerUser", owner.access_keys.count())
    made, secret = new_key(call, owner)
    overlap_ends = call.now + timedelta(days=call.account.access_key_overlap_days)
    row = owner.key_rotations.create(
        account=call.account,
        old_key_id=key.key_id,
        new_key_id=made.key_id,
        sealed_secret=vault.seal(call.account, _purpose(made.key_id), secret.encode()),
        created_at=call.now,
        deactivate_after=overlap_ends,
        delete_after=overlap_ends + timedelta(days=call.account.access_key_grace_days),
    )
    return {"KeyRotation": _row(owner, row)}


def _make_way(call: Call, owner: Identity, key: AccessKey) -> None:
    """Give up a rotation of the key whose new key is gone.  Errors: EntityAlreadyExists where it is not."""
    earlier = owner.key_rotations.under_way().locked().filter(old_key_id=key.key_id).first()
    if earlier is None:
        return
    if owner.access_keys.filter(key_id=earlier.new_key_id).exists():
        raise EntityAlreadyExists("The access key is being rotated already.", member="AccessKeyId")
    _end(call, earlier, RotationState.ABANDONED)


@operation("tenant.AdvanceKeyRotation", target=_rotation, checks=_asks("wardstead:AdvanceKeyRotation"))
def advance_key_rotation(call: Call, *, owner: Identity, rotation_row: KeyRotation) -> Output:
    """Do the step that is due, if one is: deactivate the old key, delete it, or end what people have overtaken.

    Errors: NoSuchEntity.
    Source: ADR 0020.
    """
    old, new = (
        owner.access_keys.filter(key_id=key_id).first()
        for key_id in (rotation_row.old_key_id, rotation_row.new_key_id)
    )
    step = rotation.next_step(rotation_row, old, new, call.now)
    if step == "deactivate" and old is not None:
        old.status = KeyStatus.INACTIVE
        old.save(update_fields=["status"])
        rotation_row.delete_after = rotation.deletion_after(rotation_row, call.now)
        rotation_row.state = RotationState.OLD_INACTIVE
        rotation_row.save(update_fields=["state", "delete_after"])
    elif step == "delete" and old is not None:
        old.delete()
        _end(call, rotation_row, RotationState.DONE)
    elif step == "end":
        _end(call, rotation_row, RotationState.DONE)
    elif step == "abandon":
        _end(call, rotation_row, RotationState.ABANDONED)
    return {"KeyRotation": _row(owner, rotation_row), "Step": _TOLD[step]}


def _end(call: Call, row: KeyRotation, state: RotationState) -> None:
    row.state, row.ended_at = state, call.now
    row.save(update_fields=["state", "ended_at"])


@operation(
    "tenant.CollectRotatedKey", target=_rotation, checks=_asks("wardstead:CollectRotatedKey", own=True)
)
def collect_rotated_key(call: Call, *, owner: Identity, rotation_row: KeyRotation) -> Output:
    """Hand out the secret of the new key, this once; from now on the old key may be retired.

    Errors: NoSuchEntity (also when it was collected before, or the key is gone).
    """
    key = owner.access_keys.filter(key_id=rotation_row.new_key_id).first()
    sealed = bytes(rotation_row.sealed_secret)
    if key is None or not sealed:
        raise NoSuchEntity(
            f"The secret of access key {rotation_row.new_key_id} is not there to be collected.",
            member="AccessKeyId",
        )
    secret = vault.unseal(call.account, _purpose(key.key_id), sealed).decode()
    rotation_row.collected_at, rotation_row.sealed_secret = call.now, b""
    rotation_row.save(update_fields=["collected_at", "sealed_secret"])
    return {
        "AccessKey": {
            "UserName": owner.name,
            "AccessKeyId": key.key_id,
            "Status": key.status,
            "CreateDate": key.created_at,
            "SecretAccessKey": secret,
        }
    }


@operation(
    "tenant.ListKeyRotations",
    target=targets.owner(),
    checks=_asks("wardstead:ListKeyRotations", own=True),
    reads=True,
)
def list_key_rotations(call: Call, *, owner: Identity, page: Page) -> Output:
    """List the rotations of a user's keys, newest first, with what waits to be collected.

    Errors: NoSuchEntity, ValidationError (marker; no name given by a role or federated session).
    """
    return page.of("KeyRotations", owner.key_rotations.all(), key="-pk", row=lambda row: _row(owner, row))


def _row(owner: Identity, row: KeyRotation) -> dict[str, Any]:
    return {
        "UserName": owner.name,
        "OldAccessKeyId": row.old_key_id,
        "AccessKeyId": row.new_key_id,
        "State": str(row.state),
        "CreateDate": row.created_at,
        "CollectDate": row.collected_at,
        "Collectable": bool(row.sealed_secret),
        "DeactivateAfter": row.deactivate_after,
        "DeleteAfter": row.delete_after,
        "EndDate": row.ended_at,
    }


def _purpose(key_id: str) -> str:
    return f"rotated-key-secret\n{key_id}"
