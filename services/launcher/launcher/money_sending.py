"""What `childsupport receipts` and `childsupport suspense` ask of the payments service."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import grpc

from chassis.dates import from_date
from childsupport.payments.v1 import receipt_service_pb2 as receipt_pb
from childsupport.payments.v1 import suspense_service_pb2 as suspense_pb
from childsupport.payments.v1.receipt_service_pb2_grpc import ReceivingServiceStub
from childsupport.payments.v1.suspense_service_pb2_grpc import SuspenseReadServiceStub

CHUNK_BYTES = 256 * 1024
PAGE = 1_000
TIMEOUT_SECONDS = 600


def send_file(
    payments: grpc.Channel, file: Path, kind: str, settled: date, sender: str
) -> receipt_pb.ImportCollectionsResponse:
    """Send a file of collections. Raises OSError for one that cannot be read."""
    name = f"COLLECTION_FILE_KIND_{kind.replace('-', '_').upper()}"
    header = receipt_pb.CollectionFileHeader(
        kind=receipt_pb.CollectionFileKind.Value(name),
        file_name=file.name,
        settlement_date=from_date(settled),
        sender=sender,
    )
    # Read before anything is sent: an error inside of the stream would not come through.
    with file.open("rb") as content:
        content.read(1)
    stub = ReceivingServiceStub(payments)
    return stub.ImportCollections(_pieces(header, file), timeout=TIMEOUT_SECONDS)


def _pieces(
    header: receipt_pb.CollectionFileHeader, file: Path
) -> Iterator[receipt_pb.ImportCollectionsRequest]:
    yield receipt_pb.ImportCollectionsRequest(header=header)
    with file.open("rb") as content:
        while chunk := content.read(CHUNK_BYTES):
            yield receipt_pb.ImportCollectionsRequest(chunk=chunk)


def read_suspense(
    payments: grpc.Channel, min_days: int, most: int
) -> suspense_pb.ListSuspenseResponse:
    """Return suspended receipts, up to `most`, with all of suspense by age."""
    stub = SuspenseReadServiceStub(payments)
    found = suspense_pb.ListSuspenseResponse()
    request = suspense_pb.ListSuspenseRequest(min_days=min_days, page_size=min(most, PAGE))
    while True:
        page = stub.ListSuspense(request)
        found.MergeFrom(page)
        found.next_page_token = page.next_page_token
        if not page.next_page_token or len(found.items) >= most:
            del found.items[most:]
            return found
        request.page_token = page.next_page_token


def read_item(payments: grpc.Channel, receipt_id: str) -> suspense_pb.GetSuspenseItemResponse:
    """Return a suspended receipt with whom it may be for."""
    request = suspense_pb.GetSuspenseItemRequest(receipt_id=receipt_id)
    return SuspenseReadServiceStub(payments).GetSuspenseItem(request)
