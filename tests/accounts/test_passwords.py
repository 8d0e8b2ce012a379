from datetime import timedelta

import pytest
from django.contrib.auth.hashers import check_password

from accounts import passwords
from accounts.models import Account, Identity, PasswordPolicy
from tests.accounts.cast import NOW, PASSWORD, Browser, phone
from tests.accounts.counting import CountingHasher

NEXT = "another-Horse-8-battery"


@pytest.fixture
def hashes(settings):
    settings.PASSWORD_HASHERS = ["tests.accounts.counting.CountingHasher"]
    CountingHasher.verified = 0
    return CountingHasher


def policy(account, **values) -> PasswordPolicy:
    return PasswordPolicy.objects.create(account=account, **values)


def refused(identity: Identity, raw: str) -> list[str]:
    return [violation.code for violation in passwords.refusals(identity, raw)]


def test_setting_a_password_makes_a_login_profile(bob):
    passwords.set_password(bob, PASSWORD, now=NOW)
    bob.refresh_from_db()
    assert bob.has_password
    assert bob.login_profile_at == NOW
    assert bob.password.startswith("argon2$argon2id$")
    assert passwords.verify(bob, PASSWORD)
    assert not passwords.verify(bob, PASSWORD + "x")


def test_a_new_password_keeps_the_day_the_profile_was_made(alice):
    passwords.set_password(alice, NEXT, now=NOW + timedelta(days=1))
    assert (alice.login_profile_at, alice.password_changed_at) == (NOW, NOW + timedelta(days=1))


def test_a_refused_password_changes_nothing(alice):
    with pytest.raises(passwords.PasswordRefused) as refusal:
        passwords.set_password(alice, "short", now=NOW)
    assert [reason.code for reason in refusal.value.reasons] == ["too_short", "needs_classes"]
    alice.refresh_from_db()
    assert passwords.verify(alice, PASSWORD)


def test_the_whole_password_is_verified(alice):
    long = "Aa1!" * 31 + "abc"
    passwords.set_password(alice, long + "d", now=NOW)
    assert passwords.verify(alice, long + "d")
    assert not passwords.verify(alice, long + "e")


def test_decomposed_typing_signs_in(alice):
    passwords.set_password(alice, "Cr\u00e8me-br\u00fbl\u00e9e-1", now=NOW)
    assert passwords.verify(alice, "Cre\u0300me-bru\u0302le\u0301e-1")


@pytest.mark.parametrize(
    "raw", ["", "x", "x" * 10_000, "\ud800", PASSWORD], ids=["none", "short", "long", "odd", "right"]
)
def test_one_hash_is_spent_whoever_is_asked_about(hashes, account, bob, raw):
    passwords.verify(None, "warms up")
    spent = []
    for identity in (None, bob, account.root):
        before = hashes.verified
        passwords.verify(identity, raw)
        spent.append(hashes.verified - before)
    assert spent == [1, 1, 1]


def test_nobody_has_the_password_of_an_identity_without_one(bob):
    assert not passwords.verify(bob, "")
    assert not passwords.verify(None, "")


def test_signing_in_raises_the_cost_of_an_old_hash(alice, settings):
    settings.PASSWORD_HASHERS = ["accounts.hashers.Argon2id"]
    assert passwords.verify(alice, PASSWORD)
    alice.refresh_from_db()
    assert "m=19456,t=2,p=1" in alice.password
    assert check_password(PASSWORD, alice.password)


def test_the_accounts_policy_replaces_the_built_in_one(account, alice):
    policy(account, minimum_password_length=6, require_numbers=True)
    assert refused(alice, "abkdef") == ["needs_number"]
    assert refused(alice, "abkde1") == []


def test_an_accounts_policy_is_not_for_its_root(account, root):
    policy(account, minimum_password_length=6)
    assert refused(root, "abkdef") == ["too_short", "needs_classes"]


@pytest.mark.parametrize("word", ["Example Corp", "example-corp", "ALICE"])
def test_names_of_the_account_and_user_are_refused(account, alice, word):
    policy(account, minimum_password_length=6)
    assert "is_a_name" in refused(alice, word)


def test_the_last_passwords_cannot_come_back(account, alice):
    policy(account, minimum_password_length=6, password_reuse_prevention=2)
    passwords.set_password(alice, "the-second", now=NOW)
    assert refused(alice, "the-second") == ["used_before"]
    assert refused(alice, PASSWORD) == ["used_before"]
    passwords.set_password(alice, "third-one", now=NOW)
    assert refused(alice, PASSWORD) == []


def test_without_reuse_prevention_the_same_may_be_set_again(account, alice):
    policy(account, minimum_password_length=6)
    assert refused(alice, PASSWORD) == []


def test_twenty_four_hashes_are_kept(account, alice):
    policy(account, minimum_password_length=6)
    for turn in range(26):
        passwords.set_password(alice, f"password-{turn}", now=NOW)
    assert alice.password_history.count() == passwords.HISTORY_KEPT


@pytest.mark.parametrize(
    ("hard", "days", "state"),
    [(None, 29, "ok"), (None, 30, "expired"), (True, 29, "ok"), (True, 30, "hard_expired")],
)
def test_a_password_expires_on_its_day(account, alice, hard, days, state):
    policy(account, max_password_age=30, hard_expiry=hard)
    assert passwords.password_state(alice, NOW + timedelta(days=days)) == state


def test_a_password_to_be_changed_says_so(bob):
    passwords.set_password(bob, PASSWORD, now=NOW, must_change=True)
    assert passwords.password_state(bob, NOW) == "must_change"


