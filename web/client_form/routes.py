"""The addresses of the form, for a draft and for a client, and what its templates may call."""

from __future__ import annotations

from flask.blueprints import BlueprintSetupState

from web.client_form import conflicts, drafts, editing
from web.shell import words

blueprint = drafts.blueprint
for method, view in (("GET", editing.edit), ("POST", editing.save)):
    blueprint.add_url_rule(editing.PATH, view_func=view, methods=[method])


@blueprint.record_once
def _prepare(state: BlueprintSetupState) -> None:
    env = state.app.jinja_env
    env.filters["told"] = conflicts.lines
    env.globals["words_of"] = _words_of


def _words_of(kind: str) -> list[tuple[str, str]]:
    """The values of a kind with their words, as options."""
    return [(value, words.word(kind, value)) for value in words.WORDS[kind]]
