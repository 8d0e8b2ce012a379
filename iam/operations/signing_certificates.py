"""Signing certificates of IAM users and of root: uploaded, switched on and off, deleted."""

from typing import Any

from accounts.models import Identity
from iam import certificates, describe, ids, quotas, targets
from iam.call import Call, Output, Page
from iam.catalogue import operation
from iam.errors import InvalidInput, NoSuchEntity
from iam.models import KeyStatus, SigningCertificate


@operation("iam.UploadSigningCertificate", target=targets.owner())
def upload_signing_certificate(call: Call, *, owner: Identity, certificate_body: str) -> Output:
    """Keep a certificate that is in force as an active one of the user.

    Errors: NoSuchEntity, MalformedCertificate (cannot be read; outside its time), LimitExceeded (certificates per user,
    inactive ones included), DuplicateCertificate (somebody in the account has it), ValidationError (no name given by a
    role or federated session).
    Source: IAM API Reference, UploadSigningCertificate.
    """
    refusal = f"Certificate {certificate_body} is malformed."
    certificate = certificates.read(certificate_body, refusal=refusal)
    certificates.require_current(certificate, call.now, refusal=refusal)
    quotas.require_room(
        call.account,
        "SigningCertificatesPerUser",
        owner.signing_certificates.count(),
        shown="CertificatesPerUser",
    )
    row = call.account.signing_certificates.make(
        account=call.account,
        identity=owner,
        certificate_id=ids.opaque_id(),
        body=certificate_body,
        fingerprint=certificates.fingerprint(certificate),
        uploaded_at=call.now,
    )
    return {"Certificate": _row(owner, row)}


@operation("iam.ListSigningCertificates", target=targets.owner(), reads=True)
def list_signing_certificates(call: Call, *, owner: Identity, page: Page) -> Output:
    """List the certificates, oldest first.

    Errors: NoSuchEntity, ValidationError (marker; no name given by a role or federated session).
    """
    rows = owner.signing_certificates.all()
    return page.of("Certificates", rows, key="pk", row=lambda row: _row(owner, row))


@operation("iam.UpdateSigningCertificate", target=targets.owner())
def update_signing_certificate(call: Call, *, owner: Identity, certificate_id: str, status: str) -> None:
    """Switch the certificate on or off.

    Errors: NoSuchEntity (user, certificate), InvalidInput (Expired, a status that only AWS gives), ValidationError (no
    name given by a role or federated session).
    """
    if status not in KeyStatus.values:
        raise InvalidInput("A certificate can be made Active or Inactive.", member="Status")
    row = _certificate(owner, certificate_id)
    row.status = status
    row.save(update_fields=["status"])


@operation("iam.DeleteSigningCertificate", target=targets.owner())
def delete_signing_certificate(call: Call, *, owner: Identity, certificate_id: str) -> None:
    """Forget the certificate.

    Errors: NoSuchEntity (user, certificate), ValidationError (no name given by a role or federated session).
    """
    _certificate(owner, certificate_id).delete()


def _certificate(owner: Identity, certificate_id: str) -> SigningCertificate:
    row = owner.signing_certificates.filter(certificate_id=certificate_id).first()
    if row is None:
        raise NoSuchEntity(
            f"The Certificate with id {certificate_id} cannot be found.", member="CertificateId"
        )
    return row


def _row(owner: Identity, row: SigningCertificate) -> dict[str, Any]:
    return {
        "UserName": describe.owner_name(owner),
        "CertificateId": row.certificate_id,
        "CertificateBody": row.body,
        "Status": row.status,
        "UploadDate": row.uploaded_at,
    }
