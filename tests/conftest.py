"""What every test runs under: random order, no network beyond this machine, and none of a test's own mail sent."""

import ipaddress
import os
import secrets
import socket
from pathlib import Path
from typing import Any

import pytest

pytest_plugins: list[str] = []


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --order-seed, so that an order that failed can be had again."""
    parser.addoption("--order-seed", type=int, default=None, help="repeat the order of an earlier run")


def pytest_configure(config: pytest.Config) -> None:
    """Choose this run's order and close the network."""
    if config.option.order_seed is None:
        config.option.order_seed = getattr(config, "workerinput", {}).get(
            "order_seed", secrets.randbelow(1_000_000)
        )
    socket.socket.connect = _loopback_only(socket.socket.connect)  # type: ignore[method-assign]
    socket.socket.connect_ex = _loopback_only(socket.socket.connect_ex)  # type: ignore[method-assign]


@pytest.hookimpl(optionalhook=True)
def pytest_configure_node(node: Any) -> None:
    """Tell each process that shares this run's tests the order of all."""
    node.workerinput["order_seed"] = node.config.option.order_seed


def pytest_report_header(config: pytest.Config) -> str:
    """Say which database the run is on, and how to repeat its order."""
    from django.conf import settings

    engine = settings.DATABASES["default"]["ENGINE"].rpartition(".")[2]
    return f"database: {engine}, order: --order-seed={config.option.order_seed}"


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Leave the browser's tests to `make e2e`, which names them."""
    e2e = config.rootpath / "tests" / "e2e"
    return True if collection_path == e2e and not any("e2e" in argument for argument in config.args) else None


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Shuffle files, then the tests within each: order hides dependence, and module fixtures stay cheap."""
    seed = f"{config.option.order_seed}"

    def place(text: str) -> str:
        return _digest(seed + text)

    items.sort(key=lambda item: (place(str(item.path)), place(item.nodeid)))


def _digest(text: str) -> str:
    import hashlib

    return hashlib.blake2s(text.encode()).hexdigest()


def _loopback_only(connect):
    def guarded(self, address, *rest):
        if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_loopback(address[0]):
            raise PermissionError(f"Tests do not leave this machine: {address[0]} (process {os.getpid()})")
        return connect(self, address, *rest)

    return guarded


def _is_loopback(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
