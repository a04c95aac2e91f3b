"""The form folds most of its questions up; a person opens them to answer one."""

from playwright.sync_api import Page


def unfold(page: Page) -> None:
    """Open 再多说几句 where it is shut; what comes late may move it from under the pointer."""
    while page.locator("#further:not([open])").count():
        page.click("#further > summary")
