"""Programs that people point at an account to audit it: they collect ours without an error and find what is there.

Prowler wants Python 3.12 and an environment of its own: test_prowler.py.
"""

import json
from typing import Any

from tests.auditors.conftest import Audited
from tests.e2e.authenticator import Authenticator

ADMINISTRATOR = "arn:aws:iam::aws:policy/AdministratorAccess"
DANGEROUS = ("iam:PassRole", "iam:CreatePolicyVersion", "s3:GetObject")


def document(*actions: str, **more: object) -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*", **more}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(principal: object) -> str:
    statement = {"Effect": "Allow", "Action": "sts:AssumeRole", "Principal": principal}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def careless(account: Audited) -> None:
    """Somebody has everything by a password alone, somebody can become more, and a role trusts everybody."""
    iam = account.iam
    iam.create_user(UserName="everything")
    iam.attach_user_policy(UserName="everything", PolicyArn=ADMINISTRATOR)
    iam.create_login_profile(UserName="everything", Password="correct-Horse-7-battery")
    iam.create_user(UserName="climber")
    iam.put_user_policy(UserName="climber", PolicyName="climb", PolicyDocument=document(*DANGEROUS))
    iam.create_role(RoleName="open", AssumeRolePolicyDocument=trust({"AWS": "*"}))
    made = iam.create_policy(PolicyName="Dangerous", PolicyDocument=document(*DANGEROUS))
    iam.attach_role_policy(RoleName="open", PolicyArn=made["Policy"]["Arn"])


def careful(account: Audited) -> None:
    """Root has a second factor, passwords have rules, and what is given is narrow."""
    iam = account.iam
    device = iam.create_virtual_mfa_device(VirtualMFADeviceName="root")["VirtualMFADevice"]
    first, second = Authenticator.of_text(device["Base32StringSeed"].decode()).pair()
    iam.enable_mfa_device(
        UserName=account.number,
        SerialNumber=device["SerialNumber"],
        AuthenticationCode1=first,
        AuthenticationCode2=second,
    )
    iam.update_account_password_policy(
        MinimumPasswordLength=14,
        RequireSymbols=True,
        RequireNumbers=True,
        RequireUppercaseCharacters=True,
        RequireLowercaseCharacters=True,
        MaxPasswordAge=90,
        PasswordReusePrevention=24,
    )
    iam.create_role(RoleName="machine", AssumeRolePolicyDocument=trust({"Service": "ec2.amazonaws.com"}))
    narrow = document("s3:GetObject", Resource="arn:aws:s3:::reports/*")
    made = iam.create_policy(PolicyName="Narrow", PolicyDocument=narrow)
    iam.attach_role_policy(RoleName="machine", PolicyArn=made["Policy"]["Arn"])


def scout(account: Audited) -> dict[str, int]:
    """How many things ScoutSuite flags, by the name of its rule."""
    printed = account.run(
        "scout", "aws", "--services", "iam", "--no-browser", "--force", "--report-dir", "scout"
    )
    assert "ERROR" not in printed
    assert "CRITICAL" not in printed
    assert _scouted(account, "exceptions") == {}
    findings = _scouted(account, "results")["services"]["iam"]["findings"]
    return {rule: finding["flagged_items"] for rule, finding in findings.items()}


def _scouted(account: Audited, what: str) -> dict[str, Any]:
    name = f"scoutsuite_{what}_aws-{account.number}.js"
    text = (account.folder / "scout" / "scoutsuite-results" / name).read_text()
    found: dict[str, Any] = json.loads(text[text.index("{") :])
    return found


def test_scoutsuite_finds_what_a_careless_account_has(audited: Audited):
    careless(audited)
    flagged = scout(audited)
    wanted = {
        "iam-managed-policy-allows-full-privileges": 1,
        "iam-root-account-no-mfa": 1,
        "iam-root-account-with-active-keys": 1,
        "iam-user-without-mfa": 1,
        "iam-user-with-inline-policies": 1,
        "iam-inline-user-policy-allows-iam-PassRole": 1,
        "iam-managed-policy-allows-iam-PassRole": 1,
        "iam-assume-role-policy-allows-all": 1,
        "iam-password-policy-minimum-length": 1,
        "iam-password-policy-no-expiration": 1,
        "iam-password-policy-reuse-enabled": 1,
    }
    assert {rule: flagged[rule] for rule in wanted} == wanted


def test_scoutsuite_finds_nothing_in_a_careful_account_but_the_key_it_was_given(audited: Audited):
    careful(audited)
    flagged = {rule: count for rule, count in scout(audited).items() if count}
    # The key is root's own, the one thing that this account should not have; no hardware can be plugged in here.
    assert set(flagged) == {"iam-root-account-with-active-keys", "iam-root-account-no-hardware-mfa"}


def splained(account: Audited) -> dict[str, Any]:
    """What cloudsplaining makes of all authorisation details."""
    account.run("cloudsplaining", "download", "--output", ".")
    account.run(
        "cloudsplaining", "scan", "--input-file", "default.json", "--output", ".", "--skip-open-report"
    )
    found: dict[str, Any] = json.loads((account.folder / "iam-results-default.json").read_text())
    return found


def risks(policies: dict[str, Any]) -> dict[str, dict[str, int]]:
    """How many findings of each kind, by policy."""
    kinds = ("PrivilegeEscalation", "DataExfiltration", "ResourceExposure")
    return {
        policy["PolicyName"]: {kind: len(policy[kind]["findings"]) for kind in kinds}
        for policy in policies.values()
    }


def test_cloudsplaining_sees_who_can_climb_and_what_can_leak(audited: Audited):
    careless(audited)
    found = splained(audited)
    assert {user["name"] for user in found["users"].values()} == {"everything", "climber"}
    assert {role["name"] for role in found["roles"].values()} == {"open"}
    for policies in (found["customer_managed_policies"], found["inline_policies"]):
        [seen] = risks(policies).values()
        assert seen["PrivilegeEscalation"] >= 1
        assert seen["DataExfiltration"] == 1
        assert seen["ResourceExposure"] >= 1


def test_cloudsplaining_has_nothing_to_say_of_a_narrow_policy(audited: Audited):
    careful(audited)
    found = splained(audited)
    assert risks(found["customer_managed_policies"]) == {
        "Narrow": {"PrivilegeEscalation": 0, "DataExfiltration": 0, "ResourceExposure": 0}
    }
