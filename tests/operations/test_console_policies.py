"""Managed policies as the console reads them: one by its name, all in a table."""

import json

import pytest

from tests.world import allow, last_event, refused

TEXT = json.dumps(allow("s3:GetObject"))
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"


@pytest.fixture
def policy(world):
    return world.root.iam("CreatePolicy", PolicyName="ReadBuckets", Path="/data/", PolicyDocument=TEXT)[
        "Policy"
    ]


def overview(actor, name, kind="Local"):
    return actor.run("console.PolicyOverview", PolicyName=name, Type=kind)["Policy"]


def table(actor, **params):
    rows = actor.run("console.PolicyTable", **params)["Policies"]
    return {row["PolicyName"]: row for row in rows}


def test_an_own_policy_is_found_by_name_whatever_its_path(world, policy):
    found = overview(world.alice, "readbuckets")
    assert (found["Arn"], found["Type"]) == (policy["Arn"], "Local")


def test_an_aws_policy_is_found_by_name(world):
    found = overview(world.alice, "AdministratorAccess", "AWS")
    assert (found["Arn"], found["AttachmentCount"]) == (ADMINISTRATOR, 1)


def test_a_policy_of_another_account_is_not_found(world, policy):
    with refused("NoSuchEntity"):
        overview(world.carol, "ReadBuckets")


@pytest.mark.parametrize("kind", ["AWS", "Local"])
def test_what_is_missing_is_told_only_to_those_who_may_see_it(world, kind):
    with refused("NoSuchEntity"):
        overview(world.alice, "Nothing", kind)
    with refused("AccessDenied", "iam:GetPolicy"):
        overview(world.bob, "Nothing", kind)


def test_an_overview_is_asked_for_as_getting_the_policy(world, policy):
    reader = world.user("reader", policy=allow("iam:GetPolicy", resource=policy["Arn"]))
    assert overview(reader, "ReadBuckets")["PolicyName"] == "ReadBuckets"
    assert last_event(world.account).name == "PolicyOverview"
    with refused("AccessDenied", "iam:GetPolicy"):
        overview(world.bob, "ReadBuckets")


def test_the_table_has_both_kinds_with_how_often_each_is_attached(world, policy):
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=policy["Arn"])
    rows = table(world.alice, Search="s", MaxItems=1000)
    assert (rows["ReadBuckets"]["Type"], rows["ReadBuckets"]["AttachmentCount"]) == ("Local", 1)
    assert (rows["AdministratorAccess"]["Type"], rows["AdministratorAccess"]["AttachmentCount"]) == ("AWS", 1)


def test_the_table_is_narrowed_by_type_and_use(world, policy):
    assert list(table(world.alice, Scope="Local")) == ["ReadBuckets"]
    assert list(table(world.alice, OnlyAttached=True)) == ["AdministratorAccess"]
    assert "ReadBuckets" not in table(world.alice, Scope="AWS", MaxItems=1000)


def test_the_table_costs_the_same_however_many_policies_there_are(
    world, policy, django_assert_max_num_queries
):
    for number in range(12):
        world.root.iam("CreatePolicy", PolicyName=f"more-{number}", PolicyDocument=TEXT)
    table(world.alice)
    with django_assert_max_num_queries(20):
        assert len(table(world.alice, Scope="Local")) == 13
