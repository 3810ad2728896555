"""The disclosure log: what was shown to whom and why, in a chain of hashes that is only ever added to."""

from gateway.audit.entry import Entry
from gateway.audit.reading import Disclosed, Page
from gateway.audit.writing import Disclosures, append

__all__ = ["Disclosed", "Disclosures", "Entry", "Page", "append"]
