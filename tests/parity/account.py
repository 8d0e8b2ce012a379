"""The account, its providers and certificates, its reports, STS, and what is wrong in form."""

from tests.parity.papers import BODY, DOCUMENT, KEY, METADATA, READ_ONLY, policy_arn
from tests.parity.sides import Side


def account(side: Side) -> None:
    side.iam("list_account_aliases")
    side.iam("create_account_alias", AccountAlias="parity-alias")
    side.iam("list_account_aliases")
    side.iam("create_account_alias", AccountAlias="parity-other")
    side.iam("list_account_aliases")
    side.iam("delete_account_alias", AccountAlias="nobody")
    side.iam("delete_account_alias", AccountAlias="parity-other")
    side.iam("get_account_password_policy")
    side.iam("update_account_password_policy", MinimumPasswordLength=12, RequireNumbers=True)
    side.iam("get_account_password_policy")
    side.iam("update_account_password_policy", MaxPasswordAge=90, PasswordReusePrevention=5)
    side.iam("get_account_password_policy")
    for wrong in ({"MinimumPasswordLength": 5}, {"MaxPasswordAge": 1096}, {"PasswordReusePrevention": 25}):
        side.iam("update_account_password_policy", **wrong)
    side.iam("delete_account_password_policy")
    side.iam("delete_account_password_policy")


def oidc(side: Side) -> None:
    print_ = "9e99a48a9960b14926bb7f3b02e22da2b0ab7280"
    url = "https://idp.example.com/main"
    arn = f"arn:aws:iam::{side.number}:oidc-provider/idp.example.com/main"
    side.iam(
        "create_open_id_connect_provider",
        Url=url,
        ClientIDList=["app"],
        ThumbprintList=[print_],
        Tags=[{"Key": "a", "Value": "b"}],
    )
    side.iam("create_open_id_connect_provider", Url=url, ThumbprintList=[print_])
    side.iam("create_open_id_connect_provider", Url="idp.example.com", ThumbprintList=[print_])
    other = {"OpenIDConnectProviderArn": f"arn:aws:iam::{side.number}:oidc-provider/other.example.com"}
    side.wrong(
        "create_open_id_connect_provider",
        "delete_open_id_connect_provider",
        other,
        Url="https://other.example.com",
        ThumbprintList=["short"],
    )
    side.iam("get_open_id_connect_provider", OpenIDConnectProviderArn=arn)
    side.iam("tag_open_id_connect_provider", OpenIDConnectProviderArn=arn, Tags=[{"Key": "c", "Value": "d"}])
    side.iam("list_open_id_connect_provider_tags", OpenIDConnectProviderArn=arn)
    side.iam("untag_open_id_connect_provider", OpenIDConnectProviderArn=arn, TagKeys=["a"])
    side.iam("delete_open_id_connect_provider", OpenIDConnectProviderArn=arn)
    side.iam("delete_open_id_connect_provider", OpenIDConnectProviderArn=arn)


def saml(side: Side) -> None:
    arn = f"arn:aws:iam::{side.number}:saml-provider/idp"
    side.iam("create_saml_provider", Name="idp", SAMLMetadataDocument=METADATA)
    side.iam("create_saml_provider", Name="idp", SAMLMetadataDocument=METADATA)
    wrong = {"SAMLProviderArn": f"arn:aws:iam::{side.number}:saml-provider/wrong"}
    side.wrong(
        "create_saml_provider", "delete_saml_provider", wrong, Name="wrong", SAMLMetadataDocument="x" * 1000
    )
    side.iam("get_saml_provider", SAMLProviderArn=arn)
    side.iam("get_saml_provider", SAMLProviderArn=arn + "x")
    side.iam("list_saml_providers")
    side.iam("update_saml_provider", SAMLProviderArn=arn, SAMLMetadataDocument=METADATA)
    side.iam("list_saml_provider_tags", SAMLProviderArn=arn)
    side.iam("delete_saml_provider", SAMLProviderArn=arn)
    side.iam("delete_saml_provider", SAMLProviderArn=arn)
    side.quiet("delete_saml_provider", SAMLProviderArn=arn)


