"""Mail: a row written in the transaction of what it tells of, sent by a worker that is told only the row's id.

Order: `post` writes the row; once that is committed a message goes to a worker; a sweep finds rows whose message was
lost and those to be tried again.  A row belongs to one worker at a time.  Only a worker that dies between the server's
"accepted" and its own note sends a mail twice, under one Message-ID.
"""

import logging
import smtplib
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from celery import current_app
from django.core import mail as transport
from django.db import transaction
from django.db.models import F
from django.template.loader import render_to_string
from django.utils import timezone
from kombu.exceptions import OperationalError

from accounts import names, vault
from accounts.models import Account, MailState, OutgoingMail, PendingSignup

SEND = "accounts.tasks.send_mail"
PURPOSE = "mail-path"
# How long a row is one worker's: longer than a task may run.
CLAIM = timedelta(minutes=2)
PAUSES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 180))
KEPT_AFTER_END = timedelta(days=7)
USUAL_LIFE = timedelta(days=2)
LONGEST_FACT = 500

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Letter:
    """What to send.  `kind` names templates/mail/<kind>.txt and .html; `facts` is what they show, in plain text.

    `rows` are labels and values, shown as a table.  `path` is where its link leads, below the public address; it may carry a token, and `repr` does not show it.
    After `life` the mail would be of no use and is given up.
    """

    kind: str
    facts: Mapping[str, str] = field(default_factory=dict)
    rows: Sequence[tuple[str, str]] = ()
    path: str = field(default="", repr=False)
    life: timedelta = USUAL_LIFE


class _Installed:
    """What mail needs to know of the installation."""

    public_url: str = ""
    on: bool = False
    delivers: bool = False


def use(public_url: str, *, on: bool, delivers: bool = False) -> None:
    """Send mail with links below this address from here on, or none at all; called once, when the app is ready.

    `delivers`: it reaches mailboxes, and is not only written down.
    """
    _Installed.public_url, _Installed.on, _Installed.delivers = public_url.rstrip("/"), on, delivers


def is_on() -> bool:
    """Whether this installation sends mail."""
    return _Installed.on


def delivers() -> bool:
    """Whether mail of this installation reaches mailboxes, so that people can be asked to open one."""
    return _Installed.on and _Installed.delivers


def post(
    account: Account | PendingSignup, address: str, letter: Letter, now: datetime
) -> OutgoingMail | None:
    """Have the letter sent to the address, if the transaction of the caller holds; None where no mail is sent at all.

    `address` must be one that is stored, never one as typed.  Errors: ValueError (not an address).
    """
    if names.email_problem(address):
        raise ValueError("a mail cannot go to what is not an address")
    if not is_on():
        return None
    about = {"signup": account} if isinstance(account, PendingSignup) else {"account": account}
    sealing = account.as_account() if isinstance(account, PendingSignup) else account
    row = OutgoingMail.objects.create(
        **about,
        kind=letter.kind,
        address=address,
        facts={name: inert(text) for name, text in letter.facts.items()}
        | {"rows": [[inert(label), inert(value)] for label, value in letter.rows]},
        sealed_path=vault.seal(sealing, PURPOSE, letter.path.encode()) if letter.path else b"",
        created_at=now,
        next_try_at=now,
        give_up_at=now + letter.life,
    )
    transaction.on_commit(lambda: tell(SEND, row.pk))
    return row


def tell(task: str, pk: int) -> None:
    """Tell a worker of a row.  A broker that is down loses nothing: a sweep finds the row."""
    try:
        current_app.send_task(task, args=[pk], ignore_result=True, retry=False)
    except (OperationalError, OSError) as down:
        log.warning("%s %s waits for the sweep: %s", task, pk, type(down).__name__)


def send(pk: int, now: datetime) -> bool:
    """Try to send the mail, if it waits and is due; returns whether it is over, sent or given up."""
    row = _claimed(pk, now)
    if row is None:
        return True
    if now >= row.give_up_at:
        _finish(row, MailState.DROPPED, now, row.last_problem or "too-late")
        return True
    try:
        _deliver(_message(row))
    except smtplib.SMTPRecipientsRefused as refused:
        # The one answer about this one address: a number from 500 on means never.
        code = max((code for code, _ in refused.recipients.values()), default=0)
        return _not_sent(row, now, f"recipient-refused-{code}", for_good=code >= 500)
    except vault.VaultError:
        return _not_sent(row, now, "seal-broken", for_good=True)
    except (smtplib.SMTPException, OSError) as problem:
        return _not_sent(row, now, _word(problem), for_good=False)
    _finish(row, MailState.SENT, now, "")
    return True


