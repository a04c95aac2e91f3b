"""WebKitGTK's MiniBrowser, driven by plain WebDriver over HTTP: the engine of Safari's family."""

import http.client
import json
import os
import shutil
import subprocess
import time
from pathlib import Path
from typing import Any

from tests.ports import free_port

from . import window
from .person import Person

PROGRAM = shutil.which("WebKitWebDriver")
MINI = next(Path("/usr/lib").glob("*/webkit2gtk-4.1/MiniBrowser"), None)
ELEMENT = "element-6066-11e4-a52e-4f735466cecf"

# Keys of other scripts than the keyboard's are lost on the way: the words are put in as a keyboard
# program (IME) puts them in, at once, with the event that follows.
_PUT = """(selector, words) => {
  const field = document.querySelector(selector);
  field.value = words;
  field.dispatchEvent(new Event("input", { bubbles: true }));
  field.dispatchEvent(new Event("change", { bubbles: true }));
}"""


class WebKit(Person):
    """One window of a browser that keeps nothing; what it would write lies below `folder`."""

    def __init__(self, folder: Path) -> None:
        self.screen = window.Screen()
        self.port = free_port()
        home = {name: str(folder) for name in ("HOME", "XDG_CACHE_HOME", "XDG_DATA_HOME")}
        self.process = subprocess.Popen(
            [PROGRAM, f"--port={self.port}"],
            env={
                **os.environ,
                **home,
                "DISPLAY": self.screen.display,
                # As root, and without a graphics card.
                "WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS": "1",
                "LIBGL_ALWAYS_SOFTWARE": "1",
                "GDK_BACKEND": "x11",
            },
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self.session = ""
        options = {"binary": str(MINI), "args": ["--automation"]}
        wanted = {"acceptInsecureCerts": True, "webkitgtk:browserOptions": options}
        body = {"capabilities": {"alwaysMatch": wanted}}
        self.session = f"/session/{self._begun(body)['sessionId']}"

    def _begun(self, body: dict[str, Any]) -> Any:
        deadline = time.monotonic() + 60
        while True:
            try:
                return self.ask("POST", "/session", body)
            except ConnectionRefusedError:
                if time.monotonic() > deadline:
                    raise
                time.sleep(0.1)

    def ask(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        connection.request(method, self.session + path, json.dumps(body) if body else None)
        answer = connection.getresponse()
        value = json.loads(answer.read())["value"]
        connection.close()
        if answer.status != http.HTTPStatus.OK:
            raise RuntimeError(f"{path}: {value['error']}: {value['message']}")
        return value

    def open(self, url: str) -> None:
        self.ask("POST", "/url", {"url": url})

    def run(self, function: str, *arguments: str) -> Any:
        script = f"return ({function})(...arguments)"
        return self.ask("POST", "/execute/sync", {"script": script, "args": list(arguments)})

    def type(self, selector: str, words: str) -> None:
        self.run(_PUT, selector, words)

    def upload(self, selector: str, path: Path) -> None:
        found = self.ask("POST", "/element", {"using": "css selector", "value": selector})
        self.ask("POST", f"/element/{found[ELEMENT]}/value", {"text": str(path)})

    def close(self) -> None:
        self.ask("DELETE", "", None)
        self.process.terminate()
        self.process.wait()
        self.screen.close()
