"""A user's own contact address: proposed, confirmed by a mailed link, removed; each step recorded, each change told."""

from datetime import datetime

from django.db import transaction

from accounts import contacts, mailed_links, notices, throttle
from accounts.models import AttemptScope, Identity
from accounts.signin_events import Visitor, record


class TooOften(Exception):  # named in the contract with the console
    """So many links were mailed for this person today that no more are: they may go to anybody's mailbox."""


def propose(identity: Identity, address: str, *, now: datetime, visitor: Visitor) -> None:
    """Mail a link to the address.  Errors: contacts.NotAnAddress, contacts.MailIsOff, TooOften."""
    with transaction.atomic():
        contacts.propose(identity, address, now)
        # As many as password resets: the mailbox is whoever's they name.
        asked = throttle.Subject(AttemptScope.RESET, mailed_links.digest(f"contact address\n{identity.pk}"))
        if not throttle.admit([asked], now):
            raise TooOften
        record(identity.account, identity, "ProposeContactAddress", visitor, now)


def confirm(identity: Identity, token: str, *, now: datetime, visitor: Visitor) -> bool:
    """Take the address that was proposed with this token; the one before is told as well.  False: no such token."""
    with transaction.atomic():
        taken = contacts.confirm(identity, token, now)
        reason = "" if taken else "unknown-link"
        record(identity.account, identity, "ConfirmContactAddress", visitor, now, reason=reason)
        if taken is None:
            return False
        address, before = taken
        facts = {"by": "yourself", "address": address, "before": before, "peer": visitor.peer}
        notices.tell(identity, "address-changed", now, also_to=(before,), **facts)
    return True


def remove(identity: Identity, *, now: datetime, visitor: Visitor) -> None:
    """Leave the user without an address; the one it had is told."""
    with transaction.atomic():
        before = contacts.remove(identity)
        record(identity.account, identity, "RemoveContactAddress", visitor, now)
        if before:
            notices.tell(
                identity, "address-removed", now, also_to=(before,), by="yourself", peer=visitor.peer
            )
