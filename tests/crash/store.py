"""An S3 server that is killed and started again on what it kept."""

import secrets
import shutil
import subprocess
from pathlib import Path

from obstore.exceptions import BaseError

from admin.config import ROOT
from tests import s3
from tests.ports import free_port


class Store:
    def __init__(self, folder: Path, address: str) -> None:
        weed = shutil.which("weed") or ROOT / ".venv" / "bin" / "weed"
        folder.mkdir()
        port = free_port()
        keys = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16)}
        self.environ = keys | {
            "AWS_ENDPOINT_URL": f"http://{address}:{port}",
            "AWS_REGION": "us-east-1",
            # To another address than this machine's loopback: the line is a safe one here.
            "AWS_ALLOW_HTTP": "true",
        }
        self._command = s3.command(weed, folder, port, keys, address)
        self._process: subprocess.Popen | None = None
        self.restarts = 0
        """How often it hung."""

    def start(self) -> None:
        self._process = subprocess.Popen(
            self._command,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            start_new_session=True,
        )

    def wait(self) -> None:
        """Wait until it takes an object. One that hangs after its death is started once more."""
        try:
            s3.wait_until_it_takes(self.environ, self._process, 30)
        except BaseError:
            self.restarts += 1
            self.kill()
            self.start()
            s3.wait_until_it_takes(self.environ, self._process)

    def kill(self) -> None:
        self._process.kill()
        self._process.wait()
