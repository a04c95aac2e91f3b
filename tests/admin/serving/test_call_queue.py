"""Requests that are here whole are called in their order, few at once, and nobody is forgotten."""

import threading

from hypothesis import given
from hypothesis import strategies as st

from admin.serving.call_queue import MOST_CALLED, PASSING_SECONDS, CallQueue


class Clock:
    now = 100.0

    def __call__(self):
        return self.now


def made(most=2):
    called, clock = [], Clock()
    return CallQueue(called.append, most, clock), called, clock


def test_as_many_are_called_as_may_be_and_the_next_when_one_leaves():
    queue, called, _clock = made(most=2)

    for name in "abcd":
        queue.join(name)

    assert called == ["a", "b"]
    assert queue.is_waiting
    queue.leave("b")
    assert called == ["a", "b", "c"]
    queue.leave("a")
    assert called == ["a", "b", "c", "d"]
    assert not queue.is_waiting


def test_leaving_twice_or_without_having_been_called_makes_no_room():
    queue, called, _clock = made(most=1)
    for name in "abc":
        queue.join(name)

    queue.leave("a")
    queue.leave("a")
    queue.leave("c")
    queue.leave("stranger")

    assert called == ["a", "b"]


def test_one_that_takes_long_is_passed_by_and_only_then():
    queue, called, clock = made(most=1)
    queue.join("slow")
    queue.join("next")

    clock.now += PASSING_SECONDS * 0.9
    queue.pass_by()
    assert called == ["slow"]
    clock.now += PASSING_SECONDS * 0.2
    queue.pass_by()
    assert called == ["slow", "next"]
    # It left the line when it was passed by: its end makes no room a second time.
    queue.join("last")
    queue.leave("slow")
    assert called == ["slow", "next"]


@given(st.lists(st.sampled_from(["join", "leave", "pass"]), max_size=60), st.integers(1, 4))
def test_everyone_is_called_once_in_order_and_never_too_many_at_once(acts, most):
    queue, called, clock = made(most)
    inside, joined, seen = [], 0, 0
    for act in acts:
        if act == "join":
            queue.join(joined)
            joined += 1
        elif act == "leave" and inside:
            queue.leave(inside.pop(0))
        elif act == "pass":
            clock.now += PASSING_SECONDS * 2
            inside = []
            queue.pass_by()
        inside, seen = inside + called[seen:], len(called)
        assert called == list(range(seen))
        assert len(inside) == min(most, len(inside) + joined - seen)
    while queue.is_waiting:
        clock.now += PASSING_SECONDS * 2
        queue.pass_by()
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
        queue.leave(number)

    queue = CallQueue(call)
    for number in range(200):
        queue.join(number)

    assert finished.wait(60)
    assert sorted(done) == list(range(200))
    assert MOST_CALLED < 16
