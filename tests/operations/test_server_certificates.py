"""Server certificates: uploaded with key and chain, read, renamed, deleted."""

from datetime import timedelta

import pytest

from accounts import vault
from iam.models import ServerCertificate
from iam.operations.server_certificates import KEY_PURPOSE
from tests.boto import boto_of
from tests.certificates import certificate, ec_key, pem_of, rsa_key
from tests.operations import permission
from tests.world import NOW, World, allow, last_event, refused

BODY = certificate("server", issuer="middle")
MIDDLE = certificate("middle", issuer="top")
TOP = certificate("top")
KEY = pem_of(ec_key("server"))
PARTS = {"CertificateBody": BODY, "PrivateKey": KEY}


def upload(actor, name="web", **params):
    return actor.iam("UploadServerCertificate", ServerCertificateName=name, **{**PARTS, **params})


@pytest.fixture
def web(world: World) -> dict[str, str]:
    """An uploaded certificate as its operations name it."""
    upload(world.alice)
    return {"ServerCertificateName": "web"}


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("GetServerCertificate", {}),
        ("UpdateServerCertificate", {"NewPath": "/x/"}),
        ("DeleteServerCertificate", {}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, web, action, params):
    permission.holds(world, action, {**web, **params})


def test_uploading_and_listing_need_their_permissions_and_are_recorded(world):
    permission.holds(world, "UploadServerCertificate", {"ServerCertificateName": "web", **PARTS})
    permission.holds(world, "ListServerCertificates", {})


def test_an_upload_answers_metadata_and_get_the_texts(world):
    made = upload(world.alice, CertificateChain=MIDDLE + TOP, Path="/cloudfront/")
    assert set(made) == {"ServerCertificateMetadata"}
    metadata = made["ServerCertificateMetadata"]
    number = world.account.number
    assert metadata["ServerCertificateId"].startswith("ASCA")
    assert metadata == {
        "Path": "/cloudfront/",
        "ServerCertificateName": "web",
        "ServerCertificateId": metadata["ServerCertificateId"],
        "Arn": f"arn:aws:iam::{number}:server-certificate/cloudfront/web",
        "UploadDate": NOW,
        "Expiration": NOW + timedelta(days=364),
    }
    assert world.alice.iam("GetServerCertificate", ServerCertificateName="WEB") == {
        "ServerCertificate": {
            "ServerCertificateMetadata": metadata,
            "CertificateBody": BODY.strip(),
            "CertificateChain": (MIDDLE + TOP).strip(),
            "Tags": [],
        }
    }


def test_a_chain_is_shown_only_where_there_is_one(world, web):
    shown = world.alice.iam("GetServerCertificate", **web)["ServerCertificate"]
    assert set(shown) == {"ServerCertificateMetadata", "CertificateBody", "Tags"}


def test_the_private_key_is_sealed_and_told_to_nobody(world, web):
    row = ServerCertificate.objects.get()
    assert b"PRIVATE" not in bytes(row.sealed_private_key)
    sealed = bytes(row.sealed_private_key)
    assert vault.unseal(world.account, f"{KEY_PURPOSE} {row.unique_id}", sealed).decode() == KEY
    event = last_event(world.account)
    assert event.name == "UploadServerCertificate"
    assert (event.parameters or {})["PrivateKey"] == "***"


def test_rsa_keys_serve_too(world):
    key = rsa_key()
    upload(world.alice, CertificateBody=certificate("rsa", key=key), PrivateKey=pem_of(key))


def test_a_key_of_another_certificate_is_refused(world):
    with refused("KeyPairMismatch", "does not match"):
        upload(world.alice, PrivateKey=pem_of(ec_key("stranger")))
    with refused("KeyPairMismatch", "does not match"):
        upload(world.alice, PrivateKey=pem_of(rsa_key()))
    assert world.alice.iam("ListServerCertificates")["ServerCertificateMetadataList"] == []


@pytest.mark.parametrize(
    ("params", "text"),
    [
        ({"CertificateBody": "nonsense"}, "Unable to parse certificate. Please ensure"),
        ({"CertificateBody": BODY + MIDDLE}, "Unable to parse certificate. Please ensure"),
        ({"CertificateBody": BODY.replace("MII", "AAA", 1)}, "Unable to parse certificate. Please ensure"),
        ({"CertificateBody": BODY + KEY}, "Unable to parse certificate. Please ensure"),
        ({"CertificateBody": KEY + BODY}, "Unable to parse certificate. Please ensure"),
        ({"CertificateBody": KEY, "PrivateKey": BODY}, "Unable to parse certificate. Please ensure"),
        ({"PrivateKey": "nonsense"}, "Unable to parse private key"),
        ({"PrivateKey": pem_of(ec_key("server"), b"secret")}, "Unable to parse private key"),
        ({"PrivateKey": BODY}, "Unable to parse private key"),
        ({"CertificateChain": "nonsense"}, "Unable to parse certificate chain"),
        ({"CertificateChain": MIDDLE + KEY + TOP}, "Unable to parse certificate chain"),
        ({"CertificateChain": MIDDLE * 21}, "Unable to parse certificate chain"),
        ({"CertificateChain": TOP + MIDDLE}, "the invalid certificate is: -1"),
        ({"CertificateChain": MIDDLE + certificate("else")}, "the invalid certificate is: 0"),
    ],
)
def test_what_cannot_be_read_or_does_not_follow_is_refused(world, params, text):
    with refused("MalformedCertificate", text):
        upload(world.alice, **params)
    assert "PRIVATE" not in str(last_event(world.account).parameters)


