"""A second evaluator, naive and slow, written from the documents alone: what the engine is held against.

It reads plain JSON documents and plain dicts and shares no code with iam.policy.  Truth has three values: a doubt
is None, and a doubt allows nothing and denies.
"""

import re

from tests.policy.oracle_texts import all_of, any_of, fill, glob, known, listed, negate, operator, to_regex

NONE, ACCOUNT, LIMITED, DIRECT = range(4)  # how directly a resource policy names the caller
OF_AN_ACCOUNT = ("root", "user", "assumed-role", "federated-user")
KINDS_NAMED = {"Service": ("service",), "Federated": ("web-identity", "saml")}
TRUST_ACTIONS = (
    "sts:assumerole", "sts:assumerolewithsaml", "sts:assumerolewithwebidentity", "sts:tagsession", "sts:setsourceidentity",
)  # fmt: skip


def decide(policies, request):
    """Decide, as every layer says: first what denies, then what must allow."""
    has_account = request["caller"]["kind"] in OF_AN_ACCOUNT
    if has_account and request["action"].lower() == "sts:getcalleridentity":
        return "allowed"
    asked = {**request, "bounded": bool(policies["boundary"]), "bound": policies["bound"]}
    scps = [("scp", level) for level in policies["scps"] if has_account]
    rcps = [("rcp", level) for level in policies["rcps"]]
    own = [("identity", policies["identity"]), *limits_of(policies)]
    resource = ("resource", [policies["resource"]] if policies["resource"] else [])
    if any(effect(layer, "Deny", asked) for layer in (*rcps, *scps, resource, *own)):
        return "explicitDeny"
    levels_allow = all(effect(level, "Allow", asked) for level in (*rcps, *scps))
    grant = effect(resource, "Allow", asked)
    allowed = two_sides(policies, asked, grant) if has_account else grant
    return "allowed" if levels_allow and allowed else "implicitDeny"


def limits_of(policies):
    boundary = [("boundary", [policies["boundary"]])] if policies["boundary"] else []
    return boundary + ([("session", policies["session"])] if policies["session"] is not None else [])


def two_sides(policies, asked, grant):
    """What the resource and the caller's own policies make of it together."""
    who = asked["caller"]["kind"]
    within = all(effect(layer, "Allow", asked) for layer in limits_of(policies))
    if who == "federated-user" and policies["session"] is None:
        within = False
    own_side = within and (who == "root" or effect(("identity", policies["identity"]), "Allow", asked))
    if who == "root" and asked["action"].lower().startswith("sts:assumerole"):
        return False
    if asked["caller"]["arn"].split(":")[4] != asked["resource_account"]:
        return grant and own_side
    if grant == DIRECT or (grant == LIMITED and within):
        return True
    return own_side and (grant or not needs_resource_side(asked))


def needs_resource_side(request):
    action = request["action"].lower()
    if action in TRUST_ACTIONS:
        return action.startswith("sts:assumerole") or ":role/" in request["resource"]
    return action.startswith("kms:") and ":key/" in request["resource"]


def effect(layer, wanted, asked):
    """The strongest grant among the statements of this effect; a statement without a principal is direct."""
    (kind, documents), found = layer, NONE
    for document in documents:
        for block in listed(document["Statement"]):
            if block["Effect"] == wanted:
                applies = statement(kind, document.get("Version") == "2012-10-17", block, asked)
                doubt = DIRECT if wanted == "Deny" else NONE
                found = max(found, doubt if applies is None else applies)
    return found


def statement(kind, v2012, block, asked):
    who = principal(kind, block, asked)
    what = all_of([
        action_part(block, asked["action"]),
        resource_part(kind, v2012, block, asked),
        *(
            operator(name, key, listed(values), v2012, asked["context"])
            for name, block_of in block.get("Condition", {}).items()
            for key, values in (block_of.items() if known(name) else [(None, [])])
        ),
    ])  # fmt: skip
    return who if what and who else all_of([what, who and True])


# ------------------------------------------------------------------------------------- principals
def principal(kind, block, asked):
    named = block.get("Principal", block.get("NotPrincipal"))
    if kind == "rcp":
        return DIRECT if block.get("Principal") in ("*", {"AWS": "*"}) else None
    if kind != "resource":
        return DIRECT if named is None else None
    if named is None:
        return None
    named = {"AWS": "*"} if named == "*" else named
    pairs = [(type_, name) for type_, names in named.items() for name in listed(names)]
    if "Principal" in block:
        return max((grant(pair, asked["caller"], asked["bound"]) for pair in pairs), default=NONE)
    if block["Effect"] == "Allow":
        return NONE
    return NONE if not asked["bounded"] and spared(pairs, asked) else DIRECT


