"""The cast of the tests: accounts with their people and programs, each acting through the pipeline like any caller.

Alice is an administrator of the first account, Bob a user without any permission, Carol the administrator of a second
account that must never see the first.  `root` is the first account's root user.
"""

import contextlib
import json
import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from accounts.models import Account, Event
from accounts.signup import open_account
from iam import catalogue, pipeline, principals
from iam.call import Call, Principal
from iam.errors import ServiceError
from iam.models import User

NOW = datetime(2026, 3, 1, 12, 0, 0, tzinfo=UTC)
ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
PASSWORD = "correct-Horse-7-battery"


@dataclass
class Actor:
    """Someone who calls operations.  `now` moves with `later`."""

    account: Account
    principal: Principal
    now: datetime = NOW
    source: str = "api"

    def call(self) -> Call:
        return Call(
            account=Account.objects.get(pk=self.account.pk),
            principal=self._fresh(),
            now=self.now,
            request_id=str(uuid.uuid4()),
            source=self.source,  # type: ignore[arg-type]  # one of the three by construction
            peer="192.0.2.7",
            user_agent="tests",
            secure=True,
        )

    def _fresh(self) -> Principal:
        """The principal as the next request would find it: renamed, tagged, bounded."""
        if self.principal.user_pk is None or self.principal.kind != "user":
            return self.principal
        user = User.objects.select_related("identity__account").filter(pk=self.principal.user_pk).first()
        if user is None:
            return self.principal
        return principals.of_identity(
            user.identity, session=self.principal.session, access_key_id=self.principal.access_key_id
        )

    def run(self, name: str, **params: Any) -> dict[str, Any]:
        """Run an operation by its full name with the model's member names, such as UserName="bob"."""
        op = catalogue.find(name)
        assert op is not None, f"{name} is not offered"
        return pipeline.perform(self.call(), op, params) or {}

    def iam(self, action: str, **params: Any) -> dict[str, Any]:
        return self.run(f"iam.{action}", **params)

    def sts(self, action: str, **params: Any) -> dict[str, Any]:
        return self.run(f"sts.{action}", **params)

    def later(self, **delta: float) -> "Actor":
        """The same actor after that time (timedelta's keywords)."""
        return replace(self, now=self.now + timedelta(**delta))

    def assume(self, answer: Mapping[str, Any]) -> "Actor":
        """The actor that temporary credentials stand for."""
        credential = principals.find_credential(answer["Credentials"]["AccessKeyId"])
        assert credential is not None
        return Actor(credential.own_account(), credential.principal, self.now)


@dataclass
class World:
    account: Account
    other: Account
    root: Actor
    alice: Actor
    bob: Actor
    carol: Actor

    def user(self, name: str, *, policy: Mapping[str, Any] | str | None = None, **params: Any) -> Actor:
        """A further user of the first account, with an inline policy where one is given."""
        self.root.iam("CreateUser", UserName=name, **params)
        if policy is not None:
            text = policy if isinstance(policy, str) else json.dumps(policy)
            self.root.iam("PutUserPolicy", UserName=name, PolicyName="given", PolicyDocument=text)
        return actor(self.account, name)


def actor(account: Account, user_name: str) -> Actor:
    user = User.objects.select_related("identity__account").get(account=account, name=user_name)
    return Actor(account, principals.of_identity(user.identity, session=None))


def root_of(account: Account) -> Actor:
    return Actor(account, principals.of_identity(account.root, session=None))


def administrator(account: Account, name: str) -> Actor:
    root = root_of(account)
    root.iam("CreateUser", UserName=name)
    root.iam("AttachUserPolicy", UserName=name, PolicyArn=ADMINISTRATOR)
    return actor(account, name)


def build() -> World:
    account, _ = open_account(
        name="Example Corp", email="root@example.com", password=PASSWORD, alias="example-corp", now=NOW
    )
    other, _ = open_account(
        name="Other Corp", email="root@other.example", password=PASSWORD, alias=None, now=NOW
    )
    alice = administrator(account, "alice")
    root_of(account).iam("CreateUser", UserName="bob")
    return World(
        account, other, root_of(account), alice, actor(account, "bob"), administrator(other, "carol")
    )


def allow(
    *actions: str, resource: str | list[str] = "*", condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A policy that allows these actions."""
    return {"Version": "2012-10-17", "Statement": [_statement("Allow", actions, resource, condition)]}


def deny(
    *actions: str, resource: str | list[str] = "*", condition: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """A policy that denies these actions."""
    return {"Version": "2012-10-17", "Statement": [_statement("Deny", actions, resource, condition)]}


def _statement(
    effect: str, actions: tuple[str, ...], resource: str | list[str], condition: Mapping[str, Any] | None
) -> dict[str, Any]:
    statement: dict[str, Any] = {"Effect": effect, "Action": list(actions), "Resource": resource}
    return statement | ({"Condition": condition} if condition else {})


@contextlib.contextmanager
def refused(code: str, text: str = "") -> Iterator[pytest.ExceptionInfo[ServiceError]]:
    """The block is refused with this code, and with `text` in the message."""
    with pytest.raises(ServiceError) as caught:
        yield caught
    assert caught.value.code == code, f"{caught.value.code}: {caught.value.message}"
    assert text in caught.value.message, caught.value.message


def last_event(account: Account) -> Event:
    event = Event.objects.filter(account=account).order_by("pk").last()
    assert event is not None
    return event
