"""Who and what policies hang on: users, groups and their members, roles."""

from typing import Any

from django.db import IntegrityError, models

from accounts.models import Account, Identity, IdentityKind
from iam.errors import EntityAlreadyExists
from iam.models.scoped import Named, NamedQuerySet, fold


class UserQuerySet(NamedQuerySet["User"]):
    """An account's users."""

    def make(self, **values: Any) -> "User":
        """A new user and the identity that will sign in for it.  Errors: EntityAlreadyExists."""
        account, name, key = values["account"], values["name"], values["name_key"]
        try:
            identity = Identity.objects.create(
                account=account,
                kind=IdentityKind.USER,
                name=name,
                name_key=key,
                created_at=values["created_at"],
            )
        except IntegrityError as taken:
            raise EntityAlreadyExists(User.taken_text.format(name)) from taken
        return super().make(identity=identity, **values)


class User(Named):
    """An IAM user.  Its identity is what signs in and holds access keys and MFA devices."""

    missing_text = "The user with name {} cannot be found."
    taken_text = "User with name {} already exists."
    arn_kind = "user"

    account = models.ForeignKey(Account, models.PROTECT, related_name="users")
    identity = models.OneToOneField(Identity, models.PROTECT, related_name="iam_user")
    boundary_arn = models.CharField(max_length=640, default="", blank=True)
    boundary = models.ForeignKey("iam.Policy", models.PROTECT, null=True, related_name="bounded_users")
    tags = models.JSONField(default=list)

    objects = UserQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_user_account_name"),
        ]

    def move(self, *, path: str, name: str) -> None:
        """Another path or name, for the user and for its sign-in.  Errors: EntityAlreadyExists."""
        self.path, self.name, self.name_key = path, name, fold(name)
        self.identity.name, self.identity.name_key = name, fold(name)
        try:
            self.identity.save(update_fields=["name", "name_key"])
            self.save(update_fields=["path", "name", "name_key"])
        except IntegrityError as taken:
            raise EntityAlreadyExists(self.taken_text.format(name)) from taken


class GroupQuerySet(NamedQuerySet["Group"]):
    """An account's groups."""


class Group(Named):
    """A user group: policies for its members; no principal of its own."""

    missing_text = "The group with name {} cannot be found."
    taken_text = "Group with name {} already exists."
    arn_kind = "group"

    account = models.ForeignKey(Account, models.PROTECT, related_name="groups")
    members = models.ManyToManyField(User, through="Membership", related_name="groups")

    objects = GroupQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_group_account_name"),
        ]

    def move(self, *, path: str, name: str) -> None:
        """Another path or name.  Errors: EntityAlreadyExists."""
        self.path, self.name, self.name_key = path, name, fold(name)
        try:
            self.save(update_fields=["path", "name", "name_key"])
        except IntegrityError as taken:
            raise EntityAlreadyExists(self.taken_text.format(name)) from taken


class Membership(models.Model):
    """A user in a group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="uniq_membership_group_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"


class RoleQuerySet(NamedQuerySet["Role"]):
    """An account's roles."""

    def by_arn(self, role_arn: str) -> "Role | None":
        """The role of an ARN in any account (AssumeRole crosses accounts); path and name as spelled."""
        head, _, rest = role_arn.partition(":role/")
        account_number = head.rpartition(":")[2]
        path, _, name = ("/" + rest).rpartition("/")
        return (
            self.select_related("account")
            .filter(account__number=account_number, name_key=fold(name), name=name, path=f"{path}/")
            .first()
        )


class Role(Named):
    """A role.  `trust_document` is the text as given; `trust_ids` binds the ARNs in it to unique ids."""

    missing_text = "The role with name {} cannot be found."
    taken_text = "Role with name {} already exists."
    arn_kind = "role"

    account = models.ForeignKey(Account, models.PROTECT, related_name="roles")
    description = models.CharField(max_length=1000, default="", blank=True)
    max_session_seconds = models.PositiveIntegerField(default=3600)
    trust_document = models.TextField()
    trust_ids: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    boundary_arn = models.CharField(max_length=640, default="", blank=True)
    boundary = models.ForeignKey("iam.Policy", models.PROTECT, null=True, related_name="bounded_roles")
    tags = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)
    last_used_region = models.CharField(max_length=32, default="", blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_role_account_name"),
        ]


def tag_map(tags: Any) -> dict[str, str]:
    """Stored tags (a list of Key and Value) as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags}
