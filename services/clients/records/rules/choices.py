"""The fixed lists of a client's record."""

from __future__ import annotations

ACTIVE = "active"
STATUSES = (ACTIVE, "inactive", "pending")
COMPANY_SIZES = ("1-10", "11-50", "51-200", "201-500", "500+")
ANNUAL_REVENUES = ("under_1m", "1m_5m", "5m_20m", "20m_100m", "over_100m")
#: How often a client is invoiced by itself.
WEEKLY, BIWEEKLY, MONTHLY = "weekly", "biweekly", "monthly"
FREQUENCIES = (WEEKLY, BIWEEKLY, MONTHLY)
CONTACT_ROLES = ("invoices", "reports")
