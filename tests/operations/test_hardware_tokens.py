"""Hardware tokens through the pipeline: brought in without showing seeds, assigned like any device, given back."""

import json
from dataclasses import dataclass, field, replace

import pytest
from django.core.cache import cache

from accounts import totp
from accounts.models import Event, MfaDevice
from iam import quotas
from tests.federation import test_pskc
from tests.world import NOW, World, allow, last_event, refused

SEED = bytes(range(20))
SERIAL = "GALT12345678"


@dataclass
class Token:
    """A hardware token in somebody's hand; `off` is how many steps its clock is ahead."""

    serial: str = SERIAL
    rhythm: totp.Rhythm = field(default_factory=totp.Rhythm)
    off: int = 0

    def row(self):
        return f"{self.serial},{SEED.hex()},{self.rhythm.seconds},{self.rhythm.digits},Maker,C200"

    def code(self, actor, ahead=0):
        return totp.code_at(SEED, totp.step_at(actor.now, self.rhythm) + self.off + ahead, self.rhythm)

    def pair(self, actor, ahead=0):
        first, second = self.code(actor, ahead - 1), self.code(actor, ahead)
        return {"SerialNumber": self.serial, "AuthenticationCode1": first, "AuthenticationCode2": second}

    def enable(self, actor, user_name):
        actor.iam("EnableMFADevice", UserName=user_name, **self.pair(actor))
        return self


def bring_in(actor, content, **more):
    return actor.run("tenant.ImportHardwareTokens", **{"Format": "csv", "Content": content, **more})


def listed(actor, **params):
    return actor.run("tenant.ListHardwareTokens", **params)["HardwareTokens"]


RHYTHMS = [totp.Rhythm(seconds, digits) for seconds in (30, 60) for digits in (6, 8)]


@pytest.fixture(params=RHYTHMS, ids=str)
def token(request, world: World) -> Token:
    made = Token(rhythm=request.param)
    bring_in(world.alice, made.row())
    return made


@pytest.fixture
def plain(world: World) -> Token:
    bring_in(world.alice, Token().row())
    return Token()


@pytest.mark.parametrize(
    ("name", "action", "params"),
    [
        (
            "ImportHardwareTokens",
            "ImportHardwareTokens",
            {"Format": "csv", "Content": "GALT99999999," + "ab" * 20},
        ),
        ("CreateHardwareToken", "ImportHardwareTokens", {"SerialNumber": "GALT99999999", "Seed": "ab" * 20}),
        ("ListHardwareTokens", "ListHardwareTokens", {}),
        ("DeleteHardwareToken", "DeleteHardwareToken", {"SerialNumber": SERIAL}),
    ],
)
def test_each_call_needs_its_permission_and_is_recorded(world, plain, name, action, params):
    with refused("AccessDenied", f"wardstead:{action}"):
        world.bob.run(f"tenant.{name}", **params)
    assert last_event(world.account).outcome == "denied"
    dana = world.user("dana", policy=allow(f"wardstead:{action}"))
    dana.run(f"tenant.{name}", **params)
    event = last_event(world.account)
    assert (event.name, event.outcome) == (name, "success")
    assert "ab" * 20 not in json.dumps([event.parameters, event.response])


def test_an_imported_token_is_in_the_stock_and_shows_no_seed(world, plain):
    (row,) = listed(world.alice)
    assert row == {
        "SerialNumber": SERIAL,
        "Period": 30,
        "Digits": 6,
        "Manufacturer": "Maker",
        "Model": "C200",
        "ImportDate": NOW,
        "UserName": None,
        "EnableDate": None,
        "LastUsedDate": None,
    }
    stored = MfaDevice.objects.get()
    assert SEED not in bytes(stored.sealed_seed)
    everything = json.dumps([[e.parameters, e.response, e.error_message] for e in Event.objects.all()])
    assert SEED.hex() not in everything
    assert world.alice.iam("ListVirtualMFADevices")["VirtualMFADevices"] == []
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["MFADevices"] == 1


def test_one_token_is_brought_in_by_hand(world):
    world.alice.run(
        "tenant.CreateHardwareToken", SerialNumber=SERIAL, Seed="MFRGGZDFMZTWQ2LKMFRGGZDFMZTWQ2LK", Period=60
    )
    assert listed(world.alice)[0]["Period"] == 60
    with refused("EntityAlreadyExists"):
        world.alice.run("tenant.CreateHardwareToken", SerialNumber=SERIAL, Seed="ab" * 20)
    with refused("InvalidInput", "30 or 60") as caught:
        world.alice.run("tenant.CreateHardwareToken", SerialNumber="GALT87654321", Seed="ab" * 20, Period=45)
    assert caught.value.member == "Period"


def test_a_dry_run_tells_each_problem_and_changes_nothing(world, plain):
    rows = [
        Token().row(),
        f"GALT11111111,{SEED.hex()}",
        f"GALT11111111,{SEED.hex()}",
        "GALT22222222,rubbish!",
    ]
    told = bring_in(world.alice, "\n".join(rows), DryRun=True)
    assert [row["SerialNumber"] for row in told["Tokens"]] == ["GALT11111111"]
    assert (told["Found"], told["ProblemCount"]) == (1, 3)
    assert [(row["Place"], row["SerialNumber"]) for row in told["Problems"]] == [
        (1, SERIAL),
        (3, "GALT11111111"),
        (4, "GALT22222222"),
    ]
    assert "already" in told["Problems"][0]["Message"]
    assert len(listed(world.alice)) == 1


