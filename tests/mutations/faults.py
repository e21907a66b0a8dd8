"""The faults, and the tests that are to notice them.

Each is an exact text of a file and what stands there instead. It must stand there once, which a
fast test sees to, so that a fault moves along with the code that it is about.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Fault:
    """A fault: `old` of `file` becomes `new`, and one of `tests` fails.

    One that `survives` is noticed by no test, for that reason.
    """

    name: str
    file: str
    old: str
    new: str
    tests: tuple[str, ...]
    survives: str = ""


_MESSAGING = "tests/integration/messaging/test_"
_RELAY, _INBOX = f"{_MESSAGING}relay.py::test_", f"{_MESSAGING}inbox.py::test_"
_ATTEMPTS, _RECONCILER = f"{_MESSAGING}attempts.py::test_", f"{_MESSAGING}reconciler.py::test_"
_LIVES, _LETTERS = f"{_MESSAGING}lives.py::test_", f"{_MESSAGING}dead_letters.py::test_"
_SEQUENCER, _UOW = f"{_MESSAGING}sequencer.py::test_", f"{_MESSAGING}unit_of_work.py::test_"
_LOW_WATER = f"{_MESSAGING}low_water.py::test_"
_PIPELINING, _ALIASES = f"{_MESSAGING}pipelining.py::test_", f"{_MESSAGING}aliases.py::test_"
_TURNS = "tests/integration/transfer/test_turns.py::test_"
_TOTALS = "tests/integration/metrics/test_totals.py::test_"
_TIMELINE = "tests/integration/activity/test_ingest.py::test_"
_ENTRIES = "tests/integration/activity/test_timeline.py::test_"
_MARK = "tests/integration/webhooks/test_low_water.py::test_"
_PROJECTIONS = "tests/integration/projections/test_lives.py::test_"
_PLACING = "tests/integration/activity/test_placing.py::test_"

FAULTS = (
    # The unit of work and its pipeline.
    Fault(
        "a COMMIT that was answered with ROLLBACK passes for committed",
        "shared/db/pipelining.py",
        'if answer.statusmessage != "COMMIT":',
        "if answer.statusmessage is None:",
        (f"{_PIPELINING}a_transaction_that_failed_unnoticed_is_not_taken_for_committed",),
    ),
    Fault(
        "who stands still in a pipeline keeps its locks",
        "shared/db/pipelining.py",
        "if driver.pgconn.server_version >= _LIMITS_SINCE:",
        "if not driver:",
        (f"{_PIPELINING}who_stands_still_in_a_pipeline_keeps_its_locks_for_so_long_and_no_longer",),
    ),
    Fault(
        "a change is committed without its events",
        "shared/unit_of_work.py",
        "            append(self.connection, self.origin, self._events)\n",
        "",
        (f"{_UOW}a_change_and_its_event_are_there_after_the_commit",),
    ),
    Fault(
        "what failed by itself leaves its events",
        "shared/unit_of_work.py",
        "            del self._events[events:], self._last[last:]\n",
        "",
        (f"{_UOW}what_fails_by_itself_takes_its_events_with_it",),
    ),
    # Numbering and sending.
    Fault(
        "events are numbered without the counter's lock",
        "shared/messaging/relay.py",
        '"SELECT FROM relay_state WHERE k = 1 FOR UPDATE"',
        '"SELECT FROM relay_state WHERE k = 1"',
        (f"{_SEQUENCER}a_sequencer_that_waited_numbers_what_was_committed_while_it_waited",),
    ),
    Fault(
        "the low-water mark is raised over what is not committed yet",
        "shared/messaging/low_water.py",
        "SET next_low_water_id = seen.id, awaited_writers = ARRAY({_WRITERS})",
        "SET next_low_water_id = seen.id",
        (f"{_LOW_WATER}what_is_drawn_first_and_committed_last_is_numbered",),
    ),
    Fault(
        "a look walks over all that was ever numbered",
        "shared/messaging/low_water.py",
        'f"pos IS NULL AND id > (SELECT low_water_id FROM {STATE} AS state)"',
        '"pos IS NULL"',
        (f"{_LOW_WATER}an_idle_look_touches_as_little_while_a_snapshot_is_held",),
    ),
    Fault(
        "a look meets the oldest version of the state first",
        "shared/messaging/low_water.py",
        '"(SELECT * FROM relay_state WHERE k >= 1 ORDER BY k DESC LIMIT 1)"',
        '"(SELECT * FROM relay_state WHERE k = 1)"',
        (f"{_LOW_WATER}a_look_finds_the_newest_state_first_while_a_snapshot_is_held",),
    ),
    Fault(
        "counting what is new reads the whole log",
        "shared/messaging/standing.py",
        "WHERE {UNNUMBERED}) AS unsequenced",
        "WHERE pos IS NULL) AS unsequenced",
        (f"{_LOW_WATER}counting_what_is_new_touches_as_little_whatever_statistics_say",),
    ),
    Fault(
        "a failure of the broker counts as sent",
        "shared/messaging/relay.py",
        "error=str(error))\n    return False",
        "error=str(error))\n    return True",
        (f"{_RELAY}a_broker_that_is_down_keeps_everything_in_the_log",),
    ),
    Fault(
        "what was sent is moved back by a relay that was asleep",
        "shared/messaging/relay.py",
        "WHERE target = ANY(:targets) AND sent_pos = :after",
        "WHERE target = ANY(:targets)",
        (f"{_RELAY}a_slow_relay_never_moves_the_sent_position_back",),
    ),
    Fault(
        "nobody asks how long a queue is",
        "shared/messaging/relay.py",
        "if not is_behind and not backlog.is_due:",
        "if True:",
        (f"{_RELAY}a_consumer_that_is_dead_at_an_ordinary_rate_fills_no_broker",),
    ),
    Fault(
        "a lease is taken from whoever holds it",
        "shared/messaging/relay.py",
        'OR {is_over("lease_until", "make_interval(secs => 2 * :seconds)")})',
        "OR true)",
        (f"{_RELAY}one_relay_works_and_the_other_takes_over_when_its_lease_ends",),
    ),
    # The inbox.
    Fault(
        "the position moves without its lock",
        "shared/messaging/inbox.py",
        '    send(connection, _LOCK_PROGRESS, {"source": source, "epoch": epoch})\n',
        "",
        (f"{_INBOX}a_worker_that_waited_for_the_position_sees_what_moved_it",),
    ),
    Fault(
        "the position moves over a hole",
        "shared/messaging/inbox.py",
        "AND numbered.pos = held.contiguous_pos + numbered.n",
        "",
        (f"{_INBOX}the_position_stops_at_a_hole_and_passes_it_once_it_is_filled",),
    ),
    Fault(
        "the position stays where a move has ended",
        "shared/messaging/inbox.py",
        "\n            _move(connection, source, epoch)\n        failpoint",
        "\n            if fresh: _move(connection, source, epoch)\n        failpoint",
        (f"{_RECONCILER}a_position_passes_whatever_was_applied_beyond_a_hole",),
    ),
    Fault(
        "what lies below the position is applied again",
        "shared/messaging/inbox.py",
        " AND given.pos > p.contiguous_pos\n",
        "\n",
        (f"{_INBOX}a_late_duplicate_is_refused_after_the_inbox_was_tidied",),
    ),
    Fault(
        "what there is no use for is held against its contract",
        "shared/messaging/inbox.py",
        'useful = [each for each in fresh if str(each.get("type", "")).startswith(self.uses)]',
        "useful = list(fresh)",
        (f"{_INBOX}of_what_a_consumer_has_no_use_for_it_takes_the_positions_alone",),
    ),
    Fault(
        "errors of the infrastructure are bisected, and their envelopes parked",
        "shared/messaging/inbox.py",
        "except (WrongEpoch, Outage):",
        "except WrongEpoch:",
        (f"{_ATTEMPTS}what_is_nobodys_fault_parks_nobody_however_often",),
    ),
    Fault(
        "a batch is parked for one envelope of it",
        "shared/messaging/inbox.py",
        "            if len(envelopes) > 1:\n                middle",
        "            if len(envelopes) > 10:\n                middle",
        (f"{_INBOX}a_handler_that_fails_for_one_envelope_leaves_the_others_applied",),
    ),
    Fault(
        "an outage counts as a death",
        "shared/messaging/attempts.py",
        "SET attempts = attempts - 1 WHERE",
        "SET attempts = attempts WHERE",
        (f"{_ATTEMPTS}what_is_nobodys_fault_parks_nobody_however_often",
         f"{_ATTEMPTS}a_process_that_lost_its_database_is_not_taken_for_dead"),
    ),
    Fault(
        "those who are at work count as dead",
        "shared/messaging/attempts.py",
        "connection.execute(_LOCK, values)",
        "pass",
        (f"{_ATTEMPTS}five_at_work_on_the_same_envelope_are_not_five_deaths",),
    ),
    Fault(
        "a statement that takes too long is an outage",
        "shared/messaging/outages.py",
        "return state != _CANCELLED and (",
        "return (",
        (f"{_ATTEMPTS}an_envelope_that_takes_too_much_is_parked_after_some_tries_and_blocks_nothing",),
    ),
    # The reconciler, and another life of a log.
    Fault(
        "what is pulled is not suspicious",
        "shared/messaging/reconciler.py",
        "self.inbox.ingest(part, suspicious=True)",
        "self.inbox.ingest(part)",
        (f"{_RECONCILER}what_is_pulled_is_suspicious_as_what_killed_a_puller_is_pulled_again",),
    ),
    Fault(
        "holes are not pulled",
        "shared/messaging/reconciler.py",
        "return contiguous < head and now - self._stood_since >= PATIENCE_SECONDS",
        "return False",
        (f"{_RECONCILER}a_hole_is_pulled_once_the_position_has_stood_still",),
    ),
    Fault(
        "the inbox is tidied above the position",
        "shared/messaging/reconciler.py",
        "AND pos < (SELECT contiguous_pos FROM consumer_progress WHERE source = :source)",
        "",
        (f"{_RECONCILER}tidying_takes_all_that_is_old_and_below_the_position_and_nothing_else",),
    ),
    Fault(
        "the inbox is tidied at once",
        "shared/messaging/reconciler.py",
        "interval '1 hour'\n",
        "interval '0'\n",
        (f"{_RECONCILER}tidying_takes_all_that_is_old_and_below_the_position_and_nothing_else",),
    ),
    Fault(
        "the inbox is never tidied",
        "shared/messaging/reconciler.py",
        "if now - self._tidied < TIDY_EVERY_SECONDS:",
        "if True:",
        (f"{_RECONCILER}tidying_takes_all_that_is_old_and_below_the_position_and_nothing_else",),
    ),
    Fault(
        "a new life of a log is followed with the inbox of the old one",
        "shared/messaging/relearning.py",
        "for statement in (_FORGET_INBOX, _FORGET_STARTS, _REMEMBER_LAST, _END_LETTERS):",
        "for statement in (_FORGET_STARTS, _REMEMBER_LAST, _END_LETTERS):",
        (f"{_LIVES}what_a_log_lacks_goes_and_what_it_says_instead_comes",),
    ),
    Fault(
        "a new life of a log is followed from the position of the old one",
        "shared/messaging/relearning.py",
        "doubted_pos = NULL, contiguous_pos = coalesce(last.pos, 0),",
        "doubted_pos = NULL,",
        (f"{_LIVES}what_a_log_lacks_goes_and_what_it_says_instead_comes",),
    ),
    Fault(
        "a new life of a log is not noticed",
        "shared/messaging/lives.py",
        "WHERE k = 1 AND life IS DISTINCT FROM here.name",
        "WHERE k = 1 AND life IS NULL",
        (f"{_LIVES}a_log_begins_another_epoch_where_it_was_written_elsewhere",),
    ),
    Fault(
        "another life is noticed by what is new alone",
        "shared/messaging/relay.py",
        """            connection.execute(NOTICE_LIFE)
            given""",
        "            given",
        (f"{_LIVES}another_life_is_noticed_though_nothing_new_is_written",),
    ),
    Fault(
        "another event at a known position is taken for the known one",
        "shared/messaging/inbox.py",
        "    if len(taken) < len(by_pos):\n",
        "    if False:\n",
        (f"{_LIVES}another_event_at_a_known_position_is_noticed_though_the_newest_is_known",),
    ),
    Fault(
        "what killed in an ended life counts in the next",
        "shared/messaging/relearning.py",
        "for statement in (_LETTERS_FOLLOW, _FORGET_STARTS):",
        "for statement in (_LETTERS_FOLLOW,):",
        (f"{_LIVES}what_killed_in_an_ended_life_parks_nothing_of_the_next",),
    ),
    Fault(
        "a batch of an ended life is kept",
        "shared/db/schema/lives.py",
        "WHERE source = of_source AND epoch = of_epoch FOR UPDATE;",
        "WHERE source = of_source FOR UPDATE;",
        (f"{_LIVES}a_batch_of_the_ended_life_that_commits_late_is_not_kept",),
    ),
    Fault(
        "a letter takes the place of one of an ended life",
        "shared/messaging/dead_letters.py",
        "SELECT :source, CAST(:epoch AS uuid), :pos, CAST(:event_id",
        "SELECT :source, CAST(NULL AS uuid), :pos, CAST(:event_id",
        (f"{_LIVES}a_letter_of_each_life_keeps_its_envelope",),
    ),
    Fault(
        "a rebuild takes a letter of an ended life for the event at its position",
        "cli/projections/rebuilding.py",
        "WHERE source = :source AND epoch = CAST(:epoch AS uuid) AND state <> 'replayed'",
        "WHERE source = :source AND state <> 'replayed'",
        (f"{_PROJECTIONS}a_rebuild_passes_by_no_event_for_a_letter_of_an_ended_life",),
    ),
    Fault(
        "numbers are those of a newer version that is lost",
        "services/metrics/migrations/versions/0007_lives_of_a_log.py",
        "WHERE NOT EXISTS (SELECT FROM erased_clients AS x WHERE x.client_id = f.client_id);",
        "WHERE false;",
        (f"{_PROJECTIONS}numbers_are_those_of_the_log_and_of_no_newer_version_that_is_lost",),
    ),
    Fault(
        "a merge that was taken back stays an alias",
        "services/activity/migrations/versions/0010_lives_of_a_log.py",
        "    DELETE FROM client_aliases;\n",
        "",
        (f"{_PROJECTIONS}a_merge_that_was_taken_back_leaves_no_alias",),
    ),
    Fault(
        "a deletion that was taken back stays one",
        "services/metrics/migrations/versions/0007_lives_of_a_log.py",
        "    DELETE FROM erased_clients WHERE client_id <> ALL (erased);\n",
        "",
        (f"{_PROJECTIONS}a_deletion_that_was_taken_back_is_no_deletion",),
    ),
    Fault(
        "the feed goes on telling what is lost",
        "services/activity/migrations/versions/0010_lives_of_a_log.py",
        "WHERE f.source = of_source AND NOT f.parked\n",
        "WHERE false\n",
        (f"{_PROJECTIONS}what_is_lost_stays_in_the_chain_of_seals_and_is_read_by_nobody",),
    ),
    # Dead letters and deletions.
    Fault(
        "replay settles nothing",
        "shared/messaging/dead_letters.py",
        '            connection.execute(_SETTLE, {"id": letter_id, "state": "replayed"})\n',
        "",
        (f"{_LETTERS}a_letter_that_can_be_applied_is_settled_once",),
    ),
    Fault(
        "replay settles what is not understood",
        "shared/messaging/dead_letters.py",
        '            validate_consumed(row.envelope["type"], row.envelope["data"])\n',
        "",
        (f"{_LETTERS}a_letter_that_is_not_understood_yet_stays_parked",),
    ),
    Fault(
        "messages are erased without their lock",
        "shared/db/schema/erasure.py",
        "    LOCK TABLE dead_letters IN SHARE ROW EXCLUSIVE MODE;\n",
        "",
        (f"{_TIMELINE}a_deletion_waits_for_a_letter_that_is_being_parked_and_takes_it_too",),
    ),
    Fault(
        "merges of a chain do not wait for each other",
        "shared/messaging/erasure.py",
        '        connection.execute(_LOCK_ALIASES, {"workspace": workspace_id})\n',
        "",
        (f"{_ALIASES}two_merges_of_a_chain_at_the_same_moment_end_at_its_end",),
    ),
    # Consumers.
    Fault(
        "metrics merge without their lock",
        "services/metrics/totals/operations.py",
        "    keep_everyone_out(connection)\n    sources",
        "    sources",
        (f"{_TOTALS}a_merge_waits_for_facts_that_are_being_written_and_takes_them_too",),
    ),
    Fault(
        "an older fact is taken for the newer",
        "services/metrics/totals/operations.py",
        "        WHERE excluded.version > project_facts.version\n",
        "",
        (f"{_TOTALS}a_late_older_version_changes_nothing",
         f"{_TOTALS}shuffled_and_repeated_deliveries_give_the_same_numbers"),
    ),
    Fault(
        "two give places at once",
        "services/activity/events/operations/placing.py",
        "SELECT last_pos FROM feed_state WHERE k = 1 FOR UPDATE",
        "SELECT last_pos FROM feed_state WHERE k = 1",
        (f"{_PLACING}one_that_waited_goes_on_where_the_feed_ends_by_then",),
    ),
    Fault(
        "places are given past a hole",
        "services/activity/events/operations/placing.py",
        "least(p.contiguous_pos, f.placed_pos + :window) AS upto",
        "f.placed_pos + :window AS upto",
        (f"{_PLACING}nothing_is_placed_past_a_hole",),
    ),
    # Webhooks.
    Fault(
        "a turn walks over all that a webhook was ever sent",
        "services/activity/webhooks/operations/handing_out.py",
        "next_at IS NULL AND feed_pos > :low_water AND",
        "next_at IS NULL AND",
        (f"{_MARK}a_turn_touches_as_little_after_many_deliveries_while_a_snapshot_is_held",),
    ),
    Fault(
        "what is let go lies below the mark",
        "services/activity/webhooks/operations/recording.py",
        "is_fresh_from(webhook, uow.connection.scalar(_RELEASE, given))",
        "uow.connection.execute(_RELEASE, given)",
        (f"{_MARK}what_is_held_behind_a_failure_is_sent_in_its_place_though_the_mark_has_passed",),
    ),
    # Pages.
    Fault(
        "a page grows with its entries",
        "shared/http/paging.py",
        "        .where(measured.c.before < MAX_PAGE_BYTES)\n",
        "",
        (f"{_ENTRIES}a_page_ends_where_its_entries_are_large_and_no_entry_is_left_out",),
    ),
    # Jobs.
    Fault(
        "a turn is begun by every message that names it",
        "services/clients/jobs/operations/turns.py",
        "WHERE id = :id AND turn = :turn AND state = ANY (:open)",
        "WHERE id = :id AND state = ANY (:open)",
        (f"{_TURNS}a_message_that_comes_again_after_its_turn_begins_none",),
    ),
    Fault(
        "a turn is begun while another has the lease",
        "services/clients/jobs/operations/turns.py",
        "      AND {is_over(\"lease_until\", \"interval '2 minutes'\")}\n    RETURNING turn",
        "    RETURNING turn",
        (f"{_TURNS}a_job_in_work_is_not_woken",),
    ),
    Fault(
        "a turn that was overtaken goes on",
        "services/clients/jobs/operations/turns.py",
        "(job.state, job.turn) == (RUNNING, turn)",
        "job.state == RUNNING",
        (f"{_TURNS}a_turn_that_was_overtaken_writes_nothing_more",),
    ),
    Fault(
        "a mail that breaks off each time is tried for ever",
        "services/clients/mail/operations.py",
        "if mail.attempts > len(rules.PAUSES):",
        "if mail.attempts < 0:",
        ("tests/integration/mail/test_mail.py::test_a_mail_that_breaks_off_each_time_is_given_up_and_holds_up_no_other",),
    ),
    # Readers outside.
    Fault(
        "a reader of the feed keeps its cursor apart from what it has taken",
        "tests/chaos/slow_consumer.py",
        "        time.sleep(dice.uniform(0, LONGEST_REST_SECONDS))  # It is slow.\n",
        "        database.commit()\n",
        ("tests/chaos/test_slow_consumer.py::test_a_slow_consumer_takes_every_event_once_and_in_order",),
    ),
)  # fmt: skip
