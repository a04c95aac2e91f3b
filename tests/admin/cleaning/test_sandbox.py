"""A child that turned against us can do nothing: each way out is tried from inside."""

import os
import resource
import subprocess
import sys
import textwrap
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from pathlib import Path

import pytest

from admin.cleaning import NotCleaned, Uncleanable, can_clean, sandbox
from admin.cleaning.sandbox import MB, Limits, memory_file, run, tool
from admin.config import ROOT
from tests.support import open_files

pytestmark = pytest.mark.skipif(not can_clean(), reason="no bubblewrap on this machine")


def told(code, data=b"", seconds=60, **limits):
    """What a piece of Python prints that runs where the cleaning child runs."""
    source, target = memory_file(data), memory_file()
    try:
        python = [sys.executable, "-s", "-S", "-P", "-B", "-c", textwrap.dedent(code)]
        run(python, source, target, Limits(time.monotonic() + seconds, **limits))
        return os.pread(target, MB, 0).decode().strip()
    finally:
        os.close(source)
        os.close(target)


def stopped(code, **limits):
    with pytest.raises(NotCleaned) as caught:
        told(code, **limits)
    return caught.value.reason


WALLS = {
    "a connection": "import socket; socket.create_connection(('127.0.0.1', 1))",
    "a socket of this machine": "import socket; socket.socket(socket.AF_UNIX)",
    "a second process": "import os; os.fork()",
    "a program": "import subprocess; subprocess.run(['true'])",
    "the accounts": "open('/etc/passwd')",
    "the project": f"open({str(ROOT / 'pyproject.toml')!r})",
    "a new file at the top": "open('/made', 'w')",
    "a changed job": "open('/code/inside/__main__.py', 'a')",
    "a changed library": "open('/usr/made', 'w')",
    "shared memory": "open('/dev/shm/made', 'w')",
    "memory outside the limit": "import os; os.memfd_create('x')",
    "a namespace of its own": "import os; os.unshare(os.CLONE_NEWUSER)"
    if sys.version_info >= (3, 12)
    else "import ctypes, os\n"
    "if ctypes.CDLL(None, use_errno=True).unshare(0x10000000): raise OSError",
    "another's memory": "import ctypes\n"
    "if ctypes.CDLL(None).ptrace(16, 1, 0, 0) == -1: raise OSError",
    "a device": "open('/dev/mem', 'rb')",
    "a mount": "import ctypes\n"
    "if ctypes.CDLL(None).mount(b'a', b'/tmp', b'tmpfs', 0, 0): raise OSError",
}


@pytest.mark.parametrize("name", WALLS)
def test_each_way_out_is_closed(name):
    tried = textwrap.indent(WALLS[name], "    ")

    assert told(f"try:\n{tried}\nexcept OSError: print('closed')\nelse: print('open')") == "closed"


def test_it_sees_no_file_of_another(tmp_path):
    path = tmp_path / "secret"
    path.write_text("x")

    assert told(f"import os; print(os.path.exists({str(path)!r}))") == "False"


def test_it_is_nobody_and_can_do_nothing():
    said = told(
        """
        import ctypes, os
        libc = ctypes.CDLL(None)
        head, sets = (ctypes.c_uint32 * 2)(0x20080522, 0), (ctypes.c_uint32 * 6)()
        libc.capget(head, sets)
        # man 2 prctl: 39 PR_GET_NO_NEW_PRIVS, 21 PR_GET_SECCOMP
        print(os.getuid(), os.getgid(), any(sets), libc.prctl(39, 0, 0, 0, 0), libc.prctl(21))
        """
    )

    assert said == "65534 65534 False 1 2"


def test_it_sees_no_other_process():
    """The numbers of processes are its own; the first is bubblewrap, the second itself."""
    assert (
        told("import os; print(os.getpid(), os.getppid(), os.path.exists('/proc'))") == "2 1 False"
    )


def test_it_knows_nothing_of_its_parents_surroundings(monkeypatch):
    monkeypatch.setenv("DENGSHAO_SECRET_FILE", "/a/path")

    assert set(told("import os; print(*os.environ)").split()) <= {
        *("PATH", "HOME", "LC_ALL", "PYTHONPATH", "PWD"),
    }


def test_it_holds_no_file_of_its_parents(tmp_path):
    code = """
    import os
    held = []
    for number in range(3, 64):
        try: os.fstat(number)
        except OSError: continue
        held.append(number)
    print(held)
    """
    with (tmp_path / "held").open("w") as held:
        os.set_inheritable(held.fileno(), True)

        assert told(code) == "[]"


def test_threads_are_allowed_for_films_are_read_by_several():
    assert (
        told("import threading; t = threading.Thread(target=print, args=('ran',)); t.start()")
        == "ran"
    )


def test_too_much_memory_is_refused():
    code = "try: bytearray(600 * 2**20)\nexcept MemoryError: print('refused')"

    assert told(code, memory=512 * MB) == "refused"


