"""Simulations and context keys, through the pipeline."""

import json

import pytest

from iam.models import InlinePolicy
from iam.operations.simulation import EVALUATIONS, SCENARIOS
from tests.operations import permission
from tests.world import allow, deny, last_event, refused

READ = json.dumps(allow("s3:GetObject", resource="arn:aws:s3:::data/*"))
OBJECT = "arn:aws:s3:::data/report"
TRUST = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"%s"},"Action":"sts:AssumeRole"}}'


def entry(name, kind, *values):
    return {"ContextKeyName": name, "ContextKeyType": kind, "ContextKeyValues": list(values)}


@pytest.fixture
def dave(world):
    """The ARN of a user with a policy of its own and one of its group."""
    world.user("dave", policy=READ)
    world.root.iam("CreateGroup", GroupName="writers")
    world.root.iam("AddUserToGroup", GroupName="writers", UserName="dave")
    text = json.dumps(allow("s3:PutObject"))
    world.root.iam("PutGroupPolicy", GroupName="writers", PolicyName="write", PolicyDocument=text)
    return f"arn:aws:iam::{world.account.number}:user/dave"


def custom(world, **params):
    given = {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"], "ResourceArns": [OBJECT], **params}
    return world.alice.iam("SimulateCustomPolicy", **given)["EvaluationResults"]


def of(world, arn, **params):
    given = {"PolicySourceArn": arn, "ActionNames": ["s3:GetObject"], "ResourceArns": [OBJECT], **params}
    return world.alice.iam("SimulatePrincipalPolicy", **given)["EvaluationResults"]


def decisions(results):
    return [row["EvalDecision"] for row in results]


def test_each_action_is_decided_on_each_resource(world):
    rows = custom(
        world, ActionNames=["s3:GetObject", "s3:PutObject"], ResourceArns=[OBJECT, "arn:aws:s3:::else/x"]
    )
    assert [(row["EvalActionName"], row["EvalResourceName"], row["EvalDecision"]) for row in rows] == [
        ("s3:GetObject", OBJECT, "allowed"),
        ("s3:GetObject", "arn:aws:s3:::else/x", "implicitDeny"),
        ("s3:PutObject", OBJECT, "implicitDeny"),
        ("s3:PutObject", "arn:aws:s3:::else/x", "implicitDeny"),
    ]
    assert rows[0]["MatchedStatements"][0]["SourcePolicyId"] == "PolicyInputList.1"


def test_without_resources_everything_is_asked_for(world):
    answer = world.alice.iam("SimulateCustomPolicy", PolicyInputList=[READ], ActionNames=["s3:GetObject"])
    (row,) = answer["EvaluationResults"]
    assert (row["EvalResourceName"], row["EvalDecision"]) == ("*", "implicitDeny")
    assert answer["IsTruncated"] is False


def test_results_are_paged(world):
    asked = {"PolicyInputList": [READ], "ActionNames": [f"s3:Get{n}" for n in range(5)], "MaxItems": 2}
    names: list[str] = []
    marker: dict[str, str] = {}
    while True:
        answer = world.alice.iam("SimulateCustomPolicy", **asked, **marker)
        names += [row["EvalActionName"] for row in answer["EvaluationResults"]]
        if not answer["IsTruncated"]:
            break
        marker = {"Marker": answer["Marker"]}
    assert names == asked["ActionNames"]


def test_context_values_are_typed(world):
    text = json.dumps(allow("s3:GetObject", condition={"ForAnyValue:StringEquals": {"aws:TagKeys": "a"}}))
    assert decisions(custom(world, PolicyInputList=[text])) == ["implicitDeny"]
    given = [entry("aws:TagKeys", "stringList", "b", "a")]
    assert decisions(custom(world, PolicyInputList=[text], ContextEntries=given)) == ["allowed"]


@pytest.mark.parametrize(
    ("kind", "value"),
    [
        ("numeric", "x"),
        ("boolean", "yes"),
        ("ip", "10.0.0"),
        ("date", "soon"),
        ("binary", "?"),
        ("dateList", "x"),
    ],
)
def test_a_context_value_must_be_of_its_type(world, kind, value):
    with refused("InvalidInput", "aws:Thing"):
        custom(world, ContextEntries=[entry("aws:Thing", kind, value)])


@pytest.mark.parametrize("values", [(), ("a", "b")])
def test_a_single_value_is_exactly_one(world, values):
    with refused("InvalidInput", "exactly one value"):
        custom(world, ContextEntries=[entry("aws:Thing", "string", *values)])


def test_a_context_key_is_given_once_and_by_name(world):
    with refused("InvalidInput", "twice"):
        custom(world, ContextEntries=[entry("aws:Thing", "string", "a"), entry("AWS:thing", "string", "a")])
    with refused("InvalidInput", "no ContextKeyName"):
        custom(world, ContextEntries=[{"ContextKeyType": "string", "ContextKeyValues": ["a"]}])
    untyped = {"ContextKeyName": "aws:Thing", "ContextKeyValues": ["a"]}
    assert decisions(custom(world, ContextEntries=[untyped])) == ["allowed"]


def test_organisation_and_boundary_are_weighed(world):
    everything = json.dumps(allow("*"))
    (row,) = custom(
        world,
        OrderedOrganizationPolicyInputList=[{"ServiceControlPolicyInputList": [everything]}],
        PermissionsBoundaryPolicyInputList=[json.dumps(allow("ec2:*"))],
    )
    assert row["EvalDecision"] == "implicitDeny"
    assert row["OrganizationsDecisionDetail"] == {"AllowedByOrganizations": True}
    assert row["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    with refused("InvalidInput", "one permissions boundary"):
        custom(world, PermissionsBoundaryPolicyInputList=[everything, everything])


def test_a_resource_policy_needs_a_user_who_calls(world):
    queue = "arn:aws:sqs:us-east-1:444455556666:q"
    caller = f"arn:aws:iam::{world.account.number}:user/bob"
    policy = {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"AWS": caller}, "Action": "sqs:*", "Resource": "*"}],
    }
    asked = {
        "PolicyInputList": [json.dumps(allow("sqs:*"))],
        "ActionNames": ["sqs:SendMessage"],
        "ResourceArns": [queue],
        "ResourcePolicy": json.dumps(policy),
    }
    with refused("InvalidInput", "CallerArn is needed"):
        custom(world, **asked)
    with refused("InvalidInput", "must be a user's"):
        custom(world, **asked, CallerArn=caller.replace("user/bob", "role/bob"))
    (row,) = custom(world, **asked, CallerArn=caller)
    assert row["EvalDecisionDetails"] == {"IAM Policy": "allowed", "Resource Policy": "allowed"}
    bucket = {**asked, "ResourceArns": [OBJECT], "CallerArn": caller}
    assert custom(world, **bucket)[0]["EvalDecisionDetails"] == {}
    owner = "arn:aws:iam::444455556666:root"
    assert "IAM Policy" in custom(world, **bucket, ResourceOwner=owner)[0]["EvalDecisionDetails"]
    with refused("InvalidInput", "names no account"):
        custom(world, **bucket, ResourceOwner="arn:aws:iam::x:root")


