"""Debian's Chromium with a profile of its own on the disk."""

from pathlib import Path
from typing import Any

from tests.live import ARGUMENTS, CHROMIUM, WAIT_MS

from .person import Person


class Chromium(Person):
    """`browser` is the suite's own: it starts another one beside itself."""

    def __init__(
        self, browser: Any, folder: Path, *, scripts: bool = True, hosts: str = ""
    ) -> None:
        self.profile = folder / "profile"
        self.context = browser.browser_type.launch_persistent_context(
            self.profile,
            executable_path=CHROMIUM,
            args=[*ARGUMENTS, f"--host-resolver-rules={hosts}MAP * ~NOTFOUND, EXCLUDE 127.0.0.1"],
            java_script_enabled=scripts,
            ignore_https_errors=True,
            locale="zh-CN",
            viewport={"width": 360, "height": 780},
        )
        self.context.set_default_timeout(WAIT_MS)
        self.page = self.context.pages[0]

    def open(self, url: str) -> None:
        self.page.goto(url)

    def run(self, function: str, *arguments: str) -> Any:
        return self.page.evaluate(f"(all) => ({function})(...all)", list(arguments))

    def type(self, selector: str, words: str) -> None:
        del selector
        self.page.keyboard.insert_text(words)

    def upload(self, selector: str, path: Path) -> None:
        self.page.set_input_files(selector, path)

    def close(self) -> None:
        self.context.close()
