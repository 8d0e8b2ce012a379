"""Service last accessed: what policies grant beside what was really used, read by whoever asked for it."""

import json
from datetime import timedelta

import pytest
from django.utils import timezone

from iam.models import Job, JobState
from iam.tasks import run_job
from tests.operations import permission
from tests.world import allow, deny, refused

IAM = "AWS Identity and Access Management"


@pytest.fixture
def world(world):
    """The cast at the present moment, since the worker looks at the clock."""
    for actor in (world.root, world.alice, world.bob, world.carol):
        actor.now = timezone.now()
    return world


@pytest.fixture
def dora(world):
    """May list and get users, and everything of STS."""
    made = world.user("dora", policy=allow("iam:ListUsers", "iam:GetUser", "sts:*"))
    made.now = world.root.now
    return made


def arn(actor):
    return actor.principal.arn


def generate(actor, resource, granularity="SERVICE_LEVEL"):
    job_id = actor.iam("GenerateServiceLastAccessedDetails", Arn=resource, Granularity=granularity)["JobId"]
    for job in Job.objects.open():
        run_job(job.pk)
    return job_id


def details(actor, resource, granularity="SERVICE_LEVEL"):
    job_id = generate(actor, resource, granularity)
    return actor.iam("GetServiceLastAccessedDetails", JobId=job_id, MaxItems=1000)


def services(answer):
    return {entry["ServiceNamespace"]: entry for entry in answer["ServicesLastAccessed"]}


def test_a_user_report_lists_the_services_granted_with_their_last_use(world, dora):
    dora.iam("ListUsers")
    answer = details(world.alice, arn(dora))
    assert (answer["JobStatus"], answer["JobType"], answer["IsTruncated"]) == (
        "COMPLETED",
        "SERVICE_LEVEL",
        False,
    )
    assert answer["JobCompletionDate"] >= answer["JobCreationDate"]
    assert list(services(answer)) == ["iam", "sts"]
    assert services(answer)["iam"] == {
        "ServiceName": services(answer)["iam"]["ServiceName"],
        "ServiceNamespace": "iam",
        "LastAuthenticated": dora.now,
        "LastAuthenticatedEntity": arn(dora),
        "LastAuthenticatedRegion": "us-east-1",
        "TotalAuthenticatedEntities": 1,
    }
    assert services(answer)["iam"]["ServiceName"].startswith(IAM)


def test_a_path_may_hold_colons_and_the_names_of_other_kinds(world):
    eve = world.user("eve", policy=allow("iam:ListUsers"), Path="/a:policy/b:c/")
    answer = details(world.alice, arn(eve))
    assert answer["JobStatus"] == "COMPLETED"
    assert list(services(answer)) == ["iam"]


def test_a_service_never_used_has_no_use(world, dora):
    sts = services(details(world.alice, arn(dora)))["sts"]
    assert sts["TotalAuthenticatedEntities"] == 0
    assert "LastAuthenticated" not in sts


def test_attempts_that_were_refused_count(world, dora):
    with refused("AccessDenied"):
        dora.iam("CreateUser", UserName="eve")
    assert services(details(world.alice, arn(dora)))["iam"]["LastAuthenticated"] == dora.now


def test_actions_are_told_where_the_service_was_used(world, dora):
    dora.iam("ListUsers")
    found = services(details(world.alice, arn(dora), "ACTION_LEVEL"))
    assert found["iam"]["TrackedActionsLastAccessed"] == [
        {"ActionName": "GetUser"},
        {
            "ActionName": "ListUsers",
            "LastAccessedEntity": arn(dora),
            "LastAccessedTime": dora.now,
            "LastAccessedRegion": "us-east-1",
        },
    ]
    assert "TrackedActionsLastAccessed" not in found["sts"]


def test_a_console_page_counts_as_the_actions_it_stands_for(world, dora):
    dora.run("console.UserTable")
    actions = services(details(world.alice, arn(dora), "ACTION_LEVEL"))["iam"]["TrackedActionsLastAccessed"]
    assert next(action for action in actions if action["ActionName"] == "ListUsers")["LastAccessedTime"]


def test_what_is_denied_altogether_is_not_granted(world):
    policy = allow("s3:*", "sqs:SendMessage", "ec2:NoSuchAction")
    policy["Statement"] += deny("s3:*")["Statement"]
    policy["Statement"] += deny("sqs:*", condition={"Bool": {"aws:MultiFactorAuthPresent": "false"}})[
        "Statement"
    ]
    dora = world.user("dora", policy=policy)
    assert list(services(details(world.alice, arn(dora)))) == ["sqs"]


def test_everything_but_some_is_granted(world):
    policy = allow()
    policy["Statement"][0] = {"Effect": "Allow", "NotAction": ["iam:*", "s3:Get*"], "Resource": "*"}
    found = services(details(world.alice, arn(world.user("dora", policy=policy))))
    assert "iam" not in found
    assert {"s3", "sts", "wardstead"} <= set(found)


