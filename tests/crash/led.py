"""What dies in a round where Patroni leads the database, and stands again by itself."""

import random
import time

from .house import House
from .victims import Strike


def switchover(house: House, _choice: random.Random) -> str:
    """Hand over on purpose."""
    house.cluster.switch_over()
    return "handed over"


def leader(house: House, choice: random.Random) -> str:
    """Kill the leader's machine; it comes back at once, or when the other leads."""
    dead, other = house.cluster.leader, house.cluster.other
    dead.kill()
    if choice.random() < 0.5:
        time.sleep(choice.uniform(0, 2))
        return "back at once"
    house.cluster.wait_until_led_by(other)
    return "taken over"


def server(house: House, _choice: random.Random) -> str:
    """Kill the leader's PostgreSQL alone: its Patroni starts it, or lets the other lead."""
    house.cluster.leader.server.kill()
    return "PostgreSQL alone"


def patroni(house: House, _choice: random.Random) -> str:
    """Kill the leader's Patroni alone: its server goes on as a primary that nobody watches."""
    forgotten, other = house.cluster.leader, house.cluster.other
    forgotten.patroni.kill()
    house.cluster.wait_until_led_by(other)
    # Two would take writes now, if the first did not wait for a standby that left it.
    time.sleep(5)
    return "forgotten"


def frozen(house: House, _choice: random.Random) -> str:
    """Let the leader hang, its lines open, until the other leads and all nodes have found it."""
    stopped, other = house.cluster.leader, house.cluster.other
    stopped.pause()
    try:
        house.cluster.wait_until_led_by(other)
        for node in house.nodes:
            node.wait()
        time.sleep(5)
    finally:
        stopped.resume()
    return "went on later"


def standby(house: House, choice: random.Random) -> str:
    """Kill the other machine: nothing is acknowledged until it is back."""
    house.cluster.other.kill()
    time.sleep(choice.uniform(1, 20))
    return "standby"


def etcd(house: House, choice: random.Random) -> str:
    """Kill one etcd of three, or two: without a majority nobody may lead."""
    count = choice.choice((1, 2))
    for one in choice.sample(house.cluster.etcd, count):
        one.kill()
    time.sleep(choice.uniform(5, 40))
    return f"{count} of 3"


LED_VICTIMS: dict[str, Strike] = {
    one.__name__: one for one in (switchover, leader, server, patroni, frozen, standby, etcd)
}
