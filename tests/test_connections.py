import http.client
import threading
import time

from sqlalchemy import create_engine, text

from admin.db import db
from tests import connections
from tests.live import gone


def test_a_connection_left_open_is_named_with_its_test_and_lines(database_url, tmp_path):
    (tmp_path / "data").mkdir(exist_ok=True)
    kept, closed = create_engine(database_url), create_engine(database_url)
    for engine in (kept, closed):
        engine.connect().close()
    closed.dispose()

    [who] = connections.take_left_open()

    assert "test_a_connection_left_open_is_named" in who
    assert "tests/test_connections.py:" in who
    kept.dispose()


def test_a_stopped_server_leaves_none_open_of_a_request_that_is_still_at_work(live):
    has_begun, may_end = threading.Event(), threading.Event()

    @live.app.before_request
    def work():
        has_begun.set()
        may_end.wait()
        db.session.execute(text("SELECT 1"))

    line = http.client.HTTPConnection(live.config.bind)
    line.request("GET", "/tip/", headers={"Host": live.config.public_host})
    has_begun.wait()
    line.close()
    stopping = threading.Thread(target=live.stop)
    stopping.start()
    while live.server.app is not gone:
        time.sleep(0.01)
    assert stopping.is_alive()
    may_end.set()
    stopping.join()

    assert connections.take_left_open() == []
