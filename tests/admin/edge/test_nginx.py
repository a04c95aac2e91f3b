"""Which log a configuration of nginx shows, as an operator may have changed it."""

import pytest

from admin.config import ROOT
from admin.edge.nginx import Shown, shown_profile

EXAMPLE = (ROOT / "admin" / "deploy" / "nginx.conf").read_text("utf-8")
ACCESS = (
    "access_log syslog:server=unix:/run/dengshao-edge/lines,nohostname,tag=edge edge if=$is_first;"
)


def test_the_example_seals():
    assert shown_profile(EXAMPLE) == shown_profile(EXAMPLE.replace("\n", "\r\n"))
    assert shown_profile(EXAMPLE).shown is Shown.SEALED


CHANGED = [
    (ACCESS, "access_log off;", Shown.NONE),
    (ACCESS, "# no log", Shown.CLEAR),
    (ACCESS, "access_log /var/log/nginx/access.log;", Shown.CLEAR),
    (ACCESS, ACCESS + " access_log /var/log/nginx/access.log combined;", Shown.CLEAR),
    (ACCESS, ACCESS.replace(" if=$is_first", ""), Shown.CLEAR),
    (ACCESS, ACCESS.replace("unix:/run/dengshao-edge/lines", "10.0.0.1:514"), Shown.CLEAR),
    ("$remote_addr $remote_port'", "$remote_addr $remote_port $request'", Shown.CLEAR),
    ("1 1;\n        default 0;", "1 1;\n        default 1;", Shown.CLEAR),
    ("root /srv", "access_log /tmp/x; root /srv", Shown.CLEAR),
    ("root /srv", "access_log off; root /srv", Shown.SEALED),
]


@pytest.mark.parametrize(("old", "new", "shown"), CHANGED)
def test_a_change_that_writes_more_is_seen(old, new, shown):
    assert old in EXAMPLE

    seen = shown_profile(EXAMPLE.replace(old, new, 1))

    assert seen.shown is shown
    if shown is Shown.CLEAR and "access_log" in new:
        assert seen.line.startswith("access_log")
