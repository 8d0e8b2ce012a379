"""What a call is: who asks, from where, when, for which account; and how answers are paged."""

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Final, Literal, TypeAlias, TypeVar

from django.core import signing
from django.db.models import Model, QuerySet

from accounts.models import Account
from iam.errors import ValidationError

Output: TypeAlias = dict[str, Any] | None
Params: TypeAlias = Mapping[str, Any]
Tags: TypeAlias = Sequence[Mapping[str, str]]
PrincipalKind: TypeAlias = Literal["root", "user", "assumed-role", "federated-user", "system"]

M = TypeVar("M", bound=Model)

DEFAULT_PAGE = 100
# Where a call notes which attempt at running it this is, from 1.
TRY: Final = "try"


@dataclass(frozen=True, slots=True)
class SessionFacts:
    """What temporary credentials carry beside their principal.

    `policies` is None where no session policy was sent; texts otherwise, inline first, then (arn, text) of managed ones.
    `mfa_at` is the moment of the MFA proof; None when the session was made without one.  `expires_at` is None for the
    console's own sessions, which people prolong.
    """

    kind: Literal["session-token", "assumed-role", "federation", "console"]
    issued_at: datetime
    mfa_at: datetime | None
    name: str = ""
    source_identity: str = ""
    tags: Mapping[str, str] = field(default_factory=dict)
    transitive_tag_keys: tuple[str, ...] = ()
    policies: tuple[tuple[str, str], ...] | None = None
    # Not signed in yet: what is left to do is to add the device that is required (iam.authorize.ENROLMENT).
    enrolling: bool = False
    session_pk: int | None = None
    expires_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Principal:
    """Who acts.  `unique_id` is the AIDA/AROA id (the account number for root), `user_id` what aws:userid shows.

    `principal_arn` is the ARN policies are attached to: the role of a session, the user of a federated session.
    `session` is None for long-term access keys.
    """

    kind: PrincipalKind
    account_number: str
    arn: str
    user_id: str
    unique_id: str
    principal_arn: str
    name: str = ""
    user_pk: int | None = None
    role_pk: int | None = None
    identity_pk: int | None = None
    tags: Mapping[str, str] = field(default_factory=dict)
    session: SessionFacts | None = None
    access_key_id: str = ""
    boundary_arn: str = ""


@dataclass(frozen=True, slots=True)
class SystemPrincipal:
    """A named worker with a closed list of operations it may run; never a principal of policies."""

    name: str
    operations: frozenset[str]

    @property
    def arn(self) -> str:
        """How the trail names the worker."""
        return f"wardstead:system:{self.name}"


@dataclass(frozen=True, slots=True)
class Call:
    """One request to one operation.  `now` is the only clock an operation has.

    `browser` is the console session that it comes through, whoever is acted as there: also a role switched to.
    """

    account: Account
    principal: Principal
    now: datetime
    request_id: str
    source: Literal["api", "console", "system"]
    peer: str = ""
    user_agent: str = ""
    region: str = "us-east-1"
    secure: bool = False
    system: SystemPrincipal | None = None
    browser: int | None = None
    memo: dict[str, Any] = field(default_factory=dict, compare=False, repr=False)

    def uses_up(self, act: Callable[[], object]) -> None:
        """Have `act` done once more if the call is refused and rolled back: a one-time code is used up all the same."""
        self.memo["uses up"] = act

    def settle(self) -> None:
        """Do what `uses_up` asked for; once the transaction is rolled back."""
        act = self.memo.pop("uses up", None)
        if act is not None:
            act()

    @property
    def first_try(self) -> bool:
        """Whether what is wrong may be told at the commit: the pipeline runs the call once more then, with care."""
        return self.memo.get(TRY) == 1

    @property
    def console_session(self) -> int | None:
        """The id of the console session whose own person acts, or None."""
        facts = self.principal.session
        return facts.session_pk if facts is not None and facts.kind == "console" else None