def grant(pair, caller, bound):
    (kind, name), arn, who = pair, caller["arn"], caller["kind"]
    if pair == ("AWS", "*"):
        return DIRECT
    if kind in KINDS_NAMED:
        return DIRECT if arn == name and who in KINDS_NAMED[kind] else NONE
    if kind != "AWS" or who not in OF_AN_ACCOUNT:
        return NONE
    if re.fullmatch(r"\d{12}|arn:[^:]*:iam::\d{12}:root", name):
        return ACCOUNT if arn.split(":")[4] in name else NONE
    unique = bound.get(name) or (name if re.fullmatch(r"A[IR][DO]A[A-Z0-9]+", name) else None)
    itself, behind_it = (caller["unique_id"], caller["principal_id"]) if unique else (arn, behind(caller))
    wanted = unique or name
    return DIRECT if wanted == itself else LIMITED if wanted == behind_it and who != "user" else NONE


def behind(caller):
    """The role of a session, the user of a federated session: named with its path, or else taken to have none."""
    if caller["principal_arn"]:
        return caller["principal_arn"]
    as_iam = caller["arn"].replace(":sts:", ":iam:")
    return re.sub(r":assumed-role/([^/]*)/.*", r":role/\1", as_iam).replace(":federated-user/", ":user/")


def spared(pairs, asked):
    """Whether NotPrincipal lists everybody, or the whole chain of the caller."""
    caller = asked["caller"]
    if ("AWS", "*") in pairs:
        return True
    grants = {grant(pair, caller, asked["bound"]) for pair in pairs}
    chain = {"root": {ACCOUNT}, "user": {ACCOUNT, DIRECT}}.get(caller["kind"], {ACCOUNT, LIMITED, DIRECT})
    return chain <= grants if caller["kind"] in OF_AN_ACCOUNT else DIRECT in grants


# ---------------------------------------------------------------------------- actions and resources
def action_part(block, action):
    patterns = listed(block.get("Action", block.get("NotAction")))
    found = any(action_matches(pattern.lower(), action.lower()) for pattern in patterns)
    return found if "Action" in block else None if not patterns else not found


def action_matches(pattern, action):
    pairs = list(zip(pattern.split(":", 1), action.split(":", 1), strict=False))
    return pattern == "*" or (":" in pattern and all(glob(want, part) for want, part in pairs))


def resource_part(kind, v2012, block, asked):
    if "Resource" not in block and "NotResource" not in block:
        return True if kind == "resource" else None
    patterns = listed(block.get("Resource", block.get("NotResource")))
    inverse = "NotResource" in block
    found = any_of(resource_matches(kind, v2012, pattern, asked, inverse) for pattern in patterns)
    return found if not inverse else None if not patterns else negate(found)


def resource_matches(kind, v2012, pattern, asked, inverse):
    """Whether one pattern matches.  Incomplete ARNs: filled in a caller's policies, elsewhere no match or a doubt."""
    if pattern.startswith("arn:") and pattern.count(":") < 5:
        filled = pattern + ":*" * (5 - pattern.count(":"))
        may = resource_matches("identity", v2012, filled, asked, inverse)
        if kind == "resource" and not inverse:
            return False
        return may if kind not in ("scp", "rcp", "resource") or may is False else None
    parts = pattern.split(":", 5)
    head, tail = (":".join(parts[:5]) + ":", parts[5]) if len(parts) == 6 else (pattern, "")
    tail = fill(tail, asked["context"]) if v2012 else tail
    if tail is None:
        return None if inverse else False
    regex = re.sub(r"\*(?=:|$)|\*|\?|[^*?]+", lambda hit: in_head(hit, head, tail), head) + to_regex(tail)
    return bool(re.fullmatch(regex, asked["resource"], re.DOTALL))


def in_head(hit, head, tail):
    """A star that ends a field runs over colons, any other wildcard before the sixth field does not."""
    last = head[hit.end() : hit.end() + 1] == ":" or (hit.end() == len(head) and not tail)
    return {"*": ".*" if last else "[^:]*", "?": "[^:]"}.get(hit[0], re.escape(hit[0]))
