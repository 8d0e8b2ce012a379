"""What the steps of all families need: documents, certificates, names, and how a list is turned page by page."""

import json
from typing import Any

from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from tests.certificates import certificate, ec_key, pem_of, rsa_key, saml_metadata
from tests.parity.sides import Side

READ_ONLY = "arn:aws:iam::aws:policy/ReadOnlyAccess"
NOTHING = "arn:aws:iam::aws:policy/NoSuchPolicy"
PUBLIC = rsa_key().public_key().public_bytes(Encoding.OpenSSH, PublicFormat.OpenSSH).decode()
BODY, KEY = certificate("parity", days=3650), pem_of(ec_key("parity"))
METADATA = saml_metadata()


def document(*actions: str, resource: str = "*") -> str:
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trust(side: Side) -> str:
    principal = {"AWS": f"arn:aws:iam::{side.number}:root"}
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


DOCUMENT = document("s3:GetObject")


def paged(side: Side, name: str, **params: Any) -> None:
    """The first page of one of a list, and the next."""
    first = side.page(name, **params, MaxItems=1)
    side.page(name, **params, MaxItems=1, **({"Marker": first["Marker"]} if "Marker" in first else {}))


def policy_arn(side: Side, name: str = "releases", path: str = "/works/") -> str:
    return f"arn:aws:iam::{side.number}:policy{path}{name}"
