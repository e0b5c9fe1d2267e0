"""Errors of the pipeline: each names the report, the place and the next thing to do."""

from __future__ import annotations


class PipelineError(Exception):
    """A failure that a person can act on.

    `reason` says what went wrong in one line, `remedy` what to do next.
    """

    def __init__(self, reason: str, remedy: str = "") -> None:
        super().__init__(f"{reason} {remedy}".strip())
        self.reason = reason
        self.remedy = remedy


class UsageError(PipelineError):
    """A wrong argument: one line for the user, exit code 2."""


class ReadError(PipelineError):
    """A source that cannot be read as a report; it becomes a row in `problems`."""


class ResourceError(PipelineError):
    """A rule table or taxonomy with a fault; stops the run with file and line."""


class StoreError(PipelineError):
    """A dataset folder that cannot be written or read."""
