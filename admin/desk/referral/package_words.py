"""What the scripts of the page say on which a package is made."""

from typing import Any


def package_words() -> dict[str, Any]:
    """Collect the words of the package, the letter and the page."""
    return {}
