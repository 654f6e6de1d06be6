"""The api role as a process: probes, metrics, JSON logs, and SIGTERM with a call in flight."""

import json
import signal
import subprocess
import sys
import urllib.request
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest

from chassis.tests.rpc import probe_contract as pc
from chassis.tests.rpc.conftest import Probe, probe_service


@pytest.fixture
def process(runtime_for, key_directory):
    keys = key_directory / "withholding.keys.json"
    runtime = runtime_for(probe_service(Probe()), keys_file=keys)
    url = runtime.settings.database_url.get_secret_value()
    with subprocess.Popen(
        [sys.executable, "-m", "chassis.tests.rpc.serve_probe", url, str(keys)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    ) as child:
        yield child
        child.kill()


def get(port, path):
    with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
        return answer.read().decode()


def test_sigterm_lets_the_call_in_flight_end_and_the_process_ends_well(process):
    ports = json.loads(process.stdout.readline())
    with (
        grpc.insecure_channel(f"127.0.0.1:{ports['grpc']}") as channel,
        ThreadPoolExecutor(1) as pool,
    ):
        ping = channel.unary_unary(f"/{pc.SERVICE}/Ping", response_deserializer=pc.Note.FromString)
        ping(b"", timeout=30)
        assert get(ports["web"], "/readyz") == get(ports["web"], "/healthz") == "ok\n"
        assert f'rpc_requests_total{{code="OK",method="{pc.SERVICE}/Ping"}} 1.0' in get(
            ports["web"], "/metrics"
        )
        slow = pool.submit(ping, pc.PeekRequest(note_id="slow").SerializeToString(), timeout=60)
        assert process.stdout.readline() == "in flight\n"
        process.send_signal(signal.SIGTERM)
        assert slow.result(60).text == "done"
    assert process.wait(60) == 0
    events = [json.loads(line)["event"] for line in process.stderr.read().splitlines()]
    assert events == ["ready", "started", "draining", "stopped"]
