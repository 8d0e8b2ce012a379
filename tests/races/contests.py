"""Contests: what many callers ask at the same moment, and how many of them may get it.

The same contests are held in tests (threads) and by `make bench` (64 racers, 50 rounds, real servers).
"""

import base64
import json
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any, Protocol

from django_otp.oath import totp

Asked = tuple[str, dict[str, Any]]
ROOMY = {
    "Users": 10**6,
    "Groups": 10**6,
    "Roles": 10**6,
    "Policies": 10**6,
    "MFADevices": 10**6,
}


class Field(Protocol):
    """Where contests are held."""

    account_number: str
    racers: int

    def ask(self, name: str, **params: Any) -> dict[str, Any]:
        """Run an operation as the administrator; the answer by member names."""

    def set_quotas(self, **quotas: int) -> None:
        """Give the account these limits beside roomy ones."""

    def count(self, kind: str) -> int:
        """How many rows of a kind the account has, such as users."""


@dataclass(frozen=True, slots=True)
class Contest:
    """`prepare` gets the field and the number of the round and returns what each racer asks.

    `winners` is how many succeed; the others get one of `refusals`.  None: any number may.
    """

    name: str
    prepare: Callable[[Field, int], list[Asked]]
    winners: int | None
    refusals: frozenset[str]

    def judged(self, codes: Iterable[str]) -> list[str]:
        """What is wrong with how it went; a code is empty for a success."""
        codes = list(codes)
        won = codes.count("")
        faults = sorted({code for code in codes if code} - self.refusals)
        problems = [f"{self.name}: {code} is no answer to that" for code in faults]
        if self.winners is not None and won != self.winners:
            problems.append(f"{self.name}: {won} of {len(codes)} succeeded, and {self.winners} should")
        return problems


FULL, TAKEN = frozenset({"LimitExceeded"}), frozenset({"EntityAlreadyExists"})


