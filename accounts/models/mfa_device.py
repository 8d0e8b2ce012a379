"""A second factor: created unassigned, enabled for one identity, and counted against guessing."""

from enum import StrEnum

from django.db import models
from django.db.models import Q


class DeviceKind(StrEnum):
    """What a device is: an app, a hardware token, or a key that signs."""

    VIRTUAL = "virtual"
    HARDWARE = "hardware"
    FIDO = "fido"


class MfaDevice(models.Model):
    """A virtual or hardware one-time-code device, or a FIDO2 security key, which has a SecurityKey beside it.

    `sealed_seed` is sealed by accounts.mfa. `last_step` is the last time step a code was accepted
    for; anything at or before it is refused. `drift` is how many steps its clock runs ahead of ours,
    learnt by resync. `period` is how many seconds a step lasts. `tags` is a list of {"Key", "Value"}.
    A hardware token has a plain serial number, so serial numbers are unique in their account only.
    """

    account = models.ForeignKey("accounts.Account", on_delete=models.CASCADE, related_name="mfa_devices")
    identity = models.ForeignKey(
        "accounts.Identity", null=True, on_delete=models.CASCADE, related_name="mfa_devices"
    )
    serial = models.CharField(max_length=256)
    name = models.CharField(max_length=226)
    path = models.CharField(max_length=512, default="/")
    kind = models.CharField(max_length=16, default=DeviceKind.VIRTUAL.value)
    sealed_seed = models.BinaryField(default=b"")
    period = models.PositiveSmallIntegerField(default=30)
    digits = models.PositiveSmallIntegerField(default=6)
    manufacturer = models.CharField(max_length=64, default="", blank=True)
    model = models.CharField(max_length=64, default="", blank=True)
    last_step = models.BigIntegerField(default=0)
    drift = models.SmallIntegerField(default=0)
    enabled_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True)
    tags = models.JSONField(default=list)
    failures = models.PositiveSmallIntegerField(default=0)
    first_failed_at = models.DateTimeField(null=True)
    blocked_until = models.DateTimeField(null=True)

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="mfa_device_enabled_for_someone",
                condition=Q(identity__isnull=True, enabled_at__isnull=True)
                | Q(identity__isnull=False, enabled_at__isnull=False),
            ),
            models.UniqueConstraint(name="uniq_mfa_device_account_serial", fields=["account", "serial"]),
            models.CheckConstraint(
                name="mfa_device_rhythm_known", condition=Q(period__in=[30, 60], digits__in=[6, 8])
            ),
        )

    def __str__(self) -> str:
        return self.serial

    @property
    def enabled(self) -> bool:
        """Whether it stands guard for an identity."""
        return self.enabled_at is not None

    @property
    def has_codes(self) -> bool:
        """Whether it shows codes; a security key signs instead."""
        return self.kind != DeviceKind.FIDO