def certificates(side: Side) -> None:
    side.iam(
        "upload_server_certificate",
        ServerCertificateName="web",
        Path="/works/",
        CertificateBody=BODY,
        PrivateKey=KEY,
    )
    twice = {"ServerCertificateName": "twice", "CertificateBody": BODY, "PrivateKey": KEY}
    side.quiet("upload_server_certificate", **twice)
    side.iam("upload_server_certificate", **twice)
    for _ in range(2):
        side.quiet("delete_server_certificate", ServerCertificateName="twice")
    side.wrong(
        "upload_server_certificate",
        "delete_server_certificate",
        {"ServerCertificateName": "wrong"},
        ServerCertificateName="wrong",
        CertificateBody="nonsense",
        PrivateKey=KEY,
    )
    side.iam("get_server_certificate", ServerCertificateName="web")
    side.iam("get_server_certificate", ServerCertificateName="nothing")
    side.iam("list_server_certificates")
    side.iam("update_server_certificate", ServerCertificateName="web", NewServerCertificateName="site")
    for name in ("web", "site", "nothing"):
        side.iam("delete_server_certificate", ServerCertificateName=name)


def reports(side: Side) -> None:
    side.iam("get_account_summary")
    side.iam("get_account_authorization_details", Filter=["User", "Group", "Role", "LocalManagedPolicy"])
    side.iam("get_credential_report")
    side.iam("simulate_custom_policy", PolicyInputList=[DOCUMENT], ActionNames=["s3:GetObject"])


def sessions(side: Side) -> None:
    role = f"arn:aws:iam::{side.number}:role/works/Deploy"
    side.sts("get_caller_identity")
    side.sts("get_session_token")
    side.sts("get_session_token", DurationSeconds=899)
    side.sts("get_federation_token", Name="guest")
    side.sts("get_federation_token", Name="x")
    side.sts("get_access_key_info", AccessKeyId="AKIAIOSFODNN7EXAMPLE")
    side.sts("assume_role", RoleArn="nonsense-that-is-no-arn", RoleSessionName="tour")
    side.sts("assume_role", RoleArn=role, RoleSessionName="a b")
    side.sts("assume_role", RoleArn=role, RoleSessionName="tour", DurationSeconds=899)
    side.sts("assume_role", RoleArn=role + "x", RoleSessionName="tour")
    side.sts("decode_authorization_message", EncodedMessage="nonsense")


def mistakes(side: Side) -> None:
    """Members left out, and values of the wrong form."""
    side.iam("create_user")
    side.wrong("create_role", "delete_role", {"RoleName": "wrong"}, RoleName="wrong")
    side.iam("create_policy", PolicyName="wrong")
    side.iam("put_user_policy", UserName="Dana", PolicyName="wrong")
    side.iam("list_users", MaxItems=1001)
    side.iam("list_users", Marker="nonsense")
    side.iam("attach_user_policy", UserName="Dana", PolicyArn="short")
    many = [{"Key": str(n), "Value": ""} for n in range(51)]
    untag = {"UserName": "Dana", "TagKeys": [str(n) for n in range(51)]}
    side.wrong("tag_user", "untag_user", untag, UserName="Dana", Tags=many)
    side.sts("assume_role", RoleSessionName="tour")


def removal(side: Side) -> None:
    arn = policy_arn(side)
    side.quiet("create_user", UserName="full")
    side.quiet("create_access_key", UserName="full")
    side.iam("delete_user", UserName="full")
    side.iam("delete_user", UserName="nobody")
    side.iam("delete_role", RoleName="Deploy")
    side.iam("delete_role", RoleName="nothing")
    side.iam("delete_user_policy", UserName="Dana", PolicyName="one")
    side.iam("remove_user_from_group", GroupName="Builders", UserName="Dana")
    side.iam("delete_user", UserName="Dana")
    side.iam("delete_group", GroupName="Builders")
    side.iam("delete_group_policy", GroupName="Builders", PolicyName="one")
    side.iam("delete_group", GroupName="Builders")
    side.iam("delete_role_policy", RoleName="Deploy", PolicyName="one")
    side.iam("delete_role", RoleName="Deploy")
    side.iam("delete_role", RoleName="spare")
    for version in ("v4", "v5", "v6"):
        side.iam("delete_policy_version", PolicyArn=arn, VersionId=version)
    side.iam("delete_policy", PolicyArn=arn)
    side.iam("delete_policy", PolicyArn=arn)
    side.iam("delete_policy", PolicyArn=READ_ONLY)
    side.iam("list_policies", Scope="Local")
    side.iam("list_roles")
