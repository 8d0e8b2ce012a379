"""OpenID Connect providers: registered, changed, listed, forgotten."""

import pytest

from tests.boto import boto_of
from tests.operations import permission
from tests.world import NOW, World, allow, refused

URL = "https://idp.example.com/realms/main"
PRINT = "a" * 40


@pytest.fixture
def provider(world: World) -> dict[str, str]:
    """The provider as its operations name it."""
    made = world.alice.iam(
        "CreateOpenIDConnectProvider", Url=URL, ClientIDList=["app"], ThumbprintList=[PRINT]
    )
    return {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]}


def shown(world, provider):
    return world.alice.iam("GetOpenIDConnectProvider", **provider)


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("GetOpenIDConnectProvider", {}),
        ("AddClientIDToOpenIDConnectProvider", {"ClientID": "x"}),
        ("RemoveClientIDFromOpenIDConnectProvider", {"ClientID": "x"}),
        ("UpdateOpenIDConnectProviderThumbprint", {"ThumbprintList": [PRINT]}),
        ("UpdateOpenIDConnectProvider", {"RemoveContextProvider": True}),
        ("DeleteOpenIDConnectProvider", {}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, provider, action, params):
    permission.holds(world, action, {**provider, **params})


def test_making_and_listing_need_their_permissions_and_are_recorded(world):
    permission.holds(world, "CreateOpenIDConnectProvider", {"Url": URL})
    permission.holds(world, "ListOpenIDConnectProviders", {})


def test_a_provider_is_known_by_its_address_without_scheme(world, provider):
    assert provider["OpenIDConnectProviderArn"] == (
        f"arn:aws:iam::{world.account.number}:oidc-provider/idp.example.com/realms/main"
    )
    assert shown(world, provider) == {
        "Url": "idp.example.com/realms/main",
        "ClientIDList": ["app"],
        "ThumbprintList": [PRINT],
        "CreateDate": NOW,
        "Tags": [],
    }
    assert world.alice.iam("ListOpenIDConnectProviders") == {
        "OpenIDConnectProviderList": [{"Arn": provider["OpenIDConnectProviderArn"]}]
    }


def test_lists_and_tags_may_be_left_out_and_tags_are_answered_where_given(world):
    plain = world.alice.iam("CreateOpenIDConnectProvider", Url="https://plain.example.com")
    assert set(plain) == {"OpenIDConnectProviderArn"}
    tags = [{"Key": "b", "Value": "1"}, {"Key": "a", "Value": "2"}]
    made = world.alice.iam("CreateOpenIDConnectProvider", Url="https://tagged.example.com", Tags=tags)
    assert made["Tags"] == tags
    read = shown(world, {"OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"]})
    assert (read["ClientIDList"], read["ThumbprintList"]) == ([], [])
    assert read["Tags"] == tags[::-1]


@pytest.mark.parametrize("url", [URL, "https://IDP.example.com/realms/main"])
def test_an_address_is_registered_once_whatever_the_case_of_its_host(world, provider, url):
    with refused("EntityAlreadyExists", f"Provider with url {url} already exists."):
        world.alice.iam("CreateOpenIDConnectProvider", Url=url)


def test_the_case_of_a_path_counts(world, provider):
    world.alice.iam("CreateOpenIDConnectProvider", Url="https://idp.example.com/realms/MAIN")


@pytest.mark.parametrize(
    "url",
    [
        "http://idp.example.com",
        "idp.example.com",
        "https://",
        "https:///path",
        "https://idp.example.com?x=1",
        "https://idp.example.com/a#b",
        "https://user@idp.example.com",
        "https://idp.example.com/a b",
        "https://-idp.example.com",
        "https://idp..example.com",
        "https://idp.example.com/ä",
    ],
)
def test_what_is_no_issuers_address_is_refused(world, url):
    with refused("ValidationError", "Invalid Open ID Connect Provider URL"):
        world.alice.iam("CreateOpenIDConnectProvider", Url=url)


def test_constraints_are_told_together_as_aws_tells_them(world):
    with refused("ValidationError") as caught:
        world.alice.iam(
            "CreateOpenIDConnectProvider",
            Url="https://" + "x" * 255,
            ClientIDList=["x" * 256],
            ThumbprintList=["ab"],
        )
    message = caught.value.message
    assert message.startswith("3 validation errors detected: ")
    assert (
        "Value at 'clientIDList' failed to satisfy constraint: Member must satisfy constraint: [" in message
    )
    assert "Member must have length less than or equal to 40" in message


