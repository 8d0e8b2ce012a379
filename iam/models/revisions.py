"""The account's policy revision: raised by every change of access, so that no process judges by old policies."""

from django.db.models import F

from accounts.models import Account
from accounts.prepared import Change

_raised = Change(lambda account: Account.objects.filter(pk=account), policy_revision=F("policy_revision") + 1)


def bump(account: Account) -> None:
    """Raise the revision, in the transaction of the change; `account` reads the new one when it is next asked for.

    The account's row is held from the last trip to the database only, since all changes of an account wait for it.
    """
    _raised.leave(account=account.pk)
    account.__dict__.pop("policy_revision", None)  # which makes it a deferred field
