"""GetCallerIdentity, GetAccessKeyInfo, DecodeAuthorizationMessage."""

import json

import pytest

from iam import ids
from iam.errors import AccessDenied
from iam.models import Decision
from tests.operations import sts
from tests.world import World, deny, last_event, refused


def test_a_user_is_told_its_id_account_and_arn(world: World):
    assert world.bob.sts("GetCallerIdentity") == {
        "UserId": world.bob.principal.unique_id,
        "Account": world.account.number,
        "Arn": f"arn:aws:iam::{world.account.number}:user/bob",
    }


def test_root_is_told_the_account_as_its_id(world):
    number = world.account.number
    assert world.root.sts("GetCallerIdentity") == {
        "UserId": number,
        "Account": number,
        "Arn": f"arn:aws:iam::{number}:root",
    }


def test_an_explicit_deny_does_not_keep_callers_from_knowing_themselves(world):
    eve = world.user("eve", policy=deny("*"))
    assert eve.sts("GetCallerIdentity")["UserId"] == eve.principal.unique_id


def test_asking_who_one_is_is_recorded(world):
    world.bob.sts("GetCallerIdentity")
    event = last_event(world.account)
    assert (event.service, event.name, event.outcome, event.read_only) == (
        "sts",
        "GetCallerIdentity",
        "success",
        True,
    )


def test_a_key_id_tells_its_account_to_everybody_even_when_there_is_no_such_key(world):
    gone = ids.access_key_id("AKIA", world.other.number)
    assert world.bob.sts("GetAccessKeyInfo", AccessKeyId=gone) == {"Account": world.other.number}


def test_the_tail_of_a_key_id_does_not_matter(world):
    altered = ids.access_key_id("ASIA", world.account.number)[:-1] + "A"
    assert world.bob.sts("GetAccessKeyInfo", AccessKeyId=altered)["Account"] == world.account.number


def test_what_is_no_key_id_is_refused(world):
    with refused("ValidationError"):
        world.bob.sts("GetAccessKeyInfo", AccessKeyId="A" * 20)


@pytest.fixture
def message(world) -> str:
    with refused("AccessDenied") as caught:
        world.bob.iam("CreateUser", UserName="dora")
    assert isinstance(caught.value, AccessDenied)
    return caught.value.encoded_message


def test_a_decoded_message_explains_the_refusal(world, message):
    told = json.loads(world.alice.sts("DecodeAuthorizationMessage", EncodedMessage=message)["DecodedMessage"])
    assert told["outcome"] == "implicitDeny"
    assert told["request"]["principal"] == world.bob.principal.arn
    assert told["request"]["action"] == "iam:CreateUser"
    assert (told["allowed"], told["explicitDeny"], told["matchedStatements"]) == (False, False, {"items": []})
    assert told["context"]["principal"]["name"] == "bob"
    assert told["context"]["action"] == "iam:CreateUser"


def test_decoding_needs_its_permission(world, message):
    with refused("AccessDenied", "sts:DecodeAuthorizationMessage"):
        world.bob.sts("DecodeAuthorizationMessage", EncodedMessage=message)


def test_a_message_of_another_account_a_changed_one_and_a_forgotten_one_are_alike(world, message):
    texts = []
    for actor, text in ((world.carol, message), (world.alice, message[:-2] + "xx"), (world.alice, "rubbish")):
        with refused("InvalidAuthorizationMessageException") as caught:
            actor.sts("DecodeAuthorizationMessage", EncodedMessage=text)
        texts.append(caught.value.message)
    Decision.objects.all().delete()
    with refused("InvalidAuthorizationMessageException") as caught:
        world.alice.sts("DecodeAuthorizationMessage", EncodedMessage=message)
    assert set(texts) == {caught.value.message}


def test_a_role_session_is_told_the_role_s_id_with_the_session_s_name(world):
    arn = sts.role(world.root, sts.trusting(world.bob.principal.arn), Path="/ops/")
    session = sts.assumed(world.bob, arn, "tuesday")
    told = session.sts("GetCallerIdentity")
    assert told["UserId"] == f"{session.principal.unique_id}:tuesday"
    assert told["UserId"].startswith("AROA")
    assert told["Arn"] == f"arn:aws:sts::{world.account.number}:assumed-role/deployer/tuesday"
