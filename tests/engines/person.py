"""What a person does at a browser, whichever it is: reads, types, chooses, presses."""

import time
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Any

from playwright.sync_api import Error as PlaywrightError

PATIENCE = 60
FAILURES = (RuntimeError, PlaywrightError)

_PRESS = """(words, selector) => {
  const found = Array.from(document.querySelectorAll(selector))
    .find((node) => node.textContent.includes(words) && node.getClientRects().length);
  if (!found) return false;
  found.scrollIntoView({ block: "center" });
  found.click();
  return true;
}"""
_TEXT = """(selector) =>
  Array.from(document.querySelectorAll(selector), (node) => node.innerText).join("\\n")"""
_FOCUS = """(selector) => {
  const field = document.querySelector(selector);
  if (!field || !field.getClientRects().length) return false;
  field.scrollIntoView({ block: "center" });
  field.focus();
  field.select();
  return true;
}"""
_CHOOSE = """(selector, value) => {
  const field = document.querySelector(selector);
  field.focus();
  field.value = value;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}"""


class Person(ABC):
    """Tests say what is seen and done here, and nothing of how a page does it."""

    @abstractmethod
    def open(self, url: str) -> None:
        """Go to an address and wait for the page."""

    @abstractmethod
    def run(self, function: str, *arguments: str) -> Any:
        """Call a function in the page, out of reach of its policy."""

    @abstractmethod
    def type(self, selector: str, words: str) -> None:
        """Type into a field that has the focus."""

    @abstractmethod
    def upload(self, selector: str, path: Path) -> None:
        """Choose a file in a field of files."""

    @abstractmethod
    def close(self) -> None:
        """Close the browser, as somebody does who is done."""

    def words(self, selector: str = "body") -> str:
        return str(self.run(_TEXT, selector))

    def see(self, words: str, selector: str = "body") -> None:
        """Wait until these words stand on the page."""
        self.until(lambda: words in self.words(selector), words)

    def until(self, look: Any, what: str) -> None:
        deadline = time.monotonic() + PATIENCE
        while not self._tried(look):
            if time.monotonic() > deadline:
                raise TimeoutError(f"{what!r} was not seen on: {self.words()[:2000]}")
            time.sleep(0.1)

    def _tried(self, look: Any) -> bool:
        """Look once; a page that is being left answers nothing."""
        try:
            return bool(look())
        except FAILURES:
            return False

    def fill(self, selector: str, words: str) -> None:
        self.until(lambda: self.run(_FOCUS, selector), selector)
        self.type(selector, words)

    def choose(self, selector: str, value: str) -> None:
        self.run(_CHOOSE, selector, value)

    def press(self, words: str, selector: str = "button") -> None:
        """Press the first button that is seen and says so."""
        self.until(lambda: self.run(_PRESS, words, selector), words)
