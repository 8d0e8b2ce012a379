"""SAML providers: described by the metadata of the identity provider, with keys for encrypted assertions."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from accounts import vault
from iam import certificates, ids, quotas, tagging, targets, trusted_context
from iam.call import Call, Output, Tags
from iam.catalogue import operation
from iam.errors import InvalidInput, NoSuchEntity
from iam.federation import metadata
from iam.models import SamlPrivateKey, SamlProvider, fold

# AWS trusts metadata that names no end for a hundred years.
_CENTURY = timedelta(days=36_525)
_REQUIRED = "Required"
# What private keys are sealed for, each together with its id.
KEY_PURPOSE = "saml-private-key"


@operation(
    "iam.CreateSAMLProvider",
    target=targets.new("saml-provider", "name"),
    also=tagging.tag_on_create("iam:TagSAMLProvider"),
)
def create_saml_provider(
    call: Call,
    *,
    saml_metadata_document: str,
    name: str,
    tags: Tags = (),
    assertion_encryption_mode: str = "Allowed",
    add_private_key: str | None = None,
    context_provider: Mapping[str, Any] | None = None,
    identity_center_instance_arn: str | None = None,
) -> Output:
    """Register the identity provider that the metadata describes; nothing is fetched from it.

    Errors: EntityAlreadyExists (names differ by case only), LimitExceeded (providers, tags), InvalidInput (metadata,
    private key, encryption required without a key, tags, context provider, Identity Center instance).
    Source: IAM API Reference, CreateSAMLProvider; Metadata for SAML 2.0.
    """
    trusted_context.refuse_instance(identity_center_instance_arn)
    stored_tags = tagging.added((), tags, case_sensitive=True)
    valid_until = _sound_metadata(call, saml_metadata_document)
    quotas.take(call.account, "SAMLProviders")
    quotas.count(call.account, "Providers")
    provider = call.account.saml_providers.make(
        account=call.account,
        uuid=ids.opaque_id(),
        name=name,
        name_key=fold(name),
        metadata=saml_metadata_document,
        valid_until=valid_until,
        encryption_mode=assertion_encryption_mode,
        context_provider=trusted_context.sound(context_provider),
        tags=stored_tags,
        created_at=call.now,
    )
    if add_private_key is not None:
        _add_key(call, provider, add_private_key)
    _require_key_where_required(provider)
    return {"SAMLProviderArn": provider.arn, **({"Tags": stored_tags} if stored_tags else {})}


def _sound_metadata(call: Call, text: str) -> datetime:
    """Until when the metadata holds.  Errors: InvalidInput."""
    try:
        described = metadata.read(text)
    except metadata.MetadataError as fault:
        raise InvalidInput(f"Could not parse metadata: {fault}", member="SAMLMetadataDocument") from None
    if described.valid_until is None:
        return call.now + _CENTURY
    if described.valid_until <= call.now:
        raise InvalidInput("The metadata is no longer valid.", member="SAMLMetadataDocument")
    return described.valid_until


def _add_key(call: Call, provider: SamlProvider, pem: str) -> None:
    quotas.require_room(call.account, "PrivateKeysPerSAMLProvider", provider.private_keys.count())
    certificates.require_decryption_key(pem)
    key_id = ids.opaque_id()
    provider.private_keys.create(
        key_id=key_id,
        sealed_key=vault.seal(call.account, f"{KEY_PURPOSE} {key_id}", pem.encode()),
        created_at=call.now,
    )


def _require_key_where_required(provider: SamlProvider) -> None:
    if provider.encryption_mode == _REQUIRED and not provider.private_keys.exists():
        raise InvalidInput(
            "Encrypted assertions can be required only of a provider with a private key.",
            member="AssertionEncryptionMode",
        )


@operation("iam.GetSAMLProvider", target=targets.saml_provider(), reads=True)
def get_saml_provider(call: Call, *, provider: SamlProvider) -> Output:
    """Answer the provider with its metadata and the ids of its private keys.  Errors: NoSuchEntity, InvalidInput (ARN)."""
    context = provider.context_provider
    return {
        "SAMLProviderUUID": provider.uuid,
        "SAMLMetadataDocument": provider.metadata,
        "CreateDate": provider.created_at,
        "ValidUntil": provider.valid_until,
        "Tags": tagging.sorted_tags(provider.tags),
        "AssertionEncryptionMode": provider.encryption_mode,
        "PrivateKeyList": [_key_row(key) for key in provider.private_keys.order_by("pk")],
        **({"ContextProvider": context} if context else {}),
    }


def _key_row(key: SamlPrivateKey) -> dict[str, Any]:
    return {"KeyId": key.key_id, "Timestamp": key.created_at}


@operation("iam.ListSAMLProviders", target=targets.every("saml-provider"), reads=True)
def list_saml_providers(call: Call) -> Output:
    """List all providers by name, without their metadata."""
    rows = call.account.saml_providers.defer("metadata").order_by("name_key")
    return {"SAMLProviderList": [_row(call, row) for row in rows]}


def _row(call: Call, provider: SamlProvider) -> dict[str, Any]:
    provider.account = call.account
    propagates = {"IsTrustedIdentityPropagationEnabled": True} if provider.context_provider else {}
    return {
        "Arn": provider.arn,
        "ValidUntil": provider.valid_until,
        "CreateDate": provider.created_at,
        **propagates,
    }


@operation("iam.UpdateSAMLProvider", target=targets.saml_provider())
def update_saml_provider(
    call: Call,
    *,
    provider: SamlProvider,
    saml_metadata_document: str | None = None,
    assertion_encryption_mode: str | None = None,
    add_private_key: str | None = None,
    remove_private_key: str | None = None,
    context_provider: Mapping[str, Any] | None = None,
    identity_center_instance_arn: str | None = None,
    remove_context_provider: bool = False,
    remove_identity_center_instance: bool = False,
) -> Output:
    """Change what is given; the rest stays.  Sessions begun before go on.

    Errors: NoSuchEntity (provider, private key), LimitExceeded (private keys), InvalidInput (metadata, private key,
    encryption required without a key, context provider together with anything else, Identity Center instance, ARN).
    Source: IAM API Reference, UpdateSAMLProvider.
    """
    trusted_context.refuse_instance(identity_center_instance_arn)
    described = (saml_metadata_document, assertion_encryption_mode, add_private_key, remove_private_key)
    if (context_provider is not None or remove_context_provider) and any(described):
        raise InvalidInput(
            "A request changes either the context provider or the metadata.", member=trusted_context.MEMBER
        )
    provider.context_provider = trusted_context.changed(
        provider.context_provider, context_provider, remove=remove_context_provider
    )
    if saml_metadata_document is not None:
        provider.valid_until = _sound_metadata(call, saml_metadata_document)
        provider.metadata = saml_metadata_document
    provider.encryption_mode = assertion_encryption_mode or provider.encryption_mode
    _change_keys(call, provider, add=add_private_key, remove=remove_private_key)
    provider.save(update_fields=["metadata", "valid_until", "encryption_mode", "context_provider"])
    return {"SAMLProviderArn": provider.arn}


def _change_keys(call: Call, provider: SamlProvider, *, add: str | None, remove: str | None) -> None:
    if remove is not None and not provider.private_keys.filter(key_id=remove).delete()[0]:
        raise NoSuchEntity(f"The private key with id {remove} cannot be found.", member="RemovePrivateKey")
    if add is not None:
        _add_key(call, provider, add)
    _require_key_where_required(provider)


@operation("iam.DeleteSAMLProvider", target=targets.saml_provider())
def delete_saml_provider(call: Call, *, provider: SamlProvider) -> None:
    """Forget the provider with its keys; roles that trust it can no longer be assumed through it.

    Errors: NoSuchEntity, InvalidInput (ARN).
    """
    provider.delete()
    quotas.give_back(call.account, "SAMLProviders")
    quotas.give_back(call.account, "Providers")
