"""What others made is named with its licence's own words."""

import sys
from pathlib import Path

from admin.config import ROOT
from admin.release.making.notices import make_notices


def test_the_notices_name_what_is_shipped_with_its_licence_and_its_text():
    packages = next(Path(entry) for entry in sys.path if entry.endswith("site-packages"))
    lock = (ROOT / "requirements.lock").read_text("utf-8")

    text = make_notices(packages, lock, ROOT)

    assert "psycopg-binary" in text
    assert "GNU LESSER GENERAL PUBLIC LICENSE" in text
    assert "age-encryption 0" in text
    # Tools and tests stay behind, and so do their notices.
    assert "hypothesis" not in text
    assert "\nesbuild " not in text
    assert make_notices(packages, lock, ROOT) == text
