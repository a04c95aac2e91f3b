"""OpenID Connect: the way to the provider, and what may come back from it.

Authorization code with PKCE, state and nonce; of the answer only the ID token is read, and nothing
of it is kept but the name of who has passed. joserfc judges the signature and the times.
"""

import hmac
import ssl
import threading
import time
from base64 import b64encode
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import quote, urlencode, urlsplit

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from ...settings.gate import Oidc, is_safe_https
from .faults import GateDown, NotPassed
from .https import get_json, post_form
from .marks import Try

# Signatures of a key that only the provider has: no "none", and nothing made with a shared secret.
ALGORITHMS: Final = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384")
_KEYS: Final = ("RSA", "EC")
_LEEWAY: Final = 60
"""Seconds by which the clocks of two servers may differ."""
_FRESH: Final = 3600.0
_MOST_NAME: Final = 200


class Provider:
    """One provider: what it says of itself is asked for when first needed, and kept for an hour."""

    def __init__(self, settings: Oidc, context: ssl.SSLContext, *, may_be_clear: bool) -> None:
        self._settings, self._context, self._may_be_clear = settings, context, may_be_clear
        self._lock = threading.Lock()
        self._found: tuple[float, dict[str, str]] | None = None
        self._keys: tuple[float, KeySet] | None = None

    def way(self, one: Try, back: str) -> str:
        """Give the address to which the browser is sent. Raises `GateDown`."""
        asked = {
            "response_type": "code",
            "client_id": self._settings.client_id,
            "redirect_uri": back,
            "scope": "openid" if self._settings.claim == "sub" else "openid profile",
            "state": one.state,
            "nonce": one.nonce,
            "code_challenge": one.challenge,
            "code_challenge_method": "S256",
        }
        address = self._metadata()["authorization_endpoint"]
        return f"{address}{'&' if urlsplit(address).query else '?'}{urlencode(asked)}"

    def who(self, one: Try, answer: Mapping[str, str], back: str) -> str:
        """Name whom the provider vouches for. Raises `NotPassed` or `GateDown`."""
        if not hmac.compare_digest(answer.get("state", "").encode(), one.state.encode()):
            raise NotPassed("state")
        if answer.get("iss", self._settings.issuer) != self._settings.issuer:
            raise NotPassed("iss")
        if "error" in answer or not answer.get("code"):
            raise NotPassed("denied")
        return self._judged(self._exchange(answer["code"], one, back), one)

    def is_there(self) -> bool:
        """Tell whether the provider answers this moment."""
        try:
            self._discover()
        except GateDown:
            return False
        return True

    def _metadata(self) -> dict[str, str]:
        with self._lock:
            if self._found is None or time.monotonic() - self._found[0] > _FRESH:
                self._found = time.monotonic(), self._discover()
            return self._found[1]

    def _discover(self) -> dict[str, str]:
        issuer = self._settings.issuer
        said = get_json(f"{issuer.rstrip('/')}/.well-known/openid-configuration", self._context)
        names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
        found = {name: str(said.get(name, "")) for name in names}
        if said.get("issuer") != issuer:
            raise GateDown("issuer")
        # The server itself connects to nothing but the host that its operator named.
        for name in names:
            is_ours = name == "authorization_endpoint" or _host(found[name]) == _host(issuer)
            if not is_ours or not is_safe_https(found[name], may_be_clear=self._may_be_clear):
                raise GateDown("endpoint")
        ways = said.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
        found["by_header"] = "yes" if "client_secret_basic" in ways else ""
        return found

    def _exchange(self, code: str, one: Try, back: str) -> str:
        """Trade the code for an ID token; whatever else comes with it is dropped unread."""
        metadata, own = self._metadata(), self._settings
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": back,
            "client_id": own.client_id,
            "code_verifier": one.verifier,
        }
        headers = {}
        if own.secret and metadata["by_header"]:
            pair = f"{quote(own.client_id, safe='')}:{quote(own.secret, safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode('ascii')}"
        elif own.secret:
            fields["client_secret"] = own.secret
        status, found = post_form(metadata["token_endpoint"], fields, headers, self._context)
        if status >= 500:
            raise GateDown("answer")
        token = found.get("id_token")
        if status != 200 or not isinstance(token, str):
            raise NotPassed("code")
        return token

    def _judged(self, token: str, one: Try) -> str:
        try:
            claims = self._opened(token).claims
            self._claims(one).validate(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise NotPassed(_code(error)) from None
        others = claims["aud"] if isinstance(claims["aud"], list) else [claims["aud"]]
        party = claims.get("azp", self._settings.client_id if len(others) == 1 else None)
        if party != self._settings.client_id:
            raise NotPassed("azp")
        name = claims.get(self._settings.claim)
        if not isinstance(name, str) or not 0 < len(name) <= _MOST_NAME:
            raise NotPassed("name")
        return name

    def _opened(self, token: str) -> jwt.Token:
        """Check the signature; once more with new keys, since a provider changes them."""
        try:
            return jwt.decode(token, self._key_set(), algorithms=list(ALGORITHMS))
        except (JoseError, ValueError):
            if not self._may_ask_keys_again():
                raise
        return jwt.decode(token, self._key_set(), algorithms=list(ALGORITHMS))

    def _claims(self, one: Try) -> jwt.JWTClaimsRegistry:
        own = self._settings
        return jwt.JWTClaimsRegistry(
            leeway=_LEEWAY,
            iss={"essential": True, "value": own.issuer},
            aud={"essential": True, "value": own.client_id},
            sub={"essential": True},
            exp={"essential": True},
            iat={"essential": True},
            nonce={"essential": True, "value": one.nonce},
        )

    def _key_set(self) -> KeySet:
        address = self._metadata()["jwks_uri"]
        with self._lock:
            if self._keys is None or time.monotonic() - self._keys[0] > _FRESH:
                self._keys = time.monotonic(), _import_keys(get_json(address, self._context))
            return self._keys[1]

    def _may_ask_keys_again(self) -> bool:
        """Forget the keys, unless they have just been asked for: a false token costs no request."""
        with self._lock:
            if self._keys is not None and time.monotonic() - self._keys[0] < _LEEWAY:
                return False
            self._keys = None
            return True


def _host(url: str) -> tuple[str | None, int | None]:
    try:
        parts = urlsplit(url)
        return parts.hostname, parts.port
    except ValueError:
        return None, None


def _import_keys(said: dict[str, Any]) -> KeySet:
    """Take the keys for signatures, and of the kinds that we judge by."""
    rows = said.get("keys")
    rows = rows if isinstance(rows, list) else []
    ours = [
        row
        for row in rows
        if isinstance(row, dict) and row.get("kty") in _KEYS and row.get("use", "sig") == "sig"
    ]
    try:
        return KeySet.import_key_set({"keys": ours})
    except (JoseError, ValueError, KeyError, TypeError):
        raise GateDown("keys") from None


def _code(error: Exception) -> str:
    """Say in a code of ours what is wrong with a token; nothing of it is repeated."""
    claim = getattr(error, "claim", None)
    if claim in ("iss", "aud", "exp", "iat", "nbf", "nonce"):
        return str(claim)
    return "exp" if getattr(error, "error", "") == "expired_token" else "signature"
