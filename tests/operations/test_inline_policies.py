"""Inline policies of users, groups and roles."""

import json

import pytest

from iam.errors import MalformedPolicyDocument
from tests.operations.test_attachments import KINDS, TRUST
from tests.world import allow, deny, last_event, refused

DOCUMENT = json.dumps(allow("s3:GetObject"))
MISSING = "The {} policy with name {} cannot be found."
SIZES = {"User": 2048, "Group": 5120, "Role": 10240}


@pytest.fixture(autouse=True)
def things(world):
    """A user, a group and a role of the name thing."""
    world.root.iam("CreateUser", UserName="thing")
    world.root.iam("CreateGroup", GroupName="thing")
    world.root.iam("CreateRole", RoleName="thing", AssumeRolePolicyDocument=TRUST)


def act(actor, verb, kind, entity="thing", **params):
    return actor.iam(verb.replace("*", kind), **{f"{kind}Name": entity}, **params)


def put(actor, kind, document=DOCUMENT, *, name="own", entity="thing"):
    return act(actor, "Put*Policy", kind, entity, PolicyName=name, PolicyDocument=document)


def of_size(characters):
    """A policy of exactly so many characters, white space not counted."""
    empty = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::"))
    padding = characters - sum(not character.isspace() for character in empty)
    return json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::" + "x" * padding))


@pytest.mark.parametrize("kind", KINDS)
def test_the_text_comes_back_as_it_was_put(world, kind):
    text = DOCUMENT.replace(" ", "\r\n\t ")
    assert put(world.alice, kind, text) == {}
    assert act(world.alice, "Get*Policy", kind, PolicyName="own") == {
        f"{kind}Name": "thing",
        "PolicyName": "own",
        "PolicyDocument": text,
    }


