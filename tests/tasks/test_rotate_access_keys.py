"""The worker that replaces old access keys, step by step (ADR 0020)."""

import pytest

from accounts.models import Event
from iam import principals
from iam.models import AccessKey, KeyRotation
from iam.tasks import rotate_access_keys
from tests.world import last_event, refused


def test_a_key_past_the_age_gets_a_second_key_beside_it(rotating):
    old = rotating.key(days_old=91)
    assert rotate_access_keys() == 1
    row = rotating.rotation()
    assert row.old_key_id == old
    assert rotating.statuses() == {old: "Active", row.new_key_id: "Active"}


@pytest.mark.parametrize("days", [89.9, 1])
def test_a_younger_key_is_left_alone(rotating, days):
    rotating.key(days_old=days)
    assert rotate_access_keys() == 0


def test_a_second_run_finds_nothing_to_do(rotating):
    rotating.key(days_old=91)
    rotate_access_keys()
    assert rotate_access_keys() == 0
    assert AccessKey.objects.count() == 2


def test_an_account_without_a_limit_rotates_nothing(rotating, world):
    rotating.key(days_old=4000)
    world.alice.run("tenant.UpdateAccountSettings", AccessKeyMaxAgeDays=0)
    assert rotate_access_keys() == 0


def test_a_limit_of_one_account_is_not_another_s(rotating, world):
    world.carol.later(days=-400).iam("CreateAccessKey", UserName="carol")
    assert rotate_access_keys() == 0


def test_roots_keys_are_left_alone(rotating, world):
    world.root.later(days=-400).iam("CreateAccessKey")
    assert rotate_access_keys() == 0


def test_an_account_that_is_not_active_waits(rotating, world):
    rotating.key(days_old=91)
    world.account.refresh_from_db()
    world.account.state = "suspended"
    world.account.save()
    assert rotate_access_keys() == 0


def test_a_user_with_two_keys_keeps_both(rotating):
    both = {rotating.key(days_old=200), rotating.key(days_old=100)}
    assert rotate_access_keys() == 0
    assert rotating.statuses() == dict.fromkeys(both, "Active")


def test_an_account_that_allows_one_key_only_is_passed_over(rotating, world):
    rotating.key(days_old=91)
    world.account.refresh_from_db()
    world.account.quotas = {"AccessKeysPerUser": 1}
    world.account.save()
    assert rotate_access_keys() == 0


def test_the_collected_secret_is_the_new_key_s(rotating):
    rotating.key(days_old=91)
    rotate_access_keys()
    secret = rotating.collect()
    credential = principals.find_credential(rotating.rotation().new_key_id)
    assert credential is not None
    assert credential.secret == secret


def test_once_collected_the_old_key_ends_after_overlap_and_grace(rotating):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.collect()
    new = rotating.rotation().new_key_id
    rotating.passes(6.9)
    assert rotate_access_keys() == 0
    rotating.passes(0.2)
    assert rotate_access_keys() == 1
    assert rotating.statuses() == {old: "Inactive", new: "Active"}
    assert rotate_access_keys() == 0
    rotating.passes(7)
    assert rotate_access_keys() == 1
    assert rotating.statuses() == {new: "Active"}
    assert rotating.rotation().state == "done"


def test_uncollected_the_old_key_stays_active_through_the_grace_too(rotating):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.passes(13.9)
    assert rotate_access_keys() == 0
    rotating.passes(0.2)
    assert rotate_access_keys() == 1
    assert rotating.statuses()[old] == "Inactive"


def test_uncollected_the_old_key_is_never_deleted(rotating):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.passes(15)
    rotate_access_keys()
    rotating.passes(70)
    rotate_access_keys()
    assert rotating.statuses()[old] == "Inactive"
    assert rotating.rotation().state == "old-inactive"
    rotating.collect()
    assert rotate_access_keys() == 1
    assert old not in rotating.statuses()


