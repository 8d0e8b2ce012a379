import email
import email.policy
from datetime import timedelta

import pytest
from celery import current_app
from django.core import mail as outbox
from django.db import IntegrityError, transaction
from django.template.loader import get_template
from django.utils import timezone

from accounts import mail, tasks
from accounts.models import OutgoingMail
from tests.accounts.cast import NOW
from tests.accounts.post_office import opened

TOKEN = "canary-token-0123456789"
LETTER = mail.Letter(
    "password_reset",
    {"who": "alice", "browser": "Firefox on Linux", "peer": "192.0.2.7", "until": "12:30"},
    path=f"/forgot/link/{TOKEN}",
)
ADDRESS = "alice@example.org"


@pytest.fixture
def posted(account, settings):
    def post(letter=LETTER, address=ADDRESS):
        return mail.post(account, address, letter, NOW)

    return post


@pytest.fixture
def smtp(settings):
    def to(office, **more):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", office.port
        for name, value in more.items():
            setattr(settings, name, value)

    return to


def row(posted_row):
    return OutgoingMail.objects.get(pk=posted_row.pk)


def read(text):
    return email.message_from_string(text, policy=email.policy.default)


def test_mail_is_a_row_until_a_worker_sends_it(account, django_capture_on_commit_callbacks, monkeypatch):
    told = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_: told.append((name, args)))
    with django_capture_on_commit_callbacks(execute=True):
        made = mail.post(account, ADDRESS, LETTER, timezone.now())
    assert made is not None
    assert told == [("accounts.tasks.send_mail", [made.pk])]
    assert outbox.outbox == []
    assert tasks.send_mail(made.pk)
    assert [message.to for message in outbox.outbox] == [[ADDRESS]]


def test_what_is_rolled_back_is_not_sent(posted):
    with transaction.atomic():
        posted()
        transaction.set_rollback(True)
    assert not OutgoingMail.objects.exists()


def test_both_parts_hold_the_link_and_its_host_is_the_public_one(posted, settings):
    mail.send(posted().pk, NOW)
    message = read(outbox.outbox[0].message().as_string())
    link = f"{settings.PUBLIC_URL}/forgot/link/{TOKEN}"
    assert link in message.get_body(("plain",)).get_content()
    assert f'href="{link}"' in message.get_body(("html",)).get_content()
    assert message["Subject"] == "Choose a new password for alice"
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_link_is_sealed_in_the_row_and_wiped_after_sending(posted):
    made = posted()
    assert TOKEN not in repr(LETTER)
    assert TOKEN.encode() not in bytes(row(made).sealed_path)
    assert TOKEN not in str(row(made).facts)
    mail.send(made.pk, NOW)
    assert bytes(row(made).sealed_path) == b""


def test_a_mail_that_is_over_cannot_keep_its_link(posted):
    made = posted()
    with pytest.raises(IntegrityError), transaction.atomic():
        OutgoingMail.objects.filter(pk=made.pk).update(state="sent", finished_at=NOW)


def test_a_mail_is_sent_once_however_many_workers_are_told(posted):
    made = posted()
    assert [mail.send(made.pk, NOW) for _ in range(3)] == [True, True, True]
    mail.sweep(NOW + timedelta(hours=1), 20)
    assert len(outbox.outbox) == 1


def test_a_mail_that_a_worker_holds_is_left_alone_until_its_claim_ends(posted):
    made = posted()
    OutgoingMail.objects.filter(pk=made.pk).update(next_try_at=NOW + mail.CLAIM, attempts=1)
    assert mail.sweep(NOW + mail.CLAIM / 2, 20) == 0
    assert mail.sweep(NOW + mail.CLAIM, 20) == 1
    assert len(outbox.outbox) == 1


@pytest.mark.parametrize(
    "bad", ["a@example.org\r\nBcc: b@example.org", "a@example.org, b@example.org", "a", ""]
)
def test_what_is_not_one_address_is_refused(posted, bad):
    with pytest.raises(ValueError, match="not an address"):
        posted(address=bad)


HOSTILE = "eve\r\nBcc: all@example.org\r\n\r\n<b>hello</b>\u2028\u202e\x00"


def test_line_ends_in_facts_make_no_headers_and_markup_no_markup(posted, smtp):
    facts = {**LETTER.facts, "who": HOSTILE, "browser": HOSTILE}
    with opened() as office:
        smtp(office)
        mail.send(posted(mail.Letter("password_reset", facts, path=LETTER.path)).pk, NOW)
    message = read(office.mails[0])
    assert message["Bcc"] is None
    assert [line for line in office.commands if line.startswith("rcpt")] == [f"rcpt TO:<{ADDRESS}>"]
    assert message["Subject"].startswith("Choose a new password for eve Bcc: all@example.org")
    html = message.get_body(("html",)).get_content()
    assert "<b>hello" not in html
    assert "&lt;b&gt;hello" in html
    assert not set("\u2028\u202e\x00") & set(html)


