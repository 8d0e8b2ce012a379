"""An authenticator app as a person holds it: codes of a seed, written from RFC 6238 and not from the product."""

import base64
import hmac
import struct
import sys
import time
from dataclasses import dataclass

STEP_SECONDS = 30


@dataclass
class Authenticator:
    """One entry of the app; it never shows a code twice, as the server takes none twice."""

    seed: bytes
    shown: int = 0

    @classmethod
    def of_text(cls, secret: str) -> "Authenticator":
        """The entry for a secret as the console or the API shows it."""
        text = "".join(secret.split()).upper()
        return cls(base64.b32decode(text + "=" * (-len(text) % 8)))

    def at(self, step: int) -> str:
        """The code of one time step."""
        digest = hmac.digest(self.seed, struct.pack(">Q", step), "sha1")
        start = digest[-1] & 15
        number = int.from_bytes(digest[start : start + 4], "big") & 0x7FFFFFFF
        return f"{number % 1_000_000:06d}"

    def pair(self) -> tuple[str, str]:
        """Two consecutive codes, the later of the present step."""
        self.shown = _present()
        return self.at(self.shown - 1), self.at(self.shown)

    def code(self) -> str:
        """The next code that was not shown yet: the server takes that of one step ahead, so a wait is rare."""
        while self.shown > _present():
            time.sleep(0.2)
        self.shown = max(_present(), self.shown + 1)
        return self.at(self.shown)


def _present() -> int:
    return int(time.time()) // STEP_SECONDS


if __name__ == "__main__":  # authenticator SECRET OFFSET: the code so many steps from now, for shells
    secret, offset = sys.argv[1:]
    print(Authenticator.of_text(secret).at(_present() + int(offset)))  # noqa: T201  # a shell reads it
