"""Growth: how latency changes with the members of a registry, the depth of a walk, the registries and the distance."""

from benchmarks.growth.figures import Grown, Pages
from benchmarks.growth.measuring import grow
from benchmarks.growth.report import publish, tables

__all__ = ["Grown", "Pages", "grow", "publish", "tables"]
