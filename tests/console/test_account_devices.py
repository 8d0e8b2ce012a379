"""The stock of hardware tokens and the ways of signing in, by page."""

import pytest

HERE = "/account/settings/devices/"
LIST = "serial,seed,period,digits\nGAKT000000001,3132333435363738393031323334353637383930,30,6\n"


@pytest.fixture
def root(world, browser):
    return browser(world.root)


@pytest.mark.parametrize("address", ["", "create/", "import/", "assign/", "delete/?serial=GAKT000000001"])
def test_each_page_of_tokens_opens(world, browser, address):
    assert browser(world.alice).get(f"{HERE}{address}").status == 200


def test_one_token_is_brought_in(world, browser):
    person = browser(world.alice)
    sent = {
        "SerialNumber": "GAKT000000009",
        "Seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "Period": "60",
        "Digits": "8",
    }
    made = person.post(f"{HERE}create/", sent)
    assert made.location == HERE, made.words
    page = person.get(HERE)
    assert "GAKT000000009" in page.words
    assert "JBSWY3DP" not in page.text


def test_who_may_not_see_the_stock_is_told_what_is_needed(world, browser):
    page = browser(world.bob).get(HERE)
    assert "GAKT" not in page.text
    assert "wardstead:ListHardwareTokens" in page.text


def test_passkey_sign_in_is_chosen_by_page(world, browser):
    person = browser(world.alice)
    assert person.get("/account/settings/signin/edit/").status == 200
    assert "passkey" in person.get("/account/settings/").text.lower()
