"""A second evaluator, naive and slow, written from the documents alone and sharing no code with iam.policy.

Truths are numbers: "and" is min, "or" is max, "not" is 1 - x.  A doubt lies between: it allows nothing, and denies.
"""

import base64
import json
import re
from datetime import UTC, datetime, timedelta
from fractions import Fraction
from ipaddress import ip_network
from operator import eq, ge, gt, le, lt

NO, DOUBT, YES = 0, 0.5, 1
NONE, ACCOUNT, LIMITED, DIRECT = range(4)  # how directly a resource policy names the caller
SESSION = {ACCOUNT, LIMITED, DIRECT}
CHAINS = {"root": {ACCOUNT}, "user": {ACCOUNT, DIRECT}, "assumed-role": SESSION, "federated-user": SESSION}
NAMED_BY = {"Service": ("service",), "Federated": ("web-identity", "saml")}
RESOURCE_SIDE = re.compile("sts:assumerole|sts:(tagsession|setsourceidentity) .*:role/|kms:.* .*:key/")


def decide(asked):
    """Decide as every layer says: first what denies, then what must allow."""
    who, action, has_account = asked["kind"], asked["action"].lower(), asked["kind"] in CHAINS
    if has_account and action == "sts:getcalleridentity":
        return "allowed"
    scps_bind = has_account and ":role/aws-service-role/" not in asked["principal_arn"]
    levels = [(kind, level) for kind in ("rcp", "scp")[: 1 + scps_bind] for level in asked[kind]]
    limits = [(kind, asked[kind]) for kind in ("boundary", "session") if asked[kind] is not None]
    own, resource = [(kind, asked[kind]) for kind in ("identity", "resource")]
    if any(effect(layer, "Deny", asked) for layer in (*levels, *limits, own, resource)):
        return "explicitDeny"
    grant = effect(resource, "Allow", asked)
    powerless = who == "federated-user" and asked["session"] is None
    within = not powerless and all(effect(limit, "Allow", asked) for limit in limits)
    own_side = within and (who == "root" or effect(own, "Allow", asked))
    if who == "root" and action.startswith("sts:assumerole"):
        allowed = False
    elif has_account and asked["account"] != asked["resource_account"]:
        allowed = grant and own_side
    elif not has_account or grant == DIRECT or (grant == LIMITED and within):
        allowed = grant
    else:
        allowed = own_side and (grant or not RESOURCE_SIDE.match(f"{action} {asked['asked_for']}"))
    return "allowed" if allowed and all(effect(level, "Allow", asked) for level in levels) else "implicitDeny"


def effect(layer, wanted, asked):
    """The strongest grant among the statements of this effect; a statement without a principal is direct."""
    (kind, documents), enough, found = layer, YES if wanted == "Allow" else DOUBT, [NONE]
    for document in documents:
        variables = asked["context"] if document.get("Version") == "2012-10-17" else None
        blocks = [block for block in listed(document["Statement"]) if block["Effect"] == wanted]
        found += [principal(kind, b, asked) for b in blocks if statement(kind, b, asked, variables) >= enough]
    return max(found)


def statement(kind, block, asked, variables):
    """Whether action, resource and conditions hold, whoever asks."""
    action, inert = asked["action"].lower(), DOUBT if "NotResource" in block else NO
    truths = [named(block, "Action", lambda text: action_matches(text.lower(), action))]
    if "Resource" in block or "NotResource" in block:
        truths.append(named(block, "Resource", lambda text: covers(kind, text, asked, variables, inert)))
    elif kind != "resource":
        truths.append(DOUBT)
    for name, keys in block.get("Condition", {}).items():
        operator = NAME.fullmatch(name)
        pairs = [(asked["context"].get(key.lower()), listed(wanted)) for key, wanted in keys.items()]
        truths += [condition(operator, *pair, variables) for pair in pairs] if operator else [DOUBT]
    return min(truths)


def listed(value):
    return value if isinstance(value, list) else [value]


def principal(kind, block, asked):
    """How directly a statement names the caller; an element missing or out of its place is a doubt."""
    denies, entries = block["Effect"] == "Deny", block.get("Principal", block.get("NotPrincipal"))
    entries = {"AWS": "*"} if entries == "*" else entries
    if kind != "resource" or entries is None:
        fits = {"resource": False, "rcp": entries == {"AWS": "*"} and "Principal" in block}
        return DIRECT if denies or fits.get(kind, entries is None) else NONE
    everybody = "*" in listed(entries.get("AWS", []))
    grants = {grant(type_, name, asked) for type_, names in entries.items() for name in listed(names)}
    if "Principal" in block:
        return DIRECT if everybody else max(grants, default=NONE)
    spared = everybody or CHAINS.get(asked["kind"], {DIRECT}) <= grants
    return DIRECT if denies and (asked["boundary"] or not spared) else NONE


