"""Ten thousand principals with policies from two thousand, made as the product makes them; what they weigh."""

import gc
import json
from pathlib import Path
from random import Random  # noqa: TID251  # the same principals every time is the point
from sys import getsizeof, intern

from bench.ours import CALLER
from bench.workload import ACCOUNT, SEED, Maker
from iam.policy import AttachedPolicy, Plan, PolicySource, Request, compile_document, decide

PRINCIPALS = 10_000
POLICIES = 2_000
SIZES = (1, 2, 5, 10)
ASKED = 5
_PAGE = 4096


def many() -> dict[str, float]:
    """Return megabytes: of texts, of everything loaded, and after each principal was asked for something."""
    maker, random = Maker(SEED), Random(SEED)  # noqa: S311  # no secret comes of it
    _resident()
    before = _resident()
    texts = maker.texts(POLICIES)
    plans = [_plan(texts, number, random) for number in range(PRINCIPALS)]
    loaded = _resident() - before
    some = [json.loads(text) for text in texts[:50]]
    requests = [maker.request(some) for _ in range(500)]
    for plan in plans:
        for asked in random.sample(requests, ASKED):
            decide(Request(CALLER, asked.action, asked.resource, ACCOUNT, asked.context), plan)
    return {
        "texts": sum(map(getsizeof, texts)) / 1e6,
        "loaded": loaded,
        "asked": _resident() - before,
        "each": float(ASKED),
    }


def _plan(texts: list[str], number: int, random: Random) -> Plan:
    """Return a plan as iam.authorize makes it: names shared, what hangs where made anew."""
    owner = f"arn:aws:iam::{ACCOUNT}:user/user{number}"
    return Plan(
        [
            AttachedPolicy(
                PolicySource(
                    intern(f"arn:aws:iam::{ACCOUNT}:policy/p{which}"),
                    "managed",
                    intern(f"p{which}"),
                    intern(owner),
                ),
                compile_document(texts[which]),
            )
            for which in random.sample(range(POLICIES), random.choice(SIZES))
        ]
    )


def _resident() -> float:
    gc.collect()
    return int(Path("/proc/self/statm").read_text().split()[1]) * _PAGE / 1e6