@dataclass(frozen=True, slots=True)
class Target:
    """What an operation acts on: its ARN for policies, the row where it exists, the error to give where it does not.

    `given` are the rows passed to the function by keyword; they stand for the input members in `replaces`.
    `entity` is the row whose tags and boundary the condition keys describe.  `owner` is set where it belongs to another
    account than the caller's: what is done with it stands in that account's trail too.
    """

    arn: str
    entity: Model | None = None
    given: Mapping[str, Any] = field(default_factory=dict)
    replaces: tuple[str, ...] = ()
    absent: Exception | None = None
    owner: Account | None = None


class Page:
    """One page of a list: reads `Marker` and `MaxItems`, gives the members, `IsTruncated` and the next `Marker`.

    A marker is the sort key of the last row given, signed together with account, operation and filters: a marker of
    another list is invalid, and rows made or deleted between two pages neither repeat nor hide others.
    """

    def __init__(self, binding: str, marker: str | None, max_items: int | None) -> None:
        self._binding = hashlib.blake2b(binding.encode(), digest_size=12).hexdigest()
        self._size = max_items or DEFAULT_PAGE
        self._stream, self._after = self._read(marker)

    def of(
        self,
        member: str,
        rows: QuerySet[M],
        *,
        key: str,
        row: Callable[[M], Any],
        given: Params | None = None,
    ) -> dict[str, Any]:
        """A page of one list, sorted by the unique column `key`; `given` are members that go along.

        A key that begins with a minus sorts downward, as Django's order_by has it.
        """
        return {**(given or {}), **self.of_several([(member, rows, key, row)])}

    def of_several(
        self, streams: Sequence[tuple[str, QuerySet[Any] | Sequence[Any], str, Callable[[Any], Any]]]
    ) -> dict[str, Any]:
        """A page over several lists one after the other; every list is in the answer, also when empty.

        A list is a query or, where it is data, a sequence that is sorted by the key already.
        """
        answer: dict[str, Any] = {member: [] for member, *_ in streams}
        room = self._size
        for number, (member, rows, key, row) in enumerate(streams):
            if number < self._stream:
                continue
            after = self._after if number == self._stream else None
            found = _rows_after(rows, key, after, room + 1)
            answer[member] += [row(one) for one in found[:room]]
            if len(found) > room:
                # No room left: the next page starts this list at its beginning.
                last = answer_key(found[room - 1], key.lstrip("-")) if room else ""
                return {**answer, "IsTruncated": True, "Marker": self._write(number, last)}
            room -= len(found)
        return {**answer, "IsTruncated": False}

    def of_values(self, member: str, values: Iterable[Any]) -> dict[str, Any]:
        """A page of a list held in memory, by position."""
        start = int(self._after or 0)
        listed = list(values)
        chosen = listed[start : start + self._size]
        if start + self._size < len(listed):
            return {member: chosen, "IsTruncated": True, "Marker": self._write(0, str(start + self._size))}
        return {member: chosen, "IsTruncated": False}

    def _write(self, stream: int, after: str) -> str:
        return signing.Signer(salt="iam.page").sign_object([self._binding, stream, after])

    def _read(self, marker: str | None) -> tuple[int, str | None]:
        if marker is None:
            return 0, None
        try:
            binding, stream, after = signing.Signer(salt="iam.page").unsign_object(marker)
        except (signing.BadSignature, ValueError):
            raise ValidationError("Invalid Marker.", member="Marker") from None
        if binding != self._binding:
            raise ValidationError("Invalid Marker.", member="Marker")
        return stream, after


def _rows_after(rows: QuerySet[Any] | Sequence[Any], key: str, after: str | None, count: int) -> list[Any]:
    """The first rows whose key comes after `after`; from the start where that is empty."""
    if not isinstance(rows, QuerySet):
        return [row for row in rows if not after or str(getattr(row, key)) > after][:count]
    column, beyond = (key[1:], "lt") if key.startswith("-") else (key, "gt")
    wanted = rows.order_by(key)
    return list((wanted.filter(**{f"{column}__{beyond}": after}) if after else wanted)[:count])


def answer_key(row: Model, key: str) -> str:
    """The value of a sort key, following relations written with double underscores."""
    value: Any = row
    for part in key.split("__"):
        value = getattr(value, part)
    return str(value)
