"""Which of the browser's scripts get mutants, how many, and which tests walk through them."""

BROWSER = "admin/browser"

# How many mutants of one run, and of which files.
AREAS = {
    "sealing": (
        40,
        (
            f"{BROWSER}/shared/sealing/*.js",
            f"{BROWSER}/shared/form/*.js",
            f"{BROWSER}/reporter/sealing/*.js",
            f"{BROWSER}/reporter/form/*.js",
            f"{BROWSER}/reporter/kinds/*.js",
        ),
    ),
    "files": (
        30,
        (
            f"{BROWSER}/reporter/files/*.js",
            f"{BROWSER}/reporter/uploading/*.js",
            f"{BROWSER}/reporter/cleaning/*.js",
        ),
    ),
    "mailbox": (25, (f"{BROWSER}/mailbox/*.js",)),
    "lib": (10, (f"{BROWSER}/shared/*.js", f"{BROWSER}/shared/page/*.js")),
    "staff": (
        15,
        (
            f"{BROWSER}/signin/members/halves.js",
            f"{BROWSER}/signin/members/making.js",
            f"{BROWSER}/signin/renewal/bundle.js",
            f"{BROWSER}/signin/renewal/checking.js",
            f"{BROWSER}/signin/renewal/making.js",
            f"{BROWSER}/signin/keyring.js",
            f"{BROWSER}/signin/open*.js",
            f"{BROWSER}/signin/remembered.js",
            f"{BROWSER}/signin/wrapped.js",
            f"{BROWSER}/desk/keys.js",
            f"{BROWSER}/desk/locks.js",
            f"{BROWSER}/desk/readable.js",
            f"{BROWSER}/desk/unit_keys.js",
        ),
    ),
}

# The files of tests that reach a script through a fixture, and so do not name it.
THROUGH_FIXTURES = {
    "tip_jobs.mjs": ("tests/browser/test_tip.py", "tests/browser/test_proof.py"),
    "age_jobs.mjs": ("tests/admin/sealing/test_interop.py",),
}

_INTAKE = "tests/admin/intake"
_SEAL = f"{_INTAKE}/seal"
_FORM = (
    f"{_SEAL}/test_sending.py",
    f"{_SEAL}/test_errors.py",
    f"{_SEAL}/test_result.py",
    f"{_SEAL}/test_fallback.py",
    f"{_SEAL}/test_draft.py",
    f"{_SEAL}/test_broken_line.py",
    f"{_SEAL}/test_where.py",
    f"{_INTAKE}/test_form_browser.py",
)
_FILES = (
    f"{_SEAL}/test_files.py",
    f"{_SEAL}/test_files_limits.py",
    f"{_SEAL}/test_files_ways.py",
    f"{_SEAL}/test_line.py",
)
_MAILBOX = (
    "tests/admin/mailbox/test_browser.py",
    "tests/admin/mailbox/test_files_browser.py",
)
_SIGNIN = (
    "tests/admin/signin/test_sign_in_browser.py",
    "tests/admin/members/test_joining_browser.py",
    "tests/admin/renewal/test_browser.py",
    "tests/admin/desk/test_enter_browser.py",
)
_DESK = (
    "tests/admin/desk/test_browser.py",
    "tests/admin/desk/tip/test_tip_browser.py",
    "tests/admin/desk/queue/test_queue_browser.py",
)

# By how a file's path begins; the longest that fits counts.
IN_BROWSER = {
    f"{BROWSER}/shared/": (_SEAL + "/test_sending.py", *_MAILBOX, *_FORM[1:], *_DESK[:1]),
    f"{BROWSER}/shared/picture_size.js": (*_FILES, "tests/admin/desk/files/test_files_browser.py"),
    f"{BROWSER}/shared/true_canvas.js": _FILES,
    f"{BROWSER}/reporter/": _FORM,
    f"{BROWSER}/reporter/files/": _FILES,
    f"{BROWSER}/reporter/uploading/": _FILES,
    f"{BROWSER}/reporter/cleaning/": _FILES,
    f"{BROWSER}/mailbox/": _MAILBOX,
    f"{BROWSER}/signin/": _SIGNIN,
    f"{BROWSER}/desk/": _DESK,
}
