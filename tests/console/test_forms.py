"""Forms made of operations: fields from the shape, refusals at their fields."""

import json

import pytest
from django.test import RequestFactory

from console import cli, diffs, forms
from console.forms import Look, OperationForm, label
from iam.errors import (
    AccessDenied,
    EntityAlreadyExists,
    LimitExceeded,
    MalformedPolicyDocument,
    ValidationError,
)


@pytest.fixture
def posted():
    def make(**data):
        return RequestFactory().post("/x", data)

    return make


@pytest.fixture
def answers(monkeypatch):
    """What the operation would answer or refuse, and with what it was asked."""
    asked = []

    def use(outcome):
        def run(_request, operation, **params):
            asked.append((operation, params))
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        monkeypatch.setattr(forms, "run", run)
        return asked

    return use


def test_fields_follow_the_shape():
    form = OperationForm(RequestFactory().get("/x"), "iam.CreateUser")
    fields = form.by_name
    assert next(iter(fields)) == "UserName"
    assert (fields["UserName"].required, fields["UserName"].max_length) == (True, 64)
    assert fields["Tags"].kind == "tags"
    assert fields["Path"].required is False
    assert (
        OperationForm(RequestFactory().get("/x"), "iam.CreateLoginProfile").by_name["Password"].kind
        == "password"
    )
    assert (
        OperationForm(RequestFactory().get("/x"), "iam.CreatePolicy").by_name["PolicyDocument"].kind == "json"
    )


def test_what_is_sent_runs_the_operation(posted, answers):
    asked = answers({"User": {"UserName": "bob"}})
    request = posted(**{"UserName": " bob ", "Path": "", "Tags.Key": ["team", ""], "Tags.Value": ["red", ""]})
    form = OperationForm(request, "iam.CreateUser", hide=("PermissionsBoundary",))
    assert form.run() == {"User": {"UserName": "bob"}}
    assert asked == [("iam.CreateUser", {"user_name": "bob", "tags": [{"Key": "team", "Value": "red"}]})]


def test_what_is_needed_is_asked_for_before_anything_runs(posted, answers):
    asked = answers({})
    form = OperationForm(posted(UserName=""), "iam.CreateUser")
    assert form.run() is None
    assert (form.status, asked) == (422, [])
    assert form.errors[0].anchor == "field-UserName"


def test_a_refusal_stands_at_its_field(posted, answers):
    answers(ValidationError("The value is too long.", member="Path"))
    form = OperationForm(posted(UserName="bob", Path="/x/"), "iam.CreateUser")
    assert form.run() is None
    assert form.status == 422
    assert form.by_name["Path"].errors == ["The value is too long."]
    assert form.by_name["Path"].described_by.endswith("field-Path-error")


def test_a_refusal_of_no_field_stands_above_the_form(posted, answers):
    answers(LimitExceeded("Cannot exceed quota for UsersPerAccount: 5000"))
    form = OperationForm(posted(UserName="bob"), "iam.CreateUser")
    form.run()
    assert [(error.message, error.anchor) for error in form.errors] == [
        ("Cannot exceed quota for UsersPerAccount: 5000", "")
    ]


def test_a_name_in_use_is_told_at_the_name(posted, answers):
    answers(EntityAlreadyExists("User with name bob already exists."))
    form = OperationForm(posted(UserName="bob"), "iam.CreateUser")
    form.run()
    assert form.by_name["UserName"].errors == ["User with name bob already exists."]


def refused_by_the_model(operation, request, **fixed):
    """The form after the operation's own check of its parameters refused them."""
    form = OperationForm(request, operation, fixed=fixed)
    form.refuse(ValidationError("2 validation errors detected: Value at 'x' failed", member="Tags"))
    return {name: field.errors for name, field in form.by_name.items() if field.errors}


def test_each_broken_constraint_is_told_at_its_own_field_in_plain_words(posted):
    sent = posted(AuthenticationCode1="12", AuthenticationCode2="abc")
    assert refused_by_the_model("iam.EnableMFADevice", sent, UserName="bob", SerialNumber="arn:aws:x") == {
        "AuthenticationCode1": ["Enter 6 to 8 digits."],
        "AuthenticationCode2": ["Enter 6 to 8 digits."],
    }


def test_a_bad_tag_is_told_by_its_number(posted):
    sent = posted(**{"UserName": "bob", "Tags.Key": ["a", ""], "Tags.Value": ["<b>", "y"]})
    told = refused_by_the_model("iam.CreateUser", sent)["Tags"]
    assert told[0].startswith("The value of tag 1 may have only letters")
    assert told[1:] == ["Tag 2 needs a key."] or "Tag 2 needs a key." in told


@pytest.mark.parametrize(
    ("sent", "member", "words"),
    [
        ({"UserName": "b ob"}, "UserName", "Use only letters, digits"),
        ({"UserName": "b" * 100}, "UserName", "Enter at most 64 characters."),
        ({"UserName": "bob", "Path": "x"}, "Path", "Begin and end with a slash"),
    ],
)
def test_names_and_paths_are_refused_in_plain_words(posted, sent, member, words):
    assert refused_by_the_model("iam.CreateUser", posted(**sent))[member][0].startswith(words)


