"""The product's password hasher at the least cost the algorithm takes."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class CheapArgon2(Argon2PasswordHasher):
    """Argon2id, one pass over eight kibibytes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
