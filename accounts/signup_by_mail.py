"""Opening an account where mail reaches mailboxes: nobody learns whether an address has an account already.

While somebody waits the same is done for every address: one hash, one row, one message to a worker.  The worker mails a
link to an address that is free, and a notice to the owner of one that is not.  The link alone opens nothing: the
password that was chosen is asked for again, so whoever owns the mailbox cannot be made to open a stranger's account.
Source: OWASP ASVS 5.0, 6.3.8; docs/adr/0055.
"""

from datetime import datetime, timedelta
from typing import Final

from django.contrib.auth.hashers import check_password, make_password
from django.db import IntegrityError, transaction

from accounts import agents, hashers, mail, mailed_links, names, notices, signup, throttle, vault
from accounts.mail import Letter
from accounts.models import Account, AttemptScope, PendingSignup
from accounts.password_rules import fits, normalised
from accounts.signin_events import record
from accounts.visitors import Visitor

MAIL_LINK: Final = "accounts.tasks.mail_sign_up"
LIFE: Final = timedelta(hours=24)
LINK: Final = "/signup/link/"


class LinkGone(Exception):  # named in the contract with the console
    """The link was used or is too old, or the address has an account by now."""


class WrongPassword(Exception):  # as above
    """It is not the password that was chosen."""


def ask(name: str, email: str, raw: str, alias: str, *, now: datetime, visitor: Visitor) -> None:
    """Have a link mailed that opens the account, if the address is free; nothing tells whether it is.

    An address that asks too often makes nothing be written (ADR 0061).
    Errors: signup.SignupRefused (what is wrong with the form; a taken alias, but no taken address).
    """
    if found := signup.problems(name, email, raw, alias or None, tell_address=False):
        raise signup.SignupRefused(found)
    if not mailed_links.admitted(PendingSignup.objects.all(), visitor.peer, now):
        return
    admitted = throttle.admit(
        [throttle.Subject(AttemptScope.RESET, throttle.root_subject(email).digest)], now
    )
    with hashers.turn():
        encoded = make_password(normalised(raw))
    if not admitted:
        record(None, None, "RequestSignUp", visitor, now, reason="throttled")
        return
    number = signup.free_number()
    with transaction.atomic():
        row = PendingSignup.objects.create(
            number=number,
            sealed_data_key=vault.new_data_key(number),
            name=name,
            alias=alias,
            email=email,
            password=encoded,
            requested_at=now,
            peer=visitor.peer[:64],
            user_agent=visitor.user_agent.replace("\x00", "")[:256],
        )
        record(None, None, "RequestSignUp", visitor, now)
        transaction.on_commit(lambda: mail.tell(MAIL_LINK, row.pk))


def mail_link(pk: int, now: datetime) -> bool:
    """Mail the link, or tell the owner of a taken address; returns whether a link was mailed.  Safe to run twice."""
    with transaction.atomic():
        row = PendingSignup.objects.select_for_update().filter(pk=pk, digest__isnull=True).first()
        if row is None:
            return False
        owner = names.find_root(row.email)
        if owner is not None or now >= row.requested_at + LIFE:
            row.delete()
            if owner is not None:
                place = {"browser": agents.describe(row.user_agent), "peer": row.peer}
                notices.tell(owner, "address-claimed", now, **place)
            return False
        token = mailed_links.new_token()
        row.digest = mailed_links.digest(token)
        row.save(update_fields=["digest"])
        facts = mailed_links.facts(row, row.requested_at + LIFE)
        mail.post(row, row.email, Letter("signup", {}, facts, path=f"{LINK}{token}/", life=LIFE), now)
    return True


def open_link(token: str, now: datetime) -> PendingSignup | None:
    """The account to be whose link has this token, None where it no longer holds.  It is not used up by that."""
    return _holding(PendingSignup.objects.filter(digest=mailed_links.digest(token)).first(), now)


def find(pk: int, now: datetime) -> PendingSignup | None:
    """The account to be with this id, if its link still holds."""
    return _holding(PendingSignup.objects.filter(pk=pk, digest__isnull=False).first(), now)


def finish(pk: int, raw: str, *, now: datetime, visitor: Visitor) -> Account:
    """Open the account and use the link up; without the alias, where that was taken meanwhile.

    Wrong passwords count against the peer.  Errors: LinkGone, WrongPassword.
    """
    row = find(pk, now)
    if row is None:
        raise LinkGone
    peer = [throttle.peer_subject(visitor.peer)]
    with hashers.turn():
        right = throttle.begin(peer, now) and fits(raw) and check_password(normalised(raw), row.password)
    if not right:
        throttle.failed(peer)
        record(None, None, "ConfirmSignUp", visitor, now, reason="wrong-password")
        raise WrongPassword
    throttle.forgive(peer)
    try:
        with transaction.atomic():
            if not PendingSignup.objects.filter(pk=pk).delete()[0]:
                raise LinkGone
            return _opened(row, raw, now, visitor)
    except (signup.SignupRefused, IntegrityError):
        raise LinkGone from None


def sweep(now: datetime, batch: int) -> int:
    """Mail what no message told of, and forget what is over; returns how many were looked at."""
    return mailed_links.sweep(PendingSignup.objects.all(), mail_link, now, LIFE, batch)


def _opened(row: PendingSignup, raw: str, now: datetime, visitor: Visitor) -> Account:
    free = bool(row.alias) and not Account.objects.filter(alias=row.alias).exists()
    account, _ = signup.open_account(
        row.name, row.email, raw, row.alias if free else None, now, number=row.number
    )
    signup.record_opening(account, row.email, now, visitor=visitor)
    return account


def _holding(row: PendingSignup | None, now: datetime) -> PendingSignup | None:
    return row if row is not None and now < row.requested_at + LIFE else None
