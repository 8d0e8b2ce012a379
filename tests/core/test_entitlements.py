import json

import pytest

from iam.models import entitlements

pytestmark = pytest.mark.django_db

AWS = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def text(action: str) -> str:
    return json.dumps(
        {"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": action, "Resource": "*"}}
    )


def test_all_that_a_user_has_is_read_in_one_query_and_named_by_what_it_hangs_on(
    world, django_assert_num_queries
):
    root, number = world.root, world.account.number
    own = root.iam("CreatePolicy", PolicyName="own", Path="/x/", PolicyDocument=text("sqs:*"))["Policy"][
        "Arn"
    ]
    root.iam("CreatePolicyVersion", PolicyArn=own, PolicyDocument=text("sns:*"), SetAsDefault=True)
    root.iam("CreateGroup", GroupName="g")
    root.iam("AddUserToGroup", GroupName="g", UserName="bob")
    root.iam("PutGroupPolicy", GroupName="g", PolicyName="of-group", PolicyDocument=text("s3:*"))
    root.iam("PutUserPolicy", UserName="bob", PolicyName="of-user", PolicyDocument=text("ec2:*"))
    root.iam("AttachGroupPolicy", GroupName="g", PolicyArn=own)
    root.iam("AttachUserPolicy", UserName="bob", PolicyArn=AWS)
    root.iam("PutUserPolicy", UserName="alice", PolicyName="of-alice", PolicyDocument=text("iam:*"))
    bob = world.account.users.get(name="bob")
    with django_assert_num_queries(1):
        found = entitlements.of_user(bob.pk, number)
    group, user = f"arn:aws:iam::{number}:group/g", f"arn:aws:iam::{number}:user/bob"
    assert [(each.kind, each.id, each.name, each.owner) for each in found] == [
        ("managed", own, "own", group),
        ("aws-managed", AWS, "ReadOnlyAccess", user),
        ("inline", "of-group", "of-group", group),
        ("inline", "of-user", "of-user", user),
    ]
    assert [each.text for each in found if each.kind != "aws-managed"] == [
        text("sns:*"),
        text("s3:*"),
        text("ec2:*"),
    ]


def test_what_hangs_on_a_group_or_role_is_its_own_only(world):
    root, number = world.root, world.account.number
    trust = {"Effect": "Allow", "Principal": {"AWS": number}, "Action": "sts:AssumeRole"}
    root.iam("CreateGroup", GroupName="g")
    root.iam(
        "CreateRole",
        RoleName="r",
        AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": trust}),
    )
    root.iam("AttachGroupPolicy", GroupName="g", PolicyArn=AWS)
    root.iam("PutRolePolicy", RoleName="r", PolicyName="p", PolicyDocument=text("s3:*"))
    group, role = world.account.groups.get(name="g"), world.account.roles.get(name="r")
    assert [each.id for each in entitlements.of_group(group.pk, number)] == [AWS]
    assert [each.id for each in entitlements.of_role(role.pk, number)] == ["p"]
