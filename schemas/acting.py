"""What all mutations share: the arguments that make them safe to repeat, and failures as data."""

from typing import Annotated, Any

import strawberry
from strawberry import UNSET

from schemas.codes import FailureCode
from schemas.vocabulary import Lang

__all__ = ["ExpectedVersion", "IdempotencyKey", "UserError"]

IdempotencyKey = Annotated[
    str | None,
    strawberry.argument(
        description="A name that the client makes up for this request, 1 to 200 characters. Sent again under the same "
        "one, nothing is done a second time, and the first result is given."
    ),
]
ExpectedVersion = Annotated[
    int, strawberry.argument(description="The version that the client last read; with another one nothing is changed.")
]


@strawberry.type(description="Why a mutation changed nothing. It is no error of the request: clients are to expect it.")
class UserError:
    source: strawberry.Private[Any]

    @strawberry.field(description="What it is, for programs.")
    def code(self) -> FailureCode:
        return self.source.code  # type: ignore[no-any-return]

    @strawberry.field(description="What it is, for people.")
    def message(self, lang: Lang = UNSET) -> str:
        return self.source.message(lang or None)  # type: ignore[no-any-return]

    @strawberry.field(description="The argument at fault, step by step; null where it is none of them.")
    def path(self) -> list[str] | None:
        return list(self.source.path) or None
