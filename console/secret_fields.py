"""Which fields of forms carry secrets: they are asked for again, never kept between pages nor written back into one."""

import re
from typing import Final

# By parts of their names, and whole names: new passwords, codes by which people come back, lists of seeds and their key.
_SECRET: Final = re.compile(
    r"pass|secret|code|seed|credential|token|private|challenge|recovery|^(old|new|again|content|file_key)$",
    re.IGNORECASE,
)


def is_secret(name: str) -> bool:
    """Whether what is sent under this name is a secret."""
    return _SECRET.search(name) is not None