def grant(type_, name, asked):
    if type_ != "AWS" or asked["kind"] not in CHAINS:
        return DIRECT if name == asked["arn"] and asked["kind"] in NAMED_BY.get(type_, ()) else NONE
    if account := re.fullmatch(r"(\d{12})|arn:[^:]*:iam::(\d{12}):root", name):
        return ACCOUNT if asked["account"] in account.groups() else NONE
    itself, behind = (asked["arn"], asked["unique_id"]), (asked["principal_arn"], asked["principal_id"])
    name = asked["bound"].get(name, name)
    return DIRECT if name in itself else LIMITED if name in behind else NONE


def named(block, element, matches):
    """Whether a list names what is asked for, or its inverse does not; an empty inverse is a doubt."""
    if element in block:
        return max(map(matches, listed(block[element])), default=NO)
    return 1 - max(map(matches, listed(block["Not" + element])), default=DOUBT)


def action_matches(pattern, action):
    return pattern == "*" or (":" in pattern and all(map(glob, pattern.split(":", 1), action.split(":", 1))))


def covers(kind, pattern, asked, variables, inert):
    """Whether one pattern of a resource matches.  Only in a caller's own policies are short ARNs made whole."""
    missing = ":*" * (5 - pattern.count(":")) if pattern.startswith("arn:") else ""
    if missing and kind in ("scp", "rcp", "resource"):
        at_most = inert if kind == "resource" else DOUBT
        return min(at_most, covers("identity", pattern, asked, variables, inert))
    pattern += missing
    head = "".join(re.findall(r"\A(?:[^:]*:){5}", pattern)) or pattern
    tail = fill(pattern[len(head) :], variables)
    if tail is None:
        return inert
    # A star that ends a field runs over colons; before the sixth field no other wildcard does.
    fields = [to_regex(field, "[^:]") for field in re.split(r"\*(?=:|\Z)", head)]
    return bool(re.fullmatch(".*".join(fields) + to_regex(tail), asked["asked_for"], re.DOTALL))


def condition(operator, given, wanted, variables):
    """Whether a key's value (None: it is missing) stands as the operator wants; a set of empty texts is empty."""
    qualifier, base, if_exists = operator.groups()
    wanted = [value if isinstance(value, str) else json.dumps(value) for value in wanted]
    if base == "Null":
        absent = "true" if given in (None, ()) else "false"
        return qualifier == "ForAllValues:" if qualifier else absent in [text.lower() for text in wanted]
    if given is None and if_exists:
        return DOUBT if qualifier == "ForAnyValue:" else YES
    if not isinstance(given, str) and not qualifier:
        return given is None and base in NEGATED and wanted != []
    values = [given] if isinstance(given, str) else given or []
    found = [stands(value, base, wanted, variables) for value in values if any(values) or not qualifier]
    return max(found, default=NO) if qualifier == "ForAnyValue:" else min(found, default=YES)


def stands(value, base, wanted, variables):
    """Whether a value is one of those wanted; negated: is none of them, a doubt if nobody can read it."""
    read_given, read_wanted, matches = OPERATORS[NEGATED.get(base, base)]
    given = read(value, *read_given)
    if given is None or not wanted:
        return DOUBT if base in NEGATED and wanted else NO
    texts = [fill(text, variables) if base.startswith(("String", "Arn")) else text for text in wanted]
    readings = [read(text, *read_wanted) for text in texts if text is not None]
    found = any(reading is not None and matches(given, reading) for reading in readings)
    if "Date" in base and None in readings and not found:
        return DOUBT  # docs/adr/0048-dates-of-policies.md
    return found != (base in NEGATED)


# ---------------------------------------------------------------------------------------------- texts
LITERAL = str.maketrans("*?", "\ue000\ue001")  # a star and a question mark that are plain text
PLAIN = {after: before for before, after in LITERAL.items()}
VARIABLE = re.compile(r"\$\{(?:([*?$])|([^\s,'{}$]+)(?:, '(.*?)')?|[^}]*)\}", re.DOTALL)


