"""As Flask's test client, over a socket: for tests whose server is a process of its own."""

import http.client
import json as json_module
from urllib.parse import urlencode

FORM = "application/x-www-form-urlencoded"


class HttpClient:
    """A line of its own for each request: a crash must look like one."""

    def __init__(self, port, host=""):
        self.port = port
        self._host = {"Host": host} if host else {}

    def get(self, address):
        return self._open(address, None)

    def post(self, address, data=None, *, json=None, content_type=FORM, headers=None):
        if json is not None:
            return self._open(address, json_module.dumps(json).encode(), "application/json")
        body = data if isinstance(data, bytes) else urlencode(data, doseq=True).encode()
        return self._open(address, body, content_type, headers)

    def _open(self, address, body, kind=FORM, more=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
        headers = ({"Content-Type": kind} if body else {}) | (more or {}) | self._host
        try:
            connection.request("POST" if body else "GET", address, body, headers)
            answer = connection.getresponse()
            return Answer(answer.status, answer.read().decode(), answer.headers)
        finally:
            connection.close()


class Answer:
    def __init__(self, status_code, text, headers):
        self.status_code, self.text, self.headers = status_code, text, headers

    @property
    def json(self):
        return json_module.loads(self.text)
