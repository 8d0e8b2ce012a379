"""Long-term access keys of IAM users and of root: made with a secret that is shown once, switched off, deleted."""

from typing import Any

from accounts import vault
from accounts.models import Identity
from iam import describe, ids, quotas, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import AccessDenied, InvalidInput, NoSuchEntity
from iam.models import AccessKey, KeyStatus
from iam.principals import SECRET_PURPOSE

NEVER = "N/A"


@operation("iam.CreateAccessKey", target=targets.owner())
def create_access_key(call: Call, *, owner: Identity) -> Output:
    """Make a further active key; the answer alone has its secret, which is stored sealed.

    Errors: NoSuchEntity, LimitExceeded (keys per user, inactive ones included), ValidationError (no name given by a
    role or federated session).
    Source: IAM API Reference, CreateAccessKey.
    """
    quotas.require_room(call.account, "AccessKeysPerUser", AccessKey.number_of(owner))
    key, secret = new_key(call, owner)
    return {"AccessKey": {**_row(owner, key), "SecretAccessKey": secret}}


def new_key(call: Call, owner: Identity) -> tuple[AccessKey, str]:
    """A further active key and its secret; the caller has seen to the limit, with the owner's row held."""
    secret = ids.secret_access_key()
    key = AccessKey.make(
        account=call.account,
        identity=owner,
        key_id=ids.access_key_id("AKIA", call.account.number),
        sealed_secret=vault.seal(call.account, SECRET_PURPOSE, secret.encode()),
        created_at=call.now,
    )
    return key, secret


@operation("iam.ListAccessKeys", target=targets.owner(), reads=True)
def list_access_keys(call: Call, *, owner: Identity, page: Page) -> Output:
    """List the keys, oldest first, without their secrets.

    Errors: NoSuchEntity, ValidationError (marker; no name given by a role or federated session).
    """
    return page.of("AccessKeyMetadata", owner.access_keys.all(), key="pk", row=lambda key: _row(owner, key))


@operation("iam.UpdateAccessKey", target=targets.owner())
def update_access_key(call: Call, *, owner: Identity, access_key_id: str, status: str) -> None:
    """Let the key sign, or keep it from signing from the next request on.

    Errors: NoSuchEntity (user, key), InvalidInput (Expired, a status that only AWS gives), ValidationError (no name
    given by a role or federated session).
    """
    if status not in KeyStatus.values:
        raise InvalidInput("An access key can be made Active or Inactive.", member="Status")
    key = _key(owner, access_key_id)
    key.status = status
    key.save(update_fields=["status"])


@operation("iam.DeleteAccessKey", target=targets.owner())
def delete_access_key(call: Call, *, owner: Identity, access_key_id: str) -> None:
    """Delete the key for good, also the one that signs this very request.

    Errors: NoSuchEntity (user, key), ValidationError (no name given by a role or federated session).
    """
    _key(owner, access_key_id).delete()


def _keys_owner(call: Call, params: Params, lock: bool) -> Target:
    """The user a key belongs to; of a key that is not the account's own, nothing is told."""
    keys = call.account.access_keys.select_related("identity", "identity__iam_user")
    key = keys.filter(key_id=params["access_key_id"]).first()
    if key is None:
        denied = AccessDenied(
            f"User: {call.principal.arn} is not authorized to perform iam:GetAccessKeyLastUsed on resource: "
            f"access key {params['access_key_id']}"
        )
        return Target(arn="*", absent=denied)
    given = {"key": key}
    if key.identity.is_root:
        return Target(
            arn=targets.account_root(call, params, lock).arn, given=given, replaces=("access_key_id",)
        )
    user = key.identity.iam_user
    user.account = call.account
    return Target(arn=user.arn, entity=user, given=given, replaces=("access_key_id",))


@operation("iam.GetAccessKeyLastUsed", target=_keys_owner, reads=True)
def get_access_key_last_used(call: Call, *, key: AccessKey) -> Output:
    """Answer whose key it is, and when, where and for which service it last signed.

    Errors: AccessDenied (also for a key unknown in this account).
    """
    used: dict[str, Any] = {
        "ServiceName": key.last_used_service or NEVER,
        "Region": key.last_used_region or NEVER,
    }
    if key.last_used_at:
        used["LastUsedDate"] = key.last_used_at
    return {"UserName": describe.owner_name(key.identity), "AccessKeyLastUsed": used}


def _key(owner: Identity, key_id: str) -> AccessKey:
    key = owner.access_keys.filter(key_id=key_id).first()
    if key is None:
        raise NoSuchEntity(f"The Access Key with id {key_id} cannot be found.", member="AccessKeyId")
    return key


def _row(owner: Identity, key: AccessKey) -> dict[str, Any]:
    return {
        "UserName": describe.owner_name(owner),
        "AccessKeyId": key.key_id,
        "Status": key.status,
        "CreateDate": key.created_at,
    }
