"""What the oracle makes of texts: wildcards, variables, condition operators, numbers, instants, addresses."""

import base64
import ipaddress
import json
import re
from datetime import date
from fractions import Fraction
from typing import Any

STAR, MARK = "\ue000", "\ue001"  # a star and a question mark that are plain text
PLAIN = str.maketrans({STAR: "*", MARK: "?"})
LITERAL = str.maketrans({"*": STAR, "?": MARK})


def listed(value):
    return value if isinstance(value, list) else [value]


def all_of(truths):
    truths = list(truths)
    return False if False in truths else None if None in truths else True


def any_of(truths):
    return negate(all_of(negate(truth) for truth in truths))


def negate(truth):
    return None if truth is None else not truth


def to_regex(pattern):
    return "".join({"*": ".*", "?": "."}.get(c, re.escape(c.translate(PLAIN))) for c in pattern)


def glob(pattern, text):
    return bool(re.fullmatch(to_regex(pattern), text, re.DOTALL))


def fill(text, context):
    """Put the variables of a text in, as literal text; None when one has no value."""
    found, end = "", 0
    for hit in re.finditer(r"\$\{([^},]*, '.*?'|[^}]*)\}", text, re.DOTALL):
        value = variable(hit[1], context)
        if value is None:
            return None
        found, end = found + text[end : hit.start()] + value.translate(LITERAL), hit.end()
    return found + text[end:]


def variable(inside, context):
    if inside in ("*", "?", "$"):
        return inside
    form = re.fullmatch(r"([^\s,'{}$]+)(?:, '(.*)')?", inside, re.DOTALL)
    if not form:
        return None
    entry = entry_of(form[1], context)
    return form[2] if not entry or entry["type"].endswith("List") else entry["values"][0]


# ---------------------------------------------------------------------------------------- conditions
def entry_of(key, context):
    found = [entry for name, entry in context.items() if name.lower() == key.lower()]
    return found[0] if found else None


NAME = re.compile(
    r"(ForAllValues:|ForAnyValue:)?(?:(Null)|(?:(Bool|BinaryEquals|IpAddress|NotIpAddress"
    r"|String(?:Not)?(?:Equals|EqualsIgnoreCase|Like)|Arn(?:Not)?(?:Equals|Like)"
    r"|(?:Numeric|Date)(?:Equals|NotEquals|(?:Less|Greater)Than(?:Equals)?))(IfExists)?))"
)


def known(name):
    return NAME.fullmatch(name)


def operator(name, key, wanted, v2012, context):
    form = known(name)
    if not form:
        return None
    qualifier, null, base, if_exists = form.groups()
    wanted = [value if isinstance(value, str) else json.dumps(value) for value in wanted]
    entry = entry_of(key, context)
    if null:
        return null_operator(qualifier, wanted, entry)
    if not entry and if_exists:
        return None if qualifier == "ForAnyValue:" else True
    negated = "Not" in base
    if v2012 and base.startswith(("String", "Arn")):
        wanted_texts = [text for text in (fill(w, context) for w in wanted) if text is not None]
    else:
        wanted_texts = wanted
    given = entry["values"] if entry else []
    if qualifier:
        given = [] if all(value == "" for value in given) else given
        truths = [one_value(base, value, wanted_texts, negated) for value in given]
        if not wanted:
            return qualifier == "ForAllValues:" and not given
        return all_of(truths) if qualifier == "ForAllValues:" else any_of(truths)
    if not wanted or (entry and entry["type"].endswith("List")):
        return False
    return one_value(base, given[0], wanted_texts, negated) if entry else negated


def null_operator(qualifier, wanted, entry):
    if qualifier:
        return qualifier == "ForAllValues:"
    return ("false" if entry and entry["values"] else "true") in [text.lower() for text in wanted]


def one_value(base, value, wanted, negated):
    """Whether a request value stands in the list; negated: outside it, a doubt when nobody can read it."""
    kind = next(kind for kind in READERS if base.removeprefix("Not").startswith(kind))
    readable = READERS[kind](value, False) is not None
    found = readable and any(compare(base, kind, value, text) for text in wanted)
    if not found and readable and kind == "Date" and any(read_date(text, True) is None for text in wanted):
        return None
    return found if not negated else (not found if readable else None)


def compare(base, kind, value, text):
    if kind == "String":
        if base.endswith("Like"):
            return glob(text, value)
        text = text.translate(PLAIN)
        return value.lower() == text.lower() if base.endswith("IgnoreCase") else value == text
    left, right = READERS[kind](value, False), READERS[kind](text, True)
    if right is None:
        return False
    if kind == "Arn":
        return all(glob(want, part) for want, part in zip(right, left, strict=True))
    if kind == "Ip":
        return left.version == right.version and left.subnet_of(right)
    less, equal = "Less" in base and left < right, base.endswith("Equals") and left == right
    return less or equal or ("Greater" in base and left > right) or (kind == "Bool" and left == right)


NUMBER = re.compile(r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?")
DATE = re.compile(
    r"(?P<day>[0-9]{4}-[0-9]{2}(-[0-9]{2})?)"
    r"(T(?P<hour>[0-9]{2}):(?P<minute>[0-9]{2})(:(?P<second>[0-9]{2}(\.[0-9]+)?))?"
    r"(Z|(?P<sign>[+-])(?P<off>[0-9]{2}):(?P<offm>[0-9]{2})))?"
)


def read_number(text, _policy):
    return Fraction(text) if len(text) <= 64 and NUMBER.fullmatch(text) else None


def read_date(text, _policy):
    if len(text) > 64 or re.fullmatch("[0-9]+", text):
        return Fraction(text) if len(text) <= 64 else None
    form = DATE.fullmatch(text)
    if not form or (form["hour"] and len(form["day"]) < 10):
        return None
    try:
        day = date.fromisoformat((form["day"] + "-01")[:10]).toordinal() - date(1970, 1, 1).toordinal()
    except ValueError:
        return None
    hour, minute, off, offm = (int(form[name] or 0) for name in ("hour", "minute", "off", "offm"))
    second = Fraction(form["second"] or "0")
    if max(hour, off) > 23 or max(minute, offm) > 59 or second >= 60:
        return None
    ahead = (off * 60 + offm) * (-1 if form["sign"] == "-" else 1)
    return day * 86400 + (hour * 60 + minute - ahead) * 60 + second


def read_bool(text, _policy):
    return {"true": True, "false": False}.get(text.lower())


def read_binary(text, _policy):
    try:
        return base64.b64decode(text, validate=True)
    except ValueError:
        return None


def read_ip(text, policy):
    form = re.fullmatch(r"[0-9a-fA-F:.]+(/[0-9]{1,3})?", text)
    try:
        return ipaddress.ip_network(text, strict=False) if form and (policy or not form[1]) else None
    except ValueError:
        return None


def read_arn(text, policy):
    parts = text.split(":", 5)
    if len(parts) < 6 or (not policy and parts[0] != "arn"):
        return None
    return parts


READERS: dict[str, Any] = {
    "String": lambda text, _policy: text,
    "Numeric": read_number, "Date": read_date, "Bool": read_bool, "Binary": read_binary,
    "Ip": read_ip, "Arn": read_arn,
}  # fmt: skip
