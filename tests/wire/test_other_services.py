"""A client of another service gets a refusal it can read, in that service's protocol: programs that audit try many."""

import pytest
from botocore.exceptions import ClientError

from tests import boto

ELSEWHERE = (
    "This address serves IAM and STS, not {}. Set AWS_ENDPOINT_URL_IAM and AWS_ENDPOINT_URL_STS in place of "
    "AWS_ENDPOINT_URL where a program speaks to other services too."
)
# One call for each way in which services of AWS are spoken to, and what auditors try first.
CALLS = [
    ("ec2", "describe_regions", {}, "ec2", "InvalidAction"),
    ("rds", "describe_db_instances", {}, "query", "InvalidAction"),
    ("sns", "list_topics", {}, "query", "InvalidAction"),
    ("organizations", "describe_organization", {}, "json", "UnknownOperationException"),
    ("dynamodb", "list_tables", {}, "json", "UnknownOperationException"),
    ("sqs", "list_queues", {}, "json", "UnknownOperationException"),
    ("cloudtrail", "describe_trails", {}, "json", "UnknownOperationException"),
    ("kms", "list_keys", {}, "json", "UnknownOperationException"),
    ("lambda", "list_functions", {}, "rest-json", "UnknownOperationException"),
    ("accessanalyzer", "list_analyzers", {}, "rest-json", "UnknownOperationException"),
    ("account", "get_contact_information", {}, "rest-json", "UnknownOperationException"),
    ("s3", "list_buckets", {}, "rest-xml", "UnknownOperationException"),
    ("s3", "get_bucket_acl", {"Bucket": "bucket"}, "rest-xml", "UnknownOperationException"),
    ("s3", "head_bucket", {"Bucket": "bucket"}, "rest-xml", "404"),
    ("route53", "list_hosted_zones", {}, "rest-xml", "UnknownOperationException"),
    ("cloudfront", "list_distributions", {}, "rest-xml", "UnknownOperationException"),
]


@pytest.mark.parametrize(("service", "call", "given", "protocol", "code"), CALLS)
def test_another_service_is_refused_in_its_own_protocol(service, call, given, protocol, code):
    client = boto.client(service, "AKIAIOSFODNN7EXAMPLE", "unused", None, "us-east-1")
    assert client.meta.service_model.resolved_protocol == protocol
    with pytest.raises(ClientError) as told:
        getattr(client, call)(**given)
    answer = told.value.response
    assert answer["Error"]["Code"] == code
    if call != "head_bucket":  # which has no body
        assert answer["Error"]["Message"] == ELSEWHERE.format(client.meta.service_model.signing_name)
    assert answer["ResponseMetadata"]["HTTPStatusCode"] in (400, 404)
    assert "html" not in answer["ResponseMetadata"]["HTTPHeaders"]["content-type"]
    assert answer["ResponseMetadata"]["HTTPHeaders"]["x-amzn-requestid"]
