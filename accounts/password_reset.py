"""A forgotten password, by mail: asked for, mailed by a worker, chosen by the link, and then signed in with as ever.

What is done while somebody waits is the same whoever is named, or nobody: one look-up, one row, one message to a worker.
The worker finds out whether there is anybody to be mailed.  The link is no second factor and signs nobody in.
Source: facts of OWASP ASVS 5.0, 6.4.2 to 6.4.3; docs/adr/0034.
"""

import secrets
from datetime import datetime, timedelta
from typing import Final

from django.db import transaction

from accounts import contacts, mail, mailed_links, passwords, throttle
from accounts.mail import Letter
from accounts.models import AttemptScope, Identity, PasswordReset
from accounts.password_rules import Violation
from accounts.signin import Claim
from accounts.signin_events import Visitor, record

MAIL_LINK: Final = "accounts.tasks.mail_password_reset"
LIFE: Final = timedelta(minutes=30)
KEPT: Final = timedelta(days=1)
LINK: Final = "/forgot-password/link/"
SAME: Final = Violation("used_before", "The new password must differ from the present one.")


class LinkGone(Exception):  # named in the contract with the console
    """The link was used, is too old, or was overtaken by another change."""


def ask(claim: Claim, *, now: datetime, visitor: Visitor) -> None:
    """Have a link mailed to whoever is named, if there is somebody who may have one; nothing tells whether there is.

    An address that asks too often makes nothing be written (ADR 0061).
    """
    identity = claim.identity
    if not mailed_links.admitted(PasswordReset.objects.filter(digest__isnull=True), visitor.peer, now):
        return
    if not throttle.admit([throttle.Subject(AttemptScope.RESET, claim.subject.digest)], now):
        record(
            claim.account,
            identity,
            "RequestPasswordReset",
            visitor,
            now,
            reason="throttled",
            shown=claim.shown,
        )
        return
    with transaction.atomic():
        row = PasswordReset.objects.create(
            identity_id=identity.pk if identity is not None else None,
            requested_at=now,
            peer=visitor.peer[:64],
            user_agent=visitor.user_agent.replace("\x00", "")[:256],
        )
        reason = "" if identity is not None else "unknown"
        record(
            claim.account, identity, "RequestPasswordReset", visitor, now, reason=reason, shown=claim.shown
        )
        transaction.on_commit(lambda: mail.tell(MAIL_LINK, row.pk))


def mail_link(pk: int, now: datetime) -> bool:
    """Mail the link that was asked for, or drop the request; returns whether one was mailed.  Safe to run twice."""
    with transaction.atomic():
        rows = PasswordReset.objects.select_for_update().filter(pk=pk, digest__isnull=True)
        row = rows.first()
        if row is None:
            return False
        identity = Identity.objects.select_related("account").filter(pk=row.identity_id or 0).first()
        if identity is None:
            row.delete()
            return False
        reason = "too-late" if now >= row.requested_at + LIFE else why_not(identity, now)
        visitor = Visitor(row.peer, row.user_agent)
        record(identity.account, identity, "MailPasswordReset", visitor, now, reason=reason)
        if reason:
            row.delete()
            return False
        _mail(row, identity, now)
    return True


def why_not(identity: Identity, now: datetime) -> str:
    """Why the identity cannot get a link, as the trail has it; "" where it can."""
    policy = passwords.policy_for(identity)
    if not identity.account.active:
        return f"account-{identity.account.state}"
    if not identity.has_password:
        return "no-password"
    if policy is not None and not policy.allow_users_to_change_password:
        return "not-allowed"
    if passwords.password_state(identity, now) in passwords.ENDED:
        return "password-expired"
    return "" if mail.is_on() and contacts.mail_address(identity) else "no-address"


def open_link(token: str, *, now: datetime, visitor: Visitor) -> PasswordReset | None:
    """The request whose link has this token, None where it no longer holds.  It is not used up by that."""
    row = (
        PasswordReset.objects.select_related("identity__account")
        .filter(digest=mailed_links.digest(token))
        .first()
    )
    reason = _fault(row, now)
    if not reason:
        return row
    if row is not None:  # an address that somebody made up is nobody's business, and costs nothing to send
        account = row.identity.account if row.identity is not None else None
        record(account, row.identity, "OpenPasswordReset", visitor, now, reason=reason)
    return None


def find(pk: int, now: datetime) -> PasswordReset | None:
    """The request with this id, if its link still holds."""
    row = PasswordReset.objects.select_related("identity__account").filter(pk=pk).first()
    return None if _fault(row, now) else row


def use(pk: int, raw: str, *, now: datetime, visitor: Visitor) -> None:
    """Give the identity its new password and use the link up; its sessions end, and nobody is signed in.

    Errors: LinkGone, passwords.PasswordRefused.
    """
    row = find(pk, now)
    if row is None or row.identity is None:
        raise LinkGone
    if passwords.verify(row.identity, raw):
        raise passwords.PasswordRefused((SAME,))
    with transaction.atomic():
        identity = Identity.objects.select_for_update().filter(pk=row.identity.pk).first()
        locked = PasswordReset.objects.select_for_update().filter(pk=pk).first()
        if identity is None or locked is None:
            raise LinkGone
        identity.account = row.identity.account
        locked.identity = identity
        if _fault(locked, now):
            raise LinkGone
        passwords.set_password(identity, raw, now=now)
        PasswordReset.objects.filter(pk=pk).update(used_at=now)
        # What was guessed at is no longer the password; second factors stay locked.
        throttle.forgive([throttle.identity_subject(identity)])
        record(identity.account, identity, "ResetPassword", visitor, now)


def sweep(now: datetime, batch: int) -> int:
    """Mail what no message told of, and forget what is over; returns how many requests were looked at."""
    return mailed_links.sweep(PasswordReset.objects.all(), mail_link, now, KEPT, batch)


def _mail(row: PasswordReset, identity: Identity, now: datetime) -> None:
    token = mailed_links.new_token()
    row.digest, row.bound_to, row.expires_at = mailed_links.digest(token), _binding(identity), now + LIFE
    row.save(update_fields=["digest", "bound_to", "expires_at"])
    letter = Letter(
        "password_reset",
        {"who": contacts.label(identity)},
        mailed_links.facts(row, row.expires_at),
        path=f"{LINK}{token}/",
        life=LIFE,
    )
    mail.post(identity.account, contacts.mail_address(identity), letter, now)


def _fault(row: PasswordReset | None, now: datetime) -> str:
    """Why the link does not hold, as the trail has it; "" where it does."""
    if row is None or row.identity is None or row.expires_at is None:
        return "unknown-link"
    if row.used_at is not None:
        return "link-used"
    if now >= row.expires_at:
        return "link-expired"
    if not secrets.compare_digest(row.bound_to, _binding(row.identity)):
        return "overtaken"
    return why_not(row.identity, now)


def _binding(identity: Identity) -> str:
    """What ends the link by changing: the stored form of the password, and where mail goes."""
    return mailed_links.digest(f"{identity.password}\n{contacts.mail_address(identity)}")
