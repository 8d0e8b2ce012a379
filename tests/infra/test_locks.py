import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LOCKS = sorted(ROOT.glob("requirements*.lock"))


def entries(path: Path) -> list[str]:
    return re.split(r"(?<!\\)\n", path.read_text().strip())


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_package_is_pinned_with_hashes(path):
    assert entries(path)
    for entry in entries(path):
        assert re.match(r"[a-z0-9.-]+==[^ ]+ ", entry), entry
        assert "--hash=sha256:" in entry, entry


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_no_lock_says_where_it_was_made(path):
    assert not re.search(r"https?:|index-url|find-links|file:", path.read_text())


@pytest.mark.parametrize("path", LOCKS, ids=lambda path: path.name)
def test_every_wish_is_locked(path):
    wishes = path.with_suffix(".in").read_text().splitlines()
    names = {re.split(r"[\[<>=~!]", line)[0].strip() for line in wishes if line and line[0] not in "#-"}
    assert names <= {re.split(r"==", entry)[0] for entry in entries(path)}


def test_the_locks_agree_with_one_another():
    pins: dict[str, str] = {}
    # Installed into environments of their own.
    apart = {
        "requirements-auditors.lock",
        "requirements-bench.lock",
        "requirements-cli.lock",
        "requirements-parity.lock",
        "requirements-prowler.lock",
    }
    for path in LOCKS:
        if path.name in apart:
            continue
        for entry in entries(path):
            name, _, version = entry.split(" ")[0].partition("==")
            assert pins.setdefault(name, version) == version, name
