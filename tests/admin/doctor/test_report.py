"""The daily letter to who looks after the machine: whether something is to be mended, alone."""

from email import message_from_bytes

import pytest
from aiosmtpd.controller import Controller
from sqlalchemy import create_engine

from admin.doctor.report import send_report
from admin.migrate import migrate
from tests.ports import free_port

WHO = "machine@anle.gov.cn"


class Kept:
    def __init__(self):
        self.letters = []

    async def handle_DATA(self, _server, _session, envelope):
        self.letters.append(message_from_bytes(envelope.content))
        return "250 OK"


@pytest.fixture
def mail(tmp_path, monkeypatch):
    kept = Kept()
    server = Controller(kept, hostname="127.0.0.1", port=free_port())
    server.start()
    monkeypatch.setenv("DENGSHAO_DATA", str(tmp_path))
    monkeypatch.setenv("DENGSHAO_SMTP_URL", f"smtp+plain://127.0.0.1:{server.port}")
    monkeypatch.delenv("DENGSHAO_DATABASE_URL", raising=False)
    engine = create_engine(f"sqlite:///{tmp_path / 'dengshao.sqlite3'}")
    migrate(engine)
    engine.dispose()
    yield kept.letters
    server.stop()


def words(letter):
    return letter.get_payload(decode=True).decode()


def test_it_comes_once_a_day_whatever_was_found(mail, monkeypatch):
    monkeypatch.setenv("DENGSHAO_OPERATOR_MAIL", WHO)

    send_report(is_bad=True)
    send_report(is_bad=False)

    assert [letter["To"] for letter in mail] == [WHO]
    assert "要改的：有" in words(mail[0])


@pytest.mark.parametrize(("is_bad", "said"), [(True, "要改的：有"), (False, "要改的：无")])
def test_both_letters_are_equal_in_length(mail, monkeypatch, is_bad, said):
    monkeypatch.setenv("DENGSHAO_OPERATOR_MAIL", WHO)

    send_report(is_bad=is_bad)

    assert said in words(mail[0])
    other = words(mail[0]).replace(said, "要改的：无" if is_bad else "要改的：有")
    assert len(other.encode()) == len(words(mail[0]).encode())


@pytest.mark.parametrize("lacking", ["DENGSHAO_OPERATOR_MAIL", "DENGSHAO_SMTP_URL"])
def test_without_a_recipient_or_a_server_none_is_sent(mail, monkeypatch, lacking):
    monkeypatch.setenv("DENGSHAO_OPERATOR_MAIL", WHO)
    monkeypatch.delenv(lacking)

    send_report(is_bad=True)

    assert mail == []
