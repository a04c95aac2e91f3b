"""Configuration: environment variables and one optional TOML file, read once at the start."""

import os
import re
import secrets
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path

from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from .settings.addresses import (
    Peers,
    own_host,
    read_bind,
    read_blobs_url,
    read_peers,
    read_smtp_url,
)
from .settings.faults import ConfigError as ConfigError  # noqa: PLC0414 (others take it from here)
from .settings.file_limits import PLAIN_MB, front_mb
from .settings.gate import Gate, read_gate
from .settings.measures import Measures, read_measures
from .settings.outgoing import Ping, read_ca, read_ping

ROOMS = ("intake", "mailbox", "desk", "accounts")
ROOT = Path(__file__).resolve().parent.parent


class Env(StrEnum):
    DEVELOPMENT = "development"
    PRODUCTION = "production"


class SecondFactor(StrEnum):
    """Whether a member may sign in without a one-time code or a passkey."""

    REQUIRED = "required"
    OPTIONAL = "optional"
    """Asked of those who set one up."""


class AddressHints(StrEnum):
    """What tells one network's flood from other people's tips; no address is ever kept."""

    EDGE = "edge"
    """The token of the day in Dengshao-Group, made before us by `dengshao edge-log run`: no address
    comes here at all."""
    PEER = "peer"
    """The connection's own address."""
    PROXY = "proxy"
    """The one that our own proxy wrote last in X-Forwarded-For."""
    OFF = "off"
    """None, as behind an onion service: the budgets for everybody hold alone."""


_BY_DESK = {Env.DEVELOPMENT: "yes", Env.PRODUCTION: "no"}


@dataclass(frozen=True)
class Config:
    """All that differs between one installation and another."""

    env: Env
    bind: str
    """Address and port of the server, `host:port`, an IPv6 address in brackets."""
    data: Path
    """Folder of the database, the secret and the run lock; nothing in it can open a tip."""
    content: Path
    """Folder of words and data that a district's editor changes."""
    site: Path
    """Folder of the built public site; served by the app in the embedded shape only."""
    bundles: Path
    """Folder of the built browser bundles."""
    translations: Path
    """Folder of the catalogues: what the forms say in each language but Chinese."""
    database_url: str
    database_logins: str
    """How the logins' names begin, by which each package asks PostgreSQL; empty: one asks all."""
    database_replica: str = field(repr=False)
    """A standby of the same database, from which the desk's lists are read; empty: there is none.
    May hold a password."""
    blobs_url: str = field(repr=False)
    """Where sealed files lie: `file://` a folder, `s3://` a bucket and prefix (its keys are in
    AWS_* of the environment), or `memory:///`, which a restart empties."""
    blobs_ca: Path | None
    """Certificates that vouch for the store's server, beside the system's."""
    deletions_file: Path
    """The journal of deletions and holds: outside of the database, for a restore to read."""
    rooms: frozenset[str]
    public_host: str
    desk_host: str
    more_hosts: frozenset[str]
    """Further names of the public pages, an onion service's say. Any other name is refused."""
    form_min_seconds: int
    """Seconds that a public form must have been open, once, before it may be sent."""
    tips_per_minute: int
    """Tips a minute, without a proof of work, above which they go to the lane 疑似机器发送."""
    proven_per_minute: int
    """The same for tips that come with a proof of work."""
    tips_per_group_hour: int
    """Tips an hour without a proof from one group of addresses before it goes to the lane."""
    lane_tips: int
    """Tips that the lane holds at most, 16 KB each; beyond, nothing is stored for a while."""
    files_most: int
    """Files that a tip may bring; twice as many entries where the originals go along."""
    file_mb: int
    """MiB that one file may have."""
    tip_mb: int
    """MiB that all files of a tip may have together."""
    plain_mb: int
    """Of one press where scripts are off: those pass through this server's memory in clear."""
    files_mb_day: int
    """MiB that are promised to new files on one day; beyond, words alone are taken."""
    orphans_mb: int
    """MiB of files that no tip names (yet), at most."""
    address_hints: AddressHints
    edge_peers: Peers
    """Who may say, by a header, from which network a request comes: our own proxies."""
    workers: int
    """Processes that answer side by side, on all nodes: each has its share of the budgets."""
    nodes: int
    """How many nodes serve one installation: a budget is for all of them together."""
    leaving_seconds: int
    """Seconds for which a node that was told to stop says so at /readyz, and still serves."""
    allow_swap: bool
    """Whether production may start though memory can be swapped to a disk in clear."""
    backup_recipient: str | None
    """To whom backups are sealed: the operator's public key, whose secret is kept elsewhere."""
    smtp_url: str = field(repr=False)
    """The mail server of the notices; empty where none is sent. May hold a password."""
    smtp_ca: Path | None
    """The certificates that vouch for the mail server, instead of the system's."""
    ping: Ping | None
    """The robot of a chat group that is told at equal times to look at the desk."""
    mail_from: str
    operator_mail: str = field(repr=False)
    """Who hears once a day whether `dengshao doctor` found something to mend; empty: nobody."""
    notice_hour: int
    """Hour of the day in Asia/Shanghai at which each unit's daily notice goes out."""
    heartbeat_minutes: int
    """Minutes between two heartbeats that say whether P0 waits; 0 sends none."""
    metrics: Measures
    """Whether this node measures how quickly it answers, and where it tells."""
    second_factor: SecondFactor
    gate: Gate
    """What a visitor of the desk passes before the sign-in page."""
    keys_by_desk: bool
    """Whether the desk's page may write keys.yml; otherwise `dengshao keys apply` alone does."""
    secret_file: Path
    secret: bytes = field(repr=False)
    """32 bytes from the secret file; every key of the server is derived from it."""

    @property
    def production(self) -> bool:
        return self.env is Env.PRODUCTION

    @property
    def front_mb(self) -> int:
        """MiB that a proxy in front must let in where a form brings files."""
        return front_mb(self.plain_mb)

    @property
    def confirmed_keys(self) -> Path | None:
        """The keys file that the demo and the desk write; production reads the editor's alone."""
        return None if self.production else self.data / "keys.yml"

    @property
    def keys_path(self) -> Path:
        """The keys file that is written here: the editor's, in development the second one."""
        return self.confirmed_keys or self.content / "data" / "keys.yml"

    def key(self, purpose: str) -> bytes:
        """Derive the server's 32-byte key for one purpose, so that no two uses share a key."""
        info = f"dengshao server {purpose} v1".encode()
        return HKDF(algorithm=SHA256(), length=32, salt=None, info=info).derive(self.secret)