def test_an_import_is_all_or_nothing(world):
    with refused("InvalidInput", "1 of 2 tokens are not in order, so none was brought in. 2: The seed"):
        bring_in(world.alice, f"GALT11111111,{SEED.hex()}\nGALT22222222,rubbish!")
    assert listed(world.alice) == []
    assert quotas.tallies(world.account).get("MFADevices", 0) == 0


def test_a_key_container_is_opened_by_its_key(world):
    told = world.alice.run(
        "tenant.ImportHardwareTokens", Format="pskc", Content=test_pskc.FIGURE_6, FileKey=test_pskc.AGREED
    )
    assert told["SerialNumbers"] == ["987654321"]
    event = last_event(world.account)
    assert event.parameters == {"Format": "pskc", "Content": "***", "FileKey": "***"}
    with refused("InvalidInput", "needs the key"):
        bring_in(world.alice, test_pskc.FIGURE_6, Format="pskc")


@pytest.mark.parametrize("signed", [True, False])
def test_looking_through_a_container_says_whether_it_is_signed(world, signed):
    signature = "<ds:Signature/>" if signed else ""
    text = test_pskc.container(test_pskc.package() + signature)
    assert bring_in(world.alice, text, Format="pskc", DryRun=True)["Signed"] is signed


def test_the_devices_of_an_account_are_limited(world):
    world.account.quotas = {"MFADevices": 2}
    world.account.save()
    rows = [f"GALT1111111{n},{SEED.hex()}" for n in range(3)]
    with refused("LimitExceeded"):
        bring_in(world.alice, "\n".join(rows))
    bring_in(world.alice, "\n".join(rows[:2]))
    assert quotas.tallies(world.account)["MFADevices"] == 2


def test_two_accounts_may_have_tokens_of_one_serial_number(world, plain):
    bring_in(world.carol, Token().row())
    Token().enable(world.carol, "carol")
    assert listed(world.alice)[0]["UserName"] is None
    with refused("NoSuchEntity"):
        world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=SERIAL)


def test_a_token_is_assigned_by_its_plain_serial_number_and_given_back(world, token):
    token.enable(world.alice, "bob")
    shown = {"UserName": "bob", "SerialNumber": SERIAL, "EnableDate": NOW}
    assert world.alice.iam("ListMFADevices", UserName="bob")["MFADevices"] == [shown]
    assert world.alice.iam("GetMFADevice", SerialNumber=SERIAL) == shown
    assert listed(world.alice)[0]["UserName"] == "bob"
    with refused("EntityAlreadyExists", "MFA Device is already in use."):
        world.alice.iam("EnableMFADevice", UserName="alice", **token.pair(world.alice))
    with refused("DeleteConflict"):
        world.alice.run("tenant.DeleteHardwareToken", SerialNumber=SERIAL)
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=SERIAL)
    assert world.alice.iam("ListMFADevices", UserName="bob")["MFADevices"] == []
    assert listed(world.alice)[0]["UserName"] is None
    world.alice.run("tenant.DeleteHardwareToken", SerialNumber=SERIAL)
    assert listed(world.alice) == []
    assert quotas.tallies(world.account)["MFADevices"] == 0


def test_a_token_is_no_virtual_device(world, plain):
    with refused("NoSuchEntity"):
        world.alice.iam("DeleteVirtualMFADevice", SerialNumber=SERIAL)
    made = world.alice.iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"]
    with refused("NoSuchEntity"):
        world.alice.run("tenant.DeleteHardwareToken", SerialNumber=made["SerialNumber"])


def test_another_account_sees_and_deletes_none(world, plain):
    assert listed(world.carol) == []
    with refused("NoSuchEntity"):
        world.carol.run("tenant.DeleteHardwareToken", SerialNumber=SERIAL)
    with refused("NoSuchEntity"):
        world.carol.iam("EnableMFADevice", UserName="carol", **plain.pair(world.carol))


def test_a_token_whose_clock_ran_off_on_the_shelf_is_learnt(world, token):
    slow = replace(token, off=-8)
    slow.enable(world.alice, "bob")
    assert MfaDevice.objects.get().drift == -8
    later = world.bob.later(minutes=5)
    later.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=slow.code(later))


def test_one_that_is_more_than_ten_steps_off_is_refused(world, token):
    for off in (-12, 12):
        with refused("InvalidAuthenticationCode"):
            replace(token, off=off).enable(world.alice, "bob")


def test_codes_seen_while_one_had_it_do_not_give_it_to_another(world, token):
    token.enable(world.alice, "bob")
    seen = token.pair(world.alice)
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=SERIAL)
    with refused("InvalidAuthenticationCode"):
        world.alice.iam("EnableMFADevice", UserName="alice", **seen)
    token.enable(world.alice.later(minutes=3), "alice")


