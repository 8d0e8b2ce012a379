import base64
import stat

import pytest

from console.env import (
    EnvError,
    Environment,
    kept_secret,
    new_keyring,
    parse_email,
    parse_keyring,
    parse_sender,
)

KEY = base64.b64encode(bytes(32)).decode()


def test_a_value_may_come_from_a_file(tmp_path):
    file = tmp_path / "secret"
    file.write_text("from the file\n")
    assert Environment({"SECRET_KEY_FILE": str(file)}).text("SECRET_KEY") == "from the file"


def test_a_value_given_twice_is_refused(tmp_path):
    file = tmp_path / "secret"
    file.write_text("one")
    with pytest.raises(EnvError, match="both set"):
        Environment({"SECRET_KEY": "two", "SECRET_KEY_FILE": str(file)}).text("SECRET_KEY")


@pytest.mark.parametrize("content", [None, ""], ids=["missing", "empty"])
def test_a_secret_file_without_a_secret_is_refused(tmp_path, content):
    file = tmp_path / "secret"
    if content is not None:
        file.write_text(content)
    with pytest.raises(EnvError, match="SECRET_KEY_FILE"):
        Environment({"SECRET_KEY_FILE": str(file)}).text("SECRET_KEY")


def test_a_misspelt_variable_is_refused():
    with pytest.raises(EnvError, match="WARDSTEAD_KEYRNG"):
        Environment({"WARDSTEAD_KEYRNG": "x"})


@pytest.mark.parametrize(
    ("value", "flag"), [("on", True), ("TRUE", True), ("0", False), ("off", False), ("", False)]
)
def test_flags(value, flag):
    assert Environment({"DEBUG": value}).flag("DEBUG", default=False) is flag


def test_a_flag_that_is_neither_on_nor_off_is_refused():
    with pytest.raises(EnvError, match="on or off"):
        Environment({"DEBUG": "maybe"}).flag("DEBUG", default=False)


@pytest.mark.parametrize("value", ["0", "65536", "eighty", "8000x", "-1", "\uff18\uff10"])
def test_a_port_outside_the_range_is_refused(value):
    with pytest.raises(EnvError, match="PORT"):
        Environment({"PORT": value}).integer("PORT", 8000, least=1, most=65535)


def test_a_choice_outside_the_options_is_refused():
    with pytest.raises(EnvError, match="staging"):
        Environment({"WARDSTEAD_ENV": "staging"}).choice("WARDSTEAD_ENV", ("production",), "production")


def test_words_lose_blanks():
    assert Environment({"ALLOWED_HOSTS": " a.example, ,b.example "}).words("ALLOWED_HOSTS") == (
        "a.example",
        "b.example",
    )


def test_networks_must_be_networks():
    assert len(Environment({"TRUSTED_PROXIES": "10.0.0.0/8,::1"}).networks("TRUSTED_PROXIES")) == 2
    with pytest.raises(EnvError, match="TRUSTED_PROXIES"):
        Environment({"TRUSTED_PROXIES": "10.0.0.1/8"}).networks("TRUSTED_PROXIES")


@pytest.mark.parametrize(
    "value",
    ["iam.example.org", "ftp://x", "https://", "https://a/b", "https://u@a", "https://a:x", "https://a?q=1"],
)
def test_an_address_that_is_more_or_less_than_one_is_refused(value):
    with pytest.raises(EnvError, match="PUBLIC_URL"):
        Environment({"PUBLIC_URL": value}).address("PUBLIC_URL", "")


def test_a_keyring_keeps_its_order():
    assert parse_keyring(f"new:{KEY}\nold:{KEY}") == (("new", bytes(32)), ("old", bytes(32)))


@pytest.mark.parametrize(
    "text",
    [KEY, f"a b:{KEY}", "a:c2hvcnQ=", "a:%%%", f"a:{KEY},a:{KEY}"],
    ids=["no id", "blank", "short", "junk", "twice"],
)
def test_a_broken_keyring_is_refused_without_repeating_it(text):
    with pytest.raises(EnvError) as refusal:
        parse_keyring(text)
    assert KEY not in str(refusal.value)


def test_mail_to_another_machine_is_encrypted():
    assert parse_email("smtp://mail.example.org").tls
    assert parse_email("smtps://mail.example.org").ssl
    assert not parse_email("smtp://localhost:25").tls


def test_mail_credentials_are_decoded():
    assert parse_email("smtp://me%40x:p%2Fw@mail.example.org:2525").password == "p/w"


@pytest.mark.parametrize("url", ["", "mail.example.org", "http://x", "file:", "smtp://x:y"])
def test_an_unknown_way_to_send_mail_is_refused(url):
    with pytest.raises(EnvError, match="EMAIL_URL"):
        parse_email(url)


def test_a_generated_secret_is_private_and_stays(tmp_path):
    folder = tmp_path / "data"
    first = kept_secret(folder, "keyring", new_keyring())
    assert kept_secret(folder, "keyring", new_keyring()) == first
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / "keyring").stat().st_mode) == 0o600
    assert [path.name for path in folder.iterdir()] == ["keyring"]


def test_mail_can_be_off_and_only_then_it_is():
    assert not parse_email("off").on
    assert parse_email("smtp://mail.example.org").on


@pytest.mark.parametrize("text", ["no-reply@example.org", "Wardstead <no-reply@127.0.0.1>"])
def test_mail_comes_from_an_address_with_or_without_a_name(text):
    assert parse_sender(text) == text


@pytest.mark.parametrize("text", ["Wardstead", "a@b.c, d@e.f", "x\ny <a@b.c>", "<>", "a b@c.d"])
def test_a_sender_that_is_not_one_address_is_refused(text):
    with pytest.raises(EnvError, match="EMAIL_FROM"):
        parse_sender(text)
