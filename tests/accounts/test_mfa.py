from datetime import timedelta

import pytest

from accounts import mfa, vault
from accounts.models import MfaDevice
from tests.accounts.cast import NOW, STEP, Phone, phone, wrong_code


def accept(phone: Phone, code: str, moment=NOW) -> str:
    return mfa.accept_code(phone.device, code, moment).reason


def test_a_seed_is_sealed_and_shown_once(alice):
    device, provisioning = mfa.create(alice.account, serial="arn:x", name="phone", now=NOW)
    stored = bytes(MfaDevice.objects.get().sealed_seed)
    assert provisioning.secret.encode() not in stored
    assert provisioning.secret not in repr(provisioning) + repr(device)
    assert provisioning.uri.startswith("otpauth://totp/phone@example-corp?secret=" + provisioning.secret)


def test_a_seed_moved_to_another_device_does_not_open(alice):
    one, two = phone(alice, "one"), phone(alice, "two")
    MfaDevice.objects.filter(pk=two.device.pk).update(sealed_seed=one.device.sealed_seed)
    with pytest.raises(vault.VaultError):
        accept(two, one.code(NOW))


def test_enrolment_takes_two_consecutive_codes(alice):
    device = phone(alice, enrolled_at=None)
    verdict = mfa.enrol(device.device, alice, device.code(NOW - STEP), device.code(NOW), NOW)
    assert verdict
    device.device.refresh_from_db()
    assert (device.device.identity, device.device.enabled_at) == (alice, NOW)


@pytest.mark.parametrize("places", [(0, -1), (0, 0), (-2, 0), (-9, -8), (3, 4)])
def test_enrolment_refuses_other_pairs(alice, places):
    device = phone(alice, enrolled_at=None)
    first, second = (device.code(NOW + place * STEP) for place in places)
    assert mfa.enrol(device.device, alice, first, second, NOW).reason == "wrong"
    device.device.refresh_from_db()
    assert device.device.identity is None


def test_the_codes_of_enrolment_are_used_up(alice):
    device = phone(alice, enrolled_at=NOW)
    assert accept(device, device.code(NOW - STEP)) == "reused"
    assert accept(device, device.code(NOW)) == "reused"
    assert accept(device, device.code(NOW + STEP)) == "accepted"


def test_a_code_works_once(alice):
    device = phone(alice)
    assert accept(device, device.code(NOW)) == "accepted"
    assert accept(device, device.code(NOW)) == "reused"
    assert accept(device, device.code(NOW + STEP), NOW + STEP) == "accepted"


def test_a_code_from_the_future_is_not_replayed_late(alice):
    device = phone(alice)
    ahead = device.code(NOW + STEP)
    assert accept(device, ahead) == "accepted"
    assert accept(device, device.code(NOW)) == "reused", "the step before one accepted is past"
    for seconds in (30, 59, 65, 85):
        assert accept(device, ahead, NOW + timedelta(seconds=seconds)) in ("reused", "wrong")


def test_a_clock_set_back_does_not_revive_codes(alice):
    device = phone(alice)
    accept(device, device.code(NOW))
    earlier = NOW - timedelta(minutes=5)
    assert accept(device, device.code(earlier), earlier) == "reused"


def test_an_unassigned_device_accepts_nothing(alice):
    device = phone(alice, enrolled_at=None)
    assert accept(device, device.code(NOW)) == "wrong"


def test_a_deactivated_device_accepts_nothing_even_where_it_is_still_held(alice):
    device = phone(alice)
    mfa.deactivate(MfaDevice.objects.get())
    assert accept(device, device.code(NOW)) == "wrong"
    assert mfa.enabled_devices(alice) == ()


def test_five_wrong_codes_stop_the_device_for_five_minutes(alice):
    device = phone(alice)
    for _ in range(5):
        assert accept(device, wrong_code(device, NOW)) == "wrong"
    assert accept(device, device.code(NOW)) == "blocked"
    after = NOW + timedelta(minutes=5)
    assert accept(device, device.code(after), after) == "accepted"


def test_wrong_codes_spread_over_more_than_five_minutes_do_not_add_up(alice):
    device = phone(alice)
    for minute in range(0, 12, 3):
        moment = NOW + timedelta(minutes=minute)
        assert accept(device, wrong_code(device, moment), moment) == "wrong"
    last = NOW + timedelta(minutes=12)
    assert accept(device, device.code(last), last) == "accepted"


def test_ten_wrong_codes_stop_all_the_users_devices_for_half_an_hour(alice):
    one, two = phone(alice, "one"), phone(alice, "two")
    for device in (one, two):
        for _ in range(5):
            accept(device, wrong_code(device, NOW))
    three = phone(alice, "three", enrolled_at=None)
    assert accept(one, one.code(NOW)) == "blocked"
    almost, after = NOW + timedelta(minutes=29), NOW + timedelta(minutes=30)
    assert accept(two, two.code(almost), almost) == "blocked"
    assert not mfa.enrol(three.device, alice, three.code(almost - STEP), three.code(almost), almost)
    assert accept(two, two.code(after), after) == "accepted"


def test_a_failure_that_was_rolled_back_can_be_counted_afterwards(alice):
    device = phone(alice)
    for _ in range(5):
        mfa.count_failure(device.device.pk, NOW)
    assert accept(device, device.code(NOW)) == "blocked"


@pytest.mark.parametrize("steps", [-10, -4, 0, 4, 9])
def test_resync_learns_how_far_the_clock_is_off(alice, steps):
    device = phone(alice, enrolled_at=NOW - 40 * STEP)
    device.ahead = steps * STEP
    if abs(steps) > 1:
        assert accept(device, device.code(NOW)) == "wrong"
    assert mfa.resync(device.device, device.code(NOW - STEP), device.code(NOW), NOW).reason == (
        "accepted" if steps > -10 else "wrong"
    )
    later = NOW + 2 * STEP
    if steps > -10:
        assert accept(device, device.code(later), later) == "accepted"


def test_resync_does_not_take_used_codes(alice):
    device = phone(alice)
    accept(device, device.code(NOW))
    assert mfa.resync(device.device, device.code(NOW - STEP), device.code(NOW), NOW).reason == "reused"


def test_resync_guesses_are_throttled_with_the_others(alice):
    device = phone(alice)
    for _ in range(5):
        assert not mfa.resync(device.device, "000000", "000001", NOW)
    assert accept(device, device.code(NOW)) == "blocked"


def test_devices_are_listed_last_used_first(alice):
    old, new = phone(alice, "old"), phone(alice, "new")
    accept(old, old.code(NOW))
    assert [device.name for device in mfa.enabled_devices(alice)] == ["old", "new"]
    assert new.device.last_used_at is None


def test_a_taken_serial_is_refused(alice):
    phone(alice)
    with pytest.raises(mfa.SerialTaken):
        phone(alice)
