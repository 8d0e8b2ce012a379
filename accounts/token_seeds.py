"""Hardware tokens as their maker's lists tell of them: one token's facts, checked; and lists as comma-separated values.

Pure: no rows, no account.  Seeds are kept out of reprs, and no problem repeats one.
"""

import base64
import binascii
import csv
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

MOST_TOKENS = 2_000
PERIODS: Final = (30, 60)
DIGITS: Final = (6, 8)
# Source: IAM API, EnableMFADevice, SerialNumber. A serial number that is an ARN would be taken for a virtual device's.
_SERIAL: Final = re.compile(r"(?!arn:)[A-Za-z0-9_+=/:,.@-]{9,256}")
_LONGEST_LABEL = 64
# Source: RFC 4226, section 4, R6: 128 bits at the least. Longer than a block of SHA-1 gains nothing.
_LEAST_SEED_BYTES, _MOST_SEED_BYTES = 16, 64
_SHORTEST_SEED_TEXT = 26
_HEX: Final = re.compile(r"(?:[0-9A-Fa-f]{2})+")
_BASE32: Final = re.compile(r"[A-Z2-7]+")
COLUMNS: Final = ("serial", "seed", "period", "digits", "manufacturer", "model")
# The heads that makers write in their lists, by our column.
_HEADS: Final[Mapping[str, str]] = {
    "serial": "serial",
    "serialnumber": "serial",
    "serialno": "serial",
    "seed": "seed",
    "secret": "seed",
    "secretkey": "seed",
    "period": "period",
    "interval": "period",
    "timeinterval": "period",
    "timestep": "period",
    "digits": "digits",
    "length": "digits",
    "otplength": "digits",
    "manufacturer": "manufacturer",
    "vendor": "manufacturer",
    "model": "model",
}


class TokenFault(Exception):
    """What is wrong with one token; `str()` says it for people and repeats no seed.  `member`: of which part, or ""."""

    def __init__(self, text: str, member: str = "") -> None:
        super().__init__(text)
        self.member = member


class ListFault(Exception):
    """A list that cannot be read at all; `str()` says why, for people."""


@dataclass(frozen=True, slots=True)
class Token:
    """One hardware token.  `period` in seconds."""

    serial: str
    seed: bytes = field(repr=False)
    period: int = 30
    digits: int = 6
    manufacturer: str = ""
    model: str = ""


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a list: a token, or what is wrong with it.  `place` counts from 1, as people count."""

    place: int
    serial: str
    token: Token | None = None
    fault: str = ""


def token(
    serial: str,
    seed: bytes,
    *,
    period: int = 30,
    digits: int = 6,
    manufacturer: str = "",
    model: str = "",
) -> Token:
    """A token whose facts are in order.  Errors: TokenFault."""
    if not _SERIAL.fullmatch(serial):
        raise TokenFault(
            "The serial number has 9 to 256 letters, digits and any of _ + = / : , . @ -", "SerialNumber"
        )
    if not _LEAST_SEED_BYTES <= len(seed) <= _MOST_SEED_BYTES:
        raise TokenFault("The seed has 128 to 512 bits.", "Seed")
    if period not in PERIODS:
        raise TokenFault("The period is 30 or 60 seconds.", "Period")
    if digits not in DIGITS:
        raise TokenFault("Codes have 6 or 8 digits.", "Digits")
    return Token(serial, seed, period, digits, _label(manufacturer), _label(model))


def seed_of(text: str) -> bytes:
    """The seed that is written as hexadecimal or base32 text, blanks and dashes left out.

    Text that could be either is hexadecimal: base32 without a letter after F is not to be expected.
    Errors: TokenFault.
    """
    tidy = re.sub(r"[\s-]", "", text).rstrip("=")
    if _HEX.fullmatch(tidy) and len(tidy) // 2 >= _LEAST_SEED_BYTES:
        return bytes.fromhex(tidy)
    upper = tidy.upper()
    if _BASE32.fullmatch(upper):
        try:
            return base64.b32decode(upper + "=" * (-len(upper) % 8))
        except binascii.Error:
            pass
    raise TokenFault("The seed is neither hexadecimal nor base32.", "Seed")


def number_of(text: str, usual: int) -> int:
    """A small number as text; `usual` where nothing is written.  Errors: TokenFault."""
    tidy = text.strip()
    if not tidy:
        return usual
    if not re.fullmatch(r"[0-9]{1,4}", tidy):
        raise TokenFault("Period and digits are whole numbers.")
    return int(tidy)


def read_csv(text: str) -> list[Entry]:
    """The tokens of a list: serial and seed, then period, digits, manufacturer, model; a head may give another order.

    Errors: ListFault.
    """
    try:
        rows = [(place, row) for place, row in _rows(text) if any(cell.strip() for cell in row)]
    except csv.Error:
        raise ListFault("The file is not a list of comma-separated values.") from None
    if not rows:
        raise ListFault("The file has no tokens in it.")
    columns = _columns(rows[0][1])
    if columns is not None:
        rows = rows[1:]
    require_some(len(rows))
    return [_entry(place, dict(zip(columns or COLUMNS, row, strict=False))) for place, row in rows]


def require_some(count: int) -> None:
    """Refuse lists without tokens and those too long.  Errors: ListFault."""
    if not count:
        raise ListFault("The file has no tokens in it.")
    if count > MOST_TOKENS:
        raise ListFault(f"The file has more than {MOST_TOKENS} tokens. Import it in parts.")


def without_doubles(entries: Sequence[Entry]) -> list[Entry]:
    """The same, with a serial number's second entry faulted."""
    first: dict[str, int] = {}
    told = []
    for entry in entries:
        earlier = first.setdefault(entry.serial, entry.place)
        double = entry.token is not None and earlier != entry.place
        fault = f"The serial number stands at {earlier} already."
        told.append(Entry(entry.place, entry.serial, None, fault) if double else entry)
    return told


def _rows(text: str) -> Iterator[tuple[int, list[str]]]:
    bare = text.removeprefix("\ufeff")
    line = next((line for line in bare.splitlines() if line.strip()), "")
    delimiter = next((mark for mark in ("\t", ";", ",") if mark in line), ",")
    reader = csv.reader(io.StringIO(bare, newline=""), delimiter=delimiter, strict=True)
    for row in reader:
        yield reader.line_num, row


def _columns(head: Sequence[str]) -> list[str] | None:
    """The columns that a head names, in its order; None where the first row is no head."""
    names = [_HEADS.get(re.sub(r"[^a-z]", "", cell.lower()), "") for cell in head]
    return names if "serial" in names and "seed" in names else None


def _entry(place: int, cells: Mapping[str, str]) -> Entry:
    serial = cells.get("serial", "").strip()
    try:
        made = token(
            serial,
            seed_of(cells.get("seed", "")),
            period=number_of(cells.get("period", ""), PERIODS[0]),
            digits=number_of(cells.get("digits", ""), DIGITS[0]),
            manufacturer=cells.get("manufacturer", ""),
            model=cells.get("model", ""),
        )
    except TokenFault as fault:
        # Where columns were mixed up it may be the seed: nothing as long as one is shown.
        shown = serial if _SERIAL.fullmatch(serial) and len(serial) < _SHORTEST_SEED_TEXT else ""
        return Entry(place, shown, None, str(fault))
    return Entry(place, serial, made)


def _label(text: str) -> str:
    return "".join(letter for letter in text if letter.isprintable()).strip()[:_LONGEST_LABEL]
