"""What is written of the answers, as text: settings, the proxy's configuration, the units. Pure."""

import re
from collections.abc import Mapping
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from ...settings.installed import CREDENTIAL, SEALED_SECRET, SECRET, read_settings, written
from ..asked.answers import Answers, said

CONTENT: Final = "/srv/dengshao/content"
SITE: Final = "/srv/dengshao/site"
DATA: Final = "/var/lib/dengshao"
BACKUPS: Final = "/var/backups/dengshao"
SECRET_FILE: Final = "/etc/dengshao/secret"  # noqa: S105 (a place)
TLS: Final = "/etc/dengshao/tls"
BIND: Final = "127.0.0.1:8000"
PEERS: Final = "127.0.0.1,::1"
"""From where our nginx comes: the one that is written beside, on this machine."""
OWN: Final = (
    *("DENGSHAO_ENV", "DENGSHAO_BIND", "DENGSHAO_EDGE_PEERS"),
    *("DENGSHAO_DATA", "DENGSHAO_CONTENT", "DENGSHAO_SITE"),
    *("DENGSHAO_PUBLIC_HOST", "DENGSHAO_DESK_HOST", "DENGSHAO_MORE_HOSTS", "DENGSHAO_SITE_URL"),
    *("DENGSHAO_DATABASE_URL", "DENGSHAO_BLOBS_URL", "DENGSHAO_SMTP_URL", "DENGSHAO_MAIL_FROM"),
    *("DENGSHAO_SMTP_CA", "DENGSHAO_OPERATOR_MAIL"),
    *("DENGSHAO_BACKUP_RECIPIENT", "DENGSHAO_BACKUP_KEEP", SECRET),
    *("AWS_ENDPOINT_URL", "AWS_REGION", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"),
)
"""The settings that are the answers'; all others in the file are the operator's, and stay."""
MARK: Final = "# <-"
_LINE: Final = re.compile(r"([A-Z][A-Z0-9_]*)=")
HTTP2_ON: Final = (1, 25, 1)
"""The first nginx that knows `http2 on`: before, it is a word of `listen`."""
_FILES_BODY: Final = "client_max_body_size 201m;"
_LISTEN_TLS: Final = re.compile(r"(?m)^(\s*listen \S+ ssl)\b(?! http2)")
_SYSLOG: Final = re.compile(r"(?m)^(\s*)access_log syslog:.*$")


def with_password(url: str, password: str) -> str:
    """Put a password into an address."""
    if not password:
        return url
    scheme, _, rest = url.partition("://")
    user, at, place = rest.rpartition("@")
    return f"{scheme}://{user}:{quote(password, safe='')}{at}{place}" if at else url


def password_of(url: str) -> str:
    """Give the password in an address."""
    return unquote(urlsplit(url).password or "")


def database_url(answers: Answers) -> str:
    url = with_password(said(answers, "database.url"), said(answers, "database.password"))
    return url.replace("postgresql://", "postgresql+psycopg://", 1)


def smtp_url(answers: Answers) -> str:
    return with_password(said(answers, "mail.url"), said(answers, "mail.password"))


def secrets_of(settings: Mapping[str, str]) -> Answers:
    """Give the secrets that an earlier setup wrote: they need not be typed again."""
    found = {
        "database.password": password_of(settings.get("DENGSHAO_DATABASE_URL", "")),
        "mail.password": password_of(settings.get("DENGSHAO_SMTP_URL", "")),
        "store.secret": settings.get("AWS_SECRET_ACCESS_KEY", ""),
    }
    return {key: text for key, text in found.items() if text}


def settings_of(answers: Answers, *, is_sealed: bool) -> dict[str, str]:
    """Make the settings; `is_sealed`: the secret is opened by systemd, who says where it lies."""
    public = said(answers, "hosts.public")
    found = {
        "DENGSHAO_ENV": "production",
        "DENGSHAO_BIND": BIND,
        "DENGSHAO_EDGE_PEERS": PEERS,
        "DENGSHAO_DATA": DATA,
        "DENGSHAO_CONTENT": CONTENT,
        "DENGSHAO_SITE": SITE,
        "DENGSHAO_PUBLIC_HOST": public,
        "DENGSHAO_DESK_HOST": said(answers, "hosts.desk"),
        "DENGSHAO_MORE_HOSTS": said(answers, "hosts.more"),
        "DENGSHAO_SITE_URL": f"https://{public}/",
        "DENGSHAO_DATABASE_URL": database_url(answers),
        **_store(answers),
        "DENGSHAO_SMTP_URL": smtp_url(answers),
        "DENGSHAO_SMTP_CA": said(answers, "mail.ca"),
        "DENGSHAO_MAIL_FROM": said(answers, "mail.from"),
        "DENGSHAO_OPERATOR_MAIL": said(answers, "mail.operator"),
        "DENGSHAO_BACKUP_RECIPIENT": said(answers, "backup.recipient"),
        "DENGSHAO_BACKUP_KEEP": said(answers, "backup.keep"),
        SECRET: "" if is_sealed else SECRET_FILE,
    }
    return {name: value for name, value in found.items() if value}


def _store(answers: Answers) -> dict[str, str]:
    if said(answers, "store.kind") != "s3":
        return {"DENGSHAO_BLOBS_URL": f"file://{quote(said(answers, 'store.folder'))}"}
    return {
        "DENGSHAO_BLOBS_URL": said(answers, "store.url"),
        "AWS_ENDPOINT_URL": said(answers, "store.endpoint"),
        "AWS_REGION": said(answers, "store.region"),
        "AWS_ACCESS_KEY_ID": said(answers, "store.key_id"),
        "AWS_SECRET_ACCESS_KEY": said(answers, "store.secret"),
    }


def merged(before: str, settings: Mapping[str, str]) -> str:
    """Write the settings over a file that may be there: the operator's own lines stay in place."""
    waiting, lines = dict(settings), []
    for line in before.splitlines():
        found = _LINE.match(line)
        name = found[1] if found else ""
        if name not in OWN:
            lines.append(line)
        elif name in waiting:
            lines.append(_kept(line, name, waiting.pop(name)))
    head = lines or ["# 灯哨的设置。dengshao setup 写的，也可以手工加。改了要重新启动。"]
    return "\n".join(head) + "\n" + written(waiting)


def _kept(line: str, name: str, value: str) -> str:
    """Leave a line as it is where it says the same already."""
    return line if read_settings(line) == {name: value} else written({name: value}).rstrip("\n")


def certificates_of(answers: Answers) -> dict[str, tuple[str, str]]:
    """Say where each host's certificate and its key lie."""
    found = {}
    for which in ("public", "desk"):
        own = (f"{TLS}/{said(answers, f'hosts.{which}')}.{end}" for end in ("pem", "key"))
        named = (said(answers, f"certificate.{name}") for name in (which, f"{which}_key"))
        certificate, key = (name or usual for name, usual in zip(named, own, strict=True))
        found[which] = (certificate, key)
    return found


def proxy_of(
    example: str,
    answers: Answers,
    *,
    user: str,
    body_mb: int,
    version: tuple[int, ...] | None = None,
) -> str:
    """Write nginx's configuration: of the example, the marked lines alone, and who logs.

    `body_mb` is what a form with files may have; `version` is nginx's, where there is one.
    """
    places = certificates_of(answers)
    pairs = (
        ("user www-data;", f"user {user};"),
        ("/etc/ssl/dengshao/tips.example.pem", places["public"][0]),
        ("/etc/ssl/dengshao/tips.example.key", places["public"][1]),
        ("/etc/ssl/dengshao/desk.example.pem", places["desk"][0]),
        ("/etc/ssl/dengshao/desk.example.key", places["desk"][1]),
        ("/srv/dengshao/build/site", SITE),
        (_FILES_BODY, f"client_max_body_size {body_mb}m;"),
        ("tips.example", said(answers, "hosts.public")),
        ("desk.example", said(answers, "hosts.desk")),
    )
    lines = [_filled(line, pairs) if MARK in line else line for line in example.split("\n")]
    text = "\n".join(lines)
    if said(answers, "edge_log.profile") in ("elsewhere", "none"):
        text = _SYSLOG.sub(r"\1access_log off;", text)
    return text if version is None or version >= HTTP2_ON else _with_old_http2(text)


def _with_old_http2(text: str) -> str:
    """Turn HTTP/2 on as older ones know it: by a word of each line of listen."""
    return _LISTEN_TLS.sub(r"\1 http2", text.replace("    http2 on;\n", ""))


def _filled(line: str, pairs: tuple[tuple[str, str], ...]) -> str:
    """Put what was answered into one line, each place once: an answer is not looked at again."""
    pattern = "|".join(re.escape(old) for old, _ in pairs)
    new = dict(pairs)
    return re.sub(pattern, lambda found: new[found[0]], line)


def drop_in(*, is_sealed: bool, folders: tuple[str, ...]) -> str:
    """Write what a service of this installation has beyond its unit; empty where nothing is."""
    lines = []
    if is_sealed:
        lines.append(f"LoadCredentialEncrypted={CREDENTIAL}:{SEALED_SECRET}")
        lines.append(f"Environment={SECRET}=%d/{CREDENTIAL}")
    if folders:
        lines.append(f"ReadWritePaths={' '.join(folders)}")
    head = "# dengshao setup 写的。再做一次会重写。\n[Service]\n"
    return head + "\n".join(lines) + "\n" if lines else ""


def further_folders(answers: Answers) -> tuple[str, ...]:
    """Name folders outside of its data that the service must be let to write."""
    folder = said(answers, "store.folder")
    is_apart = bool(folder) and not f"{folder}/".startswith(f"{DATA}/")
    return (folder,) if is_apart else ()
