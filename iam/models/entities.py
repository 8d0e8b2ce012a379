"""Who and what policies hang on: users, groups and their members, roles."""

from datetime import datetime
from typing import Any, Self

from django.db import IntegrityError, models
from django.db.models import Exists, OuterRef

from accounts.models import OF_EVERY_CALL, Account, Identity, IdentityKind, MfaDevice
from accounts.prepared import Addition, Prepared, Removal, new
from accounts.remembered import Remembered
from iam.errors import EntityAlreadyExists
from iam.models.keys import AccessKey
from iam.models.scoped import LONGEST_POLICY_ARN, Named, NamedQuerySet, fold
from iam.models.tallies import Room, add


class UserQuerySet(NamedQuerySet["User"]):
    """An account's users."""

    def listed(self) -> "models.QuerySet[User, Any]":
        """What lists show of users, as named tuples: a page has a hundred, and instances cost more than all the rest."""
        return self.values_list(
            "path",
            "name",
            "name_key",
            "unique_id",
            "created_at",
            "identity__password_last_used_at",
            named=True,
        )

    def with_console(self) -> Self:
        """Users who have a password."""
        return self.exclude(identity__password="")  # "" is how no password is stored

    def without_mfa(self) -> Self:
        """Users for whom no MFA device stands guard."""
        return self.filter(~Exists(MfaDevice.objects.filter(identity=OuterRef("identity"))))

    def with_keys_older_than(self, moment: datetime) -> Self:
        """Users who have an active access key made before the moment."""
        return self.filter(Exists(AccessKey.objects.filter(identity=OuterRef("identity")).older_than(moment)))

    def inactive_since(self, moment: datetime) -> Self:
        """Users made before the moment who used neither password nor key after it."""
        used = AccessKey.objects.filter(identity=OuterRef("identity"), last_used_at__gte=moment)
        return self.filter(~Exists(used), created_at__lt=moment).exclude(
            identity__password_last_used_at__gte=moment
        )


class User(Named):
    """An IAM user.  Its identity is what signs in and holds access keys and MFA devices."""

    missing_text = "The user with name {} cannot be found."
    taken_text = "User with name {} already exists."
    arn_kind = "user"
    read_with = ("identity",)

    account = models.ForeignKey(Account, models.PROTECT, related_name="users")
    identity = models.OneToOneField(Identity, models.PROTECT, related_name="iam_user")
    boundary_arn = models.CharField(max_length=LONGEST_POLICY_ARN, default="", blank=True)
    boundary = models.ForeignKey("iam.Policy", models.PROTECT, null=True, related_name="bounded_users")
    tags = models.JSONField(default=list)

    objects = UserQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_user_account_name"),
        ]
        indexes = [
            models.Index(fields=["account", "boundary_arn"], name="user_account_boundary"),
        ]

    @classmethod
    def make(cls, room: Room | None = None, /, **values: Any) -> Self:
        """A new user and the identity that will sign in for it.  Errors: LimitExceeded, EntityAlreadyExists."""
        shared = {name: values[name] for name in ("account", "name", "name_key", "created_at")}
        user, identity = new(cls, **values), new(Identity, kind=IdentityKind.USER, **shared)
        try:
            add(user, room, identity, "identity")
        except IntegrityError as taken:
            raise EntityAlreadyExists(cls.taken_text.format(values["name"])) from taken
        return user

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


class Membership(models.Model):
    """A user in a group."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="memberships")
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["group", "user"], name="uniq_membership_group_user")]

    def __str__(self) -> str:
        return f"{self.user_id} in {self.group_id}"

    @classmethod
    def groups_of(cls, user: User) -> set[int]:
        """The keys of the groups that the user is in."""
        return {row.group_id for row in _memberships.rows(user=user.pk)}

    @classmethod
    def begin(cls, user: User, group: Group) -> None:
        """Put a user who is no member into the group."""
        _joining.leave(user_id=user.pk, group_id=group.pk)

    @classmethod
    def end(cls, user: User, group: Group) -> None:
        """Take the user out of the group, if in it."""
        _leaving.leave(user=user.pk, group=group.pk)


_memberships = Prepared(lambda user: Membership.objects.filter(user=user).only("group"))
_joining = Addition(Membership)
_leaving = Removal(lambda user, group: Membership.objects.filter(user=user, group=group))


class RoleQuerySet(NamedQuerySet["Role"]):
    """An account's roles."""


class Role(Named):
    """A role.  `trust_document` is the text as given; `trust_ids` binds the ARNs in it to unique ids."""

    missing_text = "The role with name {} cannot be found."
    taken_text = "Role with name {} already exists."
    arn_kind = "role"

    account = models.ForeignKey(Account, models.PROTECT, related_name="roles")
    description = models.CharField(max_length=1000, default="", blank=True)
    max_session_seconds = models.PositiveIntegerField(default=3600)
    # How long people who sign in with the role may stay; null: as long as the account's setting says.
    max_signin_seconds = models.PositiveIntegerField(null=True)
    trust_document = models.TextField()
    trust_ids: "models.JSONField[dict[str, str], dict[str, str]]" = models.JSONField(default=dict)
    boundary_arn = models.CharField(max_length=LONGEST_POLICY_ARN, default="", blank=True)
    boundary = models.ForeignKey("iam.Policy", models.PROTECT, null=True, related_name="bounded_roles")
    tags = models.JSONField(default=list)
    last_used_at = models.DateTimeField(null=True)
    last_used_region = models.CharField(max_length=32, default="", blank=True)

    objects = RoleQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_role_account_name"),
        ]
        indexes = [
            models.Index(fields=["account", "boundary_arn"], name="role_account_boundary"),
        ]

    def note_use(self, now: datetime, region: str) -> None:
        """Keep when and where the role was last used; this row stays as it was read."""
        Role.objects.filter(pk=self.pk).update(last_used_at=now, last_used_region=region)

    @classmethod
    def by_arn(cls, role_arn: str) -> "Role | None":
        """The role of an ARN in any account (AssumeRole crosses accounts), to be read only; path and name as spelled."""
        head, _, rest = role_arn.partition(":role/")
        account_number = head.rpartition(":")[2]
        path, _, name = ("/" + rest).rpartition("/")
        return _role_by_arn.one(account=account_number, name_key=fold(name), name=name, path=f"{path}/")


_role_by_arn = Remembered(
    Prepared(
        lambda account, name_key, name, path: (
            Role.objects.select_related("account")
            .only(
                *(field.name for field in Role._meta.concrete_fields),
                *(f"account__{name}" for name in OF_EVERY_CALL),
            )
            .filter(account__number=account, name_key=name_key, name=name, path=path)
        )
    ),
    lambda role: role,
)


def tag_map(tags: Any) -> dict[str, str]:
    """Stored tags (a list of Key and Value) as a mapping."""
    return {tag["Key"]: tag["Value"] for tag in tags}
