"""The stock of hardware tokens, and how an account lets people sign in, by page."""

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from accounts import totp
from accounts.models import Event, MfaDevice
from tests.console.browser import Browser
from tests.federation import test_pskc
from tests.world import allow

HERE = "/account/settings/devices/"
IMPORT, CONFIRM = f"{HERE}import/", f"{HERE}import/confirm/"
SIGNIN = "/account/settings/signin/edit/"
SERIAL, SEED = "GAKT000000001", bytes(range(20))
LIST = f"serial,seed,period,digits,model\n{SERIAL},{SEED.hex()},60,8,C200\n"


@pytest.fixture
def admin(world, browser) -> Browser:
    return browser(world.alice)  # type: ignore[no-any-return]  # what the fixture opens


def sealed(page):
    return next(e.get("value") for e in page.tree.walk() if e.get("name") == "sealed")


def brought_in(person, content=LIST, **more):
    shown = person.post(IMPORT, {"format": "csv", "content": content, **more})
    assert shown.status == 200, shown.words
    return person.post(CONFIRM, {"sealed": sealed(shown)})


def codes(rhythm=None):
    rhythm = rhythm or totp.Rhythm(60, 8)
    step = totp.step_at(datetime.now(UTC), rhythm)
    pair = [totp.code_at(SEED, each, rhythm) for each in (step - 1, step)]
    return dict(zip(("AuthenticationCode1", "AuthenticationCode2"), pair, strict=True))


@pytest.mark.parametrize("address", ["", "create/", "import/", "assign/", f"delete/?serial={SERIAL}"])
def test_each_page_of_tokens_opens(admin, address):
    brought_in(admin)
    page = admin.get(f"{HERE}{address}")
    assert page.status == 200
    assert page.is_accessible()


def test_an_empty_stock_teaches(admin):
    page = admin.get(HERE)
    assert "No hardware tokens yet" in page.words
    assert page.is_accessible()
    assert "No such tokens" in admin.get(HERE, q="x").words


def test_one_token_is_brought_in(admin):
    sent = {
        "SerialNumber": "GAKT000000009",
        "Seed": "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP",
        "Period": "60",
        "Digits": "8",
    }
    made = admin.post(f"{HERE}create/", sent)
    assert made.location == HERE, made.words
    page = admin.get(HERE)
    assert "GAKT000000009" in page.words
    assert "8 digits, 60 s" in page.words
    assert "JBSWY3DP" not in page.text


def test_a_token_that_is_not_in_order_is_told_at_its_field_without_its_seed(admin):
    sent = {"SerialNumber": "GAKT000000009", "Seed": "not a seed at all!!", "Period": "30", "Digits": "6"}
    page = admin.post(f"{HERE}create/", sent)
    assert page.status == 422
    assert "Seed: The seed is neither hexadecimal nor base32" in page.words
    assert "not a seed at all" not in page.text
    assert page.is_accessible()


def test_a_list_is_shown_before_it_is_brought_in_and_its_seeds_never(admin):
    shown = admin.post(IMPORT, {"format": "csv", "content": LIST})
    assert shown.status == 200
    assert (SERIAL in shown.words, "8 digits, 60 s" in shown.words) == (True, True)
    assert SEED.hex() not in shown.text
    assert shown.is_accessible()
    assert not MfaDevice.objects.exists()
    done = admin.post(CONFIRM, {"sealed": sealed(shown)})
    assert done.location == HERE
    assert "1 token is in the stock." in admin.get(HERE).words
    told = str([(event.parameters, event.response) for event in Event.objects.all()])
    assert SEED.hex() not in told


def test_a_file_is_read_as_what_was_pasted(admin):
    file = SimpleUploadedFile("tokens.csv", b"\xef\xbb\xbf" + LIST.encode(), "text/csv")
    shown = admin.post(IMPORT, {"format": "csv", "file": file})
    assert SERIAL in shown.words
    assert admin.post(CONFIRM, {"sealed": sealed(shown)}).location == HERE


def test_an_encrypted_container_takes_its_key(admin):
    sent = {"format": "pskc", "content": test_pskc.FIGURE_6}
    page = admin.post(IMPORT, sent)
    assert page.status == 422
    assert "needs the key or password" in page.words
    assert page.is_accessible()
    brought_in(admin, test_pskc.FIGURE_6, format="pskc", file_key=test_pskc.AGREED)
    assert "987654321" in admin.get(HERE).words


def test_a_signed_container_is_said_to_be_taken_unverified(admin):
    assert "Signatures of key containers are not verified" in admin.get(IMPORT).words
    text = test_pskc.container(f"{test_pskc.package()}<ds:Signature/>")
    page = admin.post(IMPORT, {"format": "pskc", "content": text})
    assert "its signature is not verified" in page.words
    assert page.is_accessible()


