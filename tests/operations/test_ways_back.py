"""Temporary passes, recovery of root, unlocking root, and the requirement of MFA, through the pipeline."""

import json
import re
from datetime import timedelta

import pytest

from accounts import passwords, recovery, temporary_pass, throttle
from accounts.models import Account, ConsoleSession, Identity, MfaDevice, Notice, RootRecovery, TemporaryPass
from iam import quotas
from iam.models import AccessKey
from iam.system import SYSTEM, run_system
from tests.console.browser import Browser
from tests.operations import sts
from tests.operations.test_mfa_devices import Phone
from tests.world import NOW, PASSWORD, allow, deny, last_event, refused

NEXT = "another-Horse-8-battery"
OPERATORS = ("tenant.StartRootRecovery", "tenant.UnlockRoot")


def identity(actor):
    return Identity.objects.select_related("account").get(pk=actor.principal.identity_pk)


def operator(world, name, now=NOW, **params):
    account = Account.objects.get(pk=world.account.pk)
    return run_system(SYSTEM.operator, name, account, now=now, **params) or {}


@pytest.fixture
def bobs_phone(world):
    return Phone(world.alice, "bob").enable(world.alice, "bob")


def test_a_pass_is_told_once_and_kept_as_a_digest(world, bobs_phone):
    made = world.alice.run("tenant.CreateTemporaryPass", UserName="bob", ValidHours=2)
    assert re.fullmatch(r"([A-Z2-7]{6}-){3}[A-Z2-7]{6}", made["TemporaryPass"])
    assert made["ExpireDate"] == NOW + timedelta(hours=2)
    assert made["TemporaryPass"].replace("-", "") not in TemporaryPass.objects.get().digest.upper()
    event = last_event(world.account)
    assert (event.name, (event.response or {})["TemporaryPass"]) == ("CreateTemporaryPass", "***")
    assert Notice.objects.filter(identity=identity(world.bob), kind="pass-given").exists()


def test_a_pass_ends_the_sessions_of_the_user(world, bobs_phone):
    Browser(world.bob, mfa=True)
    world.alice.run("tenant.CreateTemporaryPass", UserName="bob")
    assert not ConsoleSession.objects.filter(identity=identity(world.bob)).exists()


def test_a_pass_takes_a_permission_of_its_own(world, bobs_phone):
    with refused("AccessDenied", "wardstead:CreateTemporaryPass"):
        world.bob.run("tenant.CreateTemporaryPass", UserName="alice")
    dana = world.user(
        "dana", policy=allow("wardstead:CreateTemporaryPass", resource="arn:aws:iam::*:user/b*")
    )
    assert dana.run("tenant.CreateTemporaryPass", UserName="bob")["TemporaryPass"]
    with refused("AccessDenied"):
        dana.run("tenant.CreateTemporaryPass", UserName="alice")


def test_a_pass_is_for_somebody_else_who_has_a_device(world):
    Phone(world.alice).enable(world.alice, "alice")
    with refused("InvalidInput", "somebody else"):
        world.alice.run("tenant.CreateTemporaryPass", UserName="alice")
    with refused("InvalidInput", "no MFA device"):
        world.alice.run("tenant.CreateTemporaryPass", UserName="bob")
    for name in ("nobody", "root", world.account.number):
        with refused("NoSuchEntity"):
            world.alice.run("tenant.CreateTemporaryPass", UserName=name)
    with refused("NoSuchEntity"):
        world.carol.run("tenant.CreateTemporaryPass", UserName="bob")


def test_a_pass_is_for_somebody_else_also_where_one_acts_as_a_role(world, bobs_phone):
    Phone(world.alice).enable(world.alice, "alice")
    arn = sts.role(world.root, sts.trusting(world.alice.principal.arn))
    sts.grant(world.root, "deployer", allow("wardstead:CreateTemporaryPass"))
    as_role = sts.assumed(world.alice, arn)
    with refused("InvalidInput", "somebody else"):
        as_role.run("tenant.CreateTemporaryPass", UserName="alice")
    assert as_role.run("tenant.CreateTemporaryPass", UserName="bob")["TemporaryPass"]


