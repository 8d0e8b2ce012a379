"""Settings of a test run: the product's own, in a world of its own (no developer's variables, data or keys)."""

import atexit
import os
import shutil
import tempfile

from console.env import VARIABLES

# These two stay in the environment: the processes that share a run's tests read them again.
DATABASE = os.environ.get("WARDSTEAD_TEST_DB", "sqlite")
TEST_REDIS_URL = os.environ.get("WARDSTEAD_TEST_REDIS", "")
for _name in VARIABLES:
    if _name.startswith("WARDSTEAD_TEST_"):
        continue
    os.environ.pop(_name, None)
    os.environ.pop(f"{_name}_FILE", None)

_folder = tempfile.mkdtemp(prefix="wardstead-test-")
atexit.register(shutil.rmtree, _folder, ignore_errors=True)
os.environ["WARDSTEAD_DATA_DIR"] = _folder

from console.settings import *  # noqa: E402, F403  # the variables above must be in place first
from console.settings import DATABASES, POSTGRES_OPTIONS, SQLITE_OPTIONS  # noqa: E402  # as above

if DATABASE == "postgres":
    from tests import postgres

    DATABASES = {"default": postgres.of_this_run() | {"OPTIONS": POSTGRES_OPTIONS}}
elif DATABASE == "sqlite":
    # A file, so that threads see one another's commits; never synced, since nobody outlives the run.
    _pragmas = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF; PRAGMA foreign_keys=ON;"
    DATABASES["default"] |= {
        "OPTIONS": SQLITE_OPTIONS | {"init_command": _pragmas},
        "TEST": {"NAME": f"{_folder}/test.sqlite3"},
    }
else:
    raise ValueError(f"WARDSTEAD_TEST_DB must be sqlite or postgres, not {DATABASE!r}")

# Argon2 with the smallest cost it takes: the same code and the same stored form, a thousand times cheaper.
PASSWORD_HASHERS = ["tests.hashers.CheapArgon2"]
