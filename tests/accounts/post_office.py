"""A small SMTP server in a thread: takes mail, or refuses it in one of the ways that servers do."""

import socketserver
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

USUAL = {"DATA": "354 Go on", "QUIT": "221 Bye", "STARTTLS": "454 TLS not available"}


class PostOffice(socketserver.ThreadingTCPServer):
    """What came in.  `answers` replaces the answer to a command, such as {"RCPT": "550 No such user"}."""

    daemon_threads = True

    def __init__(self, answers: Mapping[str, str], *, starttls: bool) -> None:
        super().__init__(("127.0.0.1", 0), Window)
        self.port: int = self.server_address[1]
        greeting = "250-post office\r\n250-STARTTLS\r\n250 HELP" if starttls else "250 HELP"
        self.answers = {**USUAL, "EHLO": greeting, **answers}
        self.commands: list[str] = []
        self.mails: list[str] = []


class Window(socketserver.StreamRequestHandler):
    """One connection."""

    server: PostOffice

    def handle(self) -> None:
        self._say("220 post office")
        while line := self._line():
            self.server.commands.append(line)
            answer = self.server.answers.get(line.split()[0].upper(), "250 OK")
            self._say(answer)
            if answer.startswith("354"):
                self.server.mails.append("\n".join(iter(self._line, ".")))
                self._say("250 Taken")
            if answer.startswith("221"):
                return

    def _say(self, text: str) -> None:
        self.wfile.write(f"{text}\r\n".encode())

    def _line(self) -> str:
        return self.rfile.readline().decode().rstrip("\r\n")


@contextmanager
def opened(answers: Mapping[str, str] | None = None, *, starttls: bool = False) -> Iterator[PostOffice]:
    """A post office on a free port of this machine."""
    with PostOffice(answers or {}, starttls=starttls) as office:
        thread = threading.Thread(target=lambda: office.serve_forever(poll_interval=0.01), daemon=True)
        thread.start()
        try:
            yield office
        finally:
            office.shutdown()
            thread.join()
