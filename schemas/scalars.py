"""The scalars: strings with a known form. They travel as text, so that a registry's text can be spliced."""

import re
from collections.abc import Callable
from typing import Any, NewType

import strawberry
from graphql import GraphQLError

from adapters.contract.languages import chain

__all__ = [
    "SCALARS",
    "URL",
    "ConceptURI",
    "CountryCode",
    "CurrencyCode",
    "Date",
    "DateTime",
    "EmailAddress",
    "LanguageTag",
    "PhoneE164",
    "SubdivisionCode",
    "TimeZone",
]

DateTime = NewType("DateTime", str)
Date = NewType("Date", str)
TimeZone = NewType("TimeZone", str)
LanguageTag = NewType("LanguageTag", str)
CountryCode = NewType("CountryCode", str)
CurrencyCode = NewType("CurrencyCode", str)
SubdivisionCode = NewType("SubdivisionCode", str)
URL = NewType("URL", str)
ConceptURI = NewType("ConceptURI", str)
EmailAddress = NewType("EmailAddress", str)
PhoneE164 = NewType("PhoneE164", str)


_LANGUAGE_TAG = "A language tag of BCP 47, as `fr-CA` or `es`."


def _matching(name: str, description: str, pattern: str) -> Callable[[Any], str]:
    form = re.compile(pattern, re.ASCII)

    def parse(value: Any) -> str:
        if not isinstance(value, str) or not form.fullmatch(value):
            raise GraphQLError(f"{name} cannot be {ascii(value)[:80]}. {description}")
        return value

    return parse


def _language_tag(value: Any) -> str:
    try:
        if isinstance(value, str) and chain(value):
            return value
    except ValueError:
        pass
    raise GraphQLError(f"LanguageTag cannot be {ascii(value)[:80]}. {_LANGUAGE_TAG}")


def _scalar(name: str, description: str, pattern: str, specified_by: str | None = None) -> Any:
    return strawberry.scalar(
        name=name,
        description=description,
        serialize=str,
        parse_value=_matching(name, description, pattern),
        specified_by_url=specified_by,
    )


SCALARS: dict[object, Any] = {
    DateTime: _scalar(
        "DateTime",
        "A moment in UTC, as `2026-11-22T14:26:00Z`.",
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ",
        "https://www.rfc-editor.org/rfc/rfc3339",
    ),
    Date: _scalar("Date", "A day, as `2026-11-22`.", r"\d{4}-\d\d-\d\d", "https://www.rfc-editor.org/rfc/rfc3339"),
    TimeZone: _scalar("TimeZone", "A time zone of the IANA database, as `America/Toronto`.", r"[A-Za-z_+/-]{1,64}"),
    LanguageTag: strawberry.scalar(
        name="LanguageTag",
        description=_LANGUAGE_TAG,
        serialize=str,
        parse_value=_language_tag,
        specified_by_url="https://www.rfc-editor.org/info/bcp47",
    ),
    CountryCode: _scalar("CountryCode", "A country by ISO 3166-1 alpha-2, as `MX`.", r"[A-Z]{2}"),
    CurrencyCode: _scalar("CurrencyCode", "A currency by ISO 4217, as `MXN`.", r"[A-Z]{3}"),
    SubdivisionCode: _scalar("SubdivisionCode", "A subdivision by ISO 3166-2, as `CA-QC`.", r"[A-Z]{2}-[A-Z0-9]{1,3}"),
    URL: _scalar("URL", "An address on the web, as its registry has it.", r"\S{1,2000}"),
    ConceptURI: _scalar(
        "ConceptURI",
        "The URI of a concept of the shared vocabulary, as `http://data.europa.eu/esco/skill/…`.",
        r"[\x21-\x7e]{1,200}",
    ),
    EmailAddress: _scalar("EmailAddress", "An e-mail address, as its registry has it.", r"[^@\s]{1,64}@[^@\s]{1,255}"),
    PhoneE164: _scalar("PhoneE164", "A telephone number by E.164, as `+15145550100`.", r"\+[1-9]\d{6,14}"),
}
"""The GraphQL scalar of each Python name, for the schema's scalar map."""
