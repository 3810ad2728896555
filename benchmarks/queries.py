"""What is asked: the queries of the comparison, the same text for every GraphQL contestant."""

from dataclasses import dataclass

__all__ = [
    "BY_CITY",
    "CORRIDOR_QUERIES",
    "EVERY_QUERY",
    "MATCHED",
    "PAGE",
    "QUERIES",
    "SEARCHED",
    "UNITED",
    "Query",
    "listing",
]

PAGE = 50
"""Members of a page of Q2."""
SEARCHED = 20
"""Members of a page of Q3."""
MATCHED = 10
"""Members of a page of Q6."""

_SCALARS = "id displayName sector orgType founded city country updatedAt"
_NESTED = """id displayName city
      offers(first: 5) { id kind trl validUntil title { text lang } }
      needs(first: 5) { id kind validUntil title { text lang } }"""
_SCORED = f"score node {{ {_SCALARS} cluster {{ slug }} }}"


@dataclass(frozen=True, slots=True)
class Query:
    """A query: its name, what it asks for in words, and its GraphQL text; ``most`` connections ask it at once."""

    name: str
    about: str
    text: str
    most: int = 1_000


def listing(size: int) -> str:
    """Members of both cities by name, so many a page, with offers and needs."""
    return f"""query Listing($after: String) {{
  members(first: {size}, after: $after, orderBy: {{field: NAME}}) {{
    nodes {{
      {_NESTED}
    }}
    pageInfo {{ hasNextPage }}
  }}
}}"""


QUERIES = (
    Query(
        "Q1",
        "a member by ID with 8 scalars",
        f"query One($id: ID!) {{ member(id: $id) {{ ... on Member {{ {_SCALARS} }} }} }}",
    ),
    Query("Q2", f"{PAGE} members of both cities by name, with offers and needs", listing(PAGE)),
    Query(
        "Q3",
        f"a filtered search, page of {SEARCHED}",
        f"""query Search($search: String!, $sectors: [Sector!]) {{
  members(search: $search, filter: {{sectors: $sectors}}, first: {SEARCHED}) {{
    edges {{ {_SCORED} }}
    pageInfo {{ hasNextPage }}
  }}
}}""",
    ),
    Query(
        "Q4",
        "six references across both cities",
        f"query Six($ids: [ID!]!) {{ nodes(ids: $ids) {{ ... on Member {{ {_SCALARS} }} }} }}",
    ),
)

CORRIDOR_QUERIES = (
    Query(
        "Q5",
        "a consortium of 12 seats across both cities, with coverage, blockers and 8 scalars of each member",
        f"""query Consortium($id: ID!) {{
  node(id: $id) {{
    ... on Consortium {{
      id state formable version
      requirements {{ requirement {{ key weight }} covered coveredBy {{ id }} pendingBy {{ id }} }}
      blockers {{ code nodes }}
      seats {{ id role state version member {{ ... on Member {{ {_SCALARS} }} }} }}
    }}
  }}
}}""",
    ),
    Query(
        "Q6",
        f"the best {MATCHED} partners for a need of 4 requirements, with reasons and 8 scalars of each",
        f"""query Partners($need: ID!) {{
  partnerMatches(needId: $need, first: {MATCHED}) {{
    nodes {{
      score oneSided
      reasons {{ code points maxPoints requirement text(lang: "en") }}
      member {{ ... on Member {{ {_SCALARS} }} }}
    }}
    pageInfo {{ hasNextPage }}
  }}
}}""",
        most=4,  # each keeps a registry busy for a while: more of them run into its deadlines
    ),
)
"""What is built on members: asked of those contestants only that know of consortia and of matching."""
EVERY_QUERY = (*QUERIES, *CORRIDOR_QUERIES)

_CITIES = ("montreal", "guadalajara")

BY_CITY = {
    "Q1": f"query One($id: ID!) {{ CITYMember(id: $id) {{ {_SCALARS} }} }}",
    "Q2": "query Listing($after: String) {"
    + "".join(
        f"""
  {city}Members(first: {PAGE}, after: $after, orderBy: {{field: NAME}}) {{
    nodes {{
      {_NESTED}
    }}
    pageInfo {{ hasNextPage }}
  }}"""
        for city in _CITIES
    )
    + "\n}",
    "Q3": "query Search($search: String!, $sectors: [Sector!]) {"
    + "".join(
        f"""
  {city}Members(search: $search, filter: {{sectors: $sectors}}, first: {SEARCHED}) {{
    edges {{ {_SCORED} }}
    pageInfo {{ hasNextPage }}
  }}"""
        for city in _CITIES
    )
    + "\n}",
    "Q4": "query Six("
    + ", ".join(f"${city}: [ID!]!" for city in _CITIES)
    + ") {"
    + "".join(f" {city}Nodes(ids: ${city}) {{ {_SCALARS} }}" for city in _CITIES)
    + " }",
}
"""The same asked city by city, by a query's name: who wants the first 50 of both has to ask each for 50.

CITY in Q1 is the city whose member it is: the client has to know it.
"""

_ROW = "cluster key displayName sector orgType founded city country updatedAt"
_LATEST = "(first: 5, orderBy: [UPDATED_AT_DESC, KEY_ASC])"
_REFERENCES = 6

UNITED = {
    "Q1": f"query One($cluster: String!, $key: String!) {{"
    f" member: memberByClusterAndKey(cluster: $cluster, key: $key) {{ {_ROW} }} }}",
    "Q2": f"""query Listing($name: String!, $cluster: String!, $key: String!) {{
  members: membersBehind(name: $name, cluster: $cluster, key: $key, first: {PAGE}) {{
    nodes {{
      cluster key displayName city
      offers{_LATEST} {{ nodes {{ cluster key kind trl validUntil titleText titleLang }} }}
      needs{_LATEST} {{ nodes {{ cluster key kind validUntil titleText titleLang }} }}
    }}
    pageInfo {{ hasNextPage }}
  }}
}}""",
    "Q4": "query Six("
    + ", ".join(f"$cluster{place}: String!, $key{place}: String!" for place in range(_REFERENCES))
    + ") {"
    + "".join(
        f" node{place}: memberByClusterAndKey(cluster: $cluster{place}, key: $key{place}) {{ {_ROW} }}"
        for place in range(_REFERENCES)
    )
    + " }",
}
"""The same asked of one database that holds both registries, as PostGraphile names things, by a query's name."""
