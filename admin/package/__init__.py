"""Opens what a desk sealed for an organ outside, on a computer without server or database.

The browser makes it (admin/browser/desk/package): an age file with a ZIP of plain files in it, and
in `manifest.json` a SHA-256 of each. Plain `age` and `unzip` open it too; this checks every sum.
"""
