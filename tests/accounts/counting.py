"""A hasher that says how often it was asked."""

from threading import Lock

from accounts.hashers import Argon2id


class CountingHasher(Argon2id):
    """Argon2id at the least cost, counting verifications."""

    time_cost = 1
    memory_cost = 8
    verified = 0
    longest = 0
    _counting = Lock()

    def verify(self, password: str, encoded: str) -> bool:
        with CountingHasher._counting:
            CountingHasher.verified += 1
            CountingHasher.longest = max(CountingHasher.longest, len(password))
        return super().verify(password, encoded)