def test_at_most_five_thumbprints_in_hexadecimal(world, provider):
    six = {"Url": "https://x.example.com", "ThumbprintList": [PRINT] * 6}
    with refused("InvalidInput", "Thumbprint list must contain fewer than 5 entries."):
        world.alice.iam("CreateOpenIDConnectProvider", **six)
    with refused("InvalidInput", "not hexadecimal"):
        world.alice.iam("UpdateOpenIDConnectProviderThumbprint", **provider, ThumbprintList=["x" * 40])
    world.alice.iam("UpdateOpenIDConnectProviderThumbprint", **provider, ThumbprintList=["B" * 40, PRINT])
    assert shown(world, provider)["ThumbprintList"] == ["B" * 40, PRINT]


def test_client_ids_come_and_go_without_fault(world, provider):
    for client in ("web", "web"):
        world.alice.iam("AddClientIDToOpenIDConnectProvider", **provider, ClientID=client)
    assert shown(world, provider)["ClientIDList"] == ["app", "web"]
    for client in ("app", "app", "never"):
        world.alice.iam("RemoveClientIDFromOpenIDConnectProvider", **provider, ClientID=client)
    assert shown(world, provider)["ClientIDList"] == ["web"]


def test_at_most_a_hundred_client_ids(world, provider):
    text = "Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: 100"
    many = [f"c{number}" for number in range(101)]
    with refused("LimitExceeded", text):
        world.alice.iam("CreateOpenIDConnectProvider", Url="https://x.example.com", ClientIDList=many)
    made = world.alice.iam("CreateOpenIDConnectProvider", Url="https://x.example.com", ClientIDList=many[1:])
    with refused("LimitExceeded", text):
        world.alice.iam("AddClientIDToOpenIDConnectProvider", **made, ClientID="one-more")


def test_providers_are_counted_and_limited(world, provider):
    world.account.quotas = {"OpenIdConnectProviders": 1}
    world.account.save(update_fields=["quotas"])
    with refused("LimitExceeded", "Cannot exceed quota for OpenIdConnectProvidersPerAccount: 1"):
        world.alice.iam("CreateOpenIDConnectProvider", Url="https://x.example.com")
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["Providers"] == 1
    world.alice.iam("DeleteOpenIDConnectProvider", **provider)
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["Providers"] == 0


def test_what_is_missing_is_told_by_arn(world, provider):
    ghost = f"arn:aws:iam::{world.account.number}:oidc-provider/ghost.example.com"
    with refused("NoSuchEntity", f"OpenIDConnect Provider not found for arn {ghost}"):
        world.alice.iam("GetOpenIDConnectProvider", OpenIDConnectProviderArn=ghost)
    world.alice.iam("DeleteOpenIDConnectProvider", **provider)
    with refused(
        "NoSuchEntity", f"OpenId connect Provider {provider['OpenIDConnectProviderArn']} cannot be found."
    ):
        world.alice.iam("DeleteOpenIDConnectProvider", **provider)


@pytest.mark.parametrize(
    "arn",
    [
        "https://idp.example.com/realms",
        "arn:aws:iam::111122223333:saml-provider/x",
        "arn:aws:iam::x:user/somebody",
    ],
)
def test_what_is_no_providers_arn_is_refused(world, arn):
    with refused("InvalidInput", f"ARN {arn} is not valid."):
        world.alice.iam("GetOpenIDConnectProvider", OpenIDConnectProviderArn=arn)


def test_another_account_does_not_reach_the_provider(world, provider):
    for action in ("GetOpenIDConnectProvider", "DeleteOpenIDConnectProvider"):
        with refused("NoSuchEntity"):
            world.carol.iam(action, **provider)
    own = provider["OpenIDConnectProviderArn"].replace(world.account.number, world.other.number)
    with refused("NoSuchEntity"):
        world.carol.iam("GetOpenIDConnectProvider", OpenIDConnectProviderArn=own)
    assert world.carol.iam("ListOpenIDConnectProviders")["OpenIDConnectProviderList"] == []


