"""A browser's request to the stranger's machine, from a program of ours on its network."""

import http.client
import json
import socket
import ssl
import subprocess
import sys

from admin.config import ROOT


def ask(machine, host, path):
    """Ask by TLS, as if the name led there; give status, headers and words."""
    command = [*machine.inside(files=False), sys.executable, "-m", "tests.stranger.asking"]
    done = subprocess.run(
        [*command, host, path], cwd=ROOT, capture_output=True, text=True, check=True, timeout=60
    )
    return tuple(json.loads(done.stdout))


class _Here(http.client.HTTPSConnection):
    def connect(self):
        plain = socket.create_connection(("127.0.0.1", 443), timeout=30)
        self.sock = self._context.wrap_socket(plain, server_hostname=self.host)


def main():
    # The certificate was made a moment ago: nobody vouches for it, and nothing rests on it.
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    connection = _Here(sys.argv[1], context=context)
    connection.request("GET", sys.argv[2], headers={"Accept-Language": "zh-CN"})
    answer = connection.getresponse()
    text = answer.read().decode("utf-8", "replace")
    print(json.dumps([answer.status, dict(answer.getheaders()), text]))


if __name__ == "__main__":
    main()
