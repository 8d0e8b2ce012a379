"""The product's main job, from nothing: an account, a person in it, a program of hers, and a refusal explained."""

import json

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from playwright.sync_api import expect

from tests.e2e.authenticator import Authenticator
from tests.e2e.browsing import Person
from tests.e2e.conftest import Open

ROOT_PASSWORD = "correct-Horse-7-battery"
FIRST_PASSWORD = "borrowed-Kettle-31"
OWN_PASSWORD = "my-Own-kettle-94"
OWN_CREDENTIALS = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Sid": "OwnCredentials",
            "Effect": "Allow",
            "Action": ["iam:*AccessKey*", "iam:*MFADevice*", "iam:ChangePassword"],
            "Resource": ["arn:aws:iam::*:user/${aws:username}", "arn:aws:iam::*:mfa/*"],
        }
    ],
}

pytestmark = pytest.mark.slow


def enrol(person: Person) -> Authenticator:
    """Put an authenticator app to use on the person's own pages."""
    person.visit("/me/credentials/")
    person.press("Add authenticator app")
    person.press("Next: scan the code")
    app = Authenticator.of_text(person.page.locator("#seed").inner_text())
    person.fill(AuthenticationCode1="000000", AuthenticationCode2="111111")
    person.press("Put device to use")
    person.sees("The device is not in use yet")
    first, second = app.pair()
    person.fill(AuthenticationCode1=first, AuthenticationCode2=second)
    person.press("Put device to use")
    person.sees("is in use")
    return app


def create_policy(person: Person, name: str, document: object) -> None:
    person.visit("/iam/policies/")
    person.press("Create policy")
    editor = person.page.locator(".cm-content")
    editor.fill('{"Version": "2012-10-17"')
    person.fill(PolicyName=name)
    person.press("Create policy")
    expect(person.page.get_by_role("alert")).to_be_visible()
    text = json.dumps(document, indent=2)
    mend_as_told(person, text.replace("iam:ChangePassword", "iam:ChangePasword"))
    person.page.locator(".cm-content").fill(text)
    person.press("Create policy")
    person.is_headed(name)


def mend_as_told(person: Person, misspelt: str) -> None:
    """Write a policy with a misspelt action, and go to its place by the keyboard."""
    editor = person.page.locator(".cm-content")
    editor.fill(misspelt)
    person.sees("Did you mean iam:ChangePassword?")
    finding = person.page.locator("[data-findings] li", has_text="Did you mean")
    finding.get_by_role("link").press("Enter")
    expect(editor).to_be_focused()
    person.page.keyboard.type("!")
    expect(editor).to_contain_text("iam:!ChangePasword")
    assert person.obstacles() == []


def create_group(person: Person, name: str, policy: str) -> None:
    person.visit("/iam/groups/")
    person.press("Create group")
    person.fill(GroupName=name)
    person.pick("policy", policy)
    person.press("Create group")
    person.sees(name)


def create_user(person: Person, name: str, group: str) -> None:
    person.visit("/iam/users/")
    person.press("Create user")
    person.fill(UserName=name)
    person.page.get_by_label("Let this user sign in to the console").check()
    person.page.get_by_label("Choose one").check()
    person.fill(password=FIRST_PASSWORD)
    person.pick("group", group)
    person.press("Create user")
    person.sees(name)


def own_key(person: Person) -> tuple[str, str]:
    """Make an access key on the person's own pages; its id and secret, seen once."""
    person.visit("/me/credentials/")
    person.press("Create access key")
    person.confirm("Create access key")
    shown = person.page.locator(".one-time .secret-value")
    expect(shown).to_have_count(2)
    key_id, secret = shown.all_inner_texts()
    person.press("Done")
    person.sees(key_id[:8])
    assert secret not in person.page.content()
    return key_id, secret


def open_account(person: Person) -> Authenticator:
    """Sign up, and guard the root user."""
    person.visit("/signup")
    person.fill(name="Mill", alias="mill", email="owner@mill.example", password=ROOT_PASSWORD)
    person.press("Open the account")
    person.is_headed("Dashboard")
    person.sees("The root user has no MFA")
    app = enrol(person)
    person.visit("/")
    person.sees("The root user has MFA")
    return app


def sign_in_first(person: Person) -> Authenticator:
    """Sign in with the password that somebody else chose, choose one's own, and guard oneself."""
    person.sign_in("mill", "dana", FIRST_PASSWORD)
    person.is_headed("Choose a new password")
    person.fill(new=FIRST_PASSWORD, again=FIRST_PASSWORD)
    person.press("Set password and sign in")
    person.is_headed("Choose a new password")
    person.fill(new=OWN_PASSWORD, again=OWN_PASSWORD)
    person.press("Set password and sign in")
    person.is_headed("Dashboard")
    return enrol(person)


