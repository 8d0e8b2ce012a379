"""How the account lets people sign in: by passkey alone, and with which kind of device as its root user."""

from iam import targets
from iam.call import Call, Output
from iam.catalogue import asks, operation


@operation(
    "tenant.GetSignInSettings",
    target=targets.account_root,
    checks=asks("wardstead:GetSignInSettings"),
    reads=True,
)
def get_sign_in_settings(call: Call) -> Output:
    """Answer who may sign in by passkey alone, and whether root must have a device that is no app."""
    return _settings(call)


@operation(
    "tenant.UpdateSignInSettings",
    target=targets.account_root,
    checks=asks("wardstead:UpdateSignInSettings"),
)
def update_sign_in_settings(
    call: Call, *, passkey_sign_in: str | None = None, root_needs_hardware: bool | None = None
) -> Output:
    """Change the settings that are given; they hold from the next sign-in on, and sessions go on.

    A root user that has an app only is led to a better device at its next sign-in.  Where MFA is required of it too, the
    days of that requirement run from this change, and after them it adds one before anything else.

    Source: ADR 0038, ADR 0039.
    """
    account = call.account
    if passkey_sign_in is not None:
        account.passkey_sign_in = passkey_sign_in
    if root_needs_hardware is not None:
        if root_needs_hardware and not account.root_needs_hardware:
            account.root_needs_hardware_since = call.now
        account.root_needs_hardware = root_needs_hardware
    account.save(update_fields=["passkey_sign_in", "root_needs_hardware", "root_needs_hardware_since"])
    return _settings(call)


def _settings(call: Call) -> Output:
    return {
        "SignInSettings": {
            "PasskeySignIn": call.account.passkey_sign_in,
            "RootNeedsHardware": call.account.root_needs_hardware,
        }
    }
