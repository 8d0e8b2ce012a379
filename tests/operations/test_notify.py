"""People are told of what happens to their credentials, whoever did it."""

import pytest

from accounts.models import Notice, OutgoingMail
from iam import catalogue, notify


def told(identity):
    return [
        (row.kind, row.facts.get("by")) for row in Notice.objects.filter(identity=identity).order_by("pk")
    ]


@pytest.mark.parametrize("name", notify.TOLD)
def test_what_is_told_of_is_offered(name):
    assert catalogue.find(name) is not None


def test_a_user_is_told_what_an_administrator_did(world):
    world.root.iam("CreateUser", UserName="dora")
    identity = world.account.users.get(name_key="dora").identity
    world.root.iam("CreateAccessKey", UserName="dora")
    world.root.iam("CreateLoginProfile", UserName="dora", Password="correct-Horse-7-battery")
    world.root.iam("UpdateLoginProfile", UserName="dora", PasswordResetRequired=True)
    world.root.iam("DeleteLoginProfile", UserName="dora")
    arn = f"arn:aws:iam::{world.account.number}:root"
    assert told(identity) == [("key-made", arn), ("password-given", arn), ("password-removed", arn)]


def test_root_is_mailed_of_a_key_of_its_own_and_no_secret_goes_along(world):
    made = world.root.iam("CreateAccessKey")["AccessKey"]
    row = OutgoingMail.objects.get()
    assert ["Access key", made["AccessKeyId"]] in row.facts["rows"]
    assert made["SecretAccessKey"] not in str(row.facts)
    assert told(world.account.root) == [("key-made", "yourself")]