def load_config(environ: Mapping[str, str] | None = None, *, makes_secret: bool = True) -> Config:
    """Read the configuration. Raises `ConfigError` with a sentence for the operator."""
    values = _settings(os.environ if environ is None else environ)
    env = _env(values)
    bind = read_bind(values)
    data = Path(values.get("DENGSHAO_DATA", ROOT / "var")).resolve()
    public_host, desk_host = _hosts(values, env, bind)
    return Config(
        env=env,
        bind=bind,
        data=data,
        content=Path(values.get("DENGSHAO_CONTENT", ROOT / "content")).resolve(),
        site=Path(values.get("DENGSHAO_SITE", ROOT / "build" / "site")).resolve(),
        bundles=Path(values.get("DENGSHAO_BUNDLES", ROOT / "build" / "browser")).resolve(),
        translations=Path(
            values.get("DENGSHAO_TRANSLATIONS", ROOT / "admin" / "translations")
        ).resolve(),
        database_url=values.get(
            "DENGSHAO_DATABASE_URL", f"sqlite:///{(data / 'dengshao.sqlite3').as_posix()}"
        ),
        database_logins=_logins(values),
        database_replica=_replica(values),
        blobs_url=read_blobs_url(
            values, default=(data / "blobs").as_uri(), may_forget=env is Env.DEVELOPMENT
        ),
        blobs_ca=read_ca(values, "DENGSHAO_BLOBS_CA"),
        deletions_file=Path(values.get("DENGSHAO_DELETIONS", data / "deletions.log")).resolve(),
        rooms=_rooms(values),
        public_host=public_host,
        desk_host=desk_host,
        more_hosts=_more_hosts(values),
        form_min_seconds=_whole_number(values, "DENGSHAO_FORM_MIN_SECONDS", 3),
        tips_per_minute=_whole_number(values, "DENGSHAO_TIPS_PER_MINUTE", 60),
        proven_per_minute=_whole_number(values, "DENGSHAO_PROVEN_PER_MINUTE", 300),
        tips_per_group_hour=_whole_number(values, "DENGSHAO_TIPS_PER_GROUP_HOUR", 20),
        lane_tips=_whole_number(values, "DENGSHAO_LANE_TIPS", 5000),
        files_most=_whole_number(values, "DENGSHAO_FILES_MOST", 10),
        file_mb=_whole_number(values, "DENGSHAO_FILE_MB", 500),
        tip_mb=_whole_number(values, "DENGSHAO_TIP_MB", 2048),
        plain_mb=_whole_number(values, "DENGSHAO_PLAIN_MB", PLAIN_MB),
        files_mb_day=_whole_number(values, "DENGSHAO_FILES_MB_DAY", 20480),
        orphans_mb=_whole_number(values, "DENGSHAO_ORPHANS_MB", 10240),
        address_hints=_address_hints(values, env),
        edge_peers=read_peers(values),
        workers=1,
        nodes=max(_whole_number(values, "DENGSHAO_NODES", 1), 1),
        leaving_seconds=min(_whole_number(values, "DENGSHAO_LEAVING_SECONDS", 0), 60),
        allow_swap=values.get("DENGSHAO_ALLOW_SWAP") == "yes",
        backup_recipient=values.get("DENGSHAO_BACKUP_RECIPIENT"),
        smtp_url=read_smtp_url(values),
        smtp_ca=read_ca(values, "DENGSHAO_SMTP_CA"),
        ping=read_ping(values),
        mail_from=values.get("DENGSHAO_MAIL_FROM", "dengshao@localhost"),
        operator_mail=values.get("DENGSHAO_OPERATOR_MAIL", ""),
        notice_hour=min(_whole_number(values, "DENGSHAO_NOTICE_HOUR", 8), 23),
        heartbeat_minutes=_whole_number(values, "DENGSHAO_HEARTBEAT_MINUTES", 15),
        metrics=read_measures(values),
        second_factor=_second_factor(values, env),
        gate=read_gate(values, may_be_clear=env is Env.DEVELOPMENT),
        keys_by_desk=values.get("DENGSHAO_KEYS_BY_DESK", _BY_DESK[env]) == "yes",
        secret_file=_secret_file(values, data),
        secret=_secret(_secret_file(values, data), env, makes_one=makes_secret),
    )


