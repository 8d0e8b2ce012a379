"""Version 1 of the aws command line, started once: each command then runs in a fork that has its modules already.

It runs under the Python of .venv-cli, `ready.py serve SOCKET`, and knows nothing of ours.  `ready.py ask SOCKET ARGUMENT...`
stands for `aws ARGUMENT...`: it hands over arguments, variables, folder and open files, and ends as the command did.
A start costs most of a command's time, and there are hundreds of commands.
"""

import json
import os
import signal
import socket
import sys
from collections.abc import Callable
from typing import NoReturn

FILES = 3  # input, output, errors
LONGEST = 1 << 20
BROKEN = 255


def serve(place: str) -> NoReturn:
    """Answer until this process is ended."""
    from awscli import clidriver  # type: ignore[import-not-found]  # whoever asks has no need of it

    driver = clidriver.create_clidriver()
    # For the modules that this loads; nothing is asked of anybody.
    driver.session.create_client("sts", "us-east-1", aws_access_key_id="a", aws_secret_access_key="b")
    signal.signal(signal.SIGCHLD, signal.SIG_IGN)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(place)
        listener.listen()
        sys.stdout.write("ready\n")
        sys.stdout.flush()
        while True:
            asker, _ = listener.accept()
            if os.fork() == 0:
                listener.close()
                run(asker, clidriver.main)
            asker.close()


def run(asker: socket.socket, command: Callable[[], int | None]) -> NoReturn:
    """One command, in a process of its own, as the asker would have run it."""
    status: int | str | None = BROKEN
    try:
        signal.signal(signal.SIGCHLD, signal.SIG_DFL)
        text, files, _, _ = socket.recv_fds(asker, LONGEST, FILES)
        asked = json.loads(text)
        for number, file in enumerate(files):
            os.dup2(file, number)
        os.chdir(asked["folder"])
        # awscli tells its botocore by this variable, when it is loaded, where its own models lie.
        models = os.environ["AWS_DATA_PATH"]
        os.environ.clear()
        os.environ.update(asked["variables"], AWS_DATA_PATH=models)
        sys.argv = ["aws", *asked["arguments"]]
        status = command()
    except SystemExit as leaving:
        status = leaving.code
    finally:
        sys.stdout.flush()
        sys.stderr.flush()
        asker.sendall(str(status or 0).encode())
        os._exit(0)


def ask(place: str, arguments: list[str]) -> int:
    """Have the command run; its status."""
    asked = {"arguments": arguments, "variables": dict(os.environ), "folder": os.environ["PWD"]}
    with socket.socket(socket.AF_UNIX) as server:
        server.connect(place)
        socket.send_fds(server, [json.dumps(asked).encode()], range(FILES))
        return int(server.recv(16) or BROKEN)


if __name__ == "__main__":
    what, where, *words = sys.argv[1:]
    if what == "serve":
        serve(where)
    else:
        sys.exit(ask(where, words))
