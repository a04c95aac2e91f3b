"""What dies in a round, when and how, and what an operator does about it afterwards."""

import random
import time
from collections.abc import Callable

from .house import House

Strike = Callable[[House, random.Random], str]


def worker(house: House, choice: random.Random) -> str:
    """Kill one worker in the middle of what it does; its master makes another."""
    node = choice.choice(house.nodes)
    choice.choice(node.workers()).kill()
    return "one"


def master(house: House, choice: random.Random) -> str:
    """Kill a node whole; systemd starts it again."""
    node = choice.choice(house.nodes)
    node.kill_master()
    time.sleep(choice.uniform(0, 1))
    node.start()
    return "node"


def primary(house: House, choice: random.Random) -> str:
    """Kill the database's primary, promote its synchronous standby, let the dead one join again."""
    house.cluster.kill_primary()
    time.sleep(choice.uniform(0, 1))
    house.cluster.promote()
    time.sleep(choice.uniform(0.5, 2))
    house.cluster.rejoin()
    return "promoted"


def store(house: House, choice: random.Random) -> str:
    """Kill the S3 server, and start it on what it kept."""
    house.store.kill()
    time.sleep(choice.uniform(0.5, 2))
    house.store.start()
    house.store.wait()
    return "S3"


def disk(house: House, choice: random.Random) -> str:
    """Fill a disk to its last byte: a node's, or the one of the database servers."""
    if choice.random() < 0.5:
        full = choice.choice(house.disks)
        full.fill()
        time.sleep(choice.uniform(0.5, 2))
        full.free()
        return "node's"
    house.disk.fill()
    time.sleep(choice.uniform(1, 3))
    house.disk.free()
    # A worker that heard of it takes no words for a minute: no round waits for that.
    for node in house.nodes:
        for one in node.workers():
            one.kill()
    return "database's"


_DROP = "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE client_addr = '{}'"


def network(house: House, choice: random.Random) -> str:
    """Cut a node from the database: unplugged, silent in one direction or both, or half open."""
    place = choice.choice(house.nodes).place
    kind = choice.choice(("unplugged", "no way there", "no way back", "silent", "half open"))
    seconds = choice.uniform(0.5, 3)
    if kind == "unplugged":
        place.unplug()
        time.sleep(seconds)
        place.plug()
        return kind
    lost = {"there": kind != "no way back", "back": kind != "no way there"}
    place.cut(**lost)
    if kind == "half open":
        # The server forgets its lines to the node, which is never told.
        house.cluster.primary.ask(_DROP.format(place.back))
    time.sleep(seconds)
    place.mend(**lost)
    return kind


VICTIMS: dict[str, Strike] = {
    "worker": worker,
    "master": master,
    "primary": primary,
    "store": store,
    "disk": disk,
    "network": network,
}
