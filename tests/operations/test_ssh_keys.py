"""SSH public keys of users."""

import base64
import hashlib
import re

import pytest
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from tests.boto import boto_of
from tests.certificates import ec_key, pem_of, rsa_key
from tests.operations import permission
from tests.world import NOW, World, last_event, refused

SSH, PEM = serialization.Encoding.OpenSSH, serialization.Encoding.PEM
OPENSSH, SPKI = serialization.PublicFormat.OpenSSH, serialization.PublicFormat.SubjectPublicKeyInfo
RSA = rsa_key().public_key()
ED = ed25519.Ed25519PrivateKey.from_private_bytes(b"w" * 32).public_key()
RSA_SSH, RSA_PEM = RSA.public_bytes(SSH, OPENSSH).decode(), RSA.public_bytes(PEM, SPKI).decode().strip()
SECRET = pem_of(rsa_key())
ED_SSH, ED_PEM = ED.public_bytes(SSH, OPENSSH).decode(), ED.public_bytes(PEM, SPKI).decode().strip()


def upload(actor, body=RSA_SSH, user="bob"):
    return actor.iam("UploadSSHPublicKey", UserName=user, SSHPublicKeyBody=body)["SSHPublicKey"]


def more_keys(number: int) -> str:
    """A further key."""
    key = ed25519.Ed25519PrivateKey.from_private_bytes(bytes([number]) * 32)
    return key.public_key().public_bytes(SSH, OPENSSH).decode()


@pytest.fixture
def bobs(world: World) -> dict[str, str]:
    """A key of Bob's, as its operations name it."""
    return {"UserName": "bob", "SSHPublicKeyId": upload(world.alice)["SSHPublicKeyId"]}


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("GetSSHPublicKey", {"Encoding": "SSH"}),
        ("UpdateSSHPublicKey", {"Status": "Inactive"}),
        ("DeleteSSHPublicKey", {}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, bobs, action, params):
    permission.holds(world, action, {**bobs, **params})


def test_uploading_and_listing_need_their_permissions_and_are_recorded(world):
    permission.holds(world, "UploadSSHPublicKey", {"UserName": "bob", "SSHPublicKeyBody": RSA_SSH})
    permission.holds(world, "ListSSHPublicKeys", {"UserName": "bob"})


def test_a_key_is_answered_as_given_with_the_fingerprint_ssh_shows(world):
    made = upload(world.alice, f"{RSA_SSH} bob@laptop\n")
    blob = base64.b64decode(RSA_SSH.split()[1])
    assert made.pop("Fingerprint") == hashlib.md5(blob, usedforsecurity=False).digest().hex(":")
    assert re.fullmatch(r"APKA[A-Z2-7]{17}", made["SSHPublicKeyId"])
    assert made == {
        "UserName": "bob",
        "SSHPublicKeyId": made["SSHPublicKeyId"],
        "SSHPublicKeyBody": f"{RSA_SSH} bob@laptop",
        "Status": "Active",
        "UploadDate": NOW,
    }
    assert world.alice.iam("ListSSHPublicKeys", UserName="bob") == {
        "SSHPublicKeys": [
            {name: made[name] for name in ("UserName", "SSHPublicKeyId", "Status", "UploadDate")}
        ],
        "IsTruncated": False,
    }


@pytest.mark.parametrize(("ssh", "pem"), [(RSA_SSH, RSA_PEM), (ED_SSH, ED_PEM)], ids=["rsa", "ed25519"])
def test_a_key_is_read_in_either_encoding_whichever_it_came_in(world, ssh, pem):
    def read(key_id, encoding):
        given = {"UserName": "bob", "SSHPublicKeyId": key_id, "Encoding": encoding}
        return world.alice.iam("GetSSHPublicKey", **given)["SSHPublicKey"]

    fingerprints = set()
    for body in (ssh, pem):
        key_id = upload(world.alice, body)["SSHPublicKeyId"]
        assert read(key_id, "SSH")["SSHPublicKeyBody"] == ssh
        assert read(key_id, "PEM")["SSHPublicKeyBody"].strip() == pem
        fingerprints.add(read(key_id, "SSH")["Fingerprint"])
        world.alice.iam("DeleteSSHPublicKey", UserName="bob", SSHPublicKeyId=key_id)
    assert len(fingerprints) == 1
    with refused("ValidationError", "encoding"):
        read("A" * 20, "DER")


SMALL = rsa_key(1024).public_key().public_bytes(SSH, OPENSSH).decode()
CURVE = ec_key().public_key().public_bytes(SSH, OPENSSH).decode()
CURVE_PEM = ec_key().public_key().public_bytes(PEM, SPKI).decode()


