"""Words of the sample: syllables of invented names, and sentence patterns in three languages.

A pattern's ``{a}`` and ``{b}`` are concept labels and ``{field}`` one of ``FIELDS``; every key holds
the same number of patterns in each language, so that the n-th of each says the same.
"""

from collections.abc import Mapping

__all__ = ["FIELDS", "LANGUAGES", "MARKERS", "PROFILES", "SUFFIXES", "SUMMARIES", "SYLLABLES", "TITLES"]

LANGUAGES = ("fr", "en", "es")

SYLLABLES = (
    "bru", "cal", "dra", "dor", "élo", "fen", "gal", "hux", "iru", "jav", "kel", "lum", "mir", "nox",
    "oli", "pra", "qui", "rez", "sul", "tor", "uva", "vex", "xal", "yor", "zan", "zor", "ñan", "cor",
)  # fmt: skip

SUFFIXES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "fr": {
        "BUSINESS": (
            "Logiciels",
            "Technologies",
            "Numérique",
            "Systèmes",
            "Interactif",
            "Données",
            "Réseaux",
            "Robotique",
        ),
        "INVESTOR": ("Capital", "Placements"),
        "UNIVERSITY": ("Université fictive",),
        "COLLEGE": ("Collège fictif",),
        "RESEARCH_CENTRE": ("Centre de recherche fictif", "Institut fictif"),
        "NGO": ("Fondation fictive",),
        "ASSOCIATION": ("Association fictive", "Grappe fictive"),
        "MUNICIPALITY": ("Ville fictive de", "Municipalité fictive de"),
        "GOVERNMENT_AGENCY": ("Agence fictive", "Régie fictive"),
    },
    "es": {
        "BUSINESS": (
            "Software",
            "Tecnologías",
            "Digital",
            "Sistemas",
            "Interactivo",
            "Datos",
            "Redes",
            "Robótica",
        ),
        "INVESTOR": ("Capital", "Inversiones"),
        "UNIVERSITY": ("Universidad Ficticia",),
        "COLLEGE": ("Instituto Tecnológico Ficticio",),
        "RESEARCH_CENTRE": ("Centro de Investigación Ficticio", "Instituto Ficticio"),
        "NGO": ("Fundación Ficticia",),
        "ASSOCIATION": ("Asociación Ficticia", "Clúster Ficticio"),
        "MUNICIPALITY": ("Municipio Ficticio de", "Ayuntamiento Ficticio de"),
        "GOVERNMENT_AGENCY": ("Agencia Ficticia", "Secretaría Ficticia"),
    },
}
"""What stands beside the invented word in a name, by home language and kind of organisation."""

MARKERS: Mapping[str, str] = {"fr": "Démo", "es": "Muestra"}
"""The word that tells a business's name to be invented; other kinds say so in their suffix."""

FIELDS: Mapping[str, tuple[str, ...]] = {
    "fr": (
        "santé", "transport", "énergie", "agroalimentaire", "finance",
        "éducation", "fabrication", "tourisme", "mines", "ville intelligente",
    ),
    "en": (
        "health", "transport", "energy", "food", "finance",
        "education", "manufacturing", "tourism", "mining", "smart cities",
    ),
    "es": (
        "salud", "transporte", "energía", "agroindustria", "finanzas",
        "educación", "manufactura", "turismo", "minería", "ciudad inteligente",
    ),
}  # fmt: skip

PROFILES: Mapping[str, tuple[str, ...]] = {
    "fr": (
        "Organisation de démonstration. Domaines : {a}, {b}. Marché principal : {field}.",
        "Équipe inventée qui travaille surtout sur : {a}. Aussi : {b}. Clients du domaine : {field}.",
        "Membre fictif de la grappe, actif en {field}. Spécialités : {a} ; {b}.",
    ),
    "en": (
        "A demonstration organisation. Areas: {a}, {b}. Main market: {field}.",
        "An invented team working mostly on: {a}. Also: {b}. Clients in: {field}.",
        "A fictitious member of the cluster, active in {field}. Specialities: {a}; {b}.",
    ),
    "es": (
        "Organización de demostración. Áreas: {a}, {b}. Mercado principal: {field}.",
        "Equipo inventado que trabaja sobre todo en: {a}. También: {b}. Clientes del ramo: {field}.",
        "Miembro ficticio del clúster, activo en {field}. Especialidades: {a}; {b}.",
    ),
}

