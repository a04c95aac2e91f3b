"""The county's directory: whether it takes a name with a password. Nothing of both is kept."""

import socket
import ssl
from pathlib import Path
from typing import Any, Final
from urllib.parse import urlsplit

from ldap3 import NONE, SIMPLE, SUBTREE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.conv import escape_filter_chars
from ldap3.utils.dn import escape_rdn

from ...settings.gate import Ldap
from .faults import GateDown, NotPassed
from .https import trusting

SECONDS: Final = 5
MOST_NAME: Final = 200
MOST_PASSWORD: Final = 500
_SUCCESS: Final = 0
# What a directory answers where name or password are wrong, or the account is shut (RFC 4511).
_REFUSED: Final = frozenset({16, 19, 32, 34, 48, 49, 50, 53})
_PORTS: Final = {"ldaps": 636, "ldap": 389}


class _Tls(Tls):  # type: ignore[misc]  # ldap3 has no types
    """TLS as Python judges it, name and all: what ldap3 compares the name by is gone in 3.12."""

    def __init__(self, context: ssl.SSLContext, host: str) -> None:
        super().__init__()
        self._context, self._host = context, host

    def wrap_socket(self, connection: Any, do_handshake: bool = False) -> None:
        del do_handshake
        connection.socket = self._context.wrap_socket(connection.socket, server_hostname=self._host)


class Directory:
    """One directory, asked anew each time: no connection stands open between two visitors."""

    def __init__(self, settings: Ldap, ca: Path | None) -> None:
        self._settings = settings
        self._context = trusting(ca)

    def who(self, name: str, password: str) -> str:
        """Name the person again whom the directory takes. Raises `NotPassed` or `GateDown`."""
        # An empty password is no password: a directory takes it as a visitor without a name.
        if not name or not password or len(name) > MOST_NAME or len(password) > MOST_PASSWORD:
            raise NotPassed("password")
        if not name.isprintable() or "\0" in password:
            raise NotPassed("password")
        try:
            self._bind(self._entry_of(name), password).unbind()
        except LDAPException as error:
            raise GateDown(_code(error)) from None
        except OSError:
            raise GateDown("connection") from None
        return name

    def is_there(self) -> bool:
        """Tell whether the directory answers by TLS, without asking it for anybody."""
        try:
            self._reach("", "").unbind()
        except (LDAPException, OSError):
            return False
        return True

    def _entry_of(self, name: str) -> str:
        own = self._settings
        if own.user:
            # A form without "=" is no name of an entry, but one that a directory knows besides.
            return own.user.replace("{}", escape_rdn(name) if "=" in own.user else _word(name))
        reader = self._bind(own.reader, own.reader_password, fault=GateDown("reader"))
        reader.search(
            own.base,
            own.filter.replace("{}", escape_filter_chars(name)),
            SUBTREE,
            attributes=[],
            size_limit=2,
            time_limit=SECONDS,
        )
        found = [row["dn"] for row in reader.response or [] if row["type"] == "searchResEntry"]
        reader.unbind()
        if len(found) != 1:
            raise NotPassed("password")
        return str(found[0])

    def _bind(self, entry: str, password: str, *, fault: Exception | None = None) -> Any:
        connection = self._reach(entry, password)
        connection.bind()
        code = connection.result["result"]
        if code == _SUCCESS:
            return connection
        connection.unbind()
        raise fault or (NotPassed("password") if code in _REFUSED else GateDown("answer"))

    def _reach(self, entry: str, password: str) -> Any:
        """Open a connection that is under TLS, whatever the directory would do without."""
        url = urlsplit(self._settings.url)
        host, port = url.hostname or "", url.port or _PORTS[url.scheme]
        # The first address that answers: ldap3 would leave open what it tried before.
        with socket.create_connection((host, port), timeout=SECONDS) as first:
            address = first.getpeername()[0]
        server = Server(
            address,
            port=port,
            use_ssl=url.scheme == "ldaps",
            tls=_Tls(self._context, host),
            get_info=NONE,
            connect_timeout=SECONDS,
        )
        connection = Connection(
            server,
            user=entry or None,
            password=password or None,
            authentication=SIMPLE if entry else None,
            auto_referrals=False,
            receive_timeout=SECONDS,
            read_only=True,
        )
        connection.open()
        if url.scheme == "ldap":
            connection.start_tls()
        return connection


def _word(name: str) -> str:
    """Take a name for a form such as {}@county.local: it must not bring another domain along."""
    if set(name) & set('@\\/"[]:;|=,+*?<>'):
        raise NotPassed("password")
    return name


def _code(error: LDAPException) -> str:
    return "certificate" if "certificate" in str(error).lower() else "connection"
