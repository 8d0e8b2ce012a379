"""Who is let in: long-term keys, presigned requests and temporary credentials."""

import secrets
from datetime import timedelta
from urllib.parse import urlencode

import time_machine
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from django.utils import timezone

from accounts import vault
from iam import principals
from iam.models import Session
from tests.boto import ENDPOINT, boto_of, boto_with, send
from tests.wire.raw import IAM, error_of, refusal, signed

# Who is let in


def test_unknown_and_deleted_and_inactive_keys(world, boto):
    assert refusal(boto_with("AKIAIOSFODNN7UNKNOWN", "x").iam.list_users) == ("InvalidClientTokenId", 403)
    world.alice.iam("UpdateAccessKey", UserName="alice", AccessKeyId=boto.key_id, Status="Inactive")
    assert refusal(boto.iam.list_users) == ("InvalidClientTokenId", 403)
    world.alice.iam("DeleteAccessKey", UserName="alice", AccessKeyId=boto.key_id)
    assert refusal(boto.iam.list_users) == ("InvalidClientTokenId", 403)


def test_a_wrong_secret(boto):
    assert refusal(boto_with(boto.key_id, "wrong").iam.list_users) == ("SignatureDoesNotMatch", 403)


def test_a_long_term_key_with_a_token(boto):
    assert refusal(boto_with(boto.key_id, boto.secret, "token").iam.list_users) == (
        "InvalidClientTokenId",
        403,
    )


def test_a_clock_that_is_wrong(boto):
    with time_machine.travel(0) as clock:
        assert clock is not None
        body = urlencode({"Action": "ListUsers", "Version": IAM})
        request = AWSRequest(method="POST", url=f"{ENDPOINT}/", data=body)
        SigV4Auth(Credentials(boto.key_id, boto.secret), "iam", "us-east-1").add_auth(request)
    code, message = error_of(send(headers=dict(request.headers.items()), body=body))
    assert code == "SignatureDoesNotMatch"
    assert message is not None
    assert message.startswith("Signature expired: 19700101T000000Z is now earlier than ")


def test_no_signature():
    code, message = error_of(response := send(body=urlencode({"Action": "ListUsers", "Version": IAM})))
    assert (code, response.status_code) == ("MissingAuthenticationToken", 403)
    assert message == "Request is missing Authentication Token"


def test_an_sts_signature_opens_no_iam_action(boto):
    response = signed(boto, urlencode({"Action": "ListUsers", "Version": IAM}), service="sts")
    assert (error_of(response)[0], response.status_code) == ("SignatureDoesNotMatch", 403)


def test_a_signed_get(boto):
    url = f"{ENDPOINT}/?{urlencode({'Action': 'GetUser', 'Version': IAM})}"
    response = signed(boto, "", url=url, method="GET")
    assert response.status_code == 200
    assert b"<UserName>alice</UserName>" in response.content


def test_a_presigned_get(boto):
    url = boto.iam.generate_presigned_url("get_user", HttpMethod="GET")
    assert b"<UserName>alice</UserName>" in send("GET", url).content
    with time_machine.travel(timedelta(hours=2), tick=False):
        response = send("GET", url)
    assert (error_of(response)[0], response.status_code) == ("RequestExpired", 400)


def test_suspended_accounts_are_shut(world, boto):
    world.account.state = "suspended"
    world.account.save()
    assert refusal(boto.iam.list_users) == ("InvalidClientTokenId", 403)


def test_another_account_sees_nothing(world, boto):
    carol = boto_of(world.carol)
    assert [user["UserName"] for user in carol.iam.list_users()["Users"]] == ["carol"]
    assert refusal(carol.iam.get_user, UserName="alice") == ("NoSuchEntity", 404)


# Temporary credentials


def session(world, actor, *, lasts=timedelta(hours=1), mfa=True):
    """Clients with credentials as sts:GetSessionToken makes them, and the row behind them."""
    number, token = secrets.token_hex(8).upper(), secrets.token_hex(32)
    boto = boto_with(f"ASIA{number}", secrets.token_hex(20), token)
    now = timezone.now()
    row = Session.objects.create(
        account=actor.account,
        kind="session-token",
        key_id=boto.key_id,
        sealed_secret=vault.seal(actor.account, principals.SECRET_PURPOSE, boto.secret.encode()),
        token_hash=principals.hash_token(token),
        identity_id=actor.principal.identity_pk,
        issued_at=now,
        expires_at=now + lasts,
        mfa_at=now if mfa else None,
    )
    return boto, row


def test_a_session_works_until_its_last_second(world):
    boto, row = session(world, world.alice)
    assert boto.iam.get_user()["User"]["UserName"] == "alice"
    with time_machine.travel(row.expires_at - timedelta(seconds=1), tick=False):
        assert boto.iam.get_user()["User"]["UserName"] == "alice"
    with time_machine.travel(row.expires_at, tick=False):
        assert refusal(boto.iam.get_user) == ("ExpiredToken", 403)


def test_a_session_needs_its_own_token(world):
    boto, _ = session(world, world.alice)
    another, _ = session(world, world.alice)
    wrong = "0" if boto.token[-1] != "0" else "1"
    for token in (None, another.token, boto.token[:-1] + wrong, boto.token + "0"):
        assert refusal(boto_with(boto.key_id, boto.secret, token).iam.get_user) == (
            "InvalidClientTokenId",
            403,
        )


def test_a_session_without_mfa_reaches_no_iam(world):
    boto, _ = session(world, world.alice, mfa=False)
    assert refusal(boto.iam.get_user) == ("InvalidClientTokenId", 403)


def test_a_revoked_session_is_dead(world):
    boto, row = session(world, world.alice)
    row.revoked_at = timezone.now()
    row.save()
    assert refusal(boto.iam.get_user) == ("InvalidClientTokenId", 403)


def test_a_presigned_request_of_a_session_carries_its_token(world):
    boto, _ = session(world, world.alice)
    url = boto.iam.generate_presigned_url("get_user", HttpMethod="GET")
    assert b"<UserName>alice</UserName>" in send("GET", url).content
    assert error_of(send("GET", url.replace("X-Amz-Security-Token", "X-Amz-Other")))[0] in (
        "SignatureDoesNotMatch",
        "InvalidClientTokenId",
    )
