"""The policy that the tests of policy pages look at."""

import json

from tests.world import World, allow

TEXT = json.dumps(allow("s3:GetObject"), indent=2)
OTHER = json.dumps(allow("s3:GetObject", "s3:PutObject"), indent=2)
BASE = "/iam/policies/own/ReadBuckets/"


def read_buckets(world: World) -> str:
    """A policy of the first account, by its ARN."""
    made = world.root.iam(
        "CreatePolicy",
        PolicyName="ReadBuckets",
        Path="/data/",
        PolicyDocument=TEXT,
        Description="Reads",
        Tags=[{"Key": "team", "Value": "red"}],
    )
    return str(made["Policy"]["Arn"])


def in_five_versions(world: World) -> str:
    """The policy with as many versions as it may have; v1 is in force."""
    arn = read_buckets(world)
    for _ in range(4):
        world.root.iam("CreatePolicyVersion", PolicyArn=arn, PolicyDocument=OTHER)
    return arn


def versions(world: World, arn: str) -> dict[str, bool]:
    """Its versions, and which is in force."""
    rows = world.root.iam("ListPolicyVersions", PolicyArn=arn)["Versions"]
    return {row["VersionId"]: row["IsDefaultVersion"] for row in rows}
