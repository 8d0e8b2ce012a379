"""When principals last tried an action: noted once a minute at most for each, so that reports need no search of the trail.

Source: docs/adr/0022.
"""

import threading
from collections import OrderedDict
from collections.abc import Iterable
from datetime import datetime, timedelta

from iam.call import Call
from iam.models import ActionUse

NOTED_EVERY = timedelta(minutes=1)
REMEMBERED = 50_000

_noted: OrderedDict[tuple[str, str], datetime] = OrderedDict()
_lock = threading.Lock()


def note(call: Call, actions: Iterable[str]) -> None:
    """Keep that the call's principal tried these actions, such as iam:CreateUser, now, allowed or not.

    What this process noted less than a minute ago costs nothing.
    """
    if call.system is not None:
        return
    principal = call.principal.unique_id
    due = sorted({action for action in actions if ":" in action and _is_due(principal, action, call.now)})
    if not due:
        return
    # Sorted, so that two transactions of one principal never wait for each other's rows crosswise.
    ActionUse.objects.bulk_create(
        [
            ActionUse(
                account=call.account,
                principal_id=principal,
                service=action.partition(":")[0],
                action=action.partition(":")[2],
                at=call.now,
                region=call.region,
            )
            for action in due
        ],
        update_conflicts=True,
        unique_fields=["account", "principal_id", "service", "action"],
        update_fields=["at", "region"],
    )


def unsay(call: Call, actions: Iterable[str]) -> None:
    """Take it that these actions were not noted: their transaction is rolled back."""
    with _lock:
        for action in actions:
            _noted.pop((call.principal.unique_id, action), None)


def forget_before(moment: datetime, batch: int) -> int:
    """Drop uses before the moment; returns how many."""
    old = list(ActionUse.objects.filter(at__lt=moment).order_by("at").values_list("pk", flat=True)[:batch])
    return ActionUse.objects.filter(pk__in=old).delete()[0]


def _is_due(principal: str, action: str, now: datetime) -> bool:
    key = (principal, action)
    with _lock:
        before = _noted.get(key)
        if before is not None and before <= now < before + NOTED_EVERY:
            return False
        _noted[key] = now
        _noted.move_to_end(key)
        if len(_noted) > REMEMBERED:
            _noted.popitem(last=False)
    return True
