"""The workload of the benchmark, made from a seed: policies, principals that have them, and streams of requests.

Policies have 5 to 20 statements, 30 % of them with conditions, 10 % Denies, some resources with variables.
"""

import json
import random  # noqa: TID251  # the same workload every time is the point
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

SEED = 20260101
ACCOUNT = "111122223333"
USER = f"arn:aws:iam::{ACCOUNT}:user/alice"

# Services with their actions, and how their ARNs begin.
_SERVICES = {
    "s3": ("GetObject PutObject DeleteObject ListBucket GetBucketPolicy PutBucketPolicy", "arn:aws:s3:::"),
    "sqs": ("SendMessage ReceiveMessage DeleteMessage GetQueueUrl PurgeQueue", f"arn:aws:sqs:eu-west-1:{ACCOUNT}:"),
    "dynamodb": ("GetItem PutItem Query Scan DeleteItem UpdateItem", f"arn:aws:dynamodb:eu-west-1:{ACCOUNT}:table/"),
    "iam": ("GetUser CreateUser DeleteUser ListUsers TagUser GetRole PassRole", f"arn:aws:iam::{ACCOUNT}:user/"),
    "ec2": ("RunInstances StartInstances StopInstances DescribeInstances", f"arn:aws:ec2:eu-west-1:{ACCOUNT}:instance/"),
    "lambda": ("InvokeFunction GetFunction UpdateFunctionCode", f"arn:aws:lambda:eu-west-1:{ACCOUNT}:function:"),
    "kinesis": ("GetRecords PutRecord PutRecords ListShards", f"arn:aws:kinesis:eu-west-1:{ACCOUNT}:stream/"),
    "logs": ("CreateLogGroup PutLogEvents GetLogEvents FilterLogEvents", f"arn:aws:logs:eu-west-1:{ACCOUNT}:log-group:"),
    "sns": ("Publish Subscribe ListTopics DeleteTopic", f"arn:aws:sns:eu-west-1:{ACCOUNT}:"),
}  # fmt: skip
_TEAMS = [f"team{number}" for number in range(12)]
_PLACES = [f"{word}{number}" for word in ("data", "logs", "web", "app", "build") for number in range(20)]
CONTEXT = {
    "aws:username": "alice",
    "aws:principaltag/team": "team3",
    "aws:sourceip": "192.0.2.7",
    "aws:securetransport": "true",
    "aws:requestedregion": "eu-west-1",
}


@dataclass(frozen=True)
class Asked:
    """One request."""

    action: str
    resource: str
    context: dict[str, str]


class Maker:
    """Makes policies and requests."""

    def __init__(self, seed: int = SEED) -> None:
        self._random = random.Random(seed)  # noqa: S311  # no secret comes of it

    def policy(self) -> dict[str, Any]:
        """Return a policy."""
        count = self._random.randint(5, 20)
        return {"Version": "2012-10-17", "Statement": [self._statement(number) for number in range(count)]}

    def texts(self, count: int) -> list[str]:
        """Return the texts of so many policies."""
        return [json.dumps(self.policy(), indent=2) for _ in range(count)]

    def _statement(self, number: int) -> dict[str, Any]:
        service = self._random.choice(list(_SERVICES))
        names, start = _SERVICES[service]
        statement: dict[str, Any] = {
            "Sid": f"s{number}",
            "Effect": "Deny" if self._random.random() < 0.1 else "Allow",
            "Action": list(dict.fromkeys(self._actions(service, names.split()))),
            "Resource": list(dict.fromkeys(self._resources(start))),
        }
        if self._random.random() < 0.3:
            statement["Condition"] = self._condition()
        return statement

    def _actions(self, service: str, names: list[str]) -> Iterator[str]:
        for _ in range(self._random.randint(1, 4)):
            name = self._random.choice(names)
            wide = self._random.random() < 0.2
            yield f"{service}:{name[: self._random.randint(3, 5)]}*" if wide else f"{service}:{name}"

    def _resources(self, start: str) -> Iterator[str]:
        for _ in range(self._random.randint(1, 3)):
            place, kind = self._random.choice(_PLACES), self._random.random()
            if kind < 0.15:
                yield f"{start}{place}/home/${{aws:username}}/*"
            elif kind < 0.75:
                yield f"{start}{place}/*"
            else:
                yield f"{start}{place}/part{self._random.randint(0, 9)}"

    def _condition(self) -> dict[str, Any]:
        kinds: list[dict[str, Any]] = [
            {"StringEquals": {"aws:PrincipalTag/team": self._random.sample(_TEAMS, 4)}},
            {"IpAddress": {"aws:SourceIp": ["192.0.2.0/24", "198.51.100.0/24"]}},
            {"Bool": {"aws:SecureTransport": "true"}},
            {"StringLike": {"aws:RequestedRegion": self._random.choice(["eu-*", "us-*"])}},
        ]
        first, second = self._random.sample(kinds, 2)
        return {**first, **second} if self._random.random() < 0.3 else first

    def request(self, policies: list[dict[str, Any]]) -> Asked:
        """Return a request: often aimed at a statement, often missing it."""
        statement = self._random.choice(self._random.choice(policies)["Statement"])
        action = self._random.choice(statement["Action"])
        service, _, name = action.partition(":")
        names, start = _SERVICES[service]
        fitting = [each for each in names.split() if each.startswith(name.rstrip("*"))]
        resource = self._random.choice(statement["Resource"])
        if self._random.random() < 0.4:
            resource = f"{start}{self._random.choice(_PLACES)}/*"
        filled = resource.replace("${aws:username}", self._random.choice(["alice", "alice", "bob"]))
        filled = filled.replace("*", f"part{self._random.randint(0, 99)}/file.csv")
        return Asked(f"{service}:{self._random.choice(fitting)}", filled, self._context())

    def _context(self) -> dict[str, str]:
        team = self._random.choice(_TEAMS)
        address = self._random.choice(["192.0.2.7", "203.0.113.9"])
        return {**CONTEXT, "aws:principaltag/team": team, "aws:sourceip": address}