def test_its_folder_is_small_and_in_memory():
    code = """
    try: open("/tmp/filling", "wb").write(bytes(9 * 2**20))
    except OSError as error: print(error.errno)
    """

    assert told(code, folder=8 * MB) == "28"


def test_too_much_output_is_stopped():
    code = "import os, signal; signal.signal(signal.SIGXFSZ, signal.SIG_DFL)\n"
    code += "while True: os.write(1, bytes(2**20))"

    assert stopped(code, output=4 * MB) is Uncleanable.TOO_LARGE


@pytest.mark.parametrize("code", ["while True: pass", "import time; time.sleep(600)"])
def test_too_much_time_is_stopped(code):
    assert stopped(code, seconds=2) is Uncleanable.TOOK_TOO_LONG


def processes():
    """Give the words of each of this machine's processes, and its folder in /proc."""
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        with suppress(OSError):
            yield path.read_bytes().rstrip(b"\0").decode(errors="replace").split("\0"), path.parent


def is_running(words):
    """Tell whether anything of this machine was started with these words at its end."""
    return any(line[-1] == words for line, _folder in processes())


def is_held(words):
    """Tell whether Python runs with these words, and bubblewrap waits for its end.

    `prlimit` and bubblewrap have the words in their own lines before, while they still prepare;
    and only once bubblewrap's inner process waits has it asked to die with the outer one.
    """
    for line, folder in processes():
        if line[0] == sys.executable and line[-1] == words:
            with suppress(OSError):
                parent = status(folder)["PPid"]
                return status(folder.with_name(parent))["State"].startswith("S")
    return False


def status(folder):
    lines = (folder / "status").read_text().splitlines()
    return {name: value.strip() for name, _, value in (line.partition(":") for line in lines)}


def until(is_so):
    """Wait for what comes about by itself; pytest's own limit ends a wait in vain."""
    while not is_so():
        time.sleep(0.05)


def test_nothing_of_a_stopped_child_goes_on():
    asleep = f"import time; time.sleep(600)  # stopped-{os.getpid()}"
    with ThreadPoolExecutor() as pool:
        reason = pool.submit(stopped, asleep, seconds=10)
        until(lambda: is_running(asleep))

    assert reason.result() is Uncleanable.TOOK_TOO_LONG
    until(lambda: not is_running(asleep))


def test_however_early_a_child_is_stopped_nothing_of_it_goes_on():
    asleep = f"import time; time.sleep(600)  # early-{os.getpid()}"
    for milliseconds in range(1, 41):
        assert stopped(asleep, seconds=milliseconds / 1000) is Uncleanable.TOOK_TOO_LONG

    until(lambda: not is_running(asleep))


@pytest.fixture
def many_files():
    """More open files than `select` can count."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, max(soft, 4096)), hard))
    files = [os.open(os.devnull, os.O_RDONLY) for _ in range(1100)]
    yield
    for file in files:
        os.close(file)
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_a_child_is_stopped_by_a_process_with_many_open_files(many_files):
    assert stopped("import time; time.sleep(600)", seconds=1) is Uncleanable.TOOK_TOO_LONG


def test_nothing_goes_on_when_the_server_itself_is_killed():
    asleep = f"import time; time.sleep(600)  # orphan-{os.getpid()}"
    code = f"from tests.admin.cleaning.test_sandbox import told; told({asleep!r}, b'', 600)"
    server = subprocess.Popen([sys.executable, "-c", code], cwd=ROOT)
    try:
        until(lambda: is_held(asleep))
    finally:
        server.kill()
        server.wait()

    until(lambda: not is_running(asleep))


def test_the_input_can_not_be_changed(tmp_path):
    """The operator's own file is read where it lies."""
    path = tmp_path / "original"
    path.write_bytes(b"as it was")

    with path.open("rb") as source, open(os.devnull, "wb") as target:
        code = "import os\ntry: os.write(0, b'x')\nexcept OSError: pass"
        run(
            [sys.executable, "-c", code],
            source.fileno(),
            target.fileno(),
            Limits(time.monotonic() + 60),
        )

    assert path.read_bytes() == b"as it was"


def test_an_absent_program_is_told():
    nothing = memory_file()

    with pytest.raises(NotCleaned) as caught:
        run(tool("no-such-program"), nothing, nothing, Limits(time.monotonic() + 60))

    assert caught.value.reason is Uncleanable.NO_TOOL
    os.close(nothing)


def test_no_file_is_left_open():
    before = open_files()
    with pytest.raises(NotCleaned):
        told("raise SystemExit(20)")

    assert open_files() <= before


def test_a_machine_whose_calls_we_do_not_know_does_without_the_second_wall(monkeypatch):
    monkeypatch.setattr("admin.cleaning.seccomp.platform.machine", lambda: "riscv64")

    assert sandbox.seccomp_program() is None
    assert told("print('runs')") == "runs"
