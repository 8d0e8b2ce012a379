"""Where the time of a call goes: the steps of a request, by a profile taken inside one process.

A profiler slows Python down, so the shares count, not the milliseconds.
"""

import cProfile
import io
import pstats
from collections.abc import Callable
from typing import Any

# Steps by the function that takes them, and the steps within that are counted apart.
STEPS = {
    "reading the request": ("_understood", "view.py"),
    "finding the key and its principal": ("find_credential", "principals.py"),
    "checking the signature": ("verify", "sigv4.py"),
    "noting the use of key and action": ("note", "last_use.py"),
    "validating the input": ("validate", "catalogue.py"),
    "finding what is acted on": ("resolve", "catalogue.py"),
    "deciding by policies": ("authorize", "authorize.py"),
    "doing it": ("run", "catalogue.py"),
    "recording the event": ("succeeded", "audit.py"),
    "committing": ("commit", "base.py"),
    "writing the answer": ("answer", "xml.py"),
}
WITHIN = {"checking the signature": "finding the key and its principal"}
WHOLE = ("application", "front.py")


def shares(requests: list[bytes]) -> dict[str, float]:
    """The share of each step in answering these requests, in this process; the rest is Django's and the server's."""
    from console.wsgi import application

    environs = [_environ(request) for request in requests]
    for environ in environs[: len(environs) // 4]:
        _answer(application, environ)
    profile = cProfile.Profile()
    profile.enable()
    for environ in environs[len(environs) // 4 :]:
        _answer(application, environ)
    profile.disable()
    seconds = _seconds(profile)
    whole = seconds.pop("whole")
    for outer, inner in WITHIN.items():
        seconds[outer] -= seconds[inner]
    return {step: spent / whole for step, spent in seconds.items()} | {
        "the framework": 1 - sum(seconds.values()) / whole
    }


def _seconds(profile: cProfile.Profile) -> dict[str, float]:
    stats: dict[Any, Any] = pstats.Stats(profile).stats  # type: ignore[attr-defined]  # missing in the stubs
    wanted = {place: step for step, place in STEPS.items()} | {WHOLE: "whole"}
    found = dict.fromkeys((*STEPS, "whole"), 0.0)
    for (path, _, function), (_, _, _, cumulative, _) in stats.items():
        step = wanted.get((function, path.rpartition("/")[2]))
        if step is not None:
            found[step] = max(found[step], cumulative)
    return found


def _environ(request: bytes) -> dict[str, Any]:
    head, _, body = request.partition(b"\r\n\r\n")
    headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n")[1:])
    environ: dict[str, Any] = {
        "REQUEST_METHOD": "POST",
        "PATH_INFO": "/",
        "SCRIPT_NAME": "",
        "QUERY_STRING": "",
        "SERVER_NAME": "127.0.0.1",
        "SERVER_PORT": "80",
        "SERVER_PROTOCOL": "HTTP/1.1",
        "REMOTE_ADDR": "127.0.0.1",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        "wsgi.errors": io.StringIO(),
        "CONTENT_TYPE": headers.pop("Content-Type"),
        "CONTENT_LENGTH": headers.pop("Content-Length"),
    }
    return environ | {f"HTTP_{name.upper().replace('-', '_')}": value for name, value in headers.items()}


def _answer(application: Callable[..., Any], environ: dict[str, Any]) -> None:
    started: list[str] = []
    for _ in application(environ, lambda status, _: started.append(status)):
        pass
    if not started[0].startswith("200"):
        raise RuntimeError(f"An answer of {started[0]} is not worth measuring.")
