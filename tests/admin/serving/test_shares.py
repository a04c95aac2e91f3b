"""How far all processes of all nodes together may go beyond a budget that was set once."""

from configparser import ConfigParser

import pytest

from admin.config import ROOT, load_config
from admin.intake.flood import Flood, Verdict
from admin.mailbox.shares import TIMES_A_TIP, Shares
from admin.serving.server import gunicorn_options, share_budgets

A_MINUTE, GROUP_HOUR = 60, 20


def configured(folder, **values):
    return load_config({"DENGSHAO_DATA": str(folder), **values})


def processes(folder, nodes, workers):
    """Give what each process of all nodes is configured with."""
    config = configured(folder, DENGSHAO_NODES=str(nodes), DENGSHAO_ADDRESS_HINTS="peer")
    return [share_budgets(config, workers)] * (nodes * workers)


SIZES = [(1, 1), (1, 2), (2, 2), (3, 2), (5, 4)]


@pytest.mark.parametrize(("nodes", "workers"), SIZES)
def test_all_nodes_together_let_through_what_one_would(tmp_path, nodes, workers):
    def passed(group):
        floods = [Flood(one, lambda: 1000.0) for one in processes(tmp_path, nodes, workers)]
        given = {"proven": False, "group": group, "decoy": False, "lane_size": lambda: 0}
        verdicts = [flood.judge(**given) for flood in floods for _ in range(3 * A_MINUTE)]
        return verdicts.count(Verdict.NORMAL)

    most = nodes * workers
    assert 2 * A_MINUTE - most < passed(None) <= 2 * A_MINUTE
    assert GROUP_HOUR - most < passed(b"one") <= max(GROUP_HOUR, most)


@pytest.mark.parametrize(("nodes", "workers"), SIZES)
def test_a_network_writes_no_more_to_the_mailbox_at_several_nodes(tmp_path, nodes, workers):
    shares = [Shares(one, lambda: 1000.0) for one in processes(tmp_path, nodes, workers)]
    header = {}.get

    taken = sum(share.take(tip, "203.0.113.9", header, 9) for share in shares for tip in range(99))

    most = TIMES_A_TIP * GROUP_HOUR
    assert most - nodes * workers < taken <= max(most, nodes * workers)


def test_a_container_is_given_the_time_that_a_node_may_take_to_leave(tmp_path):
    config = configured(tmp_path, DENGSHAO_LEAVING_SECONDS="999")
    quadlet = ConfigParser(strict=False)
    quadlet.read(ROOT / "admin/deploy/container/dengshao.container")
    graceful = gunicorn_options(config, workers=1, threads=1)["graceful_timeout"]

    takes = config.leaving_seconds + graceful
    stop, unit = quadlet["Container"]["StopTimeout"], quadlet["Service"]["TimeoutStopSec"]
    assert takes < int(stop) < int(unit)
