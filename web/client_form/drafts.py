"""A client that is put together: a draft with its six steps, and the client made of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, cast

from flask import Blueprint, Response, jsonify, redirect, request, url_for
from werkzeug.wrappers import Response as Answer

from clientele_client.errors import Conflict, Invalid, NotFound, StaleVersion
from clientele_client.shapes import DraftWithDocuments
from web.client_form import changes, conflicts, showing
from web.client_form.showing import Link, Sheet
from web.client_form.steps import ANY_STEP, BY_NAME, STEPS, Step, near
from web.shell import formats, forms, pages, reading, session
from web.shell.callers import api
from web.shell.texts import gettext

blueprint = Blueprint("client_form", __name__, url_prefix="/clients")
# A draft that was never there leads to a client that is not there either: the same page says so.
_GONE = ("clients.draft_submitted", "clients.draft_not_found")
_DUPLICATE = "clients.duplicate"


@blueprint.get("/new")
def list_drafts() -> Response:
    """Clients that were begun and not made yet."""
    found, next_cursor = api().drafts.page(cursor=request.args.get("cursor") or None, limit=25)
    return pages.show("client_form/drafts.html", drafts=found, next_cursor=next_cursor)


@blueprint.post("/new")
def begin() -> Answer:
    """Begin a draft, and go to its first step."""
    draft = api().drafts.begin(forms.idempotency_key())
    return pages.go(_url(draft["id"], "basic"))


@blueprint.get("/new/codes")
def suggest_codes() -> Response:
    """Free codes for a name, as buttons that fill one in."""
    name = request.args.get("company_name", "").strip()
    return pages.show("client_form/codes.html", codes=showing.suggestions(name))


@blueprint.get(f"/drafts/<uuid:draft_id>/<{ANY_STEP}:name>")
def show_step(draft_id: Any, name: str) -> Answer:
    """A step as it was typed, with what is wrong in it."""
    draft = _draft(draft_id)
    return draft if isinstance(draft, Answer) else showing.show(_sheet(draft, name), draft=draft)


@blueprint.post(f"/drafts/<uuid:draft_id>/<{ANY_STEP}:name>")
def save_step(draft_id: Any, name: str) -> Answer:
    """Keep what was typed, right or wrong, and go on once it is right."""
    step, action = BY_NAME[name], request.form.get(changes.ACTION, "next")
    typed = reading.typed(request.form, step.names)
    focus = changes.carried_out(action, typed)
    if focus is not None:
        return _redrawn(draft_id, step, typed, focus)
    try:
        saved = _save(draft_id, step, _as_chosen(draft_id, step, typed))
    except StaleVersion:
        return _conflict(draft_id, step, typed)
    if saved["errors"] and action == "next":
        return _redrawn(draft_id, step, typed, wrong=showing.wrongs(saved["errors"]))
    return pages.go(_onward(draft_id, step, action))


@blueprint.post(f"/drafts/<uuid:draft_id>/<{ANY_STEP}:name>/autosave")
def autosave(draft_id: Any, name: str) -> Answer:
    """Keep what was typed so far: when, at which version, and what is wrong by field."""
    step = BY_NAME[name]
    try:
        saved = _save(draft_id, step, reading.typed(request.form, step.names))
    except StaleVersion:
        return jsonify(said=gettext("not saved: it was changed in another window"), stale=True)
    said = gettext("saved %(time)s", time=formats.clock(saved["updated_at"]))
    errors = {each.field: each.message for each in reversed(showing.wrongs(saved["errors"]))}
    return jsonify(said=said, version=saved["version"], errors=errors)


@blueprint.post("/drafts/<uuid:draft_id>/discard")
def discard(draft_id: Any) -> Answer:
    """Throw the draft away, with what was uploaded to it."""
    api().drafts.discard(str(draft_id))
    session.notice("good", gettext("The draft was thrown away."))
    return pages.go(url_for("client_form.list_drafts"))


# --- review and create -------------------------------------------------------------------


@blueprint.get("/drafts/<uuid:draft_id>/review")
def review(draft_id: Any) -> Answer:
    """Everything that was typed, before a client is made of it."""
    draft = _draft(draft_id)
    return draft if isinstance(draft, Answer) else _review(draft)


@blueprint.post("/drafts/<uuid:draft_id>/review")
def submit(draft_id: Any) -> Answer:
    """Make the client; what is wrong, and whom it is like, is shown."""
    agreed = "allow_duplicate" in request.form
    try:
        key = forms.key_of({"allow_duplicate": agreed})
        client = api().drafts.submit(str(draft_id), allow_duplicate=agreed, key=key)
    except (Invalid, Conflict) as error:
        draft = _draft(draft_id)
        return draft if isinstance(draft, Answer) else _review(draft, error)
    session.notice("good", gettext("%(name)s was created.", name=client["company_name"]))
    return pages.go(url_for("client.show_details", client_id=client["id"]))


def _review(draft: DraftWithDocuments, error: Invalid | Conflict | None = None) -> Response:
    is_like = error is not None and error.code == _DUPLICATE
    wrong = showing.wrongs(draft["errors"] if error is None or is_like else error.errors)
    return pages.show(
        "client_form/review.html",
        code=409 if is_like else 422 if error else 200,
        draft=draft,
        steps=draft["steps"],
        links=_links(draft),
        wrong=wrong,
        is_like=is_like,
        problem=error.title if error is not None and not wrong else "",
        candidates=error.problem.get("candidates", []) if error is not None else [],
    )


# --- what the pages are made of ----------------------------------------------------------


def _draft(draft_id: Any) -> DraftWithDocuments | Answer:
    """The draft, or the way to the client that was made of it, which has its id."""
    try:
        return api().drafts.one(str(draft_id))
    except (Conflict, NotFound) as error:
        if error.code not in _GONE:
            raise
        return redirect(url_for("client.show_details", client_id=draft_id))


def _as_chosen(draft_id: Any, step: Step, typed: dict[str, Any]) -> dict[str, Any]:
    """What was typed, but for what was chosen of theirs on the conflict page."""
    theirs = [path for path, whose in conflicts.chosen().items() if whose == "theirs"]
    if not theirs:
        return typed
    there = reading.leaves(_typed(api().drafts.one(str(draft_id)), step.name))
    return reading.grown(reading.leaves(typed) | {path: there.get(path) for path in theirs})


def _typed(draft: DraftWithDocuments, step: str) -> Mapping[str, Any]:
    """What was typed in a step; nothing before it was saved."""
    return cast(Mapping[str, Any], draft["steps"].get(step) or {})


def _save(draft_id: Any, step: Step, typed: Mapping[str, Any]) -> Any:
    version = forms.version() or None
    key = forms.key_of(typed)
    return api().drafts.save(str(draft_id), step.name, typed, version, key)


def _redrawn(
    draft_id: Any,
    step: Step,
    typed: Mapping[str, Any],
    focus: str = "",
    wrong: list[showing.Wrong] | None = None,
) -> Answer:
    """The step with what was typed just now."""
    draft = _draft(draft_id)
    if isinstance(draft, Answer):
        return draft
    sheet = _sheet(draft, step.name)
    sheet.values, sheet.focus, sheet.wrong = typed, focus, wrong or []
    if focus:
        sheet.version = forms.version() or sheet.version
    return showing.show(sheet, draft=draft)


def _sheet(draft: DraftWithDocuments, name: str) -> Sheet:
    step = BY_NAME[name]
    found = showing.wrongs(draft["errors"])
    wrong = [each for each in found if each.step is step] if step.names else []
    values = _typed(draft, name)
    return Sheet(step, values, draft["version"], _links(draft), wrong)


def _links(draft: DraftWithDocuments) -> list[Link]:
    wrong = {each.step for each in showing.wrongs(draft["errors"])}
    return [_link(draft, step, is_wrong=step in wrong) for step in STEPS]


def _link(draft: DraftWithDocuments, step: Step, *, is_wrong: bool) -> Link:
    values = _typed(draft, step.name)
    tone = "wrong" if is_wrong else "done" if step.name in draft["complete"] else ""
    return Link(step, _url(draft["id"], step.name), tone, showing.short(step, values))


def _url(draft_id: Any, name: str) -> str:
    if name == "review":
        return url_for("client_form.review", draft_id=draft_id)
    return url_for("client_form.show_step", draft_id=draft_id, name=name)


def _onward(draft_id: Any, step: Step, action: str) -> str:
    if action == "leave":
        return url_for("client_form.list_drafts")
    other = near(step, -1 if action == "back" else 1)
    return _url(draft_id, other.name if other else "review" if action != "back" else step.name)


def _conflict(draft_id: Any, step: Step, typed: dict[str, Any]) -> Answer:
    """Someone else has saved the draft: both sides, or, once chosen, what was chosen."""
    draft = _draft(draft_id)
    if isinstance(draft, Answer):
        return draft
    rows = conflicts.of_two(_typed(draft, step.name), typed)
    return conflicts.show(
        step,
        rows,
        typed,
        version=draft["version"],
        url=_url(draft["id"], step.name),
        name=reading.at(_typed(draft, "basic"), "company_name"),
    )
