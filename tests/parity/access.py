"""Policies, roles, and what hangs on what."""

from tests.parity.papers import DOCUMENT, NOTHING, READ_ONLY, document, paged, policy_arn, trust
from tests.parity.sides import Side


def policies(side: Side) -> None:
    side.iam(
        "create_policy",
        PolicyName="releases",
        Path="/works/",
        Description="Reads.",
        PolicyDocument=DOCUMENT,
        Tags=[{"Key": "team", "Value": "red"}],
    )
    again = {"PolicyArn": policy_arn(side, "Releases", "/")}
    side.wrong("create_policy", "delete_policy", again, PolicyName="Releases", PolicyDocument=DOCUMENT)
    side.iam("create_policy", PolicyName="spare", PolicyDocument=DOCUMENT)
    for text in (
        "",
        "{",
        "[]",
        "{}",
        '{"Version": "2012-10-17"}',
        '{"Version": "2013-01-01", "Statement": []}',
        '{"Version": "2012-10-17", "Statement": []}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Maybe", "Action": "s3:GetObject", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "nothing", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "nothing"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Odd": 1}]}',
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "s3:GetObject", "Resource": "*", "Condition": {"OddEquals": {"aws:username": "x"}}}]}',
        document("s3:GetObject", resource="arn:aws:s3:::" + "x" * 6200),
    ):
        wrong = {"PolicyArn": policy_arn(side, "wrong", "/")}
        side.wrong("create_policy", "delete_policy", wrong, PolicyName="wrong", PolicyDocument=text)
    side.iam("get_policy", PolicyArn=policy_arn(side))
    side.iam("get_policy", PolicyArn=policy_arn(side, "nothing"))
    side.iam("get_policy", PolicyArn="nonsense-that-is-no-arn-at-all")
    side.iam("get_policy", PolicyArn=READ_ONLY)
    side.iam("list_policies", Scope="Local")
    side.iam("list_policies", Scope="Local", OnlyAttached=True)
    side.iam("list_policies", Scope="Local", PathPrefix="/works/")
    side.iam("list_policies", Scope="Odd")
    paged(side, "list_policies", Scope="Local")
    side.iam("tag_policy", PolicyArn=policy_arn(side), Tags=[{"Key": "stage", "Value": "prod"}])
    side.iam("list_policy_tags", PolicyArn=policy_arn(side))
    side.iam("untag_policy", PolicyArn=policy_arn(side), TagKeys=["team"])
    side.iam("list_policy_tags", PolicyArn=policy_arn(side))


def versions(side: Side) -> None:
    arn = policy_arn(side)
    side.iam("list_policy_versions", PolicyArn=arn)
    side.iam("create_policy_version", PolicyArn=arn, PolicyDocument=document("s3:PutObject"))
    side.iam(
        "create_policy_version", PolicyArn=arn, PolicyDocument=document("s3:ListBucket"), SetAsDefault=True
    )
    side.iam("get_policy", PolicyArn=arn)
    side.iam("get_policy_version", PolicyArn=arn, VersionId="v2")
    side.iam("get_policy_version", PolicyArn=arn, VersionId="v9")
    side.iam("get_policy_version", PolicyArn=arn, VersionId="odd")
    side.iam("create_policy_version", PolicyArn=arn, PolicyDocument=DOCUMENT)
    side.iam("create_policy_version", PolicyArn=arn, PolicyDocument=DOCUMENT)
    side.iam("create_policy_version", PolicyArn=arn, PolicyDocument=DOCUMENT)
    side.iam("list_policy_versions", PolicyArn=arn)
    paged(side, "list_policy_versions", PolicyArn=arn)
    side.iam("set_default_policy_version", PolicyArn=arn, VersionId="v1")
    side.iam("set_default_policy_version", PolicyArn=arn, VersionId="v8")
    side.iam("delete_policy_version", PolicyArn=arn, VersionId="v1")
    side.iam("delete_policy_version", PolicyArn=arn, VersionId="v2")
    side.iam("delete_policy_version", PolicyArn=arn, VersionId="v2")
    side.iam("create_policy_version", PolicyArn=arn, PolicyDocument=DOCUMENT)
    side.iam("create_policy_version", PolicyArn=policy_arn(side, "nothing"), PolicyDocument=DOCUMENT)
    side.iam("create_policy_version", PolicyArn=READ_ONLY, PolicyDocument=DOCUMENT)


