"""Lists of hardware tokens as people and makers write them, and what is wrong with those that are refused."""

import base64
import contextlib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts import token_seeds
from accounts.token_seeds import Entry, ListFault, TokenFault

SEED = b"12345678901234567890"
BASE32, HEX = base64.b32encode(SEED).decode(), SEED.hex()


def only(text: str) -> Entry:
    (entry,) = token_seeds.read_csv(text)
    return entry


@pytest.mark.parametrize(
    "text", [BASE32, BASE32.lower(), HEX, HEX.upper(), " ".join(HEX), f"{BASE32[:16]}-{BASE32[16:]}"]
)
def test_a_seed_is_read_as_hexadecimal_or_base32(text):
    assert token_seeds.seed_of(text) == SEED


@pytest.mark.parametrize("text", ["", "0", "GEZDGNBVGY3TQOJQ1", "äöü", "12345678", "A" * 33])
def test_what_is_no_seed_is_refused(text):
    with pytest.raises(TokenFault):
        token_seeds.token("GALT123456", token_seeds.seed_of(text))


def test_a_list_without_a_head_has_its_columns_in_order():
    entry = only(f"GALT123456,{HEX},60,8,Gemalto,SafeNet 110\n")
    assert entry.token == token_seeds.Token("GALT123456", SEED, 60, 8, "Gemalto", "SafeNet 110")


def test_what_is_left_out_is_as_apps_have_it():
    made = only(f"GALT123456,{BASE32}").token
    assert made is not None
    assert (made.period, made.digits, made.manufacturer) == (30, 6, "")


@pytest.mark.parametrize("mark", [",", ";", "\t"])
@pytest.mark.parametrize("head", ["Serial Number{0}Time interval{0}Secret key", "﻿serialNo{0}period{0}SEED"])
def test_a_head_gives_the_order_whatever_parts_the_columns(mark, head):
    text = f"{head.format(mark)}\r\n\r\nGALT123456{mark}60{mark}{HEX}\r\n"
    made = only(text).token
    assert made is not None
    assert (made.serial, made.period, made.seed) == ("GALT123456", 60, SEED)


@pytest.mark.parametrize(
    ("row", "fault"),
    [
        (f"SHORT,{HEX}", "serial number"),
        (f"arn:aws:iam::111122223333:mfa/x,{HEX}", "serial number"),
        (f"GALT 123456,{HEX}", "serial number"),
        (f"{'x' * 257},{HEX}", "serial number"),
        ("GALT123456,nothing!", "neither"),
        ("GALT123456", "neither"),
        (f"GALT123456,{HEX[:20]}", "neither"),
        (f"GALT123456,{'ab' * 65}", "128 to 512"),
        (f"GALT123456,{HEX},45", "30 or 60"),
        (f"GALT123456,{HEX},sixty", "whole numbers"),
        (f"GALT123456,{HEX},99999999", "whole numbers"),
        (f"GALT123456,{HEX},30,7", "6 or 8"),
    ],
)
def test_a_row_says_what_is_wrong_with_it(row, fault):
    entry = only(row)
    assert entry.token is None
    assert fault in entry.fault
    assert HEX not in entry.fault + entry.serial


def test_a_seed_in_the_place_of_the_serial_number_is_not_shown():
    entry = only(f"{BASE32},GALT123456")
    assert (entry.serial, entry.token) == ("", None)
    assert BASE32 not in repr(entry)


def test_a_token_does_not_show_its_seed():
    assert "1234567890" not in repr(only(f"GALT123456,{HEX}"))


@pytest.mark.parametrize("text", ["", "\n \n", "serial,seed\n", '"unclosed,\n'])
def test_a_list_without_tokens_is_refused(text):
    with pytest.raises(ListFault):
        token_seeds.read_csv(text)


def test_a_list_that_is_too_long_is_refused():
    with pytest.raises(ListFault, match="2000"):
        token_seeds.read_csv(f"GALT123456,{HEX}\n" * 2001)


def test_a_serial_number_counts_once():
    rows = [f"GALT12345{n},{HEX}" for n in (1, 2, 1)]
    entries = token_seeds.without_doubles(token_seeds.read_csv("\n".join(rows)))
    assert [entry.token is not None for entry in entries] == [True, True, False]
    assert "stands at 1 already" in entries[2].fault


def test_labels_are_cut_and_have_no_control_characters():
    made = only(f"GALT123456,{HEX},,,a\x07b{'x' * 90}").token
    assert made is not None
    assert made.manufacturer == ("ab" + "x" * 90)[:64]


@given(st.text(max_size=200))
def test_any_text_is_read_or_refused(text):
    with contextlib.suppress(ListFault):
        token_seeds.read_csv(text)
