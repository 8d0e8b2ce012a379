"""The bars, in the real aws command line: refused until allowed, second factors, roles."""

import json

from tests.cli.terminal import Terminal
from tests.e2e import serving

READ_ONLY = "arn:aws:iam::aws:policy/IAMReadOnlyAccess"


def policy(*statements: dict[str, object]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def make_user(root: Terminal, name: str) -> None:
    """Make a user with a key, and the command `NAME COMMAND` that runs a command as the user."""
    root.does(f"aws iam create-user --user-name {name}")
    wanted = "--query 'AccessKey.[AccessKeyId,SecretAccessKey]' --output text"
    root.does(f'read {name}_id {name}_secret <<< "$(aws iam create-access-key --user-name {name} {wanted})"')
    root.does(
        f'{name}() {{ AWS_ACCESS_KEY_ID=${name}_id AWS_SECRET_ACCESS_KEY=${name}_secret AWS_SESSION_TOKEN="" "$@"; }}'
    )


def session(by: str, name: str, command: str) -> str:
    """The command line that makes `NAME COMMAND` run with the credentials that STS answers."""
    wanted = "--query 'Credentials.[AccessKeyId,SecretAccessKey,SessionToken]' --output text"
    run = f'AWS_ACCESS_KEY_ID=${name}_id AWS_SECRET_ACCESS_KEY=${name}_secret AWS_SESSION_TOKEN=${name}_token "$@"'
    return (
        f'answer="$({by} {command} {wanted})" && '
        f'read {name}_id {name}_secret {name}_token <<< "$answer"; {name}() {{ {run}; }}; [ -n "$answer" ]'
    )


def test_the_line_that_a_newcomer_pastes_works(product: serving.Installation, root: Terminal):
    for name, value in product.exported().items():
        root.does(f"export {name}={value}")
    line = next(line for line in product.printed.splitlines() if "iam get-user" in line)
    assert '"UserName": "admin"' in root.does(line)


def test_a_policy_holds_at_the_very_next_call(root: Terminal):
    make_user(root, "dave")
    arn = "arn:aws:iam::111122223333:user/"
    denied = (
        f"An error occurred (AccessDenied) when calling the ListUsers operation: User: {arn}dave is not authorized to perform: "
        f"iam:ListUsers on resource: {arn} because no identity-based policy allows the iam:ListUsers action"
    )
    assert root.does("dave aws sts get-caller-identity --query Arn --output text") == f"{arn}dave"
    assert root.refuses("dave aws iam list-users") == denied
    root.does(f"aws iam attach-user-policy --user-name dave --policy-arn {READ_ONLY}")
    assert root.does("dave aws iam list-users --query 'Users[].UserName' --output text") == "dave"
    assert "is not authorized to perform: iam:DeleteUser on resource: " in root.refuses(
        "dave aws iam delete-user --user-name dave"
    )
    root.does(f"aws iam detach-user-policy --user-name dave --policy-arn {READ_ONLY}")
    assert root.refuses("dave aws iam list-users") == denied


def test_only_a_session_with_a_code_is_allowed_what_needs_a_second_factor(root: Terminal):
    make_user(root, "dave")
    with_mfa = policy(
        {
            "Effect": "Allow",
            "Action": "iam:ListUsers",
            "Resource": "*",
            "Condition": {"Bool": {"aws:MultiFactorAuthPresent": "true"}},
        }
    )
    root.does(
        f"aws iam put-user-policy --user-name dave --policy-name WithMFA --policy-document '{with_mfa}'"
    )
    root.does(
        "aws iam create-virtual-mfa-device --virtual-mfa-device-name dave --outfile seed --bootstrap-method Base32StringSeed"
    )
    root.does('mfa=arn:aws:iam::111122223333:mfa/dave; seed="$(cat seed)"')
    root.does(
        "aws iam enable-mfa-device --user-name dave --serial-number $mfa "
        '--authentication-code1 "$(code $seed -1)" --authentication-code2 "$(code $seed 0)"'
    )
    assert "no identity-based policy allows" in root.refuses("dave aws iam list-users")
    root.does(session("dave", "plain", "aws sts get-session-token"))
    # A session token without a code calls no IAM operation at all.
    assert "(InvalidClientTokenId)" in root.refuses("plain aws iam list-users")
    root.does(
        session(
            "dave",
            "strong",
            "aws sts get-session-token --serial-number $mfa --token-code $(code $seed 1)",
        )
    )
    assert root.does("strong aws iam list-users --query 'Users[].UserName' --output text") == "dave"
    assert "(AccessDenied)" in root.refuses("dave aws iam list-users")


def test_a_role_is_taken_on_its_terms(root: Terminal):
    make_user(root, "erin")
    number = "111122223333"
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{number}:user/erin"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
        },
        {
            "Effect": "Allow",
            "Principal": {"AWS": f"arn:aws:iam::{number}:user/erin"},
            "Action": "sts:TagSession",
        },
    )
    may = policy(
        {"Effect": "Allow", "Action": ["iam:ListUsers", "iam:ListGroups", "sts:AssumeRole"], "Resource": "*"},
        {
            "Effect": "Allow",
            "Action": "iam:ListRoles",
            "Resource": "*",
            "Condition": {"StringEquals": {"aws:PrincipalTag/stage": "test"}},
        },
    )
    root.does(
        f"aws iam create-role --role-name reader --max-session-duration 7200 --assume-role-policy-document '{trust}'"
    )
    root.does(f"aws iam put-role-policy --role-name reader --policy-name May --policy-document '{may}'")
    take = f"aws sts assume-role --role-arn arn:aws:iam::{number}:role/reader --role-session-name tour"
    assert "is not authorized to perform: sts:AssumeRole on resource: " in root.refuses(f"erin {take}")
    assert "(AccessDenied)" in root.refuses(f"erin {take} --external-id guessed")

    take += " --external-id agreed"
    root.does(session("erin", "reader", f"{take} --duration-seconds 7200"))
    who = root.does("reader aws sts get-caller-identity --query Arn --output text")
    assert who == f"arn:aws:sts::{number}:assumed-role/reader/tour"
    root.does("reader aws iam list-users")
    assert "(AccessDenied)" in root.refuses("reader aws iam list-roles")

    less = policy({"Effect": "Allow", "Action": "iam:ListGroups", "Resource": "*"})
    root.does(session("erin", "lesser", f"{take} --policy '{less}'"))
    root.does("lesser aws iam list-groups")
    assert "no session policy allows the iam:ListUsers action" in root.refuses("lesser aws iam list-users")

    root.does(session("erin", "tagged", f"{take} --tags Key=stage,Value=test"))
    root.does("tagged aws iam list-roles")


