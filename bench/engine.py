"""`make bench`: our engine beside others, on one machine, in one run, in turns.

Prints per number of policies: decisions a second warm, p50 and p99 of one decision, loading, the first decision of a
principal, and ratios.  Then the memory of 10,000 principals that share 2,000 policies, measured in a process of its own.
Exit code 1 where a goal is missed; `--quick` measures briefly and only reports.
"""

import argparse
import gc
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from bench.ours import Ours
from bench.peers import PEERS
from bench.workload import ACCOUNT, SEED, Asked, Maker

SIZES = (1, 10, 50)
GOALS = {
    "vakt": dict(zip(SIZES, (10, 30, 80), strict=True)),
    "cedarpy": dict(zip(SIZES, (60, 70, 130), strict=True)),
}
MEMORY_GOAL = 40.0
CACHES_GOAL = 64.0
NODE = Path(__file__).parent / "node"


@dataclass
class Measured:
    """What one engine did at one size."""

    load: float = 0.0
    rates: list[float] = field(default_factory=list)
    times: list[int] = field(default_factory=list)
    agreed: float = 0.0

    @property
    def rate(self) -> float:
        """Decisions a second: the median of the rounds."""
        return statistics.median(self.rates)

    def percentile(self, share: float) -> float:
        """Microseconds within which so many decisions are made."""
        return sorted(self.times)[int(share * (len(self.times) - 1))] / 1000


def main() -> int:
    """Measure and print; return the exit code."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="brief rounds; goals are only reported")
    parser.add_argument("--memory", action="store_true", help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.memory:
        say(json.dumps(_memory()))
        return 0
    say(
        f"{platform.python_implementation()} {platform.python_version()} on {platform.machine()}, seed {SEED}"
    )
    seconds, rounds = (0.05, 3) if asked.quick else (0.3, 7)
    missed = [line for size in SIZES for line in _size(size, seconds, rounds)]
    missed += _memory_report()
    for line in missed:
        say(f"MISSED: {line}")
    say("all goals met" if not missed else f"{len(missed)} goals missed")
    return 1 if missed and not asked.quick else 0


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


def _size(size: int, seconds: float, rounds: int) -> list[str]:
    maker = Maker(SEED + size)
    policies = [maker.policy() for _ in range(size)]
    texts = [json.dumps(policy, indent=2) for policy in policies]
    stream, answers = _stream(maker, policies, Ours(texts))
    measured = _in_turns(texts, stream, answers, seconds, rounds)
    first, nothing = _first(texts, stream)
    gc.unfreeze()
    statements = sum(len(policy["Statement"]) for policy in policies)
    say(f"\n{size} policies, {statements} statements, {sum(answers)} of {len(answers)} requests allowed")
    say(
        f"  {'engine':<24}{'decisions/s':>12}{'p50 us':>10}{'p99 us':>10}{'load ms':>10}{'agrees':>8}{'ratio':>8}"
    )
    ours = measured["wardstead"].rate
    for name, found in measured.items():
        numbers = f"{found.rate:>12,.0f}{found.percentile(0.5):>10.1f}{found.percentile(0.99):>10.1f}"
        say(f"  {name:<24}{numbers}{found.load * 1000:>10.1f}{found.agreed:>8.0%}{ours / found.rate:>7.1f}x")
    say(
        f"  first decision of a principal, median: {first:.1f} us with its policies known, {nothing:.0f} us from texts"
    )
    _node(texts, stream, answers, ours)
    return _missed(size, measured, first)


def _stream(maker: Maker, policies: list[dict[str, Any]], ours: Ours) -> tuple[list[Asked], list[bool]]:
    """Return a stream of which half is allowed, in mixed order, and the answers."""
    wanted = {True: 500, False: 500}
    stream: list[Asked] = []
    answers: list[bool] = []
    for _ in range(200_000):
        asked = maker.request(policies)
        answer = ours.allowed(ours.prepared([asked])[0])
        if wanted[answer]:
            wanted[answer] -= 1
            stream.append(asked)
            answers.append(answer)
        if not any(wanted.values()):
            break
    return stream, answers


def _in_turns(
    texts: list[str], stream: list[Asked], answers: list[bool], seconds: float, rounds: int
) -> dict[str, Measured]:
    """Load each engine, then let them decide in turns, so that a slow moment of the machine hits all.

    What is loaded stays out of the collector's way, as in a server that has started.
    """
    measured: dict[str, Measured] = {}
    ready: list[tuple[Measured, Callable[[Any], bool], list[Any]]] = []
    for kind in (Ours, *PEERS):
        started = time.perf_counter()
        engine = kind(texts)
        found = measured[kind.name] = Measured(load=time.perf_counter() - started)
        asked = engine.prepared(stream)
        given = [engine.allowed(each) for each in asked]
        found.agreed = sum(a == b for a, b in zip(given, answers, strict=True)) / len(answers)
        ready.append((found, engine.allowed, asked))
    gc.collect()
    gc.freeze()
    for _ in range(rounds):
        for found, allowed, asked in ready:
            found.rates.append(_rate(allowed, asked, seconds))
    for found, allowed, asked in ready:
        found.times = _times(allowed, asked, seconds)
    return measured


def _rate(allowed: Callable[[Any], bool], asked: list[Any], seconds: float) -> float:
    # Time of this process alone: whatever else runs on the machine is nobody's fault here.
    done, started = 0, time.process_time()
    end = started + seconds
    while True:
        for begin in range(0, len(asked), 20):
            part = asked[begin : begin + 20]
            for each in part:
                allowed(each)
            done += len(part)
            now = time.process_time()
            if now >= end:
                return done / (now - started)


def _times(allowed: Callable[[Any], bool], asked: list[Any], seconds: float) -> list[int]:
    """Return nanoseconds of single decisions, those of reading the clock taken off."""
    clock = time.perf_counter_ns
    idle = min(-(clock() - clock()) for _ in range(1000))
    found: list[int] = []
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        for each in asked:
            begin = clock()
            allowed(each)
            found.append(max(0, clock() - begin - idle))
            if len(found) % 50 == 0 and time.perf_counter() >= end:
                break
    return found


def _first(texts: list[str], stream: list[Asked]) -> tuple[float, float]:
    """Return the microseconds of a new principal's first decision: with its policies known, and from texts alone."""
    ours = Ours(texts)
    asked = ours.prepared(stream)
    known = [_once(ours.first, each) for each in asked]
    nothing = [_once(ours.from_nothing, each) for each in asked[:50]]
    return statistics.median(known), statistics.median(nothing)


