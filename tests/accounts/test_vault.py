import base64

import pytest
from django.conf import settings

from accounts import vault
from accounts.models import Account

OLD = ("old", b"o" * 32)
NEW = ("new", b"n" * 32)


@pytest.fixture
def ring():
    """Swap the key ring; the settings' own comes back afterwards."""
    yield vault.use_key_ring
    vault.use_key_ring(settings.WARDSTEAD_KEYRING)


def sealed_account(name: str = "one", number: str = "111122223333") -> Account:
    return Account(number=number, name=name, sealed_data_key=vault.new_data_key(number))


def test_what_was_sealed_opens_for_the_same_account_and_purpose():
    account = sealed_account()
    sealed = vault.seal(account, "mfa-seed", b"canary")
    assert b"canary" not in sealed
    assert vault.unseal(account, "mfa-seed", sealed) == b"canary"


def test_the_same_text_is_sealed_differently_each_time():
    account = sealed_account()
    assert vault.seal(account, "x", b"canary") != vault.seal(account, "x", b"canary")


def test_another_purpose_does_not_open():
    account = sealed_account()
    with pytest.raises(vault.VaultError):
        vault.unseal(account, "access-key", vault.seal(account, "mfa-seed", b"canary"))


def test_another_account_does_not_open():
    sealed = vault.seal(sealed_account(), "x", b"canary")
    with pytest.raises(vault.VaultError):
        vault.unseal(sealed_account(number="444455556666"), "x", sealed)


def test_a_data_key_moved_to_another_account_does_not_open():
    account = sealed_account()
    thief = Account(number="444455556666", sealed_data_key=account.sealed_data_key)
    with pytest.raises(vault.VaultError):
        vault.seal(thief, "x", b"canary")


@pytest.mark.parametrize("place", [0, 1, 13, -1])
def test_a_changed_byte_does_not_open(place):
    account = sealed_account()
    sealed = bytearray(vault.seal(account, "x", b"canary"))
    sealed[place] ^= 1
    with pytest.raises(vault.VaultError):
        vault.unseal(account, "x", bytes(sealed))


@pytest.mark.parametrize("sealed", [b"", b"\x01", b"\x01" + b"short"])
def test_a_cut_value_does_not_open(sealed):
    with pytest.raises(vault.VaultError):
        vault.unseal(sealed_account(), "x", sealed)


def test_a_newer_key_on_the_ring_leaves_older_accounts_readable(ring):
    ring((OLD,))
    account = sealed_account()
    sealed = vault.seal(account, "x", b"canary")
    ring((NEW, OLD))
    assert vault.unseal(account, "x", sealed) == b"canary"


def test_rewrapping_makes_the_old_key_unneeded(ring, db, now):
    ring((OLD,))
    account = sealed_account()
    account.created_at = now
    account.save()
    sealed = vault.seal(account, "x", b"canary")
    ring((NEW, OLD))
    assert vault.rewrap(account)
    assert not vault.rewrap(account), "the second time there is nothing to do"
    ring((NEW,))
    assert vault.unseal(Account.objects.get(), "x", sealed) == b"canary"


def test_a_key_that_is_gone_is_named_without_its_bytes(ring):
    ring((OLD,))
    account = sealed_account()
    ring((NEW,))
    with pytest.raises(vault.VaultError, match="no key 'old'") as refused:
        vault.seal(account, "x", b"canary")
    assert base64.b64encode(NEW[1]).decode() not in str(refused.value)


def test_an_empty_ring_is_refused(ring):
    ring(())
    with pytest.raises(vault.VaultError):
        vault.new_data_key("111122223333")
