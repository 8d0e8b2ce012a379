"""What is read out of a text that somebody pasted."""

import pytest

from console import pasted_errors

REQUEST = "4f2a1c58-7b1e-4d55-9c6e-1d0b6f1e2a90"
DECISION = "0a0b0c0d-1111-4222-8333-444455556666"
USER = "arn:aws:iam::111122223333:user/ops/dave"
ENCODED = "WyI0ZjJhMWM1OC03YjFlLTRkNTUtOWM2ZS0xZDBiNmYxZTJhOTAiXQ:" + "x" * 43
SAID = (
    f"User: {USER} is not authorized to perform: iam:ListUsers on resource: arn:aws:iam::111122223333:user/"
)
ASKED = {"principal_arn": USER, "action": "iam:ListUsers", "resource": "arn:aws:iam::111122223333:user/"}
AWS = (
    f"\nAn error occurred (AccessDenied) when calling the ListUsers operation: {SAID} because no identity-based\n"
    "policy allows the iam:ListUsers action\n"
)
TERRAFORM = f"""\
╷
│ Error: reading IAM Users: operation error IAM: ListUsers, https response error StatusCode: 403, RequestID:
│ {REQUEST}, api error AccessDenied: User:
│ {USER} is not authorized to perform: iam:ListUsers on resource:
│ arn:aws:iam::111122223333:user/ because no identity-based policy allows the iam:ListUsers
│ action
│
│   with data.aws_iam_users.all,
│   on main.tf line 12, in data "aws_iam_users" "all":
╵
"""


@pytest.mark.parametrize(
    "text",
    [
        REQUEST,
        f"  {REQUEST}\n",
        f'"{REQUEST}"',
        f"`{REQUEST}`",
        f"\u201c{REQUEST}\u201d",
        REQUEST.upper(),
        f"x-amzn-RequestId: {REQUEST}",
        f"'RequestId': '{REQUEST}', 'HTTPStatusCode': 403",
        f"<RequestId>{REQUEST}</RequestId>",
        TERRAFORM,
        TERRAFORM.replace("7b1e-", "7b1e-\n│ "),
    ],
)
def test_an_id_is_read_whatever_stands_around_it(text):
    assert pasted_errors.read(text).ids == (REQUEST,)


def test_several_ids_are_read_in_their_order_each_once():
    text = f"(decision {DECISION}) RequestId {REQUEST}, again {REQUEST}"
    assert pasted_errors.read(text).ids == (DECISION, REQUEST)
    many = " ".join(f"{number:08x}{REQUEST[8:]}" for number in range(99))
    assert len(pasted_errors.read(many).ids) == pasted_errors.MOST_IDS


@pytest.mark.parametrize(
    "text", [ENCODED, f' "{ENCODED}" ', f"failure message: {ENCODED}\n", f"{ENCODED[:30]}\n│ {ENCODED[30:]}"]
)
def test_an_encoded_message_is_read(text):
    assert pasted_errors.read(text).encoded == (ENCODED,)


@pytest.mark.parametrize("text", ["4711", " #4711 ", '"4711"', "event 4711", "Event #4711"])
def test_the_id_of_an_event_is_read(text):
    assert pasted_errors.read(text).event_id == "4711"


@pytest.mark.parametrize(
    "text",
    [
        SAID,
        AWS,
        AWS.replace("\n", "\r\n"),
        TERRAFORM,
        f'"{SAID}"',
        f"botocore.errorfactory.ClientError: {AWS}",
    ],
)
def test_who_asked_for_what_is_read_out_of_the_sentence(text):
    assert pasted_errors.read(text).asked == ASKED


def test_a_sentence_without_a_resource_names_none():
    said = f"User: {USER} is not authorized to perform: sts:GetSessionToken"
    assert pasted_errors.read(said).asked == {"principal_arn": USER, "action": "sts:GetSessionToken"}


@pytest.mark.parametrize(
    "text", ["", " ", "no message", "x" * 300, "User: dave", "1" * 19, f"{REQUEST}0", "a:b"]
)
def test_anything_else_names_nothing(text):
    assert pasted_errors.read(text).nothing


def test_a_long_text_is_read_at_once():
    for piece in ("a-", "│", " ", "│ \n", "User: arn:", f"{'w' * 39}:", "\n│"):
        assert pasted_errors.read(piece * (20_000 // len(piece))).nothing
