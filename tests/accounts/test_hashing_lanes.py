import os
import subprocess
import sys
from threading import Event, Thread

import pytest

from accounts import hashers, hashing_lanes
from accounts.hashing_lanes import Lanes


def test_one_processor_is_left_to_what_is_served(monkeypatch):
    for usable, lanes in ((1, 1), (2, 1), (4, 3)):
        monkeypatch.setattr(os, "sched_getaffinity", lambda _pid, usable=usable: set(range(usable)))
        assert hashing_lanes.number_here() == lanes


def test_there_are_so_many_lanes_and_one_that_is_left_is_free_again(tmp_path):
    lanes = Lanes(tmp_path, 2, 0.0)
    with lanes.lane() as first, lanes.lane() as second:
        assert (first, second) == (True, True)
        with lanes.lane() as third:
            assert not third
    with lanes.lane() as again:
        assert again


def test_who_finds_every_lane_taken_waits_for_one(tmp_path):
    lanes = Lanes(tmp_path, 1, 10.0)
    had = Event()

    def wait() -> None:
        with lanes.lane() as lane:
            assert lane
            had.set()

    with lanes.lane():
        waiting = Thread(target=wait)
        waiting.start()
        assert not had.wait(0.02)
    assert had.wait(5)
    waiting.join()


def test_who_waits_in_vain_goes_on_without(tmp_path):
    with Lanes(tmp_path, 1).lane(), Lanes(tmp_path, 1, 0.005).lane() as lane:
        assert not lane


def test_a_lane_is_one_for_all_processes_and_ends_with_them(tmp_path):
    code = "import sys; from pathlib import Path; from accounts.hashing_lanes import Lanes; lane = Lanes(Path(sys.argv[1]), 1).lane()"
    code += "; print(lane.__enter__(), flush=True); sys.stdin.read()"
    other = subprocess.Popen(  # noqa: S603  # this interpreter, with the line above
        [sys.executable, "-c", code, str(tmp_path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    assert other.stdin is not None
    assert other.stdout is not None
    with other:
        assert other.stdout.readline() == "True\n"
        with Lanes(tmp_path, 1, 0.0).lane() as lane:
            assert not lane
        other.kill()
    with Lanes(tmp_path, 1, 0.0).lane() as lane:
        assert lane


@pytest.mark.parametrize("folder", ["missing", "file"])
def test_where_no_file_can_be_had_nobody_waits(tmp_path, folder):
    (tmp_path / "file").touch()
    with Lanes(tmp_path / folder, 1, 60.0).lane() as lane:
        assert not lane


def test_a_link_laid_in_place_of_a_lane_is_not_followed(tmp_path):
    (tmp_path / "elsewhere").touch()
    (tmp_path / "hashing-0.lock").symlink_to(tmp_path / "elsewhere")
    with Lanes(tmp_path, 1, 60.0).lane() as lane:
        assert not lane


def test_passwords_are_hashed_in_a_lane(tmp_path, monkeypatch):
    monkeypatch.setattr(hashers._Installed, "lanes", Lanes(tmp_path, 1, 0.0))
    seen = []

    def asked(*_question: object) -> bool:
        with Lanes(tmp_path, 1, 0.0).lane() as another:
            seen.append(another)
        return True

    monkeypatch.setattr(hashers, "_asked", asked)
    hashers.Argon2id().verify("", "argon2$")
    hashers.Argon2id().encode("", "")
    assert seen == [False, False]