def _once(ask: Callable[[Any], bool], request: Any) -> float:
    begin = time.perf_counter_ns()
    ask(request)
    return (time.perf_counter_ns() - begin) / 1000


def _missed(size: int, measured: dict[str, Measured], first: float) -> list[str]:
    lines = []
    ours = measured["wardstead"].rate
    for name, goals in GOALS.items():
        peer = measured[name].rate
        if ours / peer < goals[size]:
            lines.append(f"{size} policies: {ours / peer:.0f} times {name} warm, wanted {goals[size]}")
        if first > 1e6 / peer:
            lines.append(f"{size} policies: first decision {first:.0f} us, {name} warm {1e6 / peer:.0f} us")
    return lines


def _node(texts: list[str], stream: list[Asked], answers: list[bool], ours: float) -> None:
    """Measure iam-simulate where node and its packages are."""
    node = shutil.which("node")
    if node is None or not (NODE / "node_modules").is_dir():
        say("  iam-simulate             skipped: node or its packages are not here")
        return
    work = {
        "account": ACCOUNT,
        "policies": [json.loads(text) for text in texts],
        "stream": [{"action": a.action, "resource": a.resource, "context": a.context} for a in stream],
        "answers": answers,
    }
    with tempfile.NamedTemporaryFile("w", suffix=".json") as file:
        json.dump(work, file)
        file.flush()
        done = _run([node, "simulate.mjs", file.name], NODE)
    if done is None:
        return
    rate = done["rate"]
    numbers = f"{rate:>12,.0f}{done['p50']:>10.1f}{done['p99']:>10.1f}{done['load']:>10.1f}"
    say(f"  {'iam-simulate (node)':<24}{numbers}{done['agreed']:>8.0%}{ours / rate:>7.1f}x")


def _run(command: Sequence[str], folder: Path) -> dict[str, float] | None:
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)  # noqa: S603  # our own
    if done.returncode:
        say(f"  {Path(command[0]).name} failed: {(done.stderr.strip().splitlines() or ['no output'])[-1]}")
        return None
    answer: dict[str, float] = json.loads(done.stdout)
    return answer


def _memory_report() -> list[str]:
    found = _run([sys.executable, "-m", "bench.engine", "--memory"], Path.cwd())
    if found is None:
        return ["memory could not be measured"]
    say(
        f"\n10,000 principals share 2,000 policies: {found['loaded']:.1f} MB, of which texts {found['texts']:.1f} MB; "
        f"{found['asked']:.1f} MB once each was asked {found['each']:.0f} times"
    )
    weighed = (
        ("memory", found["loaded"], MEMORY_GOAL),
        ("caches", found["asked"] - found["loaded"], CACHES_GOAL),
    )
    return [f"{name} {size:.1f} MB, wanted {goal:.0f}" for name, size, goal in weighed if size > goal]


def _memory() -> dict[str, float]:
    from bench.principals import many

    return many()


if __name__ == "__main__":
    os.environ.setdefault("PYTHONHASHSEED", "0")
    sys.exit(main())
