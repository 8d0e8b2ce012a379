"""Users, groups, and what people sign in and call with."""

from tests.parity.papers import BODY, PUBLIC, paged
from tests.parity.sides import Side


def users(side: Side) -> None:
    side.iam("create_user", UserName="Dana", Path="/staff/", Tags=[{"Key": "team", "Value": "red"}])
    side.wrong("create_user", "delete_user", {"UserName": "dana"}, UserName="dana")
    side.iam("create_user", UserName="erin")
    side.iam("create_user", UserName="frank", Path="/staff/night/")
    for name in ("", "a" * 65, "a b", "ü", "a/b"):
        side.wrong("create_user", "delete_user", {"UserName": name}, UserName=name)
    for path in ("staff", "/staff", "staff/", "/a b/", "//"):
        side.wrong("create_user", "delete_user", {"UserName": "pathless"}, UserName="pathless", Path=path)
    side.iam("get_user", UserName="Dana")
    side.iam("get_user", UserName="nobody")
    side.iam("list_users")
    side.iam("list_users", PathPrefix="/staff/")
    side.iam("list_users", PathPrefix="/nowhere/")
    side.iam("list_users", MaxItems=0)
    paged(side, "list_users")
    side.iam("update_user", UserName="erin", NewUserName="Erin", NewPath="/guests/")
    side.iam("get_user", UserName="Erin")
    for name in ("one", "two"):
        side.quiet("create_user", UserName=name)
    side.iam("update_user", UserName="one", NewUserName="two")
    for name in ("one", "two"):
        side.quiet("delete_user", UserName=name)
    side.iam("update_user", UserName="nobody", NewUserName="somebody")
    side.iam("tag_user", UserName="Dana", Tags=[{"Key": "stage", "Value": "prod"}])
    side.iam("tag_user", UserName="Dana", Tags=[{"Key": "Stage", "Value": "test"}])
    untag = {"UserName": "Dana", "TagKeys": ["a", "aws:x"]}
    side.wrong("tag_user", "untag_user", untag, UserName="Dana", Tags=[{"Key": "aws:x", "Value": ""}])
    twice = [{"Key": "a", "Value": "1"}, {"Key": "a", "Value": "2"}]
    side.wrong("tag_user", "untag_user", untag, UserName="Dana", Tags=twice)
    side.iam("tag_user", UserName="nobody", Tags=[{"Key": "a", "Value": "1"}])
    side.iam("list_user_tags", UserName="Dana")
    paged(side, "list_user_tags", UserName="Dana")
    side.iam("untag_user", UserName="Dana", TagKeys=["stage", "absent"])
    side.iam("list_user_tags", UserName="Dana")
    side.iam("list_user_tags", UserName="nobody")


def login_profiles(side: Side) -> None:
    side.iam("get_login_profile", UserName="Dana")
    side.iam("create_login_profile", UserName="Dana", Password="correct-Horse-7-battery")
    side.iam("create_login_profile", UserName="Dana", Password="correct-Horse-7-battery")
    side.iam("create_login_profile", UserName="nobody", Password="correct-Horse-7-battery")
    side.iam("get_login_profile", UserName="Dana")
    side.iam(
        "update_login_profile", UserName="Dana", Password="other-Horse-9-battery", PasswordResetRequired=True
    )
    side.iam("get_login_profile", UserName="Dana")
    side.iam("update_login_profile", UserName="Erin", Password="other-Horse-9-battery")
    side.iam("delete_login_profile", UserName="Dana")
    side.iam("delete_login_profile", UserName="Dana")
    side.iam("get_login_profile", UserName="nobody")


def access_keys(side: Side) -> None:
    first = (
        side.iam("create_access_key", UserName="Dana")
        .get("AccessKey", {})
        .get("AccessKeyId", "AKIANONE00000000000A")
    )
    second = (
        side.iam("create_access_key", UserName="Dana")
        .get("AccessKey", {})
        .get("AccessKeyId", "AKIANONE00000000000B")
    )
    side.iam("create_access_key", UserName="Dana")
    side.iam("create_access_key", UserName="nobody")
    side.iam("list_access_keys", UserName="Dana")
    paged(side, "list_access_keys", UserName="Dana")
    side.iam("update_access_key", UserName="Dana", AccessKeyId=first, Status="Inactive")
    again = {"UserName": "Dana", "AccessKeyId": first, "Status": "Inactive"}
    side.wrong(
        "update_access_key", "update_access_key", again, UserName="Dana", AccessKeyId=first, Status="Odd"
    )
    side.iam("update_access_key", UserName="Dana", AccessKeyId="AKIA0000000000000000", Status="Active")
    side.iam("list_access_keys", UserName="Dana")
    side.iam("get_access_key_last_used", AccessKeyId=first)
    side.iam("get_access_key_last_used", AccessKeyId="AKIA0000000000000000")
    side.iam("delete_access_key", UserName="Dana", AccessKeyId=second)
    side.iam("delete_access_key", UserName="Dana", AccessKeyId=second)
    side.iam("delete_access_key", UserName="nobody", AccessKeyId=first)
    side.iam("list_access_keys", UserName="nobody")
    side.iam("delete_access_key", UserName="Dana", AccessKeyId=first)


