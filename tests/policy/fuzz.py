"""Compare engine and oracle on many invented cases: python -m tests.policy.fuzz [examples] [seed].

Prints its seed and its progress; at a difference it prints the smallest case as JSON and exits with 1.
"""

import os
import secrets
import sys
import time
from multiprocessing import Pool
from random import Random  # noqa: TID251  # a seeded, repeatable choice of test cases; nothing here is secret

from tests.policy.compare import differ, shrink, told
from tests.policy.invent import invent

CHUNK = 2000


def run_chunk(seed: str) -> list[str]:
    """Return the cases of one chunk on which the two differ, the first of them made small."""
    rng = Random(seed)  # noqa: S311
    found = [case for case in (invent(rng) for _ in range(CHUNK)) if differ(case)]
    return [told(shrink(case)) for case in found[:1]] + [told(case) for case in found[1:]]


def main(examples: int, seed: str) -> int:
    started, done = time.monotonic(), 0
    chunks = -(-examples // CHUNK)
    say(f"seed {seed}, {chunks * CHUNK} cases")
    with Pool(os.cpu_count()) as pool:
        for differences in pool.imap_unordered(run_chunk, (f"{seed}/{number}" for number in range(chunks))):
            done += 1
            if differences:
                say(f"{len(differences)} differences in a chunk of {CHUNK}; one of them:\n{differences[0]}")
                return 1
            if done % max(1, chunks // 20) == 0:
                say(f"{done * CHUNK} cases alike, {time.monotonic() - started:.0f} s")
    say(f"no difference in {chunks * CHUNK} cases")
    return 0


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    sys.exit(
        main(
            int(arguments[0]) if arguments else 1_000_000,
            arguments[1] if len(arguments) > 1 else str(secrets.randbelow(2**32)),
        )
    )
