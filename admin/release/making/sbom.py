"""The list of a version's parts, as CycloneDX 1.6: name, version, sum and licence of each."""

import json
import re
import uuid
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from ..layout import Release
from .components import Component

_NAMES: Final = uuid.UUID("6f0f1f0e-9a3c-5c57-8a0e-0d1f6a3f6b51")
_EXPRESSION: Final = re.compile(r"[\w.+-]+(?: (?:AND|OR|WITH) [\w.+-]+)*")


def make_sbom(release: Release, seconds: int, components: Iterable[Component]) -> str:
    """Write it; the same parts give the same bytes, its serial number included."""
    listed = [_entry(found) for found in sorted(set(components))]
    product = f"pkg:generic/dengshao@{release.version}?arch={release.arch}"
    serial = uuid.uuid5(_NAMES, json.dumps([product, release.commit, listed]))
    return _text(
        {
            "bomFormat": "CycloneDX",
            "specVersion": "1.6",
            "serialNumber": f"urn:uuid:{serial}",
            "version": 1,
            "metadata": {
                "timestamp": f"{datetime.fromtimestamp(seconds, UTC):%Y-%m-%dT%H:%M:%SZ}",
                "component": {
                    "type": "application",
                    "bom-ref": product,
                    "name": "dengshao",
                    "version": release.version,
                    "purl": product,
                    "properties": [{"name": "dengshao:commit", "value": release.commit}],
                },
            },
            "components": listed,
            "dependencies": [
                {"ref": product, "dependsOn": [entry["bom-ref"] for entry in listed]},
            ],
        }
    )


def _entry(found: Component) -> dict[str, Any]:
    return {
        "type": "library",
        "bom-ref": found.purl,
        "name": found.name,
        "version": found.version,
        "scope": "required" if found.is_shipped else "excluded",
        "hashes": [{"alg": found.algorithm, "content": found.digest}],
        "licenses": [_licence(found.licence)],
        "purl": found.purl,
    }


def _licence(words: str) -> dict[str, Any]:
    """Give an expression as one, and what is none (a package's own words) as a name."""
    if _EXPRESSION.fullmatch(words):
        return {"expression": words}
    return {"license": {"name": words}}


def _text(bom: dict[str, Any]) -> str:
    return json.dumps(bom, indent=1, ensure_ascii=False) + "\n"
