"""Where mail for an identity goes: root's e-mail address, or the contact address of an IAM user if it has one.

A user names an address and confirms it by a link that is sent there; an administrator's holds at once.  AWS knows no
contact addresses of users: docs/adr/0033.
"""

from datetime import datetime, timedelta

from accounts import mail, mailed_links, names
from accounts.mail import Letter
from accounts.models import ContactAddress, Identity, ProposedAddress
from accounts.prepared import Prepared

LIFE = timedelta(hours=24)
CONFIRM = "/me/contact/confirm/"

_address = Prepared(lambda identity: ContactAddress.objects.filter(identity=identity))


class NotAnAddress(Exception):  # named in the contract with iam.operations
    """The text is no e-mail address; the message says so."""


class MailIsOff(Exception):  # as above
    """The installation sends no mail, so that no address can be confirmed."""


def mail_address(identity: Identity) -> str:
    """Where mail for the identity goes; "" where it has no address."""
    if identity.is_root:
        return identity.email
    found = _address.one(identity=identity.pk)
    return found.address if found is not None else ""


def find(identity: Identity) -> ContactAddress | None:
    """The user's contact address."""
    return ContactAddress.objects.filter(identity=identity).first()


def proposed(identity: Identity, now: datetime) -> str:
    """The address that waits to be confirmed; "" where none does."""
    waiting = ProposedAddress.objects.filter(identity=identity, expires_at__gt=now)
    return waiting.values_list("address", flat=True).first() or ""


def propose(identity: Identity, address: str, now: datetime) -> None:
    """Send a link to the address, by which the user confirms it; a link sent before is worth nothing.

    Errors: NotAnAddress, MailIsOff.
    """
    address = _sound(address)
    if not mail.is_on():
        raise MailIsOff
    token = mailed_links.new_token()
    ProposedAddress.objects.filter(identity=identity).delete()
    ProposedAddress.objects.create(
        identity=identity, address=address, digest=mailed_links.digest(token), expires_at=now + LIFE
    )
    letter = Letter(
        "contact_confirm",
        {"who": label(identity)},
        [("Works until", mail.moment(now + LIFE))],
        path=f"{CONFIRM}{token}/",
        life=LIFE,
    )
    mail.post(identity.account, address, letter, now)


def confirm(identity: Identity, token: str, now: datetime) -> tuple[str, str] | None:
    """Take the address that the identity itself proposed with this token; answers (new, before), None if none such.

    The token is used up.
    """
    rows = ProposedAddress.objects.filter(
        identity=identity, digest=mailed_links.digest(token), expires_at__gt=now
    )
    row = rows.select_for_update().first()
    if row is None or not rows.filter(pk=row.pk).delete()[0]:
        return None
    return row.address, put(identity, row.address, now, confirmed=True)


def put(identity: Identity, address: str, now: datetime, *, confirmed: bool = False) -> str:
    """Make it the user's contact address; answers the one before, "" for none.  Errors: NotAnAddress."""
    address = _sound(address)
    before = mail_address(identity)
    ContactAddress.objects.update_or_create(
        identity=identity, defaults={"address": address, "confirmed": confirmed, "changed_at": now}
    )
    ProposedAddress.objects.filter(identity=identity).delete()
    return before


def remove(identity: Identity) -> str:
    """Leave the user without a contact address; answers the one it had, "" for none."""
    before = mail_address(identity)
    ContactAddress.objects.filter(identity=identity).delete()
    ProposedAddress.objects.filter(identity=identity).delete()
    return before


def label(identity: Identity) -> str:
    """How mail names the identity."""
    return "the root user" if identity.is_root else identity.name


def tidy(now: datetime, batch: int) -> int:
    """Drop proposals past their time; returns how many."""
    late = ProposedAddress.objects.filter(expires_at__lte=now).order_by("expires_at")
    due = list(late.values_list("pk", flat=True)[:batch])
    return ProposedAddress.objects.filter(pk__in=due).delete()[0]


def _sound(address: str) -> str:
    address = address.strip()
    if problem := names.email_problem(address):
        raise NotAnAddress(problem)
    return address
