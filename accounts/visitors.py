"""Where a sign-in comes from, as far as the layer above can tell."""

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class Visitor:
    """`peer` is the address the caller trusts, not what a header claims; `mark` is what the browser is known by."""

    peer: str
    user_agent: str = ""
    request_id: str = ""
    mark: str = field(default="", repr=False)
