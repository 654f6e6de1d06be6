"""Traces across gRPC and AMQP: W3C trace context in metadata, headers and outbox rows.

Every unit of work runs in a trace, so that log lines and events of one cause can be found together.
Spans leave the process (OTLP over HTTP) only when `configure` is told where to.
"""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager

from opentelemetry import context as otel
from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor, SpanExporter
from opentelemetry.trace.propagation.tracecontext import TraceContextTextMapPropagator

_TRACE_ID_BYTES = 16
_SPAN_ID_BYTES = 8
_EXPORT_TIMEOUT_S = 5
_w3c = TraceContextTextMapPropagator()


class _Exporting:
    """The provider that `configure` set up; None while spans stay inside."""

    provider: TracerProvider | None = None


def configure(
    service: str, role: str, otlp_endpoint: str, exporter: SpanExporter | None = None
) -> None:
    """Send spans to an OTLP/HTTP endpoint (base address) or to `exporter`; neither: send none."""
    shutdown()
    if exporter is None and otlp_endpoint:
        endpoint = otlp_endpoint.rstrip("/") + "/v1/traces"
        exporter = OTLPSpanExporter(endpoint=endpoint, timeout=_EXPORT_TIMEOUT_S)
    if exporter is None:
        return
    resource = Resource.create({"service.name": service, "service.role": role})
    provider = TracerProvider(resource=resource, shutdown_on_exit=False)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    _Exporting.provider = provider


def shutdown() -> None:
    """Send what has not been sent, and send no more."""
    provider, _Exporting.provider = _Exporting.provider, None
    if provider is not None:
        provider.shutdown()


def current_traceparent() -> str:
    """Return the traceparent of the running span, empty when there is none."""
    carrier: dict[str, str] = {}
    _w3c.inject(carrier)
    return carrier.get("traceparent", "")


def current_trace_id() -> str:
    """Return the trace's id, 32 hexadecimal digits; empty when there is none."""
    span = trace.get_current_span().get_span_context()
    return trace.format_trace_id(span.trace_id) if span.is_valid else ""


@contextmanager
def continue_trace(
    traceparent: str, name: str, attributes: Mapping[str, str] | None = None
) -> Iterator[None]:
    """Run a piece of work as a span `name` of the trace that `traceparent` names.

    An empty or malformed traceparent begins a new trace. An error marks the span; its text, which
    could carry personal data, does not get into it.
    """
    parent = _w3c.extract({"traceparent": traceparent}) if traceparent else otel.Context()
    if _Exporting.provider is not None:
        span = _Exporting.provider.get_tracer("chassis").start_span(
            name, parent, attributes=dict(attributes or {})
        )
    else:
        span = _silent_span(parent)
    token = otel.attach(trace.set_span_in_context(span, parent))
    try:
        yield
    except BaseException as error:
        span.set_attribute("error.type", type(error).__name__)
        span.set_status(trace.StatusCode.ERROR)
        raise
    finally:
        span.end()
        otel.detach(token)


def _silent_span(parent: otel.Context) -> trace.Span:
    """Return a span that only passes ids on."""
    above = trace.get_current_span(parent).get_span_context()
    trace_id = above.trace_id or int.from_bytes(os.urandom(_TRACE_ID_BYTES), "big")
    return trace.NonRecordingSpan(
        trace.SpanContext(
            trace_id=trace_id,
            span_id=int.from_bytes(os.urandom(_SPAN_ID_BYTES), "big"),
            is_remote=False,
            trace_flags=above.trace_flags,
        )
    )