def sweep(now: datetime, batch: int) -> int:
    """Try mails that are due; returns how many were tried.  Stops where the server cannot be reached."""
    due = OutgoingMail.objects.filter(state=MailState.WAITING, next_try_at__lte=now).order_by("next_try_at")
    tried = 0
    for pk in list(due.values_list("pk", flat=True)[:batch]):
        tried += 1
        if not send(pk, timezone.now() if tried > 1 else now):
            break
    return tried


def tidy(now: datetime, batch: int) -> int:
    """Forget mails a week after they are over; returns how many."""
    old = OutgoingMail.objects.filter(finished_at__lte=now - KEPT_AFTER_END).order_by("finished_at")
    due = list(old.values_list("pk", flat=True)[:batch])
    return OutgoingMail.objects.filter(pk__in=due).delete()[0]


def inert(text: object) -> str:
    """A value as one short line of visible text: no line ends, control characters or turns of writing direction."""
    whole = str(text).encode("utf-8", "replace").decode()
    shown = "".join(" " if unicodedata.category(letter)[0] in "CZ" else letter for letter in whole)
    return " ".join(shown.split())[:LONGEST_FACT]


def moment(at: datetime) -> str:
    """A moment as mails tell it: "3 March 2026, 12:00 UTC"."""
    return f"{at.day} {at:%B %Y, %H:%M} UTC"


def _claimed(pk: int, now: datetime) -> OutgoingMail | None:
    mine = OutgoingMail.objects.filter(pk=pk, state=MailState.WAITING, next_try_at__lte=now).update(
        next_try_at=now + CLAIM, attempts=F("attempts") + 1
    )
    return OutgoingMail.objects.select_related("account", "signup").get(pk=pk) if mine else None


def _message(row: OutgoingMail) -> transport.EmailMultiAlternatives:
    account = row.about
    path = vault.unseal(account, PURPOSE, bytes(row.sealed_path)).decode() if row.sealed_path else ""
    shown = {
        **row.facts,
        "account_name": inert(account.name),
        "account_number": account.number,
        "at": row.created_at,
        "link": _Installed.public_url + path if path else "",
        "public_url": _Installed.public_url,
    }
    # The first line of the text is the subject.
    subject, _, text = render_to_string(f"mail/{row.kind}.txt", shown).partition("\n")
    host = _Installed.public_url.partition("://")[2].partition("/")[0].partition(":")[0]
    message = transport.EmailMultiAlternatives(
        subject=inert(subject),
        body=text.strip() + "\n",
        to=[row.address],
        headers={
            "Message-ID": f"<{row.key}@{host}>",
            # Source: RFC 3834, 5: nobody's holiday notice should answer.
            "Auto-Submitted": "auto-generated",
        },
    )
    message.attach_alternative(
        render_to_string(f"mail/{row.kind}.html", {**shown, "subject": subject}), "text/html"
    )
    return message


def _deliver(message: transport.EmailMultiAlternatives) -> None:
    connection = transport.get_connection()
    try:
        connection.send_messages([message])
    finally:
        connection.close()  # Django leaves it open where the server does not take STARTTLS


def _not_sent(row: OutgoingMail, now: datetime, problem: str, *, for_good: bool) -> bool:
    """Note a failed attempt; returns whether it was the last."""
    pause = PAUSES[min(row.attempts, len(PAUSES)) - 1]
    log.warning("%s not sent at attempt %s: %s", row, row.attempts, problem)
    if for_good or now + pause >= row.give_up_at:
        _finish(row, MailState.DROPPED, now, problem)
        return True
    OutgoingMail.objects.filter(pk=row.pk).update(next_try_at=now + pause, last_problem=problem)
    return False


def _finish(row: OutgoingMail, state: MailState, now: datetime, problem: str) -> None:
    OutgoingMail.objects.filter(pk=row.pk).update(
        state=state, finished_at=now, sealed_path=b"", last_problem=problem
    )


def _word(problem: Exception) -> str:
    """What went wrong in one word: servers repeat addresses and more in their sentences."""
    code = getattr(problem, "smtp_code", "")
    return f"{type(problem).__name__}{f'-{code}' if code else ''}"