def test_each_problem_of_a_list_stands_at_its_line_and_nothing_can_be_brought_in(admin):
    page = admin.post(IMPORT, {"format": "csv", "content": f"{LIST}GAKT000000002,rubbish!,30,6,x\n"})
    assert page.status == 422
    assert "Nothing is brought in while a token is not in order." in page.words
    assert "neither hexadecimal nor base32" in page.words
    assert 'name="sealed"' not in page.text
    assert page.is_accessible()


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Choose a file, or paste the list."),
        ({"content": "serial,seed\n"}, "no tokens in it"),
        ({"file": SimpleUploadedFile("x", b"\xff\xfe\x00")}, "not text in UTF-8"),
        ({"file": SimpleUploadedFile("x", b" ")}, "The file is empty."),
        ({"file": SimpleUploadedFile("x", b"a" * (512 * 1024 + 1))}, "512 KiB are the most"),
        ({"content": "<x/>", "format": "pskc"}, "no key container"),
    ],
)
def test_what_is_no_list_is_told(admin, sent, said):
    page = admin.post(IMPORT, {"format": "csv", **sent})
    assert page.status == 422
    assert said in page.words
    assert page.is_accessible()


def test_what_was_sealed_is_for_the_same_person_and_unchanged(world, admin, browser):
    kept = sealed(admin.post(IMPORT, {"format": "csv", "content": LIST}))
    for person, text in (
        (browser(world.root), kept),
        (browser(world.carol), kept),
        (admin, kept[:-8]),
        (admin, ""),
    ):
        page = person.post(CONFIRM, {"sealed": text})
        assert page.status == 422
        assert "took too long" in page.words
    assert not MfaDevice.objects.exists()


def test_tokens_are_found_and_filtered(admin):
    brought_in(
        admin, "\n".join(f"GAKT00000000{n},{SEED.hex()},30,6,,{'Blue' if n % 2 else 'Red'}" for n in range(4))
    )
    found = admin.get(HERE, htmx=True, q="blue")
    assert ("GAKT000000001" in found.words, "GAKT000000002" in found.words) == (True, False)
    assert found.is_accessible()
    assert "No such tokens" in admin.get(HERE, state="Assigned").words


def test_a_token_is_assigned_to_a_user_and_listed_there(world, admin):
    brought_in(admin)
    start = admin.get(f"{HERE}assign/", user="bob")
    assert 'value="bob"' in start.text
    wrong = admin.post(
        f"{HERE}assign/",
        {
            "UserName": "bob",
            "SerialNumber": SERIAL,
            "AuthenticationCode1": "12345678",
            "AuthenticationCode2": "87654321",
        },
    )
    assert (wrong.status, "right after the other" in wrong.words) == (422, True)
    assert wrong.is_accessible()
    done = admin.post(f"{HERE}assign/", {"UserName": "bob", "SerialNumber": SERIAL, **codes()})
    assert done.location == HERE, done.words
    assert "guards bob from now on" in admin.get(HERE).words
    assert SERIAL in admin.get("/iam/users/bob/credentials/").words
    taken = admin.post(f"{HERE}delete/?serial={SERIAL}")
    assert (taken.status, "deactivated first" in taken.words) == (422, True)


def test_a_token_taken_from_its_user_is_in_the_stock_again(world, admin):
    brought_in(admin)
    admin.post(f"{HERE}assign/", {"UserName": "bob", "SerialNumber": SERIAL, **codes()})
    admin.post(f"/iam/users/bob/credentials/mfa/delete/?serial={SERIAL}")
    assert "Unassigned" in admin.get(HERE).words
    assert admin.post(f"{HERE}delete/?serial={SERIAL}").location == HERE
    assert not MfaDevice.objects.exists()


def test_who_may_not_is_told_what_is_needed(world, browser):
    bob = browser(world.bob)
    assert bob.get(HERE).refused_actions == ["wardstead:ListHardwareTokens"]
    page = bob.post(IMPORT, {"format": "csv", "content": LIST})
    assert (page.status, page.refused_actions) == (403, ["wardstead:ImportHardwareTokens"])
    assert "wardstead:GetSignInSettings" in bob.get("/account/settings/").refused_actions


def test_who_may_look_but_not_delete_is_told_so(world, admin, browser):
    brought_in(admin)
    dana = browser(world.user("dana", policy=allow("wardstead:ListHardwareTokens")))
    assert SERIAL in dana.get(HERE).words
    page = dana.post(f"{HERE}delete/?serial={SERIAL}")
    assert "You need wardstead:DeleteHardwareToken" in page.words


def test_ways_of_signing_in_are_chosen_by_page(world, admin):
    shown = admin.get(SIGNIN)
    assert shown.is_accessible()
    done = admin.post(SIGNIN, {"PasskeySignIn": "users", "RootNeedsHardware": "true"})
    assert done.location == "/account/settings/"
    card = admin.get("/account/settings/")
    assert (
        "Sign in by a passkey alone Users Devices of the root user A security key or a hardware token"
        in card.words
    )
    assert card.is_accessible()
    world.account.refresh_from_db()
    assert (world.account.passkey_sign_in, world.account.root_needs_hardware) == ("users", True)
    wrong = admin.post(SIGNIN, {"PasskeySignIn": "sometimes"})
    assert wrong.status == 422
