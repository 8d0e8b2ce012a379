"""What people paste of a refusal, read for what it names: ids, encoded messages, or who asked for what.

Command lines, SDKs and Terraform wrap lines, draw boxes and add quotes; the ids stand somewhere in between.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

MOST_IDS: Final = 20

_ID: Final = re.compile(
    r"(?<![0-9a-z])[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}(?![0-9a-z])", re.IGNORECASE
)
_ENCODED: Final = re.compile(r"(?<![\w-])[\w-]{40,}:[\w-]{43}(?![\w-])")
_EVENT: Final = re.compile(r"(?:event\s*)?#?([0-9]{1,18})", re.IGNORECASE)
_ASKED: Final = re.compile(
    r"User: (?P<principal_arn>arn:\S{1,2044}) is not authorized to perform: (?P<action>[\w-]{1,63}:[\w*]{1,64})(?: on resource: (?P<resource>\S{1,2048}))?"
)
_EDGES: Final = "\"'`\u201c\u201d\u2018\u2019"
# What stands around lines, the left edge of the boxes that Terraform draws included.
_MARGINS: Final = " \t│|╷╵"


@dataclass(frozen=True, slots=True)
class Pasted:
    """What a text names.  `asked` has the keywords of console.FindDenials: principal_arn, action, resource."""

    ids: tuple[str, ...] = ()
    encoded: tuple[str, ...] = ()
    event_id: str = ""
    asked: dict[str, Any] = field(default_factory=dict)

    @property
    def nothing(self) -> bool:
        """Whether nothing was recognised."""
        return not (self.ids or self.encoded or self.event_id or self.asked)


def read(text: str) -> Pasted:
    """Read a text that was pasted whole or in part."""
    bare = text.strip().strip(_EDGES).strip()
    if event := _EVENT.fullmatch(bare):
        return Pasted(event_id=event[1])
    lines = [line.strip(_MARGINS) for line in bare.splitlines()]
    spaced, joined = " ".join(lines), "".join(lines)
    asked = _ASKED.search(spaced)
    return Pasted(
        # A terminal breaks lines within an id, too.
        ids=_all(_ID, spaced) or _all(_ID, joined),
        encoded=_all(_ENCODED, spaced) or _all(_ENCODED, joined),
        asked={name: value.strip(_EDGES + ",") for name, value in asked.groupdict("").items() if value}
        if asked
        else {},
    )


def _all(pattern: re.Pattern[str], text: str) -> tuple[str, ...]:
    found: Sequence[str] = [each.group() for each in pattern.finditer(text)]
    return tuple(dict.fromkeys(each.lower() if pattern is _ID else each for each in found))[:MOST_IDS]