@pytest.mark.parametrize("action", ["s3:*", "s3:Get?", "GetObject", "s3:", "s3:a:b"])
def test_an_action_is_one_action(world, action):
    with refused("InvalidInput"):
        custom(world, ActionNames=[action])


def test_a_text_that_is_no_policy_is_refused_with_its_place(world):
    with refused("InvalidInput", "PolicyInputList.2 is no policy"):
        custom(world, PolicyInputList=[READ, "{"])
    with refused("InvalidInput", "ResourcePolicy"):
        custom(world, ResourcePolicy="{}", CallerArn=f"arn:aws:iam::{world.account.number}:user/bob")


def test_too_much_at_once_is_refused(world):
    text = json.dumps({"Version": "2012-10-17", "Statement": allow("s3:*")["Statement"] * 500})
    with refused("InvalidInput", f"at most {EVALUATIONS}"):
        custom(world, PolicyInputList=[text], ActionNames=["s3:GetObject"] * 30, ResourceArns=[OBJECT] * 20)
    entry = {"ContextKeyName": "aws:k", "ContextKeyType": "stringList", "ContextKeyValues": ["a"] * 5000}
    with refused("InvalidInput", f"at most {EVALUATIONS}"):
        custom(world, PolicyInputList=[text], ContextEntries=[entry])


