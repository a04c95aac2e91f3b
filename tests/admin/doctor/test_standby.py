"""What the doctor says of the standby: what was taken must outlive the server that took it."""

import pytest

from admin.db.standby import Standing
from admin.doctor.around.standby import check_standby
from admin.doctor.findings import State

GOOD, BAD = State.GOOD, State.BAD
STANDINGS = [
    (None, 1, GOOD, ""),
    (None, 2, BAD, "请换成 PostgreSQL"),
    (Standing.KEPT, 1, GOOD, ""),
    (Standing.KEPT, 2, GOOD, ""),
    (Standing.ALONE, 1, GOOD, ""),
    (Standing.ALONE, 2, BAD, "synchronous_standby_names"),
    (Standing.LAX, 1, BAD, "synchronous_commit = on"),
    (Standing.LAX, 2, BAD, "synchronous_commit = on"),
    (Standing.ANYONE, 1, BAD, "不写 *"),
    (Standing.ANYONE, 2, BAD, "不写 *"),
    (Standing.SILENT, 1, BAD, "连不连得上主机"),
    (Standing.SILENT, 2, BAD, "连不连得上主机"),
]


@pytest.mark.parametrize(("standing", "nodes", "state", "todo"), STANDINGS)
def test_a_standby_is_missed_where_several_nodes_serve(standing, nodes, state, todo):
    found = check_standby(standing, nodes)
    assert found.state is state
    assert todo in found.todo
    assert bool(found.todo) is (state is BAD)
