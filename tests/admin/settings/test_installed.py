"""An installed program goes by the installation's settings, whoever types the command."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from admin import cli
from admin.config import ROOT
from admin.settings import installed
from admin.settings.installed import (
    SettingsUnread,
    is_release,
    read_settings,
    take_settings,
    written,
)
from admin.setup.written.rendering import SECRET_FILE
from admin.setup.written.secret import make_secret
from admin.setup.written.writing import Writer

NOBODY = 65_534


@pytest.mark.parametrize(
    "value", ["", "a", "a b", 'say "x"', "p$w`d\\", "smtps://a:b%40@c:1/", "#", "甲"]
)
def test_a_value_is_read_back_as_it_was_written(value):
    assert read_settings(written({"NAME": value})) == {"NAME": value}


def test_comments_and_blank_lines_are_no_settings():
    text = "# DENGSHAO_ENV=development\n\nDENGSHAO_ENV=production\nexport X=1\n"
    assert read_settings(text) == {"DENGSHAO_ENV": "production"}


def test_what_stands_in_the_environment_counts_before_the_file(tmp_path):
    (tmp_path / "env").write_text(
        "DENGSHAO_ENV=production\nDENGSHAO_BIND=127.0.0.1:1\nAWS_REGION=a\n"
    )
    environ = {"DENGSHAO_BIND": "127.0.0.1:2"}

    take_settings(environ, tmp_path / "env")

    assert environ == {
        "DENGSHAO_BIND": "127.0.0.1:2",
        "DENGSHAO_ENV": "production",
        "AWS_REGION": "a",
    }
    take_settings(environ, tmp_path / "none")
    (tmp_path / "env").write_bytes(b"\xff")
    with pytest.raises(SettingsUnread, match="用 root 或者 dengshao"):
        take_settings({}, tmp_path / "env")
    take_settings(environ, tmp_path / "env")


def test_a_release_alone_looks_for_them(tmp_path, monkeypatch):
    assert not is_release()
    (tmp_path / "RELEASE.json").touch()
    assert is_release(tmp_path / "app")
    monkeypatch.setattr(cli, "is_release", lambda: True)

    def refuse(_environ):
        raise SettingsUnread("读不了")

    monkeypatch.setattr(cli, "take_settings", refuse)
    done = CliRunner().invoke(cli.main, ["doctor"])
    assert (done.exit_code, "读不了" in done.output) == (1, True)


ACTS = """
import os, sys
from pathlib import Path
from admin.settings.installed import become_owner
become_owner(Path(sys.argv[1]))
print(os.geteuid(), os.getegid(), Path(os.environ["DENGSHAO_SECRET_FILE"]).read_text())
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may become another")
@pytest.mark.parametrize(("owner", "told"), [(NOBODY, f"{NOBODY} "), (0, "0 0 ")])
def test_root_goes_on_as_the_user_whose_the_data_is_and_keeps_the_secret(tmp_path, owner, told):
    os.chown(tmp_path, owner, -1)
    held = os.memfd_create("secret")
    os.fchmod(held, 0o600)
    os.write(held, b"s3cret")
    environ = os.environ | {"DENGSHAO_SECRET_FILE": f"/proc/self/fd/{held}"}

    done = subprocess.run(
        [sys.executable, "-c", ACTS, tmp_path],
        cwd=ROOT,
        env=environ,
        capture_output=True,
        text=True,
        pass_fds=[held],
    )

    assert done.stdout.startswith(told), done.stderr
    assert done.stdout.endswith("s3cret\n")


@pytest.mark.skipif(shutil.which("systemd-creds") is None, reason="no systemd-creds here")
def test_a_secret_that_systemd_sealed_is_opened_into_memory_alone(tmp_path, monkeypatch):
    """By the host's own key: there is no TPM here, and with one it is not tested."""
    monkeypatch.setenv("SYSTEMD_CREDENTIAL_SECRET", str(tmp_path / "host"))
    writer = Writer(tmp_path / "root", "now", None)
    assert make_secret(writer, with_key="host")
    assert make_secret(writer), "it is there, and stays"
    assert not writer.at(SECRET_FILE).exists()
    sealed = writer.at(installed.SEALED_SECRET)
    monkeypatch.setattr(installed, "SEALED_SECRET", sealed)
    (tmp_path / "env").write_text("DENGSHAO_ENV=production\n")
    environ = {}

    take_settings(environ, tmp_path / "env")

    secret = Path(environ["DENGSHAO_SECRET_FILE"]).read_text("ascii")
    assert len(bytes.fromhex(secret)) == 32
    assert secret.strip().encode() not in sealed.read_bytes()
    sealed.write_bytes(b"broken")
    with pytest.raises(SettingsUnread, match="打不开"):
        take_settings({}, tmp_path / "env")
