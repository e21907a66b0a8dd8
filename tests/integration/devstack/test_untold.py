"""A run in which a log told what no log may has failed."""

from __future__ import annotations

from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
LEAK = """
    import pytest
    from tests.fixtures import untold

    @pytest.fixture(scope="session")
    def system():
        yield
        untold.note("w-" + "0" * 32)

    def test_it(system):
        pass
"""


def test_a_run_in_which_a_log_told_has_failed(
    pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Though its tests have passed, and another of its processes has found it."""
    monkeypatch.setenv("PYTHONPATH", str(ROOT))
    pytester.makeconftest('pytest_plugins = ["tests.fixtures.untold"]')
    pytester.makepyfile(LEAK)
    found = pytester.runpytest_subprocess("-n", "1")
    assert found.ret == pytest.ExitCode.TESTS_FAILED
    found.assert_outcomes(passed=1)
    found.stdout.fnmatch_lines(["*LOGS: 1 lines*"])
