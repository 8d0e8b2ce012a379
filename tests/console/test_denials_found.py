"""Why denied, from what a program said: found by any id or the whole text, read, and done what it says."""

import json
import uuid
from datetime import UTC, datetime

import pytest
from botocore.exceptions import ClientError
from django.conf import settings
from django.test import Client

from accounts.models import Event
from iam.audit import DECISIONS_KEPT
from iam.models import Decision
from iam.tasks import drop_old_decisions
from tests.boto import boto_with
from tests.console.test_denials import ADDRESS, read
from tests.world import allow

LOOK_UP = f"{ADDRESS}look-up/"


@pytest.fixture
def alice(world, browser):
    return browser(world.alice)


@pytest.fixture
def program(world):
    """A program of Bob's."""
    key = world.root.iam("CreateAccessKey", UserName="bob")["AccessKey"]
    return boto_with(key["AccessKeyId"], key["SecretAccessKey"])


def refused(call, **params):
    """How boto3 tells of the refusal."""
    with pytest.raises(ClientError) as caught:
        call(**params)
    assert caught.value.response["Error"]["Code"] == "AccessDenied"
    return caught.value


@pytest.fixture
def error(program):
    return refused(program.iam.list_users)


def request_id(error):
    return error.response["ResponseMetadata"]["RequestId"]


def decision_of(error):
    return error.response["Error"]["DecisionId"]


def note(shown):
    """What the page says was looked for in vain."""
    return " ".join(next(e.text for e in shown.tree.walk() if e.get("role") == "alert").split())


def pasted(person, text):
    return person.post(LOOK_UP, {"message": text})


# Found


def test_a_text_full_of_ids_and_endless_names_is_answered(world, alice, error):
    many = " ".join(str(uuid.uuid4()) for _ in range(60))
    encoded = error.response["Error"]["EncodedMessage"]
    assert pasted(alice, f"{many} {encoded}").location == f"{ADDRESS}{decision_of(error)}/"
    for endless in (
        str(error).replace("/bob", "/b" * 2000),
        str(error).replace("user/ because", "user/" * 900),
    ):
        assert pasted(alice, endless).status in (404, 422)


def test_every_id_of_a_refusal_leads_to_it(world, alice, error):
    event = Event.objects.get(request_id=request_id(error), outcome="denied")
    address = f"{ADDRESS}{decision_of(error)}/"
    for text in (
        request_id(error),
        f'  "{request_id(error)}"\n',
        decision_of(error).upper(),
        str(event.pk),
        error.response["Error"]["EncodedMessage"],
        f"Encoded authorization failure message: {error.response['Error']['EncodedMessage']}\n",
        f"api error AccessDenied (decision {decision_of(error)}), RequestID: {uuid.uuid4()}",
        f"│ StatusCode: 403, RequestID:\n│ {request_id(error)}, api error\n│ AccessDenied: {error}",
        json.dumps(error.response["ResponseMetadata"]),
    ):
        assert pasted(alice, text).location == address, text


def test_the_text_of_an_error_without_an_id_leads_to_the_newest_that_says_the_same(
    world, alice, program, error
):
    assert pasted(alice, f" {error} ").location == f"{ADDRESS}{decision_of(error)}/"
    assert "That text holds no id. This refusal says the same." in alice.get(ADDRESS).words
    refused(program.iam.list_roles)
    again = refused(program.iam.list_users)
    wrapped = str(error).replace(" ", "\n│ ")
    assert pasted(alice, wrapped).location == f"{ADDRESS}{decision_of(again)}/"
    assert "the newest refusal that says the same" in alice.get(ADDRESS).words
    assert pasted(alice, f"{error} RequestID: {uuid.uuid4()}").location == f"{ADDRESS}{decision_of(again)}/"
    assert "Nothing is kept under the ids of that text." in alice.get(ADDRESS).words


