"""The phrases that people of the trade type, in three languages, and the concepts they name."""

import pytest

from adapters.contract.languages import LANGUAGES
from adapters.contract.text import STOP_WORDS, words
from gateway.vocabulary import Vocabulary
from gateway.vocabulary.tables import rows


def named(vocabulary: Vocabulary, text: str, lang: str | None = None) -> set[str]:
    return {
        vocabulary.concepts[hit.uri].labels["en"] for hit in vocabulary.concepts_in(text, lang) if hit.weight == 100
    }


@pytest.mark.parametrize(
    ("texts", "shared"),
    [
        (
            (
                "data security",
                "sécurité des données",
                "seguridad de los datos",
                "information security",
                "securite de l'information",
                "seguridad de la información",
                "cybersecurity",
                "cybersécurité",
                "ciberseguridad",
                "IT security",
                "sécurité informatique",
                "seguridad informática",
            ),
            "cyber security",
        ),
        (
            (
                "cloud computing",
                "infonuagique",
                "computación en la nube",
                "cómputo en la nube",
                "cloud",
                "nuage",
                "nube",
            ),
            "cloud technologies",
        ),
        (("computer vision", "vision par ordinateur", "visión por computador"), "utilize machine learning"),
        (("machine learning", "apprentissage automatique", "aprendizaje automatico"), "utilize machine learning"),
        (("deep learning", "apprentissage profond", "aprendizaje profundo"), "utilize machine learning"),
        (
            ("artificial intelligence", "intelligence artificielle", "inteligencia artificial", "AI", "IA"),
            "principles of artificial intelligence",
        ),
        (
            ("natural language processing", "traitement du langage naturel", "procesamiento del lenguaje natural"),
            "computational linguistics",
        ),
        (("big data", "mégadonnées", "données massives", "datos masivos"), "analyze big data"),
        (("data science", "science des données", "ciencia de datos"), "data mining"),
        (("data mining", "forage de données", "minería de datos"), "data mining"),
        (("business intelligence", "intelligence d'affaires", "inteligencia de negocios"), "business intelligence"),
        (("software development", "développement logiciel", "desarrollo de software"), "computer programming"),
        (("web development", "développement web", "desarrollo web"), "web programming"),
        (
            ("mobile apps", "mobile application", "applications mobiles", "aplicaciones móviles"),
            "cell phone device software frameworks",
        ),
        (("video games", "videogame", "jeux vidéo", "jeu vidéo", "videojuegos"), "digital game creation systems"),
        (("embedded systems", "systèmes embarqués", "sistemas embebidos"), "firmware"),
        (("embedded software", "logiciels embarqués", "software embebido"), "firmware"),
        (
            ("electronics manufacturing", "fabrication électronique", "manufactura electrónica"),
            "assemble printed circuit boards",
        ),
        (
            ("electronics manufacturing", "fabrication électronique", "manufactura electrónica"),
            "electronic equipment standards",
        ),
        (("robotics", "robotique", "robótica"), "set up automotive robot"),
        (("IoT", "objets connectés", "dispositivos conectados"), "Internet of Things"),
        (("e-commerce", "commerce électronique", "comercio electrónico"), "e-commerce systems"),
        (("ERP", "progiciel de gestion intégré", "planificación de recursos empresariales"), "business ICT systems"),
        (("GIS", "SIG", "géomatique", "geomática"), "geographic information systems"),
        (("digital marketing", "marketing numérique", "marketing digital"), "digital marketing techniques"),
        (
            ("user experience", "expérience utilisateur", "experiencia de usuario"),
            "create prototype of user experience solutions",
        ),
        (("computer networks", "réseaux informatiques", "redes informáticas"), "design computer network"),
        (("telecommunications", "télécommunications", "telecomunicaciones", "telecom"), "telecommunication industry"),
        (("systems integration", "intégration de systèmes", "integración de sistemas"), "ICT system integration"),
        (("DevOps", "devops", "DEVOPS"), "DevOps"),
        (("software testing", "tests logiciels", "pruebas de software"), "levels of software testing"),
        (
            ("QA", "assurance qualité logicielle", "aseguramiento de la calidad del software", "software testing"),
            "execute software tests",
        ),
        (("project management", "gestion de projets", "gestión de proyectos"), "ICT project management"),
        (("IT consulting", "conseil informatique", "consultoría informática"), "provide ICT consulting advice"),
        (("data analysis", "data analytics", "analyse de données", "análisis de datos"), "analyze big data"),
        (("data analysis", "analyse des données", "análisis de los datos"), "use specific data analysis software"),
        (
            ("data visualization", "visualisation de données", "visualización de datos"),
            "use data processing techniques",
        ),
        (("penetration testing", "test d'intrusion", "pruebas de penetración"), "identify ICT system weaknesses"),
        (
            ("vulnerability assessment", "analyse de vulnérabilités", "análisis de vulnerabilidades"),
            "identify ICT system weaknesses",
        ),
        (("network security", "sécurité réseau", "seguridad de redes"), "cyber security"),
        (("cybersecurity audit", "audit de cybersécurité", "auditoría de ciberseguridad"), "cyber security"),
        (("intrusion detection", "détection d'intrusions", "detección de intrusos"), "cyber attack counter-measures"),
        (("encryption", "chiffrement des données", "cifrado de datos"), "ICT encryption"),
        (
            (
                "identity and access management",
                "gestion des identités et des accès",
                "gestión de identidades y accesos",
            ),
            "maintain ICT identity management",
        ),
        (("digital forensics", "criminalistique numérique", "cómputo forense"), "computer forensics"),
        (
            ("disaster recovery", "reprise après sinistre", "recuperación ante desastres"),
            "implement ICT recovery system",
        ),
        (("privacy", "protection des renseignements personnels", "privacidad"), "data protection"),
        (("cloud hosting", "hébergement infonuagique", "alojamiento en la nube"), "cloud technologies"),
        (("cloud migration", "migration vers le nuage", "migración a la nube"), "cloud technologies"),
        (("SaaS", "logiciel en tant que service", "servicios en la nube"), "cloud technologies"),
        (
            ("mobile app development", "développement d'applications mobiles", "desarrollo de aplicaciones móviles"),
            "cell phone device software frameworks",
        ),
        (("Android apps", "développement iOS", "aplicación Android"), "cell phone device software frameworks"),
        (
            ("image recognition", "apprentissage machine", "vision artificielle", "aprendizaje de máquina"),
            "utilize machine learning",
        ),
        (
            ("recommendation engine", "moteur de recommandation", "motor de recomendaciones"),
            "build recommender systems",
        ),
        (("predictive analytics", "analyse prédictive", "análisis predictivo"), "data mining"),
        (
            ("data engineering", "ingénierie des données", "ingeniería de datos"),
            "data extraction, transformation and loading tools",
        ),
        (("data integration", "intégration de données", "integración de datos"), "integrate ICT data"),
        (("data governance", "gouvernance des données", "gobernanza de datos"), "manage ICT data architecture"),
        (
            ("database administration", "administration de bases de données", "administración de bases de datos"),
            "manage database",
        ),
        (("ERP implementation", "implantation d'un PGI", "implementación de ERP"), "business ICT systems"),
        (
            ("CRM", "gestion de la relation client", "gestión de relaciones con clientes"),
            "use customer relationship management software",
        ),
        (("CMS", "système de gestion de contenu", "gestor de contenidos"), "use content management system software"),
        (("UX design", "design UX", "diseño UX"), "create prototype of user experience solutions"),
        (("UI design", "conception d'interfaces utilisateur", "diseño de interfaces"), "design user interface"),
        (
            ("user research", "recherche utilisateur", "investigación de usuarios"),
            "execute ICT user research activities",
        ),
        (("usability testing", "tests d'utilisabilité", "pruebas de usabilidad"), "measure software usability"),
        (("web accessibility", "accessibilité web", "accesibilidad web"), "ICT accessibility standards"),
        (("web design", "conception de sites web", "diseño web"), "implement front-end website design"),
        (("website development", "création de sites web", "desarrollo de sitios web"), "web programming"),
        (("web applications", "développement d'applications web", "aplicación web"), "web programming"),
        (
            ("software architecture", "architecture logicielle", "arquitectura de software"),
            "define software architecture",
        ),
        (("software engineering", "génie logiciel", "ingeniería de software"), "computer programming"),
        (("custom software", "logiciel sur mesure", "software a la medida"), "computer programming"),
        (("continuous integration", "intégration continue", "integración continua"), "DevOps"),
        (
            ("virtual machines", "virtualisation de serveurs", "máquinas virtuales"),
            "manage ICT virtualisation machines",
        ),
        (
            ("game development", "développement de jeux", "diseño de videojuegos", "desarrollo de juegos"),
            "digital game creation systems",
        ),
        (("game design", "conception de jeux", "diseño de juegos"), "create concept of digital game"),
        (("3D modeling", "modélisation 3D", "modelado 3D"), "operate 3D computer graphics software"),
        (("3D printing", "impression 3D", "impresión 3D"), "3D printing process"),
        (("PCB", "circuits imprimés", "circuitos impresos"), "printed circuit boards"),
        (("online store", "boutique en ligne", "tienda en línea"), "e-commerce systems"),
        (("online marketing", "marketing en ligne", "mercadotecnia digital"), "digital marketing techniques"),
        (("SEO", "référencement web", "posicionamiento en buscadores"), "enhance website visibility"),
        (("web analytics", "analytique web", "analítica web"), "web analytics"),
        (("distance learning", "formation à distance", "aprendizaje en línea"), "e-learning"),
        (
            ("learning management system", "plateforme d'apprentissage", "plataforma de aprendizaje"),
            "e-learning software infrastructure",
        ),
        (("IT training", "formation informatique", "capacitación informática"), "provide ICT system training"),
        (("geolocation", "géolocalisation", "geolocalización"), "geographic information systems"),
        (("IT infrastructure", "infrastructure informatique", "infraestructura de TI"), "ICT infrastructure"),
        (("network monitoring", "gestion de réseau", "administración de redes"), "network management system tools"),
        (("VoIP", "téléphonie IP", "telefonía IP"), "use computer telephony integration"),
        (("IT support", "soutien informatique", "soporte técnico", "mesa de ayuda"), "provide ICT support"),
        (("IT consulting", "services-conseils en TI", "consultoría en TI"), "provide ICT consulting advice"),
        (("agile methods", "méthodes agiles", "metodologías ágiles"), "Agile development"),
        (
            ("requirements analysis", "analyse des besoins", "análisis de requerimientos"),
            "ICT system user requirements",
        ),
        (("process automation", "automatisation des processus", "automatización de procesos"), "develop ICT workflow"),
        (("process modeling", "modélisation de processus", "modelado de procesos"), "business process modeling"),
        (
            ("legacy systems", "modernisation de systèmes patrimoniaux", "sistemas heredados"),
            "manage ICT legacy implication",
        ),
        (
            ("test automation", "automatisation des tests", "automatización de pruebas"),
            "develop automated software tests",
        ),
        (("code review", "revue de code", "revisión de código"), "conduct ICT code review"),
        (
            ("translation software", "logiciel de traduction", "software de traducción"),
            "use computer-aided translation",
        ),
        (
            ("software localization", "localisation de logiciels", "localización de software"),
            "manage software localization",
        ),
        (("content creation", "création de contenu", "creación de contenido"), "develop digital content"),
        (("graphic design", "graphisme", "diseño gráfico"), "use creative suite software"),
        (("CAD", "CAO", "diseño asistido por computadora"), "CAD software"),
        (
            ("health informatics", "informatique de la santé", "informática médica"),
            "oversee clinical information system activities",
        ),
        (("green IT", "informatique durable", "cómputo verde"), "green computing"),
        (("IT audit", "audit informatique", "auditoría informática"), "execute ICT audits"),
        (
            ("IT risk management", "gestion des risques informatiques", "gestión de riesgos informáticos"),
            "implement ICT risk management",
        ),
        (("IT project", "projet informatique", "proyecto informático"), "manage ICT project"),
        (("computer hardware", "matériel informatique", "equipo de cómputo"), "computer equipment"),
    ],
)
def test_everyday_phrases_meet_across_languages(vocabulary: Vocabulary, texts: tuple[str, ...], shared: str) -> None:
    for text in texts:
        for lang in (None, *LANGUAGES):
            assert shared in named(vocabulary, text, lang), text


