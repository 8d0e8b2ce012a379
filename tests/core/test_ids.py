"""Identifiers have AWS's forms."""

import re

from iam import ids


def test_a_unique_id_is_a_prefix_and_seventeen_base32_characters():
    assert re.fullmatch(r"AIDA[A-Z2-7]{17}", ids.unique_id("AIDA"))


def test_an_access_key_id_carries_its_account():
    key = ids.access_key_id("AKIA", "000000000042")
    assert re.fullmatch(r"AKIA[A-Z2-7]{16}", key)
    assert ids.account_of(key) == "000000000042"


def test_the_account_is_read_off_a_key_id_whose_tail_was_altered():
    key = ids.access_key_id("ASIA", "999999999999")
    assert ids.account_of(key[:-4] + "AAAA") == "999999999999"


def test_what_is_no_key_id_names_no_account():
    assert ids.account_of("AKIA") is None
    assert ids.account_of("AIDA" + "A" * 16) is None
    assert ids.account_of("AKIA" + "1" * 16) is None


def test_the_kind_is_read_off_an_arn_whatever_its_path_holds():
    assert ids.resource_in("arn:aws:iam::111122223333:user/a:role/b:c/eve") == ("user", "a:role/b:c/eve")
    assert ids.resource_in("arn:aws:sts::111122223333:assumed-role/ops/eve") == ("assumed-role", "ops/eve")
    assert ids.resource_in("arn:aws:iam::111122223333:root") == ("root", "")


def test_a_secret_has_forty_characters_and_no_two_are_alike():
    assert len(ids.secret_access_key()) == 40
    assert ids.secret_access_key() != ids.secret_access_key()