@pytest.mark.parametrize(
    ("code", "body"),
    [
        ("InvalidPublicKey", SMALL),
        ("InvalidPublicKey", CURVE),
        ("InvalidPublicKey", CURVE_PEM),
        ("InvalidPublicKey", "ssh-dss AAAAB3NzaC1kc3MAAA"),
        ("InvalidPublicKey", "ssh-rsa"),
        ("InvalidPublicKey", "ssh-rsa AAAA"),
        ("InvalidPublicKey", "ssh-rsa !!!"),
        ("InvalidPublicKey", RSA_SSH.replace("ssh-rsa", "ssh-ed25519")),
        ("InvalidPublicKey", "-----BEGIN PUBLIC KEY-----\nnonsense\n-----END PUBLIC KEY-----"),
        ("InvalidPublicKey", f"{RSA_SSH}\n{SECRET}"),
        ("InvalidPublicKey", f"{RSA_SSH} comment\r\n{SECRET}"),
        ("InvalidPublicKey", f"{RSA_SSH}\n{ED_SSH}"),
        ("InvalidPublicKey", f"{RSA_PEM}\n{SECRET}"),
        ("InvalidPublicKey", f"{SECRET}{RSA_PEM}"),
        ("InvalidPublicKey", f"{RSA_PEM}\nmore"),
        ("UnrecognizedPublicKeyEncoding", "nonsense"),
        ("UnrecognizedPublicKeyEncoding", " "),
        ("UnrecognizedPublicKeyEncoding", RSA_SSH.split()[1]),
    ],
)
def test_what_is_no_key_to_be_taken_is_refused(world, code, body):
    with refused(code):
        upload(world.alice, body)
    assert "PRIVATE" not in str(last_event(world.account).parameters)


@pytest.mark.parametrize("body", [RSA_SSH, RSA_PEM, f"{RSA_SSH} elsewhere"])
def test_a_user_has_a_key_once_in_whatever_encoding(world, bobs, body):
    with refused("DuplicateSSHPublicKey", "already associated"):
        upload(world.alice, body)
    upload(world.alice, body, "alice")


def test_a_user_has_at_most_five(world, bobs):
    world.alice.iam("UpdateSSHPublicKey", **bobs, Status="Inactive")
    for number in range(4):
        upload(world.alice, more_keys(number))
    with refused("LimitExceeded", "Cannot exceed quota for SSHPublicKeysPerUser: 5"):
        upload(world.alice, more_keys(4))


def test_a_key_is_switched_off(world, bobs):
    world.alice.iam("UpdateSSHPublicKey", **bobs, Status="Inactive")
    assert world.alice.iam("ListSSHPublicKeys", UserName="bob")["SSHPublicKeys"][0]["Status"] == "Inactive"
    with refused("InvalidInput", "Active or Inactive"):
        world.alice.iam("UpdateSSHPublicKey", **bobs, Status="Expired")


def test_what_is_missing_is_told(world, bobs):
    calls: tuple[tuple[str, dict[str, str]], ...] = (
        ("GetSSHPublicKey", {"Encoding": "SSH"}),
        ("UpdateSSHPublicKey", {"Status": "Active"}),
        ("DeleteSSHPublicKey", {}),
    )
    for action, params in calls:
        with refused("NoSuchEntity", f"The Public Key with id {'A' * 20} cannot be found."):
            world.alice.iam(action, UserName="bob", SSHPublicKeyId="A" * 20, **params)
        with refused("NoSuchEntity", "The Public Key with id"):
            world.alice.iam(action, UserName="alice", SSHPublicKeyId=bobs["SSHPublicKeyId"], **params)
        with refused("NoSuchEntity", "The user with name ghost cannot be found."):
            world.alice.iam(action, UserName="ghost", SSHPublicKeyId="A" * 20, **params)
        with refused("NoSuchEntity", "The user with name bob cannot be found."):
            world.carol.iam(action, **bobs, **params)
    with refused("NoSuchEntity", "ghost"):
        upload(world.alice, user="ghost")


def test_lists_without_a_name_are_the_callers_and_root_must_name_somebody(world):
    upload(world.alice, user="alice")
    assert world.alice.iam("ListSSHPublicKeys")["SSHPublicKeys"][0]["UserName"] == "alice"
    with refused("ValidationError", "Must specify userName"):
        world.root.iam("ListSSHPublicKeys")


def test_a_user_goes_only_after_its_keys(world, bobs):
    with refused("DeleteConflict", "Cannot delete entity, must remove referenced objects first."):
        world.alice.iam("DeleteUser", UserName="bob")
    world.alice.iam("DeleteSSHPublicKey", **bobs)
    world.alice.iam("DeleteUser", UserName="bob")


def test_a_renamed_user_keeps_its_keys(world, bobs):
    world.alice.iam("UpdateUser", UserName="bob", NewUserName="rob")
    (key,) = world.alice.iam("ListSSHPublicKeys", UserName="rob")["SSHPublicKeys"]
    assert (key["UserName"], key["SSHPublicKeyId"]) == ("rob", bobs["SSHPublicKeyId"])


def test_boto3_uploads_reads_lists_switches_and_deletes(world):
    iam = boto_of(world.alice).iam
    bodies = [RSA_SSH, ED_PEM]
    made = [
        iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=body)["SSHPublicKey"] for body in bodies
    ]
    assert [key["SSHPublicKeyBody"] for key in made] == bodies
    name = {"UserName": "bob", "SSHPublicKeyId": made[1]["SSHPublicKeyId"]}
    assert iam.get_ssh_public_key(Encoding="SSH", **name)["SSHPublicKey"]["SSHPublicKeyBody"] == ED_SSH
    pages = iam.get_paginator("list_ssh_public_keys").paginate(
        UserName="bob", PaginationConfig={"PageSize": 1}
    )
    assert len([row for page in pages for row in page["SSHPublicKeys"]]) == 2
    iam.update_ssh_public_key(Status="Inactive", **name)
    iam.delete_ssh_public_key(**name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_ssh_public_key(**name)
    with pytest.raises(iam.exceptions.DuplicateSSHPublicKeyException):
        iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody=RSA_PEM)
    with pytest.raises(iam.exceptions.UnrecognizedPublicKeyEncodingException):
        iam.upload_ssh_public_key(UserName="bob", SSHPublicKeyBody="x")
