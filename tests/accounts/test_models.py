import pytest
from django.db import IntegrityError, transaction

from accounts.models import Account, ConsoleSession, Identity, MfaDevice, PasswordPolicy
from tests.accounts.cast import NOW, user


def breaks(constraint: str, make) -> None:
    with pytest.raises(IntegrityError) as broken, transaction.atomic():
        make()
    assert constraint in str(broken.value) or "UNIQUE" in str(broken.value)


@pytest.mark.parametrize("number", ["12345678901", "12345678901a", ""])
def test_a_number_has_twelve_digits(db, number):
    breaks(
        "account_number_12_digits",
        lambda: Account.objects.create(number=number, name="x", created_at=NOW, sealed_data_key=b""),
    )


def test_a_state_is_one_of_three(account):
    breaks("account_state_known", lambda: Account.objects.update(state="open"))


@pytest.mark.parametrize("limits", [{"session_idle_seconds": 59}, {"session_absolute_seconds": 899}])
def test_session_limits_make_sense(account, limits):
    breaks("account_session_limits", lambda: Account.objects.update(**limits))


def test_an_account_has_one_root(account):
    breaks(
        "uniq_identity_account_root",
        lambda: Identity.objects.create(
            account=account, kind="root", email="b@x.org", email_key="b@x.org", created_at=NOW
        ),
    )


def test_an_address_is_of_one_root(account, other):
    breaks(
        "uniq_identity_email",
        lambda: Identity.objects.filter(account=other).update(email_key="root@example.com"),
    )


def test_names_differ_by_more_than_case(account, alice):
    breaks(
        "uniq_identity_account_name",
        lambda: Identity.objects.create(
            account=account, kind="user", name="ALICE", name_key="alice", created_at=NOW
        ),
    )


def test_two_accounts_may_have_users_of_one_name(account, other):
    assert user(account, "carol") != user(other, "carol")


@pytest.mark.parametrize(
    "shape",
    [
        {"kind": "user", "name_key": ""},
        {"kind": "user", "name_key": "x", "email_key": "a@b.cd"},
        {"kind": "root", "name_key": "x", "email_key": "a@b.cd"},
        {"kind": "robot", "name_key": "x"},
    ],
)
def test_an_identity_is_a_root_or_a_user(account, shape):
    breaks("identity_kind_shape", lambda: Identity.objects.create(account=account, created_at=NOW, **shape))


def test_a_password_needs_a_login_profile(alice):
    breaks("identity_password_with_profile", lambda: Identity.objects.update(login_profile_at=None))


@pytest.mark.parametrize(
    ("constraint", "values"),
    [
        ("password_policy_minimum_length", {"minimum_password_length": 5}),
        ("password_policy_minimum_length", {"minimum_password_length": 129}),
        ("password_policy_max_age", {"max_password_age": 0}),
        ("password_policy_max_age", {"max_password_age": 1096}),
        ("password_policy_reuse", {"password_reuse_prevention": 25}),
    ],
)
def test_a_password_policy_keeps_to_its_ranges(account, constraint, values):
    breaks(constraint, lambda: PasswordPolicy.objects.create(account=account, **values))


def test_a_device_is_enabled_for_somebody(account):
    breaks(
        "mfa_device_enabled_for_someone",
        lambda: MfaDevice.objects.create(
            account=account, serial="s", name="n", created_at=NOW, enabled_at=NOW
        ),
    )


def test_a_session_is_anonymous_or_somebodys(account):
    breaks(
        "console_session_whose",
        lambda: ConsoleSession.objects.create(
            key_hash="x", account=account, created_at=NOW, last_seen_at=NOW, expires_at=NOW
        ),
    )


def test_identities_are_neither_staff_nor_superusers(alice):
    for power in ("is_staff", "is_superuser", "user_permissions", "has_perm"):
        assert not hasattr(alice, power)
