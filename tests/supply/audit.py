"""Holds the lock files against a copy of known faults that lies on the disk: `make audit`.

ADVISORIES names a folder of OSV records (.yaml or .json), as the Python Packaging Authority's and
GitHub's advisory databases are. No network is used: how old the copy is, is said, for what was
found later it cannot know.
"""

import json
import re
import sys
from collections import defaultdict
from pathlib import Path

import yaml
from packaging.version import InvalidVersion, Version

from admin.config import ROOT

_LOCKS = ("requirements.lock", "requirements-dev.lock", "requirements-node.lock")
_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def locked():
    """Give the version of every locked package, by ecosystem and name."""
    found = {}
    for name in _LOCKS:
        pins = re.findall(r"^([\w.-]+)==(\S+)", (ROOT / name).read_text("utf-8"), re.MULTILINE)
        found |= {("PyPI", plain(package)): version for package, version in pins}
    packages = json.loads((ROOT / "package-lock.json").read_text("utf-8"))["packages"]
    for path, entry in packages.items():
        if path:
            found["npm", path.rpartition("node_modules/")[2]] = entry["version"]
    return found


def plain(name):
    return re.sub(r"[-_.]+", "-", name).lower()


def records(folder, wanted):
    """Read the records that tell of a package of ours."""
    names = {name for _ecosystem, name in wanted}
    for path in sorted(folder.rglob("*")):
        if path.suffix in (".yaml", ".yml", ".json") and path.is_file():
            text = path.read_text("utf-8", "replace")
            # To parse only a fraction of tens of thousands.
            if any(name in text.lower() for name in names):
                found = json.loads(text) if path.suffix == ".json" else yaml.load(text, _LOADER)
                if isinstance(found, dict) and "affected" in found:
                    yield found


def faults(folder, wanted):
    """Give the known faults of what is locked, by package, and the day of the newest record."""
    hits, newest = defaultdict(set), ""
    for record in records(folder, wanted):
        newest = max(newest, str(record.get("modified", ""))[:10])
        if record.get("withdrawn"):
            continue
        for part in record["affected"]:
            key = part.get("package", {}).get("ecosystem"), plain(part["package"].get("name", ""))
            if key in wanted and is_affected(wanted[key], part):
                hits[key].add(record["id"])
    return hits, newest


def is_affected(version, part):
    """Tell whether a version is one that a record names, or lies in one of its ranges."""
    if version in map(str, part.get("versions", ())):
        return True
    return any(
        _lies_in(version, found["events"])
        for found in part.get("ranges", ())
        if found["type"] in ("ECOSYSTEM", "SEMVER")
    )


def _lies_in(version, events):
    """Walk the events in their order: introduced opens, fixed and last_affected close."""
    is_in, own = False, Version(version)
    for event in events:
        ((kind, text),) = event.items()
        try:
            at = Version("0" if text == "0" else str(text))
        except InvalidVersion:
            continue
        if kind == "introduced" and own >= at:
            is_in = True
        elif (kind == "fixed" and own >= at) or (kind == "last_affected" and own > at):
            is_in = False
    return is_in


def main(words):
    if len(words) != 1 or not Path(words[0]).is_dir():
        sys.exit("Say where a copy of advisories lies: make audit ADVISORIES=FOLDER")
    wanted = locked()
    hits, newest = faults(Path(words[0]), wanted)
    for (ecosystem, name), ids in sorted(hits.items()):
        told = ", ".join(sorted(ids))
        sys.stdout.write(f"{ecosystem} {name} {wanted[ecosystem, name]}: {told}\n")
    sys.stdout.write(
        f"{len(wanted)} packages, {len(hits)} with a known fault; "
        f"newest record on one of ours: {newest or 'none'}\n"
    )
    sys.exit(bool(hits))


if __name__ == "__main__":
    main(sys.argv[1:])
