"""Invented members for a reference registry: deterministic from a seed, at any size, in three languages."""

from adapters.kit.sample.concepts import CONCEPTS, SampleConcept
from adapters.kit.sample.generator import ACTIVITIES, members
from adapters.kit.sample.member import Home, SampleContact, SampleMember, SamplePosting, SampleRequirement

__all__ = [
    "ACTIVITIES",
    "CONCEPTS",
    "Home",
    "SampleConcept",
    "SampleContact",
    "SampleMember",
    "SamplePosting",
    "SampleRequirement",
    "members",
]
