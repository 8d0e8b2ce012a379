"""The engine taken out and used alone, as its README shows."""

import re
import subprocess
import sys
from pathlib import Path

import iam.policy

ROOT = Path(iam.policy.__file__).parents[2]


def test_the_example_of_the_readme_prints_what_it_says_without_django():
    readme = (ROOT / "iam" / "policy" / "README.md").read_text()
    example = re.search(r"```python\n(.*?)```", readme, re.DOTALL)
    assert example
    told = re.search(r"It prints `(\w+)`", readme)
    assert told
    # -S and -I: no installed packages, no variables of the environment
    script = (
        f"import sys; sys.path.insert(0, {str(ROOT)!r})\n{example[1]}\nassert 'django' not in sys.modules"
    )
    done = subprocess.run(  # noqa: S603  # our own text
        [sys.executable, "-I", "-S", "-c", script], capture_output=True, text=True, check=False
    )
    assert (done.stdout.strip(), done.stderr) == (told[1], "")
