"""The invented clients: varied on purpose, so that every part of the record is seen filled.

Each plan has the `client` as sent, its `projects`, its `invoices` as (lines, days since issue,
how much is paid: all, part or none; 0 days leaves a draft), a `later` change and a `status`.
"""

from __future__ import annotations

from typing import Any


def _address(street: str, city: str, state: str, postal_code: str, county: str) -> dict[str, str]:
    return {
        "street": street, "city": city, "state": state, "county": county,
        "postal_code": postal_code, "country": "US",
    }  # fmt: skip


def _person(name: str, email: str, phone: str, **more: str) -> dict[str, str]:
    return {"name": name, "email": email, "phone": phone, **more}


def _line(description: str, quantity: str, unit_price: str) -> dict[str, str]:
    return {"description": description, "quantity": quantity, "unit_price": unit_price}


def _rate(position: str, regular: str, overtime: str | None = None) -> dict[str, str]:
    found = {"position": position, "regular_rate": regular}
    return {**found, "overtime_rate": overtime} if overtime else found


CLIENTS: list[dict[str, Any]] = [
    {
        "client": {
            "company_name": "Alder & Finch Machine Works",
            "client_code": "AFM",
            "status": "active",
            "primary_contact": _person(
                "Maren Alder", "maren@alderfinch.example.com", "+1 651 555 0101"
            ),
            "website": "https://alderfinch.example.com",
            "address": _address("1180 Foundry Rd", "Saint Paul", "Minnesota", "55101", "Ramsey"),
            "industry": "Industrials",
            "company_size": "51-200",
            "annual_revenue": "5m_20m",
            "primary_service_type": "Engineering",
            "current_systems": "A 2009 ERP, two CNC cells with their own controllers.",
            "technical_requirements": "Read-only access to the shop floor network on weekdays.",
            "compliance_requirements": ["ISO 9001", "OSHA"],
            "rates": [
                _rate("Senior Engineer", "150.00", "225.00"),
                _rate("Field Technician", "85.00", "127.50"),
            ],
            "contacts": [
                _person(
                    "Ines Okafor", "ines@alderfinch.example.com", "+1 651 555 0102", title="CFO"
                ),
                _person(
                    "Tomas Brandt",
                    "tomas@alderfinch.example.com",
                    "+1 651 555 0103",
                    title="Plant manager",
                ),
            ],
            "settings": {"quarterly_reports": True},
        },
        "projects": [
            {
                "name": "Spindle retrofit",
                "code": "AFM-01",
                "status": "active",
                "budget_amount": "48000.00",
                "currency": "USD",
            },
            {"name": "Line 2 safety audit", "status": "completed", "budget_hours": "60"},
        ],
        "invoices": [
            ([_line("Vibration measurements", "12", "150.00")], 318, "all"),
            ([_line("Drive dimensioning", "26", "150.00")], 251, "all"),
            ([_line("Control cabinet, drawings", "18", "150.00")], 190, "all"),
            ([_line("Control cabinet, works test", "31", "150.00")], 133, "all"),
            ([_line("Spindle survey", "16", "150.00"), _line("Travel", "1", "320.00")], 75, "all"),
            ([_line("Retrofit, first stage", "64", "150.00")], 20, "part"),
        ],
        "later": {
            "company_size": "201-500",
            "technical_requirements": "VPN access on weekdays; badge at the gate.",
        },
    },
    {
        "client": {
            "company_name": "Blue Heron Water District",
            "client_code": "BHW",
            "status": "active",
            "primary_contact": _person(
                "Lionel Sato", "lsato@blueheron.example.org", "+1 503 555 0110"
            ),
            "address": _address("42 Reservoir Way", "Portland", "Oregon", "97204", "Multnomah"),
            "industry": "Utilities",
            "company_size": "201-500",
            "annual_revenue": "20m_100m",
            "primary_service_type": "Engineering",
            "compliance_requirements": ["EPA"],
            "rates": [_rate("Hydraulic Modeller", "165.00")],
            "settings": {
                "email_notifications": True,
                "quarterly_reports": True,
                "auto_invoicing": True,
                "auto_invoicing_frequency": "weekly",
            },
        },
        "projects": [{"name": "Pump station telemetry", "status": "active", "budget_hours": "400"}],
        "invoices": [([_line("Telemetry design", "40", "165.00")], 50, "all")],
    },
    {
        "client": {
            "company_name": "Cassia Foods Cooperative",
            "client_code": "CFC",
            "status": "active",
            "primary_contact": _person(
                "Priya Raman", "priya@cassiafoods.example.com", "+1 312 555 0121"
            ),
            "website": "https://cassiafoods.example.com",
            "address": _address("900 W Fulton Market", "Chicago", "Illinois", "60607", "Cook"),
            "industry": "Consumer Staples",
            "company_size": "500+",
            "annual_revenue": "over_100m",
            "compliance_requirements": ["ISO 9001"],
            "contacts": [
                _person(
                    "Dario Conti",
                    "dario@cassiafoods.example.com",
                    "+1 312 555 0122",
                    title="Procurement",
                )
            ],
            "settings": {"email_notifications": True, "auto_invoicing": True},
        },
        "projects": [
            {
                "name": "Cold chain monitoring",
                "status": "active",
                "budget_amount": "120000.00",
                "currency": "USD",
            },
            {"name": "Bottling line study", "status": "planned"},
        ],
        "invoices": [([_line("Sensors, installed", "120", "89.50")], 12, "none")],
    },
    {
        "client": {
            "company_name": "Dunmore Clinic Group",
            "client_code": "DCG",
            "status": "pending",
            "primary_contact": _person(
                "Dr. Eilis Walsh", "ewalsh@dunmoreclinic.example.com", "+1 617 555 0130"
            ),
            "address": _address("18 Harbor St", "Boston", "Massachusetts", "02210", "Suffolk"),
            "industry": "Health Care",
            "company_size": "51-200",
            "annual_revenue": "5m_20m",
            "compliance_requirements": ["SOC 2"],
        },
        "status": {"status": "active", "reason": "Contract signed"},
    },
    {
        "client": {
            "company_name": "Eastgate Logistics",
            "client_code": "EGL",
            "status": "active",
            "primary_contact": _person(
                "Marcus Vance", "mvance@eastgate.example.com", "+1 901 555 0142"
            ),
            "address": _address("3300 Air Cargo Dr", "Memphis", "Tennessee", "38118", "Shelby"),
            "industry": "Industrials",
            "company_size": "201-500",
            "annual_revenue": "20m_100m",
            "rates": [_rate("Automation Engineer", "140.00", "210.00")],
        },
        "projects": [{"name": "Sorter controls", "status": "on_hold", "budget_hours": "220"}],
        "invoices": [([_line("Controls review", "22.5", "140.00")], 95, "all")],
        "status": {"status": "inactive", "reason": "Site closed until spring"},
    },
    {
        "client": {
            "company_name": "Fjordlight Solar",
            "client_code": "FJS",
            "status": "active",
            "primary_contact": _person(
                "Solveig Dahl", "solveig@fjordlight.example.com", "+1 720 555 0155"
            ),
            "website": "https://fjordlight.example.com",
            "address": _address("77 Larimer Sq", "Denver", "Colorado", "80202", "Denver"),
            "industry": "Energy",
            "company_size": "11-50",
            "annual_revenue": "1m_5m",
        },
        "projects": [{"name": "Array commissioning", "status": "active"}],
        "invoices": [([_line("Commissioning, two days", "2", "1180.00")], 0, "none")],
        "later": {"website": "https://www.fjordlight.example.com"},
    },
    {
        "client": {
            "company_name": "Granite Peak Credit Union",
            "client_code": "GPC",
            "status": "active",
            "primary_contact": _person(
                "Nadia Haddad", "nhaddad@granitepeak.example.org", "+1 406 555 0160"
            ),
            "address": _address(
                "250 Last Chance Gulch", "Helena", "Montana", "59601", "Lewis and Clark"
            ),
            "industry": "Financials",
            "company_size": "51-200",
            "annual_revenue": "5m_20m",
            "compliance_requirements": ["SOC 2"],
            "settings": {"email_notifications": False},
        },
        "invoices": [([_line("Branch network survey", "1", "6400.00")], 40, "all")],
    },
    {
        "client": {
            "company_name": "Hollis Timber Frames",
            "client_code": "HTF",
            "status": "active",
            "primary_contact": _person(
                "June Hollis", "june@hollistimber.example.com", "+1 802 555 0171"
            ),
            "address": _address("6 Sawmill Ln", "Montpelier", "Vermont", "05602", "Washington"),
            "industry": "Materials",
            "company_size": "1-10",
            "annual_revenue": "under_1m",
        },
        "projects": [{"name": "Dust extraction", "status": "completed"}],
    },
    {
        "client": {
            "company_name": "Ivory Coast Imports",
            "client_code": "ICI",
            "status": "pending",
            "primary_contact": _person(
                "Awa Koné", "awa@ivorycoastimports.example.com", "+1 504 555 0183"
            ),
            "address": _address("1 Canal St", "New Orleans", "Louisiana", "70130", "Orleans"),
            "industry": "Consumer Discretionary",
        },
    },
    {
        "client": {
            "company_name": "Juniper Ridge School District",
            "client_code": "JRS",
            "status": "active",
            "primary_contact": _person(
                "Kenji Mori", "kmori@juniperridge.example.org", "+1 505 555 0190"
            ),
            "address": _address("400 Mesa Blvd", "Santa Fe", "New Mexico", "87501", "Santa Fe"),
            "company_size": "500+",
            "contacts": [
                _person(
                    "Rosa Trujillo",
                    "rosa@juniperridge.example.org",
                    "+1 505 555 0191",
                    title="Facilities",
                )
            ],
            "rates": [_rate("Controls Technician", "78.00", "117.00")],
        },
        "projects": [
            {
                "name": "Boiler controls, six schools",
                "status": "active",
                "budget_amount": "86000.00",
                "currency": "USD",
            }
        ],
        "invoices": [([_line("Boiler controls, school 1", "1", "14250.00")], 33, "part")],
    },
    {
        "client": {
            "company_name": "Kestrel Avionics",
            "client_code": "KAV",
            "status": "active",
            "primary_contact": _person(
                "Owen Pryce", "owen@kestrelavionics.example.com", "+1 316 555 0202"
            ),
            "address": _address("2100 Tyler Rd", "Wichita", "Kansas", "67209", "Sedgwick"),
            "industry": "Industrials",
            "company_size": "11-50",
            "annual_revenue": "5m_20m",
            "compliance_requirements": ["ISO 9001"],
        },
        "status": {"status": "inactive", "reason": "Merged into another supplier"},
    },
    {
        "client": {
            "company_name": "Northwind Field Services",
            "client_code": "NFS",
            "status": "active",
            "primary_contact": _person(
                "Sam Ellery", "sam@northwind.example.com", "+1 651 555 0210"
            ),
            "address": _address("500 Robert St N", "Saint Paul", "Minnesota", "55101", "Ramsey"),
            "settings": {"internal": True},
        },
    },
]
