"""Invented members in the words and tables of the reference registry."""

import json
from bisect import bisect_left
from collections.abc import Mapping
from datetime import datetime, timedelta, timezone
from uuid import UUID, uuid5

from stdnum.mx import rfc

from adapters.guadalajara.native.codes import Codes, rows
from adapters.guadalajara.native.denue import COLUMNS, SIZES
from adapters.guadalajara.native.organisations import NAMESPACE
from adapters.guadalajara.native.tables import Batch
from adapters.kit.sample import Home, SampleMember, SamplePosting

__all__ = ["HOME", "PROGRAMMES", "Writer", "programme_key"]

_PROGRAMMES = (
    ("CCD", "anunciado", "público", {"es": "Ciudad Creativa Digital"}, ()),
    (
        "MUESTRA-EXPORTA",
        "en marcha",
        "corredor",
        {
            "es": "Exporta TIC (programa de muestra)",
            "en": "ICT exports (sample programme)",
            "fr": "Exportations TIC (programme fictif)",
        },
        ("http://data.europa.eu/esco/skill/2550fc72",),
    ),
)
