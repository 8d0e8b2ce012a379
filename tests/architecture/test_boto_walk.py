"""Every offered operation is answered to a real boto3 client, save those about an organization, which refuse everybody."""

import base64
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.exceptions import ClientError

from accounts import totp
from iam import catalogue
from iam.models import Job
from iam.shapes import names
from iam.tasks import run_job
from tests import world as cast
from tests.architecture import samples
from tests.boto import Boto, boto_of, boto_with

OURS = [name for name in catalogue.offered() if name.startswith(("iam.", "sts."))]
NEVER = {name for name in OURS if "Organizations" in name} | {"sts.AssumeRoot"}
# What every operation may say beside the errors of its model.
COMMON = {"AccessDenied", "ValidationError"}
# Whom root cannot stand for: whoever has a password to change, or assumes a role.
AS_ALICE = {"iam.ChangePassword", "sts.AssumeRole"}


@dataclass
class Walk:
    """The clients, what there is, and the seed of the device that a user is given."""

    root: Boto
    alice: Boto
    things: samples.Things
    seed: bytes

    def call(self, name: str) -> str:
        """How the operation ends: "answered", or a code."""
        service, _, action = name.partition(".")
        client = getattr(self.alice if name in AS_ALICE else self.root, service)
        given = samples.params(catalogue.offered()[name], self.things) | self.further(name)
        try:
            answer = getattr(client, names.snake(action))(**given)
        except ClientError as refusal:
            return str(refusal.response["Error"]["Code"])
        if name.startswith("iam.Generate"):
            self.things.named["JobId"] = answer.get("JobId", self.things.named.get("JobId", ""))
            for job in Job.objects.open():
                run_job(job.pk)
        return "answered"

    def further(self, name: str) -> dict[str, Any]:
        """What the sample of an operation lacks."""
        found = FURTHER.get(name.partition(".")[2], {})
        return found(self) if callable(found) else found

    def codes(self, ahead: int) -> dict[str, str]:
        """Two consecutive codes of the device, beginning so many steps from now."""
        step = totp.step_at(datetime.now(UTC)) + ahead
        code = (totp.code_at(self.seed, step), totp.code_at(self.seed, step + 1))
        return {"AuthenticationCode1": code[0], "AuthenticationCode2": code[1]}


FURTHER: dict[str, dict[str, Any] | Callable[[Walk], dict[str, Any]]] = {
    "AddRoleToInstanceProfile": {"InstanceProfileName": "spare"},
    "CreateLoginProfile": {"Password": cast.PASSWORD},
    "CreateSAMLProvider": {"Name": "spare"},
    "DeletePolicyVersion": {"VersionId": "v2"},
    "DeleteRole": {"RoleName": "fresh"},
    "DeleteServiceLinkedRole": {"RoleName": "AWSServiceRoleForECS"},
    "DeleteUser": {"UserName": "fresh"},
    "EnableMFADevice": lambda walk: walk.codes(-1),
    "GetContextKeysForCustomPolicy": {"PolicyInputList": [samples.DOCUMENT]},
    "ResyncMFADevice": lambda walk: walk.codes(1),
    "SimulateCustomPolicy": {"PolicyInputList": [samples.DOCUMENT], "ActionNames": ["s3:GetObject"]},
    "SimulatePrincipalPolicy": {"ActionNames": ["s3:GetObject"]},
    "UpdateAssumeRolePolicy": lambda walk: {"PolicyDocument": walk.things.named["AssumeRolePolicyDocument"]},
    "UpdateOpenIDConnectProviderThumbprint": {"ThumbprintList": ["0123456789" * 4]},
    "UploadServerCertificate": {"ServerCertificateName": "spare"},
}


def step(name: str) -> tuple[int, str]:
    """What makes goes first, then what changes, reads, takes off and, at the end, what deletes."""
    action = name.partition(".")[2]
    order = (
        ("Create", "Upload", "Put", "Add", "Generate", "Attach", "Tag", "Enable"),
        (),
        ("Get", "List", "Simulate", "Decode"),
        ("Remove", "Detach", "Untag", "Deactivate", "Disable"),
        ("Delete",),
    )
    return next((place for place, verbs in enumerate(order) if verbs and action.startswith(verbs)), 1), name


@pytest.mark.slow
def test_boto3_is_answered_by_every_operation(db):
    walk = prepared(cast.build())
    outcomes: dict[str, str] = {}
    left = sorted(OURS, key=step)
    # What was in the way of one may be gone once others have been called: again, until nothing moves.
    while left != (left := [name for name in left if not _answered(walk, name, outcomes)]):
        pass
    assert set(left) == NEVER, {name: outcomes[name] for name in left if name not in NEVER}
    allowed = {name: COMMON | set(catalogue.offered()[name].spec.errors) for name in left}
    assert {name: outcomes[name] for name in left if outcomes[name] not in allowed[name]} == {}


def _answered(walk: Walk, name: str, outcomes: dict[str, str]) -> bool:
    outcomes[name] = walk.call(name)
    return outcomes[name] == "answered"


def prepared(world: cast.World) -> Walk:
    """One of each thing, and what samples cannot name: a profile without a role, a refusal, a device and its seed."""
    things = samples.things(world)
    root = boto_of(world.root)
    root.iam.create_instance_profile(InstanceProfileName="spare")
    root.iam.create_login_profile(UserName="alice", Password=cast.PASSWORD)
    device = root.iam.create_virtual_mfa_device(VirtualMFADeviceName="seeded")["VirtualMFADevice"]
    things.named |= {"SerialNumber": device["SerialNumber"], "EncodedMessage": _refusal(root)}
    return Walk(root, boto_of(world.alice), things, base64.b32decode(device["Base32StringSeed"]))


def _refusal(root: Boto) -> str:
    """What a refused request was answered with, for decoding."""
    key = root.iam.create_access_key(UserName="bob")["AccessKey"]
    with pytest.raises(ClientError) as caught:
        boto_with(key["AccessKeyId"], key["SecretAccessKey"]).iam.list_users()
    return str(caught.value.response["Error"]["EncodedMessage"])
