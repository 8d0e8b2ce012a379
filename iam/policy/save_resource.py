"""Save-time checks of Resource and NotResource: ARN form, partition, and what IAM and S3 ARNs may hold.

Source: recorded answers of AWS to CreatePolicy; the texts are AWS's.
"""

from typing import Final

from iam.policy.match import glob
from iam.policy.save_structure import Refusal

PARTITIONS: Final = (
    "aws", "aws-cn", "aws-us-gov", "aws-iso", "aws-iso-b", "aws-iso-e", "aws-iso-f", "aws-eusc",
)  # fmt: skip
IAM_PATHS: Final = (
    "user/", "federated-user/", "role/", "group/", "instance-profile/", "mfa/", "server-certificate/",
    "policy/", "sms-mfa/", "saml-provider/", "oidc-provider/", "report/", "access-report/",
)  # fmt: skip


def form_fault(resource: str) -> tuple[str, str] | None:
    """Return AWS's text and ours for a resource that may not be saved, None for a good one."""
    if resource == "*":
        return None
    fields = resource.split(":")
    if len(fields) == 1:
        return f'Resource {resource} must be in ARN format or "*".', "A resource is an ARN or a star."
    if not _partition_is_known(fields[1]):
        return _partition_fault(fields)
    if fields[0] != "arn":
        return f'Resource {resource} must be in ARN format or "*".', 'An ARN begins with "arn:".'
    if len(fields) == 2 or "*" in fields[2] or "?" in fields[2]:
        return (
            "Resource vendor must be fully qualified and cannot contain regexes.",
            "The service, third field of an ARN, must be written out.",
        )
    if fields[2] == "iam":
        return _iam_fault(resource, fields)
    return _s3_fault(resource, fields) if fields[2] == "s3" else None


def _partition_is_known(partition: str) -> bool:
    return any(map(glob(partition), PARTITIONS))


def _partition_fault(fields: list[str]) -> tuple[str, str]:
    """AWS takes the first field for `arn`, fills in stars for missing fields, and looks at the second."""
    rest = fields[2:] or ["*"]
    padded = [*rest[:3], *["*"] * (3 - len(rest)), ":".join(rest[3:]) if len(rest) > 3 else "*"]
    filled = ":".join(["arn", fields[1], *padded])
    return (
        f'Partition "{fields[1]}" is not valid for resource "{filled}".',
        f"The second field of an ARN is one of {', '.join(PARTITIONS)}.",
    )


def _iam_fault(resource: str, fields: list[str]) -> tuple[str, str] | None:
    if len(fields) < 6:
        return None
    if fields[3]:
        return f"IAM resource {resource} cannot contain region information.", "IAM is not regional."
    path = ":".join(fields[5:])
    if path in ("*", "root") or path.startswith(IAM_PATHS):
        return None
    return (
        f'IAM resource path must either be "*", root, or start with {", ".join(IAM_PATHS)}.',
        "The last field of an IAM ARN begins with the type of the resource.",
    )


def _s3_fault(resource: str, fields: list[str]) -> tuple[str, str] | None:
    # Access points carry region and account; buckets and objects neither.
    if len(fields) < 6 or not fields[3] or fields[4]:
        return None
    return f"Resource {resource} can not contain region information.", "Bucket names are global."


def is_too_short(resource: str) -> bool:
    """Whether AWS's legacy parser stumbles over this ARN: a service without all that follows, or none."""
    fields = resource.split(":")
    if resource == "*" or len(fields) < 3:
        return False
    return not fields[2] or len(fields) in (4, 5)


def has_wrong_partition(resource: str) -> bool:
    """Whether the partition stops AWS from reading on."""
    fields = resource.split(":")
    return len(fields) > 1 and not _partition_is_known(fields[1])


def check_form(resource: str, path: tuple[str | int, ...]) -> None:
    """Check one resource.

    Errors: Refusal.
    """
    fault = form_fault(resource)
    if fault is not None:
        raise Refusal(*fault, path)
