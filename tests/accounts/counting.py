"""A hasher that says how often it was asked."""

from accounts.hashers import Argon2id


class CountingHasher(Argon2id):
    """Argon2id at the least cost, counting verifications."""

    time_cost = 1
    memory_cost = 8
    verified = 0

    def verify(self, password: str, encoded: str) -> bool:
        CountingHasher.verified += 1
        return super().verify(password, encoded)
