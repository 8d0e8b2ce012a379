"""The two fields in which somebody chooses a password of their own, the second to be sure of the first."""

from collections.abc import Sequence
from typing import Final

from console.fields import Field

DIFFER: Final = "The two passwords differ."


def new(name: str, problems: Sequence[str] = (), *, autofocus: bool = False, hints_id: str = "") -> Field:
    """The new password; `hints_id` names the live rules beside it, where there are any."""
    return Field(
        name,
        "New password",
        "password",
        required=True,
        errors=problems,
        autocomplete="new-password",
        autofocus=autofocus,
        hints_id=hints_id,
    )


def again() -> Field:
    """The same once more; it is sent as "again"."""
    return Field("again", "New password again", "password", required=True, autocomplete="new-password")
