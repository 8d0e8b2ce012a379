"""A terminal in which somebody types: one bash that keeps its variables, with the real aws command line at hand.

Texts in the form of the README's are read into steps: `$ ` begins a command, `> ` goes on with it, the rest is what it
prints, where `…` stands for anything and 111122223333 for the account's number.
"""

import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.e2e.serving import ROOT

BIN = ROOT / ".venv-cli" / "bin"
VERSION_2 = ROOT / ".venv-cli2" / "bin"
NUMBER = "111122223333"
DONE = "=== done"
READY = Path(__file__).with_name("ready.py")
PATIENCE_SECONDS = 120
PREAMBLE = f"""
code() {{ (cd {ROOT} && {sys.executable} -m tests.e2e.authenticator "$1" "$2"); }}
"""


@dataclass(frozen=True, slots=True)
class Step:
    """What is typed, and what is then to be read."""

    typed: str
    printed: str


@dataclass
class Terminal:
    """An open terminal; `number` is the account that 111122223333 stands for."""

    bash: "subprocess.Popen[str]"
    number: str = NUMBER
    status: int = 0
    history: list[str] = field(default_factory=list)

    def type(self, command: str) -> str:
        """What a command prints, errors included, with white space as single blanks."""
        assert self.bash.stdin is not None
        assert self.bash.stdout is not None
        self.history.append(command)
        self.bash.stdin.write(f"{command.replace(NUMBER, self.number)}\nprintf '\\n{DONE} %s\\n' $?\n")
        self.bash.stdin.flush()
        impatience = threading.Timer(PATIENCE_SECONDS, self.bash.kill)
        impatience.start()
        lines = []
        for line in self.bash.stdout:
            if line.startswith(DONE):
                self.status = int(line.removeprefix(DONE))
                break
            lines.append(line)
        impatience.cancel()
        assert self.bash.poll() is None, f"the terminal closed at: {command}"
        return tidy("".join(lines).replace(self.number, NUMBER))

    def does(self, command: str) -> str:
        """The same for a command that must succeed."""
        printed = self.type(command)
        assert self.status == 0, f"$ {command}\n{printed}"
        return printed

    def refuses(self, command: str) -> str:
        """The same for a command that must fail."""
        printed = self.type(command)
        assert self.status != 0, f"$ {command}\n{printed}"
        return printed


@contextmanager
def terminal(home: Path, environment: Mapping[str, str], programs: Path = BIN) -> Iterator[Terminal]:
    """Open a terminal with this home, these variables and the `aws` of that folder, and none of our own AWS variables."""
    bare = {name: value for name, value in os.environ.items() if not name.startswith("AWS_")}
    surroundings = {
        "HOME": str(home),
        "PATH": f"{programs}:{bare['PATH']}",
        "AWS_MAX_ATTEMPTS": "1",
        "AWS_PAGER": "",
        "TERM": "dumb",
    }
    home.mkdir(exist_ok=True)
    with subprocess.Popen(
        ["bash", "--noprofile", "--norc"],  # noqa: S607  # the machine's own
        env={**bare, **surroundings, **environment},
        cwd=home,
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    ) as bash:
        open_one = Terminal(bash)
        try:
            open_one.does(PREAMBLE)
            yield open_one
        finally:
            bash.kill()


@contextmanager
def ready(folder: Path) -> Iterator[Path]:
    """A folder whose `aws` is version 1 without its start, for as long as the block lasts."""
    server = [str(BIN / "python"), str(READY), "serve", str(folder / "socket")]
    with subprocess.Popen(server, stdout=subprocess.PIPE, text=True) as serving:  # noqa: S603  # ours
        try:
            assert serving.stdout is not None
            assert serving.stdout.readline() == "ready\n"
            program = folder / "aws"
            program.write_text(f'#!/bin/sh\nexec {BIN}/python -IS {READY} ask {folder}/socket "$@"\n')
            program.chmod(0o755)
            yield folder
        finally:
            serving.terminate()


def keys(access_key_id: str, secret: str, token: str = "") -> dict[str, str]:
    """The variables of somebody's credentials."""
    pair = {"AWS_ACCESS_KEY_ID": access_key_id, "AWS_SECRET_ACCESS_KEY": secret}
    return pair | ({"AWS_SESSION_TOKEN": token} if token else {})


def steps(text: str) -> list[Step]:
    """The steps of a text; lines that begin with # are remarks."""
    found: list[Step] = []
    for line in text.splitlines():
        if line.startswith("$ "):
            found.append(Step(line[2:], ""))
        elif line.startswith("> "):
            found[-1] = Step(f"{found[-1].typed}\n{line[2:]}", "")
        elif line.strip() and not line.startswith("#"):
            found[-1] = Step(found[-1].typed, f"{found[-1].printed} {line}")
    return found


def fits(expected: str, printed: str) -> bool:
    """Whether the printed text is the expected one."""
    pieces = [re.escape(piece) for piece in tidy(expected).split("…")]
    return re.fullmatch(".*?".join(pieces), tidy(printed), re.DOTALL) is not None


def tidy(text: str) -> str:
    """The text with white space as single blanks."""
    return " ".join(text.split())
