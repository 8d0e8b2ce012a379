"""The classic guard, self-service only unless there is MFA, as AWS-style managed policy and as a policy's beginning."""

from dataclasses import replace

import pytest

from console import policy_starts
from iam.call import SessionFacts
from tests.operations.test_mfa_devices import Phone
from tests.world import ADMINISTRATOR, NOW, refused

SELF_SERVICE = "arn:aws:iam::aws:policy/WardsteadSelfServiceWithMFA"


@pytest.fixture(params=["managed", "start"])
def dana(world, request):
    """An administrator under the guard, managed or written from the editor's beginning."""
    made = world.user("dana")
    world.root.iam("AttachUserPolicy", UserName="dana", PolicyArn=ADMINISTRATOR)
    if request.param == "managed":
        world.root.iam("AttachUserPolicy", UserName="dana", PolicyArn=SELF_SERVICE)
    else:
        text = policy_starts.chosen("mfa").text
        world.root.iam("PutUserPolicy", UserName="dana", PolicyName="mfa", PolicyDocument=text)
    return made


def in_console(actor, mfa_at=None):
    facts = SessionFacts(kind="console", issued_at=NOW, mfa_at=mfa_at)
    return replace(actor, principal=replace(actor.principal, session=facts))


def test_signed_in_without_mfa_one_can_enrol_and_nothing_else(world, dana):
    here = in_console(dana)
    for action, given in (
        ("ListUsers", {}),
        ("CreateUser", {"UserName": "new"}),
        ("CreateAccessKey", {"UserName": "dana"}),
    ):
        with refused("AccessDenied", "explicit deny"):
            here.iam(action, **given)
    assert here.iam("GetUser", UserName="dana")["User"]["UserName"] == "dana"
    phone = Phone(here, "dana").enable(here, "dana")
    assert here.iam("ListMFADevices", UserName="dana")["MFADevices"][0]["SerialNumber"] == phone.serial


def test_with_mfa_everything_works(dana):
    here = in_console(dana, NOW)
    assert here.iam("CreateUser", UserName="new")["User"]["UserName"] == "new"


def test_long_term_keys_are_denied_and_told_why(dana):
    with refused("AccessDenied", "with an explicit deny in an identity-based policy"):
        dana.iam("ListUsers")


def test_a_session_token_with_mfa_passes_and_one_without_does_not(world, dana):
    phone = Phone(in_console(dana), "dana").enable(in_console(dana), "dana")
    later = dana.later(minutes=2)
    code = phone.codes(later)["AuthenticationCode2"]
    token = later.sts("GetSessionToken", SerialNumber=phone.serial, TokenCode=code)
    assert later.assume(token).iam("ListUsers")["Users"]
    with refused("InvalidClientTokenId"):
        later.assume(later.sts("GetSessionToken")).iam("ListUsers")