def test_permission_is_held_by_address_and_tags(world, provider):
    world.alice.iam("TagOpenIDConnectProvider", **provider, Tags=[{"Key": "tier", "Value": "web"}])
    tagged = allow(
        "iam:GetOpenIDConnectProvider", condition={"StringEquals": {"aws:ResourceTag/tier": "web"}}
    )
    assert world.user("dora", policy=tagged).iam("GetOpenIDConnectProvider", **provider)
    other = allow("iam:GetOpenIDConnectProvider", resource="arn:aws:iam::*:oidc-provider/other.example.com")
    with refused("AccessDenied"):
        world.user("emil", policy=other).iam("GetOpenIDConnectProvider", **provider)
    bare = world.user("finn", policy=allow("iam:CreateOpenIDConnectProvider"))
    with refused("AccessDenied", "iam:TagOpenIDConnectProvider"):
        bare.iam(
            "CreateOpenIDConnectProvider", Url="https://y.example.com", Tags=[{"Key": "a", "Value": "b"}]
        )


CONTEXT = {
    "SubjectSourceKey": "sub",
    "SubjectTypeValue": "user",
    "KeyDefinitionList": [{"SourceKey": "groups claim", "TargetKey": "groups"}],
}


def test_a_context_provider_is_kept_replaced_and_removed(world, provider):
    world.alice.iam("UpdateOpenIDConnectProvider", **provider, ContextProvider=CONTEXT)
    assert shown(world, provider)["ContextProvider"] == CONTEXT
    (listed,) = world.alice.iam("ListOpenIDConnectProviders")["OpenIDConnectProviderList"]
    assert listed["IsTrustedIdentityPropagationEnabled"]
    world.alice.iam("UpdateOpenIDConnectProvider", **provider, RemoveIdentityCenterInstance=True)
    assert shown(world, provider)["ContextProvider"] == CONTEXT
    with refused("InvalidInput", "at once"):
        world.alice.iam(
            "UpdateOpenIDConnectProvider", **provider, ContextProvider=CONTEXT, RemoveContextProvider=True
        )
    world.alice.iam("UpdateOpenIDConnectProvider", **provider, RemoveContextProvider=True)
    assert "ContextProvider" not in shown(world, provider)


@pytest.mark.parametrize(
    ("change", "text"),
    [
        ({"SubjectTypeSourceKey": "type"}, "cannot be given at once"),
        ({"SubjectSourceKey": " sub"}, "not a valid key"),
        ({"KeyDefinitionList": [{"SourceKey": "two  spaces"}]}, "not a valid key"),
    ],
)
def test_a_context_provider_must_make_sense(world, provider, change, text):
    with refused("InvalidInput", text):
        world.alice.iam("UpdateOpenIDConnectProvider", **provider, ContextProvider={**CONTEXT, **change})


def test_there_is_no_identity_center_to_associate_with(world, provider):
    with refused("InvalidInput", "does not exist"):
        world.alice.iam(
            "UpdateOpenIDConnectProvider",
            **provider,
            IdentityCenterInstanceArn="arn:aws:sso:::instance/ssoins-1",
        )


def test_boto3_registers_changes_and_forgets_a_provider(world):
    iam = boto_of(world.alice).iam
    made = iam.create_open_id_connect_provider(
        Url=URL,
        ClientIDList=["a"],
        ThumbprintList=[PRINT],
        ContextProvider=CONTEXT,
        Tags=[{"Key": "k", "Value": "v"}],
    )
    arn = made["OpenIDConnectProviderArn"]
    assert made["Tags"] == [{"Key": "k", "Value": "v"}]
    iam.add_client_id_to_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="b")
    iam.remove_client_id_from_open_id_connect_provider(OpenIDConnectProviderArn=arn, ClientID="a")
    iam.update_open_id_connect_provider_thumbprint(OpenIDConnectProviderArn=arn, ThumbprintList=[])
    read = iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    assert (read["ClientIDList"], read["ThumbprintList"], read["ContextProvider"]) == (["b"], [], CONTEXT)
    pages = iam.get_paginator("list_open_id_connect_provider_tags").paginate(OpenIDConnectProviderArn=arn)
    assert pages.build_full_result()["Tags"] == [{"Key": "k", "Value": "v"}]
    assert iam.list_open_id_connect_providers()["OpenIDConnectProviderList"][0]["Arn"] == arn
    iam.delete_open_id_connect_provider(OpenIDConnectProviderArn=arn)
    with pytest.raises(iam.exceptions.NoSuchEntityException):
        iam.get_open_id_connect_provider(OpenIDConnectProviderArn=arn)