def fill(text, variables):
    """Put the variables of a text in, as literal text; None when one has no value."""
    filled, end = "", 0
    for form in VARIABLE.finditer(text) if variables is not None else ():
        given = variables.get((form[2] or "").lower())
        value = form[1] or (given if isinstance(given, str) else form[3])
        if value is None:
            return None
        filled, end = filled + text[end : form.start()] + value.translate(LITERAL), form.end()
    return filled + text[end:]


def to_regex(pattern, one="."):
    return "".join({"*": one + "*", "?": one}.get(c) or re.escape(c.translate(PLAIN)) for c in pattern)


def glob(pattern, text):
    return bool(re.fullmatch(to_regex(pattern), text, re.DOTALL))


def read(text, form, meaning):
    """What a text means, None where nobody can read it."""
    try:
        return meaning(text) if re.fullmatch(form, text, re.DOTALL) else None
    except ValueError:
        return None


def instant(text):
    """Seconds since 1970, of digits or of a day in W3C's profile of ISO 8601."""
    if text.isdigit():
        return Fraction(text)
    fraction = "".join(re.findall(r"\.[0-9]+", text))
    whole = text.replace(fraction, "") + "-01T00:00Z"[len(text) - len("2020-01") :]
    since = datetime.fromisoformat(whole) - datetime(1970, 1, 1, tzinfo=UTC)
    return since // timedelta(seconds=1) + Fraction("0" + fraction)


def decimal(text):
    return re.sub(r"(^|[.])0{1,2}(?=[0-9])", r"\1", text).replace("/+", "/")


def unwrapped(ip):
    wrapped = getattr(ip.network_address, "ipv4_mapped", None)
    return ip_network(wrapped) if wrapped else ip


SHORT, CLOCK = r"(?=.{1,64}\Z)", "([01][0-9]|2[0-3]):[0-5][0-9]"
DAY = rf"[0-9]{{4}}-[0-9]{{2}}(-[0-9]{{2}}(T{CLOCK}(:[0-5][0-9](\.[0-9]+)?)?(Z|[+-]{CLOCK}))?)?"
TEXT, DATE = (".*", str), (f"{SHORT}([0-9]+|{DAY})", instant)
NUMBER = (SHORT + r"[+-]?([0-9]+(\.[0-9]*)?|\.[0-9]+)([eE][+-]?[0-9]{1,3})?", Fraction)
BOOL, BYTES = ("(?i)true|false", str.lower), (".*", lambda text: base64.b64decode(text, validate=True))
ADDRESS = ("[0-9a-fA-F:.]+", lambda text: unwrapped(ip_network(decimal(text))))
NETWORK = (ADDRESS[0] + r"(/\+?[0-9]{1,3})?", lambda text: ip_network(decimal(text), strict=False))
ARN, ARNS = [(form, lambda text: text.split(":", 5)) for form in ("arn(:[^:]*){4}:.*", "([^:]*:){5}.*")]
ORDERS = {"Equals": eq, "LessThan": lt, "LessThanEquals": le, "GreaterThan": gt, "GreaterThanEquals": ge}
OPERATORS = {  # how a request's value is read, how a policy's, and when the two match
    "StringEquals": (TEXT, TEXT, lambda text, want: text == want.translate(PLAIN)),
    "StringEqualsIgnoreCase": (TEXT, TEXT, lambda text, want: text.lower() == want.translate(PLAIN).lower()),
    "StringLike": (TEXT, TEXT, lambda text, want: glob(want, text)),
    **{name: (ARN, ARNS, lambda arn, want: all(map(glob, want, arn))) for name in ("ArnEquals", "ArnLike")},
    "IpAddress": (ADDRESS, NETWORK, lambda ip, net: ip.version == net.version and ip.subnet_of(net)),
    **{"Numeric" + name: (NUMBER, NUMBER, test) for name, test in ORDERS.items()},
    **{"Date" + name: (DATE, DATE, test) for name, test in ORDERS.items()},
    "Bool": ((".*", lambda text: "true" if text.lower() == "true" else "false"), BOOL, eq),
    "BinaryEquals": (BYTES, BYTES, eq),
}
NEGATABLE = [name for name in OPERATORS if re.match("String|Arn|Ip|(Numeric|Date)Equals", name)]
NEGATED = {re.sub("(?=Equals|Like|Ip)", "Not", name, count=1): name for name in NEGATABLE}
NAME = re.compile(f"(ForAllValues:|ForAnyValue:)?(Null(?!I)|{'|'.join([*OPERATORS, *NEGATED])})(IfExists)?")
