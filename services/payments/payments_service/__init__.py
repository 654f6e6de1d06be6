"""The disbursement unit: receipts, the ledger, distribution, disbursement."""
