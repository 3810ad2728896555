"""The GraphiQL page: served by the gateway itself, with its examples, and asking no other host for anything."""

import gzip
import hashlib
import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from functools import partial
from pathlib import Path
from string import Template

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route

_HERE = Path(__file__).parent

_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; font-src 'self' data:; "
        "img-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'"
    ),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Vary": "Accept-Encoding",
}

_ICON = (
    "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
    "%3Cpath d='M4 8h8' stroke='%235d6880' stroke-width='2'/%3E"
    "%3Ccircle cx='3.5' cy='8' r='3' fill='%231f6feb'/%3E"
    "%3Ccircle cx='12.5' cy='8' r='3' fill='%231a7f4b'/%3E%3C/svg%3E"
)

_PAGE = Template("""\
<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Corridor gateway</title>
<link rel="icon" href="$icon">
<link rel="stylesheet" href="/graphiql/graphiql.css?v=$style">
<script type="module" src="/graphiql/graphiql.js?v=$script"></script>
</head>
<body>
<div id="page"><noscript>This page needs JavaScript; the endpoint, <code>/graphql</code>, does not.</noscript></div>
</body>
</html>
""")


@dataclass(frozen=True, slots=True)
class Example:
    """One worked operation of the page: a file of `examples/`, and its variables where a sibling `.json` gives them."""

    name: str
    query: str
    variables: str | None


@dataclass(frozen=True, slots=True)
class PageViewer:
    """Somebody that the page can ask as: what it is called, what it sees, and its API key, None for the anonymous."""

    name: str
    sees: str
    key: str | None = field(repr=False)


@dataclass(frozen=True, slots=True)
class Asset:
    """A file held in memory, plain and compressed; `digest` names its content, in URLs and as its ETag."""

    media_type: str
    body: bytes
    compressed: bytes
    digest: str

    @classmethod
    def of(cls, media_type: str, body: bytes) -> "Asset":
        """Compress and fingerprint `body`, once, when the gateway starts."""
        return cls(media_type, body, gzip.compress(body, mtime=0), hashlib.sha256(body).hexdigest()[:20])


def examples() -> tuple[Example, ...]:
    """Give the worked operations in the order of their file names, which is the order of the page's tabs."""
    found = []
    for path in sorted((_HERE / "examples").glob("*.graphql")):
        variables = path.with_suffix(".json")
        found.append(
            Example(
                name=path.stem,
                query=path.read_text(encoding="utf-8"),
                variables=variables.read_text(encoding="utf-8") if variables.exists() else None,
            )
        )
    return tuple(found)


def routes(viewers: Sequence[PageViewer] = ()) -> list[BaseRoute]:
    """Give the routes of the page (`/graphiql`) and of all that it loads; files are read and compressed here, once.

    The keys of `viewers` are given to whoever opens the page: only the demo has any, whose members are invented.
    """
    tabs = [{"query": example.query, "variables": example.variables} for example in examples()]
    script = _static("text/javascript", "graphiql.js")
    style = _static("text/css", "graphiql.css")
    page = _PAGE.substitute(icon=_ICON, script=script.digest, style=style.digest)
    assets = {
        "/graphiql": Asset.of("text/html", page.encode()),
        "/graphiql/examples.json": Asset.of("application/json", json.dumps(tabs, ensure_ascii=False).encode()),
        "/graphiql/graphiql.js": script,
        "/graphiql/graphiql.css": style,
        "/graphiql/LICENSES.txt": _static("text/plain", "LICENSES.txt"),
    }
    offered = json.dumps([asdict(viewer) for viewer in viewers], ensure_ascii=False)
    return [
        Route("/graphiql/viewers.json", partial(_serve_unkept, offered), methods=["GET"]),
        *(Route(path, partial(_serve, asset), methods=["GET"]) for path, asset in assets.items()),
    ]


def _static(media_type: str, name: str) -> Asset:
    return Asset.of(media_type, (_HERE / "static" / name).read_bytes())


async def _serve_unkept(text: str, _request: Request) -> Response:
    return Response(text, headers=_HEADERS | {"Cache-Control": "no-store"}, media_type="application/json")


async def _serve(asset: Asset, request: Request) -> Response:
    # The tag is weak because the plain and the compressed form share it.
    tag = f'W/"{asset.digest}"'
    named_by_content = request.query_params.get("v") == asset.digest
    headers = _HEADERS | {
        "ETag": tag,
        "Cache-Control": "public, max-age=31536000, immutable" if named_by_content else "no-cache",
    }
    if tag in (known.strip() for known in request.headers.get("If-None-Match", "").split(",")):
        return Response(status_code=304, headers=headers)
    if _takes_gzip(request.headers.get("Accept-Encoding", "")):
        return Response(asset.compressed, headers=headers | {"Content-Encoding": "gzip"}, media_type=asset.media_type)
    return Response(asset.body, headers=headers, media_type=asset.media_type)


def _takes_gzip(accept_encoding: str) -> bool:
    """Whether an Accept-Encoding header allows gzip.

    >>> _takes_gzip("br, gzip;q=0.5"), _takes_gzip("gzip;q=0"), _takes_gzip("*"), _takes_gzip("")
    (True, False, True, False)
    """
    weights = {}
    for part in accept_encoding.lower().split(","):
        coding, _, weight = part.replace(" ", "").partition(";q=")
        weights[coding] = weight.rstrip("0.") != "" if weight else True
    return weights.get("gzip", weights.get("*", False))
