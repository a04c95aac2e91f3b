"""What an upgrade is about to do, written down before it does it.

Whoever cuts it off finds here how far it came: `--resume` goes on from the step that was begun,
`--back` undoes it. The form of this file must stay readable to the versions before and after.
"""

import json
import os
from collections.abc import Iterable
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Any, Final

from .content import Act, Change
from .installation import sync_folder

_RUNNING: Final = "running.json"
_LAST: Final = "last.json"
HALF: Final = "half"
"""Stands while the installation is between two versions: the service does not start beside it."""
_FORMAT: Final = 1


class Step(StrEnum):
    """The steps of an upgrade, in their order."""

    UNPACK = "unpack"
    BACKUP = "backup"
    REHEARSE = "rehearse"
    STOP = "stop"
    KEEP = "keep"
    MIGRATE = "migrate"
    CONTENT = "content"
    SITE = "site"
    SWITCH = "switch"
    START = "start"
    HEALTH = "health"


ORDER: Final = tuple(Step)


class State(StrEnum):
    FORWARD = "forward"
    BACKWARD = "backward"
    UNDONE = "undone"
    """All is as it was; what was copied for the way back is being taken away."""
    RETURNING = "returning"
    """By hand, some time after a good end."""
    DONE = "done"
    WENT_BACK = "went back"


@dataclass
class Journal:
    """One upgrade, from where to where, and how far it is."""

    folder: Path
    file: str
    """The artefact; read again where an unpacking was cut off."""
    sum: str
    """Of that file: another one under its name is not unpacked."""
    old: str
    new: str
    migrates: bool
    node_only: bool = False
    backup: str = ""
    step: Step = Step.UNPACK
    state: State = State.FORWARD
    units: list[str] = field(default_factory=list)
    """What was running, to be started again."""
    changes: list[Change] = field(default_factory=list)
    known_faults: list[str] = field(default_factory=list)
    """What the doctor called bad before: an upgrade does not answer for it."""
    tips: int = 0
    """How many there were when the copy was made."""
    words: int = 0
    """Tips and messages together at that moment."""

    @classmethod
    def open(cls, folder: Path) -> "Journal | None":
        """Read the journal of an upgrade that has not ended."""
        return cls._read(folder, _RUNNING)

    @classmethod
    def last(cls, folder: Path) -> "Journal | None":
        """Read the journal of the upgrade that ended last."""
        return cls._read(folder, _LAST)

    @classmethod
    def _read(cls, folder: Path, name: str) -> "Journal | None":
        try:
            found = json.loads((folder / name).read_bytes())
        except FileNotFoundError:
            return None
        known = {key: value for key, value in found.items() if key in cls.__dataclass_fields__}
        known["changes"] = [
            Change(row["path"], Act(row["act"]), is_loud=row["is_loud"]) for row in found["changes"]
        ]
        known |= {"step": Step(found["step"]), "state": State(found["state"])}
        return cls(folder=folder, **known)

    def begin(self, step: Step) -> None:
        """Write down that a step is taken now."""
        self.step = step
        self.save()

    def reached(self, step: Step) -> bool:
        return ORDER.index(self.step) >= ORDER.index(step)

    def left(self) -> Iterable[Step]:
        """List the steps from the one that was begun last."""
        return ORDER[ORDER.index(self.step) :]

    def save(self) -> None:
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        _write(self.folder / _RUNNING, self._told())

    def _told(self) -> dict[str, Any]:
        told = asdict(self) | {"format": _FORMAT, "changes": [c.told() for c in self.changes]}
        del told["folder"]
        return told

    def close(self, state: State) -> None:
        """Write down how it ended; nothing is left to resume."""
        self.state = state
        _write(self.folder / _LAST, self._told())
        (self.folder / _RUNNING).unlink()
        sync_folder(self.folder)

    def set_half(self, *, is_half: bool) -> None:
        path = self.folder / HALF
        if is_half:
            path.touch()
        else:
            path.unlink(missing_ok=True)
        sync_folder(self.folder)


def _write(path: Path, content: dict[str, Any]) -> None:
    aside = path.with_name(path.name + ".new")
    with aside.open("w", encoding="utf-8") as file:
        json.dump(content, file, ensure_ascii=False, indent=1)
        file.flush()
        os.fsync(file.fileno())
    aside.replace(path)
    sync_folder(path.parent)
