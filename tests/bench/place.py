"""A served installation for a benchmark: a migrated store with open units, two workers."""

import os
import re
import secrets
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import yaml
from sqlalchemy import insert

from admin import create_app
from admin.config import Config, load_config
from admin.db import db, today
from admin.migrate import migrate
from admin.models import UnitKey
from admin.sealing import member
from admin.sealing.age import HybridIdentity
from tests.ports import free_port
from tests.support import WIDE_BUDGETS

WORKERS = 2
UNITS = ("police", "drugs", "trade", "supervision", "upper")


@dataclass
class Place:
    config: Config
    port: int
    process: subprocess.Popen
    identities: dict[str, HybridIdentity]

    def processes(self) -> list[int]:
        """The first process and its workers."""
        return [self.process.pid, *children(self.process.pid)]

    def memory_mb(self) -> float:
        """MB of all the server's processes at rest, what they share counted once (PSS)."""
        while len(self.processes()) <= WORKERS:
            time.sleep(0.1)
        # Each begins its threads, and looks at the time once.
        time.sleep(1)
        rollups = (Path(f"/proc/{pid}/smaps_rollup").read_text() for pid in self.processes())
        return sum(int(re.search(r"^Pss: +(\d+) kB", text, re.M)[1]) for text in rollups) / 1024

    def cpu_seconds(self) -> float:
        """CPU seconds that the server's processes have used so far."""
        ticks = 0
        for pid in self.processes():
            fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
            ticks += int(fields[11]) + int(fields[12])
        return ticks / os.sysconf("SC_CLK_TCK")


def children(pid: int) -> list[int]:
    return [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def environment(
    folder: Path, database_url: str, port: int, budgets: Mapping[str, str] = WIDE_BUDGETS
) -> dict[str, str]:
    return {
        "DENGSHAO_DATA": str(folder),
        "DENGSHAO_DATABASE_URL": database_url,
        "DENGSHAO_BIND": f"127.0.0.1:{port}",
        "DENGSHAO_FORM_MIN_SECONDS": "0",
        **budgets,
    }


def furnish(folder: Path, environ: dict[str, str]) -> tuple[Config, dict[str, HybridIdentity]]:
    """Migrate the store and open every unit of the demo district."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "secret").write_text(secrets.token_hex(32))
    identities = {unit: HybridIdentity.generate() for unit in UNITS}
    rows = []
    for unit, identity in identities.items():
        keys = str(identity.recipient), str(HybridIdentity.generate().recipient)
        rows.append(
            {
                "unit_id": unit,
                "recipient": keys[0],
                "recovery": keys[1],
                "fingerprint": member.fingerprint(unit, *keys),
                "roster_mac": "0" * 64,
                "made_on": today(),
            }
        )
    items = [{"id": row["unit_id"], "fingerprint": row["fingerprint"]} for row in rows]
    keys_file = {"source": "bench", "checked": "2026-11-24", "items": items}
    (folder / "keys.yml").write_text(yaml.safe_dump(keys_file))
    config = load_config({**os.environ, **environ})
    app = create_app(config)
    with app.app_context():
        migrate(db.engine)
        for row in rows:
            db.session.execute(insert(UnitKey).values(row))
        db.session.commit()
        db.dispose()
    return config, identities


@contextmanager
def served(
    folder: Path, database_url: str, budgets: Mapping[str, str] = WIDE_BUDGETS
) -> Iterator[Place]:
    """Serve a fresh installation from a process group of its own."""
    environ = environment(folder, database_url, free_port(), budgets)
    config, identities = furnish(folder, environ)
    with running(config, environ, identities) as place:
        yield place


@contextmanager
def running(
    config: Config, environ: Mapping[str, str], identities: dict[str, HybridIdentity]
) -> Iterator[Place]:
    """Serve what was furnished."""
    port = int(config.bind.rpartition(":")[2])
    command = [
        str(Path(sys.executable).with_name("dengshao")),
        "serve",
        "--workers",
        str(WORKERS),
        *os.environ.get("BENCH_SERVE", "").split(),
    ]
    process = subprocess.Popen(
        command, env={**os.environ, **environ}, stdout=subprocess.DEVNULL, start_new_session=True
    )
    try:
        wait_for(port)
        yield Place(config, port, process, identities)
    finally:
        process.terminate()
        process.wait(120)


def wait_for(port: int, seconds: float = 120) -> None:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.1)
        else:
            return
    raise TimeoutError(f"nothing answers on port {port}")
