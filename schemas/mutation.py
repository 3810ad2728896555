"""The root fields of mutations: those of each concept, put together."""

import strawberry

from schemas.agreement import AgreementMutation
from schemas.consortium_acts import ConsortiumMutation
from schemas.interest import InterestMutation
from schemas.opportunity import OpportunityMutation

__all__ = ["Mutation"]


@strawberry.type(description="What can be done. A failure that is to be expected is told in `errors` of the payload.")
class Mutation(AgreementMutation, InterestMutation, ConsortiumMutation, OpportunityMutation):
    pass