def roles(side: Side) -> None:
    side.iam(
        "create_role",
        RoleName="Deploy",
        Path="/works/",
        Description="Deploys.",
        MaxSessionDuration=7200,
        AssumeRolePolicyDocument=trust(side),
        Tags=[{"Key": "team", "Value": "red"}],
    )
    again = {"RoleName": "deploy"}
    side.wrong("create_role", "delete_role", again, RoleName="deploy", AssumeRolePolicyDocument=trust(side))
    side.iam("create_role", RoleName="spare", AssumeRolePolicyDocument=trust(side))
    for text in (
        "",
        "{}",
        DOCUMENT,
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "nonsense"}, "Action": "sts:AssumeRole"}]}',
    ):
        side.wrong(
            "create_role",
            "delete_role",
            {"RoleName": "wrong"},
            RoleName="wrong",
            AssumeRolePolicyDocument=text,
        )
    for seconds in (3599, 43201):
        long = {"AssumeRolePolicyDocument": trust(side), "MaxSessionDuration": seconds}
        side.wrong("create_role", "delete_role", {"RoleName": "wrong"}, RoleName="wrong", **long)
    side.iam("get_role", RoleName="Deploy")
    side.iam("get_role", RoleName="nothing")
    side.iam("list_roles")
    side.iam("list_roles", PathPrefix="/works/")
    paged(side, "list_roles")
    side.iam("update_role", RoleName="Deploy", Description="Deploys by night.", MaxSessionDuration=3600)
    side.iam("update_role", RoleName="nothing", Description="x")
    side.iam("update_role_description", RoleName="spare", Description="Spare.")
    side.iam("get_role", RoleName="spare")
    side.iam(
        "update_assume_role_policy",
        RoleName="spare",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}]}',
    )
    side.iam("update_assume_role_policy", RoleName="spare", PolicyDocument="{}")
    side.quiet("update_assume_role_policy", RoleName="spare", PolicyDocument=trust(side))
    side.iam("update_assume_role_policy", RoleName="nothing", PolicyDocument=trust(side))
    side.iam("tag_role", RoleName="Deploy", Tags=[{"Key": "stage", "Value": "prod"}])
    side.iam("list_role_tags", RoleName="Deploy")
    paged(side, "list_role_tags", RoleName="Deploy")
    side.iam("untag_role", RoleName="Deploy", TagKeys=["stage"])
    side.iam("list_role_tags", RoleName="Deploy")
    side.iam("tag_role", RoleName="nothing", Tags=[{"Key": "a", "Value": "b"}])


def attachments(side: Side) -> None:
    arn = policy_arn(side)
    named = (("user", "UserName", "Dana"), ("group", "GroupName", "Builders"), ("role", "RoleName", "Deploy"))
    for kind, member, name in named:
        side.iam(f"attach_{kind}_policy", **{member: name}, PolicyArn=arn)
        side.iam(f"attach_{kind}_policy", **{member: name}, PolicyArn=arn)
        side.iam(f"attach_{kind}_policy", **{member: name}, PolicyArn=READ_ONLY)
        side.iam(f"attach_{kind}_policy", **{member: name}, PolicyArn=NOTHING)
        side.iam(f"attach_{kind}_policy", **{member: "nothing"}, PolicyArn=arn)
        side.iam(f"list_attached_{kind}_policies", **{member: name})
        side.iam(f"list_attached_{kind}_policies", **{member: name}, PathPrefix="/works/")
        side.iam(f"list_attached_{kind}_policies", **{member: "nothing"})
        paged(side, f"list_attached_{kind}_policies", **{member: name})
    side.iam("get_policy", PolicyArn=arn)
    side.iam("list_policies", Scope="Local", OnlyAttached=True)
    side.iam("list_entities_for_policy", PolicyArn=arn)
    side.iam("list_entities_for_policy", PolicyArn=arn, EntityFilter="User")
    side.iam("list_entities_for_policy", PolicyArn=policy_arn(side, "nothing"))
    busy = policy_arn(side, "busy", "/")
    side.quiet("create_policy", PolicyName="busy", PolicyDocument=DOCUMENT)
    side.quiet("create_user", UserName="busy")
    side.quiet("attach_user_policy", UserName="busy", PolicyArn=busy)
    side.iam("delete_policy", PolicyArn=busy)
    side.quiet("create_policy", PolicyName="busy", PolicyDocument=DOCUMENT)
    side.quiet("detach_user_policy", UserName="busy", PolicyArn=busy)
    side.quiet("delete_user", UserName="busy")
    side.quiet("delete_policy", PolicyArn=busy)
    for kind, member, name in named:
        side.iam(f"detach_{kind}_policy", **{member: name}, PolicyArn=READ_ONLY)
        side.iam(f"detach_{kind}_policy", **{member: name}, PolicyArn=READ_ONLY)
        side.iam(f"detach_{kind}_policy", **{member: "nothing"}, PolicyArn=arn)
        side.iam(f"detach_{kind}_policy", **{member: name}, PolicyArn=arn)


