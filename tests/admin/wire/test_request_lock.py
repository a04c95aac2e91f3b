"""Requests take turns at the application, and what is slow about them happens outside of it."""

import threading
from io import BytesIO

import pytest

from admin.wire.request_lock import (
    MOST_READ,
    RequestLock,
    unlocked,
)


class Stream(BytesIO):
    """A body that tells how much was asked of it, and by whom."""

    def __init__(self, data, turns):
        super().__init__(data)
        self.turns = turns
        self.asked = []

    def read(self, size=-1):
        self.asked.append((size, self.turns.is_taken()))
        return super().read(size)


class App:
    """Reads its body, as the turns let it; several at once would be noticed."""

    def __init__(self):
        self.inside = self.most = 0
        self.bodies = []

    def __call__(self, environ, _start_response):
        self.inside += 1
        self.most = max(self.most, self.inside)
        self.bodies.append(environ["wsgi.input"].read())
        self.inside -= 1
        return [b"ok"]


class Turns(RequestLock):
    def is_taken(self):
        return self._turn.locked()


HEADERS = {
    "with a length": ({"CONTENT_LENGTH": "5"}, 5),
    "in pieces": ({"HTTP_TRANSFER_ENCODING": "chunked"}, MOST_READ + 1),
}


@pytest.mark.parametrize(("headers", "most"), HEADERS.values(), ids=HEADERS)
def test_a_body_is_read_before_its_turn(headers, most):
    app = App()
    turns = Turns(app)
    stream = Stream(b"abcde", turns)

    turns({"wsgi.input": stream, **headers}, None)

    assert stream.asked == [(most, False)]
    assert app.bodies == [b"abcde"]


@pytest.mark.parametrize("length", ["", "0", str(MOST_READ + 1), "-1", "many"])
def test_other_bodies_are_left_to_the_application(length):
    app = App()
    turns = Turns(app)
    stream = Stream(b"", turns)

    turns({"wsgi.input": stream, "CONTENT_LENGTH": length}, None)

    assert stream.asked == [(-1, True)]


def test_who_steps_aside_gives_the_turn_to_others_and_takes_one_again():
    def app(environ, _start_response):
        taken.append(turns.is_taken())
        with unlocked(environ):
            taken.append(turns.is_taken())
        taken.append(turns.is_taken())
        return [b"ok"]

    taken, turns = [], Turns(app)
    turns({"CONTENT_LENGTH": str(MOST_READ + 1)}, None)

    assert taken == [True, False, True]
    assert not turns.is_taken()


def test_where_nobody_takes_turns_nobody_steps_aside():
    with unlocked({}):
        pass


def test_an_error_of_the_sender_meets_whoever_reads():
    class Cut:
        def read(self, _size):
            raise OSError("the line was cut")

    turns = RequestLock(App())

    with pytest.raises(OSError, match="the line was cut"):
        turns({"wsgi.input": Cut(), "CONTENT_LENGTH": "5"}, None)
    # The turn was given back.
    assert turns({"wsgi.input": BytesIO(b"abcde"), "CONTENT_LENGTH": "5"}, None) == [b"ok"]


def test_one_at_a_time_is_inside():
    app = App()
    turns = RequestLock(app)
    threads = [
        threading.Thread(
            target=turns, args=({"wsgi.input": BytesIO(b"x"), "CONTENT_LENGTH": "1"}, None)
        )
        for _ in range(40)
    ]

    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (app.most, len(app.bodies)) == (1, 40)
