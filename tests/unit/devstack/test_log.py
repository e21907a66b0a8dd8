"""The one log: what a person reads of what the processes write."""

from __future__ import annotations

import io
from pathlib import Path

from devstack import log
from devstack.log import Log, follow, render


def test_a_json_line_becomes_a_sentence_with_its_facts() -> None:
    line = (
        b'{"process":"clients-relay","event":"sent","level":"info","logger":"x",'
        b'"timestamp":"2026-01-02T03:04:05Z","count":3}'
    ).decode()
    assert render("clients-relay", line).split(maxsplit=1)[1] == "clients-relay     sent count=3"


def test_a_warning_says_that_it_is_one() -> None:
    assert "WARNING not sent" in render("a", '{"event":"not sent","level":"warning"}')


def test_a_trace_stands_below_its_line() -> None:
    shown = render("a", '{"event":"failed","level":"error","exception":"Traceback\\n  here"}')
    assert shown.splitlines()[1:] == ["Traceback", "  here"]


def test_a_message_of_several_lines_becomes_one() -> None:
    assert render("a", '{"event":"lost\\n\\nTrying again"}').endswith("lost Trying again")


def test_a_line_that_is_no_fact_is_shown_as_it_came() -> None:
    for line in ("plain", "{not json", '{"no": "event"}'):
        assert render("a", line).endswith(f" {line}")


def test_the_log_turns_over_by_size_and_keeps_the_file_before(
    tmp_path: Path, monkeypatch: object
) -> None:
    file = tmp_path / "stack.log"
    written = Log(file, None)
    for number in range(3):
        written.write("a", f"{number} " + "x" * (log.MAX_BYTES // 2))
    written.close()
    assert file.with_suffix(".1.log").stat().st_size > log.MAX_BYTES
    assert file.read_text().count("\n") == 1


def test_the_log_of_one_process_can_be_read_alone(tmp_path: Path) -> None:
    file = tmp_path / "stack.log"
    written = Log(file, None)
    written.write("redis", "one")
    written.write("postgres", "redis is not me")
    written.write("redis", "two")
    out = io.StringIO()
    follow(file, "redis", 1, forever=False, out=out)
    assert out.getvalue().endswith("two\n")
    assert out.getvalue().count("\n") == 1


def test_a_closed_terminal_does_not_stop_the_log(tmp_path: Path) -> None:
    terminal = io.StringIO()
    written = Log(tmp_path / "stack.log", terminal)
    terminal.close()
    written.write("a", "still written")
    assert "still written" in (tmp_path / "stack.log").read_text()
