import ipaddress
from typing import Any

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from console import health, proxies


@pytest.fixture
def trusted(settings):
    settings.TRUSTED_PROXIES = (ipaddress.ip_network("10.0.0.0/8"),)


def through(peer: str, **headers: Any):
    seen = []

    def answer(request):
        seen.append(request)
        return HttpResponse()

    proxies.behind_proxies(answer)(RequestFactory(REMOTE_ADDR=peer, **headers).get("/"))
    return seen[0]


def test_a_strangers_claims_are_dropped(trusted):
    request = through("203.0.113.9", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "203.0.113.9"
    assert not request.is_secure()
    assert "HTTP_X_FORWARDED_FOR" not in request.META


def test_a_trusted_proxy_names_the_client(trusted):
    request = through("10.0.0.1", HTTP_X_FORWARDED_FOR="198.51.100.1", HTTP_X_FORWARDED_PROTO="https")
    assert request.META["REMOTE_ADDR"] == "198.51.100.1"
    assert request.is_secure()


def test_what_the_client_wrote_itself_does_not_count(trusted):
    request = through("10.0.0.1", HTTP_X_FORWARDED_FOR="192.0.2.7, 198.51.100.1, 10.0.0.2")
    assert request.META["REMOTE_ADDR"] == "198.51.100.1"


@pytest.mark.parametrize("header", ["", "unknown", "1.2.3.4:80", ",,", "evil, 10.0.0.3"])
def test_a_broken_header_leaves_an_address(trusted, header):
    assert ipaddress.ip_address(
        through("10.0.0.1", HTTP_X_FORWARDED_FOR=header).META["REMOTE_ADDR"]
    ).is_private


def test_metrics_are_for_direct_and_near_callers(trusted):
    assert health.asked_directly(through("127.0.0.1"))
    assert not health.asked_directly(through("203.0.113.9"))
    assert not health.asked_directly(through("127.0.0.1", HTTP_X_FORWARDED_FOR="203.0.113.9"))
    assert not health.asked_directly(through("10.0.0.1", HTTP_X_FORWARDED_FOR="10.0.0.2"))
