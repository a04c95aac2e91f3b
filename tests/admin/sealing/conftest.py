"""Node and Chromium as second opinions: they run the very libraries that our pages bundle."""

import base64
import json
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from pathlib import Path

import pytest

from tests.live import ARGUMENTS, HEADLESS
from tests.node import run_jobs

ROOT = Path(__file__).parents[3]
BROWSER = ROOT / "tests/browser"
PAGE = "http://localhost/"
CSP = "default-src 'none'; script-src 'self'"


@cache
def official_vectors() -> dict[str, bytes]:
    files = run_jobs(BROWSER / "official_vectors.mjs", None)
    return {name: base64.b64decode(file) for name, file in files.items()}


def pytest_generate_tests(metafunc):
    if "official_vector" in metafunc.fixturenames:
        vectors = official_vectors()
        names = [name for name, file in vectors.items() if not is_armored(file)]
        metafunc.parametrize(
            "official_vector", [pytest.param(vectors[name], id=name) for name in names]
        )


def is_armored(vector: bytes) -> bool:
    return b"\narmored: yes\n" in vector.partition(b"\n\n")[0] + b"\n"


@pytest.fixture(scope="session")
def all_official_vectors():
    return official_vectors()


@pytest.fixture(scope="session")
def table():
    return json.loads((Path(__file__).parent / "vectors.json").read_text())


@pytest.fixture(scope="session")
def in_node():
    """Give a script of tests/browser its jobs: `in_node(name, jobs, *arguments)`."""
    return lambda script, jobs, *arguments: run_jobs(BROWSER / script, jobs, *arguments)


@pytest.fixture(scope="session")
def bundle(tmp_path_factory):
    """The library as a page gets it: one script for ES2017."""
    out = tmp_path_factory.mktemp("bundle")
    (script,) = run_jobs(BROWSER / "bundle.mjs", None, out, BROWSER / "age_page.js")
    return Path(script).read_text()


def jobs_in_node(jobs):
    return run_jobs(BROWSER / "age_jobs.mjs", jobs)


def jobs_in_chromium(bundle, jobs):
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=HEADLESS, args=ARGUMENTS)
        page = browser.new_page()
        html = "<!doctype html><title>age</title><script src='/age_page.js'></script>"
        page.route(
            PAGE,
            lambda route: route.fulfill(
                body=html, content_type="text/html", headers={"Content-Security-Policy": CSP}
            ),
        )
        page.route(
            f"{PAGE}age_page.js",
            lambda route: route.fulfill(body=bundle, content_type="text/javascript"),
        )
        page.goto(PAGE)
        results = page.evaluate("jobs => runJobs(jobs)", jobs)
        browser.close()
    return results


@pytest.fixture(params=["node", pytest.param("chromium", marks=pytest.mark.browser)])
def jobs(request):
    """Call age-encryption through our library, under Node and in Chromium."""
    if request.param == "node":
        return jobs_in_node
    page_bundle = request.getfixturevalue("bundle")

    # In a thread of its own: Playwright refuses where another of its loops already runs.
    def run(work):
        with ThreadPoolExecutor(1) as pool:
            return pool.submit(jobs_in_chromium, page_bundle, work).result()

    return run
