"""The records of a Nacha file, 94 characters each.

Source: the Nacha file structure (ACH record format specifications, Nacha Operating Rules,
appendix three), as public guides and moov-io/ach give it. `required` follows the Nacha inclusion
code "mandatory"; what is "required" or "optional" there is not required here, because its omission
does not stop the record from being understood.
"""

from formats.layout import Field, Kind, Layout

RECORD_CHARACTERS = 94
RECORDS_PER_BLOCK = 10
FILLER_RECORD = "9" * RECORD_CHARACTERS

FILE_HEADER = Layout(
    "file header (1)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="1"),
        Field("priority_code", 2, 2, Kind.FIXED, required=False, value="01"),
        Field("immediate_destination", 4, 10, Kind.TEXT),
        Field("immediate_origin", 14, 10, Kind.TEXT),
        Field("file_creation_date", 24, 6, Kind.DATE),
        Field("file_creation_time", 30, 4, Kind.TIME, required=False),
        Field("file_id_modifier", 34, 1, Kind.TEXT),
        Field("record_size", 35, 3, Kind.FIXED, value="094"),
        Field("blocking_factor", 38, 2, Kind.FIXED, value="10"),
        Field("format_code", 40, 1, Kind.FIXED, value="1"),
        Field("immediate_destination_name", 41, 23, Kind.TEXT, required=False),
        Field("immediate_origin_name", 64, 23, Kind.TEXT, required=False),
        Field("reference_code", 87, 8, Kind.TEXT, required=False),
    ),
)

BATCH_HEADER = Layout(
    "batch header (5)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="5"),
        Field("service_class_code", 2, 3, Kind.NUMBER),
        Field("company_name", 5, 16, Kind.TEXT),
        Field("company_discretionary_data", 21, 20, Kind.TEXT, required=False),
        Field("company_identification", 41, 10, Kind.TEXT),
        Field("standard_entry_class_code", 51, 3, Kind.TEXT),
        Field("company_entry_description", 54, 10, Kind.TEXT),
        Field("company_descriptive_date", 64, 6, Kind.TEXT, required=False),
        Field("effective_entry_date", 70, 6, Kind.DATE, required=False),
        Field("settlement_date", 76, 3, Kind.TEXT, required=False),
        Field("originator_status_code", 79, 1, Kind.TEXT),
        Field("originating_dfi", 80, 8, Kind.NUMBER),
        Field("batch_number", 88, 7, Kind.NUMBER),
    ),
)

ENTRY_DETAIL = Layout(
    "entry detail (6)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="6"),
        Field("transaction_code", 2, 2, Kind.NUMBER),
        Field("receiving_dfi", 4, 8, Kind.NUMBER),
        Field("check_digit", 12, 1, Kind.NUMBER),
        Field("account_number", 13, 17, Kind.TEXT, required=False),
        Field("amount", 30, 10, Kind.NUMBER),
        Field("individual_id", 40, 15, Kind.TEXT, required=False),
        Field("name", 55, 22, Kind.TEXT, required=False),
        Field("discretionary_data", 77, 2, Kind.TEXT, required=False),
        Field("addenda_indicator", 79, 1, Kind.NUMBER),
        Field("trace_number", 80, 15, Kind.NUMBER),
    ),
)

ENTRY_DETAIL_CTX = Layout(
    "entry detail (6)",
    RECORD_CHARACTERS,
    (
        *ENTRY_DETAIL.fields[:7],
        Field("addenda_count", 55, 4, Kind.NUMBER),
        Field("name", 59, 16, Kind.TEXT, required=False),
        Field("reserved", 75, 2, Kind.TEXT, required=False),
        *ENTRY_DETAIL.fields[8:],
    ),
)

ADDENDA = Layout(
    "addenda (7)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="7"),
        Field("addenda_type_code", 2, 2, Kind.FIXED, value="05"),
        Field("payment_information", 4, 80, Kind.TEXT, required=False),
        Field("addenda_sequence_number", 84, 4, Kind.NUMBER),
        Field("entry_detail_sequence_number", 88, 7, Kind.NUMBER),
    ),
)

ADDENDA_RETURN = Layout(
    "return addenda (7)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="7"),
        Field("addenda_type_code", 2, 2, Kind.FIXED, value="99"),
        Field("return_reason_code", 4, 3, Kind.TEXT),
        Field("original_trace_number", 7, 15, Kind.NUMBER),
        Field("date_of_death", 22, 6, Kind.DATE, required=False),
        Field("original_receiving_dfi", 28, 8, Kind.NUMBER),
        Field("addenda_information", 36, 44, Kind.TEXT, required=False),
        Field("trace_number", 80, 15, Kind.NUMBER),
    ),
)

ADDENDA_CHANGE = Layout(
    "notification of change addenda (7)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="7"),
        Field("addenda_type_code", 2, 2, Kind.FIXED, value="98"),
        Field("change_code", 4, 3, Kind.TEXT),
        Field("original_trace_number", 7, 15, Kind.NUMBER),
        Field("reserved", 22, 6, Kind.TEXT, required=False),
        Field("original_receiving_dfi", 28, 8, Kind.NUMBER),
        Field("corrected_data", 36, 29, Kind.TEXT),
        Field("reserved_2", 65, 15, Kind.TEXT, required=False),
        Field("trace_number", 80, 15, Kind.NUMBER),
    ),
)

BATCH_CONTROL = Layout(
    "batch control (8)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="8"),
        Field("service_class_code", 2, 3, Kind.NUMBER),
        Field("entry_addenda_count", 5, 6, Kind.NUMBER),
        Field("entry_hash", 11, 10, Kind.NUMBER),
        Field("total_debit", 21, 12, Kind.NUMBER),
        Field("total_credit", 33, 12, Kind.NUMBER),
        Field("company_identification", 45, 10, Kind.TEXT),
        Field("message_authentication_code", 55, 19, Kind.TEXT, required=False),
        Field("reserved", 74, 6, Kind.TEXT, required=False),
        Field("originating_dfi", 80, 8, Kind.NUMBER),
        Field("batch_number", 88, 7, Kind.NUMBER),
    ),
)

FILE_CONTROL = Layout(
    "file control (9)",
    RECORD_CHARACTERS,
    (
        Field("record_type", 1, 1, Kind.FIXED, value="9"),
        Field("batch_count", 2, 6, Kind.NUMBER),
        Field("block_count", 8, 6, Kind.NUMBER),
        Field("entry_addenda_count", 14, 8, Kind.NUMBER),
        Field("entry_hash", 22, 10, Kind.NUMBER),
        Field("total_debit", 32, 12, Kind.NUMBER),
        Field("total_credit", 44, 12, Kind.NUMBER),
        Field("reserved", 56, 39, Kind.TEXT, required=False),
    ),
)

BY_RECORD_TYPE = {
    "1": FILE_HEADER,
    "5": BATCH_HEADER,
    "6": ENTRY_DETAIL,
    "7": ADDENDA,
    "8": BATCH_CONTROL,
    "9": FILE_CONTROL,
}
