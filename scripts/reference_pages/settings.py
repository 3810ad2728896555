"""The settings: all of them by group, and those that limit what may be asked."""

from collections.abc import Iterator, Mapping
from typing import get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from gateway.limits.weights import Weight
from gateway.settings import (
    AuthSettings,
    ProviderSettings,
    RateSettings,
    RatesSettings,
    RegistrySettings,
    Settings,
    StoreSettings,
)
from reference_pages.errors import prose
from reference_pages.markdown import table

__all__ = ["GROUPS", "limits", "plain", "rates", "settings", "weights"]

GROUPS: Mapping[str, tuple[type[BaseModel], str]] = {
    "settings": (Settings, ""),
    "registry_settings": (RegistrySettings, "registries.<city>."),
    "store_settings": (StoreSettings, "store."),
    "auth_settings": (AuthSettings, "auth."),
    "provider_settings": (ProviderSettings, "auth.providers.<name>."),
    "rates_settings": (RatesSettings, "rates."),
    "rate_settings": (RateSettings, "rates.<class>."),
}
"""The groups of settings by the section that lists them: the model of each, and where it stands."""


def plain(model: type[BaseModel]) -> Mapping[str, FieldInfo]:
    """The settings of a group that are no groups themselves.

    >>> list(plain(RateSettings)), "registries" in plain(Settings)
    (['burst', 'per_second'], False)
    """
    models = {each for each, _ in GROUPS.values()}
    return {name: field for name, field in model.model_fields.items() if not models & set(_types(field.annotation))}


def _types(annotation: object) -> Iterator[object]:
    """A type and all that it is made of."""
    yield annotation
    for part in get_args(annotation):
        yield from _types(part)


def settings(model: type[BaseModel], prefix: str) -> Iterator[str]:
    """The settings of a group, each with its variable."""
    variable = "CORRIDOR_" + prefix.upper().replace(".", "__")
    return table(
        ["setting", "environment variable", "default", "what it does"],
        (
            [f"`{prefix}{name}`", f"`{variable}{name.upper()}`", _default(field), _limited(field)]
            for name, field in plain(model).items()
        ),
    )


def _default(field: FieldInfo) -> str:
    if field.is_required():
        return "required"
    value = field.get_default(call_default_factory=True)
    return "none" if value is None or value == "" else f"`{str(value).lower() if isinstance(value, bool) else value}`"


def _limited(field: FieldInfo) -> str:
    signs = {"gt": "more than", "ge": "at least", "lt": "less than", "le": "at most"}
    limits = [
        f"{words} {getattr(each, sign)}"
        for each in field.metadata
        for sign, words in signs.items()
        if getattr(each, sign, None) is not None
    ]
    return f"{field.description} Allowed: {', '.join(limits)}." if limits else str(field.description)


def limits() -> Iterator[str]:
    """The settings that limit what may be asked, each with the codes of its errors."""
    said = prose()
    return table(
        ["setting", "default", "what it limits", "code"],
        (
            [
                f"`{name}`",
                _default(field),
                str(field.description),
                ", ".join(
                    f"[`{code}`](errors.md#{code.lower()})"
                    for code, each in said.items()
                    if f"`{name}`" in each["means"]
                ),
            ]
            for name, field in Settings.model_fields.items()
            if name.startswith("max_")
        ),
    )


def rates() -> Iterator[str]:
    """The budgets of the viewers, by class, and how they are kept."""
    found = RatesSettings()
    return table(
        ["setting", "default", "what it does"],
        (
            [
                f"`rates.{name}`",
                f"`{value.burst}` at once, `{value.per_second:g}` a second"
                if isinstance(value := getattr(found, name), RateSettings)
                else _default(field),
                str(field.description),
            ]
            for name, field in RatesSettings.model_fields.items()
        ),
    )


def weights() -> Iterator[str]:
    """What things cost."""
    return table(["cost", "what for"], ([f"{each.tenths / 10:g}", each.about] for each in Weight))
