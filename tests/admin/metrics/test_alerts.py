"""The alerts, the board and the operators' page: they speak of numbers that there are."""

import json
import re
import shutil
import subprocess

import pytest
import yaml

from admin.config import ROOT
from admin.metrics.families import NAMES

SHIPPED = ROOT / "admin" / "deploy" / "monitoring"
PAGE = (ROOT / "content" / "about" / "operating-metrics.md").read_text("utf-8")
RULES = [
    rule
    for group in yaml.safe_load((SHIPPED / "dengshao.rules.yml").read_text("utf-8"))["groups"]
    for rule in group["rules"]
]
BOARD = json.loads((SHIPPED / "dengshao-board.json").read_text("utf-8"))
PANELS = {"row", "stat", "table", "timeseries"}
PROMTOOL = shutil.which("promtool")
OF_NODE_EXPORTER = {"node_textfile_mtime_seconds"}


def names_in(expr):
    return set(re.findall(r"\b(?:dengshao|node)_[a-z_]+", expr))


def test_the_page_has_a_line_for_each_number_and_for_no_other():
    table = re.findall(r"(?m)^\| `(dengshao_[a-z_]+)` \|", PAGE)
    assert table == [name for name in table if name in NAMES]
    assert sorted(table) == sorted(NAMES)


@pytest.mark.parametrize("rule", RULES, ids=[rule["alert"] for rule in RULES])
def test_an_alert_is_about_numbers_that_there_are_and_says_what_to_do_and_where_it_stands(rule):
    assert set(rule) == {"alert", "expr", "for", "labels", "annotations"}
    assert names_in(rule["expr"]) <= {*NAMES, *OF_NODE_EXPORTER}
    assert names_in(rule["expr"])
    assert rule["expr"].count("(") == rule["expr"].count(")")
    assert re.fullmatch(r"\d+[mh]", rule["for"])
    assert rule["labels"]["severity"] in {"page", "warning", "info"}
    page, heading = rule["annotations"]["page"].split("#")
    assert page == "operating-metrics"
    assert f"### {heading}\n" in PAGE
    assert len(rule["annotations"]["todo"]) > 8


# A number at each minute, for how long, and who is alarmed then.
HEARD = [
    ("dengshao_replica_up", "1x60", []),
    ("dengshao_replica_up", "0x10", []),
    ("dengshao_replica_up", "0x60", ["DengshaoReplicaAway"]),
    ("dengshao_replica_up", "_x60", []),
    ("dengshao_database_up", "0x60", ["DengshaoDatabaseAway"]),
]


@pytest.mark.skipif(PROMTOOL is None, reason="no promtool here: apt-get install promtool")
@pytest.mark.parametrize(("name", "values", "alarmed"), HEARD)
def test_prometheus_itself_takes_the_rules_and_alarms_in_time(tmp_path, name, values, alarmed):
    minutes = int(values.partition("x")[2])
    asked = [
        {
            "eval_time": f"{minutes}m",
            "alertname": rule["alert"],
            "exp_alerts": [
                {"exp_labels": rule["labels"], "exp_annotations": rule["annotations"]}
                for _one in alarmed
                if rule["alert"] in alarmed
            ],
        }
        for rule in RULES
        if name in rule["expr"]
    ]
    test = {
        "rule_files": [str(SHIPPED / "dengshao.rules.yml")],
        "evaluation_interval": "1m",
        "tests": [
            {
                "interval": "1m",
                "input_series": [{"series": name, "values": values}],
                "alert_rule_test": asked,
            }
        ],
    }
    (tmp_path / "test.yml").write_text(yaml.safe_dump(test, allow_unicode=True))

    said = subprocess.run(
        [PROMTOOL, "test", "rules", tmp_path / "test.yml"], capture_output=True, text=True
    )

    assert asked
    assert said.returncode == 0, said.stdout + said.stderr


def test_each_part_on_what_to_do_belongs_to_an_alert():
    after = PAGE[PAGE.index("## 报警了怎么办") :]
    pages = {rule["annotations"]["page"].split("#")[1] for rule in RULES}
    assert set(re.findall(r"(?m)^### (.+)$", after)) == pages


def test_the_board_is_as_grafana_says_that_boards_are():
    panels = BOARD["panels"]
    assert BOARD["id"] is None
    assert 8 <= len(BOARD["uid"]) <= 40
    assert {panel["type"] for panel in panels} == PANELS
    assert len({panel["id"] for panel in panels}) == len(panels)
    taken = set()
    for panel in panels:
        place = panel["gridPos"]
        cells = {
            (x, y)
            for x in range(place["x"], place["x"] + place["w"])
            for y in range(place["y"], place["y"] + place["h"])
        }
        assert place["x"] + place["w"] <= 24
        assert not cells & taken, panel["title"]
        taken |= cells


def test_the_board_shows_numbers_that_there_are_from_the_source_that_is_chosen():
    shown = [target for panel in BOARD["panels"] for target in panel.get("targets", ())]
    asked = set().union(*(names_in(target["expr"]) for target in shown))
    assert all(names_in(target["expr"]) for target in shown)
    assert {target["datasource"]["uid"] for target in shown} == {"${datasource}"}
    assert asked <= set(NAMES)
    # What is not drawn is told by an alert, or says which version it is.
    unshown = {"dengshao_build_info", "dengshao_part_failed", "dengshao_finding_unknown"}
    assert set(NAMES) - asked == unshown
