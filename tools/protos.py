"""Generate the stubs under `libs/contracts/childsupport`, or the descriptor of the whole contract.

Run with the environment's Python (`make protos`, `make release-contract`): it needs grpcio-tools
and mypy-protobuf. The google/type and google/rpc protos are those of the installed
googleapis-common-protos.
"""

import argparse
import shutil
import sys
import sysconfig
import tempfile
from importlib.resources import files
from pathlib import Path

from grpc_tools import protoc

ROOT = Path(__file__).resolve().parent.parent
PROTOS = ROOT / "protos"
CONTRACTS = ROOT / "libs" / "contracts"
SITE_PACKAGES = sysconfig.get_path("purelib")
SCRIPTS = sysconfig.get_path("scripts")


def sources(protos: Path) -> list[str]:
    """Return our proto files as protoc wants them: relative to their root."""
    found = sorted(str(path.relative_to(protos)) for path in protos.rglob("*.proto"))
    if not found:
        sys.exit(f"no .proto file under {protos}")
    return found


def run_protoc(protos: Path, *options: str) -> None:
    well_known = files("grpc_tools") / "_proto"
    roots = [f"--proto_path={root}" for root in (protos, SITE_PACKAGES, well_known)]
    if status := protoc.main(["protoc", *roots, *options, *sources(protos)]):
        sys.exit(status)


def generate(protos: Path) -> None:
    """Make the stubs beside the old ones, then swap: nobody imports a half-written package."""
    CONTRACTS.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=CONTRACTS, prefix=".making-") as made:
        run_protoc(
            protos,
            f"--plugin=protoc-gen-mypy={SCRIPTS}/protoc-gen-mypy",
            f"--plugin=protoc-gen-mypy_grpc={SCRIPTS}/protoc-gen-mypy_grpc",
            f"--python_out={made}",
            f"--grpc_python_out={made}",
            f"--mypy_out=quiet:{made}",
            f"--mypy_grpc_out=quiet,only_sync:{made}",
        )
        package = Path(made) / "childsupport"
        for folder in [package, *(path for path in package.rglob("*") if path.is_dir())]:
            (folder / "__init__.py").write_text("", encoding="ascii")
        (package / "py.typed").write_text("", encoding="ascii")
        for stub in package.rglob("*_pb2_grpc.py*"):
            if "_service_pb2_grpc" not in stub.name:
                stub.unlink()
        current = CONTRACTS / "childsupport"
        if current.exists():
            current.rename(Path(made) / "old")
        package.rename(current)


def write_descriptor(protos: Path, target: Path) -> None:
    """Write the contract as one FileDescriptorSet with comments: what buf reads."""
    with tempfile.TemporaryDirectory() as folder:
        made = Path(folder) / "contract.binpb"
        run_protoc(
            protos, f"--descriptor_set_out={made}", "--include_imports", "--include_source_info"
        )
        shutil.move(made, target)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--descriptor", type=Path, help="write the descriptor here; no stubs")
    parser.add_argument("--protos", type=Path, default=PROTOS, help="the protos' root")
    options = parser.parse_args()
    if options.descriptor is None:
        generate(options.protos)
    else:
        write_descriptor(options.protos, options.descriptor)


if __name__ == "__main__":
    main()
