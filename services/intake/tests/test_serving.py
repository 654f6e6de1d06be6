"""The intake as a process: what it says when it cannot start."""

import socket

import pytest

from intake_service.server import serve
from web.serving import BAD_SETTINGS


def refused(monkeypatch, capsys, **environment: str) -> str:
    """Start with an environment that cannot be used; returns what was said."""
    targets = {"WITHHOLDING_GRPC_TARGET": "localhost:1", "IDENTITY_GRPC_TARGET": "localhost:1"}
    for name, value in (targets | environment).items():
        monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as exit_:
        serve()
    assert exit_.value.code == BAD_SETTINGS == 2
    said = capsys.readouterr().err
    assert len(said.splitlines()) == 1
    assert "expected" in said
    return said


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("INTAKE_PORT", "abc"),
        ("INTAKE_PORT", "99999"),
        ("WITHHOLDING_GRPC_TARGET", ""),
        ("IDENTITY_GRPC_TARGET", ""),
    ],
)
def test_a_setting_that_cannot_be_used_is_said_in_a_sentence(monkeypatch, capsys, name, value):
    assert name in refused(monkeypatch, capsys, **{name: value})


def test_a_port_that_is_taken_is_said(monkeypatch, capsys):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        said = refused(monkeypatch, capsys, INTAKE_PORT=port)
    assert "INTAKE_PORT" in said
    assert port in said