def test_a_profile_takes_a_role_by_itself(root: Terminal):
    make_user(root, "erin")
    trust = policy(
        {
            "Effect": "Allow",
            "Principal": {"AWS": "arn:aws:iam::111122223333:user/erin"},
            "Action": "sts:AssumeRole",
            "Condition": {"StringEquals": {"sts:ExternalId": "agreed"}},
        }
    )
    root.does(f"aws iam create-role --role-name deploy --assume-role-policy-document '{trust}'")
    settings = {
        "erin.aws_access_key_id": "$erin_id",
        "erin.aws_secret_access_key": "$erin_secret",
        "deploy.source_profile": "erin",
        "deploy.role_arn": "arn:aws:iam::111122223333:role/deploy",
        "deploy.external_id": "agreed",
    }
    for name, value in settings.items():
        root.does(f"aws configure set profile.{name} {value}")
    who = root.does("aws --profile deploy sts get-caller-identity --query Arn --output text")
    assert who.startswith("arn:aws:sts::111122223333:assumed-role/deploy/")


def test_a_chain_of_roles_lasts_an_hour_at_most(root: Terminal):
    make_user(root, "erin")
    for name, trusted in (("first", "user/erin"), ("second", "role/first")):
        trust = policy(
            {
                "Effect": "Allow",
                "Principal": {"AWS": f"arn:aws:iam::111122223333:{trusted}"},
                "Action": "sts:AssumeRole",
            }
        )
        create = f"aws iam create-role --role-name {name} --max-session-duration 43200"
        root.does(f"{create} --assume-role-policy-document '{trust}'")
    take = "aws sts assume-role --role-session-name chain --role-arn arn:aws:iam::111122223333:role"
    root.does(session("erin", "first", f"{take}/first --duration-seconds 43200"))
    assert "exceeds the 1 hour session limit for roles assumed by role chaining" in root.refuses(
        f"first {take}/second --duration-seconds 3601"
    )
    root.does(session("first", "second", f"{take}/second --duration-seconds 3600"))
    assert "assumed-role/second/chain" in root.does("second aws sts get-caller-identity")


def test_lists_are_paged_by_the_command_line(root: Terminal):
    root.does("for number in 1 2 3 4 5; do aws iam create-group --group-name group-$number; done")
    assert root.does("aws iam list-groups --page-size 2 --query 'length(Groups)'") == "5"