def test_an_ec2_scenario_needs_its_resources(world):
    with refused("InvalidInput", "EC2-VPC-EBS"):
        custom(world, ResourceHandlingOption="EC2-Moon")
    with refused("InvalidInput", "network-interface, volume"):
        custom(
            world,
            ResourceHandlingOption="EC2-VPC-EBS",
            ResourceArns=[
                f"arn:aws:ec2:us-east-1:111122223333:{kind}/x"
                for kind in ("instance", "image", "security-group")
            ],
        )
    for option, kinds in SCENARIOS.items():
        arns = [f"arn:aws:ec2:us-east-1:111122223333:{kind}/x" for kind in kinds]
        assert len(custom(world, ResourceHandlingOption=option, ResourceArns=arns)) == len(kinds)


def test_a_user_has_its_groups_policies_too(world, dave):
    assert decisions(of(world, dave, ActionNames=["s3:GetObject", "s3:PutObject", "s3:Other"])) == [
        "allowed",
        "allowed",
        "implicitDeny",
    ]
    (row,) = of(world, dave)
    assert row["MatchedStatements"][0]["SourcePolicyId"] == "user_dave_given"


def test_a_group_and_a_role_can_be_simulated(world, dave):
    group = dave.replace("user/dave", "group/writers")
    assert decisions(of(world, group, ActionNames=["s3:PutObject", "s3:GetObject"])) == [
        "allowed",
        "implicitDeny",
    ]
    trust = TRUST % world.account.number
    role = world.root.iam("CreateRole", RoleName="app", AssumeRolePolicyDocument=trust)["Role"]["Arn"]
    world.root.iam("PutRolePolicy", RoleName="app", PolicyName="r", PolicyDocument=READ)
    assert decisions(of(world, role)) == ["allowed"]


def test_further_policies_and_a_boundary_can_be_tried(world, dave):
    assert decisions(of(world, dave, PolicyInputList=[json.dumps(deny("s3:*"))])) == ["explicitDeny"]
    tried = of(world, dave, PermissionsBoundaryPolicyInputList=[json.dumps(allow("ec2:*"))])
    assert decisions(tried) == ["implicitDeny"]


def test_the_boundary_of_the_user_holds_unless_another_is_tried(world, dave):
    arn = world.root.iam("CreatePolicy", PolicyName="b", PolicyDocument=json.dumps(allow("ec2:*")))["Policy"][
        "Arn"
    ]
    world.root.iam("PutUserPermissionsBoundary", UserName="dave", PermissionsBoundary=arn)
    assert of(world, dave)[0]["PermissionsBoundaryDecisionDetail"] == {"AllowedByPermissionsBoundary": False}
    assert decisions(of(world, dave, PermissionsBoundaryPolicyInputList=[READ])) == ["allowed"]
    excluded = [{"PolicyType": "permission-boundary"}]
    assert decisions(of(world, dave, PolicyExclusionList=excluded)) == ["allowed"]


def test_policies_can_be_left_out(world, dave):
    managed = world.root.iam("CreatePolicy", PolicyName="everything", PolicyDocument=json.dumps(allow("*")))
    arn = managed["Policy"]["Arn"]
    world.root.iam("AttachUserPolicy", UserName="dave", PolicyArn=arn)
    inline = {"PolicyName": "given", "AttachmentType": "user", "AttachmentName": "dave"}
    wild = arn.replace("everything", "every*")
    for excluded, decision in (
        ([{"PolicyType": "inline"}], "allowed"),
        ([{"PolicyType": "inline"}, {"PolicyArn": arn}], "implicitDeny"),
        ([{"InlinePolicyIdentifier": inline}, {"PolicyType": "user-managed"}], "implicitDeny"),
        ([{"InlinePolicyIdentifier": {**inline, "AttachmentName": "bob"}}, {"PolicyArn": wild}], "allowed"),
        ([{"PolicyType": "rcp"}, {"PolicyType": "aws-managed"}], "allowed"),
    ):
        assert decisions(of(world, dave, PolicyExclusionList=excluded)) == [decision], excluded


def test_an_inline_policy_can_be_left_out_whatever_the_path_of_its_owner_holds(world, dave):
    world.root.iam("UpdateUser", UserName="dave", NewPath="/a:role/b:c/")
    moved = world.root.iam("GetUser", UserName="dave")["User"]["Arn"]
    inline = {"PolicyName": "given", "AttachmentType": "user", "AttachmentName": "dave"}
    assert decisions(of(world, moved)) == ["allowed"]
    assert decisions(of(world, moved, PolicyExclusionList=[{"InlinePolicyIdentifier": inline}])) == [
        "implicitDeny"
    ]


