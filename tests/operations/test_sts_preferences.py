"""The token version of the global endpoint."""

import pytest

from tests.operations import permission
from tests.world import refused

ACTION = "SetSecurityTokenServicePreferences"


@pytest.mark.parametrize(("chosen", "shown"), [("v2Token", 2), ("v1Token", 1)])
def test_the_summary_shows_the_version_chosen(world, chosen, shown):
    world.alice.iam(ACTION, GlobalEndpointTokenVersion=chosen)
    assert world.alice.iam("GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == shown
    assert world.carol.iam("GetAccountSummary")["SummaryMap"]["GlobalEndpointTokenVersion"] == 1


def test_a_version_there_is_not_is_refused(world):
    with refused("ValidationError"):
        world.alice.iam(ACTION, GlobalEndpointTokenVersion="v3Token")


def test_it_takes_the_permission(world):
    permission.holds(world, ACTION, {"GlobalEndpointTokenVersion": "v2Token"})
