"""`dengshao edge-log run`: takes nginx's lines, seals them by the hour, and gives groups tokens."""

import asyncio
import fcntl
import os
import signal
import socket
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from .groups import Answering, Tokens
from .keeper import Keeper

_FIRST_GIVEN: Final = 3
"""The number of the first socket that systemd gives (sd_listen_fds)."""
_MINUTE: Final = 60.0
_MOST_AT_ONCE: Final = 1000
"""Lines taken before a question of nginx is answered."""
_LONGEST: Final = 2048


class AlreadyRunning(Exception):
    """Another process keeps this folder."""


@contextmanager
def hold_folder(folder: Path) -> Iterator[None]:
    """Be the only one who writes here. Raises `AlreadyRunning`."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    with (folder / "lock").open("wb") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunning from None
        yield


def open_sockets(lines: Path, groups: Path) -> tuple[socket.socket, socket.socket]:
    """Take the two sockets from systemd, which holds what comes in a restart; else make them."""
    given = {found.type: found for found in _given()}
    if given:
        return given[socket.SOCK_DGRAM], given[socket.SOCK_STREAM]
    return _bound(lines, socket.SOCK_DGRAM), _bound(groups, socket.SOCK_STREAM)


def serve(keeper: Keeper, lines: socket.socket, groups: socket.socket) -> None:
    """Serve until told to stop; seal then what is there."""
    asyncio.run(_serve(keeper, lines, groups))


async def _serve(keeper: Keeper, lines: socket.socket, groups: socket.socket) -> None:
    loop, stop = asyncio.get_running_loop(), asyncio.Event()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    tokens = Tokens()
    loop.add_reader(lines, _drain, keeper, lines)
    answering = await loop.create_unix_server(lambda: Answering(tokens), sock=groups)
    while not stop.is_set():
        await _settle(keeper)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), _to_next_minute())
    # What nginx sent before the stop is read before the last hour is sealed.
    await asyncio.sleep(0.1)
    loop.remove_reader(lines)
    lines.close()
    answering.close()
    keeper.turn(stops=True)
    await _settle(keeper)


async def _settle(keeper: Keeper) -> None:
    """Seal and write beside the loop: nginx waits for no socket, it drops what does not fit."""
    keeper.turn()
    hours = keeper.waiting()
    keeper.forget(await asyncio.to_thread(keeper.settle, hours))


def _to_next_minute() -> float:
    now = datetime.now(UTC)
    return _MINUTE - now.second - now.microsecond / 1e6


def _drain(keeper: Keeper, lines: socket.socket) -> None:
    """Take all that is there at once: the queue is short, and what finds no room is lost."""
    with suppress(BlockingIOError):
        for _ in range(_MOST_AT_ONCE):
            keeper.take(lines.recv(_LONGEST))


def _given() -> list[socket.socket]:
    if os.environ.get("LISTEN_PID") != str(os.getpid()):
        return []
    count = int(os.environ.get("LISTEN_FDS", "0"))
    sockets = [socket.socket(fileno=_FIRST_GIVEN + number) for number in range(count)]
    for given in sockets:
        given.setblocking(False)
    return sockets


def _bound(path: Path, kind: socket.SocketKind) -> socket.socket:
    path.parent.mkdir(mode=0o750, parents=True, exist_ok=True)
    if path.exists() and stat.S_ISSOCK(path.stat().st_mode):
        path.unlink()
    made = socket.socket(socket.AF_UNIX, kind)
    made.bind(str(path))
    # nginx's processes belong to the socket's group, or there is no way in.
    path.chmod(0o660)
    if kind is socket.SOCK_STREAM:
        made.listen(128)
    made.setblocking(False)
    return made
