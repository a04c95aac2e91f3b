"""The site: how long a build of 1,500 pages takes, and what its heaviest page weighs."""

import gzip
import re
import shutil
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from admin.config import ROOT

PAGES = 1500
# Pages that stand for those which a district adds: words, links, marks and all.
MODELS = ("topics", "drugs", "report")
LOADED = re.compile(
    r'<link rel="(?:stylesheet|icon)" href="([^"]+)"|<script src="([^"]+)"', re.ASCII
)
BUDGETS = {"site_build_s_1500": "≤ 3", "page_gzip_bytes_max": "≤ 10240"}


def measure_site(site: Path = ROOT / "build" / "site") -> dict[str, float]:
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder)
        times = [build(folder) for _ in range(3)]
        built = len(list((folder / "out").rglob("index.html")))
    if built < PAGES:
        raise RuntimeError(f"only {built} pages were built")
    return {"site_build_s_1500": round(min(times), 2), "page_gzip_bytes_max": heaviest(site)[0]}


def fill(folder: Path) -> None:
    """Copy what the build reads, and add pages until there are 1,500."""
    shutil.copytree(ROOT / "content", folder / "content")
    shutil.copytree(ROOT / "site", folder / "site")
    shutil.copy(ROOT / "mkdocs.yml", folder)
    models = [path for name in MODELS for path in sorted((ROOT / "content" / name).glob("*.md"))]
    models = [path for path in models if path.stem != "index"]
    for number in range(PAGES - len(list((ROOT / "content").rglob("*.md")))):
        model = models[number % len(models)]
        target = folder / "content" / model.parent.name / f"{model.stem}-{number}.md"
        target.write_text(model.read_text("utf-8"), "utf-8")


def build(folder: Path) -> float:
    """Build as `make test` does; gives the seconds that it took."""
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
