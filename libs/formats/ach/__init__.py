"""Nacha (ACH) files: read as a stream of entries, written as a stream of records."""

from formats.ach.model import (
    AchEntry,
    AchFileRejected,
    BatchHeader,
    FileControl,
    FileHeader,
    Limits,
)
from formats.ach.reader import AchReader, read_entries
from formats.problem import Problem

__all__ = [
    "AchEntry",
    "AchFileRejected",
    "AchReader",
    "BatchHeader",
    "FileControl",
    "FileHeader",
    "Limits",
    "Problem",
    "read_entries",
]
