"""Notices: what somebody should know about their own sign-in and credentials, kept to be read and mailed.

They are raised in three places only: by the sign-in ceremony (accounts.signin_notices), by what operations did
(iam.notify), and at the first use of root's access keys each day (iam.principals).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from django.db import IntegrityError, transaction
from django.db.models import QuerySet

from accounts import contacts, mail, notice_kinds
from accounts.mail import Letter
from accounts.models import Identity, Notice
from accounts.prepared import Addition, insert

PAGE = "/me/notices/"
# Of one kind in an hour; the page shows all.
MOST_MAILS = 3
MAILS_WITHIN = timedelta(hours=1)
KEPT = timedelta(days=400)
# Every page asks for the number of those not read: it is said to a hundred, and "99+" beyond.
MOST_COUNTED = 100

_notices = Addition(Notice)


def tell(
    identity: Identity,
    kind: str,
    now: datetime,
    *,
    once: str = "",
    also_to: Sequence[str] = (),
    **facts: str,
) -> bool:
    """Keep a notice for the identity, and mail it; returns False where one of the same `once` was told before.

    `facts` are named as notice_kinds.FACTS has them and hold no secrets.  `also_to`: further addresses, such as the
    one before a change.  In the transaction of the caller, if there is one.
    """
    told = _told(kind, facts)
    if once and identity.notices.filter(once=once).exists():
        return False
    addresses = _addresses(identity, also_to)
    mailed = _may_mail(identity, kind, now) if addresses else False
    columns = {"identity_id": identity.pk, "kind": kind, "facts": told, "at": now, "seen_at": None}
    columns |= {"mailed": mailed, "once": once or None}
    if not (once or mailed):
        _notices.leave(**columns)
        return True
    row = Notice(**columns)
    row.identity = identity
    try:
        with transaction.atomic():
            insert(row)
            if mailed:
                _mail(row, addresses, now)
    except IntegrityError:
        return False  # told by somebody else in the same moment
    return True


def keep_for(identities: Sequence[Identity], kind: str, now: datetime, **facts: str) -> None:
    """Keep one notice for each of several people, and mail it to nobody: an act on a whole account floods no mailbox."""
    told = _told(kind, facts)
    rows = [Notice(identity=identity, kind=kind, facts=told, at=now) for identity in identities]
    Notice.objects.bulk_create(rows, batch_size=500)


def newest(identity: Identity) -> QuerySet[Notice]:
    """The identity's notices, for a page that sorts them."""
    return Notice.objects.filter(identity=identity)


def unseen(identity_pk: int) -> int:
    """How many notices the identity has not read; not counted beyond MOST_COUNTED."""
    return Notice.objects.filter(identity_id=identity_pk, seen_at__isnull=True)[:MOST_COUNTED].count()


def mark_seen(identity: Identity, now: datetime, *, up_to: int) -> int:
    """Count the identity's notices up to an id as read: later ones were not on the page; returns how many were not."""
    rows = Notice.objects.filter(identity=identity, seen_at__isnull=True, pk__lte=up_to)
    return rows.update(seen_at=now)


def tidy(now: datetime, batch: int) -> int:
    """Forget notices older than 400 days; returns how many."""
    due = list(Notice.objects.filter(at__lte=now - KEPT).order_by("at").values_list("pk", flat=True)[:batch])
    return Notice.objects.filter(pk__in=due).delete()[0]


def _told(kind: str, facts: Mapping[str, str]) -> dict[str, str]:
    """The facts as they are kept.  Errors: KeyError (a fault of ours)."""
    if kind not in notice_kinds.KINDS or not facts.keys() <= notice_kinds.FACTS.keys():
        raise KeyError(f"{kind} {sorted(facts)}")
    return {name: mail.inert(text) for name, text in facts.items() if text}


def _addresses(identity: Identity, also_to: Sequence[str]) -> list[str]:
    if not mail.is_on():
        return []
    return [address for address in (contacts.mail_address(identity), *also_to) if address]


def _may_mail(identity: Identity, kind: str, now: datetime) -> bool:
    if not identity.account.active:
        return False
    lately = identity.notices.filter(kind=kind, mailed=True, at__gt=now - MAILS_WITHIN)
    return lately.count() < MOST_MAILS


def _mail(row: Notice, addresses: Sequence[str], now: datetime) -> None:
    kind = notice_kinds.KINDS[row.kind]
    letter = Letter(
        "notice",
        {"title": kind.title, "text": kind.text, "who": contacts.label(row.identity), "verb": kind.verb},
        [*notice_kinds.rows(row.facts), ("At", mail.moment(now))],
        path=kind.leads,
    )
    for address in dict.fromkeys(addresses):
        mail.post(row.identity.account, address, letter, now)
