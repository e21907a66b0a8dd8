"""What stands on papers."""

from __future__ import annotations

from typing import Any

ISSUER = {
    "name": "North Star Engineering",
    "lines": ["200 River St", "Saint Paul, MN 55101", "United States", "Tax ID 12-3456789"],
}
ACME = {"name": "Acme Machines", "lines": ["Jo Park", "1 Main St", "Saint Paul, MN 55101"]}


def invoice_content(lines: int = 1, recipient: str = "Acme Machines", **more: Any) -> Any:
    """An invoice of as many alike lines."""
    return {
        "paper": "us-letter",
        "lang": "en",
        "title": "Invoice ACM-2026-0001",
        "heading": "Invoice",
        "number": "ACM-2026-0001",
        "foot": "North Star Engineering, Invoice ACM-2026-0001",
        "page": "Page",
        "issuer": ISSUER,
        "recipient": {**ACME, "name": recipient},
        "facts": [["Invoice date", "23 November 2026"], ["Due", "23 December 2026"]],
        "words": {
            "to": "Bill to",
            "columns": ["Description", "Quantity", "Price", "Tax", "Amount"],
        },
        "lines": [
            {
                "description": "Senior Engineer",
                "explanation": "Regular rate, since 1 January 2026",
                "quantity": "40.00",
                "unit_price": "$150.00",
                "tax": "8.25 %",
                "amount": "$6,000.00",
            }
        ]
        * lines,
        "sums": [{"label": "Subtotal", "amount": "$6,000.00"}],
        "total": {"label": "Total USD", "amount": "$6,495.00"},
        "passages": [{"label": "Notes", "words": "By the end of the month.\nIn one sum."}],
        "payment": {"label": "Payment", "facts": [["Bank", "First Bank"]]},
        **more,
    }


def statement_content() -> Any:
    """A statement of one invoice."""
    return {
        **{
            name: invoice_content()[name]
            for name in ("paper", "lang", "issuer", "recipient", "page")
        },
        "title": "Statement ACM",
        "heading": "Statement",
        "number": "ACM",
        "foot": "North Star Engineering, Statement",
        "facts": [["From", "1 October 2026"], ["To", "31 December 2026"]],
        "words": {"to": "For", "columns": ["Date", "", "Charged", "Paid", "Balance"]},
        "accounts": [
            {
                "heading": "US dollar",
                "lines": [
                    {
                        "day": "3 Oct 2026",
                        "what": "Invoice ACM-2026-0001",
                        "charge": "$6,495.00",
                        "payment": "",
                        "balance": "$6,495.00",
                    }
                ],
                "sums": [],
                "total": {"label": "Closing balance", "amount": "$6,495.00"},
            }
        ],
    }


def report_content() -> Any:
    """A report of one quarter with one of everything."""
    return {
        **{
            name: invoice_content()[name]
            for name in ("paper", "lang", "issuer", "recipient", "page")
        },
        "title": "Report 2026-Q3",
        "heading": "Quarterly report",
        "number": "2026-Q3",
        "foot": "North Star Engineering, Report",
        "facts": [["From", "1 July 2026"], ["To", "30 September 2026"]],
        "tiles": [{"label": "Hours worked", "value": "40.00"}],
        "months": [{"label": "July", "value": "40.00 h", "share": 1.0}],
        "projects": [
            {
                "name": "Line 4",
                "status": "active",
                "hours": "40.00",
                "budget": "40.00 of 50.00 h",
                "share": 0.8,
                "used": "80 %",
            }
        ],
        "positions": [{"name": "Senior Engineer", "hours": "40.00", "overtime": "", "share": 1.0}],
        "invoices": [
            {
                "number": "ACM-2026-0001",
                "issued": "3 Aug 2026",
                "due": "2 Sep 2026",
                "total": "$6,495.00",
                "open": "$0.00",
            }
        ],
        "payments": [
            {
                "day": "1 Sep 2026",
                "number": "ACM-2026-0001",
                "reference": "Transfer",
                "amount": "$6,495.00",
            }
        ],
    }