def test_a_certificate_is_taken_only_within_its_time(world):
    old = certificate("server", start=NOW - timedelta(days=10), days=9)
    with refused("MalformedCertificate", "The 'Not After' date restriction on the certificate has passed."):
        upload(world.alice, CertificateBody=old)
    early = certificate("server", start=NOW + timedelta(minutes=1))
    with refused("MalformedCertificate", "The certificate is not valid before 2026-03-01T12:01:00Z."):
        upload(world.alice, CertificateBody=early)
    upload(world.alice.later(minutes=2), CertificateBody=early)


def test_a_name_is_taken_whatever_its_case_and_path(world, web):
    with refused("EntityAlreadyExists", "The Server Certificate with name WEB already exists."):
        upload(world.alice, "WEB", Path="/x/")


def test_what_is_missing_is_told_by_name(world):
    for action in ("GetServerCertificate", "UpdateServerCertificate", "DeleteServerCertificate"):
        with refused("NoSuchEntity", "The Server Certificate with name ghost cannot be found."):
            world.alice.iam(action, ServerCertificateName="ghost")


def test_name_and_path_change_and_the_id_stays(world, web):
    before = world.alice.iam("GetServerCertificate", **web)["ServerCertificate"]["ServerCertificateMetadata"]
    world.alice.iam("UpdateServerCertificate", **web, NewPath="/x/", NewServerCertificateName="Site")
    (after,) = world.alice.iam("ListServerCertificates")["ServerCertificateMetadataList"]
    assert after == {
        **before,
        "Path": "/x/",
        "ServerCertificateName": "Site",
        "Arn": f"arn:aws:iam::{world.account.number}:server-certificate/x/Site",
    }
    upload(world.alice, "other")
    with refused("EntityAlreadyExists", "The Server Certificate with name site already exists."):
        world.alice.iam(
            "UpdateServerCertificate", ServerCertificateName="other", NewServerCertificateName="site"
        )


def test_renaming_needs_the_permission_on_both_names(world, web):
    old = f"arn:aws:iam::{world.account.number}:server-certificate/web"
    dora = world.user("dora", policy=allow("iam:UpdateServerCertificate", resource=old))
    with refused("AccessDenied", "server-certificate/site"):
        dora.iam("UpdateServerCertificate", **web, NewServerCertificateName="site")
    both = [old, old.replace("web", "site")]
    emil = world.user("emil", policy=allow("iam:UpdateServerCertificate", resource=both))
    emil.iam("UpdateServerCertificate", **web, NewServerCertificateName="site")


def test_an_account_has_so_many_certificates_and_counts_them(world, web):
    world.account.quotas = {"ServerCertificates": 1}
    world.account.save(update_fields=["quotas"])
    with refused("LimitExceeded", "Cannot exceed quota for ServerCertificatesPerAccount: 1"):
        upload(world.alice, "two")
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["ServerCertificates"] == 1
    world.alice.iam("DeleteServerCertificate", **web)
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["ServerCertificates"] == 0
    upload(world.alice, "two")


def test_tags_at_upload_need_their_permission_and_are_answered(world):
    tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]
    bare = world.user("dora", policy=allow("iam:UploadServerCertificate"))
    with refused("AccessDenied", "iam:TagServerCertificate"):
        upload(bare, Tags=tags)
    assert upload(world.alice, Tags=tags)["Tags"] == tags
    shown = world.alice.iam("GetServerCertificate", ServerCertificateName="web")["ServerCertificate"]
    assert shown["Tags"] == tags[::-1]


def test_another_account_does_not_reach_the_certificate(world, web):
    for action in ("GetServerCertificate", "UpdateServerCertificate", "DeleteServerCertificate"):
        with refused("NoSuchEntity"):
            world.carol.iam(action, **web)
    assert world.carol.iam("ListServerCertificates")["ServerCertificateMetadataList"] == []


def test_boto3_uploads_lists_renames_and_deletes(world):
    iam = boto_of(world.alice).iam
    now = iam.get_user()["User"]["CreateDate"]
    body = certificate("server", start=now - timedelta(days=1), days=36_500)
    for name in ("b", "a"):
        made = iam.upload_server_certificate(
            ServerCertificateName=name,
            CertificateBody=body,
            PrivateKey=KEY,
            Tags=[{"Key": "k", "Value": "v"}],
        )
        assert made["Tags"] == [{"Key": "k", "Value": "v"}]
    pages = iam.get_paginator("list_server_certificates").paginate(PaginationConfig={"PageSize": 1})
    rows = [row for page in pages for row in page["ServerCertificateMetadataList"]]
    assert [row["ServerCertificateName"] for row in rows] == ["a", "b"]
    pages = iam.get_paginator("list_server_certificate_tags").paginate(ServerCertificateName="a")
    assert pages.build_full_result()["Tags"] == [{"Key": "k", "Value": "v"}]
    iam.update_server_certificate(ServerCertificateName="a", NewServerCertificateName="c")
    assert (
        iam.get_server_certificate(ServerCertificateName="c")["ServerCertificate"]["CertificateBody"]
        == body.strip()
    )
    iam.delete_server_certificate(ServerCertificateName="c")
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_server_certificate(ServerCertificateName="c")
    with pytest.raises(iam.exceptions.KeyPairMismatchException):
        iam.upload_server_certificate(
            ServerCertificateName="x", CertificateBody=body, PrivateKey=pem_of(ec_key("stranger"))
        )
    with pytest.raises(iam.exceptions.MalformedCertificateException):
        iam.upload_server_certificate(ServerCertificateName="x", CertificateBody="x", PrivateKey=KEY)
