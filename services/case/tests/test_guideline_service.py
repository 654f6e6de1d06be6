"""GuidelineService through a real server: the same worksheet as the command's, the same errors."""

import io
import json
import logging
from collections.abc import Callable, Iterator
from datetime import date
from typing import Any

import grpc
import pytest
import structlog
from google.protobuf.json_format import ParseDict
from guideline_inputs import answer, family, parent
from joserfc import jwt
from joserfc.jwk import OKPKey

from case_service.service import SERVICE
from chassis import auth, logs
from chassis.auth import TokenVerifier
from chassis.dates import from_date
from chassis.grpc.server import build_server
from chassis.grpc.status import from_rpc_error
from chassis.runtime import Runtime
from childsupport.case.v1 import guideline_service_pb2 as pb
from childsupport.case.v1.guideline_service_pb2_grpc import GuidelineServiceStub
from childsupport.common.v1.errors_pb2 import ErrorReason

SECONDS = 10
LIFETIME_SECONDS = 600
KEY = OKPKey.generate_key("Ed25519", {"kid": "k1", "use": "sig"})


@pytest.fixture(autouse=True)
def log() -> Iterator[None]:
    """The server configures logging; a test leaves it as it was."""
    root = logging.getLogger()
    handlers, level = root.handlers[:], root.level
    logs.configure("case", "test", "INFO", io.StringIO())
    yield
    structlog.reset_defaults()
    root.handlers, root.level = handlers, level


class Api:
    """A client of one server."""

    def __init__(self, runtime: Runtime, port: int) -> None:
        self.runtime = runtime
        self.channel = grpc.insecure_channel(f"127.0.0.1:{port}")
        self.stub = GuidelineServiceStub(self.channel)

    def token(self, scope: str) -> str:
        now = int(self.runtime.clock.now().timestamp())
        said = {
            "iss": auth.ISSUER,
            "aud": auth.AUDIENCE,
            "sub": "tester",
            "scope": scope,
            "employer_id": "",
            "iat": now,
            "exp": now + LIFETIME_SECONDS,
        }
        header = {"alg": auth.ALGORITHM, "kid": "k1", "typ": auth.TOKEN_TYPE}
        return jwt.encode(header, said, KEY, algorithms=[auth.ALGORITHM])

    def compute(
        self, given: dict[str, Any], scope: str = "guideline.compute"
    ) -> pb.ComputeGuidelineResponse:
        return self.stub.ComputeGuideline(
            request(given),
            timeout=SECONDS,
            metadata=[("authorization", f"Bearer {self.token(scope)}")],
        )


def request(given: dict[str, Any]) -> pb.ComputeGuidelineRequest:
    rest = {key: value for key, value in given.items() if key != "effective_date"}
    message = ParseDict(rest, pb.ComputeGuidelineRequest())
    message.effective_date.CopyFrom(from_date(date.fromisoformat(given["effective_date"])))
    return message


@pytest.fixture
def api(runtime_for: Callable[..., Runtime]) -> Iterator[Api]:
    runtime = runtime_for(SERVICE)
    keys = json.dumps({"keys": [KEY.as_dict(private=False)]})
    server = build_server(runtime, verifier=TokenVerifier(lambda: keys, runtime.clock))
    server.start()
    client = Api(runtime, server.port)
    yield client
    client.channel.close()
    server.drain(0)


def test_the_same_worksheet_as_from_a_file(api: Api) -> None:
    b = parent("4250.00", "120", child_care_paid="150.00", health_insurance_paid="210.00")
    given = family(parent("3000", "245"), b, 2, shared=True)
    said, expected = api.compute(given), answer(given)
    assert (said.payer, said.obligation_cents) == ("b", 35_995)
    (sheet,) = said.worksheets
    assert dict(sheet.lines) == expected["lines"]
    assert dict(sheet.boxes) == expected["boxes"]
    assert said.policy_checksum == expected["policy_checksum"]
    steps = [(s.line, s.formula, s.step.rule_id, s.step.citation) for s in said.steps]
    assert steps == [
        (s["line"] or "", s["formula"] or "", s["rule"], s["citation"]) for s in expected["steps"]
    ]


def test_everything_that_may_be_left_out_can_be_sent(api: Api) -> None:
    a = parent(
        "1000",
        potential_income={"monthly": "1500", "youngest_child_cared_for_age": 0},
        public_assistance_in_gross="100",
    )
    own = {"gross_receipts": "900", "necessary_expenses": "100", "straight_line_depreciation": "0"}
    given = family(
        a,
        parent("4000", self_employment=own, prior_born_children_at_home=1, cash_medical_paid="40"),
        3,
        split_custody={"children_with_b": 1, "a": {}, "b": {"cash_medical_paid": "10"}},
        extraordinary_medical=[{"child": "first", "unreimbursed_in_year": "350"}],
        deviation={
            "grounds": ["g"],
            "finding": "Travel between the homes.",
            "finding_form": "on_record",
            "monthly_amount": "500",
            "payer": "b",
        },
    )
    said, expected = api.compute(given), answer(given)
    assert said.obligation_cents == 50_000
    assert said.guideline_obligation_cents == expected["guideline_obligation_cents"]
    assert [dict(sheet.lines) for sheet in said.worksheets] == [
        expected["lines"],
        expected["second_worksheet"]["lines"],
    ]
    assert said.worksheets[0].lines["1A"] == "900.00"
    assert said.extraordinary_medical.total == "100.00"
    assert list(said.notes) == expected["notes"]


def test_without_a_day_the_law_of_today_is_taken_and_named(api: Api) -> None:
    given = request(family(parent("3000"), parent("4250")))
    given.ClearField("effective_date")
    said = api.stub.ComputeGuideline(
        given,
        timeout=SECONDS,
        metadata=[("authorization", f"Bearer {api.token('guideline.compute')}")],
    )
    assert said.effective_date == from_date(api.runtime.clock.today())
    assert said.obligation_cents


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"children": 0}, "children"),
        ({"effective_date": "2022-02-28"}, "effective_date"),
        ({"parents": {"a": parent("3000", "245"), "b": {"gross_monthly": "1"}}}, "parents.b."),
    ],
)
def test_an_error_names_the_field(api: Api, change: dict[str, Any], field: str) -> None:
    given = family(parent("3000"), parent("4250"), 2) | change
    with pytest.raises(grpc.RpcError) as caught:
        api.compute(given)
    assert caught.value.code() is grpc.StatusCode.INVALID_ARGUMENT
    error = from_rpc_error(caught.value)
    assert error.reason == ErrorReason.ERROR_REASON_INVALID_FIELD
    assert error.violations[0].field.startswith(field)


def test_another_scope_is_not_enough(api: Api) -> None:
    with pytest.raises(grpc.RpcError) as caught:
        api.compute(family(parent("3000"), parent("4250"), 2), scope="case.read")
    assert caught.value.code() is grpc.StatusCode.PERMISSION_DENIED
