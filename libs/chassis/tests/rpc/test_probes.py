"""Health, reflection, and a server that stops while a call is in flight."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import grpc
import pytest
from grpc_health.v1 import health_pb2, health_pb2_grpc
from grpc_reflection.v1alpha.proto_reflection_descriptor_database import (
    ProtoReflectionDescriptorDatabase,
)
from sqlalchemy import text

from chassis.grpc import probes
from chassis.tests.rpc import probe_contract as pc

SERVING = health_pb2.HealthCheckResponse.SERVING
NOT_SERVING = health_pb2.HealthCheckResponse.NOT_SERVING


def health(api, name=""):
    stub = health_pb2_grpc.HealthStub(api.channel)
    return stub.Check(health_pb2.HealthCheckRequest(service=name), timeout=30).status


def becomes(api, state, name=""):
    for _ in range(1_000):
        if health(api, name) == state:
            return True
        time.sleep(0.02)
    return False


def test_health_of_the_server_and_of_each_service_needs_no_token(api):
    assert health(api) == SERVING
    assert health(api, pc.SERVICE) == SERVING
    with pytest.raises(grpc.RpcError) as caught:
        health(api, "another.Service")
    assert caught.value.code() == grpc.StatusCode.NOT_FOUND


def test_health_follows_the_migrations(api_for, monkeypatch):
    monkeypatch.setattr(probes, "PERIOD_S", 0.05)
    api = api_for()
    with api.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    assert becomes(api, NOT_SERVING, pc.SERVICE)
    with api.runtime.engine.begin() as connection:
        connection.execute(text("UPDATE alembic_version SET version_num = '0001'"))
    assert becomes(api, SERVING, pc.SERVICE)


def test_health_answers_while_every_worker_is_busy(api_for):
    api = api_for(grpc_threads=1)
    go_on = threading.Event()
    api.probe.does["Touch"] = lambda *_: go_on.wait(60) and None
    with ThreadPoolExecutor(1) as pool:
        busy = pool.submit(api.call, "Touch")
        while not api.probe.calls:
            time.sleep(0.01)
        assert health(api) == SERVING
        go_on.set()
        busy.result(60)


def test_reflection_shows_the_contract(api):
    database = ProtoReflectionDescriptorDatabase(api.channel)
    assert pc.SERVICE in database.get_services()
    file = database.FindFileContainingSymbol(pc.SERVICE)
    assert {m.name for m in file.service[0].method} >= {"Peek", "Create", "Upload"}


def test_idle_reflection_stream_holds_no_worker(api_for):
    api = api_for(grpc_threads=1)
    stream = api.channel.stream_stream(
        "/grpc.reflection.v1alpha.ServerReflection/ServerReflectionInfo"
    )
    ended = threading.Event()

    def idle():
        ended.wait(60)
        yield from ()

    open_ = stream(idle())
    api.call("Touch")
    ended.set()
    open_.cancel()


def late_call_is_refused(api):
    """A new call on a new connection; the port closes just after health has said so."""
    for _ in range(1_000):
        with grpc.insecure_channel(f"127.0.0.1:{api.server.port}") as late:
            try:
                late.unary_unary(f"/{pc.SERVICE}/Ping")(b"", timeout=10)
            except grpc.RpcError as error:
                if error.code() == grpc.StatusCode.UNAVAILABLE:
                    return True
        time.sleep(0.02)
    return False


def test_drain_ends_calls_in_flight_and_takes_no_new_ones(api):
    begun, go_on = threading.Event(), threading.Event()

    def slow(request, work):
        begun.set()
        go_on.wait(60)
        work.session.execute(text("INSERT INTO note VALUES ('in flight')"))
        return pc.Note(text="done")

    api.probe.does["Touch"] = slow
    watch = health_pb2_grpc.HealthStub(api.channel).Watch(health_pb2.HealthCheckRequest())
    assert next(watch).status == SERVING
    with ThreadPoolExecutor(2) as pool:
        call = pool.submit(api.call, "Touch")
        assert begun.wait(60)
        drained = pool.submit(api.server.drain, 60)
        assert [told.status for told in watch] == [NOT_SERVING]
        assert late_call_is_refused(api)
        assert not drained.done()
        go_on.set()
        assert call.result(60).text == "done"
        drained.result(60)
    assert api.rows("SELECT text FROM note") == [("in flight",)]
