"""Writes a PDF anew with what is seen of it, and no more.

Of the catalogue and the pages only known entries stay; of all other objects those go that are
known to tell of somebody or to run something. A fresh file has no earlier versions in it.
"""

import zlib
from io import BytesIO
from typing import BinaryIO, Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Object, PasswordError, Pdf, PdfError, Stream

from .jpeg import strip
from .verdicts import BROKEN, ENCRYPTED, TOO_LARGE, Stop

_MB: Final = 2**20
_MOST_PICTURE: Final = 128 * _MB


def _keys(words: str) -> frozenset[str]:
    return frozenset(f"/{word}" for word in words.split())


_CATALOGUE: Final = _keys(
    "Type Pages Version Extensions PageLabels Names Dests ViewerPreferences PageLayout PageMode "
    "Outlines StructTreeRoot MarkInfo Lang OCProperties AcroForm"
)
_PAGE: Final = _keys(
    "Type Parent Kids Count Resources MediaBox CropBox BleedBox TrimBox ArtBox Contents Rotate "
    "Group Annots UserUnit StructParents Tabs"
)
# Gone wherever they stand: descriptions, private data, dates, small pictures, files, scripts.
_GONE: Final = _keys(
    "Metadata PieceInfo LastModified Thumb AF EF AA JS OPI CreatorInfo XFA SpiderInfo"
)
# Gone from a note on a page: whose it is and when it was made. `/T` is a form field's own name.
_OF_A_NOTE: Final = _keys("M CreationDate NM RC Subj")
_NOTES_THAT_RUN: Final = _keys("FileAttachment Sound Movie Screen RichMedia 3D TrapNet")
_ACTIONS: Final = _keys("A PA OpenAction")
_HARMLESS: Final = _keys("GoTo URI Named")


def clean(source: BinaryIO, _media_type: str) -> bytes:
    """Write the PDF anew. Raises `Stop`: a password opens it, or it is not whole."""
    try:
        # No guessing at what a damaged file may have been: pages would be lost without a word.
        pdf = pikepdf.open(source, attempt_recovery=False)
    except PasswordError:
        raise Stop(ENCRYPTED) from None
    except PdfError:
        raise Stop(BROKEN) from None
    _clean_head(pdf)
    for thing in pdf.objects:
        _clean_within(thing)
    target = BytesIO()
    pdf.save(
        target,
        deterministic_id=True,
        object_stream_mode=pikepdf.ObjectStreamMode.generate,
        fix_metadata_version=False,
    )
    return target.getvalue()


def _clean_head(pdf: Pdf) -> None:
    for key in set(pdf.trailer.keys()) - {"/Root", "/Size", "/Encrypt"}:
        del pdf.trailer[key]
    _keep_only(pdf.Root, _CATALOGUE)
    if isinstance(names := pdf.Root.get("/Names"), Dictionary):
        _keep_only(names, _keys("Dests"))
    for page in pdf.pages:
        _keep_only(page.obj, _PAGE)
        if isinstance(notes := page.obj.get("/Annots"), Array):
            page.obj.Annots = Array([note for note in notes.as_list() if not _runs(note)])


def _keep_only(thing: Object, kept: frozenset[str]) -> None:
    for key in set(thing.keys()) - kept:
        del thing[key]


def _runs(note: Object) -> bool:
    return isinstance(note, Dictionary) and str(note.get("/Subtype")) in _NOTES_THAT_RUN


def _clean_within(thing: Object) -> None:
    """Clean an object and those that stand directly in it; others come by themselves."""
    waiting = [thing]
    while waiting:
        one = waiting.pop()
        if isinstance(one, Stream):
            _clean_stream(one)
        if isinstance(one, Dictionary | Stream):
            _clean_dictionary(one)
        waiting += _standing_in(one)


def _standing_in(thing: Object) -> list[Object]:
    """List what is part of an object; numbers and the like come as Python's own."""
    values: list[Object] = []
    if isinstance(thing, Array):
        values = [*thing.as_list()]
    elif isinstance(thing, Dictionary | Stream):
        values = [value for _key, value in thing.items()]
    return [one for one in values if isinstance(one, Dictionary | Array) and not one.is_indirect]


def _clean_dictionary(thing: Object) -> None:
    for key in _GONE:
        if key in thing:
            del thing[key]
    for key in _ACTIONS:
        if key in thing and not _is_harmless(thing[key]):
            del thing[key]
    if "/S" in thing and "/Next" in thing:
        del thing["/Next"]
    if _is_signature(thing.get("/V")):
        del thing["/V"]
    if "/Rect" in thing and "/Subtype" in thing:
        _clean_note(thing)


def _clean_note(note: Object) -> None:
    hidden = _OF_A_NOTE if note.get("/Subtype") == Name("/Widget") else _OF_A_NOTE | {"/T"}
    for key in hidden:
        if key in note:
            del note[key]


def _is_harmless(action: Object) -> bool:
    """Tell an action that only goes somewhere. A list is a place in the paper itself."""
    if isinstance(action, Dictionary):
        return str(action.get("/S")) in _HARMLESS
    return True


def _is_signature(value: Object | None) -> bool:
    """Tell a signature, which names its maker, and does not hold for the new file anyway."""
    return isinstance(value, Dictionary) and "/ByteRange" in value


def _clean_stream(stream: Stream) -> None:
    """Clean a photo that lies in the paper as the telephone made it."""
    filters = stream.get("/Filter")
    names = (
        [str(name) for name in filters.as_list()] if isinstance(filters, Array) else [str(filters)]
    )
    if names[-1] != "/DCTDecode":
        return
    data = stream.read_raw_bytes()
    for name in names[:-1]:
        data = _unpacked(data, name)
    try:
        clean_data = strip(data)
    except ValueError:
        raise Stop(BROKEN) from None
    kept = stream.get("/DecodeParms")
    stream.write(clean_data, filter=Name("/DCTDecode"))
    if isinstance(kept, Dictionary):
        stream.DecodeParms = kept


def _unpacked(data: bytes, name: str) -> bytes:
    if name != "/FlateDecode":
        raise Stop(BROKEN)
    inflater = zlib.decompressobj()
    unpacked = inflater.decompress(data, _MOST_PICTURE)
    if inflater.unconsumed_tail:
        raise Stop(TOO_LARGE)
    return unpacked
