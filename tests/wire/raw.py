"""Raw requests to the API, and what its errors say."""

from xml.etree import ElementTree

import pytest
from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials
from botocore.exceptions import ClientError

from tests.boto import ENDPOINT, send

IAM = "2010-05-08"
STS = "2011-06-15"


def signed(boto, body, *, service="iam", headers=None, url=f"{ENDPOINT}/", method="POST"):
    """A raw answer to a request that botocore signed."""
    given = {"Content-Type": "application/x-www-form-urlencoded; charset=utf-8", **(headers or {})}
    request = AWSRequest(method=method, url=url, data=body, headers=given)
    SigV4Auth(Credentials(boto.key_id, boto.secret, boto.token), service, "us-east-1").add_auth(request)
    return send(method, url, {**dict(request.headers.items())}, body)


def error_of(response):
    """Code and message of an error in the form of the Query protocol, once it is found to have that form."""
    assert response["Content-Type"] == "text/xml; charset=utf-8"
    root = ElementTree.fromstring(response.content)  # noqa: S314  # our own answer
    namespace = root.tag.partition("}")[0][1:]
    assert namespace in {
        "https://iam.amazonaws.com/doc/2010-05-08/",
        "https://sts.amazonaws.com/doc/2011-06-15/",
    }
    assert root.tag.endswith("ErrorResponse")
    assert root.findtext("{*}RequestId") == response["x-amzn-RequestId"]
    assert root.findtext("{*}Error/{*}Type") == ("Receiver" if response.status_code >= 500 else "Sender")
    return root.findtext("{*}Error/{*}Code"), root.findtext("{*}Error/{*}Message")


def refusal(call, *args, **kwargs):
    with pytest.raises(ClientError) as caught:
        call(*args, **kwargs)
    response = caught.value.response
    return response["Error"]["Code"], response["ResponseMetadata"]["HTTPStatusCode"]
