"""SSH public keys of IAM users: uploaded, read in either encoding, switched on and off, deleted."""

from dataclasses import replace
from typing import Any

from iam import quotas, ssh_keys, targets
from iam.call import Call, Output, Page, Params, Target
from iam.catalogue import operation
from iam.errors import InvalidInput, NoSuchEntity
from iam.ids import unique_id
from iam.models import KeyStatus, SshPublicKey, User


@operation("iam.UploadSSHPublicKey", target=targets.user("user_name"))
def upload_ssh_public_key(call: Call, *, user: User, ssh_public_key_body: str) -> Output:
    """Keep a public key as an active one of the user.

    Errors: NoSuchEntity, UnrecognizedPublicKeyEncoding, InvalidPublicKey (cannot be read; neither RSA of 2048 bits nor
    Ed25519), DuplicateSSHPublicKey (the user has it), LimitExceeded (keys per user, inactive ones included).
    Source: IAM API Reference, UploadSSHPublicKey.
    """
    body = ssh_public_key_body.strip()
    fingerprint = ssh_keys.fingerprint(ssh_keys.read(body))
    quotas.require_room(call.account, "SSHPublicKeysPerUser", user.ssh_public_keys.count())
    key = call.account.ssh_public_keys.make(
        account=call.account,
        user=user,
        key_id=unique_id("APKA"),
        body=body,
        fingerprint=fingerprint,
        uploaded_at=call.now,
    )
    return {"SSHPublicKey": _full(user, key, body)}


def _user_and_key(call: Call, params: Params, lock: bool) -> Target:
    """Policies are asked about the user, who is looked up first; then the key, which must be the user's."""
    found = targets.user("user_name")(call, params, lock)
    replaces = (*found.replaces, "ssh_public_key_id")
    if not isinstance(found.entity, User):
        return replace(found, replaces=replaces)
    key_id = params["ssh_public_key_id"]
    key = found.entity.ssh_public_keys.filter(key_id=key_id).first()
    absent = None
    if key is None:
        absent = NoSuchEntity(f"The Public Key with id {key_id} cannot be found.", member="SSHPublicKeyId")
    return replace(found, given={**found.given, "key": key}, replaces=replaces, absent=absent)


@operation("iam.GetSSHPublicKey", target=_user_and_key, reads=True)
def get_ssh_public_key(call: Call, *, user: User, key: SshPublicKey, encoding: ssh_keys.Encoding) -> Output:
    """Answer the key in the encoding asked for: as it was uploaded where that is the same.  Errors: NoSuchEntity."""
    if ssh_keys.encoding_of(key.body) == encoding:
        return {"SSHPublicKey": _full(user, key, key.body)}
    return {"SSHPublicKey": _full(user, key, ssh_keys.written(ssh_keys.read(key.body), encoding))}


@operation("iam.ListSSHPublicKeys", target=targets.user("user_name", optional=True), reads=True)
def list_ssh_public_keys(call: Call, *, user: User, page: Page) -> Output:
    """List the keys, oldest first, without bodies and fingerprints.

    Errors: NoSuchEntity, ValidationError (marker; no name given by a caller that is no user).
    """
    rows = user.ssh_public_keys.defer("body")
    return page.of("SSHPublicKeys", rows, key="pk", row=lambda key: _row(user, key))


@operation("iam.UpdateSSHPublicKey", target=_user_and_key)
def update_ssh_public_key(call: Call, *, user: User, key: SshPublicKey, status: str) -> None:
    """Switch the key on or off.  Errors: NoSuchEntity (user, key), InvalidInput (Expired, which only AWS gives)."""
    if status not in KeyStatus.values:
        raise InvalidInput("A public key can be made Active or Inactive.", member="Status")
    key.status = status
    key.save(update_fields=["status"])


@operation("iam.DeleteSSHPublicKey", target=_user_and_key)
def delete_ssh_public_key(call: Call, *, user: User, key: SshPublicKey) -> None:
    """Forget the key.  Errors: NoSuchEntity (user, key)."""
    key.delete()


def _row(user: User, key: SshPublicKey) -> dict[str, Any]:
    return {
        "UserName": user.name,
        "SSHPublicKeyId": key.key_id,
        "Status": key.status,
        "UploadDate": key.uploaded_at,
    }


def _full(user: User, key: SshPublicKey, body: str) -> dict[str, Any]:
    return {**_row(user, key), "Fingerprint": key.fingerprint, "SSHPublicKeyBody": body}
