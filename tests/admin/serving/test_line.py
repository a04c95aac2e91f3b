"""Requests that are here whole are called in their order, few at once, and nobody is forgotten."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from admin.serving.line import MOST_CALLED, PASSING_SECONDS, Line


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def made(most=2):
    called, clock = [], Clock()
    return Line(called.append, most, clock), called, clock


def test_as_many_are_called_as_may_be_and_the_next_when_one_leaves():
    line, called, _clock = made(most=2)

    for name in "abcd":
        line.join(name)

    assert called == ["a", "b"]
    assert line.is_waiting
    line.leave("b")
    assert called == ["a", "b", "c"]
    line.leave("a")
    assert called == ["a", "b", "c", "d"]
    assert not line.is_waiting


def test_leaving_twice_or_without_having_been_called_makes_no_room():
    line, called, _clock = made(most=1)
    for name in "abc":
        line.join(name)

    line.leave("a")
    line.leave("a")
    line.leave("c")
    line.leave("stranger")

    assert called == ["a", "b"]


def test_one_that_takes_long_is_passed_by_and_only_then():
    line, called, clock = made(most=1)
    line.join("slow")
    line.join("next")

    clock.now += PASSING_SECONDS * 0.9
    line.pass_by()
    assert called == ["slow"]
    clock.now += PASSING_SECONDS * 0.2
    line.pass_by()
    assert called == ["slow", "next"]
    # It left the line when it was passed by: its end makes no room a second time.
    line.join("last")
    line.leave("slow")
    assert called == ["slow", "next"]


@given(st.lists(st.sampled_from(["join", "leave", "pass"]), max_size=60), st.integers(1, 4))
def test_everyone_is_called_once_in_order_and_never_too_many_at_once(acts, most):
    line, called, clock = made(most)
    inside, joined, seen = [], 0, 0
    for act in acts:
        if act == "join":
            line.join(joined)
            joined += 1
        elif act == "leave" and inside:
            line.leave(inside.pop(0))
        elif act == "pass":
            clock.now += PASSING_SECONDS * 2
            inside = []
            line.pass_by()
        inside, seen = inside + called[seen:], len(called)
        assert called == list(range(seen))
        assert len(inside) == min(most, len(inside) + joined - seen)
    while line.is_waiting:
        clock.now += PASSING_SECONDS * 2
        line.pass_by()
    assert called == list(range(joined))


def test_many_threads_joining_and_leaving_forget_nobody():
    done = []
    lock = threading.Lock()
    finished = threading.Event()

    def call(number):
        threading.Thread(target=work, args=(number,)).start()

    def work(number):
        with lock:
            done.append(number)
            if len(done) == 200:
                finished.set()
        line.leave(number)

    line = Line(call)
    for number in range(200):
        line.join(number)

    assert finished.wait(60)
    assert sorted(done) == list(range(200))
    assert MOST_CALLED < 16
