"""Make docs/screenshot.png: the users of a demo account with some life in it.  `make screenshot` runs this."""

import tempfile
from pathlib import Path

from tests.e2e import browsing, life, serving
from tests.e2e.browsing import DESKTOP

PICTURE = serving.ROOT / "docs" / "screenshot.png"
SIGNED_IN = ("alice", "bob", "dave", "erin")


def main() -> None:
    """Serve, bring life, sign people in, and take the picture."""
    with tempfile.TemporaryDirectory() as folder, serving.installation(Path(folder)) as product:
        living = life.breathe(product)
        with browsing.chromium() as browser:
            for name in SIGNED_IN:
                visitor = browsing.open_window(browser, product)
                visitor.sign_in("demo", name, life.PASSWORD)
                if name in living.apps:
                    visitor.fill(code=living.apps[name].code())
                    visitor.press("Continue")
                visitor.is_headed("Dashboard")
            admin = browsing.open_window(browser, product, size=DESKTOP)
            life.sign_in_admin(admin, product, living)
            admin.visit("/iam/users/")
            admin.is_headed("Users")
            admin.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
