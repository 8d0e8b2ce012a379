"""How long sessions last: in words, and as a choice of whole hours for those of a role."""

from typing import Final

DEFAULT: Final = "3600"
_HOURS: Final = (1, 2, 4, 8, 12)


def choices(present: int | None = None) -> list[tuple[str, str]]:
    """(seconds, words) pairs; a present value that is none of ours stands among them."""
    seconds = {hours * 3600 for hours in _HOURS} | ({present} if present else set())
    return [(str(each), words(each)) for each in sorted(seconds)]


def words(seconds: int) -> str:
    """A duration in hours and minutes: "1 hour", "1 hour 30 minutes"."""
    hours, minutes = divmod(seconds // 60, 60)
    parts = [(hours, "hour"), (minutes, "minute")]
    said = [f"{count} {unit}{'' if count == 1 else 's'}" for count, unit in parts if count]
    return " ".join(said) or f"{seconds} seconds"
