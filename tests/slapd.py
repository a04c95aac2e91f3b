"""A real directory on this machine, by TLS: Debian's slapd, in a folder of its own."""

import shutil
import socket
import subprocess
import time

from tests.journeys.proxied import PUBLIC, write_certificate
from tests.ports import free_port

SLAPD = shutil.which("slapd", path="/usr/sbin:/usr/lib/openldap:/usr/libexec")
BASE = "dc=county,dc=example"
READER, READER_PASSWORD = f"cn=reader,{BASE}", "reads only"
PEOPLE = {"zhang.san": "county pass", "li,si": 'odd "name"', "王五": "汉字密码"}
_CONF = """
include {schema}/core.schema
include {schema}/cosine.schema
include {schema}/inetorgperson.schema
modulepath {modules}
moduleload back_mdb
pidfile {folder}/pid
TLSCertificateFile {folder}/{host}.pem
TLSCertificateKeyFile {folder}/{host}.key
security simple_bind=1
database mdb
suffix "{base}"
directory {folder}/db
rootdn "{reader}"
rootpw "{password}"
access to attrs=userPassword by anonymous auth by * none
access to * by dn="{reader}" read by * none
"""


class Slapd:
    """The running directory."""

    def __init__(self, folder):
        self.folder, self.ports = folder, (free_port(), free_port())
        (folder / "db").mkdir()
        write_certificate(folder)
        self.ca = folder / f"{PUBLIC}.pem"
        conf = folder / "slapd.conf"
        conf.write_text(
            _CONF.format(
                folder=folder,
                host=PUBLIC,
                base=BASE,
                reader=READER,
                password=READER_PASSWORD,
                schema="/etc/ldap/schema",
                modules="/usr/lib/ldap",
            )
        )
        loaded = subprocess.run(
            [SLAPD, "-T", "add", "-f", conf], input=entries(), capture_output=True, text=True
        )
        assert loaded.returncode == 0, loaded.stderr
        secure, plain = self.ports
        urls = f"ldaps://127.0.0.1:{secure}/ ldap://127.0.0.1:{plain}/"
        self.process = subprocess.Popen(
            [SLAPD, "-d", "0", "-f", conf, "-h", urls],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        self._wait(plain)

    def _wait(self, port):
        deadline = time.monotonic() + 20
        while time.monotonic() < deadline:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
            except OSError:
                time.sleep(0.05)
            else:
                return
        raise TimeoutError

    def stop(self):
        self.process.terminate()
        self.process.wait(20)


def entries():
    rows = [
        f"dn: {BASE}\nobjectClass: organization\nobjectClass: dcObject\no: county\ndc: county\n"
    ]
    rows.append(f"dn: ou=people,{BASE}\nobjectClass: organizationalUnit\nou: people\n")
    for name, password in PEOPLE.items():
        entry = name.replace(",", "\\,")
        rows.append(
            f"dn: uid={entry},ou=people,{BASE}\nobjectClass: inetOrgPerson\nuid: {name}\n"
            f"cn: {name}\nsn: x\nuserPassword: {password}\n"
        )
    return "\n".join(rows)