@pytest.mark.parametrize("hours", [0, 25])
def test_a_pass_lasts_1_to_24_hours(world, bobs_phone, hours):
    with refused("ValidationError"):
        world.alice.run("tenant.CreateTemporaryPass", UserName="bob", ValidHours=hours)


def test_of_two_passes_the_later_counts_once_and_in_time(world, bobs_phone):
    first, second = (
        world.alice.run("tenant.CreateTemporaryPass", UserName="bob", ValidHours=1)["TemporaryPass"]
        for _ in range(2)
    )
    bob = identity(world.bob)
    assert not temporary_pass.use(bob, first, NOW)
    assert not temporary_pass.use(bob, second, NOW + timedelta(hours=1))
    assert not temporary_pass.use(identity(world.alice), second, NOW)
    assert temporary_pass.use(bob, second.lower().replace("-", " "), NOW)
    assert not temporary_pass.use(bob, second, NOW)


def test_guesses_at_a_pass_count_with_those_at_codes(world, bobs_phone):
    made = world.alice.run("tenant.CreateTemporaryPass", UserName="bob")["TemporaryPass"]
    bob = identity(world.bob)
    for _ in range(10):
        temporary_pass.use(bob, "wrong", NOW)
    assert temporary_pass.use(bob, made, NOW).reason == "blocked"


@pytest.mark.parametrize("name", OPERATORS)
def test_no_policy_is_enough_for_what_is_the_operators(world, name):
    for actor in (world.root, world.alice, world.bob, world.carol):
        with refused("AccessDenied", "runs this installation"):
            actor.run(name)
        assert last_event(actor.account).outcome == "denied"
    assert not RootRecovery.objects.exists()


def test_nobody_in_the_account_recovers_root_even_with_the_code(world):
    code = operator(world, "tenant.StartRootRecovery")["RecoveryCode"]
    for actor in (world.root, world.alice):
        with refused("AccessDenied"):
            actor.run("tenant.RecoverRoot", RecoveryCode=code, NewPassword=NEXT)


def test_root_begins_anew(world):
    phone = Phone(world.root).enable(world.root, world.account.number)
    world.root.run("tenant.CreateRecoveryCodes")
    key = world.root.iam("CreateAccessKey")["AccessKey"]["AccessKeyId"]
    Browser(world.root, mfa=True)
    root = identity(world.root)
    for _ in range(10):
        throttle.admit([throttle.identity_subject(root)], NOW)
    before = quotas.tallies(world.account)["MFADevicesInUse"]
    code = operator(world, "tenant.StartRootRecovery")["RecoveryCode"]
    done = operator(world, "tenant.RecoverRoot", RecoveryCode=code, NewPassword=NEXT)
    assert done == {"RemovedDevices": [phone.serial], "EndedSessions": 1}
    root = identity(world.root)
    assert passwords.verify(root, NEXT)
    assert not passwords.verify(root, PASSWORD)
    assert not root.mfa_devices.exists()
    assert recovery.left(root) == 0
    assert throttle.locked_until(root, NOW) is None
    assert not ConsoleSession.objects.filter(identity=root).exists()
    assert AccessKey.objects.filter(key_id=key).exists(), "programs go on"
    assert quotas.tallies(world.account)["MFADevicesInUse"] == before - 1
    assert MfaDevice.objects.filter(serial=phone.serial, identity=None).exists()
    assert Account.objects.get(pk=world.account.pk).root_recovered_at == NOW
    event = last_event(world.account)
    assert (event.name, event.source, event.actor_arn) == (
        "RecoverRoot",
        "system",
        "wardstead:system:operator",
    )
    assert event.parameters == {"RecoveryCode": "***", "NewPassword": "***"}
    told = set(Notice.objects.filter(identity=root).values_list("kind", flat=True))
    assert {"root-recovery-begun", "root-recovered"} <= told


