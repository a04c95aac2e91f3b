"""A small database of each version that was released, kept to be opened by every later one.

`make keep-form` writes that of the version that pyproject.toml names: run it when a version is
released, and commit what it wrote. Never write one anew afterwards: later versions would be held to
a form that nobody's database ever had.
"""

from pathlib import Path

HERE = Path(__file__).parent


def versions():
    """Name the versions of which a database is kept."""
    return sorted(path.stem for path in HERE.glob("*.age"))
