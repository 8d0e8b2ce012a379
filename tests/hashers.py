"""The product's password hasher at the least cost the algorithm takes."""

from accounts.hashers import Argon2id


class CheapArgon2(Argon2id):
    """Argon2id, one pass over eight kibibytes."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1
