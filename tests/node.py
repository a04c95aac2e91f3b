"""Our scripts in Node: jobs go in as JSON, what becomes of them comes out as JSON."""

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

# The one that is here, or the one that a wheel brought.
NODE = shutil.which("node", path=f"{os.environ['PATH']}:{Path(sys.executable).parent}")


def run_jobs(script, jobs, *arguments, seconds=120):
    """Give a script its jobs; fails with what it said where it does not end well."""
    done = subprocess.run(
        [NODE, script, *arguments],
        input=json.dumps(jobs),
        capture_output=True,
        text=True,
        timeout=seconds,
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
