"""OpenID Connect providers: registered by address, with the client ids and thumbprints that are trusted."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from iam import quotas, tagging, targets, trusted_context
from iam.call import Call, Output, Params, Tags, Target
from iam.catalogue import operation
from iam.errors import InvalidInput, LimitExceeded, ValidationError
from iam.models import OpenIdProvider
from iam.models.providers import url_key

_SCHEME = "https://"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_ADDRESS = re.compile(rf"{_LABEL}(?:\.{_LABEL})*(?::[0-9]{{1,5}})?(?:/[A-Za-z0-9._~!$&'()*+,;=:@%/-]*)?")
_THUMBPRINT = re.compile(r"[0-9A-Fa-f]{40}")
_MOST_THUMBPRINTS = 5


def _provider_to_be(call: Call, params: Params, lock: bool) -> Target:
    """The ARN that the provider will have.  Errors: ValidationError (address)."""
    return Target(arn=f"arn:aws:iam::{call.account.number}:oidc-provider/{_address(params['url'])}")


def _address(url: str) -> str:
    """The address without its scheme; neither query nor fragment nor credentials may be in it."""
    address = url.removeprefix(_SCHEME)
    if not url.startswith(_SCHEME) or not _ADDRESS.fullmatch(address):
        raise ValidationError("Invalid Open ID Connect Provider URL", member="Url")
    return address


@operation(
    "iam.CreateOpenIDConnectProvider",
    target=_provider_to_be,
    also=tagging.tag_on_create("iam:TagOpenIDConnectProvider"),
)
def create_open_id_connect_provider(
    call: Call,
    *,
    url: str,
    client_id_list: Sequence[str] = (),
    thumbprint_list: Sequence[str] = (),
    tags: Tags = (),
    context_provider: Mapping[str, Any] | None = None,
    identity_center_instance_arn: str | None = None,
) -> Output:
    """Register the issuer of an address; nothing is fetched from it, also where no thumbprint is given.

    Errors: EntityAlreadyExists, LimitExceeded (providers, client ids, tags), InvalidInput (thumbprints, tags, context
    provider, Identity Center instance), ValidationError (address).
    Source: IAM API Reference, CreateOpenIDConnectProvider; OpenID Connect Discovery 1.0, section 3 (issuer).
    """
    trusted_context.refuse_instance(identity_center_instance_arn)
    stored = {
        "client_ids": _sound_client_ids(call, client_id_list),
        "thumbprints": _sound_thumbprints(thumbprint_list),
        "context_provider": trusted_context.sound(context_provider),
        "tags": tagging.added((), tags, case_sensitive=True),
    }
    quotas.take(call.account, "OpenIdConnectProviders")
    quotas.count(call.account, "Providers")
    address = _address(url)
    provider = call.account.oidc_providers.make(
        account=call.account, url=address, url_key=url_key(address), created_at=call.now, **stored
    )
    return {"OpenIDConnectProviderArn": provider.arn, **({"Tags": stored["tags"]} if tags else {})}


def _sound_client_ids(call: Call, client_ids: Sequence[str]) -> list[str]:
    """Each client id once, in the order given.  Errors: LimitExceeded."""
    distinct = list(dict.fromkeys(client_ids))
    allowed = quotas.limit(call.account, "ClientIdsPerOpenIdConnectProvider")
    if len(distinct) > allowed:
        raise LimitExceeded(f"Cannot exceed quota for ClientIdsPerOpenIdConnectProvider: {allowed}")
    return distinct


def _sound_thumbprints(thumbprints: Sequence[str]) -> list[str]:
    if len(thumbprints) > _MOST_THUMBPRINTS:
        raise InvalidInput("Thumbprint list must contain fewer than 5 entries.", member="ThumbprintList")
    for thumbprint in thumbprints:
        if not _THUMBPRINT.fullmatch(thumbprint):
            raise InvalidInput(f"Thumbprint {thumbprint} is not hexadecimal.", member="ThumbprintList")
    return list(thumbprints)


@operation("iam.GetOpenIDConnectProvider", target=targets.oidc_provider(), reads=True)
def get_open_id_connect_provider(call: Call, *, provider: OpenIdProvider) -> Output:
    """Answer the provider, its address without the scheme.  Errors: NoSuchEntity, InvalidInput (ARN)."""
    context = provider.context_provider
    return {
        "Url": provider.url,
        "ClientIDList": provider.client_ids,
        "ThumbprintList": provider.thumbprints,
        "CreateDate": provider.created_at,
        "Tags": tagging.sorted_tags(provider.tags),
        **({"ContextProvider": context} if context else {}),
    }


@operation("iam.ListOpenIDConnectProviders", target=targets.every("oidc-provider"), reads=True)
def list_open_id_connect_providers(call: Call) -> Output:
    """List all providers by address."""
    rows = call.account.oidc_providers.order_by("url_key")
    return {"OpenIDConnectProviderList": [_row(call, row) for row in rows]}


def _row(call: Call, provider: OpenIdProvider) -> dict[str, Any]:
    provider.account = call.account
    propagates = {"IsTrustedIdentityPropagationEnabled": True} if provider.context_provider else {}
    return {"Arn": provider.arn, **propagates}


@operation("iam.AddClientIDToOpenIDConnectProvider", target=targets.oidc_provider())
def add_client_id_to_open_id_connect_provider(
    call: Call, *, provider: OpenIdProvider, client_id: str
) -> None:
    """Trust tokens made for this client too; adding it once more changes nothing.

    Errors: NoSuchEntity, LimitExceeded (client ids), InvalidInput (ARN).
    """
    provider.client_ids = _sound_client_ids(call, [*provider.client_ids, client_id])
    provider.save(update_fields=["client_ids"])


@operation("iam.RemoveClientIDFromOpenIDConnectProvider", target=targets.oidc_provider())
def remove_client_id_from_open_id_connect_provider(
    call: Call, *, provider: OpenIdProvider, client_id: str
) -> None:
    """Trust tokens made for this client no more; one that is not there is no fault.

    Errors: NoSuchEntity, InvalidInput (ARN).
    """
    provider.client_ids = [present for present in provider.client_ids if present != client_id]
    provider.save(update_fields=["client_ids"])


@operation("iam.UpdateOpenIDConnectProviderThumbprint", target=targets.oidc_provider())
def update_open_id_connect_provider_thumbprint(
    call: Call, *, provider: OpenIdProvider, thumbprint_list: Sequence[str]
) -> None:
    """Replace the whole list of thumbprints.  Errors: NoSuchEntity, InvalidInput (thumbprints, ARN)."""
    provider.thumbprints = _sound_thumbprints(thumbprint_list)
    provider.save(update_fields=["thumbprints"])


@operation("iam.UpdateOpenIDConnectProvider", target=targets.oidc_provider())
def update_open_id_connect_provider(
    call: Call,
    *,
    provider: OpenIdProvider,
    context_provider: Mapping[str, Any] | None = None,
    identity_center_instance_arn: str | None = None,
    remove_context_provider: bool = False,
    remove_identity_center_instance: bool = False,
) -> Output:
    """Replace or remove the context provider; there is never an instance to disassociate.

    Errors: NoSuchEntity, InvalidInput (given and removed at once; context provider; Identity Center instance; ARN).
    """
    trusted_context.refuse_instance(identity_center_instance_arn)
    provider.context_provider = trusted_context.changed(
        provider.context_provider, context_provider, remove=remove_context_provider
    )
    provider.save(update_fields=["context_provider"])
    return {}


@operation(
    "iam.DeleteOpenIDConnectProvider",
    target=targets.oidc_provider(missing="OpenId connect Provider {} cannot be found."),
)
def delete_open_id_connect_provider(call: Call, *, provider: OpenIdProvider) -> None:
    """Forget the provider; roles that trust it can no longer be assumed through it.

    Errors: NoSuchEntity (a second time too), InvalidInput (ARN).
    """
    provider.delete()
    quotas.give_back(call.account, "OpenIdConnectProviders")
    quotas.give_back(call.account, "Providers")
