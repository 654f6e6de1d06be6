"""Processes are started, watched and stopped for real: every child here is a real program."""

import http.server
import os
import signal
import socket
import subprocess
import sys
import textwrap
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import psutil
import pytest

from launcher.processes import (
    NotReadyError,
    ProcessDiedError,
    ProcessGroup,
    free_port,
    http_ready,
    port_ready,
)

WAIT_SECONDS = 60.0
LISTENER = """
    import os, socket
    print("listening, colour", os.environ["COLOUR"])
    server = socket.create_server(("127.0.0.1", int(os.environ["PORT"])))
    while True:
        server.accept()
"""
DEAF = """
    import signal, time
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    print("deaf")
    time.sleep(60)
"""
PARENT = """
    import subprocess, sys, time
    child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
    print(child.pid)
    time.sleep(60)
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", textwrap.dedent(program)]


def wait_until(condition: Callable[[], bool]) -> None:
    limit = time.monotonic() + WAIT_SECONDS
    while not condition():
        assert time.monotonic() < limit, "did not happen in time"
        time.sleep(0.02)


def runs(pid: int) -> bool:
    return psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE


@pytest.fixture
def group(tmp_path: Path) -> Iterator[ProcessGroup]:
    with ProcessGroup(tmp_path / "log") as group:
        yield group


def test_a_started_process_answers_logs_restarts_and_stops(
    group: ProcessGroup, tmp_path: Path
) -> None:
    port = free_port()
    env = {"PORT": str(port), "COLOUR": "blue"}
    group.start("api", python(LISTENER), env=env, ready=port_ready(port))
    assert "colour blue" in (tmp_path / "log" / "api.log").read_text()
    first = group.pid("api")
    group.restart("api")
    assert group.pid("api") != first
    assert port_ready(port)()
    peak = group.peak_rss_bytes()["api"]
    assert peak > 1_000_000
    assert group.stop("api") == -signal.SIGTERM
    assert not port_ready(port)()
    assert group.deaths() == []
    assert group.peak_rss_bytes() == {"api": peak}


def test_many_start_together_and_are_waited_for_together(group: ProcessGroup) -> None:
    ports = [free_port() for _ in range(4)]
    for port in ports:
        env = {"PORT": str(port), "COLOUR": "green"}
        group.start(f"api-{port}", python(LISTENER), env=env, ready=port_ready(port), wait=False)
    group.wait_ready()
    assert all(port_ready(port)() for port in ports)


def test_who_dies_while_starting_is_named_with_its_last_words(group: ProcessGroup) -> None:
    program = python("raise SystemExit('no such table: receipts')")
    with pytest.raises(ProcessDiedError, match=r"relay ended with exit code 1(.|\n)*receipts"):
        group.start("relay", program, ready=port_ready(free_port()))


def test_who_never_answers_is_named(group: ProcessGroup, tmp_path: Path) -> None:
    def never() -> bool:
        wait_until(lambda: "deaf" in (tmp_path / "log" / "worker.log").read_text())
        return False

    with pytest.raises(NotReadyError, match=r"worker does not answer after 0\.3 s(.|\n)*deaf"):
        group.start(
            "worker",
            python(DEAF),
            ready=never,
            ready_within_seconds=0.3,
            stop_within_seconds=0.2,
        )


def test_a_death_unasked_is_reported_and_a_kill_is_not(group: ProcessGroup, tmp_path: Path) -> None:
    group.start("killed", python("import time; time.sleep(60)"))
    group.start("fallen", python("import time; print('up'); time.sleep(60)"))
    wait_until(lambda: "up" in (tmp_path / "log" / "fallen.log").read_text())
    group.kill("killed")
    group.check()
    os.kill(group.pid("fallen"), signal.SIGKILL)
    wait_until(lambda: not group.alive("fallen"))
    with pytest.raises(ProcessDiedError, match=r"^fallen was ended by SIGKILL(.|\n)*up$"):
        group.check()
    group.restart("fallen")
    group.check()


def test_a_paused_process_is_no_death(group: ProcessGroup) -> None:
    group.start("slow", python("import time; time.sleep(60)"))
    group.kill("slow", signal.SIGSTOP)
    wait_until(lambda: psutil.Process(group.pid("slow")).status() == psutil.STATUS_STOPPED)
    group.check()
    group.kill("slow", signal.SIGCONT)
    wait_until(lambda: psutil.Process(group.pid("slow")).status() != psutil.STATUS_STOPPED)


def test_who_does_not_stop_is_killed_with_all_its_children(tmp_path: Path) -> None:
    log = tmp_path / "log"
    with ProcessGroup(log) as group:
        group.start("deaf", python(DEAF), stop_within_seconds=0.3)
        group.start("parent", python(PARENT))
        said = [log / "deaf.log", log / "parent.log"]
        wait_until(lambda: all(one.read_text().endswith("\n") for one in said))
        pids = [group.pid("deaf"), group.pid("parent")]
        pids.append(int((log / "parent.log").read_text()))
        assert all(runs(pid) for pid in pids)
    wait_until(lambda: not any(runs(pid) for pid in pids))


@pytest.mark.parametrize("ending", ["os.kill(os.getpid(), 9)", "sys.exit(0)"])
def test_no_child_outlives_its_holder(tmp_path: Path, ending: str) -> None:
    holder = f"""
        import os, sys, time
        from pathlib import Path
        from launcher.processes import ProcessGroup
        group = ProcessGroup(Path({str(tmp_path)!r}))
        group.start("deaf", [sys.executable, "-c", {textwrap.dedent(DEAF)!r}],
                    stop_within_seconds=0.3)
        group.start("parent", [sys.executable, "-c", {textwrap.dedent(PARENT)!r}])
        while not (Path({str(tmp_path)!r}) / "parent.log").read_text().endswith("\\n"):
            time.sleep(0.02)
        print(group.pid("deaf"), group.pid("parent"), flush=True)
        {ending}
    """
    ended = subprocess.run(python(holder), capture_output=True, text=True, check=False)
    pids = [int(word) for word in ended.stdout.split()]
    assert len(pids) == 2, ended.stderr
    pids.append(int((tmp_path / "parent.log").read_text()))
    wait_until(lambda: not any(runs(pid) for pid in pids))


def test_a_lost_watchdog_is_replaced(tmp_path: Path) -> None:
    holder = f"""
        import os, sys
        from pathlib import Path
        import psutil
        from launcher.processes import ProcessGroup
        group = ProcessGroup(Path({str(tmp_path)!r}))
        sleep = [sys.executable, "-c", "import time; time.sleep(60)"]
        group.start("first", sleep)
        for child in psutil.Process().children():
            if "watchdog.py" in " ".join(child.cmdline()):
                child.kill()
                child.wait()
        group.start("second", sleep)
        print(group.pid("first"), group.pid("second"), flush=True)
        os.kill(os.getpid(), 9)
    """
    ended = subprocess.run(python(holder), capture_output=True, text=True, check=False)
    pids = [int(word) for word in ended.stdout.split()]
    assert len(pids) == 2, ended.stderr
    wait_until(lambda: not any(runs(pid) for pid in pids))


def test_a_name_runs_once(group: ProcessGroup) -> None:
    group.start("one", python("import time; time.sleep(60)"))
    with pytest.raises(ValueError, match="one: already running"):
        group.start("one", python("pass"))


def test_free_ports_can_be_listened_on_and_do_not_repeat() -> None:
    ports = [free_port() for _ in range(50)]
    assert len(set(ports)) == len(ports)
    for port in ports:
        socket.create_server(("127.0.0.1", port)).close()


def test_http_probe_wants_200() -> None:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200 if self.path == "/ready?full=1" else 503)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with http.server.HTTPServer(("127.0.0.1", 0), Handler) as server:
        base = f"http://127.0.0.1:{server.server_port}"
        threading.Thread(target=server.serve_forever, daemon=True).start()
        assert http_ready(f"{base}/ready?full=1")()
        assert not http_ready(f"{base}/ready")()
        server.shutdown()
    assert not http_ready(f"{base}/ready?full=1")()
    with pytest.raises(ValueError, match="expected http"):
        http_ready("ftp://127.0.0.1/")
