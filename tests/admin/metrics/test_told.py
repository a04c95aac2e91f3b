"""What is told to a monitor: of a real installation, read back by Prometheus' own parser."""

import http.client
import os
import shutil
import threading
from dataclasses import replace
from datetime import date, timedelta

import pytest
from click.testing import CliRunner
from prometheus_client.parser import text_string_to_metric_families

from admin import create_app
from admin.backup.making import note_made_here
from admin.cli import main
from admin.config import ROOT, load_config
from admin.db import db, set_today, today
from admin.doctor.findings import bad, good, unknown
from admin.mail.outbox import Letter, queue_letter
from admin.metrics import command, gathering
from admin.metrics.command import Port, Teller, written
from admin.metrics.families import NAMES, Sheet
from admin.metrics.findings import State, worst
from admin.metrics.gathering import look, probe
from admin.models import Setting
from admin.reading.published import (
    Number,
    PublishedFile,
    PublishedGroup,
    dump,
    measures_now,
    path_of,
)
from admin.serving.measuring.around import Watched
from admin.serving.measuring.keeping import HOUR, begin, keep
from admin.serving.measuring.lots import LOT, Measured, Pages
from admin.serving.server import Server
from admin.serving.sweeper import SWEPT_IN, sweep_now
from admin.wire.request_lock import RequestLock
from tests.admin.vault.conftest import new_tip
from tests.ports import free_port
from tests.quick_apps import quick

NOW = 1_796_220_000


@pytest.fixture
def environ(environ):
    """An installation that a monitor may ask."""
    port = free_port()
    return environ | {
        "DENGSHAO_METRICS": "yes",
        "DENGSHAO_METRICS_BIND": f"127.0.0.1:{port}",
        "DENGSHAO_BIND": f"127.0.0.1:{free_port()}",
    }


@pytest.fixture
def in_environ(environ, monkeypatch):
    """This process's own environment is the installation's."""
    for name in [name for name in os.environ if name.startswith("DENGSHAO_")]:
        monkeypatch.delenv(name)
    for name, value in environ.items():
        monkeypatch.setenv(name, value)


@pytest.fixture
def without_findings(monkeypatch):
    """Doctor takes seconds, and is looked at by one test."""
    monkeypatch.delitem(gathering._PARTS, "findings")


def samples(words):
    """Read a text as Prometheus does: each sample by its name and labels."""
    return {
        (one.name, *sorted(one.labels.values())): one.value
        for family in text_string_to_metric_families(words.decode())
        for one in family.samples
    }


def test_a_tip_more_changes_no_byte_of_what_is_told_until_the_next_week(
    app, config, units, session, database, in_environ, monkeypatch
):
    if database == "postgresql":
        monkeypatch.delitem(gathering._PARTS, "findings")
    # What others write to this disk meanwhile is told as well, and is not the matter here.
    usage = shutil.disk_usage(config.data)
    monkeypatch.setattr(gathering.shutil, "disk_usage", lambda _path: usage)
    monday = today() - timedelta(days=today().weekday())
    set_today(monday)
    try:
        sweep_now(app)
        before = written(look(config, NOW))

        set_today(monday - timedelta(days=40))
        for _one in range(11):
            new_tip(session)
        set_today(monday + timedelta(days=6))
        sweep_now(app)
        assert written(look(config, NOW)) == before

        set_today(monday + timedelta(days=7))
        sweep_now(app)
        later = samples(written(look(config, NOW)))
    finally:
        set_today(None)
    assert later.items() - samples(before).items() == {
        (("dengshao_queue_tips", "31-60", "police"), 10.0)
    }


def test_one_of_several_nodes_tells_of_its_own_backups(config, session, without_findings):
    session.add(Setting(name="last_backup", value=str(NOW)))
    session.commit()
    note_made_here(config.data, NOW - 3 * 86_400)

    ages = {
        nodes: samples(written(look(replace(config, nodes=nodes), NOW)))[
            "dengshao_backup_age_seconds",
        ]
        for nodes in (1, 2)
    }

    assert ages == {1: 0, 2: 3 * 86_400}


