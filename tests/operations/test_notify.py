"""People are told of what happens to their credentials, whoever did it."""

import re
from datetime import timedelta

import pytest

from accounts.models import Notice, OutgoingMail
from iam import catalogue, notify, principals
from tests.operations.test_console_sessions import opened
from tests.operations.test_mfa_devices import Phone
from tests.world import NOW, PASSWORD

# Writes about these are about nobody's credentials; what is left must be told, or have a reason not to be.
NOT_CREDENTIALS = re.compile(
    r"Role|Group|Polic(?:y|ies)|Boundary|Provider|Tag|Untag|Alias|ServerCertificate|InstanceProfile"
    r"|LastAccessed|AccessReport|OutboundWebIdentityFederation"
)
PASSWORD_POLICY = ("iam.UpdateAccountPasswordPolicy", "iam.DeleteAccountPasswordPolicy")


def rows(identity):
    return list(Notice.objects.filter(identity=identity).order_by("pk"))


def told(identity):
    return [(row.kind, row.facts.get("by")) for row in rows(identity)]


def kinds(identity):
    return [row.kind for row in rows(identity)]


@pytest.fixture
def bob(world):
    return world.account.users.get(name_key="bob").identity


def on_credentials():
    writes = (name for name, op in catalogue.offered().items() if not op.reads)
    return [name for name in writes if name in PASSWORD_POLICY or not NOT_CREDENTIALS.search(name)]


def test_whatever_changes_credentials_is_told_or_says_why_not():
    told, untold = set(notify.TOLD), set(notify.UNTOLD)
    assert told & untold == set()
    assert (told | untold) - set(catalogue.offered()) == set()
    assert [name for name in on_credentials() if name not in told | untold] == []


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


def test_a_user_is_told_of_every_change_of_an_access_key(world, bob):
    key = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    given = {"UserName": "bob", "AccessKeyId": key}
    world.alice.iam("UpdateAccessKey", **given, Status="Inactive")
    world.alice.iam("DeleteAccessKey", **given)
    assert kinds(bob) == ["key-made", "key-switched", "key-deleted"]
    assert [row.facts.get("status") for row in rows(bob)] == [None, "Inactive", None]
    assert {row.facts["key"] for row in rows(bob)} == {key}


def test_a_user_is_told_of_every_change_of_a_device(world, bob):
    phone = Phone(world.alice, "bob").enable(world.alice, "bob")
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=phone.serial)
    assert kinds(bob) == ["mfa-added", "mfa-removed"]


def test_a_user_is_told_of_credentials_for_services(world, bob):
    made = world.alice.iam(
        "CreateServiceSpecificCredential", UserName="bob", ServiceName="codecommit.amazonaws.com"
    )
    number = made["ServiceSpecificCredential"]["ServiceSpecificCredentialId"]
    given = {"UserName": "bob", "ServiceSpecificCredentialId": number}
    world.alice.iam("ResetServiceSpecificCredential", **given)
    world.alice.iam("UpdateServiceSpecificCredential", **given, Status="Inactive")
    world.alice.iam("DeleteServiceSpecificCredential", **given)
    assert kinds(bob) == ["credential-made", "credential-made", "credential-changed", "credential-changed"]
    assert {row.facts["credential"] for row in rows(bob)} == {f"service-specific credential {number}"}
    assert [row.facts.get("status") for row in rows(bob)] == [None, None, "Inactive", "deleted"]


def test_a_user_is_told_of_another_name_but_not_of_another_path(world, bob):
    world.alice.iam("UpdateUser", UserName="bob", NewPath="/team/")
    world.alice.iam("UpdateUser", UserName="bob", NewUserName="bert")
    assert [(row.kind, row.facts["name"]) for row in rows(bob)] == [("name-changed", "bert")]


def test_a_user_whose_browser_an_administrator_signs_out_is_told(world, bob):
    row = opened(world.bob)
    world.alice.run("tenant.EndConsoleSession", SessionId=row.pk)
    opened(world.bob)
    for _ in range(2):
        world.alice.run("tenant.EndConsoleSessions", UserName="bob")
    assert told(bob) == [("sessions-ended", world.alice.principal.arn)] * 2


def test_signing_everybody_out_tells_each_once_by_no_mail_and_not_whoever_did_it(world, bob):
    opened(world.root), opened(world.bob), opened(world.bob), opened(world.alice)
    world.alice.run("tenant.EndConsoleSessions")
    assert kinds(bob) == kinds(world.account.root) == ["sessions-ended"]
    assert Notice.objects.count() == 2
    assert not OutgoingMail.objects.exists()


def test_whose_temporary_credentials_are_revoked_is_told_unless_they_did_it(world, bob):
    world.alice.iam("CreateLoginProfile", UserName="bob", Password=PASSWORD)
    before = len(rows(bob))
    for revoker in (world.alice, world.bob):
        made = world.bob.sts("GetSessionToken")["Credentials"]["AccessKeyId"]
        revoker.run("tenant.RevokeSession", AccessKeyId=made)
    assert told(bob)[before:] == [("sessions-ended", world.alice.principal.arn)]


def credential(key):
    found = principals.find_credential(key)
    assert found is not None
    return found


def test_root_is_told_of_the_first_use_of_each_of_its_keys_each_day(world, django_assert_num_queries):
    root = world.account.root
    keys = [world.root.iam("CreateAccessKey")["AccessKey"]["AccessKeyId"] for _ in range(2)]

    def use(key, **later):
        principals.note_use(credential(key), "iam", "us-east-1", NOW + timedelta(**later), "192.0.2.9")

    for later in ({}, {"hours": 1}, {"hours": 11}, {"hours": 13}):
        use(keys[0], **later)
    use(keys[1])
    used = [(row.facts["key"], row.facts["peer"]) for row in rows(root) if row.kind == "root-key-used"]
    assert used == [(keys[0], "192.0.2.9")] * 2 + [(keys[1], "192.0.2.9")]
    found = credential(keys[1])
    with django_assert_num_queries(0):
        principals.note_use(found, "iam", "us-east-1", NOW + timedelta(seconds=30))


def test_nobody_is_told_of_the_use_of_a_user_s_key(world, bob):
    key = world.alice.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    principals.note_use(credential(key), "iam", "us-east-1", NOW, "192.0.2.9")
    assert kinds(bob) == ["key-made"]
