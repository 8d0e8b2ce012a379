"""Documents to begin a policy from: one for each thing people most often write a policy for."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final


@dataclass(frozen=True, slots=True)
class Start:
    """A beginning.  `key` stands in the address, `text` goes into the editor."""

    key: str
    label: str
    text: str


def _document(*statements: Mapping[str, Any]) -> str:
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)}, indent=2)


def _allow(sid: str, actions: Sequence[str], resources: Sequence[str], **more: Any) -> dict[str, Any]:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources), **more}


_OWN_USER = "arn:aws:iam::*:user/${aws:username}"

STARTS: Final = (
    Start(
        "bucket",
        "Read a bucket",
        _document(
            _allow("ListBucket", ["s3:ListBucket"], ["arn:aws:s3:::example-bucket"]),
            _allow("ReadObjects", ["s3:GetObject"], ["arn:aws:s3:::example-bucket/*"]),
        ),
    ),
    Start(
        "own-keys",
        "Manage own keys",
        _document(
            _allow(
                "OwnKeys",
                [
                    "iam:CreateAccessKey",
                    "iam:DeleteAccessKey",
                    "iam:GetAccessKeyLastUsed",
                    "iam:ListAccessKeys",
                    "iam:UpdateAccessKey",
                ],
                [_OWN_USER],
            )
        ),
    ),
    Start(
        "assume",
        "Assume a role",
        _document(_allow("AssumeRole", ["sts:AssumeRole"], ["arn:aws:iam::123456789012:role/example"])),
    ),
    Start(
        "mfa",
        "Deny without MFA",
        _document(
            {
                "Sid": "DenyWithoutMFA",
                "Effect": "Deny",
                "NotAction": [
                    "iam:CreateVirtualMFADevice",
                    "iam:EnableMFADevice",
                    "iam:GetUser",
                    "iam:ListMFADevices",
                    "iam:ListVirtualMFADevices",
                    "iam:ResyncMFADevice",
                    "sts:GetSessionToken",
                ],
                "Resource": "*",
                "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
            }
        ),
    ),
    Start(
        "addresses",
        "Deny other networks",
        _document(
            {
                "Sid": "DenyOtherNetworks",
                "Effect": "Deny",
                "Action": "*",
                "Resource": "*",
                "Condition": {"NotIpAddress": {"aws:SourceIp": ["192.0.2.0/24", "2001:db8::/32"]}},
            }
        ),
    ),
)


def chosen(key: str) -> Start:
    """The beginning of this key; the first one for any other."""
    return next((start for start in STARTS if start.key == key), STARTS[0])
