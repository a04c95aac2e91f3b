"""A few parts are taken in at once; who was at it longest gives way when all places are taken."""

import threading

import pytest

from admin.intake.js_api.part_room import (
    FAIR_SECONDS,
    NoPlace,
    PartRoom,
)


class Clock:
    now = 0.0

    def __call__(self):
        return self.now


class Line:
    """A connection; who is cut off ends its reading, as the real reader does."""

    def __init__(self):
        self.cut = threading.Event()

    def shutdown(self, _how):
        self.cut.set()


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture
def room(clock):
    return PartRoom(2, clock)


def hold(room, line, *, whole=False):
    """Hold a place until the line is cut, from a thread of its own."""
    held = threading.Event()

    def work():
        with room.place(line) as sender:
            sender.is_reading = not whole
            held.set()
            line.cut.wait(20)

    thread = threading.Thread(target=work)
    thread.start()
    assert held.wait(20)
    return thread


def test_there_are_so_many_places_and_no_more(room):
    with room.place(None), room.place(None), pytest.raises(NoPlace), room.place(None):
        raise AssertionError("a third place")
    with room.place(None), room.place(None):
        pass


def test_an_error_gives_the_place_back(room):
    for _ in range(5):
        with pytest.raises(ValueError, match="broken"), room.place(None):
            raise ValueError("broken")


def test_who_was_at_it_longest_gives_way_after_a_fair_time(room, clock):
    slow, other = Line(), Line()
    threads = [hold(room, slow)]
    clock.now = 5.0
    threads.append(hold(room, other))

    clock.now = FAIR_SECONDS - 1
    with pytest.raises(NoPlace), room.place(None):
        pass
    clock.now = FAIR_SECONDS
    with room.place(None):
        assert slow.cut.is_set()
        assert not other.cut.is_set()

    other.cut.set()
    for thread in threads:
        thread.join()


def test_a_part_that_is_there_already_is_not_cut_off(room, clock):
    lines = [Line(), Line()]
    threads = [hold(room, line, whole=True) for line in lines]
    clock.now = 10 * FAIR_SECONDS

    with pytest.raises(NoPlace), room.place(None):
        pass

    assert not any(line.cut.is_set() for line in lines)
    for line, thread in zip(lines, threads, strict=True):
        line.cut.set()
        thread.join()


def test_a_sender_that_went_away_by_itself_is_no_error(room, clock):
    class Gone(Line):
        def shutdown(self, how):
            super().shutdown(how)
            raise OSError("not connected")

    lines = [Gone(), Line()]
    threads = [hold(room, line) for line in lines]
    clock.now = FAIR_SECONDS

    with room.place(None):
        assert lines[0].cut.is_set()

    lines[1].cut.set()
    for thread in threads:
        thread.join()
