"""Parameters for every operation of the catalogue, made from its shape and the names of one account's things."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ed25519

from iam.catalogue import Operation
from iam.shapes.spec import Shape
from tests import world as cast
from tests.certificates import certificate, ec_key, pem_of, saml_metadata

DOCUMENT = json.dumps(cast.allow("s3:GetObject"))

_SERVICE = "codecommit.amazonaws.com"
SSH_KEYS = [
    ed25519.Ed25519PrivateKey.generate()
    .public_key()
    .public_bytes(serialization.Encoding.OpenSSH, serialization.PublicFormat.OpenSSH)
    .decode()
    for _ in range(2)
]


@dataclass
class Things:
    """One of each thing an account can hold, by the member that names it."""

    account_number: str
    named: dict[str, str] = field(default_factory=dict)


def things(world: cast.World) -> Things:
    """Make one of each in the first account, as its root."""
    number = world.account.number
    trust = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"AWS": f"arn:aws:iam::{number}:root"},
                    "Action": "sts:AssumeRole",
                }
            ],
        }
    )
    root = world.root
    root.iam("CreateUser", UserName="thing")
    root.iam("CreateGroup", GroupName="things")
    root.iam("AddUserToGroup", GroupName="things", UserName="thing")
    root.iam("CreateRole", RoleName="thing-role", AssumeRolePolicyDocument=trust)
    policy = root.iam("CreatePolicy", PolicyName="thing-policy", PolicyDocument=DOCUMENT)["Policy"]["Arn"]
    for kind, name in (("User", "thing"), ("Group", "things"), ("Role", "thing-role")):
        given = {f"{kind}Name": name, "PolicyName": "thing-inline", "PolicyDocument": DOCUMENT}
        root.iam(f"Put{kind}Policy", **given)
    key = root.iam("CreateAccessKey", UserName="thing")["AccessKey"]["AccessKeyId"]
    device = root.iam("CreateVirtualMFADevice", VirtualMFADeviceName="thing-mfa")["VirtualMFADevice"][
        "SerialNumber"
    ]
    root.iam("CreateInstanceProfile", InstanceProfileName="thing-profile")
    root.iam("AddRoleToInstanceProfile", InstanceProfileName="thing-profile", RoleName="thing-role")
    linked = root.iam("CreateServiceLinkedRole", AWSServiceName="batch.amazonaws.com")["Role"]["RoleName"]
    deletion = root.iam("DeleteServiceLinkedRole", RoleName=linked)["DeletionTaskId"]
    issuer = root.iam("CreateOpenIDConnectProvider", Url="https://thing.example.com")
    saml = root.iam("CreateSAMLProvider", Name="thing", SAMLMetadataDocument=saml_metadata())
    parts = {"CertificateBody": certificate("thing"), "PrivateKey": pem_of(ec_key("thing"))}
    root.iam("UploadServerCertificate", ServerCertificateName="thing-certificate", **parts)
    signing = root.iam("UploadSigningCertificate", UserName="thing", CertificateBody=certificate("thing"))
    ssh = root.iam("UploadSSHPublicKey", UserName="thing", SSHPublicKeyBody=SSH_KEYS[0])["SSHPublicKey"]
    made = root.iam("CreateServiceSpecificCredential", UserName="thing", ServiceName=_SERVICE)
    return Things(
        number,
        {
            "UserName": "thing",
            "GroupName": "things",
            "RoleName": "thing-role",
            "RoleArn": f"arn:aws:iam::{number}:role/thing-role",
            "PolicySourceArn": f"arn:aws:iam::{number}:user/thing",
            "Arn": f"arn:aws:iam::{number}:user/thing",
            "PolicyArn": policy,
            "PermissionsBoundary": policy,
            "PolicyName": "thing-inline",
            "PolicyDocument": DOCUMENT,
            "AssumeRolePolicyDocument": trust,
            "AccessKeyId": key,
            "SerialNumber": device,
            "InstanceProfileName": "thing-profile",
            "AWSServiceName": "ecs.amazonaws.com",
            "DeletionTaskId": deletion,
            **parts,
            "ServerCertificateName": "thing-certificate",
            "SSHPublicKeyId": ssh["SSHPublicKeyId"],
            "SSHPublicKeyBody": SSH_KEYS[1],
            "ServiceSpecificCredentialId": made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"],
            "ServiceName": _SERVICE,
            "CertificateId": signing["Certificate"]["CertificateId"],
            **issuer,
            **saml,
            "Url": "https://new.example.com",
            "SAMLMetadataDocument": saml_metadata(),
            "VersionId": "v1",
            "Password": cast.PASSWORD,
            "OldPassword": cast.PASSWORD,
            "NewPassword": cast.PASSWORD + "-2",
            "AuthenticationCode1": "123456",
            "AuthenticationCode2": "654321",
            "AccountAlias": "thing-alias",
            "RoleSessionName": "thing-session",
            "Name": "thing",
            "EncodedMessage": "thing",
            "DurationSeconds": "900",
            "EventId": "1",
            "SigningAlgorithm": "ES384",
            "EntityPath": "o-a1b2c3d4e5/r-f6g7/111122223333",
        },
    )


def params(op: Operation, known: Things) -> dict[str, Any]:
    """The required members of an operation and those optional ones that name a thing."""
    shape = op.spec.input
    if shape is None:
        return {}
    wanted = [name for name in shape.members if name in shape.required or name == "UserName"]
    if op.name.endswith(_NAMING):
        return {name: _value(name, shape.members[name], {**known.named, **_fresh()}) for name in wanted}
    return {name: _value(name, shape.members[name], known.named) for name in wanted}


# What makes a thing under a name that must be free.
_NAMING = (".CreateUser", ".CreateGroup", ".CreateRole", ".CreatePolicy", ".CreateInstanceProfile")


def _fresh() -> dict[str, str]:
    kinds = ("User", "Group", "Role", "Policy", "InstanceProfile")
    return {f"{kind}Name": "fresh" for kind in kinds}


def _value(name: str, shape: Shape, known: Mapping[str, str]) -> Any:
    if shape.kind == "string":
        return known.get(name) or (shape.enum[0] if shape.enum else "thing".ljust(shape.min or 0, "x"))
    if shape.kind in ("integer", "long"):
        return max(1, shape.min or 1)
    if shape.kind == "boolean":
        return True
    if shape.kind == "list" and shape.element is not None:
        return [_value("", shape.element, known)]
    if shape.kind == "structure":
        return {part: _value(part, shape.members[part], known) for part in shape.required}
    raise AssertionError(f"no sample for {name} ({shape.kind})")
