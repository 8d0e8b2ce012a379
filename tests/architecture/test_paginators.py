"""Every list that comes in pages, walked through boto3 one item a page: all is there, in the order of one big page.

Each list has two items at least, so that there is a page to turn to.
"""

from collections.abc import Iterator
from typing import Any

import botocore.session
import pytest

from iam import catalogue
from iam.models import Job
from iam.shapes import names
from iam.tasks import run_job
from tests import world as cast
from tests.architecture import samples
from tests.boto import boto_of
from tests.certificates import certificate, ec_key, pem_of
from tests.operations.sts import Device

PAGED = {name for name, op in catalogue.offered().items() if name.startswith("iam.") and op.paged}
WITH_PAGINATOR = {
    f"iam.{name}" for name in botocore.session.get_session().get_paginator_model("iam")._paginator_config
}
# One refuses everybody, one lets nobody say how large a page is to be.
NOT_WALKED = {"iam.GetOrganizationsAccessReport", "iam.ListPoliciesGrantingServiceAccess"}
BY_HAND = sorted(PAGED - WITH_PAGINATOR - NOT_WALKED)
# An account has one alias at most.
LONE = {"iam.ListAccountAliases"}
TAGS = [{"Key": "one", "Value": "1"}, {"Key": "two", "Value": "2"}]
# AWS's own policies are over a thousand: their list is walked as far as this page.
MOST = 20


def test_every_paginator_of_botocore_is_of_an_operation_that_is_paged():
    assert WITH_PAGINATOR <= PAGED


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_list_is_whole_and_in_order_in_pages_of_one():
    world = cast.build()
    things = crowded(world)
    client = boto_of(world.alice).iam
    given = {name: parameters(client, name, things) for name in PAGED - NOT_WALKED}
    wrong = {
        name: found
        for name in sorted(WITH_PAGINATOR)
        if (found := differs(name, by_paginator(client, name, given[name])))
    } | {name: found for name in BY_HAND if (found := differs(name, by_hand(client, name, given[name])))}
    assert wrong == {}


Pages = list[dict[str, list[Any]]]


def differs(name: str, walked: tuple[Pages, Pages]) -> str:
    """What is wrong with the small pages beside the big one; nothing if all is well."""
    small, large = walked
    sizes = [sum(map(len, page.values())) for page in small]
    if max(sizes) > 1:
        return f"more than one item on a page: {sizes}"
    if sum(sizes) < 2 and name not in LONE:
        return f"no second page: {sizes}"
    return "" if joined(small) == joined(large) else f"{joined(small)} is not {joined(large)}"


def joined(pages: Pages) -> dict[str, list[Any]]:
    return {key: [item for page in pages for item in page[key]] for key in pages[0]}


def by_paginator(client: Any, name: str, given: dict[str, Any]) -> tuple[Pages, Pages]:
    paginator = client.get_paginator(names.snake(name.partition(".")[2]))
    keys = [key.expression for key in paginator.result_keys]

    def pages(**size: int) -> Pages:
        walked = paginator.paginate(**given, PaginationConfig={"MaxItems": MOST, **size})
        return [{key: page[key] for key in keys} for page in walked]

    return pages(PageSize=1), pages()


def by_hand(client: Any, name: str, given: dict[str, Any]) -> tuple[Pages, Pages]:
    call = getattr(client, names.snake(name.partition(".")[2]))

    def pages(**size: int) -> Iterator[dict[str, list[Any]]]:
        marker: dict[str, str] = {}
        while True:
            answer = call(**given, **size, **marker)
            yield {key: value for key, value in answer.items() if isinstance(value, list)}
            assert answer["IsTruncated"] is ("Marker" in answer)
            if not answer["IsTruncated"]:
                return
            marker = {"Marker": answer["Marker"]}

    return list(pages(MaxItems=1)), list(pages())


def parameters(client: Any, name: str, things: samples.Things) -> dict[str, Any]:
    given = samples.params(catalogue.offered()[name], things)
    if "PolicyInputList" in given:
        given["PolicyInputList"] = [samples.DOCUMENT]
    if "ActionNames" in given:
        given["ActionNames"] = ["s3:GetObject", "s3:PutObject"]
    if "ServiceNamespace" in given:
        given |= {"ServiceNamespace": "s3", "JobId": _report(client, things.named["PolicyArn"])}
    elif "JobId" in given:
        given["JobId"] = _report(client, client.get_user()["User"]["Arn"])
    return given


def _report(client: Any, arn: str) -> str:
    job_id = client.generate_service_last_accessed_details(Arn=arn)["JobId"]
    for job in Job.objects.open():
        run_job(job.pk)
    return str(job_id)


def crowded(world: cast.World) -> samples.Things:
    """One of each thing an account can hold, and another one beside it."""
    things = samples.things(world)
    root, named = world.root, things.named
    thing = {"UserName": "thing"}
    root.iam("CreateUser", UserName="other")
    root.iam("CreateGroup", GroupName="others")
    root.iam("AddUserToGroup", UserName="other", GroupName="things")
    root.iam("AddUserToGroup", UserName="thing", GroupName="others")
    root.iam("CreateRole", RoleName="other", AssumeRolePolicyDocument=named["AssumeRolePolicyDocument"])
    second = root.iam("CreatePolicy", PolicyName="other", PolicyDocument=samples.DOCUMENT)["Policy"]["Arn"]
    root.iam("CreatePolicyVersion", PolicyArn=named["PolicyArn"], PolicyDocument=samples.DOCUMENT)
    for kind, name in (("User", "thing"), ("Group", "things"), ("Role", "thing-role")):
        owner = {f"{kind}Name": name}
        root.iam(f"Put{kind}Policy", **owner, PolicyName="other", PolicyDocument=samples.DOCUMENT)
        for policy in (named["PolicyArn"], second):
            root.iam(f"Attach{kind}Policy", **owner, PolicyArn=policy)
    root.iam("AttachUserPolicy", UserName="other", PolicyArn=named["PolicyArn"])
    root.iam("CreateAccessKey", **thing)
    root.iam("CreateInstanceProfile", InstanceProfileName="other")
    root.iam("AddRoleToInstanceProfile", InstanceProfileName="other", RoleName="thing-role")
    root.iam("CreateServiceSpecificCredential", **thing, ServiceName=named["ServiceName"])
    root.iam("UploadSSHPublicKey", **thing, SSHPublicKeyBody=samples.SSH_KEYS[1])
    parts = {"CertificateBody": certificate("other"), "PrivateKey": pem_of(ec_key("other"))}
    root.iam("UploadServerCertificate", ServerCertificateName="other", **parts)
    root.iam("UploadSigningCertificate", **thing, CertificateBody=parts["CertificateBody"])
    for device in ("first", "second"):
        Device(world, cast.actor(world.account, "thing"), device)
    for name in sorted(catalogue.offered()):
        if name.startswith("iam.Tag"):
            root.run(name, **samples.params(catalogue.offered()[name], things) | {"Tags": TAGS})
    return things
