"""A small installation: real folders, links, archives and signatures, programs of a few lines.

What a version's program does is `sh` here: a database is a file, a site its words put together. The
whole program takes these steps in `make upgrade-walk`.
"""

import fcntl
import json
import platform
import shutil
import subprocess
import tarfile
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

from admin.release.layout import ABOUT, PUBLIC_KEY, Places, Release, artefact_name
from admin.release.sums import public_pem, sign, write_sums

PROGRAM = """#!/bin/sh
set -e
content=${DENGSHAO_CONTENT-@ROOT@/srv/dengshao/content}
site=${DENGSHAO_SITE-@ROOT@/srv/dengshao/site}
db=@ROOT@/var/lib/dengshao/db
echo "$1 $2 ${DENGSHAO_DATABASE_URL-}" >>@ROOT@/asked
case "$1 $2" in
  "--version ") echo @VERSION@ ;;
  "backup "*) cp "$db" "$2" ;;
  "migrate ") echo @DATABASE@ >"$db.new"; tail -n +2 "$db" >>"$db.new"; mv "$db.new" "$db" ;;
  "site "*) mkdir -p "$site"; cat "$content"/*.md >"$site/index.html" ;;
  "doctor --json") echo '[]' ;;
  "upgrade-part check") test -f "$content/index.md"; ! grep -q broken "$content"/data/*.yml ;;
  "upgrade-part owner") [ ! -e @ROOT@/apart ] || [ "${DENGSHAO_DATABASE_URL-}" = owner ] ;;
  "upgrade-part alone") [ ! -e @ROOT@/others ] || { echo 1 session of others >&2; exit 1; } ;;
  "upgrade-part look")
    rows=$(wc -l <"$db")
    printf '{"revision": "%s", "tips": %s, "words": %s}' "$(head -n 1 "$db")" "$rows" "$rows" ;;
  "upgrade-part copy") cat "$db" ;;
  "upgrade-part restore")
    if [ "$3" = --backup ]; then cat >/dev/null; cp "$4" "$db.new"; else cat >"$db.new"; fi
    mv "$db.new" "$db" ;;
  *) exit 9 ;;
esac
"""
OLD_CONTENT = {
    "index.md": "old home\n",
    "law.md": "old law\n",
    "gone.md": "old page\n",
    "data/footer.yml": "old footer\n",
    "data/schema/footer.json": "{}",
    "data/units.yml": "old units\n",
}
NEW_CONTENT = {
    "index.md": "new home\n",
    "law.md": "new law\n",
    "added/page.md": "new page\n",
    "data/footer.yml": "new footer\n",
    "data/schema/footer.json": '{"new": 1}',
    "data/units.yml": "old units\n",
}


def write(folder, files):
    for name, text in files.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def make_version(folder, root, version, content, *, database="0019", key=None):
    """Lay a version out in a folder."""
    release = Release(version, "c0ffee", "2026-12-02", platform.machine(), "3.13", database)
    program = PROGRAM.replace("@ROOT@", str(root)).replace("@VERSION@", version)
    write(folder, {f"app/content/{name}": text for name, text in content.items()})
    write(folder, {ABOUT: release.as_json(), "app/CHANGELOG.zh.md": NOTES, "deploy/a.service": ""})
    write(folder, {"bin/dengshao": program.replace("@DATABASE@", database)})
    (folder / "bin/dengshao").chmod(0o755)
    if key:
        (folder / PUBLIC_KEY).write_bytes(public_pem(key))
    write_sums(folder)


NOTES = "# 更新说明\n\n## 0.2.0\n\n新的说明。\n\n## 0.1.0\n\n旧的说明。\n"


def pack(folder, target, *, change=lambda member: member):
    """Pack a version as a release is packed."""
    tar = target.with_suffix("")
    with tarfile.open(tar, "w") as archive:
        for path in sorted(folder.rglob("*")):
            name = f"{folder.name}/{path.relative_to(folder).as_posix()}"
            archive.add(path, name, recursive=False, filter=change)
    compress(tar, target)


def compress(tar, target):
    subprocess.run(["zstd", "-q", "-f", "-1", str(tar), "-o", str(target)], check=True)
    tar.unlink()


class Small:
    """An installation of 0.1.0, and an artefact of 0.2.0."""

    def __init__(self, root, key, *, database="0021", new=NEW_CONTENT):
        self.root, self.places = root, Places(root)
        self.port = 0
        make_version(self.places.version("0.1.0"), root, "0.1.0", OLD_CONTENT, key=key)
        self.places.current.symlink_to("versions/0.1.0")
        write(self.places.content, OLD_CONTENT)
        write(self.places.content, {"data/footer.yml": "our footer\n", "own.md": "our page\n"})
        write(self.places.data, {"db": "0019\none\ntwo\n"})
        self.places.site.mkdir(parents=True)
        (self.places.site / "index.html").write_text("old page\nold home\nold law\nour page\n")
        self.file = self.release("0.2.0", new, database=database, key=key)

    def release(self, version, content, *, key, database="0021", sign_with=None, units=()):
        """Make an artefact, signed."""
        out = self.root / "release" / version
        shutil.rmtree(out, ignore_errors=True)
        make_version(out / version, self.root, version, content, database=database, key=key)
        if units:
            write(out / version, {f"deploy/{name}": "" for name in units})
            write_sums(out / version)
        file = out / artefact_name(version, platform.machine())
        pack(out / version, file)
        sign(write_sums(out, [file.name]), sign_with or key)
        return file

    def configure(self, port, nodes=1):
        settings = f"DENGSHAO_BIND=127.0.0.1:{port}\nDENGSHAO_PUBLIC_HOST=tips.example\n"
        settings += f"DENGSHAO_NODES={nodes}\n"
        write(self.places.settings, {"dengshao.env": settings})

    def picture(self):
        """All that an upgrade may change, to the byte, but for its own log and the backup."""
        folders = (self.places.content, self.places.data, self.places.site, self.places.versions)
        found = {
            str(path.relative_to(self.root)): path.read_bytes()
            for folder in folders
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != "run.lock"
        }
        return found | {"current": str(self.places.current.readlink())}


class Answering(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, *_words):
        pass


class Served:
    """What serves: the version that the link leads to when it is started, in a thread."""

    def __init__(self, places):
        self.places, self.failing = places, set()
        self.arriving = {}
        self.server = HTTPServer(("127.0.0.1", 0), Answering)
        self.server.status = 503
        self.port = self.server.server_port
        threading.Thread(target=self.server.serve_forever, args=(0.01,), daemon=True).start()
        self.lock, self.started = None, []

    def start(self, units):
        if self.lock:
            # As systemd: what runs is not started again.
            return
        version = self.places.current.readlink().name
        self.started.append(version)
        self.lock = (self.places.data / "run.lock").open("w")
        fcntl.flock(self.lock, fcntl.LOCK_EX)
        self.lock.write(f"http://127.0.0.1:{self.port}/ (pid 1, {version})\n")
        self.lock.flush()
        self.server.status = 500 if version in self.failing else 200
        with (self.places.data / "db").open("a") as database:
            database.write(self.arriving.pop(version, ""))
        assert units == ["dengshao.service"]

    def stop(self):
        if self.lock is None:
            return []
        self.server.status = 503
        self.lock.close()
        self.lock = None
        return ["dengshao.service"]

    def close(self):
        self.stop()
        self.server.shutdown()
        self.server.server_close()


def journal_of(small):
    return json.loads((small.places.current.with_name("upgrade") / "last.json").read_text())