@pytest.mark.parametrize("kind", KINDS)
def test_putting_the_same_name_again_replaces_the_text(world, kind):
    put(world.alice, kind)
    other = json.dumps(allow("s3:PutObject"))
    put(world.alice, kind, other)
    assert act(world.alice, "Get*Policy", kind, PolicyName="own")["PolicyDocument"] == other
    assert act(world.alice, "List*Policies", kind)["PolicyNames"] == ["own"]


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_told_apart_regardless_of_case(world, kind):
    put(world.alice, kind, name="Mixed_Name")
    put(world.alice, kind, name="mixedXname")
    other = of_size(SIZES[kind] - len("".join(DOCUMENT.split())))
    put(world.alice, kind, other, name="mixed_name")
    assert act(world.alice, "List*Policies", kind)["PolicyNames"] == ["Mixed_Name", "mixedXname"]
    shown = act(world.alice, "Get*Policy", kind, PolicyName="MIXED_NAME")
    assert (shown["PolicyName"], shown["PolicyDocument"]) == ("MIXED_NAME", other)
    act(world.alice, "Delete*Policy", kind, PolicyName="mixed_NAME")
    assert act(world.alice, "List*Policies", kind)["PolicyNames"] == ["mixedXname"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_text_without_version_may_be_inline(world, kind):
    old = {key: value for key, value in allow("s3:GetObject").items() if key != "Version"}
    put(world.alice, kind, json.dumps(old))


@pytest.mark.parametrize("kind", KINDS)
def test_a_deleted_policy_is_gone(world, kind):
    put(world.alice, kind)
    assert act(world.alice, "Delete*Policy", kind, PolicyName="own") == {}
    assert act(world.alice, "List*Policies", kind) == {"PolicyNames": [], "IsTruncated": False}


@pytest.mark.parametrize("verb", ["Get*Policy", "Delete*Policy"])
@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_policy_is_named(world, kind, verb):
    with refused("NoSuchEntity", MISSING.format(kind.lower(), "gone")):
        act(world.alice, verb, kind, PolicyName="gone")


@pytest.mark.parametrize("kind", KINDS)
def test_a_missing_entity_is_named(world, kind):
    text = f"The {kind.lower()} with name nobody cannot be found."
    with refused("NoSuchEntity", text):
        put(world.alice, kind, entity="nobody")
    with refused("NoSuchEntity", text):
        act(world.alice, "List*Policies", kind, "nobody")
    for verb in ("Get*Policy", "Delete*Policy"):
        with refused("NoSuchEntity", text):
            act(world.alice, verb, kind, "nobody", PolicyName="own")


@pytest.mark.parametrize("kind", KINDS)
def test_without_permission_inline_policies_are_out_of_reach(world, kind):
    put(world.alice, kind)
    with refused("AccessDenied", f"iam:Put{kind}Policy"):
        put(world.bob, kind, json.dumps(allow("*")))
    event = last_event(world.account)
    assert (event.name, event.outcome) == (f"Put{kind}Policy", "denied")
    with refused("AccessDenied", f"iam:List{kind}Policies"):
        act(world.bob, "List*Policies", kind)
    for verb in ("Get", "Delete"):
        with refused("AccessDenied", f"iam:{verb}{kind}Policy"):
            act(world.bob, f"{verb}*Policy", kind, PolicyName="own")
    assert act(world.alice, "Get*Policy", kind, PolicyName="own")["PolicyDocument"] == DOCUMENT


@pytest.mark.parametrize("kind", KINDS)
def test_changes_leave_events_with_the_text(world, kind):
    put(world.alice, kind)
    event = last_event(world.account)
    assert (event.name, event.outcome, event.read_only) == (f"Put{kind}Policy", "success", False)
    assert event.parameters
    assert event.parameters["PolicyDocument"] == DOCUMENT
    assert event.resources == [f"arn:aws:iam::{world.account.number}:{kind.lower()}/thing"]
    act(world.alice, "Delete*Policy", kind, PolicyName="own")
    assert last_event(world.account).name == f"Delete{kind}Policy"


@pytest.mark.parametrize("kind", KINDS)
def test_what_aws_would_not_save_is_refused_with_its_place(world, kind):
    with refused("MalformedPolicyDocument", "Syntax errors in policy.") as caught:
        put(world.alice, kind, '{"Version": "2012-10-17",\n "Statement": [')
    assert isinstance(caught.value, MalformedPolicyDocument)
    assert caught.value.line == 2
    assert caught.value.member == "PolicyDocument"


@pytest.mark.parametrize("kind", KINDS)
def test_all_inline_policies_of_an_entity_share_one_size(world, kind):
    allowed = SIZES[kind]
    put(world.alice, kind, of_size(allowed - 200), name="large")
    put(world.alice, kind, of_size(200), name="rest")
    text = f"Maximum policy size of {allowed} bytes exceeded for {kind.lower()} thing"
    with refused("LimitExceeded", text):
        put(world.alice, kind, of_size(100), name="more")
    put(world.alice, kind, of_size(allowed - 200), name="large")
    with refused("LimitExceeded", text):
        put(world.alice, kind, of_size(allowed - 199), name="large")


def test_white_space_is_not_counted(world):
    put(world.alice, "User", of_size(2048).replace(": ", ":" + " " * 3000))


@pytest.mark.parametrize("kind", KINDS)
def test_names_are_listed_in_order_and_paged(world, kind):
    for name in ("b", "c", "a"):
        put(world.alice, kind, name=name)
    first = act(world.alice, "List*Policies", kind, MaxItems=2)
    assert first["PolicyNames"] == ["a", "b"]
    last = act(world.alice, "List*Policies", kind, MaxItems=2, Marker=first["Marker"])
    assert last == {"PolicyNames": ["c"], "IsTruncated": False}


def test_the_text_holds_from_the_next_request_on(world):
    put(world.alice, "User", json.dumps(allow("iam:ListUsers")), entity="bob")
    assert world.bob.iam("ListUsers")["Users"]
    put(world.alice, "User", json.dumps(deny("iam:ListUsers")), entity="bob")
    with refused("AccessDenied", "explicit deny in an identity-based policy"):
        world.bob.iam("ListUsers")


def test_a_condition_on_the_users_boundary_decides(world):
    boundary = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"
    world.root.iam("CreateUser", UserName="bounded", PermissionsBoundary=boundary)
    condition = {"StringEquals": {"iam:PermissionsBoundary": boundary}}
    dora = world.user("dora", policy=allow("iam:PutUserPolicy", condition=condition))
    put(dora, "User", entity="bounded")
    with refused("AccessDenied"):
        put(dora, "User", entity="thing")
