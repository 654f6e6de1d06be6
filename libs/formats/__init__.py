"""File formats that a child support program exchanges with the outside world.

Each record is a declarative table of fields (:mod:`formats.layout`) that reads like its
specification. Nothing here does I/O beyond the byte chunks it is handed, knows a case or an order,
or decides what becomes of a payment: it says what a file holds and what is wrong with it.
"""
