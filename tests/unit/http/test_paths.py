"""What a log may tell of a request's address."""

from __future__ import annotations

import pytest
from flask import Flask

from shared.http.paths import told_path


@pytest.mark.parametrize(
    ("asked", "told"),
    [("/links/cpl_2fA9", "/links/…"), ("/links/cpl_2fA9/more", "/links/…/more"), ("/me", "/me")],
)
def test_a_path_is_told_without_the_token_in_it(asked: str, told: str) -> None:
    app = Flask(__name__)
    for number, rule in enumerate(("/links/<token>", "/links/<string:token>/more", "/me")):
        app.add_url_rule(rule, str(number), lambda **_: told_path())
    assert app.test_client().get(asked).text == told
