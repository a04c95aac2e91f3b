"""A provider of OpenID Connect on this machine, by TLS, that can be told to lie in each way."""

import json
import secrets
import ssl
import threading
import time
from base64 import b64decode, urlsafe_b64encode
from hashlib import sha256
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlencode, urlsplit

from joserfc import jwt
from joserfc.jwk import ECKey, KeySet

from tests.journeys.proxied import PUBLIC, write_certificate
from tests.ports import free_port

CLIENT, SECRET = "dengshao", "s3cret/of+client"


class Provider:
    """Whoever comes is `who`; `spoil` changes claims and header before they are signed."""

    def __init__(self, folder):
        write_certificate(folder)
        self.ca = folder / f"{PUBLIC}.pem"
        self.port = free_port()
        self.issuer = f"https://localhost:{self.port}/county"
        self.key = ECKey.generate_key("P-256", {"use": "sig", "kid": "first"})
        self.reset()
        self._serve(folder)

    def reset(self):
        self.who, self.codes, self.asked = "zhang.san", {}, []
        self.spoil = self.sign = None
        self.said, self.status = {}, 200

    def _serve(self, folder):
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(self.ca, folder / f"{PUBLIC}.key")
        self.server = ThreadingHTTPServer(("127.0.0.1", self.port), handler_of(self))
        self.server.socket = context.wrap_socket(self.server.socket, server_side=True)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()

    def metadata(self):
        ends = {
            "authorization_endpoint": "authorize",
            "token_endpoint": "token",
            "jwks_uri": "jwks",
        }
        return {
            "issuer": self.issuer,
            **{name: f"{self.issuer}/{end}" for name, end in ends.items()},
            **self.said,
        }

    def keys(self):
        return KeySet([self.key]).as_dict(private=False)

    def log_in(self, way):
        """Do what the person does there: gives the address to which the browser is sent back."""
        asked = dict(parse_qsl(urlsplit(way).query))
        assert way.startswith(f"{self.issuer}/authorize?")
        assert (asked["client_id"], asked["response_type"]) == (CLIENT, "code")
        assert asked["code_challenge_method"] == "S256"
        code = secrets.token_urlsafe(8)
        self.codes[code] = asked | {"who": self.who}
        return f"{asked['redirect_uri']}?{urlencode({'code': code, 'state': asked['state']})}"

    def token(self, form, authorization):
        pair = b64decode(authorization.removeprefix("Basic ")).decode()
        given = self.codes.pop(form.get("code"), None)
        digest = sha256(form.get("code_verifier", "").encode()).digest()
        challenge = urlsafe_b64encode(digest).rstrip(b"=").decode()
        is_ours = given is not None and given["code_challenge"] == challenge
        is_same = given is not None and form["redirect_uri"] == given["redirect_uri"]
        if (
            not is_ours
            or not is_same
            or pair != f"{CLIENT}:{SECRET.replace('/', '%2F').replace('+', '%2B')}"
        ):
            return 400, {"error": "invalid_grant"}
        return self.status, {"access_token": "never read", "id_token": self.id_token(given)}

    def id_token(self, given):
        now = int(time.time())
        claims = {"iss": self.issuer, "aud": CLIENT, "sub": given["who"], "nonce": given["nonce"]}
        claims |= {"exp": now + 300, "iat": now}
        header = {"alg": "ES256", "kid": "first"}
        if self.spoil:
            self.spoil(claims, header)
        if self.sign:
            return self.sign(claims)
        return jwt.encode(header, claims, self.key)


def handler_of(provider):
    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            provider.asked.append(self.path)
            if "/authorize?" in self.path:
                # Who is known there already is sent back at once.
                way = f"https://localhost:{provider.port}{self.path}"
                self.send_response(302)
                self.send_header("Location", provider.log_in(way))
                self.end_headers()
            elif self.path.endswith("/.well-known/openid-configuration"):
                self.give(provider.status, provider.metadata())
            else:
                self.give(200, provider.keys())

        def do_POST(self):
            provider.asked.append(self.path)
            body = self.rfile.read(int(self.headers["Content-Length"])).decode()
            self.give(*provider.token(dict(parse_qsl(body)), self.headers["Authorization"]))

        def give(self, status, document):
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_said):
            """Say nothing: pytest would show it."""

    return Handler
