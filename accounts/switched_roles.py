"""The last roles somebody switched to, with the label and colour they gave them."""

from datetime import datetime

from accounts.models import Identity, SwitchedRole

KEPT = 5


def remember(
    identity: Identity, *, account_number: str, role: str, label: str, colour: str, now: datetime
) -> None:
    """Put the role first; what is older than the last five goes."""
    identity.switched_roles.update_or_create(
        account_number=account_number,
        role=role,
        defaults={"label": label, "colour": colour, "used_at": now},
    )
    kept = [row.pk for row in recent(identity)]
    identity.switched_roles.exclude(pk__in=kept).delete()


def recent(identity: Identity) -> list[SwitchedRole]:
    """At most five, the last used first."""
    return list(identity.switched_roles.order_by("-used_at", "-pk")[:KEPT])
