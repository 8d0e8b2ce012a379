from threading import Thread

import pytest

from accounts import hashers


def test_the_cost_is_at_least_owasps():
    encoded = hashers.Argon2id().encode("correct-Horse-7-battery", "somesaltsomesalt")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_only_so_many_hashes_run_at_once():
    held = [hashers._turn() for _ in range(hashers.PARALLEL_HASHES)]
    for turn in held:
        turn.__enter__()
    finished: list[bool] = []
    waiting = Thread(target=lambda: finished.append(bool(hashers.Argon2id().encode("x", "somesaltsomesalt"))))
    waiting.start()
    waiting.join(0.05)
    assert not finished
    held.pop().__exit__(None, None, None)
    waiting.join(5)
    assert finished == [True]
    for turn in held:
        turn.__exit__(None, None, None)


def test_a_turn_that_does_not_come_is_an_error(monkeypatch):
    monkeypatch.setattr(hashers, "PATIENCE_SECONDS", 0.01)
    held = [hashers._turn() for _ in range(hashers.PARALLEL_HASHES)]
    for turn in held:
        turn.__enter__()
    with pytest.raises(hashers.HashingBusyError):
        hashers.Argon2id().verify("x", "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$x")
    for turn in held:
        turn.__exit__(None, None, None)
