"""The cast of the accounts tests: Example Corp with its root and the users alice and bob."""

from datetime import datetime

import pytest

from accounts.models import Account, Identity
from accounts.signup import open_account
from tests.accounts.cast import NOW, PASSWORD, Browser, user


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def account(db) -> Account:
    return open_account("Example Corp", "root@example.com", PASSWORD, "example-corp", NOW)[0]


@pytest.fixture
def other(db) -> Account:
    return open_account("Other Corp", "root@other.example", PASSWORD, None, NOW)[0]


@pytest.fixture
def root(account: Account) -> Identity:
    return account.root


@pytest.fixture
def alice(account: Account) -> Identity:
    return user(account, "Alice", path="/staff/", password=PASSWORD)


@pytest.fixture
def bob(account: Account) -> Identity:
    return user(account, "bob")


@pytest.fixture
def browser() -> Browser:
    return Browser()
