"""Instance profiles: the name under which a machine finds the role it may assume."""

from django.db import models

from accounts.models import Account
from iam.models.entities import Role
from iam.models.scoped import Named, NamedQuerySet


class InstanceProfileQuerySet(NamedQuerySet["InstanceProfile"]):
    """An account's instance profiles."""


class InstanceProfile(Named):
    """A container for at most one role."""

    missing_text = "Instance Profile {} cannot be found."
    taken_text = "Instance Profile {} already exists."
    arn_kind = "instance-profile"

    account = models.ForeignKey(Account, models.PROTECT, related_name="instance_profiles")
    role = models.ForeignKey(Role, models.PROTECT, null=True, related_name="instance_profiles")
    tags = models.JSONField(default=list)

    objects = InstanceProfileQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "name_key"], name="uniq_instanceprofile_account_name"),
        ]