@pytest.mark.parametrize(
    "text",
    [
        *("blockchain", "chaîne de blocs", "cadena de bloques", "smart contracts"),
        *("fintech", "online payments", "paiement en ligne", "pagos en línea"),
        *("augmented reality", "réalité augmentée", "realidad aumentada"),
        *("quantum computing", "edge computing", "calcul haute performance", "5G"),
        *("chatbot", "machine translation", "traduction automatique", "traducción automática"),
        *("open source", "logiciel libre", "software libre", "microservices", "web hosting", "hébergement web"),
        *("data center", "centre de données", "centro de datos", "managed services", "servicios administrados"),
        *("digital transformation", "transformation numérique", "transformación digital"),
        *("video editing", "montage vidéo", "social media", "redes sociales", "document management"),
        *("smart cities", "telemedicine", "industrial automation", "supply chain", "compliance"),
    ],
)
def test_what_no_concept_means_names_none(vocabulary: Vocabulary, text: str) -> None:
    """Left to the words themselves: a far-fetched concept would bring members who offer something else."""
    for lang in (None, *LANGUAGES):
        assert named(vocabulary, text, lang) == set()


@pytest.mark.parametrize(
    "text",
    [
        "SA",  # a legal form, what French stems make of SaaS
        "I/O",  # what English stems make of iOS
        "software and services",  # and not "software as a service"
        "servicios de software",
        "logiciels et services",
    ],
)
def test_common_words_name_no_concept_by_their_stems(vocabulary: Vocabulary, text: str) -> None:
    for lang in (None, *LANGUAGES):
        assert named(vocabulary, text, lang) == set()


@pytest.mark.parametrize(
    ("text", "is_no"),
    [
        ("développement d'applications mobiles", "computer programming"),
        ("web application development", "computer programming"),
        ("automatización robótica de procesos", "set up automotive robot"),
        ("audit informatique", "computer science"),
        ("web application security", "web programming"),
    ],
)
def test_a_longer_phrase_names_nothing_by_its_parts(vocabulary: Vocabulary, text: str, is_no: str) -> None:
    assert named(vocabulary, text)
    assert is_no not in named(vocabulary, text)


def test_phrases_meet_with_and_without_their_stop_words(vocabulary: Vocabulary) -> None:
    shortened = 0
    for _, lang, term in rows("search_terms"):
        short = " ".join(word for word in words(term) if word not in STOP_WORDS)
        shortened += len(short.split()) < len(words(term))
        assert named(vocabulary, short, lang) == named(vocabulary, term, lang), term
    assert shortened > 100
    assert named(vocabulary, "analyse données") == named(vocabulary, "l'analyse des données dans les PME") != set()
