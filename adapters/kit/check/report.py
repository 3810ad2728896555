"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum

__all__ = ["Finding", "Report", "Status"]


class Status(StrEnum):
    """How grave a finding is: FAIL means that the registry must not be served like this."""

    OK = "OK"
    WARN = "WARN"
    FAIL = "FAIL"


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing looked at: which check, of what, and in ``detail`` what is wrong, where it is and what to do."""

    check: str
    subject: str
    status: Status
    detail: str


@dataclass(frozen=True, slots=True)
class Report:
    """All findings, in the order they were made."""

    findings: tuple[Finding, ...]

    @property
    def passed(self) -> bool:
        """Whether nothing failed; warnings pass."""
        return not self.of(Status.FAIL)

    def of(self, status: Status) -> tuple[Finding, ...]:
        """The findings of one gravity."""
        return tuple(finding for finding in self.findings if finding.status is status)
