"""What can stop the embedded stack from working, told in words a person can act on."""

from __future__ import annotations


class StackError(Exception):
    """One sentence on what is wrong and one on what to do; shown as it is, without a trace."""

    def __init__(self, problem: str, advice: str) -> None:
        super().__init__(f"{problem} {advice}")
        self.problem = problem
        self.advice = advice
