"""Roles that somebody has switched to in the console, for the way back to them."""

from django.db import models


class SwitchedRole(models.Model):
    """One role a person has acted as.  It grants nothing: each switch is decided anew."""

    identity = models.ForeignKey("accounts.Identity", on_delete=models.CASCADE, related_name="switched_roles")
    account_number = models.CharField(max_length=12)
    role = models.CharField(max_length=576)  # with its path
    label = models.CharField(max_length=64)
    colour = models.CharField(max_length=16)
    used_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(name="uniq_switched_role", fields=["identity", "account_number", "role"]),
        )

    def __str__(self) -> str:
        return f"{self.role} in {self.account_number}"
