"""A load client: requests signed beforehand, sent over a few kept connections, each answer timed."""

import socket
import statistics
import time
from collections.abc import Iterable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from urllib.parse import urlencode

from botocore.auth import SigV4Auth
from botocore.awsrequest import AWSRequest
from botocore.credentials import Credentials

from bench.servers import Server

CONNECTIONS = 4
LONGEST_SECONDS = 20.0
VERSIONS = {"iam": "2010-05-08", "sts": "2011-06-15"}


@dataclass(frozen=True, slots=True)
class Key:
    """An access key."""

    key_id: str
    secret: str


@dataclass(slots=True)
class Measured:
    """What one operation cost one server, over all rounds."""

    latencies: list[float] = field(default_factory=list)
    rates: list[float] = field(default_factory=list)
    cpu: list[float] = field(default_factory=list)
    database: list[float] = field(default_factory=list)
    errors: int = 0

    def percentile(self, part: float) -> float:
        """Milliseconds within which so large a part was answered."""
        ordered = sorted(self.latencies)
        return ordered[min(len(ordered) - 1, int(len(ordered) * part))] * 1000

    @property
    def rate(self) -> float:
        """Requests a second, the median of the rounds."""
        return statistics.median(self.rates)

    @property
    def cpu_ms(self) -> float:
        """Processor milliseconds of the server a request, the median of the rounds."""
        return statistics.median(self.cpu) * 1000

    @property
    def database_ms(self) -> float:
        """The same for its database."""
        return statistics.median(self.database) * 1000


def signed(server: Server, key: Key, name: str, **params: str) -> bytes:
    """The bytes of a signed request for an operation such as iam.GetUser; good for a quarter of an hour."""
    service, _, action = name.partition(".")
    host = f"127.0.0.1:{server.port}"
    body = urlencode({"Action": action, "Version": VERSIONS[service], **params})
    request = AWSRequest(
        "POST",
        f"http://{host}/",
        data=body,
        headers={"Host": host, "Content-Type": "application/x-www-form-urlencoded; charset=utf-8"},
    )
    SigV4Auth(Credentials(key.key_id, key.secret), service, "us-east-1").add_auth(request)
    head = "".join(f"{name}: {value}\r\n" for name, value in request.headers.items())
    return f"POST / HTTP/1.1\r\n{head}Content-Length: {len(body)}\r\n\r\n{body}".encode()


def measure(server: Server, requests: list[bytes], into: Measured) -> None:
    """Send the requests, as many at once as there are connections, and add what was seen to `into`."""
    shares = [requests[number::CONNECTIONS] for number in range(CONNECTIONS)]
    cpu, database, started = server.cpu_seconds(), server.database_seconds(), time.perf_counter()
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        answered = [each for share in pool.map(lambda share: _send(server, share), shares) for each in share]
    seconds = time.perf_counter() - started
    into.latencies += [latency for latency, _ in answered]
    into.errors += sum(status != 200 for _, status in answered)
    into.rates.append(len(answered) / seconds)
    into.cpu.append((server.cpu_seconds() - cpu) / len(answered))
    into.database.append((server.database_seconds() - database) / len(answered))


def ask(server: Server, request: bytes) -> str:
    """Send one request and return the answer's body.  Errors: RuntimeError for any but a success."""
    with Connection(server.port) as connection:
        status, body = connection.exchange(request)
    if status != 200:
        raise RuntimeError(f"{server.name} answered {status}: {body.decode()}")
    return body.decode()


def _send(server: Server, requests: Iterable[bytes]) -> list[tuple[float, int]]:
    deadline = time.perf_counter() + LONGEST_SECONDS
    answered = []
    with Connection(server.port) as connection:
        for request in requests:
            started = time.perf_counter()
            status, _ = connection.exchange(request)
            ended = time.perf_counter()
            answered.append((ended - started, status))
            if ended > deadline:
                break
    return answered


class Connection:
    """A connection that is kept where the server keeps it, and opened anew where it does not."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._socket: socket.socket | None = None

    def __enter__(self) -> "Connection":
        return self

    def __exit__(self, *_: object) -> None:
        self._close()

    def exchange(self, request: bytes) -> tuple[int, bytes]:
        """Send a request; return status and body."""
        if self._socket is None:
            self._socket = socket.create_connection(("127.0.0.1", self._port), 60)
            self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.sendall(request)
        answer = b""
        while (end := answer.find(b"\r\n\r\n")) < 0:
            answer += self._more()
        head = answer[:end].decode("latin-1").lower()
        length = int(head.partition("content-length:")[2].split()[0])
        body = answer[end + 4 :]
        while len(body) < length:
            body += self._more()
        if "connection: close" in head or head.startswith("http/1.0"):
            self._close()
        return int(head.split(" ", 2)[1]), body

    def _more(self) -> bytes:
        received = self._socket.recv(262_144) if self._socket else b""
        if not received:
            raise ConnectionError("The server hung up in the middle of an answer.")
        return received

    def _close(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None
