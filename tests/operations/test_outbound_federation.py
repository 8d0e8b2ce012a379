"""Outbound federation: turned on and off, its keys replaced."""

import json
from datetime import timedelta

import pytest

from accounts.models import Event
from iam import token_keys
from iam.models import TokenKey
from tests.operations import permission
from tests.world import NOW, World, allow, refused

ENABLE, DISABLE = "EnableOutboundWebIdentityFederation", "DisableOutboundWebIdentityFederation"
INFO = "GetOutboundWebIdentityFederationInfo"


@pytest.fixture
def issuing(world: World) -> World:
    world.alice.iam(ENABLE)
    return world


def listed(world: World) -> set[str]:
    return set(TokenKey.objects.filter(account=world.account).values_list("key_id", flat=True))


def test_each_call_needs_its_permission_and_is_recorded(world):
    for action in (ENABLE, INFO, DISABLE):
        permission.holds(world, action, {})


def test_enabling_gives_the_account_an_address_and_a_key_of_each_kind(issuing):
    info = issuing.alice.iam(INFO)
    assert info["JwtVendingEnabled"] is True
    assert info["IssuerIdentifier"].startswith("http://127.0.0.1")
    assert sorted(TokenKey.objects.values_list("algorithm", flat=True)) == ["ES384", "RS256"]


def test_no_private_key_is_stored_in_clear(issuing):
    for key in TokenKey.objects.all():
        assert token_keys.private_half(key) not in bytes(key.sealed_key)
        assert "d" not in key.public


def test_what_is_on_cannot_be_turned_on_again(issuing):
    with refused("FeatureEnabled", f"already enabled for account {issuing.account.number}"):
        issuing.alice.iam(ENABLE)


def test_what_was_never_on_cannot_be_read_or_turned_off(world):
    with refused("FeatureDisabled", f"is disabled for account {world.account.number}"):
        world.alice.iam(INFO)
    with refused("FeatureDisabled", "is already disabled"):
        world.alice.iam(DISABLE)


def test_turned_off_and_on_again_address_and_keys_stay(issuing):
    before = issuing.alice.iam(INFO), listed(issuing)
    issuing.alice.iam(DISABLE)
    assert listed(issuing) == before[1]
    with refused("FeatureDisabled"):
        issuing.alice.iam(INFO)
    with refused("FeatureDisabled"):
        issuing.alice.iam(DISABLE)
    issuing.alice.iam(ENABLE)
    assert (issuing.alice.iam(INFO), listed(issuing)) == before


def test_accounts_have_addresses_and_keys_of_their_own(issuing):
    issuing.carol.iam(ENABLE)
    assert issuing.carol.iam(INFO)["IssuerIdentifier"] != issuing.alice.iam(INFO)["IssuerIdentifier"]
    assert len(listed(issuing)) == 2


def rotate(world: World, *, days: float = 0, **params):
    return world.alice.later(days=days).run("tenant.RotateTokenKeys", **params)


def test_rotating_needs_its_permission(issuing):
    with refused("AccessDenied", "wardstead:RotateTokenKeys"):
        issuing.bob.run("tenant.RotateTokenKeys")
    other = issuing.user("rotator", policy=allow("wardstead:RotateTokenKeys"))
    other.run("tenant.RotateTokenKeys")


def test_nothing_is_rotated_where_nothing_was_enabled(world):
    with refused("FeatureDisabled"):
        rotate(world)


def test_young_keys_are_left_alone(issuing):
    assert rotate(issuing, days=88) == {"NewKeyIds": [], "ForgottenKeyIds": []}


def test_a_successor_is_listed_a_day_before_it_signs_and_the_old_key_until_its_tokens_are_dead(issuing):
    old = listed(issuing)
    made = rotate(issuing, days=89)
    assert len(made["NewKeyIds"]) == 2
    assert listed(issuing) == old | set(made["NewKeyIds"])
    assert rotate(issuing, days=89.5) == {"NewKeyIds": [], "ForgottenKeyIds": []}
    signers = issuing.account.token_keys.signing("ES384", NOW + timedelta(days=89.9))
    assert signers.last().key_id in old
    signers = issuing.account.token_keys.signing("ES384", NOW + timedelta(days=90))
    assert signers.last().key_id in made["NewKeyIds"]
    assert rotate(issuing, days=90 + 1 / 24)["ForgottenKeyIds"] == []
    assert set(rotate(issuing, days=90 + 2 / 24)["ForgottenKeyIds"]) == old
    assert listed(issuing) == set(made["NewKeyIds"])


def test_compromised_keys_are_forgotten_at_once_even_successors(issuing):
    rotate(issuing, days=89)
    before = listed(issuing)
    done = rotate(issuing, days=89.1, Compromised=True)
    assert set(done["ForgottenKeyIds"]) == before
    assert listed(issuing) == set(done["NewKeyIds"])
    assert issuing.account.token_keys.signing("RS256", NOW + timedelta(days=89.1)).count() == 1


def test_events_hold_no_key(issuing):
    rotate(issuing, Compromised=True)
    told = json.dumps([[event.parameters, event.response] for event in Event.objects.all()], default=str)
    assert "BEGIN" not in told
    assert '"d"' not in told
