"""What a workspace's lists hold until it changes them."""

from __future__ import annotations

import uuid
from functools import cache

from services.clients.lists.rules.entries import Entries, Entry

# The ids of default entries are made of their names, so that they stay when a list is stored.
_NAMESPACE = uuid.UUID("0f8e4c1a-5b0d-5d55-9f0e-3f1c2a7b6d90")

_DEFAULTS: dict[str, tuple[str, ...]] = {
    "industries": (
        # The eleven sectors of GICS first.
        "Energy",
        "Materials",
        "Industrials",
        "Consumer Discretionary",
        "Consumer Staples",
        "Health Care",
        "Financials",
        "Information Technology",
        "Communication Services",
        "Utilities",
        "Real Estate",
        "Aerospace",
        "Agriculture",
        "Arts and Entertainment",
        "Automotive",
        "Biotechnology",
        "Chemicals",
        "Construction",
        "Consulting",
        "Defense",
        "Education",
        "Electronics",
        "Engineering",
        "Environmental Services",
        "Finance",
        "Food and Beverage",
        "Government",
        "Healthcare",
        "Hospitality",
        "Insurance",
        "Legal",
        "Logistics",
        "Manufacturing",
        "Media",
        "Mining",
        "Non-profit",
        "Oil and Gas",
        "Pharmaceuticals",
        "Professional Services",
        "Retail",
        "Software",
        "Technology",
        "Telecommunications",
        "Transportation",
        "Travel",
        "Wholesale",
        "Other",
    ),
    "service_types": (
        "Engineering",
        "Consulting",
        "Environmental",
        "Audit",
        "Design",
        "Software Development",
        "Maintenance",
        "Support",
        "Training",
        "Project Management",
        "Research",
        "Testing",
        "Inspection",
        "Installation",
        "IT Services",
        "Legal",
        "Accounting",
        "Marketing",
        "Staffing",
        "Logistics",
        "Security",
        "Compliance",
        "Construction",
        "Manufacturing",
        "Other",
    ),
    "compliance_standards": (
        "ISO 9001",
        "EPA",
        "OSHA",
        "SOC 2",
        "SOC 1",
        "ISO 13485",
        "ISO 14001",
        "ISO 22301",
        "ISO 27001",
        "ISO 45001",
        "ISO 50001",
        "IATF 16949",
        "AS9100",
        "HIPAA",
        "GDPR",
        "CCPA",
        "PCI DSS",
        "SOX",
        "FDA",
        "FedRAMP",
        "NIST 800-171",
        "CMMC",
        "CE",
        "UL",
        "RoHS",
        "REACH",
        "ITAR",
        "EAR",
    ),
    "document_categories": ("contract", "agreement", "specification", "other"),
}


@cache
def default_entries(name: str) -> Entries:
    """The entries of a list that nobody has changed."""
    return tuple(
        Entry(str(uuid.uuid5(_NAMESPACE, f"{name}/{value}")), value) for value in _DEFAULTS[name]
    )