@pytest.mark.parametrize(
    "wrong",
    [
        {"PolicyArn": "arn:aws:iam::111122223333:role/x-long-enough"},
        {"PolicyArn": "arn:aws:iam::111122223333:policy/a*b*"},
        {"PolicyArn": "arn:aws:iam::1111*2223333:policy/ab"},
        {"PolicyArn": "arn:aws:iam::111122223333:policy/ab", "PolicyType": "scp"},
        {},
    ],
)
def test_a_wrong_exclusion_is_refused(world, dave, wrong):
    with refused("InvalidInput"):
        of(world, dave, PolicyExclusionList=[wrong])


def test_another_may_call_with_the_users_policies(world, dave):
    assert decisions(of(world, dave, CallerArn=dave.replace("dave", "bob"))) == ["allowed"]


@pytest.mark.parametrize("operation", ["SimulatePrincipalPolicy", "GetContextKeysForPrincipalPolicy"])
def test_what_is_no_user_group_or_role_is_no_source(world, operation):
    extra = {"ActionNames": ["s3:GetObject"]} if operation.startswith("Sim") else {}
    number = world.account.number
    for arn in (f"arn:aws:iam::{number}:policy/x", f"arn:aws:sts::{number}:assumed-role/a/b", "x" * 20):
        with refused("InvalidInput", "does not clearly define entity type and name"):
            world.alice.iam(operation, PolicySourceArn=arn, **extra)
    for arn in (
        f"arn:aws:iam::{number}:user/nobody",
        f"arn:aws:iam::{number}:user/wrong/path/bob",
        f"arn:aws:iam::{world.other.number}:user/carol",
    ):
        with refused("NoSuchEntity", "cannot be found"):
            world.alice.iam(operation, PolicySourceArn=arn, **extra)


def test_a_stored_text_that_cannot_be_evaluated_is_our_fault(world, dave):
    InlinePolicy.objects.filter(name="given").update(document="{")
    with refused("PolicyEvaluation"):
        of(world, dave)


def test_context_keys_are_named_as_written_and_once(world, dave):
    text = json.dumps(allow("s3:*", condition={"Bool": {"aws:SecureTransport": "true"}}))
    other = json.dumps(allow("s3:*", condition={"Bool": {"AWS:securetransport": "true", "s3:x": "y"}}))
    answer = world.alice.iam("GetContextKeysForCustomPolicy", PolicyInputList=[text, other])
    assert answer["ContextKeyNames"] == ["aws:SecureTransport", "s3:x"]
    answer = world.alice.iam("GetContextKeysForPrincipalPolicy", PolicySourceArn=dave, PolicyInputList=[text])
    assert answer["ContextKeyNames"] == ["aws:SecureTransport"]
    bounds = json.dumps(allow("s3:*", condition={"StringEquals": {"aws:PrincipalTag/Team": "x"}}))
    made = world.root.iam("CreatePolicy", PolicyName="bounds", PolicyDocument=bounds)["Policy"]["Arn"]
    world.root.iam("PutUserPermissionsBoundary", UserName="dave", PermissionsBoundary=made)
    answer = world.alice.iam("GetContextKeysForPrincipalPolicy", PolicySourceArn=dave)
    assert answer["ContextKeyNames"] == ["aws:PrincipalTag/Team"]
    with refused("InvalidInput", "PolicyInputList.1"):
        world.alice.iam("GetContextKeysForCustomPolicy", PolicyInputList=["[]"])


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("SimulateCustomPolicy", {"PolicyInputList": [READ], "ActionNames": ["s3:GetObject"]}),
        ("GetContextKeysForCustomPolicy", {"PolicyInputList": [READ]}),
    ],
)
def test_permission_is_needed(world, action, params):
    permission.holds(world, action, params)


@pytest.mark.parametrize(
    ("action", "params"),
    [
        ("SimulatePrincipalPolicy", {"ActionNames": ["s3:GetObject"]}),
        ("GetContextKeysForPrincipalPolicy", {}),
    ],
)
def test_permission_is_needed_on_the_principal(world, dave, action, params):
    permission.holds(world, action, {"PolicySourceArn": dave, **params})
    on_dave = world.user("erin", policy=allow(f"iam:{action}", resource=dave))
    on_dave.iam(action, PolicySourceArn=dave, **params)
    with refused("AccessDenied"):
        on_dave.iam(action, PolicySourceArn=dave.replace("dave", "bob"), **params)
    assert last_event(world.account).outcome == "denied"
