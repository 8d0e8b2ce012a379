"""The hourly replacement of keys that sign web identity tokens."""

from datetime import timedelta

import pytest

from iam.models import TokenKey
from iam.tasks import rotate_token_keys
from tests.world import World, last_event


@pytest.fixture
def issuing(world: World) -> World:
    world.alice.iam("EnableOutboundWebIdentityFederation")
    world.carol.iam("EnableOutboundWebIdentityFederation")
    return world


def passes(days: float, **of: object) -> None:
    """So many days go by for these keys."""
    for key in TokenKey.objects.filter(**of):
        key.signs_from -= timedelta(days=days)
        key.retires_at = key.retires_at and key.retires_at - timedelta(days=days)
        key.save()


def test_young_keys_are_left_alone(issuing):
    assert rotate_token_keys() == 0
    assert TokenKey.objects.count() == 4


def test_old_keys_get_a_successor_once_and_are_forgotten_when_spent(issuing):
    passes(89, account=issuing.account)
    assert rotate_token_keys() == 1
    assert rotate_token_keys() == 0
    assert TokenKey.objects.filter(account=issuing.account).count() == 4
    event = last_event(issuing.account)
    assert (event.name, event.actor_arn) == ("RotateTokenKeys", "wardstead:system:rotation")
    passes(1 + 2 / 24, account=issuing.account)
    assert rotate_token_keys() == 1
    left = TokenKey.objects.filter(account=issuing.account)
    assert {key.retires_at for key in left} == {None}
    assert left.count() == 2


def test_an_account_that_issues_no_tokens_keeps_its_keys(issuing):
    issuing.carol.iam("DisableOutboundWebIdentityFederation")
    passes(400, account=issuing.other)
    assert rotate_token_keys() == 0
    assert TokenKey.objects.filter(account=issuing.other).count() == 2


def test_keys_that_grew_old_while_the_feature_was_off_get_successors_when_it_is_on_again(issuing):
    issuing.carol.iam("DisableOutboundWebIdentityFederation")
    passes(400, account=issuing.other)
    issuing.carol.iam("EnableOutboundWebIdentityFederation")
    assert rotate_token_keys() == 1
    assert TokenKey.objects.filter(account=issuing.other).count() == 4