def test_a_group_report_is_about_its_members(world, dora):
    world.root.iam("CreateGroup", GroupName="devs")
    group = world.root.iam("GetGroup", GroupName="devs")["Group"]["Arn"]
    world.root.iam(
        "PutGroupPolicy", GroupName="devs", PolicyName="p", PolicyDocument=json.dumps(allow("iam:Get*"))
    )
    for name in ("dora", "bob"):
        world.root.iam("AddUserToGroup", GroupName="devs", UserName=name)
    dora.iam("ListUsers")
    later = world.bob.later(seconds=5)
    with refused("AccessDenied"):
        later.iam("ListUsers")
    iam = services(details(world.alice, group))["iam"]
    assert (iam["LastAuthenticatedEntity"], iam["LastAuthenticated"]) == (arn(world.bob), later.now)
    assert iam["TotalAuthenticatedEntities"] == 2


def test_a_role_report_is_about_its_sessions(world):
    trust = allow("sts:AssumeRole")
    del trust["Statement"][0]["Resource"]
    trust["Statement"][0]["Principal"] = {"AWS": arn(world.alice)}
    role = world.root.iam("CreateRole", RoleName="ops", AssumeRolePolicyDocument=json.dumps(trust))["Role"][
        "Arn"
    ]
    world.root.iam("PutRolePolicy", RoleName="ops", PolicyName="p", PolicyDocument=json.dumps(allow("iam:*")))
    session = world.alice.assume(world.alice.sts("AssumeRole", RoleArn=role, RoleSessionName="session"))
    session.iam("ListUsers")
    assert services(details(world.alice, role))["iam"]["LastAuthenticatedEntity"] == role


def test_a_policy_report_is_about_everybody_who_has_it(world, dora):
    policy = world.root.iam(
        "CreatePolicy", PolicyName="p", PolicyDocument=json.dumps(allow("iam:*", "sqs:*"))
    )
    policy_arn = policy["Policy"]["Arn"]
    world.root.iam("CreateGroup", GroupName="devs")
    world.root.iam("AddUserToGroup", GroupName="devs", UserName="dora")
    world.root.iam("AttachGroupPolicy", GroupName="devs", PolicyArn=policy_arn)
    world.root.iam("AttachUserPolicy", UserName="bob", PolicyArn=policy_arn)
    dora.iam("ListUsers")
    job_id = generate(world.alice, policy_arn)
    answer = world.alice.iam("GetServiceLastAccessedDetails", JobId=job_id)
    assert services(answer)["iam"]["TotalAuthenticatedEntities"] == 1
    used = entities(world.alice, job_id, "iam")
    assert [entry["EntityInfo"]["Name"] for entry in used] == ["dora", "bob"]
    assert used[0] == {
        "EntityInfo": {
            "Arn": arn(dora),
            "Name": "dora",
            "Type": "USER",
            "Id": dora.principal.unique_id,
            "Path": "/",
        },
        "LastAuthenticated": dora.now,
    }
    assert [entry["EntityInfo"]["Name"] for entry in entities(world.alice, job_id, "sqs")] == ["bob", "dora"]
    assert entities(world.alice, job_id, "s3") == []


def entities(actor, job_id, service):
    answer = actor.iam("GetServiceLastAccessedDetailsWithEntities", JobId=job_id, ServiceNamespace=service)
    assert answer["JobStatus"] == "COMPLETED"
    return answer["EntityDetailsList"]


def test_entities_deleted_since_are_left_out(world, dora):
    job_id = generate(world.alice, arn(dora))
    world.root.iam("DeleteUserPolicy", UserName="dora", PolicyName="given")
    world.root.iam("DeleteUser", UserName="dora")
    assert entities(world.alice, job_id, "iam") == []


def test_aws_policies_have_reports_too(world):
    answer = details(world.alice, "arn:aws:iam::aws:policy/IAMReadOnlyAccess")
    assert "iam" in services(answer)


def test_lists_come_by_pages(world, dora):
    job_id = generate(world.alice, arn(dora))
    first = world.alice.iam("GetServiceLastAccessedDetails", JobId=job_id, MaxItems=1)
    assert (list(services(first)), first["IsTruncated"]) == (["iam"], True)
    second = world.alice.iam(
        "GetServiceLastAccessedDetails", JobId=job_id, MaxItems=1, Marker=first["Marker"]
    )
    assert (list(services(second)), second["IsTruncated"]) == (["sts"], False)