def test_resync_finds_a_clock_up_to_ten_steps_off(world, token):
    token.enable(world.alice, "bob")
    later = world.alice.later(hours=2)
    ran_off = replace(token, off=7)
    later.iam("ResyncMFADevice", UserName="bob", **ran_off.pair(later))
    assert MfaDevice.objects.get().drift == 7
    with refused("InvalidAuthenticationCode"):
        later.iam("ResyncMFADevice", UserName="bob", **replace(token, off=14).pair(later))


def test_a_code_of_the_token_is_mfa_for_sts_once(world, token):
    token.enable(world.alice, "bob")
    bob = world.bob.later(minutes=5)
    code = token.code(bob)
    bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=code)
    cache.clear()
    with refused("AccessDenied", "invalid MFA one time pass code"):
        bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=code)


# Source: trials 1 and 3: the same code twice, and one from the future replayed late.
def test_a_code_from_the_future_is_not_replayed_late(world, token):
    token.enable(world.alice, "bob")
    bob = world.bob.later(minutes=10)
    ahead, step = token.code(bob, 1), token.rhythm.seconds
    bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=ahead)
    cache.clear()
    with refused("AccessDenied"):
        bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=token.code(bob))
    for seconds in (step, 2 * step - 1, 2 * step + 5, 3 * step - 5):
        with refused("AccessDenied"):
            bob.later(seconds=seconds).sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=ahead)


def test_five_wrong_codes_stop_the_token_for_five_minutes(world, token):
    token.enable(world.alice, "bob")
    bob = world.bob.later(hours=1)
    wrong = token.code(bob, 50)
    for _ in range(5):
        with refused("AccessDenied"):
            bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=wrong)
    cache.clear()
    with refused("AccessDenied"):
        bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=token.code(bob))
    with refused("InvalidAuthenticationCode", "Too many"):
        bob_admin = world.alice.later(hours=1)
        bob_admin.iam("ResyncMFADevice", UserName="bob", **token.pair(bob_admin))
    later = bob.later(minutes=6)
    later.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=token.code(later))


def test_a_code_of_another_length_is_none_of_its_codes(world, token):
    token.enable(world.alice, "bob")
    bob = world.bob.later(minutes=10)
    code = token.code(bob)
    other = code[:6] if len(code) == 8 else f"00{code}"
    with refused("AccessDenied"):
        bob.sts("GetSessionToken", SerialNumber=SERIAL, TokenCode=other)


def test_a_token_counts_among_the_eight(world, plain):
    world.account.quotas = {"MFADevicesPerUser": 0}
    world.account.save()
    with refused("LimitExceeded"):
        plain.enable(world.alice, "bob")


def test_tokens_are_found_page_by_page(world):
    bring_in(
        world.alice,
        "\n".join(f"GALT0000000{n},{SEED.hex()},30,6,{'Blue' if n % 2 else 'Red'}" for n in range(6)),
    )
    first = world.alice.run("tenant.ListHardwareTokens", MaxItems=4)
    rest = world.alice.run("tenant.ListHardwareTokens", MaxItems=4, Marker=first["Marker"])
    serials = [row["SerialNumber"] for row in first["HardwareTokens"] + rest["HardwareTokens"]]
    assert serials == [f"GALT0000000{n}" for n in range(6)]
    assert len(listed(world.alice, Search="blue")) == 3
    assert len(listed(world.alice, Search="00003")) == 1
    Token(serial="GALT00000003").enable(world.alice, "bob")
    assert [row["SerialNumber"] for row in listed(world.alice, AssignmentStatus="Assigned")] == [
        "GALT00000003"
    ]
    assert len(listed(world.alice, AssignmentStatus="Unassigned")) == 5
    assert [row["UserName"] for row in listed(world.alice, Search="BOB")] == ["bob"]


def test_a_device_is_renamed_but_not_a_virtual_one(world, plain):
    plain.enable(world.alice, "bob")
    named = {"UserName": "bob", "SerialNumber": SERIAL, "DeviceName": "blue"}
    with refused("AccessDenied", "iam:EnableMFADevice"):
        world.bob.run("tenant.RenameMFADevice", **named)
    world.alice.run("tenant.RenameMFADevice", **named)
    (row,) = world.alice.run("console.MFADevices", UserName="bob")["MFADevices"]
    assert (row["DeviceName"], row["Kind"], row["SerialNumber"]) == ("blue", "hardware", SERIAL)
    made = world.alice.iam("CreateVirtualMFADevice", VirtualMFADeviceName="phone")["VirtualMFADevice"]
    with refused("NoSuchEntity"):
        world.alice.run(
            "tenant.RenameMFADevice", UserName="bob", SerialNumber=made["SerialNumber"], DeviceName="x"
        )
    world.alice.iam("DeactivateMFADevice", UserName="bob", SerialNumber=SERIAL)
    assert MfaDevice.objects.get(serial=SERIAL).name == SERIAL


def test_the_list_of_devices_needs_the_permission_to_list_them(world):
    with refused("AccessDenied", "iam:ListMFADevices"):
        world.bob.run("console.MFADevices", UserName="bob")
