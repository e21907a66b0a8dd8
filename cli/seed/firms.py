"""More invented firms, a line each, so that lists, filters and totals have something to show."""

from __future__ import annotations

from typing import Any

# Code, name, industry, size, revenue, service, status; city, state, postal code; contact; tags.
_FIRMS = """
LMB | Lakemont Bakeries | Consumer Staples | 51-200 | 5m_20m | Engineering | active | Duluth, Minnesota, 55802 | Greta Lindqvist | food, key account
MPA | Meridian Port Authority | Industrials | 500+ | over_100m | Project Management | active | Savannah, Georgia, 31401 | Calvin Brooks | public
NSB | Northshore Biologics | Health Care | 201-500 | 20m_100m | Inspection | active | Evanston, Illinois, 60201 | Dr. Amara Osei | regulated
OCR | Orchard Row Homes | Real Estate | 11-50 | 1m_5m | Consulting | pending | Yakima, Washington, 98901 | Beth Carver |
PWT | Prairie Wind Turbines | Energy | 51-200 | 20m_100m | Engineering | active | Ames, Iowa, 50010 | Stefan Kowalczyk | key account
QSA | Quarry Stone & Aggregate | Materials | 51-200 | 5m_20m | Engineering | inactive | Bloomington, Indiana, 47401 | Hank Dorsey |
RDT | Ridgeline Data Trust | Information Technology | 11-50 | 5m_20m | Consulting | active | Boise, Idaho, 83702 | Mei Tanaka | regulated
SFB | Saltmarsh Fisheries | Consumer Staples | 11-50 | 1m_5m | Engineering | active | New Bedford, Massachusetts, 02740 | João Medeiros | food
TTR | Timberline Transit | Industrials | 201-500 | 20m_100m | Project Management | active | Missoula, Montana, 59801 | Dana Whitehorse | public
UVM | Ulverton Museum of Machines | Communication Services | 1-10 | under_1m | Consulting | pending | Lowell, Massachusetts, 01852 | Percy Ashworth |
VGF | Verdant Glasshouse Farms | Consumer Staples | 51-200 | 5m_20m | Engineering | active | Salinas, California, 93901 | Lucía Herrera | food
WHE | Whetstone Elevators | Industrials | 51-200 | 5m_20m | Engineering | active | Pittsburgh, Pennsylvania, 15222 | Marta Novak |
XPL | Xenia Paper & Label | Materials | 51-200 | 5m_20m | Inspection | active | Xenia, Ohio, 45385 | Roy Hutchins |
YKB | Yellowknife Bridgeworks | Industrials | 11-50 | 5m_20m | Engineering | inactive | Fargo, North Dakota, 58102 | Siobhan Daly |
ZPH | Zephyr Heat Pumps | Industrials | 51-200 | 5m_20m | Engineering | active | Burlington, Vermont, 05401 | Anton Brezhnev-Hill | key account
ACL | Aspen Creek Laboratories | Health Care | 51-200 | 5m_20m | Inspection | active | Fort Collins, Colorado, 80521 | Dr. Ruth Feldman | regulated
BBC | Bellwether Broadcast Cooperative | Communication Services | 11-50 | 1m_5m | Consulting | active | Tulsa, Oklahoma, 74103 | Otis Greene |
CSW | Copper Sky Winery | Consumer Discretionary | 1-10 | under_1m | Engineering | active | Sonoma, California, 95476 | Elena Marchetti | food
DLI | Driftless Instruments | Information Technology | 11-50 | 1m_5m | Engineering | active | La Crosse, Wisconsin, 54601 | Nils Aaberg |
ECP | Emberline Ceramics | Materials | 11-50 | 1m_5m | Engineering | pending | Corning, New York, 14830 | Fatima Rahman |
FBS | First Bluff Savings | Financials | 51-200 | 5m_20m | Consulting | active | Natchez, Mississippi, 39120 | Harold Pettigrew | regulated
GHC | Glen Haven Children's Hospital | Health Care | 500+ | over_100m | Project Management | active | Omaha, Nebraska, 68102 | Sr. Bernadette Cole | public
HWR | Highwater Recycling | Utilities | 51-200 | 5m_20m | Engineering | active | Toledo, Ohio, 43604 | Terrence Oyelaran |
IRP | Ironwood Pressure Vessels | Industrials | 51-200 | 20m_100m | Inspection | active | Beaumont, Texas, 77701 | Guadalupe Ríos | key account
KTP | Kittiwake Pilotage | Industrials | 1-10 | 1m_5m | Consulting | inactive | Astoria, Oregon, 97103 | Ewan MacAskill |
LUX | Lux & Daughter Lighting | Consumer Discretionary | 1-10 | under_1m | Engineering | active | Asheville, North Carolina, 28801 | Camille Lux |
MRC | Marrow Creek Cannery of the Upper Klamath and Associated Growers | Consumer Staples | 51-200 | 5m_20m | Engineering | active | Klamath Falls, Oregon, 97601 | Wendell Applegate-Montgomery | food
"""  # noqa: E501 - A firm is read along its line.


def firms() -> list[dict[str, Any]]:
    """A plan per firm, as `cli.seed.clients` has them."""
    return [_plan(number, *_cells(line)) for number, line in enumerate(_FIRMS.strip().splitlines())]


def _cells(line: str) -> list[str]:
    return [cell.strip() for cell in line.split("|")]


def _plan(number: int, code: str, name: str, *cells: str) -> dict[str, Any]:
    industry, size, revenue, service, status, place, person, tags = cells
    city, state, postal_code = place.split(", ")
    host = f"{''.join(filter(str.isalnum, name.lower()))[:24]}.example.com"
    first = person.replace("Dr. ", "").replace("Sr. ", "").split()[0].lower()
    return {
        "client": {
            "company_name": name,
            "client_code": code,
            "status": status,
            "primary_contact": {
                "name": person,
                "email": f"{first if first.isascii() else 'office'}@{host}",
                "phone": f"+1 651 555 {300 + number:04}",
            },
            "website": f"https://{host}",
            "address": {
                "street": f"{100 + 37 * number} Main St",
                "city": city,
                "state": state,
                "postal_code": postal_code,
                "country": "US",
            },
            "industry": industry,
            "company_size": size,
            "annual_revenue": revenue,
            "primary_service_type": service,
            "tags": [tag.strip() for tag in tags.split(",") if tag.strip()],
        },
        "invoices": _invoices(number) if status == "active" else [],
    }


def _invoices(number: int) -> list[Any]:
    """Some long paid; the latest by turns paid, paid in part, open, overdue, and a draft."""
    kinds = [(62, "all"), (48, "none"), (21, "part"), (9, "none"), (0, "none")]
    latest = kinds[number % len(kinds)]
    earlier = [(290 - 4 * number, "all"), (170 - 3 * number, "all")] if number % 2 else []
    hours = 6 + number * 7 % 41
    work = {
        "description": ("Site survey", "Design review", "Commissioning")[number % 3],
        "quantity": f"{hours}",
        "unit_price": f"{95 + number % 4 * 15}.00",
    }
    return [([work], *each) for each in (*earlier, latest)]
