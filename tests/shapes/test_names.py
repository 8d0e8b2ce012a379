import botocore
import pytest
from botocore import xform_name

from iam.shapes.names import dashes, kwargs, params, snake
from iam.shapes.spec import operation, operations

MEMBERS = sorted(
    {
        member
        for service in ("iam", "sts")
        for name in operations(service)
        for shape in (operation(name).input, operation(name).output)
        if shape
        for member in shape.members
    }
    | {name.partition(".")[2] for service in ("iam", "sts") for name in operations(service)}
)


def test_every_name_of_the_models_is_spelled_as_botocore_spells_it():
    assert botocore.__version__
    assert {name: snake(name) for name in MEMBERS} == {name: xform_name(name) for name in MEMBERS}
    assert {name: dashes(name) for name in MEMBERS} == {name: xform_name(name, "-") for name in MEMBERS}


def test_keywords_and_members_are_one_another_in_reverse():
    shape = operation("iam.CreateSAMLProvider").input
    given = {"SAMLMetadataDocument": "<x/>", "Name": "n"}
    assert kwargs(given) == {"saml_metadata_document": "<x/>", "name": "n"}
    assert params(shape, kwargs(given)) == given


def test_absent_keywords_are_left_out():
    assert params(operation("iam.CreateUser").input, {"user_name": "a", "path": None}) == {"UserName": "a"}


def test_a_keyword_without_a_member_is_a_mistake():
    with pytest.raises(TypeError, match="surname"):
        params(operation("iam.CreateUser").input, {"surname": "x"})
    with pytest.raises(TypeError, match="surname"):
        params(None, {"surname": "x"})
