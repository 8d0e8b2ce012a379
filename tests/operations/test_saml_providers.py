"""SAML providers: registered by metadata, changed, listed, forgotten."""

from datetime import UTC, datetime, timedelta

import pytest

from accounts import vault
from iam.models import SamlPrivateKey
from iam.operations.saml_providers import KEY_PURPOSE
from tests.boto import boto_of
from tests.certificates import ec_key, pem_of, rsa_key, saml_metadata
from tests.operations import permission
from tests.world import NOW, World, allow, last_event, refused

METADATA = saml_metadata()
KEY = pem_of(rsa_key())


@pytest.fixture
def provider(world: World) -> dict[str, str]:
    """The provider as its operations name it."""
    made = world.alice.iam("CreateSAMLProvider", Name="Corp", SAMLMetadataDocument=METADATA)
    return {"SAMLProviderArn": made["SAMLProviderArn"]}


def shown(world, provider):
    return world.alice.iam("GetSAMLProvider", **provider)


@pytest.mark.parametrize("action", ["GetSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider"])
def test_each_call_needs_its_permission_and_is_recorded(world, provider, action):
    permission.holds(world, action, provider)


def test_making_and_listing_need_their_permissions_and_are_recorded(world):
    permission.holds(world, "CreateSAMLProvider", {"Name": "Corp", "SAMLMetadataDocument": METADATA})
    permission.holds(world, "ListSAMLProviders", {})


def test_a_provider_is_shown_with_metadata_and_the_ids_of_its_keys(world, provider):
    arn = f"arn:aws:iam::{world.account.number}:saml-provider/Corp"
    assert provider["SAMLProviderArn"] == arn
    read = shown(world, provider)
    uuid = read.pop("SAMLProviderUUID")
    assert uuid.isalnum()
    assert uuid.isupper()
    assert read == {
        "SAMLMetadataDocument": METADATA,
        "CreateDate": NOW,
        "ValidUntil": NOW + timedelta(days=36_525),
        "Tags": [],
        "AssertionEncryptionMode": "Allowed",
        "PrivateKeyList": [],
    }
    assert world.alice.iam("ListSAMLProviders")["SAMLProviderList"] == [
        {"Arn": arn, "ValidUntil": read["ValidUntil"], "CreateDate": NOW}
    ]


def test_metadata_says_until_when_it_holds(world, provider):
    text = saml_metadata(valid_until="2027-01-01T00:00:00Z")
    world.alice.iam("UpdateSAMLProvider", **provider, SAMLMetadataDocument=text)
    assert shown(world, provider)["ValidUntil"] == datetime(2027, 1, 1, tzinfo=UTC)
    with refused("InvalidInput", "The metadata is no longer valid."):
        world.alice.iam(
            "UpdateSAMLProvider",
            **provider,
            SAMLMetadataDocument=saml_metadata(valid_until="2026-01-01T00:00:00Z"),
        )
    assert shown(world, provider)["SAMLMetadataDocument"] == text


def test_what_is_no_metadata_is_refused(world, provider):
    with refused("InvalidInput", "Could not parse metadata"):
        world.alice.iam("CreateSAMLProvider", Name="bad", SAMLMetadataDocument="x" * 1000)
    with refused("InvalidInput", "Could not parse metadata"):
        world.alice.iam("UpdateSAMLProvider", **provider, SAMLMetadataDocument=METADATA + "<x/>")
    with refused("ValidationError", "Member must have length greater than or equal to 1000"):
        world.alice.iam("CreateSAMLProvider", Name="short", SAMLMetadataDocument="<x/>")


def test_a_name_is_taken_whatever_its_case(world, provider):
    with refused("EntityAlreadyExists", "Provider with name CORP already exists."):
        world.alice.iam("CreateSAMLProvider", Name="CORP", SAMLMetadataDocument=METADATA)


def test_what_is_missing_is_told_by_arn(world, provider):
    world.alice.iam("DeleteSAMLProvider", **provider)
    for action in ("GetSAMLProvider", "UpdateSAMLProvider", "DeleteSAMLProvider"):
        with refused("NoSuchEntity", f"Manifest not found for arn {provider['SAMLProviderArn']}"):
            world.alice.iam(action, **provider)
    with refused("InvalidInput", "is not valid."):
        world.alice.iam("GetSAMLProvider", SAMLProviderArn="arn:aws:iam::111122223333:role/x")


def test_providers_are_counted_and_limited(world, provider):
    world.account.quotas = {"SAMLProviders": 1}
    world.account.save(update_fields=["quotas"])
    with refused("LimitExceeded", "Cannot exceed quota for SAMLProvidersPerAccount: 1"):
        world.alice.iam("CreateSAMLProvider", Name="two", SAMLMetadataDocument=METADATA)
    world.alice.iam("CreateOpenIDConnectProvider", Url="https://idp.example.com")
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["Providers"] == 2
    world.alice.iam("DeleteSAMLProvider", **provider)
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["Providers"] == 1


def test_private_keys_are_sealed_listed_by_id_and_removed(world, provider):
    world.alice.iam("UpdateSAMLProvider", **provider, AddPrivateKey=KEY)
    assert "PRIVATE" not in str(last_event(world.account).parameters)
    (listed,) = shown(world, provider)["PrivateKeyList"]
    assert set(listed) == {"KeyId", "Timestamp"}
    row = SamlPrivateKey.objects.get(key_id=listed["KeyId"])
    assert b"PRIVATE" not in bytes(row.sealed_key)
    assert vault.unseal(world.account, f"{KEY_PURPOSE} {row.key_id}", bytes(row.sealed_key)).decode() == KEY
    with refused("NoSuchEntity", "The private key with id AAAAAAAAAAAAAAAAAAAAAAAA cannot be found."):
        world.alice.iam("UpdateSAMLProvider", **provider, RemovePrivateKey="A" * 24)
    world.alice.iam("UpdateSAMLProvider", **provider, RemovePrivateKey=listed["KeyId"])
    assert shown(world, provider)["PrivateKeyList"] == []


