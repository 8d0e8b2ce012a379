from threading import Event, Thread

import pytest

from accounts import hashers
from console import children


def test_the_cost_is_at_least_owasps():
    encoded = hashers.Argon2id().encode("correct-Horse-7-battery", "somesaltsomesalt")
    assert encoded.startswith("argon2$argon2id$v=19$m=19456,t=2,p=1$")


def test_hashing_leaves_threads_to_what_hashes_nothing():
    assert children.FREE_THREADS >= 3


@pytest.mark.parametrize("processes", [1, 2, 4, 8, 64])
def test_twenty_who_sign_in_at_one_moment_find_a_place_on_a_machine(processes):
    assert processes * hashers.places(processes) >= 20
    assert hashers.places(processes) >= 3


def held(turns: hashers.Turns) -> tuple[Thread, Event]:
    """A thread that has a turn until the event is set."""
    taken, leave = Event(), Event()

    def hold() -> None:
        with turns.turn():
            taken.set()
            leave.wait(10)

    thread = Thread(target=hold)
    thread.start()
    assert taken.wait(5)
    return thread, leave


def test_only_so_many_hash_at_once_and_the_next_waits():
    turns = hashers.Turns(1, 2, 10)
    holder, leave = held(turns)
    finished = Event()

    def wait() -> None:
        with turns.turn():
            finished.set()

    waiting = Thread(target=wait)
    waiting.start()
    assert not finished.wait(0.05)
    leave.set()
    assert finished.wait(5)
    holder.join()
    waiting.join()


def test_whoever_finds_every_place_taken_is_turned_away_at_once():
    turns = hashers.Turns(1, 1, 60)
    holder, leave = held(turns)
    with pytest.raises(hashers.HashingBusyError), turns.turn():
        pass
    leave.set()
    holder.join()
    with turns.turn():
        pass


def test_whether_there_is_room_can_be_asked_beforehand():
    turns = hashers.Turns(1, 1, 60)
    assert turns.room()
    holder, leave = held(turns)
    assert not turns.room()
    leave.set()
    holder.join()
    with turns.turn():
        assert turns.room()
    assert turns.room()


def test_a_turn_that_does_not_come_in_time_is_an_error_and_frees_its_place():
    turns = hashers.Turns(1, 2, 0.01)
    holder, leave = held(turns)
    for _ in range(3):
        with pytest.raises(hashers.HashingBusyError), turns.turn():
            pass
    leave.set()
    holder.join()


def test_a_turn_inside_a_turn_is_the_same():
    turns = hashers.Turns(1, 1, 0.01)
    with turns.turn(), turns.turn():
        pass
    with turns.turn():
        pass


def test_hashes_take_turns(monkeypatch):
    turns = hashers.Turns(1, 1, 0.01)
    monkeypatch.setattr(hashers._Installed, "turns", turns)
    holder, leave = held(turns)
    with pytest.raises(hashers.HashingBusyError):
        hashers.Argon2id().verify("x", "argon2$argon2id$v=19$m=8,t=1,p=1$c29tZXNhbHQ$x")
    with pytest.raises(hashers.HashingBusyError):
        hashers.Argon2id().encode("x", "somesaltsomesalt")
    leave.set()
    holder.join()
