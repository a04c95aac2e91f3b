"""设置：PostgreSQL，一份答案，TLS，服务启动

The answers are a file's; all that runs afterwards runs by its units, and is asked through nginx.
"""

from tests.admin.setup.answered import ANSWERS, DESK, PUBLIC, write_answers
from tests.stranger.artefacts import STICK
from tests.stranger.asking import ask

POSTGRESQL = (
    '[database]\nkind = "sqlite"\n',
    '[database]\nkind = "postgresql"\n'
    'url = "postgresql://dengshao@/dengshao?host=/var/run/postgresql"\n',
)


def walk(machine):
    assert POSTGRESQL[0] in ANSWERS
    folder = machine.root / STICK.lstrip("/") / "district"
    folder.mkdir()
    # What a county prepared at its desk: answers, and the certificate that it was issued.
    answers = write_answers(folder, more=[POSTGRESQL])
    answers.write_text(answers.read_text("utf-8").replace(str(folder), f"{STICK}/district"))
    machine.types("runuser -u postgres -- createuser dengshao")
    machine.types("runuser -u postgres -- createdb --owner dengshao dengshao")
    said = machine.types(f"dengshao setup --answers {STICK}/district/{answers.name}")
    assert "这一步没有做完：网站" not in said, said
    (machine.root.parent / "setup.log").write_text(said, "utf-8")
    machine.run("systemctl is-active dengshao.service dengshao-sweep.timer nginx.service")
    it_is_served(machine)
    told = machine.run("dengshao doctor || true")
    assert "沙箱用不了" not in told, told
    assert "应答头 /tip/：齐全" in told, told


def it_is_served(machine):
    """See that a resident gets site and form, and a member the sign-in, by TLS alone."""
    for host, path, words in (
        (PUBLIC, "/", "灯哨"),
        (PUBLIC, "/tip/", "查询码"),
        (DESK, "/desk/sign-in", "登录"),
    ):
        status, headers, text = ask(machine, host, path)
        assert status == 200, (host, path, status)
        assert words in text, (host, path)
        assert "Strict-Transport-Security" in headers, (host, path)
    assert ask(machine, PUBLIC, "/desk/sign-in")[0] == 404
