"""What doctor says of a move."""

import pytest

from admin.db import db
from admin.doctor.around.moves import look_at_moves
from admin.doctor.findings import State as Found
from admin.shutters.marks import IN, OUT, Mark, State, forget_mark, write_mark

TOLD = [
    (OUT, State.COPYING, "没有搬完", "--abandon"),
    (OUT, State.CLOSED, "表单关着", "再运行一次"),
    (OUT, State.GONE, "已经搬到 postgresql db/dengshao", "新设置"),
    (IN, State.ARRIVING, "没有搬完", "原来的机器"),
    (IN, State.ARRIVED, "旧的还在", "--erase"),
]


@pytest.fixture
def database_url(sqlite_url):
    return sqlite_url


def test_a_move_is_told_at_each_step_with_what_is_to_be_done(session, subtests):
    assert list(look_at_moves(session)) == []
    for name, state, words, todo in TOLD:
        with subtests.test(str(state)):
            write_mark(session.connection(), name, Mark("0" * 16, state, "postgresql db/dengshao"))
            (found,) = look_at_moves(session)
            forget_mark(session.connection(), name)
            assert found.state is Found.BAD
            assert words in found.words
            assert todo in found.todo
    db.session.rollback()
