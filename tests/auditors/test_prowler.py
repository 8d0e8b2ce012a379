"""Prowler, with all its checks of IAM: it collects our account without a complaint and tells careless from careful."""

import json
from collections.abc import Mapping
from typing import Any

import pytest

from tests.auditors.conftest import Audited
from tests.auditors.test_auditors import careful, careless
from tests.e2e import serving

BIN = serving.ROOT / ".venv-prowler" / "bin"
CHECKS = 51

pytestmark = pytest.mark.skipif(
    not (BIN / "prowler").exists(),
    reason="Prowler is not installed: it needs Python 3.12 and two gigabytes (`make prowler`)",
)


def prowl(account: Audited) -> Mapping[str, set[str]]:
    """What each check came to, over all that it looked at."""
    printed = account.run(
        "prowler",
        "aws",
        *("--service", "iam", "--region", "us-east-1", "--no-banner", "--no-color", "--ignore-exit-code-3"),
        *("--output-formats", "json-ocsf", "--output-directory", str(account.folder / "prowler")),
        place=BIN,
    )
    assert "ERROR" not in printed
    assert "CRITICAL:" not in printed
    assert f"{CHECKS}/{CHECKS} [100%]" in printed
    [file] = (account.folder / "prowler").glob("*.json")
    found: list[dict[str, Any]] = json.loads(file.read_text())
    outcomes: dict[str, set[str]] = {}
    for finding in found:
        outcomes.setdefault(finding["metadata"]["event_code"], set()).add(finding["status_code"])
    return outcomes


def test_prowler_finds_what_a_careless_account_has(audited: Audited):
    careless(audited)
    found = prowl(audited)
    for check in (
        "iam_aws_attached_policy_no_administrative_privileges",
        "iam_no_root_access_key",
        "iam_password_policy_minimum_length_14",
        "iam_root_mfa_enabled",
        "iam_user_mfa_enabled_console_access",
    ):
        assert "FAIL" in found[check], check


def test_prowler_lets_a_careful_account_pass(audited: Audited):
    careful(audited)
    found = prowl(audited)
    for check in (
        "iam_customer_attached_policy_no_administrative_privileges",
        "iam_password_policy_minimum_length_14",
        "iam_password_policy_expires_passwords_within_90_days_or_less",
        "iam_password_policy_reuse_24",
        "iam_root_mfa_enabled",
        "iam_rotate_access_key_90_days",
    ):
        assert found[check] == {"PASS"}, check