def sign_in_with_code(person: Person, app: Authenticator) -> None:
    """Sign in as ever after: the old password is worth nothing, and no code counts twice."""
    person.sign_in("mill", "dana", FIRST_PASSWORD)
    person.sees("incorrect")
    person.sign_in("mill", "dana", OWN_PASSWORD)
    person.is_headed("Second factor")
    person.fill(code=app.at(app.shown))
    person.press("Continue")
    person.sees("This code was used already")
    person.fill(code=app.code())
    person.press("Continue")
    person.is_headed("Dashboard")


def run_program(url: str, key_id: str, secret: str) -> str:
    """A program with the key may what its owner may, and no more: the id of the request that was refused."""
    keys = {"aws_access_key_id": key_id, "aws_secret_access_key": secret}
    once = Config(retries={"max_attempts": 0})
    iam = boto3.client("iam", endpoint_url=url, region_name="us-east-1", config=once, **keys)
    assert [key["AccessKeyId"] for key in iam.list_access_keys()["AccessKeyMetadata"]] == [key_id]
    with pytest.raises(ClientError, match="no identity-based policy allows the iam:CreateGroup action") as no:
        iam.create_group(GroupName="mine")
    return str(no.value.response["ResponseMetadata"]["RequestId"])


def read_why(person: Person, app: Authenticator, request: str, decision: str) -> None:
    """Sign in as root and find out what two refusals were for."""
    person.sign_in_as_root("owner@mill.example", ROOT_PASSWORD)
    person.fill(code=app.code())
    person.press("Continue")
    person.is_headed("Dashboard")
    person.visit("/analysis/denials/")
    person.fill(message=f"RequestID: {request},")
    person.press("Explain")
    person.is_headed("iam:CreateGroup was denied")
    person.visit(f"/analysis/denials/{decision}/")
    person.is_headed("iam:ListUsers was denied")
    person.sees("Identity-based policy must allow iam:ListUsers")


def test_from_an_empty_installation_to_a_refusal_explained(windows: Open):
    root = windows()
    roots_app = open_account(root)
    create_policy(root, "OwnCredentials", OWN_CREDENTIALS)
    create_group(root, "Engineers", "OwnCredentials")
    create_user(root, "dana", "Engineers")
    root.sign_out()

    dana = windows()
    app = sign_in_first(dana)
    dana.sign_out()
    sign_in_with_code(dana, app)
    request = run_program(dana.url, *own_key(dana))

    dana.visit("/iam/users/")
    dana.sees("You need iam:ListUsers")
    decision = dana.page.locator("[data-refused] p .mono").first.inner_text()
    read_why(root, roots_app, request, decision)


def test_without_scripts_a_user_is_made(windows: Open, account):
    root = windows(scripts=False)
    root.sign_in_as_root(account["email"], account["password"])
    root.is_headed("Dashboard")
    root.visit("/iam/users/")
    root.press("Create user")
    root.fill(UserName="not valid!")
    root.press("Create user")
    expect(root.page.locator("[name=UserName]")).to_have_attribute("aria-invalid", "true")
    root.fill(UserName="erin")
    root.page.get_by_label("Let this user sign in to the console").check()
    root.press("Create user")
    password = root.page.locator(".one-time .secret-value").all_inner_texts()[-1]

    erin = windows(scripts=False)
    erin.sign_in(account["alias"], "erin", password)
    erin.fill(new=OWN_PASSWORD, again=OWN_PASSWORD)
    erin.press("Set password and sign in")
    erin.is_headed("Dashboard")


def test_without_scripts_a_policy_is_made_attached_and_taken_away(windows: Open, account):
    root = windows(scripts=False)
    root.sign_in_as_root(account["email"], account["password"])
    root.visit("/iam/policies/create/")
    root.fill(
        PolicyName="OwnOnly",
        PolicyDocument='{"Version": "2012-10-17", "Statement": [{"Effect": "Sometimes"}]}',
    )
    root.press("Create policy")
    expect(root.page.get_by_role("alert")).to_be_visible()
    with root.page.expect_popup() as opened:
        root.button("Check in a new window").click()
    expect(opened.value.locator("main")).to_contain_text("IAM would refuse to save this")
    opened.value.close()
    root.fill(PolicyDocument=json.dumps(OWN_CREDENTIALS))
    root.press("Create policy")
    root.is_headed("OwnOnly")
    root.visit("/iam/groups/create/")
    root.fill(GroupName="Engineers")
    root.page.locator("[name=policy-q]").fill("OwnOnly")
    root.page.locator("#pick-policy").get_by_role("button", name="Search").click()
    expect(root.page.locator("[name=GroupName]")).to_have_value("Engineers")
    root.page.locator("#pick-policy").get_by_label("OwnOnly").check()
    root.press("Create group")
    root.is_headed("Engineers")
    root.visit("/iam/policies/own/OwnOnly/attached/")
    root.sees("Engineers")
    root.visit("/iam/policies/own/OwnOnly/delete/")
    root.sees("Engineers")