def _policy(statements: int = 1) -> str:
    statement = {"Effect": "Allow", "Action": "sqs:SendMessage", "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement] * statements}, separators=(",", ":"))


def _of_size(size: int) -> str:
    text = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Action":"sqs:*","Resource":"%s"}}'
    return text % ("arn:aws:sqs:::" + "x" * (size - len(text) + 2 - 14))


TRUST = '{"Version":"2012-10-17","Statement":{"Effect":"Allow","Principal":{"AWS":"*"},"Action":"sts:AssumeRole"}}'


def _arn(field: Field, name: str) -> str:
    return f"arn:aws:iam::{field.account_number}:policy/{name}"


def _user(field: Field, kind: str, number: int) -> str:
    name = f"{kind}-{number}"
    field.ask("iam.CreateUser", UserName=name)
    return name


def _keys(field: Field, number: int) -> list[Asked]:
    user = _user(field, "keys", number)
    return [("iam.CreateAccessKey", {"UserName": user})] * field.racers


def _versions(field: Field, number: int) -> list[Asked]:
    name = f"versions-{number}"
    field.ask("iam.CreatePolicy", PolicyName=name, PolicyDocument=_policy())
    asked = {"PolicyArn": _arn(field, name), "PolicyDocument": _policy(2)}
    return [("iam.CreatePolicyVersion", asked)] * field.racers


def _groups(field: Field, number: int) -> list[Asked]:
    user = _user(field, "groups", number)
    if number == 0:
        for racer in range(field.racers):
            field.ask("iam.CreateGroup", GroupName=f"club-{racer}")
    return [
        ("iam.AddUserToGroup", {"UserName": user, "GroupName": f"club-{racer}"})
        for racer in range(field.racers)
    ]


def _attachments(field: Field, number: int) -> list[Asked]:
    user = _user(field, "attachments", number)
    if number == 0:
        for racer in range(field.racers):
            field.ask("iam.CreatePolicy", PolicyName=f"attached-{racer}", PolicyDocument=_policy())
    return [
        ("iam.AttachUserPolicy", {"UserName": user, "PolicyArn": _arn(field, f"attached-{racer}")})
        for racer in range(field.racers)
    ]


def _devices(field: Field, number: int) -> list[Asked]:
    user = _user(field, "devices", number)
    made = [
        field.ask("iam.CreateVirtualMFADevice", VirtualMFADeviceName=f"device-{number}-{racer}")[
            "VirtualMFADevice"
        ]
        for racer in range(field.racers)
    ]
    return [("iam.EnableMFADevice", {"UserName": user, **_codes(device)}) for device in made]


def _codes(device: dict[str, Any]) -> dict[str, str]:
    key = base64.b32decode(device["Base32StringSeed"])
    first, second = (f"{totp(key, drift=drift):06}" for drift in (-1, 0))
    return {
        "SerialNumber": device["SerialNumber"],
        "AuthenticationCode1": first,
        "AuthenticationCode2": second,
    }


def _inline(field: Field, number: int) -> list[Asked]:
    user = _user(field, "inline", number)
    text = _of_size(500)
    return [
        ("iam.PutUserPolicy", {"UserName": user, "PolicyName": f"p{racer}", "PolicyDocument": text})
        for racer in range(field.racers)
    ]


def _spelled(name: str, racer: int) -> str:
    """The name in a spelling of the racer's own."""
    return "".join(char.upper() if racer >> place & 1 else char for place, char in enumerate(name))


def _names(kind: str, **params: str) -> Callable[[Field, int], list[Asked]]:
    def prepare(field: Field, number: int) -> list[Asked]:
        return [
            (f"iam.Create{kind}", {f"{kind}Name": _spelled(f"unique-{number}", racer), **params})
            for racer in range(field.racers)
        ]

    return prepare


def _quota(field: Field, number: int) -> list[Asked]:
    field.set_quotas(Users=field.count("users") + 5)
    return [("iam.CreateUser", {"UserName": f"quota-{number}-{racer}"}) for racer in range(field.racers)]


def _crossing(field: Field, number: int) -> list[Asked]:
    """Users change from one boundary to the other and back, crosswise, while some with a boundary come and go."""
    if number == 0:
        for name in ("north", "south"):
            field.ask("iam.CreatePolicy", PolicyName=name, PolicyDocument=_policy())
    field.set_quotas()
    arns = [_arn(field, name) for name in ("north", "south")]
    asked: list[Asked] = []
    for racer in range(field.racers):
        name, arn = f"crossing-{number}-{racer}", arns[racer % 2]
        if racer % 4 != 3:
            field.ask("iam.CreateUser", UserName=name, PermissionsBoundary=arns[1 - racer % 2])
        change = {"UserName": name, "PermissionsBoundary": arn}
        asked.append(
            [
                ("iam.PutUserPermissionsBoundary", change),
                ("iam.PutUserPermissionsBoundary", change),
                ("iam.DeleteUser", {"UserName": name}),
                ("iam.CreateUser", change),
            ][racer % 4]
        )
    return asked


CONTESTS = (
    Contest("access keys of a user", _keys, 2, FULL),
    Contest("versions of a policy", _versions, 4, FULL),
    Contest("groups of a user", _groups, 10, FULL),
    Contest("attachments of a user", _attachments, 10, FULL),
    Contest("MFA devices of a user", _devices, 8, FULL),
    Contest("inline policies of a user", _inline, 4, FULL),
    Contest("a user's name", _names("User"), 1, TAKEN),
    Contest("a group's name", _names("Group"), 1, TAKEN),
    Contest("a role's name", _names("Role", AssumeRolePolicyDocument=TRUST), 1, TAKEN),
    Contest("a policy's name", _names("Policy", PolicyDocument=_policy()), 1, TAKEN),
    Contest("users of an account", _quota, 5, FULL),
    Contest("boundaries, crosswise", _crossing, None, frozenset({"Throttling"})),
)
