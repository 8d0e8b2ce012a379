"""Whole addresses of this installation, as pages tell them to people: by the setting, never by what a request says."""

from django.conf import settings
from django.urls import reverse

from accounts.models import Identity


def public(path: str = "") -> str:
    """The path below the public address, or that address."""
    return f"{settings.PUBLIC_URL.rstrip('/')}{path}"


def sign_in(account: str) -> str:
    """Where the users of the account of that number or alias sign in."""
    return public(reverse("signin-account", args=[account]))


def sign_in_page(identity: Identity) -> str:
    """Where that person signs in, from here: the page of a user's account, or that of root users."""
    if identity.is_root:
        return f"{reverse('signin')}?as=root"
    return reverse("signin-account", args=[identity.account.sign_in_name])
