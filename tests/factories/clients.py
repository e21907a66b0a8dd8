"""Bodies of clients, as callers send them."""

from __future__ import annotations

from itertools import count
from typing import Any

_NUMBERS = count(1)


def client_body(**changes: Any) -> dict[str, Any]:
    """A client with nothing but what must be there, and what is given."""
    return {
        "company_name": "Acme Machines",
        "primary_contact": {"email": "jo@acme.example.com"},
        **changes,
    }


def numbered_client_body(**changes: Any) -> dict[str, Any]:
    """As `client_body`, each of another name."""
    return client_body(company_name=f"Acme Machines {next(_NUMBERS)}", **changes)


def whole_client_body(**changes: Any) -> dict[str, Any]:
    """A client with everything a client can have."""
    return {
        "company_name": "Acme Machines",
        "client_code": "ACM",
        "status": "active",
        "primary_contact": {
            "name": "Jo Park",
            "email": "jo@acme.example.com",
            "phone": "+1 651 555 0100",
        },
        "website": "https://acme.example.com",
        "address": {
            "street": "1 Main St",
            "city": "Saint Paul",
            "state": "Minnesota",
            "county": "Ramsey",
            "postal_code": "55101",
            "country": "US",
        },
        "industry": "Industrials",
        "company_size": "51-200",
        "annual_revenue": "5m_20m",
        "tax_id": "12-3456789",
        "primary_service_type": "Engineering",
        "current_systems": "SAP Business One",
        "technical_requirements": "EDI orders",
        "compliance_requirements": ["ISO 9001", "OSHA"],
        "rates": [
            {"position": "Senior Engineer", "regular_rate": "150.00", "overtime_rate": "225.00"}
        ],
        "contacts": [
            {
                "name": "Ana Ruiz",
                "email": "ana@acme.example.com",
                "phone": "+1 651 555 0101",
                "title": "CFO",
            }
        ],
        "settings": {
            "email_notifications": True,
            "quarterly_reports": False,
            "auto_invoicing": False,
            "internal": False,
        },
        **changes,
    }