TITLES: Mapping[str, Mapping[str, tuple[str, ...]]] = {
    "BUSINESS_OFFER": {
        "fr": ("Solution clé en main : {a}", "Service géré pour le secteur {field} : {a}"),
        "en": ("Turnkey solution: {a}", "Managed service for {field}: {a}"),
        "es": ("Solución llave en mano: {a}", "Servicio administrado para {field}: {a}"),
    },
    "TECHNOLOGY_OFFER": {
        "fr": ("Technologie à licencier : {a}", "Prototype éprouvé : {a} ({field})"),
        "en": ("Technology for licence: {a}", "Proven prototype: {a} ({field})"),
        "es": ("Tecnología para licenciar: {a}", "Prototipo probado: {a} ({field})"),
    },
    "EXPERTISE_OFFER": {
        "fr": ("Expertise : {a} et {b}", "Équipe disponible : {a}"),
        "en": ("Expertise: {a} and {b}", "Team available: {a}"),
        "es": ("Experiencia: {a} y {b}", "Equipo disponible: {a}"),
    },
    "FACILITY_OFFER": {
        "fr": ("Laboratoire ouvert : {a}", "Banc d'essai pour {field} : {a}"),
        "en": ("Open laboratory: {a}", "Test bed for {field}: {a}"),
        "es": ("Laboratorio abierto: {a}", "Banco de pruebas para {field}: {a}"),
    },
    "BUSINESS_REQUEST": {
        "fr": ("Cherche fournisseur : {a}", "Cherche distributeur dans le domaine {field}"),
        "en": ("Supplier wanted: {a}", "Distributor wanted in {field}"),
        "es": ("Se busca proveedor: {a}", "Se busca distribuidor en {field}"),
    },
    "TECHNOLOGY_REQUEST": {
        "fr": ("Cherche technologie : {a}", "Besoin d'un outil existant : {a}"),
        "en": ("Technology wanted: {a}", "Existing tool needed: {a}"),
        "es": ("Se busca tecnología: {a}", "Se necesita una herramienta existente: {a}"),
    },
    "RD_PARTNER_REQUEST": {
        "fr": ("Cherche partenaire de recherche : {a}", "Projet conjoint en {field} : {a} et {b}"),
        "en": ("Research partner wanted: {a}", "Joint project in {field}: {a} and {b}"),
        "es": ("Se busca socio de investigación: {a}", "Proyecto conjunto en {field}: {a} y {b}"),
    },
    "CHALLENGE": {
        "fr": ("Défi : {a} pour {field}", "Problème à résoudre : {a}"),
        "en": ("Challenge: {a} for {field}", "A problem to solve: {a}"),
        "es": ("Reto: {a} para {field}", "Problema por resolver: {a}"),
    },
    "TALENT_REQUEST": {
        "fr": ("Cherche stagiaires : {a}", "Cherche spécialiste : {a} et {b}"),
        "en": ("Interns wanted: {a}", "Specialist wanted: {a} and {b}"),
        "es": ("Se buscan practicantes: {a}", "Se busca especialista: {a} y {b}"),
    },
    "FUNDING_REQUEST": {
        "fr": ("Cherche financement : {a}", "Tour de table pour {field}"),
        "en": ("Funding wanted: {a}", "Funding round for {field}"),
        "es": ("Se busca financiamiento: {a}", "Ronda de inversión para {field}"),
    },
}
"""Titles of postings by kind, then by language."""

SUMMARIES: Mapping[str, tuple[str, ...]] = {
    "fr": (
        "Texte de démonstration. Le travail porte sur : {a}, avec : {b}, dans le domaine : {field}.",
        "Annonce inventée. Compétences en jeu : {a} ; {b}. Premier marché visé : {field}.",
    ),
    "en": (
        "Demonstration text. The work is about: {a}, with: {b}, in the field of {field}.",
        "Invented posting. Skills at stake: {a}; {b}. First market in view: {field}.",
    ),
    "es": (
        "Texto de demostración. El trabajo trata de: {a}, con: {b}, en el ramo: {field}.",
        "Anuncio inventado. Competencias en juego: {a}; {b}. Primer mercado previsto: {field}.",
    ),
}
