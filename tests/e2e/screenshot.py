"""Make docs/screenshot.png: the users of a demo account with some life in it.  `make screenshot` runs this."""

import tempfile
from pathlib import Path

from tests.e2e import browsing, life, serving
from tests.e2e.browsing import DESKTOP

PICTURE = serving.ROOT / "docs" / "screenshot.png"
SIGNED_IN = ("alice", "bob", "dave", "erin")
# Days since each password was set, each key made, and each last seen: an account that has been in use for a while.
AGES = {
    "alice": (41, 62, 0.02),
    "backup-agent": (0, 118, 0.3),
    "bob": (75, 96, 2),
    "carol": (12, 0, 0),
    "ci-deploy": (0, 33, 0.01),
    "dave": (8, 0, 1),
    "erin": (20, 0, 5),
    "grace": (3, 0, 0),
}
AGE = """
from datetime import timedelta
from django.utils import timezone
from accounts.models import Identity
from iam.models import AccessKey, User
now = timezone.now()
for name, (password, key, seen) in AGES.items():
    rows = Identity.objects.filter(name=name)
    rows.exclude(password_changed_at=None).update(password_changed_at=now - timedelta(password))
    rows.exclude(password_last_used_at=None).update(password_last_used_at=now - timedelta(seen))
    User.objects.filter(identity__in=rows).update(created_at=now - timedelta(150))
    keys = AccessKey.objects.filter(identity__in=rows)
    keys.update(created_at=now - timedelta(key))
    keys.exclude(last_used_at=None).update(last_used_at=now - timedelta(seen))
"""


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
            product.manage("shell", "--no-imports", "-c", f"AGES = {AGES!r}\n{AGE}")
            admin = browsing.open_window(browser, product, size=DESKTOP)
            life.sign_in_admin(admin, product, living)
            admin.visit("/iam/users/")
            admin.is_headed("Users")
            admin.page.screenshot(path=PICTURE)


if __name__ == "__main__":
    main()
