"""The example of docs/clients.md for console access, run as it stands against a served product."""

import json
import os
import re
import subprocess
import sys
from http.cookiejar import CookieJar
from typing import Any
from urllib.request import HTTPCookieProcessor, build_opener

import boto3
from botocore.config import Config

from tests.e2e import serving

PAGE = (serving.ROOT / "docs" / "clients.md").read_text()
EXAMPLE = re.findall(r"```python\n(import json\n.*?)```", PAGE, re.DOTALL)[0]


def broker(product: serving.Installation, account: dict[str, Any]) -> dict[str, str]:
    """A program that may take the role `auditor`; its credentials as variables."""
    iam = boto3.client(
        "iam",
        endpoint_url=product.url,
        region_name="us-east-1",
        aws_access_key_id=account["access_key_id"],
        aws_secret_access_key=account["secret_access_key"],
        config=Config(retries={"max_attempts": 0}),
    )

    def policy(**statement: Any) -> str:
        return json.dumps({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", **statement}]})

    user = iam.create_user(UserName="broker")["User"]["Arn"]
    trust = policy(Principal={"AWS": user}, Action="sts:AssumeRole")
    iam.create_role(RoleName="auditor", AssumeRolePolicyDocument=trust)
    reads = policy(Action=["iam:Get*", "iam:List*"], Resource="*")
    iam.put_role_policy(RoleName="auditor", PolicyName="reads", PolicyDocument=reads)
    takes = policy(Action="sts:AssumeRole", Resource="*")
    iam.put_user_policy(UserName="broker", PolicyName="takes", PolicyDocument=takes)
    key = iam.create_access_key(UserName="broker")["AccessKey"]
    return {"AWS_ACCESS_KEY_ID": key["AccessKeyId"], "AWS_SECRET_ACCESS_KEY": key["SecretAccessKey"]}


def test_the_example_signs_a_browser_in_as_the_role(product: serving.Installation, account):
    program = EXAMPLE.replace("https://iam.example.org", product.url)
    program = program.replace("111122223333", account["account_id"])
    environment = {**os.environ, **broker(product, account)}
    run = subprocess.run(  # noqa: S603  # the example of our own page
        [sys.executable, "-c", program],
        env=environment,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert run.returncode == 0, run.stderr
    address = run.stdout.strip()
    browser = build_opener(HTTPCookieProcessor(CookieJar()))
    with browser.open(address) as page:
        assert page.url == f"{product.url}/iam/users/"
        shown = page.read().decode()
    assert "auditor/dana" in shown
    assert "broker" in shown
    assert "SigninToken" not in product.said_since()
