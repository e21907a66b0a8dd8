"""A client that is changed: the same six steps, filled in."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, StaleVersion
from clientele_client.shapes import Client, ClientChanges
from web.client_form import changes, conflicts, showing
from web.client_form.showing import Link, Sheet
from web.client_form.steps import ANY_STEP, BY_NAME, STEPS, Step, near
from web.shell import forms, pages, reading, session
from web.shell.callers import api
from web.shell.texts import gettext

PATH = f"/<uuid:client_id>/edit/<{ANY_STEP}:step>"


def edit(client_id: Any, step: str) -> Answer:
    """A step, filled in with what the client has."""
    if step == "documents":
        return redirect(url_for("uploads.show_uploads", client_id=client_id))
    client = api().client(str(client_id))
    if client["id"] != str(client_id):
        return redirect(_url(client["id"], step))
    return showing.show(_sheet(client, BY_NAME[step]), client=client)


def save(client_id: Any, step: str) -> Answer:
    """Save the step; what others changed since is merged, and shown where it is the same."""
    part, action = BY_NAME[step], request.form.get(changes.ACTION, "save")
    typed = reading.typed(request.form, part.names)
    focus = changes.carried_out(action, typed)
    if focus is not None:
        return _redrawn(client_id, part, typed, focus)
    try:
        _carry_out(str(client_id), typed)
    except StaleVersion as error:
        return _conflict(str(client_id), part, typed, error)
    except (Invalid, Conflict) as error:
        return _redrawn(client_id, part, typed, wrong=showing.wrongs(error.errors), why=error.title)
    session.notice("good", gettext("Saved."))
    return pages.go(_onward(client_id, part, action))


def _carry_out(client_id: str, typed: dict[str, Any]) -> None:
    """Save what was typed; of a conflict, first what was chosen, over what they had written."""
    version = forms.version()
    keep = conflicts.chosen()
    if not keep:
        _update(client_id, typed, version)
        return
    leaves = reading.leaves(typed)
    mine = {path: leaves[path] for path, whose in keep.items() if whose == "yours"}
    rest = {path: value for path, value in leaves.items() if path not in keep}
    if mine:
        _update(client_id, reading.grown(mine), forms.version("theirs"))
    if rest:
        _update(client_id, reading.grown(rest), version)


def _update(client_id: str, changed: Mapping[str, Any], version: int) -> None:
    key = forms.key_of({**changed, "version": version})
    api().update_client(client_id, cast(ClientChanges, changed), version, key)


def _conflict(client_id: str, step: Step, typed: dict[str, Any], error: StaleVersion) -> Answer:
    client = api().client(client_id)
    sides = {"base": error.base, "theirs": error.theirs, "yours": error.yours}
    return conflicts.show(
        step,
        conflicts.of_three(sides, client, typed),
        typed,
        version=forms.version(),
        theirs=client["version"],
        url=_url(client_id, step.name),
        name=client["company_name"],
    )


def _redrawn(
    client_id: Any,
    step: Step,
    typed: Mapping[str, Any],
    focus: str = "",
    wrong: list[showing.Wrong] | None = None,
    why: str = "",
) -> Answer:
    """The step with what was typed just now."""
    client = api().client(str(client_id))
    sheet = _sheet(client, step)
    sheet.values, sheet.focus = typed, focus
    sheet.wrong = wrong or ([showing.Wrong("", "", why)] if why else [])
    sheet.version = forms.version() or sheet.version
    return showing.show(sheet, client=client)


def _sheet(client: Client, step: Step) -> Sheet:
    links = [Link(each, _url(client["id"], each.name)) for each in STEPS]
    return Sheet(step, client, client["version"], links, is_draft=False)


def _url(client_id: Any, step: str) -> str:
    return url_for("client_form.edit", client_id=client_id, step=step)


def _onward(client_id: Any, step: Step, action: str) -> str:
    other = near(step, 1) if action == "next" else None
    if other is not None:
        return _url(client_id, other.name)
    return url_for(f"client.show_{step.tab}", client_id=client_id)
