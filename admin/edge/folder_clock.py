"""The clock by which hours are named and deleted: what was believed of it stands in their folder.

The edge may run on a machine of its own and has no database to ask. It judges by the rule that the
rest goes by (`clock.judging`); what says the same from elsewhere is, here, a person with a watch.
"""

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from ..clock.judging import Judgement, Kept, Moment, judge, never_back, this_moment
from .folder import sealed_files, write_whole

LATEST: Final = "clock.txt"
"""The file in the folder that holds the latest believed moment."""
AHEAD: Final = "时钟比实际走过的时间快，还没有认下。"
_HOUR: Final = 3600.0
"""Seconds for which a moment is judged by: if each minute's were, a clock could run ten minutes
ahead in each of them."""


class FolderClock:
    """A machine's clock as far as it is believed; `look` and `keep` may be of another thread."""

    def __init__(self, folder: Path, read: Callable[[], Moment] = this_moment) -> None:
        self._folder, self._moment = folder, read
        self._kept = self.look().kept

    def now(self) -> datetime:
        """Tell the moment to write lines down by: never one before what was believed."""
        return datetime.fromtimestamp(never_back(self._kept, self._moment()), UTC)

    def look(self, *, is_right: bool = False) -> Judgement:
        """Judge the clock and write nothing; `is_right`, a person says, who has compared it."""
        now = self._moment()
        return judge(self._read(), now, now.wall if is_right else None)

    def keep(self, found: Judgement) -> None:
        """Hold to what was judged, and write it down where it tells more than what stands there.

        Raises `OSError`.
        """
        self._kept = found.kept
        written = _parsed(self._folder / LATEST)
        if not _is_known(written, found.kept) and self._folder.is_dir():
            write_whole(self._folder / LATEST, found.kept.write().encode())

    def _read(self) -> Kept | None:
        """Read what was kept: at the first start the newest hour says that it was once so late."""
        written = _parsed(self._folder / LATEST)
        files = [] if written else sealed_files(self._folder)
        return Kept(Moment(files[-1].begins.timestamp(), "", 0.0)) if files else written


def _is_known(written: Kept | None, found: Kept) -> bool:
    """Tell whether what stands there says the same, or the same less than an hour before."""
    if written is None or written.doubt != found.doubt:
        return False
    passed = (written.seen or written.latest).later(found.seen or found.latest)
    return passed is not None and passed < _HOUR


def _parsed(path: Path) -> Kept | None:
    try:
        return Kept.parse(path.read_text("ascii"))
    except (FileNotFoundError, ValueError, TypeError):
        # One that somebody wrote into tells as little as none.
        return None
