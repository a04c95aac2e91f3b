"""How the service is started: by systemd, which gives it two sockets that it may not open."""

import os
import stat

import pytest
from click.testing import CliRunner

from admin.commands.edge_log import edge_log
from admin.edge import commands


@pytest.fixture
def as_the_services_user(monkeypatch):
    """Who runs the tests may read all; the service's user may not."""
    monkeypatch.setattr(
        os, "access", lambda path, _mode, **_how: not stat.S_ISSOCK(os.stat(path).st_mode)
    )


def test_sockets_that_it_may_not_read_by_name_are_no_fault(
    as_the_services_user, tmp_path, monkeypatch
):
    ran = []
    monkeypatch.setattr(commands, "run_edge", lambda *_given, **sockets: ran.append(sockets))
    paths = {name: tmp_path / name for name in ("lines", "groups")}
    for path in paths.values():
        os.mknod(path, 0o660 | stat.S_IFSOCK)
    options = [word for name, path in paths.items() for word in (f"--{name}", str(path))]
    done = CliRunner().invoke(edge_log, ["run", "--folder", str(tmp_path / "sealed"), *options])
    assert done.exit_code == 0, done.output
    assert {name: ran[0][name] for name in paths} == paths
