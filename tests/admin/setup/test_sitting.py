"""`dengshao setup` at a terminal: asked, refused, interrupted, and gone on with."""

import sys
from pathlib import Path

import pytest

from admin.config import ROOT
from admin.setup.asked.answers import read_answers
from tests.terminal import Terminal

from .answered import DESK, PUBLIC, write_answers

DENGSHAO = str(Path(sys.executable).with_name("dengshao"))


@pytest.fixture
def terminal(tmp_path):
    started = []

    def sit_down():
        started.append(Terminal([DENGSHAO, "setup", "--root", str(tmp_path / "root")]))
        return started[-1]

    yield sit_down
    for one in started:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def test_one_sitting_that_is_interrupted_goes_on_where_it_stopped(terminal, tmp_path):
    write_answers(tmp_path)
    first = terminal()
    first.until("公众网站的域名：")
    first.type("10.0.0.1")
    first.until("要写域名.*公众网站的域名：")
    first.type(PUBLIC)
    first.until("工作台的域名：")
    first.type(PUBLIC)
    first.until("两个域名不能一样")
    first.type(DESK, "", "", "", "安乐县委政法委")
    first.until("联系方式：")
    told, code = first.interrupt()
    assert (code, "问过的都记着" in told) == (1, True)

    second = terminal()
    assert "主办单位：安乐县委政法委" in second.until("联系方式：")
    second.type("0551-1234567", "", "", "", "", "", "")
    second.until("写编号 .1.：")  # units
    second.type("")
    second.until("第 1 个：")
    second.type("安康镇", "乐平街道 | Leping", "")
    second.until("派出所的电话")
    second.type("", "", "", "")
    if (ROOT / "content/data/edge_log.yml").exists():
        second.until("访问的日志谁来留.*写编号 .1.：")
        second.type("3")
    second.until("SQLite.*写编号 .1.：")
    second.type("")
    second.until("本机的目录.*写编号 .1.：")
    second.type("", "")
    second.until("邮件服务器")
    second.type("")
    second.until("自签.*写编号 .1.：")
    second.type("2", str(tmp_path / "public.key"), str(tmp_path / "public.key"))
    assert "不是 PEM 格式的证书" in second.until("这几项再问一遍.*写编号 .2.：")
    second.type("", str(tmp_path / "public.pem"), "")
    second.until("证书对得上.*备份公钥")
    second.type("", "no", "no")
    told, code = second.end()

    assert code == 0, told
    assert "浏览器会警告" in told
    answers = read_answers(tmp_path / "root/etc/dengshao/answers.toml")
    assert answers["hosts.desk"] == DESK
    assert [row["en"] for row in answers["places.townships"]] == ["Ankangzhen", "Leping"]
    assert not list((tmp_path / "root/etc/dengshao").glob("*draft*"))
