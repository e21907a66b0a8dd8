"""Names of any script survive being made and read, and are found by the words in them."""

from __future__ import annotations

import re
from unicodedata import category, normalize

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from shared.values.text import UNSEEN
from tests.factories.clients import client_body
from tests.integration.records.conftest import Caller

NAMES = {
    "two hundred letters": "Ж" * 200,
    "two hundred signs outside the first plane": "🚀" * 200,
    "right to left": "שרון הנדסה בע״מ",
    "right to left with marks of direction": "\u202bשרון\u202c Engineering \u200f12",
    "joined pictures": "👩‍🚀 ❤️ 🏳️‍🌈",
    "pictures with a tone of skin": "👍🏽👍🏿",
    "combining marks that have no letter of their own": "x\u0323\u0307yz Q\u0308",
    "stacked marks": "Z̸̢͎a̷l̴g̵o̸",
    "conjuncts": "क्षत्रिय उद्योग",
    "vowels around their letter": "บริษัท น้ำตาล จำกัด",
    "joining letters": "شركة المياه الوطنية",
    "syllables": "삼성전자 주식회사",
    "ideographs outside the first plane": "𠮷野家",
    "historic letters": "𐤀𐤁𐤂 𓀀𓀁",
    "full width": "ＡＣＭＥ　Ｗｏｒｋｓ",
    "ligatures": "ﬁne ﬀect Straße ŒUVRE",
    "quotes and signs": 'O\'Brien \\ "Sons" & <Co>; -- %_ {{x}} \u00a0§',
}


def _found(api: Caller, typed: str) -> list[str]:
    query = {"q": typed, "limit": 200}
    answer = api("GET", "/v1/clients", query=query, expect=200)
    return [client["id"] for client in answer.body["data"]]


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
def test_a_name_of_any_kind_survives_and_is_found(api: Caller, name: str) -> None:
    made = api.create(client_body(company_name=name, allow_duplicate=True))
    other = {"company_name": "90", "client_code": "QQQ"}
    api.create({**other, "primary_contact": {"email": "info@info.info"}})
    assert api.get(made)["company_name"] == normalize("NFC", name)
    assert len(made["client_code"]) == 3
    first = name.split(maxsplit=1)[0]
    for typed in (name, first, first[:3], name.upper()):
        assert _found(api, typed) == [made["id"]], typed


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.text(
        st.characters(
            exclude_categories=["Cs", "Cc", "Zl", "Zp"], exclude_characters="\u202d\u202e"
        ),
        min_size=1,
        max_size=200,
    )
)
def test_whatever_one_can_read_is_a_name(api: Caller, name: str) -> None:
    answer = api("POST", "/v1/clients", client_body(company_name=name, allow_duplicate=True))
    kept = normalize("NFC", name).strip()
    if len(kept) > 200:
        assert (answer.status, answer.errors) == (422, {"company_name": "too_long"})
    elif all(category(it)[0] in "ZC" or re.match(f"[{UNSEEN}]", it) for it in kept):
        assert (answer.status, answer.errors) == (422, {"company_name": "required"})
    else:
        assert answer.status == 201
        assert api.get(answer.body)["company_name"] == kept
        words = [word for word in kept.split() if word.isalnum()]
        for word in words[:2]:
            assert answer.body["id"] in _found(api, word)
