"""What it was measured on: a figure says nothing without its machine."""

import os
import platform
from dataclasses import dataclass
from pathlib import Path

import psutil
import psycopg

from chassis.broker_queues import BrokerQueues
from chassis.topology import RETRY_DELAYS_MS, RetryPolicy

MEBIBYTE = 1 << 20


@dataclass(frozen=True, slots=True)
class Machine:
    """A machine and the servers on it."""

    name: str
    cpu: str
    cores: int
    memory_mebibytes: int
    system: str
    python: str
    postgresql: str
    rabbitmq: str
    """Empty where none took part."""

    def __str__(self) -> str:
        servers = f"PostgreSQL {self.postgresql}"
        if self.rabbitmq:
            servers += f", RabbitMQ {self.rabbitmq}"
        return (
            f"{self.name}: {self.cores} cores of {self.cpu}, {self.memory_mebibytes:,} MiB, "
            f"{self.system}, Python {self.python}, {servers}"
        )


def describe(database_url: str, amqp_url: str = "") -> Machine:
    """Look at the machine, and ask the servers who they are."""
    with psycopg.connect(database_url) as connection:
        row = connection.execute("SHOW server_version").fetchone()
    return Machine(
        name=platform.node(),
        cpu=_cpu(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else _cores(),
        memory_mebibytes=psutil.virtual_memory().total // MEBIBYTE,
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        postgresql=str(row[0]).split()[0] if row else "",
        rabbitmq=_rabbitmq(amqp_url) if amqp_url else "",
    )


def _cores() -> int:
    return os.cpu_count() or 1


def _cpu() -> str:
    information = Path("/proc/cpuinfo")
    if information.exists():
        for line in information.read_text().splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _rabbitmq(amqp_url: str) -> str:
    queues = BrokerQueues(amqp_url, RetryPolicy(RETRY_DELAYS_MS))
    try:
        return queues.version()
    finally:
        queues.close()
