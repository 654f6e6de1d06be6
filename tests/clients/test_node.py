"""An internal system in another language: Node.js, with neither our stubs nor our protos."""

import json
import os
import shutil
import subprocess
import sys
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))

from days import Day, Host
from nodejs import Node, provide_node

from childsupport.identity.v1.identity_service_pb2 import CreateClientRequest
from launcher.clients import Clients
from launcher.world import read_world

pytestmark = [pytest.mark.platform, pytest.mark.broker, pytest.mark.timeout(300)]

HERE = Path(__file__).parent / "node"
GET_CASE = "childsupport.case.v1.CaseReadService/GetCase"
CALL_SECONDS = 30

Call = Callable[[str, dict[str, Any]], tuple[int, dict[str, Any]]]


@pytest.fixture(scope="module")
def node() -> Node:
    return provide_node()


@pytest.fixture(scope="module")
def script(node: Node, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The client with what it needs, installed as its lock file says."""
    folder = tmp_path_factory.mktemp("node")
    for path in HERE.iterdir():
        if path.is_file():
            shutil.copy(path, folder)
    install = [*node.npm, "ci", "--no-audit", "--no-fund", "--ignore-scripts"]
    done = subprocess.run(install, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return folder / "call.js"


@pytest.fixture(scope="module")
def call(node: Node, script: Path, process_day: Day, process_host: Host) -> Call:
    """Call a method of the case service as a system that may read cases and nothing else.

    `process_day`: the cases are there since.
    """
    platform = process_host.platform
    clients = Clients(platform.addresses, platform.administrator)
    made = clients.clients.CreateClient(
        CreateClientRequest(
            request_id=str(uuid.uuid4()),
            client_id="court-records",
            display_name="The courts' record system",
            scopes=["case.read"],
        ),
        timeout=10,
    )
    clients.close()
    secrets = {"CLIENT_ID": made.client.client_id, "CLIENT_SECRET": made.client_secret}

    def run(method: str, request: dict[str, Any]) -> tuple[int, dict[str, Any]]:
        addresses = platform.addresses
        token_url = f"{addresses.intake_url}/oauth2/token"
        done = subprocess.run(
            [
                *node.run,
                str(script),
                token_url,
                addresses.grpc["case"],
                method,
                json.dumps(request),
            ],
            env={"PATH": os.environ["PATH"], **secrets},
            capture_output=True,
            text=True,
            check=False,
            timeout=CALL_SECONDS,
        )
        assert done.stdout, done.stderr
        return done.returncode, json.loads(done.stdout)

    return run


def test_a_case_is_read_by_its_number(call: Call) -> None:
    (expected, *_) = read_world().first.cases
    code, answer = call(GET_CASE, {"case_number": expected.case_number})
    assert code == 0, answer
    found = answer["case"]
    assert found["case_id"] == expected.case_id
    assert found["case_type"] == "CASE_TYPE_IV_D"
    owed = [o["monthly_amount_cents"] for order in found["orders"] for o in order["obligations"]]
    assert owed == [
        str(o.monthly_amount_cents) for order in expected.orders for o in order.obligations
    ], "64-bit numbers arrive whole, as strings"
    assert found["obligor_id"] in {p["participant_id"] for p in answer["participants"]}
    assert [entry["kind"] for entry in answer["history"]] == ["taken_over"]


def test_an_error_names_field_and_reason(call: Call) -> None:
    code, answer = call(GET_CASE, {})
    assert code == 1
    assert answer["reason"] == "INVALID_FIELD"
    assert [violation["field"] for violation in answer["fields"]] == ["case_id"]


def test_what_the_token_does_not_allow_is_refused(call: Call) -> None:
    code, answer = call("childsupport.case.v1.GuidelineService/ComputeGuideline", {"children": 1})
    assert code == 1
    assert answer["reason"] == "PERMISSION_DENIED"
