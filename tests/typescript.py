"""Holds what the server gives to the types by which the browser's scripts are checked."""

import json
import subprocess

from admin.config import ROOT
from tests.node import NODE

TSC = ROOT / "node_modules" / "typescript" / "bin" / "tsc"


def type_faults(folder, given):
    """Let tsc hold JSON to our types: `given` has pairs of a type's name and a value.

    Gives what tsc says, a line for each fault: a name too few, a name too many, another shape.
    """
    lines = [
        f"export const value{n}: {name} = {json.dumps(value)};"
        for n, (name, value) in enumerate(given)
    ]
    (folder / "given.ts").write_text("\n".join(lines), "utf-8")
    declared = [str(path) for path in sorted((ROOT / "admin" / "browser").rglob("*.d.ts"))]
    config = {
        "extends": str(ROOT / "tsconfig.json"),
        "files": [*declared, "given.ts"],
        "include": [],
    }
    (folder / "tsconfig.json").write_text(json.dumps(config), "utf-8")
    done = subprocess.run(
        [NODE, TSC, "--project", folder, "--pretty", "false"], capture_output=True, text=True
    )
    assert done.stderr == ""
    return [line for line in done.stdout.splitlines() if "error TS" in line]
