"""From the claims of a token, whose signature is proven, to the viewer that it speaks for."""

from collections.abc import Mapping
from math import isfinite
from typing import Any

from gateway.access.admission import ClusterOf, Holder, NotAdmitted, admit
from gateway.access.refusal import unauthenticated
from gateway.access.viewer import Viewer
from gateway.settings import ProviderSettings

__all__ = ["Claims", "end_of", "viewer_of"]

Claims = Mapping[str, Any]
"""What a token says, by the names of RFC 7519 and those of the settings."""


def end_of(claims: Claims, now: float, leeway: float) -> float:
    """When a token that counts now ends; ClientError UNAUTHENTICATED where it does not count. All in (Unix) seconds.

    A token ends at ``exp`` and the leeway, and not a moment later.
    """
    expires = _moment(claims, "exp")
    if expires is None:
        raise unauthenticated("The token has no claim `exp`: only tokens that end are taken.")
    if now >= expires + leeway:
        raise unauthenticated("The token has expired: get a new one.")
    for claim in ("nbf", "iat"):
        begins = _moment(claims, claim)
        if begins is not None and now < begins - leeway:
            raise unauthenticated(f"The token is not valid yet: its claim `{claim}` lies ahead. Check the clocks.")
    return expires + leeway


def viewer_of(claims: Claims, name: str, provider: ProviderSettings, cluster_of: ClusterOf) -> Viewer:
    """The viewer of a token from the provider of this name; ClientError UNAUTHENTICATED where it does not count."""
    if claims.get("iss") != provider.issuer:
        raise unauthenticated("The token is from another issuer.")
    audience = claims.get("aud")
    if provider.audience not in (audience if isinstance(audience, list) else [audience]):
        raise unauthenticated("The token is for another audience: its claim `aud` does not name this gateway.")
    if "cnf" in claims:
        raise unauthenticated("The token is bound to a key of its holder (`cnf`): as a bearer's it does not count.")
    try:
        return _admitted(claims, name, provider, cluster_of)
    except NotAdmitted as reason:
        raise unauthenticated(f"The token lets nobody in: {reason}.") from None


def _admitted(claims: Claims, name: str, provider: ProviderSettings, cluster_of: ClusterOf) -> Viewer:
    subject = _text(claims, "sub")
    if not subject:
        raise NotAdmitted("it has no claim `sub`")
    holder = Holder(
        _text(claims, provider.class_claim) or "",
        _text(claims, provider.organisation_claim) or _text(claims, "client_id") or subject,
        _text(claims, provider.cluster_claim),
        _text(claims, provider.member_claim),
        _scopes(claims),
    )
    viewer = admit(f"jwt:{name}:{subject}", holder, cluster_of)
    # Without a cluster nobody is spoken for: such a partner sees what every cluster shows to the corridor.
    if viewer.cluster is not None and not {viewer.cluster, "*"}.intersection(provider.clusters):
        raise NotAdmitted("its issuer may not speak for that cluster")
    return viewer


def _scopes(claims: Claims) -> list[str]:
    """What ``scope`` holds (RFC 8693, separated by spaces), else ``scp``, which some providers write as a list."""
    held = claims.get("scope", claims.get("scp"))
    if isinstance(held, str):
        return held.split()
    return [each for each in held if isinstance(each, str)] if isinstance(held, list) else []


def _text(claims: Claims, name: str) -> str | None:
    held = claims.get(name)
    if held is None or isinstance(held, str):
        return held
    raise NotAdmitted(f"its claim `{name}` is not a text")


def _moment(claims: Claims, name: str) -> float | None:
    held = claims.get(name)
    if held is None:
        return None
    if isinstance(held, bool) or not isinstance(held, int | float) or not isfinite(held):
        raise unauthenticated(f"The claim `{name}` of the token is not a moment in seconds.")
    return float(held)
