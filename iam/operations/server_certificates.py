"""Server certificates: uploaded with their private key, which never comes back; read, renamed, deleted."""

from typing import Any

from accounts import vault
from iam import certificates, quotas, tagging, targets
from iam.authorize import Check
from iam.call import Call, Output, Page, Params, Tags, Target
from iam.catalogue import operation, target_keys
from iam.ids import unique_id
from iam.models import ServerCertificate, fold
from iam.models.scoped import arn

# What private keys are sealed for, each together with its certificate's id.
KEY_PURPOSE = "server-certificate-key"


@operation(
    "iam.UploadServerCertificate",
    target=targets.new("server-certificate"),
    also=tagging.tag_on_create("iam:TagServerCertificate"),
)
def upload_server_certificate(
    call: Call,
    *,
    server_certificate_name: str,
    certificate_body: str,
    private_key: str,
    path: str = "/",
    certificate_chain: str = "",
    tags: Tags = (),
) -> Output:
    """Keep a certificate that is in force, with the private key that belongs to it.

    Errors: EntityAlreadyExists (names differ by case only), MalformedCertificate (certificate, chain or key cannot be
    read; outside its time; a chain out of order), KeyPairMismatch, LimitExceeded (certificates, tags), InvalidInput
    (tags).
    Source: IAM API Reference, UploadServerCertificate; IAM User Guide, managing server certificates.
    """
    stored_tags = tagging.added((), tags, case_sensitive=True)
    certificate = certificates.read(certificate_body)
    certificates.require_current(certificate, call.now)
    certificates.require_pair(certificate, private_key)
    if certificate_chain:
        certificates.require_chain(certificate, certificate_chain)
    certificate_id = unique_id("ASCA")
    row = ServerCertificate.make(
        quotas.room(call.account, "ServerCertificates"),
        account=call.account,
        unique_id=certificate_id,
        name=server_certificate_name,
        name_key=fold(server_certificate_name),
        path=path,
        created_at=call.now,
        body=certificate_body.strip(),
        chain=certificate_chain.strip(),
        sealed_private_key=vault.seal(call.account, f"{KEY_PURPOSE} {certificate_id}", private_key.encode()),
        expires_at=certificate.not_valid_after_utc,
        tags=stored_tags,
    )
    return {"ServerCertificateMetadata": _row(row), **({"Tags": stored_tags} if stored_tags else {})}


@operation("iam.GetServerCertificate", target=targets.server_certificate(), reads=True)
def get_server_certificate(call: Call, *, server_certificate: ServerCertificate) -> Output:
    """Answer certificate and chain as uploaded, without blanks around them and the private key.  Errors: NoSuchEntity."""
    chain = server_certificate.chain
    return {
        "ServerCertificate": {
            "ServerCertificateMetadata": _row(server_certificate),
            "CertificateBody": server_certificate.body,
            **({"CertificateChain": chain} if chain else {}),
            "Tags": tagging.sorted_tags(server_certificate.tags),
        }
    }


@operation("iam.ListServerCertificates", target=targets.path("server-certificate"), reads=True)
def list_server_certificates(call: Call, *, page: Page, path_prefix: str = "/") -> Output:
    """List certificates by name, with the ends of their time and without their texts.  Errors: ValidationError (marker)."""
    rows = call.account.server_certificates.defer("body", "chain", "sealed_private_key").under(path_prefix)
    related = rows.select_related("account")
    return page.of("ServerCertificateMetadataList", related, key="name_key", row=_row)


def _row(certificate: ServerCertificate) -> dict[str, Any]:
    return {
        "Path": certificate.path,
        "ServerCertificateName": certificate.name,
        "ServerCertificateId": certificate.unique_id,
        "Arn": certificate.arn,
        "UploadDate": certificate.created_at,
        "Expiration": certificate.expires_at,
    }


def _new_place(call: Call, target: Target, params: Params) -> list[Check]:
    """Renaming needs the permission on the new ARN as well as on the old one."""
    row = target.entity
    if not isinstance(row, ServerCertificate) or not params.keys() & {
        "new_path",
        "new_server_certificate_name",
    }:
        return []
    path, name = params.get("new_path", row.path), params.get("new_server_certificate_name", row.name)
    new_arn = arn(call.account.number, "server-certificate", path, name)
    return [Check("iam:UpdateServerCertificate", new_arn, target_keys("iam:UpdateServerCertificate", target))]


@operation("iam.UpdateServerCertificate", target=targets.server_certificate(), also=_new_place)
def update_server_certificate(
    call: Call,
    *,
    server_certificate: ServerCertificate,
    new_path: str | None = None,
    new_server_certificate_name: str | None = None,
) -> None:
    """Give the certificate another name or path; its id stays.  Errors: NoSuchEntity, EntityAlreadyExists."""
    server_certificate.move(
        path=new_path or server_certificate.path,
        name=new_server_certificate_name or server_certificate.name,
    )


@operation("iam.DeleteServerCertificate", target=targets.server_certificate())
def delete_server_certificate(call: Call, *, server_certificate: ServerCertificate) -> None:
    """Forget the certificate with its private key.  Errors: NoSuchEntity."""
    server_certificate.delete()
    quotas.give_back(call.account, "ServerCertificates")
