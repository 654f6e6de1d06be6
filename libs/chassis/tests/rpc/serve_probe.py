"""Be the probe service's api role, as its own process: for test_serve.py."""

import json
import sys
import time
from pathlib import Path

from chassis.grpc.server import Server, serve
from chassis.runtime import Runtime
from chassis.tests.rpc import probe_contract as pc
from chassis.tests.rpc.conftest import Probe, probe_service


def slowly(request, _work):
    if request.note_id == "slow":
        sys.stdout.write("in flight\n")
        sys.stdout.flush()
        time.sleep(1)
    return pc.Note(text="done")


def main() -> None:
    # What ends within a test's patience has waited for the call in flight, not for this bound.
    Server.drain.__defaults__ = (600.0,)
    probe = Probe()
    probe.does["Ping"] = slowly
    service = probe_service(probe)
    settings = service.settings.from_environment(
        "rpcprobe",
        database_url=sys.argv[1],
        keys_file=Path(sys.argv[2]),
        identity_grpc_target="127.0.0.1:1",
    )

    def started(server, web):
        sys.stdout.write(json.dumps({"grpc": server.port, "web": web.port}) + "\n")
        sys.stdout.flush()

    serve(Runtime(service, settings), started=started)


if __name__ == "__main__":
    main()
