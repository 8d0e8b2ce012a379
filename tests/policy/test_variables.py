import pytest
from hypothesis import given
from hypothesis import strategies as st

from iam.policy.match import text_matcher
from iam.policy.variables import Variable, Wild, resolver, tokens
from tests.policy.build import allow, deny, outcome, plan, request, tried

CONTEXT: dict[str, str | tuple[str, ...]] = {
    "aws:username": "alice",
    "aws:principaltag/team": "red",
    "aws:tagkeys": ("one",),
    "evil": "*",
    "evil2": "${aws:username}",
    "empty": "",
}

MATCHES = [
    ("${aws:username}", "alice", True),
    ("${AWS:UserName}", "alice", True),
    ("home/${aws:username}/*", "home/alice/x", True),
    ("home/${aws:username}/*", "home/bob/x", False),
    ("${aws:username}-${aws:principaltag/team}", "alice-red", True),
    ("${missing, 'dflt'}", "dflt", True),
    ("${aws:username, 'dflt'}", "dflt", False),
    ("${missing, 'a b}c'}", "a b}c", True),  # a brace may stand inside the quotes
    ("${missing, ''}", "", True),
    ("${missing,'dflt'}", "dflt", False),  # one blank must follow the comma
    ("${missing, dflt}", "dflt", False),
    ("${missing, 'dflt}", "dflt", False),
    ("${missing, '*'}", "anything", False),  # a default is no wildcard
    ("${missing, '*'}", "*", True),
    ("${missing, '${aws:username}'}", "alice", False),
    ("${missing}", "", False),
    ("${missing}", "${missing}", False),
    ("${}", "", False),
    ("${ aws:username }", "alice", False),
    ("${aws:username", "${aws:username", True),  # no closing brace: plain text
    ("$aws", "$aws", True),
    ("$", "$", True),
    ("${$}{aws:username}", "${aws:username}", True),
    ("${*}", "*", True),
    ("${*}", "x", False),
    ("${?}", "?", True),
    ("${aws:tagkeys}", "one", False),
    ("${aws:tagkeys, 'd'}", "d", True),
    ("${evil}", "x", False),
    ("${evil}", "*", True),
    ("${evil}*", "*anything", True),
    ("${evil}*", "anything", False),
    ("${evil2}", "${aws:username}", True),
    ("x${empty}y", "xy", True),
    ("${a${b}}", "x", False),
    ("?${aws:username}*x", "_alice_x", True),
    ("?${aws:username}*x", "alice_x", False),
]


@pytest.mark.parametrize(("pattern", "text", "expected"), MATCHES)
def test_pattern_with_variables(pattern, text, expected):
    assert text_matcher(tokens(pattern, variables=True))(text, CONTEXT) is expected


def test_old_version_reads_no_variables():
    assert tokens("${a}*", variables=False) == ("${a}", Wild.RUN)
    assert tokens("${*}", variables=False) == ("${", Wild.RUN, "}")


def test_without_wildcards_and_variables_all_is_text():
    assert tokens("a*${b}", variables=False, wildcards=False) == ("a*${b}",)
    assert tokens("", variables=False, wildcards=False) == ()


def test_wildcards_side_by_side_are_written_one_way():
    assert tokens("a*?**?b", variables=False) == ("a", Wild.ONE, Wild.ONE, Wild.RUN, "b")
    assert tokens("**", variables=False) == (Wild.RUN,)
    assert tokens("*${a}*?", variables=True) == (Wild.RUN, Variable("a"), Wild.ONE, Wild.RUN)


@pytest.mark.parametrize("name", ["", " a", "a b", "a\tb", "a\rb", "a\nb", "a$b", "a{b", "${a"])
def test_ill_formed_name_has_no_value(name):
    (token,) = tokens(f"${{{name}}}", variables=True)
    assert token == Variable("")


def test_what_follows_a_variable_is_read_from_behind_its_brace():
    for written, variable in (
        ("${X}", Variable("x")),
        ("${a, 'd'}", Variable("a", "d")),
        ("${a,d}", Variable("")),
    ):
        assert tokens(f"{written}}}${{b}}", variables=True) == (variable, "}", Variable("b"))
        assert tokens(f"{written}${{b}}", variables=True) == (variable, Variable("b"))


def test_variable_remembers_how_it_was_written():
    (token,) = tokens("${AWS:UserName}", variables=True)
    assert isinstance(token, Variable)
    assert (token.key, token.name) == ("aws:username", "AWS:UserName")


@tried
@given(st.text("ab*?${}, '", max_size=30), st.text("*?${}ab, '", max_size=8))
def test_values_never_become_wildcards_or_variables(pattern, value):
    found = tokens(pattern, variables=True)
    filled = resolver(found)({"a": value, "b": value}, 1000)
    assert filled is None or [t for t in filled if isinstance(t, Wild)] == [
        t for t in found if isinstance(t, Wild)
    ]
    assert filled is None or not any(isinstance(token, Variable) for token in filled)


@tried
@given(st.text("ab*?$", max_size=30))
def test_pattern_without_braces_reads_the_same_in_both_versions(pattern):
    assert tokens(pattern, variables=True) == tokens(pattern, variables=False)


def test_variable_before_the_sixth_field_is_plain_text():
    owner = {"aws__principalaccount": "111122223333"}
    asked = request(resource="arn:aws:sqs:eu:111122223333:q", action="sqs:SendMessage", **owner)
    pattern = "arn:aws:sqs:eu:${aws:PrincipalAccount}:q"
    assert outcome(asked, plan(allow(Action="sqs:*", Resource=pattern))) == "implicitDeny"


HOME = "arn:aws:s3:::${aws:username}/*"


def test_not_resource_without_a_value_makes_an_allow_inert():
    asked = request(resource="arn:aws:s3:::x/y")
    assert outcome(asked, plan(allow(NotResource=[HOME, "arn:aws:s3:::z"]))) == "implicitDeny"
    named = request(resource="arn:aws:s3:::x/y", aws__username="al")
    assert outcome(named, plan(allow(NotResource=[HOME, "arn:aws:s3:::z"]))) == "allowed"
    assert outcome(named, plan(allow(NotResource=[HOME, "arn:aws:s3:::x/y"]))) == "implicitDeny"
    assert outcome(named, plan(allow(NotResource=[HOME, "arn:aws:s3:::${aws:userid}"]))) == "implicitDeny"


def test_not_resource_without_a_value_drops_out_of_a_deny():
    spared = request(resource="arn:aws:s3:::z")
    hit = request(resource="arn:aws:s3:::x/y")
    guard = deny(NotResource=[HOME, "arn:aws:s3:::z"])
    assert outcome(spared, plan(allow(Resource="*"), guard)) == "allowed"
    assert outcome(hit, plan(allow(Resource="*"), guard)) == "explicitDeny"


def test_resource_without_a_value_matches_nothing_in_either_effect():
    asked = request(resource="arn:aws:s3:::/y")
    assert outcome(asked, plan(allow(Resource=HOME))) == "implicitDeny"
    assert outcome(asked, plan(allow(Resource="*"), deny(Resource=HOME))) == "allowed"


def test_one_bad_entry_spoils_no_other():
    asked = request(resource="arn:aws:s3:::pub/y")
    assert outcome(asked, plan(allow(Resource=[HOME, "arn:aws:s3:::pub/*"]))) == "allowed"
    assert outcome(asked, plan(allow(Resource=[HOME, "arn:aws:s3:::p?b/*", "arn:aws:s3:::q"]))) == "allowed"