def test_a_job_under_way_has_no_end_and_no_services(world, dora):
    ask = {"Arn": arn(dora)}
    job_id = world.alice.iam("GenerateServiceLastAccessedDetails", **ask)["JobId"]
    assert len(job_id) == 36
    answer = world.alice.iam("GetServiceLastAccessedDetails", JobId=job_id)
    assert (answer["JobStatus"], answer["ServicesLastAccessed"]) == ("IN_PROGRESS", [])
    assert answer["JobCompletionDate"] is None
    assert world.alice.iam("GenerateServiceLastAccessedDetails", **ask)["JobId"] == job_id
    other = world.alice.iam("GenerateServiceLastAccessedDetails", **ask, Granularity="ACTION_LEVEL")["JobId"]
    assert other != job_id


def test_a_report_on_what_has_gone_fails_and_says_why(world, dora):
    job_id = world.alice.iam("GenerateServiceLastAccessedDetails", Arn=arn(dora))["JobId"]
    world.root.iam("DeleteUserPolicy", UserName="dora", PolicyName="given")
    world.root.iam("DeleteUser", UserName="dora")
    run_job(Job.objects.get().pk)
    assert Job.objects.get().state == JobState.FAILED
    answer = world.alice.iam("GetServiceLastAccessedDetails", JobId=job_id)
    assert (answer["JobStatus"], answer["ServicesLastAccessed"]) == ("FAILED", [])
    assert answer["Error"] == {"Code": "NoSuchEntity", "Message": "The user with name dora cannot be found."}


@pytest.mark.parametrize(
    "action", ["GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities"]
)
def test_nobody_but_the_starter_reads_a_report(world, dora, action):
    given = {"JobId": generate(world.alice, arn(dora))}
    if action.endswith("Entities"):
        given["ServiceNamespace"] = "iam"
    world.alice.iam(action, **given)
    for other in (world.root, world.carol):
        with refused("NoSuchEntity"):
            other.iam(action, **given)
    with refused("NoSuchEntity"):
        world.alice.iam(action, **given | {"JobId": "x" * 36})


def test_another_session_of_the_same_user_reads_it(world, dora):
    job_id = generate(world.alice, arn(dora))
    again = world.alice.later(days=2)
    assert again.iam("GetServiceLastAccessedDetails", JobId=job_id)["JobStatus"] == "COMPLETED"


@pytest.mark.parametrize(
    ("resource", "code"),
    [
        ("arn:aws:iam::{}:user/nobody", "NoSuchEntity"),
        ("arn:aws:iam::{}:policy/none", "NoSuchEntity"),
        ("arn:aws:iam::{}:root", "InvalidInput"),
        ("arn:aws:s3:::bucket/with/policy/in", "InvalidInput"),
        ("arn:aws:iam::000000000000:user/alice", "NoSuchEntity"),
    ],
)
def test_a_resource_must_be_there(world, resource, code):
    with refused(code):
        world.alice.iam("GenerateServiceLastAccessedDetails", Arn=resource.format(world.account.number))


def test_generating_takes_the_permission_on_the_resource(world, dora):
    permission.holds(world, "GenerateServiceLastAccessedDetails", {"Arn": arn(dora)})
    eve = world.user("eve", policy=allow("iam:GenerateServiceLastAccessedDetails", resource=arn(dora)))
    eve.iam("GenerateServiceLastAccessedDetails", Arn=arn(dora))
    with refused("AccessDenied"):
        eve.iam("GenerateServiceLastAccessedDetails", Arn=arn(world.bob))


@pytest.mark.parametrize(
    "action", ["GetServiceLastAccessedDetails", "GetServiceLastAccessedDetailsWithEntities"]
)
def test_reading_takes_the_permission(world, dora, action):
    given = {"JobId": generate(world.alice, arn(dora))}
    if action.endswith("Entities"):
        given["ServiceNamespace"] = "iam"
    permission.holds(world, action, given)


def test_uses_past_four_hundred_days_are_not_told(world, dora):
    dora.later(days=-401).iam("ListUsers")
    assert services(details(world.alice, arn(dora)))["iam"]["TotalAuthenticatedEntities"] == 0


def test_a_user_made_anew_has_used_nothing(world, dora):
    dora.iam("ListUsers")
    world.root.iam("DeleteUserPolicy", UserName="dora", PolicyName="given")
    world.root.iam("DeleteUser", UserName="dora")
    again = world.user("dora", policy=allow("iam:*"))
    assert services(details(world.alice, arn(again)))["iam"]["TotalAuthenticatedEntities"] == 0


def test_uses_are_kept_to_the_minute(world, dora):
    dora.iam("ListUsers")
    dora.later(seconds=59).iam("ListUsers")
    assert services(details(world.alice, arn(dora)))["iam"]["LastAuthenticated"] == dora.now
    dora.later(seconds=61).iam("ListUsers")
    last = services(details(world.alice, arn(dora)))["iam"]["LastAuthenticated"]
    assert last - dora.now == timedelta(seconds=61)
