"""Every paginator of an offered operation walks through boto3 in pages of one, and finds what one big page shows."""

from typing import Any

import botocore.session
import pytest

from iam import catalogue
from iam.shapes import names
from tests import world as cast
from tests.architecture import samples
from tests.boto import boto_of

PAGINATORS = [
    f"iam.{name}"
    for name in botocore.session.get_session().get_paginator_model("iam")._paginator_config
    if f"iam.{name}" in catalogue.offered()
]


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_every_paginator_walks_pages_of_one():
    world = cast.build()
    things = samples.things(world)
    client = boto_of(world.alice).iam
    wrong = {name: found for name in PAGINATORS if (found := _differs(client, name, things))}
    assert wrong == {}


def _differs(client: Any, name: str, things: samples.Things) -> list[str]:
    given = samples.params(catalogue.offered()[name], things)
    if "PolicyInputList" in given:
        given["PolicyInputList"] = [samples.DOCUMENT]
    if "ActionNames" in given:
        given["ActionNames"] = ["s3:GetObject", "s3:PutObject"]
    paginator = client.get_paginator(names.snake(name.partition(".")[2]))
    # AWS's own policies are over a thousand: their list is walked as far as its hundredth page.
    pages = {"PageSize": 1, "MaxItems": 100}
    small = paginator.paginate(**given, PaginationConfig=pages).build_full_result()
    large = paginator.paginate(**given, PaginationConfig={"MaxItems": 100}).build_full_result()
    keys = [key.expression for key in paginator.result_keys]
    return [key for key in keys if small.get(key) != large.get(key)]
