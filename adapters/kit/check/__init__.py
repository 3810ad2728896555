"""The check of a city: whether its database still answers as its projections promise, said for its DBA."""

from adapters.kit.check.report import Finding, Report, Status
from adapters.kit.check.run import check

__all__ = ["Finding", "Report", "Status", "check"]
