"""The map of addresses; the Query API and the console share one origin."""

from django.urls import URLPattern, URLResolver, include, path

from console import health
from iam.wire import issuers

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", health.healthz, name="healthz"),
    path("readyz", health.readyz, name="readyz"),
    path("metrics", health.metrics, name="metrics"),
    path("issuers/<uuid:issuer>/.well-known/openid-configuration", issuers.openid_configuration),
    path("issuers/<uuid:issuer>/.well-known/jwks.json", issuers.key_set),
    # Each module of views lists its own addresses, in full; one with app_name has its names under that.
    path("", include("console.views.home")),
    path("", include("console.views.account")),
    path("", include("console.views.account_mfa")),
    path("", include("console.views.attachments")),
    path("", include("console.views.credential_report")),
    path("", include("console.views.denials")),
    path("", include("console.views.groups")),
    path("", include("console.views.inline_policies")),
    path("", include("console.views.me")),
    path("", include("console.views.forgot_password")),
    path("", include("console.views.me_keys")),
    path("", include("console.views.me_mfa")),
    path("", include("console.views.me_password")),
    path("", include("console.views.me_sessions")),
    path("", include("console.views.me_recovery_codes")),
    path("", include("console.views.me_contact")),
    path("", include("console.views.me_notices")),
    path("", include("console.views.me_security_keys")),
    path("", include("console.views.policies")),
    path("", include("console.views.policy_attachments")),
    path("", include("console.views.policy_versions")),
    path("", include("console.views.password_hints")),
    path("", include("console.views.role_create")),
    path("", include("console.views.role_trust_policy")),
    path("", include("console.views.roles")),
    path("", include("console.views.signin_enrol")),
    path("", include("console.views.signin_factor")),
    path("", include("console.views.signin_pass")),
    path("", include("console.views.sessions")),
    path("", include("console.views.signin")),
    path("", include("console.views.step_up")),
    path("", include("console.views.switch_role")),
    path("", include("console.views.tags")),
    path("", include("console.views.temporary_pass")),
    path("", include("console.views.trail")),
    path("", include("console.views.user_create")),
    path("", include("console.views.user_credentials")),
    path("", include("console.views.user_delete")),
    path("", include("console.views.users")),
]
