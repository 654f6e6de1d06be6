"""One role of a tiny service as a process of its own: `bus_process.py relay withholding`."""

import sys


def main() -> None:
    role, name = sys.argv[1:]
    if role == "worker":
        from chassis import worker

        worker.patch()
    from bus_world import SERVICES

    service = SERVICES[name]
    settings = service.settings.from_environment(name)
    if role == "worker":
        worker.run(service, settings)
        return
    import signal
    import threading

    from chassis import logs, relay
    from chassis.runtime import Runtime

    logs.configure(name, role, settings.log_level)
    stop = threading.Event()
    signal.signal(signal.SIGTERM, lambda *_: stop.set())
    relay.run(Runtime(service, settings), stop)


if __name__ == "__main__":
    main()
