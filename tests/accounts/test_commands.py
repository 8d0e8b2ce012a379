from datetime import timedelta
from io import StringIO

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection

from accounts import seals, trail, vault
from tests.accounts.cast import NOW


@pytest.fixture
def sealed(account):
    trail.append(account=account, at=NOW, source="system", service="x", name="Y", outcome="success")
    return seals.seal(now=NOW + timedelta(minutes=2))


def run(name: str) -> str:
    out = StringIO()
    call_command(name, stdout=out, stderr=out)
    return out.getvalue()


def test_a_sound_trail_is_reported_with_its_head(sealed):
    assert run("verify_trail") == f"1 batches with 1 events hold; head {sealed.hash}\n"


def test_a_forged_trail_fails_the_command(sealed):
    with connection.cursor() as cursor:
        cursor.execute("UPDATE accounts_event SET name = 'Harmless'")
    with pytest.raises(CommandError, match="1 of 1 batches"):
        run("verify_trail")


def test_data_keys_are_wrapped_anew_once(account, other):
    sealed_text = vault.seal(account, "x", b"text")
    try:
        vault.use_key_ring((("newer", b"n" * 32), *settings.WARDSTEAD_KEYRING))
        assert run("rewrap_keys") == "2 data keys wrapped anew, 2 accounts in all\n"
        assert run("rewrap_keys").startswith("0 ")
        vault.use_key_ring((("newer", b"n" * 32),))
        account.refresh_from_db()
        assert vault.unseal(account, "x", sealed_text) == b"text"
    finally:
        vault.use_key_ring(settings.WARDSTEAD_KEYRING)