def test_a_request_that_met_several_refusals_leads_to_all_of_them(world, alice, browser):
    number = browser(world.bob).get("/").response.headers["X-Request-Id"]
    several = [str(row.decision_id) for row in Decision.objects.filter(request_id=number)]
    assert len(several) > 1
    found = pasted(alice, number)
    assert found.location == f"{ADDRESS}?request={number}"
    listed = alice.get(found.location)
    assert all(each in listed.text for each in several)
    assert f"Only request {number}" in listed.words
    assert listed.is_accessible()
    assert "No such denials" in alice.get(ADDRESS, request=str(uuid.uuid4())).words


# Not found


def test_what_is_not_kept_says_what_was_looked_for_and_how_long_it_would_be(world, alice):
    unknown = str(uuid.uuid4())
    shown = pasted(alice, f"RequestID: {unknown}")
    assert shown.status == 404
    assert f"a request or decision with the id {unknown}" in read(shown)
    assert "Refusals are kept for 90 days." in read(shown)
    assert f"RequestID: {unknown}</textarea>" in shown.text
    assert shown.is_accessible()
    assert "a refusal recorded by the event 4711" in read(pasted(alice, "4711"))
    assert "what the encoded message stands for" in read(pasted(alice, f"{'a' * 60}:{'b' * 43}"))


@pytest.mark.parametrize("text", ["", "no message", "x" * 300])
def test_what_names_nothing_says_what_would(world, alice, text):
    shown = pasted(alice, text)
    assert (shown.status, "That names no refusal." in shown.words) == (422, True)
    assert shown.is_accessible()


def test_another_account_s_refusals_are_as_if_they_were_not_there(world, browser, error):
    carol = browser(world.carol)
    event = Event.objects.get(request_id=request_id(error), outcome="denied")
    encoded = error.response["Error"]["EncodedMessage"]
    unknown, none, forged = str(uuid.uuid4()), "999999", f"{encoded[:-2]}xx"
    for theirs, nobodys in (
        (request_id(error), unknown),
        (decision_of(error), unknown),
        (str(event.pk), none),
        (encoded, forged),
        (str(error), str(error).replace("/bob", "/bert")),
    ):
        one, other = pasted(carol, theirs), pasted(carol, nobodys)
        assert (one.status, other.status) == (404, 404)
        assert note(one).replace(theirs, "…") == note(other).replace(nobodys, "…").replace("/bert", "/bob")
    assert "No such denials" in carol.get(ADDRESS, request=request_id(error)).words


def test_looking_up_takes_its_permission_and_says_what_to_hand_on(world, browser, error):
    for text in (request_id(error), error.response["Error"]["EncodedMessage"], str(error)):
        shown = pasted(browser(world.bob), text)
        assert (shown.status, shown.refused_actions) == (403, ["sts:DecodeAuthorizationMessage"])
        assert shown.is_accessible()
    assert request_id(error) in pasted(browser(world.bob), request_id(error)).words


def test_looking_up_needs_its_token(world, browser):
    client = Client(enforce_csrf_checks=True)
    name = settings.SESSION_COOKIE_NAME
    client.cookies[name] = browser(world.alice).client.cookies[name].value
    assert client.post(LOOK_UP, {"message": "x"}).status_code == 403


# Read, and done


def test_from_the_request_id_alone_to_the_call_that_passes(world, alice, program, error):
    shown = alice.get(pasted(alice, request_id(error)).location)
    assert "iam:ListUsers was denied" in read(shown)
    assert "decided by: identity-based policy" in read(shown)
    assert f"Request id {request_id(error)}" in read(shown)
    link = next(e for e in shown.tree.walk() if e.tag == "a" and e.text == "Open the permissions")
    statement = next(e.text for e in shown.tree.walk() if e.tag == "code" and '"Effect"' in e.text)
    document = json.dumps({"Version": "2012-10-17", "Statement": [json.loads(statement)]})
    sent = {"PolicyName": "as-told", "PolicyDocument": document}
    assert alice.post(f"{link.get('href')}inline/create/", sent).location == "/iam/users/bob/permissions/"
    assert {user["UserName"] for user in program.iam.list_users()["Users"]} == {"alice", "bob"}
    # Nothing more came with it.
    refused(program.iam.list_roles)


