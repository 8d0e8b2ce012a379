"""One user as the console shows it, and what groups grant: each part asked for on its own, nothing across accounts."""

import json

from tests.world import allow, last_event, refused

AUDIT = "arn:aws:iam::aws:policy/SecurityAudit"


def test_an_overview_holds_everything_an_administrator_may_see(world):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="bob")
    key = world.root.iam("CreateAccessKey", UserName="bob")["AccessKey"]["AccessKeyId"]
    answer = world.alice.run("console.UserOverview", UserName="bob")
    user = answer["User"]
    assert (user["Groups"], user["MFADevices"], user["ConsoleAccess"]) == (["dev"], 0, False)
    assert [each["AccessKeyId"] for each in user["AccessKeys"]] == [key]
    assert answer["Refused"] == []
    assert last_event(world.account).name == "UserOverview"


def test_parts_that_may_not_be_seen_are_named(world):
    eve = world.user("eve", policy=allow("iam:GetUser", "iam:ListMFADevices"))
    answer = eve.run("console.UserOverview", UserName="bob")
    assert set(answer["Refused"]) == {"iam:ListGroupsForUser", "iam:GetLoginProfile", "iam:ListAccessKeys"}
    assert "AccessKeys" not in answer["User"]
    assert answer["User"]["MFADevices"] == 0


def test_an_overview_stands_for_getuser(world):
    with refused("AccessDenied", "iam:GetUser"):
        world.bob.run("console.UserOverview", UserName="alice")
    with refused("NoSuchEntity"):
        world.carol.run("console.UserOverview", UserName="bob")


def test_grants_leave_out_what_may_not_be_listed(world):
    world.root.iam("CreateGroup", GroupName="dev")
    world.root.iam("AddUserToGroup", GroupName="dev", UserName="bob")
    world.root.iam("AttachGroupPolicy", GroupName="dev", PolicyArn=AUDIT)
    text = json.dumps(allow("iam:GetUser"))
    world.root.iam("PutGroupPolicy", GroupName="dev", PolicyName="own", PolicyDocument=text)
    (grant,) = world.alice.run("console.GroupGrants", UserName="bob")["Grants"]
    assert (grant["AttachedPolicies"], grant["InlinePolicies"], grant["Refused"]) == ([AUDIT], ["own"], [])
    eve = world.user("eve", policy=allow("iam:ListGroupsForUser", "iam:ListGroupPolicies"))
    (grant,) = eve.run("console.GroupGrants", UserName="bob")["Grants"]
    assert (grant["AttachedPolicies"], grant["InlinePolicies"]) == ([], ["own"])
    assert grant["Refused"] == ["iam:ListAttachedGroupPolicies"]
    with refused("AccessDenied", "iam:ListGroupsForUser"):
        world.user("mia").run("console.GroupGrants", UserName="bob")