def groups(side: Side) -> None:
    side.iam("create_group", GroupName="Builders", Path="/works/")
    side.wrong("create_group", "delete_group", {"GroupName": "builders"}, GroupName="builders")
    side.iam("create_group", GroupName="readers")
    for name in ("", "g" * 129, "g g"):
        side.wrong("create_group", "delete_group", {"GroupName": name}, GroupName=name)
    side.iam("add_user_to_group", GroupName="Builders", UserName="Dana")
    side.iam("add_user_to_group", GroupName="Builders", UserName="Dana")
    side.iam("add_user_to_group", GroupName="Builders", UserName="Erin")
    side.iam("add_user_to_group", GroupName="nothing", UserName="Dana")
    side.iam("add_user_to_group", GroupName="Builders", UserName="nobody")
    side.iam("get_group", GroupName="Builders")
    side.iam("get_group", GroupName="nothing")
    paged(side, "get_group", GroupName="Builders")
    side.iam("list_groups")
    side.iam("list_groups", PathPrefix="/works/")
    paged(side, "list_groups")
    side.iam("list_groups_for_user", UserName="Dana")
    side.iam("list_groups_for_user", UserName="nobody")
    side.iam("update_group", GroupName="readers", NewGroupName="Readers", NewPath="/read/")
    for name in ("one", "two"):
        side.quiet("create_group", GroupName=name)
    side.iam("update_group", GroupName="one", NewGroupName="two")
    for name in ("one", "two"):
        side.quiet("delete_group", GroupName=name)
    side.iam("update_group", GroupName="nothing", NewGroupName="more")
    side.quiet("create_group", GroupName="full")
    side.quiet("add_user_to_group", GroupName="full", UserName="frank")
    side.iam("delete_group", GroupName="full")
    side.quiet("remove_user_from_group", GroupName="full", UserName="frank")
    side.quiet("delete_group", GroupName="full")
    side.iam("remove_user_from_group", GroupName="Builders", UserName="Erin")
    side.iam("remove_user_from_group", GroupName="Builders", UserName="Erin")
    side.iam("remove_user_from_group", GroupName="Builders", UserName="nobody")
    side.iam("delete_group", GroupName="nothing")


def mfa(side: Side) -> None:
    made = side.iam("create_virtual_mfa_device", VirtualMFADeviceName="dana").get("VirtualMFADevice", {})
    serial = made.get("SerialNumber", "none")
    side.iam("create_virtual_mfa_device", VirtualMFADeviceName="dana")
    side.iam("list_virtual_mfa_devices")
    side.iam("list_virtual_mfa_devices", AssignmentStatus="Assigned")
    side.iam("list_virtual_mfa_devices", AssignmentStatus="Odd")
    side.iam("list_mfa_devices", UserName="Dana")
    side.iam("list_mfa_devices", UserName="nobody")
    side.iam("deactivate_mfa_device", UserName="Dana", SerialNumber=serial)
    side.iam("delete_virtual_mfa_device", SerialNumber=serial)
    side.iam("delete_virtual_mfa_device", SerialNumber=serial)


def user_credentials(side: Side) -> None:
    made = side.iam("upload_signing_certificate", UserName="Dana", CertificateBody=BODY).get(
        "Certificate", {}
    )
    side.iam("upload_signing_certificate", UserName="Dana", CertificateBody="nonsense")
    side.iam("list_signing_certificates", UserName="Dana")
    wanted = {"UserName": "Dana", "CertificateId": made.get("CertificateId", "A" * 32)}
    side.iam("update_signing_certificate", **wanted, Status="Inactive")
    side.iam("update_signing_certificate", UserName="Dana", CertificateId="A" * 32, Status="Inactive")
    side.iam("delete_signing_certificate", **wanted)
    side.iam("delete_signing_certificate", **wanted)
    key = side.iam("upload_ssh_public_key", UserName="Dana", SSHPublicKeyBody=PUBLIC).get("SSHPublicKey", {})
    wanted = {"UserName": "Dana", "SSHPublicKeyId": key.get("SSHPublicKeyId", "APKA0000000000000000")}
    side.quiet("create_user", UserName="grace")
    side.iam("upload_ssh_public_key", UserName="grace", SSHPublicKeyBody="nonsense")
    side.iam("get_ssh_public_key", **wanted, Encoding="SSH")
    side.iam("get_ssh_public_key", UserName="Dana", SSHPublicKeyId="APKA0000000000000000", Encoding="SSH")
    side.iam("list_ssh_public_keys", UserName="Dana")
    side.iam("update_ssh_public_key", **wanted, Status="Inactive")
    side.iam("list_ssh_public_keys", UserName="Dana")
    side.iam("delete_ssh_public_key", **wanted)
    side.iam("delete_ssh_public_key", **wanted)
    side.iam("create_service_specific_credential", UserName="Dana", ServiceName="codecommit.amazonaws.com")
    side.iam("list_service_specific_credentials", UserName="Erin")
