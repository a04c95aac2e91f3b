"""What growing costs, as a table and as a picture."""

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING
from xml.sax.saxutils import escape

if TYPE_CHECKING:
    from .scale import Cost, Grown

WIDTH, HEIGHT, LEFT, RIGHT, TOP, BOTTOM = 520, 360, 56, 210, 40, 44
SPOKEN = 6
"""Lines of a picture that are named and coloured: those that grew most."""
COLOURS = ("#b3261e", "#1a5fb4", "#26734d", "#8a5a00", "#6d3fa0", "#00707a")
NOISE_MS = 1.0
"""Below this a difference is a busy moment's, and no growth."""
Ratios = Mapping[str, Sequence[float]]


def ratios(stores: Sequence["Grown"]) -> dict[str, list[float]]:
    """Give each page's median time against its own in the smallest store."""
    first = stores[0].costs
    return {
        name: [store.costs[name].p50_ms / cost.p50_ms for store in stores]
        for name, cost in first.items()
    }


def faults(stores: Sequence["Grown"], bound: float) -> list[str]:
    """Name what grew beyond the bound, and by more than a busy moment."""
    found = []
    for store in stores:
        for name, cost in store.costs.items():
            base = stores[0].costs[name].p50_ms
            if cost.p50_ms > bound * base and cost.p50_ms - base > NOISE_MS:
                cpu = _cpu(cost) / _cpu(stores[0].costs[name])
                found.append(
                    f"{name} at {store.tips:,}: {base} -> {cost.p50_ms} ms, CPU {cpu:.2f}×"
                )
    return found


def _cpu(cost: "Cost") -> float:
    return cost.app_ms + cost.database_ms


def table(kind: str, stores: Sequence["Grown"]) -> str:
    """Write median and p95 in ms, CPU of the application and of the database, and statements."""
    heads = [
        f"{store.tips:,} ({store.megabytes:,} MB, {store.real:,} of real size)" for store in stores
    ]
    lines = [f"## {kind}", "", f"| asked | statements | {' | '.join(heads)} |"]
    lines.append("|---|---|" + "---|" * len(stores))
    for name in stores[0].costs:
        costs = [store.costs[name] for store in stores]
        counts = "–".join(str(n) for n in sorted({cost.statements for cost in costs}))
        cells = [f"{one.p50_ms} / {one.p95_ms}; {one.app_ms} + {one.database_ms}" for one in costs]
        lines.append(f"| {name} | {counts} | {' | '.join(cells)} |")
    worst = " | ".join(f"{one.worst_filter}× {one.worst_query}" for one in stores)
    lines.append(f"| worst of {stores[-1].filters} combinations of filters | | {worst} |")
    return "\n".join(lines) + "\n"


def picture(found: Mapping[str, Sequence["Grown"]], bound: float) -> str:
    """Draw one panel a database: tips across (powers of ten), times the smallest store's up."""
    panels = "".join(
        f'<g transform="translate(0 {number * HEIGHT})">{_panel(kind, stores, bound)}</g>'
        for number, (kind, stores) in enumerate(found.items())
    )
    total = HEIGHT * len(found)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" width="{WIDTH + RIGHT}" height="{total}"'
        f' viewBox="0 0 {WIDTH + RIGHT} {total}" font-family="sans-serif" font-size="12">'
        f'<rect width="100%" height="100%" fill="#fff"/>{panels}</svg>\n'
    )


def _panel(kind: str, stores: Sequence["Grown"], bound: float) -> str:
    lines = ratios(stores)
    most = max(bound * 1.2, *(max(line) for line in lines.values()))
    across = [math.log10(store.tips) for store in stores]
    width = across[-1] - across[0] or 1

    def point(at: float, value: float) -> tuple[float, float]:
        x = LEFT + (at - across[0]) / width * (WIDTH - LEFT)
        return round(x, 1), round(HEIGHT - BOTTOM - value / most * (HEIGHT - TOP - BOTTOM), 1)

    parts = [f'<text x="{LEFT}" y="22" font-weight="bold">{kind}: median time against'
             f" {stores[0].tips:,} tips</text>"]  # fmt: skip
    for store, at in zip(stores, across, strict=True):
        x, y = point(at, 0)
        parts.append(f'<text x="{x}" y="{y + 18}" text-anchor="middle">{store.tips:,}</text>')
    for value in range(int(most) + 1):
        (x, y), (end, _) = point(across[0], value), point(across[-1], value)
        stroke = "#b3261e" if value == bound else "#ddd"
        parts.append(f'<path d="M{x} {y}H{end}" stroke="{stroke}" stroke-dasharray="3 3"/>')
        parts.append(f'<text x="{x - 8}" y="{y + 4}" text-anchor="end">{value}×</text>')
    ordered = sorted(lines, key=lambda name: -lines[name][-1])
    for rank, name in reversed(list(enumerate(ordered))):
        points = [point(at, value) for at, value in zip(across, lines[name], strict=True)]
        path = " ".join(f"{x},{y}" for x, y in points)
        colour = COLOURS[rank] if rank < SPOKEN else "#bbb"
        parts.append(f'<polyline points="{path}" fill="none" stroke="{colour}" stroke-width="2"/>')
        if rank < SPOKEN:
            y = TOP + 16 * (rank + 1)
            told = escape(f"{name} {lines[name][-1]:.2f}×")
            parts.append(f'<text x="{WIDTH + 8}" y="{y}" fill="{colour}">{told}</text>')
    return "".join(parts)


def show_growth(found: Mapping[str, Sequence["Grown"]], target: Path, bound: float) -> None:
    """Write the table and the picture beside the JSON file; print the table and what grew."""
    told = "\n".join(table(kind, stores) for kind, stores in found.items())
    head = (
        "Each cell: median / p95 in ms; CPU of the application + of the database in ms.\n"
        "Tips that are not of real size have 64 sealed bytes: these MB tell nothing of one.\n\n"
    )
    target.with_suffix(".md").write_text(head + told)
    target.with_suffix(".svg").write_text(picture(found, bound))
    print(head + told)
    for kind, stores in found.items():
        for fault in faults(stores, bound):
            print(f"{kind}: grown beyond {bound}×: {fault}")