def test_where_the_account_sets_no_age_a_password_may_grow_as_old_as_it_likes(alice, account):
    years = NOW + timedelta(days=3650)
    assert passwords.password_state(alice, years) == "ok"
    policy(account, minimum_password_length=12)
    assert passwords.password_state(alice, years) == "ok"
    assert passwords.expires_at(alice) is None


def test_roots_password_never_expires(account, root):
    policy(account, max_password_age=1)
    assert passwords.password_state(root, NOW + timedelta(days=1000)) == "ok"


def test_a_new_password_ends_all_sessions_but_the_one_kept(alice):
    kept, gone = Browser(), Browser()
    kept.sign_in("example-corp", "alice")
    gone.sign_in("example-corp", "alice")
    passwords.set_password(alice, NEXT, now=NOW, keep=kept.own_session().pk)
    assert kept.who() == alice
    assert gone.who() is None


def test_an_administrators_reset_ends_all_sessions(alice, browser):
    browser.sign_in("example-corp", "alice")
    passwords.set_password(alice, NEXT, now=NOW, must_change=True)
    assert browser.who() is None


def test_taking_the_password_away_ends_all_sessions(alice, browser):
    browser.sign_in("example-corp", "alice")
    passwords.remove_password(alice)
    assert browser.who() is None
    assert not passwords.verify(alice, PASSWORD)


def test_generated_passwords_differ_and_please_the_strictest_policy(account, alice):
    policy(
        account,
        minimum_password_length=20,
        require_symbols=True,
        require_numbers=True,
        require_uppercase_characters=True,
        require_lowercase_characters=True,
    )
    made = {passwords.generate() for _ in range(50)}
    assert len(made) == 50
    assert not any(refused(alice, password) for password in made)
    assert not passwords.UNCLEAR & set("".join(made))


def test_no_repr_shows_a_hash(alice):
    assert alice.password not in repr(alice) + str(alice) + repr(alice.password_history.first())


def test_common_passwords_are_refused_unless_the_account_lets_them(account, alice):
    assert refused(alice, "Password1") == ["is_common"]
    account.refuse_common_passwords = False
    account.save()
    assert refused(Identity.objects.get(pk=alice.pk), "Password1") == []


def test_roots_password_is_never_a_common_one(account, root):
    Account.objects.update(refuse_common_passwords=False)
    assert refused(Identity.objects.get(pk=root.pk), "Password1") == ["is_common"]


def test_names_in_disguise_are_refused_where_the_account_says_so(account, alice):
    assert refused(alice, "Alice2026!") == []
    Account.objects.update(refuse_disguised_names=True)
    assert refused(Identity.objects.get(pk=alice.pk), "Alice2026!") == ["is_a_disguised_name"]


@pytest.mark.parametrize(("hours", "state"), [(23, "must_change"), (24, "given_expired")])
def test_a_given_password_ends_when_the_account_says_so(account, bob, hours, state):
    Account.objects.update(given_password_hours=24)
    passwords.set_password(bob, PASSWORD, now=NOW, must_change=True)
    fresh = Identity.objects.get(pk=bob.pk)
    assert passwords.password_state(fresh, NOW + timedelta(hours=hours)) == state


def test_a_chosen_password_is_no_given_one(account, bob):
    Account.objects.update(given_password_hours=24)
    passwords.set_password(bob, PASSWORD, now=NOW)
    assert passwords.password_state(Identity.objects.get(pk=bob.pk), NOW + timedelta(days=9)) == "ok"


def test_given_passwords_must_be_changed_where_the_account_says_so(account, bob):
    passwords.set_password(bob, PASSWORD, now=NOW, given=True)
    assert not bob.must_change_password
    Account.objects.update(change_given_passwords=True)
    fresh = Identity.objects.get(pk=bob.pk)
    passwords.set_password(fresh, PASSWORD, now=NOW)
    assert not fresh.must_change_password
    passwords.set_password(fresh, PASSWORD, now=NOW, given=True)
    assert fresh.must_change_password


def test_with_a_second_factor_a_password_may_grow_old_where_the_account_says_so(account, alice):
    policy(account, max_password_age=90)
    Account.objects.update(spare_mfa_from_expiry=True)
    later, fresh = NOW + timedelta(days=91), Identity.objects.get(pk=alice.pk)
    assert passwords.password_state(fresh, later) == "expired"
    assert passwords.expires_at(fresh) == NOW + timedelta(days=90)
    phone(fresh)
    assert passwords.password_state(fresh, later) == "ok"
    assert passwords.expires_at(fresh) is None


def test_the_history_holds_for_resets_by_others_too(account, alice):
    policy(account, password_reuse_prevention=3, minimum_password_length=8)
    with pytest.raises(passwords.PasswordRefused) as caught:
        passwords.set_password(alice, PASSWORD, now=NOW, must_change=True, given=True)
    assert [reason.code for reason in caught.value.reasons] == ["used_before"]


def test_the_history_is_told_before_a_password_is_chosen(account, alice):
    policy(account, password_reuse_prevention=3)
    assert [rule.code for rule in passwords.told_of(alice)][-3:] == ["is_a_name", "is_common", "used_before"]


def test_one_more_than_a_hundred_and_twenty_eight_is_never_hashed(hashes, alice):
    long = "aB1" * 42 + "aB"  # 128
    passwords.set_password(alice, long, now=NOW)
    hashes.longest = 0
    assert not passwords.verify(alice, long + "x")
    assert hashes.longest < 100
