"""What processes of tests.forked have before they begin: the application, MkDocs, and the data.

The data's files as they are now are held to their schemas here, for all of them: half a second of
each server and a fifth of each build. A file that a test changes has other words, and is read.
What is wrong with one is told by whoever reads it.
"""

import gc
from contextlib import suppress

import tests.uploads  # noqa: F401
from admin.config import ROOT
from admin.reading.data_files import DataError, load_file
from tests.quick_apps import keep_checked

CONTENT = ROOT / "content"

keep_checked()
for path in sorted((CONTENT / "data").glob("*.yml")):
    with suppress(DataError):
        load_file(CONTENT, path.stem)
for path in sorted((CONTENT / "about" / "assessments").glob("*.yml")):
    with suppress(DataError):
        load_file(CONTENT, "assessment", path=path)
# None of them need look for garbage among what all have.
gc.freeze()
