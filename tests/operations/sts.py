"""What the STS tests share: trust policies, roles to assume, and devices whose codes are known."""

import base64
import json
from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from accounts import totp
from iam.call import SessionFacts
from tests.world import Actor, World, allow

ANSWERS = ("sts:AssumeRole", "sts:TagSession", "sts:SetSourceIdentity")


def trusting(
    *principals: str, actions: tuple[str, ...] = ANSWERS, condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A trust policy that lets these assume, tag and name."""
    statement: dict[str, Any] = {
        "Effect": "Allow",
        "Principal": {"AWS": list(principals)},
        "Action": list(actions),
    }
    return {
        "Version": "2012-10-17",
        "Statement": [statement | ({"Condition": condition} if condition else {})],
    }


def role(maker: Actor, trust: Mapping[str, Any], name: str = "deployer", **params: Any) -> str:
    """A role's ARN."""
    document = json.dumps(trust)
    made = maker.iam("CreateRole", RoleName=name, AssumeRolePolicyDocument=document, **params)
    return str(made["Role"]["Arn"])


def grant(maker: Actor, role_name: str, policy: Mapping[str, Any]) -> None:
    """An inline policy on a role."""
    text = json.dumps(policy)
    maker.iam("PutRolePolicy", RoleName=role_name, PolicyName="given", PolicyDocument=text)


def assumed(caller: Actor, role_arn: str, name: str = "session", **params: Any) -> Actor:
    """Who one is with the role."""
    return caller.assume(caller.sts("AssumeRole", RoleArn=role_arn, RoleSessionName=name, **params))


def facts(session: Actor) -> SessionFacts:
    """What the session carries."""
    assert session.principal.session is not None
    return session.principal.session


class Device:
    """An MFA device of a user, whose codes are those of a real authenticator."""

    def __init__(self, world: World, owner: Actor, name: str = "phone") -> None:
        made = world.root.iam("CreateVirtualMFADevice", VirtualMFADeviceName=name)["VirtualMFADevice"]
        self.serial = str(made["SerialNumber"])
        self._seed = base64.b32decode(made["Base32StringSeed"])
        early = owner.later(minutes=-5).now
        world.root.later(minutes=-5).iam(
            "EnableMFADevice",
            UserName=owner.principal.name,
            SerialNumber=self.serial,
            AuthenticationCode1=totp.code_at(self._seed, totp.step_at(early) - 1),
            AuthenticationCode2=totp.code_at(self._seed, totp.step_at(early)),
        )

    def code(self, actor: Actor, *, later: float = 0) -> str:
        return totp.code_at(self._seed, totp.step_at(actor.now + timedelta(seconds=later)))

    def wrong(self, actor: Actor) -> str:
        near = {self.code(actor, later=step) for step in (-60, -30, 0, 30, 60)}
        return next(
            code for code in ("000000", "111111", "222222", "333333", "444444", "555555") if code not in near
        )


def role_for_bob(world: World) -> str:
    """The ARN of a role that Bob may assume, and that may list users."""
    made = role(world.root, trusting(world.bob.principal.arn))
    grant(world.root, "deployer", allow("iam:ListUsers", "iam:GetUser", "sts:*"))
    return made


def root_arn(account_number: str) -> str:
    return f"arn:aws:iam::{account_number}:root"