def test_a_boundary_that_would_still_deny_is_told_before_anything_is_granted(world, alice, program):
    text = json.dumps(allow("s3:*"))
    bounds = world.root.iam("CreatePolicy", PolicyName="bounds", PolicyDocument=text)["Policy"]["Arn"]
    world.root.iam("PutUserPermissionsBoundary", UserName="bob", PermissionsBoundary=bounds)
    shown = alice.get(pasted(alice, request_id(refused(program.iam.list_users))).location)
    assert "Identity-based policy must allow iam:ListUsers" in read(shown)
    assert "Even then: Grant Permissions boundary must allow iam:ListUsers" in read(shown)
    assert 'href="/iam/policies/own/bounds/document/"' in shown.text
    world.root.iam(
        "PutUserPolicy", UserName="bob", PolicyName="p", PolicyDocument=json.dumps(allow("iam:List*"))
    )
    shown = alice.get(pasted(alice, request_id(refused(program.iam.list_users))).location)
    assert "decided by: permissions boundary" in read(shown)
    assert "Identity-based policy must allow" not in read(shown)
    wider = json.dumps(allow("s3:*", "iam:ListUsers"))
    world.root.iam("CreatePolicyVersion", PolicyArn=bounds, PolicyDocument=wider, SetAsDefault=True)
    assert program.iam.list_users()["Users"]


def test_what_stands_in_the_error_the_trail_the_message_and_on_the_page_is_one_decision(world, alice, error):
    number = decision_of(error)
    assert error.response["ResponseMetadata"]["HTTPHeaders"]["x-wardstead-decision-id"] == number
    event = Event.objects.get(request_id=request_id(error), outcome="denied")
    assert (event.decision_id, event.error_message) == (number, error.response["Error"]["Message"])
    page = world.alice.run("console.Denial", DecisionId=number)
    told = json.loads(page["Explanation"])
    for message in (
        error.response["Error"]["EncodedMessage"],
        page["EncodedMessage"],
        request_id(error),
        number,
    ):
        decoded = world.alice.sts("DecodeAuthorizationMessage", EncodedMessage=message)["DecodedMessage"]
        assert json.loads(decoded).items() >= {"decisionId": number, **told}.items()
    assert page["Denial"]["RequestId"] == event.request_id
    assert told["message"] == page["Denial"]["Message"] == event.error_message
    asked = told["request"]
    assert (asked["principal"], asked["action"]) == (event.actor_arn, page["Denial"]["Action"])
    assert event.resources == [asked["resource"]] == [page["Denial"]["Resource"]]
    shown = read(alice.get(f"{ADDRESS}{number}/"))
    for key, value in asked["context"].items():
        assert f"{key} {value}" in shown
    assert number in shown


# Kept for a time


def test_past_their_time_refusals_are_gone_and_every_way_to_them_says_so(world, alice, error):
    encoded, number = error.response["Error"]["EncodedMessage"], decision_of(error)
    event = Event.objects.get(request_id=request_id(error), outcome="denied")
    at = datetime.now(UTC) - DECISIONS_KEPT
    Decision.objects.update(at=at.replace(year=at.year + 1))
    assert drop_old_decisions() == 0
    assert alice.get(f"{ADDRESS}{number}/").status == 200
    Decision.objects.update(at=at)
    assert drop_old_decisions() == 1
    gone = alice.get(f"{ADDRESS}{number}/")
    assert (gone.status, "Refusals are kept for 90 days." in gone.words) == (404, True)
    for text in (request_id(error), number, str(event.pk), encoded, str(error)):
        shown = pasted(alice, text)
        assert (shown.status, "Refusals are kept for 90 days." in read(shown)) == (404, True)
    # The trail keeps that it happened.
    assert Event.objects.filter(pk=event.pk, outcome="denied").exists()