def _settings(environ: Mapping[str, str]) -> dict[str, str]:
    """Merge the TOML file, where one is named, under the environment's variables."""
    values = {}
    if path := environ.get("DENGSHAO_CONFIG"):
        try:
            table = tomllib.loads(Path(path).read_text("utf-8"))
        except (OSError, tomllib.TOMLDecodeError) as error:
            raise ConfigError(f"DENGSHAO_CONFIG: cannot read {path}: check the file.") from error
        values = {f"DENGSHAO_{name.upper()}": str(value) for name, value in table.items()}
    return values | {name: text for name, text in environ.items() if name.startswith("DENGSHAO_")}


def _env(values: Mapping[str, str]) -> Env:
    text = values.get("DENGSHAO_ENV", Env.DEVELOPMENT)
    try:
        return Env(text)
    except ValueError:
        raise ConfigError("DENGSHAO_ENV: write development or production.") from None


def _hosts(values: Mapping[str, str], env: Env, bind: str) -> tuple[str, str]:
    """Name the public and the desk's host. Two origins, so that neither can script the other."""
    port = bind.rpartition(":")[2]
    public = values.get(
        "DENGSHAO_PUBLIC_HOST", "" if env is Env.PRODUCTION else own_host(bind)
    ).lower()
    desk = values.get(
        "DENGSHAO_DESK_HOST", "" if env is Env.PRODUCTION else f"localhost:{port}"
    ).lower()
    # Cookies know no port: on one name the public pages would be sent the desk's.
    is_one = public == desk or (
        env is Env.PRODUCTION and _without_port(public) == _without_port(desk)
    )
    if not public or not desk or is_one:
        raise ConfigError(
            "DENGSHAO_PUBLIC_HOST and DENGSHAO_DESK_HOST: name two different hosts, "
            "one for the public pages and one for the desk."
        )
    return public, desk


