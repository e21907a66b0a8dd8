"""Services, consumers, what waits and what could not be applied; looked at again by itself."""

from __future__ import annotations

from flask import Blueprint, Response

from shared.security.permissions import INSTALLATION_VIEW
from web.shell import callers, pages

blueprint = Blueprint("operator", __name__, url_prefix="/operator")
blueprint.before_request(lambda: callers.require(INSTALLATION_VIEW))


@blueprint.get("")
def show_installation() -> Response:
    """How everything does now."""
    found = callers.api().installation()
    behind = {each["consumer"]: each["behind"] for each in found["consumers"] if each["behind"]}
    return pages.show("operator/page.html", "operator/now.html", found=found, behind=behind)
