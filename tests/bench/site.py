"""The site: how long a build of 1,500 pages takes, and what its heaviest page weighs."""

import gzip
import re
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import yaml

from admin.config import ROOT

PAGES = 1500
# Long pages of words, whose copies stand for what no district writes: a second, harder measure.
MODELS = ("topics", "drugs", "report")
LOADED = re.compile(
    r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<script src="([^"]+)"', re.ASCII
)
BUDGETS = {
    "site_build_s_1500": "≤ 2.5",
    "site_build_s_1500_long": "",
    "page_gzip_bytes_max": "≤ 10240",
}


def measure_site(site: Path = ROOT / "build" / "site") -> dict[str, float]:
    return {
        "site_build_s_1500": build_with(add_villages),
        "site_build_s_1500_long": build_with(add_copies),
        "page_gzip_bytes_max": heaviest(site)[0],
    }


def build_with(add: Callable[[Path, int], None]) -> float:
    """Build our own pages and as many others as make 1,500 of them; the best of three times."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        shutil.copytree(ROOT / "content", folder / "content")
        shutil.copytree(ROOT / "site", folder / "site")
        shutil.copy(ROOT / "mkdocs.yml", folder)
        build(folder)
        add(folder / "content", PAGES - count(folder))
        times = [build(folder) for _ in range(3)]
        if count(folder) < PAGES:
            raise RuntimeError(f"only {count(folder)} pages were built")
    return round(min(times), 2)


def count(folder: Path) -> int:
    return len(list((folder / "out").rglob("index.html")))


def add_villages(content: Path, number: int) -> None:
    """Add villages to places.yml: that is how a district's site grows."""
    path = content / "data" / "places.yml"
    places = yaml.safe_load(path.read_text("utf-8"))
    towns = [item["id"] for item in places["items"] if item["parent"] is None]
    model = next(item for item in places["items"] if item["parent"] in towns)
    for at in range(number):
        names = {"id": f"village-{at}", "zh": f"第{at}村", "en": f"Village {at}"}
        places["items"].append({**model, **names, "parent": towns[at % len(towns)]})
    path.write_text(yaml.safe_dump(places, allow_unicode=True), "utf-8")


def add_copies(content: Path, number: int) -> None:
    """Add copies of our longest pages: words, links, marks and all."""
    every = [path for name in MODELS for path in sorted((content / name).glob("*.md"))]
    models = [path for path in every if path.stem != "index"]
    for at in range(number):
        model = models[at % len(models)]
        model.with_name(f"{model.stem}-{at}.md").write_text(model.read_text("utf-8"), "utf-8")


def build(folder: Path) -> float:
    """Build as `make test` does; gives the seconds that it took."""
    shutil.rmtree(folder / "out", ignore_errors=True)
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "-f", str(folder / "mkdocs.yml")]
    began = time.perf_counter()
    subprocess.run([*command, "-d", str(folder / "out")], check=True)
    return time.perf_counter() - began


def heaviest(site: Path) -> tuple[int, str]:
    """Find the heaviest page with all that it loads, as a server compresses it."""
    packed: dict[Path, int] = {}

    def weight(path: Path) -> int:
        if path not in packed:
            packed[path] = len(gzip.compress(path.read_bytes(), 6))
        return packed[path]

    def whole(path: Path) -> int:
        names = [first or second for first, second in LOADED.findall(path.read_text("utf-8"))]
        files = (site / "assets" / name.rpartition("/")[2] for name in names)
        return weight(path) + sum(weight(file) for file in files)

    return max((whole(path), str(path.relative_to(site))) for path in site.rglob("*.html"))


if __name__ == "__main__":
    print(measure_site())
    print(heaviest(ROOT / "build" / "site"))
