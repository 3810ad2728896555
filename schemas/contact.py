"""Contact points: whom to turn to at a member."""

import strawberry

from schemas.scalars import EmailAddress, LanguageTag, PhoneE164
from schemas.shaped import shaped

__all__ = ["ContactPoint"]


@strawberry.type(description="A person or a desk of a member. It never leaves the registry without a release.")
class ContactPoint:
    ref: str = shaped("What the member shares it by; unique within the member.")
    name: str | None = shaped("The name.")
    role: str | None = shaped("What the person does there.")
    email: EmailAddress | None = shaped("The e-mail address.")
    phone: PhoneE164 | None = shaped("The telephone number.")
    preferred_language: LanguageTag | None = shaped("The language to write in.")