def test_a_code_works_once_for_half_an_hour_and_the_later_of_two(world):
    first = operator(world, "tenant.StartRootRecovery")["RecoveryCode"]
    second = operator(world, "tenant.StartRootRecovery")["RecoveryCode"]
    for code, now in ((first, NOW), (second, NOW + timedelta(minutes=30)), ("nonsense", NOW)):
        with refused("InvalidInput", "ended or was used"):
            operator(world, "tenant.RecoverRoot", now=now, RecoveryCode=code, NewPassword=NEXT)
    operator(world, "tenant.RecoverRoot", RecoveryCode=second, NewPassword=NEXT)
    with refused("InvalidInput"):
        operator(world, "tenant.RecoverRoot", RecoveryCode=second, NewPassword=NEXT)


def test_a_password_that_is_refused_leaves_the_code(world):
    code = operator(world, "tenant.StartRootRecovery")["RecoveryCode"]
    with refused("PasswordPolicyViolation"):
        operator(world, "tenant.RecoverRoot", RecoveryCode=code, NewPassword="short")
    assert operator(world, "tenant.RecoverRoot", RecoveryCode=code, NewPassword=NEXT)


def test_another_accounts_code_is_worth_nothing(world):
    code = operator(world, "tenant.StartRootRecovery")["RecoveryCode"]
    with refused("InvalidInput"):
        run_system(
            SYSTEM.operator, "tenant.RecoverRoot", world.other, now=NOW, RecoveryCode=code, NewPassword=NEXT
        )


def test_root_is_unlocked(world):
    root = identity(world.root)
    for _ in range(10):
        throttle.admit([throttle.identity_subject(root)], NOW)
    assert operator(world, "tenant.UnlockRoot") == {"WasCounting": True}
    assert throttle.locked_until(root, NOW) is None
    assert operator(world, "tenant.UnlockRoot") == {"WasCounting": False}


def test_nothing_in_an_account_takes_root_its_password(world):
    """Why the product needs no guard for the last administrator: root can always come back (docs/recovery.md)."""
    for name in ("root", world.account.number):
        for actor in (world.root, world.alice):
            with refused("NoSuchEntity"):
                actor.iam("DeleteLoginProfile", UserName=name)
    world.root.iam(
        "DetachUserPolicy", UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    assert identity(world.root).has_password
    world.root.iam("PutUserPolicy", UserName="bob", PolicyName="no", PolicyDocument=json.dumps(deny("*")))
    world.root.iam(
        "AttachUserPolicy", UserName="alice", PolicyArn="arn:aws:iam::aws:policy/AdministratorAccess"
    )
    assert world.alice.iam("ListUsers")


def test_the_requirement_is_kept_and_told(world):
    made = world.alice.run("tenant.UpdateMFARequirement", RequiredOf="administrators", GraceDays=5)
    assert made["MFARequirement"] == {"RequiredOf": "administrators", "GraceDays": 5, "SinceDate": NOW}
    assert world.alice.run("tenant.GetMFARequirement") == made
    event = last_event(world.account)
    assert event.name == "GetMFARequirement"
    off = world.alice.run("tenant.UpdateMFARequirement", RequiredOf="nobody")
    assert off["MFARequirement"] == {"RequiredOf": "nobody", "GraceDays": 5}


def test_the_requirement_takes_permissions_of_its_own(world):
    for name, given in (("Get", {}), ("Update", {"RequiredOf": "nobody"})):
        with refused("AccessDenied", f"wardstead:{name}MFARequirement"):
            world.bob.run(f"tenant.{name}MFARequirement", **given)


@pytest.mark.parametrize("given", [{"RequiredOf": "some"}, {"RequiredOf": "root", "GraceDays": 31}, {}])
def test_what_the_requirement_cannot_be(world, given):
    with refused("ValidationError"):
        world.alice.run("tenant.UpdateMFARequirement", **given)


def test_passes_past_their_time_are_forgotten(world, bobs_phone):
    world.alice.run("tenant.CreateTemporaryPass", UserName="bob", ValidHours=1)
    assert temporary_pass.tidy(NOW + timedelta(minutes=59), 10) == 0
    assert temporary_pass.tidy(NOW + timedelta(hours=1), 10) == 1
    assert not TemporaryPass.objects.exists()