def test_the_machine_is_told_of_in_steps(app, config, session, without_findings):
    session.add(Setting(name="last_backup", value=str(NOW - 3 * 86_400 - 5_000)))
    session.add(Setting(name=SWEPT_IN, value=str(NOW // HOUR - 4)))
    queue_letter(session, Letter("k", "a@example", "s", "b"), NOW - 2 * HOUR - 7)
    session.commit()
    begin(config.data)
    process = Measured(lambda: True)
    for _one in range(LOT):
        process.add(0.02, NOW // HOUR - 1, is_failed=False)
    keep(config.data, {Pages.PUBLIC: process.hours}, {NOW // HOUR - 1: 0.5}, NOW // HOUR - 1)

    found = samples(written(probe(config), look(config, NOW)))

    assert found["dengshao_backup_age_seconds",] == 3 * 86_400
    assert found["dengshao_sweep_age_seconds",] == 4 * HOUR
    assert found["dengshao_letters_late_seconds",] == 2 * HOUR
    assert found["dengshao_disk_free_bytes",] % 1024**3 == 0
    assert (found["dengshao_database_up",], found["dengshao_serving_up",]) == (1, 0)
    assert found["dengshao_request_lots_total", "public"] == 1
    assert found["dengshao_request_seconds_at_most", "0.95", "public"] == 0.025
    assert found["dengshao_request_failures_at_most_ratio", "public"] == 0.05
    assert found["dengshao_database_pool_peak_ratio",] == 0.5
    assert {value for (name, *_labels), value in found.items() if name.endswith("failed")} == {0}


def test_the_newest_publication_is_said_again_and_nothing_that_it_withholds(
    environ, tmp_path, without_findings
):
    content = tmp_path / "content"
    (content / "numbers").mkdir(parents=True)
    (content / "data").symlink_to(ROOT / "content" / "data")
    group = (PublishedGroup("police", "公安", "Police"),)
    for day, quarter in (date(2026, 7, 15), "2026-Q1"), (date(2026, 10, 15), "2026-Q2"):
        rows = Number("received", quarter, "all", 40), Number("received", quarter, "police", None)
        file = PublishedFile(day, (quarter,), (), False, measures_now(), group, rows)
        path_of(content, day).write_text(dump(file), "utf-8")
    config = load_config(environ | {"DENGSHAO_CONTENT": str(content)})

    found = samples(written(look(config, NOW)))

    told = {key: value for key, value in found.items() if key[0] == "dengshao_published_tips"}
    assert told == {("dengshao_published_tips", "2026-Q2", "all", "received"): 40}


def test_what_is_away_is_told_and_hides_nothing_else(environ, without_findings):
    config = load_config(environ | {"DENGSHAO_DATABASE_URL": "sqlite:////nowhere/at/all.sqlite3"})
    config.data.joinpath("metrics").mkdir()
    config.data.joinpath("metrics", "week.json").write_text("{")

    found = samples(written(probe(config), look(config, NOW)))

    assert found["dengshao_database_up",] == 0
    failed = {key[1] for key, value in found.items() if key[0].endswith("failed") and value}
    assert failed == {"upkeep", "lane", "week"}
    assert not os.path.exists("/nowhere")


def test_findings_are_told_by_their_first_word_without_units_hosts_and_single_tips():
    found = worst(
        [
            good("证书 tips.example", ""),
            bad("证书 desk.example", "", ""),
            unknown("页脚", ""),
            good("页脚", ""),
            bad("承办单位 公安局", "还有 1 条线索挂在旧密钥上", ""),
            bad("公布的密钥 police", "", ""),
        ]
    )
    assert found == {"证书": State.BAD, "页脚": State.UNKNOWN}


def ask(config, path):
    connection = http.client.HTTPConnection(config.metrics.host, config.metrics.port, timeout=60)
    try:
        connection.request("GET", path)
        answer = connection.getresponse()
        return answer.status, answer.getheader("Content-Type"), answer.read()
    finally:
        connection.close()


def test_the_port_answers_one_path_on_one_address_and_looks_once_an_hour(config, monkeypatch):
    looks, probes = [], []
    sheet = Sheet()
    sheet.add("dengshao_serving_up", 1)
    monkeypatch.setattr(command, "look", lambda _config, now: looks.append(now) or Sheet())
    monkeypatch.setattr(command, "probe", lambda _config: probes.append(1) or sheet)
    teller = Teller(config)
    for second in range(0, 2 * HOUR, 15):
        teller.turn(NOW + second)
    with Port(config, teller) as port:
        threading.Thread(target=port.serve_forever, kwargs={"poll_interval": 0.02}).start()
        told, away = ask(config, "/metrics"), ask(config, "/")
        port.shutdown()

    assert port.server_address == (config.metrics.host, config.metrics.port)
    assert (told[0], away[0]) == (200, 404)
    assert told[1].startswith("text/plain; version=0.0.4")
    assert samples(told[2]) == {("dengshao_serving_up",): 1}
    assert len(looks) == 1 + (NOW + 2 * HOUR - 15) // HOUR - NOW // HOUR
    assert len(probes) <= 2 * 60 + 1


def run(*words):
    return CliRunner().invoke(main, ["metrics", *words])


def test_a_file_is_written_whole_for_another_user(in_environ, app, tmp_path, without_findings):
    path = tmp_path / "dengshao.prom"

    done = run("--textfile", str(path))

    assert (done.exit_code, done.output) == (0, "")
    assert path.stat().st_mode & 0o777 == 0o644
    assert [one.name for one in tmp_path.glob("*prom*")] == [path.name]
    assert ("dengshao_database_up",) in samples(path.read_bytes())
    assert path.read_bytes().endswith(b"\n")


@pytest.mark.parametrize(
    ("values", "words", "sentence"),
    [
        ({"DENGSHAO_METRICS": "no"}, (), "没有开监控"),
        ({"DENGSHAO_METRICS": "no"}, ("--serve",), "没有开监控"),
        ({"DENGSHAO_METRICS_BIND": "0.0.0.0:9469"}, ("--serve",), "DENGSHAO_METRICS_BIND"),
        ({}, ("--serve", "--textfile", "a.prom"), "只能写一个"),
        ({}, ("--textfile", "/nowhere/a.prom"), "写不进去"),
    ],
)
def test_what_is_not_to_be_is_refused(
    in_environ, sqlite_url, monkeypatch, without_findings, values, words, sentence
):
    for name, value in values.items():
        monkeypatch.setenv(name, value)
    done = run(*words)
    assert done.exit_code != 0
    assert sentence in done.output


def test_each_number_that_there_may_be_is_declared_once():
    assert len(set(NAMES)) == len(NAMES)
    with pytest.raises(KeyError):
        Sheet().add("dengshao_tips_total", 1)


def test_a_server_that_is_not_to_measure_measures_nothing(environ, app):
    config = load_config(environ | {"DENGSHAO_METRICS": "no"})
    other = quick(create_app(config))
    sweep_now(other)
    with other.app_context():
        db.dispose()
    assert not (config.data / "metrics").exists()


@pytest.mark.parametrize(("setting", "kind"), [("yes", Watched), ("no", RequestLock)])
def test_a_server_wraps_what_it_answers_only_where_it_is_to_measure(environ, app, setting, kind):
    config = load_config(environ | {"DENGSHAO_METRICS": setting})
    server = Server(lambda _kept: app, {}, config, app.extensions["dengshao"].kept)

    server._app = app

    assert type(server.measured(RequestLock(app.wsgi_app))) is kind
