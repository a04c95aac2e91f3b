"""Files that somebody chooses in Chromium, and what the server holds of them in the end."""

import hashlib

from playwright.sync_api import expect

from admin.sealing import age, files
from admin.vault import vault
from tests.evidence_files import CANARY

PART = "**/tip/files/part"
KEPT = "dengshao.files.tip"
PAPER = b"%PDF-1.4\n" + CANARY.encode() * 200

LISTEN = """() => {
  window.heard = [];
  const list = document.getElementById("files-list");
  const note = () => heard.push(list.textContent);
  new MutationObserver(note).observe(list, {subtree: true, childList: true, characterData: true});
}"""


class Chooser:
    """The field for files on a writer's page."""

    def __init__(self, writer, folder):
        self.writer, self.page, self.folder = writer, writer.page, folder

    def made(self, name, data):
        path = self.folder / name
        path.write_bytes(data)
        return path

    def choose(self, *paths):
        """Choose files; their rows, in the order of the list."""
        before = self.rows.count()
        self.page.set_input_files("#files", [str(path) for path in paths])
        expect(self.rows).to_have_count(before + len(paths))
        return [self.rows.nth(before + number) for number in range(len(paths))]

    @property
    def rows(self):
        return self.page.locator("#files-list > li")

    def row(self, name):
        return self.rows.filter(has_text=name)

    def says(self, name, words):
        expect(self.row(name).locator("[role=status]")).to_contain_text(words)

    def listen(self):
        """Note all that the rows say from now on: what is said for a second is missed by eye."""
        self.page.evaluate(LISTEN)

    def heard(self, words):
        self.page.wait_for_function("words => heard.some(one => one.includes(words))", arg=words)

    def press(self, name, act):
        self.row(name).locator(f"[data-act={act}]").click()

    def keep(self, name):
        self.press(name, "keep")

    @property
    def kept(self):
        """What the tab keeps; None where it keeps nothing."""
        return self.page.evaluate(f"sessionStorage.getItem('{KEPT}')")

    @property
    def parts(self):
        return len(self.writer.posts("/tip/files/part"))


def opened_files(app, content):
    """Open the blobs that `files` of a tip or letter names; gives (entry, clear bytes) of each."""
    entries = files.parse_entries(content)
    with app.app_context():
        return [(entry, _clear(entry)) for entry in entries]


def _clear(entry):
    blobs = vault().blobs
    sealed = b"".join(blobs.read(entry.blob, n) for n in range(blobs.parts(entry.blob)))
    clear = age.open_sealed(sealed, [age.parse_identity(entry.key)])
    return clear[entry.offset : entry.offset + entry.size]


def sealed_parts(app, blob):
    with app.app_context():
        return vault().blobs.parts(blob)


def film(megabytes):
    """Bytes that begin as a film does; no two parts are alike."""
    grain = hashlib.sha256(b"film").digest()
    rest = b"".join(
        number.to_bytes(4, "big") + grain * 31 + CANARY.encode()
        for number in range(megabytes * 1000)
    )
    return b"\0\0\0\x20ftypisom" + rest


def sent(writer):
    """Send, and give the receipt."""
    writer.send()
    return writer.receipt
