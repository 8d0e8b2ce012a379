"""The first choice of a new role: whom it trusts, asked for in a few fields and turned into its trust policy."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from django.http import HttpRequest

from console import trusts
from console.fields import Field, FormError, options
from console.session import required

EXTERNAL_ID = re.compile(r"[\w+=,.@:/-]{2,1224}")
ACCOUNT_NUMBER = re.compile(r"[0-9]{12}")
SERVICE = re.compile(r"[a-z0-9.-]+\.[a-z]+")
OTHER_SERVICE: Final = "other"
SERVICES: Final = (
    ("ec2.amazonaws.com", "EC2: instances"),
    ("lambda.amazonaws.com", "Lambda: functions"),
    ("ecs-tasks.amazonaws.com", "ECS: tasks"),
    ("eks.amazonaws.com", "EKS: clusters"),
    ("s3.amazonaws.com", "S3"),
    ("batchoperations.s3.amazonaws.com", "S3 Batch Operations"),
    ("events.amazonaws.com", "EventBridge"),
    ("states.amazonaws.com", "Step Functions"),
    ("apigateway.amazonaws.com", "API Gateway"),
    ("cloudformation.amazonaws.com", "CloudFormation"),
    ("codebuild.amazonaws.com", "CodeBuild"),
    ("rds.amazonaws.com", "RDS"),
    ("backup.amazonaws.com", "Backup"),
    (OTHER_SERVICE, "Another one"),
)


@dataclass(frozen=True, slots=True)
class Choice:
    """One kind of trust; `key` stands in the address."""

    key: str
    label: str
    help: str


CHOICES: Final = (
    Choice("account", "This account", "Users and roles here that a policy allows to assume the role."),
    Choice("other", "Another account", "Users and roles there that their own account allows to assume it."),
    Choice("service", "A service", "A service that acts for you, such as a virtual machine's host."),
    Choice("custom", "Custom policy", "Whatever a trust policy can say, written as JSON."),
)


@dataclass(frozen=True, slots=True)
class Trust:
    """The choice made and its fields; `document` is the trust policy, "" while something is missing or is custom."""

    choice: Choice
    fields: tuple[Field, ...] = ()
    document: str = ""

    @property
    def custom(self) -> bool:
        """Whether the policy is written by hand, in the form's own field."""
        return self.choice.key == "custom"

    @property
    def errors(self) -> list[FormError]:
        """What the error summary shows of these fields."""
        return [
            FormError(f"{field.label}: {text}", field.id) for field in self.fields for text in field.errors
        ]


def read(request: HttpRequest, *, looking: bool = False) -> Trust:
    """The trust asked for by the address and the fields.  `looking`: nothing is held against it yet."""
    wanted = request.GET.get("trust", "")
    choice = next((each for each in CHOICES if each.key == wanted), CHOICES[0])
    sent = {
        name: request.POST.get(name, "").strip()
        for name in ("account", "external_id", "mfa", "service", "named")
    }
    sent["mfa"] = "true" if sent["mfa"] == "true" else ""
    fields = _fields(choice, sent)
    if request.method != "POST" or looking:
        return Trust(choice, fields)
    checked = tuple(_checked(field, sent) for field in fields)
    wrong = any(field.errors for field in checked)
    return Trust(choice, checked, "" if wrong else _document(choice, sent, required(request).account.number))


def starter(number: str) -> str:
    """A trust policy to begin a custom one from."""
    document = json.loads(trusts.of_account(number))
    document["Statement"][0]["Sid"] = "WhoMayAssume"
    return json.dumps(document, indent=2)


def _mfa(sent: Mapping[str, str]) -> Field:
    return Field(
        "mfa",
        "Ask for MFA",
        "check",
        value=bool(sent["mfa"]),
        help="The role can then be assumed only by those who proved a second factor.",
    )


def _other_fields(sent: Mapping[str, str]) -> tuple[Field, ...]:
    return (
        Field(
            "account",
            "Account number",
            value=sent["account"],
            required=True,
            help="The 12 digits of the account whose users and roles may assume this role.",
            inputmode="numeric",
            mono=True,
        ),
        Field(
            "external_id",
            "External id",
            value=sent["external_id"],
            help="Agreed with the other side when it acts for several customers; it must send it along.",
            max_length=1224,
            mono=True,
        ),
        _mfa(sent),
    )


def _service_fields(sent: Mapping[str, str]) -> tuple[Field, ...]:
    chosen = sent["service"] or SERVICES[0][0]
    return (
        Field("service", "Service", "select", value=chosen, required=True, options=options(SERVICES, chosen)),
        Field(
            "named",
            "Another service's name",
            value=sent["named"],
            help="As the service calls itself, such as scheduler.example.com; for “Another one” above.",
            mono=True,
        ),
    )


def _fields(choice: Choice, sent: Mapping[str, str]) -> tuple[Field, ...]:
    match choice.key:
        case "account":
            return (_mfa(sent),)
        case "other":
            return _other_fields(sent)
        case "service":
            return _service_fields(sent)
    return ()


def _checked(field: Field, sent: Mapping[str, str]) -> Field:
    return replace(field, errors=_faults(field.name, sent))


def _faults(name: str, sent: Mapping[str, str]) -> Sequence[str]:
    value = sent[name]
    if name == "account" and not ACCOUNT_NUMBER.fullmatch(value):
        return ["Enter the 12 digits of an account."]
    if name == "external_id" and value and not EXTERNAL_ID.fullmatch(value):
        return ["Use 2 to 1,224 letters, digits and any of + = , . @ : / - _"]
    if name == "named" and sent["service"] == OTHER_SERVICE and not SERVICE.fullmatch(value):
        return ["Enter the name of a service, such as scheduler.example.com."]
    return []


def _document(choice: Choice, sent: Mapping[str, str], own_account: str) -> str:
    match choice.key:
        case "account":
            return trusts.of_account(own_account, mfa=bool(sent["mfa"]))
        case "other":
            return trusts.of_account(sent["account"], external_id=sent["external_id"], mfa=bool(sent["mfa"]))
        case "service":
            return trusts.of_service(sent["named"] if sent["service"] == OTHER_SERVICE else sent["service"])
    return ""
