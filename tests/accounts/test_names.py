import pytest

from accounts import names


@pytest.mark.parametrize("typed", ["123456789012", " 1234-5678-9012 ", "1234 5678 9012", "123456789012\n"])
def test_every_spelling_of_a_number_is_one_key(typed):
    assert names.account_key(typed) == "123456789012"


@pytest.mark.parametrize("typed", ["example-corp", "  Example-Corp", "EXAMPLE-CORP"])
def test_an_account_is_found_by_its_alias_whatever_the_case(account, typed):
    assert names.find_account(typed) == account


def test_an_account_is_found_by_its_number_with_dashes(account):
    number = account.number
    assert names.find_account(f"{number[:4]}-{number[4:8]}-{number[8:]}") == account


@pytest.mark.parametrize("typed", ["", "example-corp'--", "nobody", "999999999999", "x" * 10_000, "\x00"])
def test_other_text_finds_no_account(account, typed):
    assert names.find_account(typed) is None


@pytest.mark.parametrize("alias", ["abc", "a-b-c", "example-corp", "a1b", "x" * 63, "12345678901a"])
def test_sound_aliases(alias):
    assert names.alias_problem(alias) == ""


@pytest.mark.parametrize(
    "alias",
    ["ab", "x" * 64, "Abc", "-abc", "abc-", "a--b", "a_b", "é-é", "123456789012", "1234-5678-9012", "abc\n"],
)
def test_unsound_aliases(alias):
    assert names.alias_problem(alias)


@pytest.mark.parametrize("email", ["a@example.org", "first.last+tag@sub.example.co.uk", "o'hara@example.ie"])
def test_sound_addresses(email):
    assert names.email_problem(email) == ""


@pytest.mark.parametrize(
    "email",
    [
        "",
        "a",
        "a@b",
        "a@@example.org",
        "a b@example.org",
        "a@example.org\r\nBcc: x@y.zz",
        "a@exa..mple.org",
        "a" * 250 + "@b.org",
    ],
)
def test_unsound_addresses(email):
    assert names.email_problem(email)