def _without_port(host: str) -> str:
    return re.sub(r":\d+$", "", host)


def _more_hosts(values: Mapping[str, str]) -> frozenset[str]:
    names = values.get("DENGSHAO_MORE_HOSTS", "").lower().split(",")
    return frozenset(name.strip() for name in names) - {""}


def _logins(values: Mapping[str, str]) -> str:
    name, found = "DENGSHAO_DATABASE_LOGINS", values.get("DENGSHAO_DATABASE_LOGINS", "")
    if not found:
        return ""
    if not re.fullmatch(r"[a-z][a-z0-9_]{0,40}", found):
        raise ConfigError(f"{name}：要是小写字母、数字和下划线，字母开头：{found!r}")
    if not values.get("DENGSHAO_DATABASE_URL", "").startswith("postgresql"):
        raise ConfigError(f"{name}：用了 PostgreSQL（DENGSHAO_DATABASE_URL）才能设。")
    return found


def _replica(values: Mapping[str, str]) -> str:
    """Read where a standby is read from. What it says may hold a password: it is not repeated."""
    found = values.get("DENGSHAO_DATABASE_REPLICA", "")
    both = (found, values.get("DENGSHAO_DATABASE_URL", ""))
    if found and not all(url.startswith("postgresql") for url in both):
        raise ConfigError(
            "DENGSHAO_DATABASE_REPLICA：要是 PostgreSQL 的地址（postgresql+psycopg://…），"
            "DENGSHAO_DATABASE_URL 也是。"
        )
    return found


def _rooms(values: Mapping[str, str]) -> frozenset[str]:
    rooms = frozenset(values.get("DENGSHAO_ROOMS", ",".join(ROOMS)).replace(" ", "").split(","))
    if not rooms <= set(ROOMS):
        raise ConfigError(f"DENGSHAO_ROOMS: choose from {', '.join(ROOMS)}.")
    return rooms


def _address_hints(values: Mapping[str, str], env: Env) -> AddressHints:
    """Read whose address counts. In production our own edge stands before us: its word counts.

    There every connection comes from the proxy: by its own address all would be one group.
    """
    default = AddressHints.EDGE if env is Env.PRODUCTION else AddressHints.PEER
    try:
        return AddressHints(values.get("DENGSHAO_ADDRESS_HINTS", default))
    except ValueError:
        raise ConfigError("DENGSHAO_ADDRESS_HINTS: write edge, proxy, peer or off.") from None


def _second_factor(values: Mapping[str, str], env: Env) -> SecondFactor:
    default = SecondFactor.REQUIRED if env is Env.PRODUCTION else SecondFactor.OPTIONAL
    try:
        return SecondFactor(values.get("DENGSHAO_SECOND_FACTOR", default))
    except ValueError:
        raise ConfigError("DENGSHAO_SECOND_FACTOR: write required or optional.") from None


def _whole_number(values: Mapping[str, str], name: str, default: int) -> int:
    text = values.get(name, str(default))
    if not text.isascii() or not text.isdigit():
        raise ConfigError(f"{name}: write a whole number.")
    return int(text)


def _secret_file(values: Mapping[str, str], data: Path) -> Path:
    named = values.get("DENGSHAO_SECRET_FILE")
    return Path(named) if named else data / "secret"


def _secret(path: Path, env: Env, *, makes_one: bool) -> bytes:
    """Read the secret file; in development, make it where it is missing."""
    if not path.exists():
        if env is Env.PRODUCTION or not makes_one:
            raise ConfigError(
                f"DENGSHAO_SECRET_FILE: {path} is missing: run `dengshao secret` once."
            )
        make_secret(path)
    try:
        secret = bytes.fromhex(path.read_text("ascii"))
    except ValueError:
        secret = b""
    if len(secret) != 32:
        raise ConfigError(f"DENGSHAO_SECRET_FILE: {path} must hold 64 hexadecimal characters.")
    return secret


def make_secret(path: Path) -> None:
    """Write 32 random bytes in hexadecimal to a new file that only its owner can read."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="ascii") as file:
        file.write(secrets.token_hex(32) + "\n")