def inline(side: Side) -> None:
    for kind, member, name in (
        ("user", "UserName", "Dana"),
        ("group", "GroupName", "Builders"),
        ("role", "RoleName", "Deploy"),
    ):
        for policy in ("one", "two"):
            side.iam(f"put_{kind}_policy", **{member: name}, PolicyName=policy, PolicyDocument=DOCUMENT)
        for policy, text in (("wrong", "{}"), ("not good", DOCUMENT)):
            undo = {member: name, "PolicyName": policy}
            params = {**undo, "PolicyDocument": text}
            side.wrong(f"put_{kind}_policy", f"delete_{kind}_policy", undo, **params)
        side.iam(f"put_{kind}_policy", **{member: "nothing"}, PolicyName="one", PolicyDocument=DOCUMENT)
        side.iam(f"get_{kind}_policy", **{member: name}, PolicyName="one")
        side.iam(f"get_{kind}_policy", **{member: name}, PolicyName="absent")
        side.iam(f"list_{kind}_policies", **{member: name})
        side.iam(f"list_{kind}_policies", **{member: "nothing"})
        paged(side, f"list_{kind}_policies", **{member: name})
        side.iam(f"delete_{kind}_policy", **{member: name}, PolicyName="two")
        side.iam(f"delete_{kind}_policy", **{member: name}, PolicyName="two")


def boundaries(side: Side) -> None:
    arn = policy_arn(side)
    side.iam("put_role_permissions_boundary", RoleName="Deploy", PermissionsBoundary=arn)
    side.iam("get_role", RoleName="Deploy")
    side.iam(
        "put_role_permissions_boundary", RoleName="Deploy", PermissionsBoundary=policy_arn(side, "nothing")
    )
    side.iam("put_role_permissions_boundary", RoleName="nothing", PermissionsBoundary=arn)
    side.iam("delete_role_permissions_boundary", RoleName="Deploy")
    side.iam("put_user_permissions_boundary", UserName="Dana", PermissionsBoundary=arn)
    side.iam("delete_user_permissions_boundary", UserName="Dana")


def profiles(side: Side) -> None:
    side.iam(
        "create_instance_profile",
        InstanceProfileName="web",
        Path="/works/",
        Tags=[{"Key": "a", "Value": "b"}],
    )
    side.iam("create_instance_profile", InstanceProfileName="web")
    side.iam("create_instance_profile", InstanceProfileName="other")
    side.iam("add_role_to_instance_profile", InstanceProfileName="web", RoleName="Deploy")
    side.iam("add_role_to_instance_profile", InstanceProfileName="web", RoleName="spare")
    side.iam("add_role_to_instance_profile", InstanceProfileName="nothing", RoleName="Deploy")
    side.iam("add_role_to_instance_profile", InstanceProfileName="other", RoleName="nothing")
    side.iam("get_instance_profile", InstanceProfileName="web")
    side.iam("get_instance_profile", InstanceProfileName="nothing")
    side.iam("list_instance_profiles")
    paged(side, "list_instance_profiles")
    side.iam("list_instance_profiles_for_role", RoleName="Deploy")
    side.iam("list_instance_profiles_for_role", RoleName="nothing")
    side.iam("list_instance_profile_tags", InstanceProfileName="web")
    side.iam("tag_instance_profile", InstanceProfileName="web", Tags=[{"Key": "c", "Value": "d"}])
    side.iam("untag_instance_profile", InstanceProfileName="web", TagKeys=["a"])
    side.iam("delete_instance_profile", InstanceProfileName="web")
    side.iam("remove_role_from_instance_profile", InstanceProfileName="web", RoleName="Deploy")
    side.iam("remove_role_from_instance_profile", InstanceProfileName="web", RoleName="Deploy")
    side.iam("delete_instance_profile", InstanceProfileName="web")
    side.iam("delete_instance_profile", InstanceProfileName="other")
    side.iam("delete_instance_profile", InstanceProfileName="other")


def linked_roles(side: Side) -> None:
    made = side.iam("create_service_linked_role", AWSServiceName="batch.amazonaws.com").get("Role", {})
    name = made.get("RoleName", "none")
    side.iam("create_service_linked_role", AWSServiceName="batch.amazonaws.com")
    task = side.iam("delete_service_linked_role", RoleName=name).get("DeletionTaskId", "none")
    side.iam("get_service_linked_role_deletion_status", DeletionTaskId=task)
    side.iam("delete_service_linked_role", RoleName="nothing")