def test_a_provider_has_at_most_two_private_keys(world, provider):
    for _ in range(2):
        world.alice.iam("UpdateSAMLProvider", **provider, AddPrivateKey=KEY)
    with refused("LimitExceeded", "Cannot exceed quota for PrivateKeysPerSAMLProvider: 2"):
        world.alice.iam("UpdateSAMLProvider", **provider, AddPrivateKey=KEY)
    oldest = shown(world, provider)["PrivateKeyList"][0]["KeyId"]
    world.alice.iam("UpdateSAMLProvider", **provider, AddPrivateKey=KEY, RemovePrivateKey=oldest)


@pytest.mark.parametrize("key", ["nonsense", pem_of(ec_key()), pem_of(rsa_key(), b"secret"), "x" * 6000])
def test_only_a_plain_rsa_key_decrypts(world, provider, key):
    with refused("InvalidInput", "must be an unencrypted RSA key"):
        world.alice.iam("UpdateSAMLProvider", **provider, AddPrivateKey=key)


def test_encryption_is_required_only_with_a_key(world, provider):
    text = "only of a provider with a private key"
    required = {"AssertionEncryptionMode": "Required"}
    with refused("InvalidInput", text):
        world.alice.iam("CreateSAMLProvider", Name="x", SAMLMetadataDocument=METADATA, **required)
    world.alice.iam(
        "CreateSAMLProvider", Name="x", SAMLMetadataDocument=METADATA, AddPrivateKey=KEY, **required
    )
    with refused("InvalidInput", text):
        world.alice.iam("UpdateSAMLProvider", **provider, **required)
    world.alice.iam("UpdateSAMLProvider", **provider, AddPrivateKey=KEY, **required)
    key = shown(world, provider)["PrivateKeyList"][0]["KeyId"]
    with refused("InvalidInput", text):
        world.alice.iam("UpdateSAMLProvider", **provider, RemovePrivateKey=key)


def test_context_and_metadata_are_changed_one_at_a_time(world, provider):
    context = {"SubjectSourceKey": "NameID"}
    with refused("InvalidInput", "either the context provider or the metadata"):
        world.alice.iam(
            "UpdateSAMLProvider", **provider, ContextProvider=context, SAMLMetadataDocument=METADATA
        )
    world.alice.iam("UpdateSAMLProvider", **provider, ContextProvider=context)
    world.alice.iam("UpdateSAMLProvider", **provider, SAMLMetadataDocument=METADATA)
    assert shown(world, provider)["ContextProvider"] == context
    assert world.alice.iam("ListSAMLProviders")["SAMLProviderList"][0]["IsTrustedIdentityPropagationEnabled"]
    world.alice.iam("UpdateSAMLProvider", **provider, RemoveContextProvider=True)
    assert "ContextProvider" not in shown(world, provider)
    with refused("InvalidInput", "does not exist"):
        world.alice.iam(
            "UpdateSAMLProvider", **provider, IdentityCenterInstanceArn="arn:aws:sso:::instance/x"
        )


def test_another_account_does_not_reach_the_provider(world, provider):
    for action in ("GetSAMLProvider", "DeleteSAMLProvider", "UpdateSAMLProvider"):
        with refused("NoSuchEntity"):
            world.carol.iam(action, **provider)
    assert world.carol.iam("ListSAMLProviders")["SAMLProviderList"] == []


def test_tags_at_creation_need_their_permission_and_are_answered(world):
    tags = [{"Key": "a", "Value": "b"}]
    bare = world.user("dora", policy=allow("iam:CreateSAMLProvider"))
    with refused("AccessDenied", "iam:TagSAMLProvider"):
        bare.iam("CreateSAMLProvider", Name="t", SAMLMetadataDocument=METADATA, Tags=tags)
    made = world.alice.iam("CreateSAMLProvider", Name="t", SAMLMetadataDocument=METADATA, Tags=tags)
    assert made["Tags"] == tags


def test_boto3_registers_changes_and_forgets_a_provider(world):
    iam = boto_of(world.alice).iam
    arn = iam.create_saml_provider(Name="Corp", SAMLMetadataDocument=METADATA)["SAMLProviderArn"]
    iam.tag_saml_provider(SAMLProviderArn=arn, Tags=[{"Key": "k", "Value": "v"}])
    longer = saml_metadata(inner="\n" + " " * 200_000)
    assert (
        iam.update_saml_provider(SAMLProviderArn=arn, SAMLMetadataDocument=longer)["SAMLProviderArn"] == arn
    )
    read = iam.get_saml_provider(SAMLProviderArn=arn)
    assert read["SAMLMetadataDocument"] == longer
    assert read["Tags"] == [{"Key": "k", "Value": "v"}]
    pages = iam.get_paginator("list_saml_provider_tags").paginate(SAMLProviderArn=arn)
    assert pages.build_full_result()["Tags"] == read["Tags"]
    assert iam.list_saml_providers()["SAMLProviderList"][0]["Arn"] == arn
    iam.delete_saml_provider(SAMLProviderArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_saml_provider(SAMLProviderArn=arn)
