import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from accounts import hashers
from accounts.hashing_process import AUTOGROUP, NICENESS, HashingProcess

PASSWORD = "pässword ☃"
ENCODED = "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$"
CHEAP = (1, 8, 1, 32)


@pytest.fixture(scope="module")
def process() -> Iterator[HashingProcess]:
    made = HashingProcess("steady", 30.0)
    made.start()
    yield made
    made.stop()


@pytest.fixture
def hasher(monkeypatch) -> Any:
    monkeypatch.setattr(hashers.Argon2id, "memory_cost", 8)
    monkeypatch.setattr(hashers.Argon2id, "time_cost", 1)
    return hashers.Argon2id()


def pid_of(process: HashingProcess) -> int:
    assert process._process is not None
    return process._process.pid


def test_it_hashes_as_the_serving_process_would(process, hasher, monkeypatch):
    salt = "somesaltsomesalt"
    here = hasher.encode(PASSWORD, salt)
    monkeypatch.setattr(hashers._Installed, "processes", (process,))
    before = process._answered
    assert hasher.encode(PASSWORD, salt) == here
    assert hasher.verify(PASSWORD, here) is True
    assert hasher.verify("wrong", here) is False
    assert process._answered == before + 3


def test_each_question_gets_its_own_answer(process):
    made = [str(process.ask("hash", str(number), "somesaltsomesalt", *CHEAP)) for number in range(3)]
    assert [process.ask("verify", "1", encoded) for encoded in made] == [False, True, False]


def test_what_is_not_answered_in_time_is_left_and_its_answer_never_taken_for_another(process):
    right = str(process.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP))
    os.kill(pid_of(process), signal.SIGSTOP)
    process._patience = 0.01
    try:
        assert process.ask("verify", PASSWORD, right) is None
        assert process.ask("verify", "wrong", right) is None  # still at the one before: not even asked
    finally:
        os.kill(pid_of(process), signal.SIGCONT)
        process._patience = 30.0
    answer = process.ask("verify", "wrong", right)
    while answer is None:  # it may still be at it
        answer = process.ask("verify", "wrong", right)
    assert answer is False


def test_one_that_has_died_is_done_without_and_started_again_later(process, monkeypatch):
    os.kill(pid_of(process), signal.SIGKILL)
    os.waitid(os.P_PID, pid_of(process), os.WEXITED | os.WNOWAIT)
    assert process.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP) is None
    monkeypatch.setattr("accounts.hashing_process.START_AGAIN_SECONDS", 0.0)
    assert process.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP) is not None


@pytest.mark.parametrize(
    "question",
    [("verify", "x", "no hash"), ("verify", "\ud800", ENCODED), ("hash", "x", "s", 0, 0, 0, 0), ("?",)],
)
def test_what_it_cannot_answer_it_leaves_to_others_and_goes_on(process, question):
    assert process.ask(*question) is None
    assert process.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP) is not None


@pytest.mark.parametrize("processes", [0, 1])
def test_a_password_is_hashed_here_where_no_process_does_it(hasher, monkeypatch, processes):
    silent = HashingProcess("idle", 0.0)
    monkeypatch.setattr(silent, "ask", lambda *_question: None)
    monkeypatch.setattr(hashers._Installed, "processes", (silent,) * processes)
    encoded = hasher.encode(PASSWORD, "somesaltsomesalt")
    assert encoded.startswith(ENCODED)
    assert hasher.verify(PASSWORD, encoded) is True


@pytest.mark.skipif(not hasattr(os, "SCHED_IDLE"), reason="there are other policies elsewhere")
def test_one_works_when_nothing_else_does_and_one_with_a_share(process):
    idle = HashingProcess("idle", 30.0)
    try:
        for each, policy in ((idle, os.SCHED_IDLE), (process, os.SCHED_OTHER)):
            assert each.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP) is not None
            assert os.sched_getscheduler(pid_of(each)) == policy
            assert os.getpriority(os.PRIO_PROCESS, pid_of(each)) >= 10
    finally:
        idle.stop()


def test_it_is_told_no_secrets_by_its_environment(process, monkeypatch):
    monkeypatch.setenv("DATABASE_URL", "postgres://user:secret@example.org/x")
    fresh = HashingProcess("idle", 30.0)
    try:
        assert fresh.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP) is not None
        with open(f"/proc/{pid_of(fresh)}/environ", "rb") as environ:  # noqa: PTH123  # a file of the kernel's
            assert b"DATABASE_URL" not in environ.read()
    finally:
        fresh.stop()


@pytest.mark.skipif(not AUTOGROUP.exists(), reason="sessions do not share processors here")
@pytest.mark.parametrize("manner", ["idle", "steady"])
def test_it_gives_way_to_other_sessions_too(manner):
    made = HashingProcess(manner, 30.0)
    try:
        assert made.ask("hash", PASSWORD, "somesaltsomesalt", *CHEAP) is not None
        assert os.getsid(pid_of(made)) == pid_of(made) != os.getsid(0)
        told = Path(f"/proc/{pid_of(made)}/autogroup").read_text()
        assert told.split()[-1] == str(NICENESS[manner]), told
    finally:
        made.stop()


def test_it_ends_when_whoever_started_it_does():
    made = HashingProcess("idle", 30.0)
    made.start()
    assert made._process is not None
    with made._process as process:  # which closes the pipes, and waits
        pass
    assert process.returncode == 0
