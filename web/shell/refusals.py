"""What a form says when the API refuses what it was sent."""

from __future__ import annotations

from clientele_client.errors import NotFound, Refused, Unauthenticated

#: The key of what is wrong with a form as a whole.
FORM = ""
_NO_PERMISSION = "forbidden"


def sentence(error: Refused) -> str:
    """What is wrong, in the API's words."""
    found = [each.message for each in error.errors]
    return " ".join(found) or _whole(error)


def by_field(error: Refused) -> dict[str, str]:
    """What is wrong by field, the first of each; under `FORM` what is of no field.

    What no answer in the form can mend is raised on: there are pages for it.
    """
    if isinstance(error, Unauthenticated | NotFound) or error.status >= 500:
        raise error
    if error.code == _NO_PERMISSION:
        raise error
    found = {each.field.partition("[")[0]: each.message for each in reversed(error.errors)}
    return found or {FORM: _whole(error)}


def _whole(error: Refused) -> str:
    detail = str(error.problem.get("detail") or "")
    return f"{error.title}. {detail}".strip()
