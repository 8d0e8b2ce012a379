from datetime import UTC, datetime, timedelta

from accounts import tasks, trail
from accounts.models import ConsoleSession, SealedBatch, SignInAttempt
from tests.accounts.cast import Browser


def test_tidying_drops_old_sessions_and_counters_and_can_be_repeated(alice):
    Browser().sign_in("example-corp", "alice")
    Browser().sign_in("example-corp", "nobody", "wrong")
    assert ConsoleSession.objects.exists()
    assert SignInAttempt.objects.exists()
    assert tasks.tidy_console_sessions() > 0
    assert tasks.tidy_console_sessions() == 0
    assert not ConsoleSession.objects.exists()
    assert not SignInAttempt.objects.exists()


def test_tidying_goes_on_until_nothing_is_due(account):
    for number in range(7):
        Browser().sign_in("example-corp", f"made-up-{number}", "wrong")
    tasks.tidy_console_sessions(batch=2)
    assert not SignInAttempt.objects.exists()


def test_tidying_leaves_what_still_counts(alice):
    browser = Browser(now=datetime.now(UTC))
    browser.sign_in("example-corp", "alice")
    tasks.tidy_console_sessions()
    assert browser.who() == alice


def test_sealing_goes_on_until_nothing_settled_is_left(account):
    old = datetime.now(UTC) - timedelta(minutes=5)
    for _ in range(5):
        trail.append(account=account, at=old, source="system", service="x", name="Y", outcome="success")
    assert tasks.seal_events(batch=2) == 5
    assert tasks.seal_events(batch=2) == 0
    assert [batch.count for batch in SealedBatch.objects.order_by("id")] == [2, 2, 1]
