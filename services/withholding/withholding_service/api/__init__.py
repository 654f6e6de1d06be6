"""The RPCs of withholding."""

from withholding_service.api.employers import Employers
from withholding_service.api.submissions import RemittanceReads, Remittances

__all__ = ["Employers", "RemittanceReads", "Remittances"]