def test_mail_goes_over_smtp_with_credentials_in_both_parts(posted, smtp):
    with opened() as office:
        smtp(office)
        assert mail.send(posted().pk, NOW)
    message = read(office.mails[0])
    assert [part.get_content_type() for part in message.iter_parts()] == ["text/plain", "text/html"]
    assert message["From"].startswith("Wardstead <no-reply@")
    assert str(message["Message-ID"]).startswith(f"<{OutgoingMail.objects.get().key}@")


def test_mail_waits_for_a_server_that_is_down_and_goes_once_it_is_up(posted, smtp):
    with opened() as gone:
        pass
    smtp(gone)
    made = posted()
    assert not mail.send(made.pk, NOW)
    assert row(made).last_problem == "ConnectionRefusedError"
    assert bytes(row(made).sealed_path)
    with opened() as office:
        smtp(office)
        assert mail.sweep(NOW + mail.PAUSES[0] / 2, 20) == 0
        assert mail.sweep(NOW + mail.PAUSES[0], 20) == 1
    assert len(office.mails) == 1
    assert row(made).state == "sent"


@pytest.mark.parametrize("offered", [False, True])
def test_mail_does_not_go_in_clear_where_encryption_is_asked_for(posted, smtp, offered):
    with opened(starttls=offered) as office:
        smtp(office, EMAIL_USE_TLS=True)
        made = posted()
        assert not mail.send(made.pk, NOW)
    assert office.mails == []
    assert row(made).state == "waiting"


def test_a_sweep_stops_at_a_server_that_is_down(posted, smtp):
    with opened() as gone:
        pass
    smtp(gone)
    for _ in range(3):
        posted()
    assert mail.sweep(NOW, 20) == 1


@pytest.mark.parametrize(("answer", "state"), [("550 No such user", "dropped"), ("450 Later", "waiting")])
def test_a_refused_recipient_is_given_up_or_tried_again_as_the_server_says(posted, smtp, answer, state):
    with opened(answers={"RCPT": answer}) as office:
        smtp(office)
        made = posted()
        mail.send(made.pk, NOW)
    assert row(made).state == state
    assert bool(row(made).sealed_path) == (state == "waiting")


def test_pauses_grow_and_the_mail_is_given_up_in_the_end(posted, smtp):
    with opened() as gone:
        pass
    smtp(gone)
    made, moment, pauses = posted(), NOW, []
    while not mail.send(made.pk, moment):
        pauses.append(row(made).next_try_at - moment)
        moment = row(made).next_try_at
    assert pauses[: len(mail.PAUSES)] == list(mail.PAUSES)
    assert moment - NOW <= mail.USUAL_LIFE
    assert row(made).state == "dropped"
    assert bytes(row(made).sealed_path) == b""


def test_a_mail_past_its_use_is_dropped_unsent(posted):
    made = posted(mail.Letter("password_reset", LETTER.facts, path=LETTER.path, life=timedelta(minutes=30)))
    assert mail.send(made.pk, NOW + timedelta(minutes=30))
    assert outbox.outbox == []
    assert row(made).last_problem == "too-late"


def test_old_mail_is_forgotten_and_waiting_mail_is_not(posted):
    sent, _waiting = posted(), posted()
    mail.send(sent.pk, NOW)
    assert mail.tidy(NOW + mail.KEPT_AFTER_END, 500) == 1
    assert OutgoingMail.objects.get().state == "waiting"


def test_nothing_is_written_where_the_installation_sends_no_mail(posted, settings):
    mail.use(settings.PUBLIC_URL, on=False)
    try:
        assert posted() is None
    finally:
        mail.use(settings.PUBLIC_URL, on=True)
    assert not OutgoingMail.objects.exists()


def test_nobody_reads_an_address_in_the_log(posted, smtp, caplog):
    with opened(answers={"RCPT": f"550 {ADDRESS} is unknown here"}) as office:
        smtp(office)
        mail.send(posted().pk, NOW)
    assert "not sent" in caplog.text
    assert ADDRESS not in caplog.text
    assert TOKEN not in caplog.text


@pytest.mark.parametrize("part", ["txt", "html"])
def test_the_frame_compiles(part):
    get_template(f"mail/base.{part}")
