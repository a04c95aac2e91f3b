"""Debian's Firefox ESR, driven by WebDriver BiDi as somebody at the keyboard drives it."""

import json
import re
import shutil
import subprocess
from pathlib import Path
from typing import Any

from .person import Person
from .websocket import WebSocket

PROGRAM = shutil.which("firefox-esr")
SECONDS = 120

# A browser that asks nobody anything on its own, as a new profile else does.
QUIET = {
    "app.normandy.enabled": False,
    "app.update.enabled": False,
    "browser.aboutwelcome.enabled": False,
    "browser.safebrowsing.downloads.enabled": False,
    "browser.safebrowsing.malware.enabled": False,
    "browser.safebrowsing.phishing.enabled": False,
    "browser.shell.checkDefaultBrowser": False,
    "datareporting.policy.dataSubmissionEnabled": False,
    "extensions.getAddons.cache.enabled": False,
    "network.captive-portal-service.enabled": False,
    "network.connectivity-service.enabled": False,
    "services.settings.server": "data:,",
    "toolkit.telemetry.enabled": False,
}
# What Tor Browser sets beyond Firefox, "safer" level: no wasm, no just-in-time compiler, no WebGL,
# everything told in one way, storage by site, nothing kept.
AS_TOR = {
    "privacy.resistFingerprinting": True,
    "privacy.firstparty.isolate": True,
    "browser.privatebrowsing.autostart": True,
    "javascript.options.wasm": False,
    "javascript.options.ion": False,
    "javascript.options.baselinejit": False,
    "webgl.disabled": True,
    "dom.serviceWorkers.enabled": False,
    "dom.storage.enabled": True,
    "network.cookie.cookieBehavior": 1,
    "network.http.referer.XOriginPolicy": 2,
    "media.peerconnection.enabled": False,
    "gfx.downloadable_fonts.enabled": False,
}
WITHOUT_SCRIPTS = {"javascript.enabled": False}


class Firefox(Person):
    """One window of a browser of its own; its profile lies below `folder`."""

    def __init__(self, folder: Path, preferences: dict[str, Any] | None = None) -> None:
        self.profile = folder / "profile"
        self.profile.mkdir(parents=True)
        set_to = QUIET | (preferences or {})
        lines = [f"user_pref({json.dumps(k)}, {json.dumps(v)});" for k, v in set_to.items()]
        (self.profile / "user.js").write_text("\n".join(lines))
        command = [PROGRAM, "--headless", "--no-remote", "--profile", str(self.profile)]
        self.process = subprocess.Popen(
            [*command, "--remote-debugging-port=0", "about:blank"],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.PIPE,
            text=True,
            # Its first run writes below the home folder, too.
            env={"HOME": str(folder), "PATH": "/usr/bin:/bin", "MOZ_HEADLESS_WIDTH": "360"},
        )
        self.number = 0
        try:
            self._begin()
        except BaseException:
            self.process.kill()
            raise

    def _begin(self) -> None:
        self.line = WebSocket(self._port(), "/session", seconds=SECONDS)
        self.call("session.new", capabilities={"alwaysMatch": {"acceptInsecureCerts": True}})
        [tab, *_] = self.call("browsingContext.getTree")["contexts"]
        self.tab = tab["context"]

    def _port(self) -> int:
        for line in self.process.stderr:
            if found := re.search(r"BiDi listening on ws://127\.0\.0\.1:([0-9]+)", line):
                return int(found[1])
        raise ConnectionError("Firefox did not start")

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        self.number += 1
        self.line.send(json.dumps({"id": self.number, "method": method, "params": params}))
        while True:
            answer = json.loads(self.line.receive())
            if answer.get("id") == self.number:
                break
        if answer["type"] == "error":
            raise RuntimeError(f"{method}: {answer['error']}: {answer['message']}")
        return answer["result"]

    def open(self, url: str) -> None:
        self.call("browsingContext.navigate", context=self.tab, url=url, wait="complete")

    def run(self, function: str, *arguments: str) -> Any:
        told = [{"type": "string", "value": argument} for argument in arguments]
        answer = self.call(
            "script.callFunction",
            functionDeclaration=function,
            # A sandbox: the page's policy and its scripts mean nothing there.
            target={"context": self.tab, "sandbox": "person"},
            arguments=told,
            awaitPromise=False,
        )
        if answer["type"] != "success":
            raise RuntimeError(answer["exceptionDetails"]["text"])
        return answer["result"].get("value")

    def type(self, selector: str, words: str) -> None:
        del selector
        keys = [{"type": kind, "value": sign} for sign in words for kind in ("keyDown", "keyUp")]
        source = {"type": "key", "id": "keys", "actions": keys}
        self.call("input.performActions", context=self.tab, actions=[source])

    def upload(self, selector: str, path: Path) -> None:
        locator = {"type": "css", "value": selector}
        [node] = self.call("browsingContext.locateNodes", context=self.tab, locator=locator)[
            "nodes"
        ]
        element = {"sharedId": node["sharedId"]}
        self.call("input.setFiles", context=self.tab, element=element, files=[str(path)])

    def close(self) -> None:
        self.call("browser.close")
        self.process.wait(SECONDS)
        self.process.stderr.close()
        self.line.close()
