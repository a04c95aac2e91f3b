"""The day to come back on: a file that says neither what for nor where."""

import re
from datetime import timedelta

import pytest

from admin.db import today


@pytest.mark.parametrize(("prefix", "word"), [("", "记得"), ("/en", "Remember")])
def test_the_calendar_has_one_day_and_one_word_and_nothing_of_this_place(client, prefix, word):
    answer = client.get(f"{prefix}/tip/day.ics")

    assert answer.mimetype == "text/calendar"
    assert answer.headers["Content-Disposition"] == 'attachment; filename="day.ics"'
    lines = answer.text.split("\r\n")
    assert lines[0] == "BEGIN:VCALENDAR"
    assert lines[-2:] == ["END:VCALENDAR", ""]
    day, after = (f"{today() + timedelta(days=days):%Y%m%d}" for days in (7, 8))
    assert {f"DTSTART;VALUE=DATE:{day}", f"DTEND;VALUE=DATE:{after}"} <= set(lines)
    assert f"SUMMARY:{word}" in lines
    assert re.search(r"UID:[0-9a-f]{32}\r\n", answer.text)
    for telling in ("ALARM", "http", "localhost", "127.0.0.1", "dengshao", "灯哨", "线索"):
        assert telling not in answer.text
    assert not re.search(r"T(?!000000Z)\d{6}", answer.text), "an hour tells when"


def test_two_calendars_have_nothing_in_common_that_would_tie_them(client):
    first, second = (client.get("/tip/day.ics").text for _ in range(2))
    assert first != second
    assert re.sub("UID:.*", "", first) == re.sub("UID:.*", "", second)
