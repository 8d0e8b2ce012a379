"""Signing certificates of users and of root."""

from datetime import timedelta

import pytest

from tests.boto import boto_of
from tests.certificates import certificate, ec_key, pem_of
from tests.operations import permission
from tests.world import NOW, World, last_event, refused

ONE, TWO, THREE = (certificate(name) for name in ("one", "two", "three"))


def upload(actor, body=ONE, **params):
    return actor.iam("UploadSigningCertificate", CertificateBody=body, **params)["Certificate"]


@pytest.fixture
def bobs(world: World) -> dict[str, str]:
    """A certificate of Bob's, as its operations name it."""
    made = upload(world.alice, UserName="bob")
    return {"UserName": "bob", "CertificateId": made["CertificateId"]}


@pytest.mark.parametrize(
    ("action", "params"),
    [("UpdateSigningCertificate", {"Status": "Inactive"}), ("DeleteSigningCertificate", {})],
)
def test_each_call_needs_its_permission_and_is_recorded(world, bobs, action, params):
    permission.holds(world, action, {**bobs, **params})


def test_uploading_and_listing_need_their_permissions_and_are_recorded(world):
    permission.holds(world, "UploadSigningCertificate", {"UserName": "bob", "CertificateBody": ONE})
    permission.holds(world, "ListSigningCertificates", {"UserName": "bob"})


def test_a_certificate_is_active_listed_and_switched_off(world):
    made = upload(world.alice, UserName="bob")
    assert made["CertificateId"].isalnum()
    assert len(made["CertificateId"]) >= 24
    assert made == {
        "UserName": "bob",
        "CertificateId": made["CertificateId"],
        "CertificateBody": ONE,
        "Status": "Active",
        "UploadDate": NOW,
    }
    name = {"UserName": "bob", "CertificateId": made["CertificateId"]}
    world.alice.iam("UpdateSigningCertificate", **name, Status="Inactive")
    listed = world.alice.iam("ListSigningCertificates", UserName="bob")
    assert listed == {"Certificates": [{**made, "Status": "Inactive"}], "IsTruncated": False}
    with refused("InvalidInput", "Active or Inactive"):
        world.alice.iam("UpdateSigningCertificate", **name, Status="Expired")


def test_without_a_name_it_is_the_callers_own(world):
    assert upload(world.alice)["UserName"] == "alice"
    assert world.alice.iam("ListSigningCertificates")["Certificates"][0]["UserName"] == "alice"
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["AccountSigningCertificatesPresent"] == 0
    assert upload(world.root, TWO)["UserName"] == "root"
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["AccountSigningCertificatesPresent"] == 1


def test_a_user_has_at_most_two(world, bobs):
    upload(world.alice, TWO, UserName="bob")
    world.alice.iam("UpdateSigningCertificate", **bobs, Status="Inactive")
    with refused("LimitExceeded", "Cannot exceed quota for CertificatesPerUser: 2"):
        upload(world.alice, THREE, UserName="bob")
    world.alice.iam("DeleteSigningCertificate", **bobs)
    upload(world.alice, THREE, UserName="bob")


def test_what_is_no_certificate_is_refused_in_its_own_words(world):
    with refused("MalformedCertificate", "Certificate nonsense is malformed."):
        upload(world.alice, "nonsense")
    with refused("MalformedCertificate", " is malformed."):
        upload(world.alice, "x" * 16_000)
    assert len(last_event(world.account).error_message) <= 4096
    old = certificate("old", start=NOW - timedelta(days=9), days=2)
    with refused("MalformedCertificate", f"Certificate {old} is malformed."):
        upload(world.alice, old)


def test_a_private_key_in_its_place_is_not_kept(world):
    key = pem_of(ec_key("one"))
    for body in (key, ONE + key, key + ONE):
        with refused("MalformedCertificate"):
            upload(world.alice, body)
        event = last_event(world.account)
        assert event.error_code == "MalformedCertificate"
        assert "PRIVATE" not in f"{event.parameters} {event.error_message}"


@pytest.mark.parametrize("body", [ONE, ONE.replace("\n", "\r\n"), f"words before\n{ONE}\n"])
def test_a_certificate_is_nobody_elses_too(world, bobs, body):
    with refused("DuplicateCertificate", "already associated"):
        upload(world.alice, body)
    upload(world.carol, body)


def test_what_is_missing_is_told(world, bobs):
    other = {"CertificateId": "A" * 24}
    for action, params in (
        ("UpdateSigningCertificate", {"Status": "Active"}),
        ("DeleteSigningCertificate", {}),
    ):
        with refused("NoSuchEntity", f"The Certificate with id {'A' * 24} cannot be found."):
            world.alice.iam(action, UserName="bob", **other, **params)
        with refused("NoSuchEntity", "The Certificate with id"):
            world.alice.iam(action, UserName="alice", CertificateId=bobs["CertificateId"], **params)
        with refused("NoSuchEntity", "The user with name ghost cannot be found."):
            world.alice.iam(action, UserName="ghost", **other, **params)
    with refused("NoSuchEntity", "ghost"):
        upload(world.alice, UserName="ghost")


def test_a_user_goes_only_after_its_certificates(world, bobs):
    with refused("DeleteConflict", "Cannot delete entity, must delete certificates first."):
        world.alice.iam("DeleteUser", UserName="bob")
    world.alice.iam("DeleteSigningCertificate", **bobs)
    world.alice.iam("DeleteUser", UserName="bob")


def test_a_renamed_user_keeps_its_certificates(world, bobs):
    before = world.alice.iam("ListSigningCertificates", UserName="bob")["Certificates"]
    world.alice.iam("UpdateUser", UserName="bob", NewUserName="rob")
    after = world.alice.iam("ListSigningCertificates", UserName="rob")["Certificates"]
    assert after == [{**before[0], "UserName": "rob"}]


def test_boto3_uploads_lists_switches_and_deletes(world):
    iam = boto_of(world.alice).iam
    now = iam.get_user()["User"]["CreateDate"]
    bodies = [certificate(name, start=now - timedelta(days=1), days=36_500) for name in ("first", "second")]
    made = [
        iam.upload_signing_certificate(UserName="bob", CertificateBody=body)["Certificate"] for body in bodies
    ]
    assert [row["CertificateBody"] for row in made] == bodies
    pages = iam.get_paginator("list_signing_certificates").paginate(
        UserName="bob", PaginationConfig={"PageSize": 1}
    )
    assert [row for page in pages for row in page["Certificates"]] == made
    name = {"UserName": "bob", "CertificateId": made[0]["CertificateId"]}
    iam.update_signing_certificate(**name, Status="Inactive")
    iam.delete_signing_certificate(**name)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.delete_signing_certificate(**name)
    with pytest.raises(iam.exceptions.MalformedCertificateException):
        iam.upload_signing_certificate(UserName="bob", CertificateBody="x")