def test_a_late_worker_gives_a_deactivated_key_its_whole_grace(rotating):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.collect()
    rotating.passes(60)
    assert rotate_access_keys() == 1
    assert rotating.statuses()[old] == "Inactive"
    assert rotate_access_keys() == 0


def test_an_old_key_deleted_by_hand_ends_the_rotation(rotating, world):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.collect()
    world.root.iam("DeleteAccessKey", UserName="bob", AccessKeyId=old)
    rotating.passes(8)
    rotate_access_keys()
    assert rotating.rotation().state == "done"


def test_an_old_key_deactivated_by_hand_goes_on_from_there(rotating, world):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.collect()
    world.root.iam("UpdateAccessKey", UserName="bob", AccessKeyId=old, Status="Inactive")
    rotating.passes(8)
    rotate_access_keys()
    assert rotating.rotation().state == "old-inactive"


def test_an_old_key_activated_again_is_left_to_its_people(rotating, world):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    rotating.collect()
    rotating.passes(8)
    rotate_access_keys()
    world.root.iam("UpdateAccessKey", UserName="bob", AccessKeyId=old, Status="Active")
    rotating.passes(8)
    rotate_access_keys()
    assert rotating.rotation().state == "abandoned"
    assert set(rotating.statuses().values()) == {"Active"}
    assert rotate_access_keys() == 0


def test_a_new_key_deleted_by_hand_starts_another_rotation(rotating, world):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    first = rotating.rotation().new_key_id
    world.root.iam("DeleteAccessKey", UserName="bob", AccessKeyId=first)
    assert rotate_access_keys() == 1
    states = dict(KeyRotation.objects.values_list("new_key_id", "state"))
    assert states.pop(first) == "abandoned"
    assert list(states.values()) == ["created"]
    assert rotating.statuses()[old] == "Active"
    with refused("NoSuchEntity"):
        world.bob.run("tenant.CollectRotatedKey", AccessKeyId=first)


def test_a_user_deleted_meanwhile_takes_its_rotations_along(rotating, world):
    old = rotating.key(days_old=91)
    rotate_access_keys()
    new = rotating.rotation().new_key_id
    for key_id in (old, new):
        world.root.iam("DeleteAccessKey", UserName="bob", AccessKeyId=key_id)
    world.root.iam("DeleteUser", UserName="bob")
    assert not KeyRotation.objects.exists()
    assert rotate_access_keys() == 0


def test_each_step_is_an_event_of_the_worker(rotating, world):
    rotating.key(days_old=91)
    rotate_access_keys()
    event = last_event(world.account)
    assert (event.source, event.name, event.actor_arn) == (
        "system",
        "StartKeyRotation",
        "wardstead:system:rotation",
    )
    assert event.resources == [world.bob.principal.arn]
    rotating.collect()
    rotating.passes(8)
    rotate_access_keys()
    assert (last_event(world.account).response or {})["Step"] == "deactivated"


def test_no_event_has_the_secret(rotating):
    rotating.key(days_old=91)
    rotate_access_keys()
    secret = rotating.collect()
    for event in Event.objects.all():
        assert secret not in f"{event.parameters}{event.response}"


def test_one_that_refuses_does_not_keep_the_others_waiting(rotating, world):
    rotating.key(days_old=100)
    world.user("eve")
    rotating.key(days_old=95, user="eve")
    KeyRotation.objects.create(
        account=world.account,
        identity=world.account.users.get(name="bob").identity,
        old_key_id=AccessKey.objects.get(identity__name="bob").key_id,
        new_key_id=AccessKey.objects.get(identity__name="bob").key_id,
        created_at=world.bob.now,
        deactivate_after=world.bob.later(days=7).now,
        delete_after=world.bob.later(days=14).now,
    )
    assert rotate_access_keys() == 1
    assert AccessKey.objects.filter(identity__name="eve").count() == 2
