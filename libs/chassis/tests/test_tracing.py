"""A trace goes on from its cause, begins where there is none, and is exported when told to."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from chassis.tracing import (
    configure,
    continue_trace,
    current_trace_id,
    current_traceparent,
    shutdown,
)

PARENT = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
FORM = re.compile(r"00-[0-9a-f]{32}-[0-9a-f]{16}-0[01]")


def test_outside_there_is_no_trace():
    assert current_traceparent() == ""
    assert current_trace_id() == ""


def test_trace_of_the_cause_goes_on_under_a_new_span():
    with continue_trace(PARENT, "work"):
        inside = current_traceparent()
        with continue_trace(inside, "deeper"):
            deeper = current_traceparent()
    assert {inside[3:35], deeper[3:35]} == {PARENT[3:35]}
    assert len({PARENT[36:52], inside[36:52], deeper[36:52]}) == 3
    assert current_traceparent() == ""


@given(st.one_of(st.just(""), st.text(max_size=60)))
def test_anything_else_begins_a_trace(traceparent):
    with continue_trace(traceparent, "work"):
        assert FORM.fullmatch(current_traceparent())
        assert current_trace_id() != "0" * 32


@pytest.fixture
def exported():
    exporter = InMemorySpanExporter()
    configure("payments", "worker", "", exporter)
    yield exporter
    shutdown()


def test_spans_are_exported_with_their_service_and_parent(exported):
    with continue_trace(PARENT, "handle X", {"messaging.system": "rabbitmq"}):
        traceparent = current_traceparent()
    shutdown()
    [span] = exported.get_finished_spans()
    assert span.name == "handle X"
    assert span.attributes["messaging.system"] == "rabbitmq"
    assert span.resource.attributes["service.name"] == "payments"
    assert format(span.parent.span_id, "016x") == PARENT[36:52]
    assert format(span.context.span_id, "016x") == traceparent[36:52]


def test_error_marks_the_span_and_its_text_stays_inside(exported):
    with pytest.raises(ValueError, match="Jane"), continue_trace("", "work"):
        raise ValueError("Jane")
    shutdown()
    [span] = exported.get_finished_spans()
    assert span.attributes["error.type"] == "ValueError"
    assert not span.status.is_ok
    assert "Jane" not in span.to_json()
