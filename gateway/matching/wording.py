"""The sentences that say why a match has its points, in the corridor's languages."""

from collections.abc import Mapping
from types import MappingProxyType

from schemas.codes import BlockerCode, ReasonCode

__all__ = ["BELOW", "OBSTACLES", "SENTENCES"]

_GAP = "\N{NO-BREAK SPACE}"

SENTENCES: Mapping[ReasonCode, Mapping[str, str]] = MappingProxyType(
    {
        ReasonCode.CAPABILITY_EXACT: {
            "en": "This member has the capability you need: {held}{below}.",
            "fr": f"Ce membre possède la compétence que vous recherchez{_GAP}: {{held}}{{below}}.",
            "es": "Este miembro tiene la capacidad que usted busca: {held}{below}.",
        },
        ReasonCode.CAPABILITY_NARROWER: {
            "en": "This member has a more specific capability than the one you need ({asked}): {held}{below}.",
            "fr": "Ce membre possède une compétence plus précise que celle que vous recherchez ({asked})"
            f"{_GAP}: {{held}}{{below}}.",
            "es": "Este miembro tiene una capacidad más específica que la que usted busca ({asked}): {held}{below}.",
        },
        ReasonCode.CAPABILITY_BROADER: {
            "en": "This member has a broader capability than the one you need ({asked}): {held}{below}.",
            "fr": "Ce membre possède une compétence plus générale que celle que vous recherchez ({asked})"
            f"{_GAP}: {{held}}{{below}}.",
            "es": "Este miembro tiene una capacidad más general que la que usted busca ({asked}): {held}{below}.",
        },
        ReasonCode.THEY_NEED_WHAT_YOU_OFFER: {
            "en": "This member is looking for what you offer.",
            "fr": "Ce membre recherche ce que vous offrez.",
            "es": "Este miembro busca lo que usted ofrece.",
        },
        ReasonCode.MARKET_OVERLAP: {
            "en": "You have target markets in common.",
            "fr": "Vous visez des marchés communs.",
            "es": "Tienen mercados objetivo en común.",
        },
        ReasonCode.MODE_MATCH: {
            "en": "This member is open to a form of collaboration you are looking for.",
            "fr": "Ce membre est ouvert à une forme de collaboration que vous recherchez.",
            "es": "Este miembro está abierto a una forma de colaboración que usted busca.",
        },
        ReasonCode.PROGRAMME_AFFINITY: {
            "en": "This member takes part in a program on one of your themes.",
            "fr": "Ce membre participe à un programme portant sur un de vos thèmes.",
            "es": "Este miembro participa en un programa sobre uno de sus temas.",
        },
        ReasonCode.LANGUAGE_SHARED: {
            "en": "You share a working language.",
            "fr": "Vous avez une langue de travail en commun.",
            "es": "Comparten un idioma de trabajo.",
        },
        ReasonCode.FRESHNESS: {
            "en": "The profile of this member was updated within the past year.",
            "fr": "Le profil de ce membre a été mis à jour au cours de la dernière année.",
            "es": "El perfil de este miembro se actualizó durante el último año.",
        },
    }
)
"""By code and language; ``held`` and ``asked`` are labels of concepts, ``below`` is empty or from :data:`BELOW`."""

BELOW: Mapping[str, str] = MappingProxyType(
    {
        "en": ", one level below what you ask for",
        "fr": ", un niveau au-dessous de celui que vous demandez",
        "es": ", un nivel por debajo del que usted pide",
    }
)
"""Said of a capability that is one level below the one required."""

OBSTACLES: Mapping[BlockerCode, Mapping[str, str]] = MappingProxyType(
    {
        BlockerCode.CAPABILITY_UNCOVERED: {
            "en": "No member that could be asked covers the requirement {subject}.",
            "fr": "Aucun membre qui pourrait être sollicité ne couvre l'exigence {subject}.",
            "es": "Ningún miembro al que se pueda invitar cubre el requisito {subject}.",
        },
        BlockerCode.TOO_FEW_CLUSTERS: {
            "en": "Members of {needed} clusters are needed, and those who could be asked are of fewer.",
            "fr": "Il faut des membres de {needed} grappes, et il y en a moins où solliciter des membres.",
            "es": "Se necesitan miembros de {needed} clústeres, y los que se pueden invitar son de menos.",
        },
        BlockerCode.COUNTRY_RULE_UNMET: {
            "en": "Members from {needed} countries are needed, and those who could be asked are from fewer.",
            "fr": "Il faut des membres de {needed} pays, et il y en a moins où solliciter des membres.",
            "es": "Se necesitan miembros de {needed} países, y los que se pueden invitar son de menos.",
        },
        BlockerCode.TOO_FEW_MEMBERS: {
            "en": "At least {needed} members are needed, and fewer fit.",
            "fr": "Il faut au moins {needed} membres, et moins que cela conviennent.",
            "es": "Se necesitan al menos {needed} miembros, y son menos los que convienen.",
        },
        BlockerCode.TOO_MANY_MEMBERS: {
            "en": "No team of at most {needed} members can do all that is required.",
            "fr": "Aucune équipe d'au plus {needed} membres ne peut faire tout ce qui est exigé.",
            "es": "Ningún equipo de {needed} miembros o menos puede hacer todo lo que se exige.",
        },
        BlockerCode.TYPE_RULE_UNMET: {
            "en": "At least {needed} members of the type {subject} are needed, and fewer could be asked.",
            "fr": "Il faut au moins {needed} membres du type {subject}, et moins que cela pourraient être sollicités.",
            "es": "Se necesitan al menos {needed} miembros del tipo {subject}, y son menos los que se pueden invitar.",
        },
        BlockerCode.NO_LEAD: {
            "en": "No member that could be asked is of a type that may lead.",
            "fr": "Aucun membre qui pourrait être sollicité n'est d'un type qui peut diriger.",
            "es": "Ningún miembro al que se pueda invitar es de un tipo que pueda dirigir.",
        },
    }
)
"""What is said of whatever is in the way of every team; ``subject`` is a requirement or a type, ``needed`` a number."""
