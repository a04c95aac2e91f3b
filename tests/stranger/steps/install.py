"""装上：一台没有网络的 Debian，一个发布文件

Sums and signature as the page says; installed; a second run changes nothing.
"""

from tests.stranger.artefacts import STICK, onto, release


def walk(machine):
    folder, name = release()
    machine.make()
    onto(machine, folder)
    machine.boot()
    there_is_no_network(machine)
    install(machine, name)
    it_stands_on_its_own_feet(machine)
    # Told what is still to do, and by no traceback.
    told = machine.run("runuser -u dengshao -- dengshao doctor || true")
    assert "Traceback" not in told, told
    assert "\t" in told, told
    key = f"{STICK}/release.pub.pem"
    machine.run(f"sh {STICK}/install.sh --key {key} {STICK}/{name}", says="已经放好了")


def install(machine, name):
    """Type what the handbook has from the stick to the installed version."""
    key = f"{STICK}/release.pub.pem"
    machine.types(f"cd {STICK} && sha256sum -c --quiet SHA256SUMS")
    machine.types(
        f"cd {STICK} && openssl pkeyutl -verify -pubin -inkey {key} -rawin "
        "-in SHA256SUMS -sigfile SHA256SUMS.sig",
        says="Signature Verified Successfully",
    )
    machine.types(f"sh {STICK}/install.sh --key {key} {STICK}/{name}", says="dengshao setup")
    machine.types("dengshao --version", says="灯哨")


def there_is_no_network(machine):
    addresses = machine.run("cat /proc/net/dev | tail -n +3 | cut -d: -f1").split()
    assert addresses == ["lo"], addresses


def it_stands_on_its_own_feet(machine):
    """See that no library of the machine's is loaded, and that root alone can change a version."""
    script = "import ssl, sqlite3, cryptography, pikepdf, PIL.Image, obstore, psycopg; "
    script += 'print(open("/proc/self/maps").read())'
    maps = machine.run(f"/opt/dengshao/current/python/bin/python3 -c '{script}'")
    # What may run: tables of characters are data, and an age that does not fit is passed over.
    run = [line.split() for line in maps.splitlines() if "r-xp" in line]
    files = {words[5] for words in run if len(words) > 5 and words[5][0] == "/"}
    foreign = {file for file in files if not file.startswith("/opt/dengshao/versions/")}
    assert files
    assert not foreign, foreign
    open_ones = machine.run("find /opt/dengshao \\( -perm -o+w -o ! -user root \\) ! -type l")
    assert open_ones == "", open_ones
