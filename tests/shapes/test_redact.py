import pytest

from iam.shapes.redact import redact_input, redact_output, redact_text
from iam.shapes.spec import Shape, operation, operations


def test_passwords_and_codes_are_masked_in_the_input():
    spec = operation("iam.ChangePassword")
    assert redact_input(spec, {"OldPassword": "a", "NewPassword": "b"}) == {
        "OldPassword": "***",
        "NewPassword": "***",
    }
    spec = operation("iam.EnableMFADevice")
    assert redact_input(spec, {"UserName": "anna", "AuthenticationCode1": "123456"}) == {
        "UserName": "anna",
        "AuthenticationCode1": "***",
    }


def test_secrets_are_masked_in_the_answer():
    spec = operation("sts.AssumeRole")
    answer = {
        "Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "s", "SessionToken": "t"},
        "PackedPolicySize": 3,
    }
    assert redact_output(spec, answer) == {
        "Credentials": {"AccessKeyId": "ASIA", "SecretAccessKey": "***", "SessionToken": "***"},
        "PackedPolicySize": 3,
    }


def test_lists_and_maps_keep_their_form():
    spec = operation("iam.CreateUser")
    assert redact_input(spec, {"Tags": [{"Key": "k", "Value": "v"}]}) == {
        "Tags": [{"Key": "k", "Value": "v"}]
    }
    assert redact_output(operation("iam.GetAccountSummary"), {"SummaryMap": {"Users": 1}}) == {
        "SummaryMap": {"Users": 1}
    }


def test_what_the_model_does_not_know_is_left_out():
    assert redact_input(operation("iam.GetUser"), {"UserName": "a", "Password": "p"}) == {"UserName": "a"}
    assert redact_input(operation("iam.GetAccountSummary"), {"Password": "p"}) == {}
    assert redact_output(operation("iam.DeleteUser"), None) == {}


def test_a_value_of_the_wrong_form_shows_nothing():
    spec = operation("iam.ChangePassword")
    assert "secret" not in str(
        redact_input(spec, {"NewPassword": ["secret"], "OldPassword": {"a": "secret"}})
    )
    assert "secret" not in str(redact_input(operation("iam.GetUser"), {"UserName": {"a": "secret"}}))


@pytest.mark.parametrize("kind", ["", "RSA ", "EC ", "ENCRYPTED ", "OPENSSH ", "PGP "])
def test_a_private_key_is_masked_wherever_it_stands(kind):
    end = " BLOCK-----" if kind == "PGP " else "-----"
    text = f"words\n-----BEGIN {kind}PRIVATE KEY{end}\nMIIE\n"
    given = {"UserName": "anna", "Tags": [{"Key": "k", "Value": text}], "Path": text}
    assert redact_input(operation("iam.CreateUser"), given) == {
        "UserName": "anna",
        "Tags": [{"Key": "k", "Value": "***"}],
        "Path": "***",
    }
    assert redact_text(f"Certificate {text} is malformed.") == "***"


def test_public_keys_and_putty_s_words_are_told_apart():
    assert redact_text("PuTTY-User-Key-File-3: ssh-rsa\nPrivate-Lines: 1\nAAAA") == "***"
    for harmless in (
        "-----BEGIN PUBLIC KEY-----",
        "-----BEGIN CERTIFICATE-----",
        "a private key",
        "PRIVATE KEY",
    ):
        assert redact_text(harmless) == harmless


def test_no_member_named_like_a_secret_is_left_open():
    """Each string member whose name says secret, password, token or code is sensitive, or is known to be none."""
    harmless = {
        "PasswordLastUsed", "PasswordResetRequired", "PasswordReusePrevention", "AllowUsersToChangePassword",
        "MinimumPasswordLength", "MaxPasswordAge", "PasswordPolicy", "DeletionTaskId", "GlobalEndpointTokenVersion",
        "MinimumLength", "DecodedMessage", "EncodedMessage", "ErrorCode", "Code", "TokenCodeRequired", "SubjectFromWebIdentityToken", "RemovePrivateKey",
    }  # fmt: skip
    open_ones = set()

    def walk(shape: Shape | None) -> None:
        if shape is None:
            return
        for name, member in shape.members.items():
            said = any(
                word in name.lower() for word in ("secret", "password", "token", "code", "seed", "privatekey")
            )
            if said and member.kind in ("string", "blob") and not member.sensitive and name not in harmless:
                open_ones.add(f"{name} ({member.name})")
            walk(member)
        walk(shape.element)
        walk(shape.value)

    for service in ("iam", "sts"):
        for name in operations(service):
            walk(operation(name).input)
            walk(operation(name).output)
    assert open_ones == set()