def test_a_refusal_that_the_model_does_not_explain_is_told_as_it_is(posted):
    form = OperationForm(posted(UserName="bob", Path="/x/"), "iam.CreateUser")
    form.refuse(ValidationError("The value is not for you.", member="Path"))
    assert form.by_name["Path"].errors == ["The value is not for you."]


def test_a_denial_says_what_it_takes(posted, answers):
    answers(AccessDenied("no", action="iam:CreateUser", resource="arn:aws:iam::1:user/bob"))
    form = OperationForm(posted(UserName="bob"), "iam.CreateUser")
    assert form.run() is None
    assert form.status == 403
    assert form.refused is not None
    assert form.refused.action == "iam:CreateUser"


def test_a_bad_policy_is_shown_at_its_line(posted, answers):
    answers(MalformedPolicyDocument("Syntax errors in policy.", detail="Expected a comma.", line=3, column=7))
    form = OperationForm(posted(PolicyName="p", PolicyDocument="{"), "iam.CreatePolicy")
    form.run()
    problem = form.by_name["PolicyDocument"].problems[0]
    assert (problem.message, problem.line, problem.column) == ("Expected a comma.", 3, 7)
    assert [error.message for error in form.errors] == [
        "Policy document: Line 3, column 7: Expected a comma."
    ]


def test_passwords_keep_their_spaces_and_are_masked_in_the_command(posted, answers):
    asked = answers({})
    form = OperationForm(posted(UserName="bob", Password=" two words "), "iam.CreateLoginProfile")
    assert form.run() == {}
    assert asked[0][1]["password"] == " two words "
    assert "two words" not in form.cli
    assert "--password" in form.cli


def test_numbers_are_numbers(posted, answers):
    answers({})
    form = OperationForm(posted(MinimumPasswordLength="twelve"), "iam.UpdateAccountPasswordPolicy")
    assert form.run() is None
    assert form.by_name["MinimumPasswordLength"].errors == ["Enter a whole number."]
    form = OperationForm(posted(MinimumPasswordLength="9" * 5000), "iam.UpdateAccountPasswordPolicy")
    assert form.run() is None
    assert form.by_name["MinimumPasswordLength"].errors == ["Enter a number from 6 to 128."]
    form = OperationForm(posted(MinimumPasswordLength="12"), "iam.UpdateAccountPasswordPolicy")
    assert form.params["MinimumPasswordLength"] == 12
    assert form.params["RequireSymbols"] is False


def test_members_that_are_not_of_the_form_are_not_taken(posted, answers):
    asked = answers({})
    request = posted(UserName="mallory", NewPath="/x")
    form = OperationForm(request, "iam.UpdateUser", only=("NewPath",), fixed={"UserName": "bob"})
    form.run()
    assert asked[0][1] == {"user_name": "bob", "new_path": "/x"}


def test_choices_and_first_values():
    look = {"PolicyArn": Look(label="Policy", choices=[("a", "A"), ("b", "B")])}
    form = OperationForm(
        RequestFactory().get("/x"),
        "iam.AttachUserPolicy",
        only=("PolicyArn",),
        look=look,
        initial={"PolicyArn": "b"},
    )
    field = form.by_name["PolicyArn"]
    assert (field.label, field.kind) == ("Policy", "select")
    assert [option.chosen for option in field.options] == [False, True]


@pytest.mark.parametrize(
    ("member", "words"),
    [
        ("UserName", "User name"),
        ("PolicyArn", "Policy ARN"),
        ("SSHPublicKeyId", "SSH public key ID"),
        ("Url", "URL"),
    ],
)
def test_labels_are_words(member, words):
    assert label(member) == words


def test_a_document_nested_too_deep_is_shown_as_it_was_typed():
    deep = '{"a":' * 5000 + "1" + "}" * 5000
    assert deep in cli.line("iam.CreatePolicy", {"PolicyName": "p", "PolicyDocument": deep})
    assert diffs.tidy(deep) == deep


def test_command_lines():
    from console import cli

    policy = json.dumps({"Version": "2012-10-17", "Statement": []}, indent=2)
    line = cli.line("iam.PutUserPolicy", {"UserName": "bob", "PolicyName": "p q", "PolicyDocument": policy})
    assert line == (
        "aws iam put-user-policy --user-name bob --policy-name 'p q' "
        '--policy-document \'{"Version":"2012-10-17","Statement":[]}\''
    )
    tags = [{"Key": "team", "Value": "red"}, {"Key": "note", "Value": "a, b"}]
    assert cli.line("iam.TagUser", {"UserName": "bob", "Tags": tags}).endswith(
        '--tags Key=team,Value=red \'{"Key": "note", "Value": "a, b"}\''
    )
    assert cli.line("console.UserTable", {}) == ""
