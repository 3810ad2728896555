"""Whether contacts have the contract's forms, and are there for the member and whom they were released to alone."""

from collections.abc import AsyncIterator

from adapters.contract.codes import Visibility
from adapters.kit.check.probe import EXAMPLES, Probe, finding, listed
from adapters.kit.check.report import Finding
from adapters.kit.promises import FORMS, RELEASED, is_tag

__all__ = ["contacts"]

_RIGHT = {
    "email": "An address has one @ and no space",
    "phone": "E.164 is a plus, the country's code and the number, all digits, as +15145550100",
}


async def contacts(probe: Probe) -> list[Finding]:
    """Reads ``contact.sql`` under every view. No value of a contact stands in what is found, only keys."""
    return [
        *finding("contacts", "keys", [said async for said in _keys(probe)], "each key is member_key, a slash and ref"),
        *finding("contacts", "forms", [said async for said in _forms(probe)], "e-mail, phone and language are in form"),
        *finding("contacts", "views", [said async for said in _views(probe)], "no contact without a release"),
    ]


async def _keys(probe: Probe) -> AsyncIterator[str]:
    wrong = await _keys_where(probe, "key is distinct from member_key || '/' || ref or ref = ''")
    if wrong:
        yield (
            f"{probe.place('contact', 'key')}: {len(wrong)} keys are not that of the member, a slash and ref, such as"
            f" {listed(wrong)}. The gateway makes the key of a released contact of these two; ref may not be empty."
        )


async def _forms(probe: Probe) -> AsyncIterator[str]:
    for column, pattern in FORMS.items():
        wrong = await _keys_where(probe, f"{column} !~ $1", pattern)
        if wrong:
            yield (
                f"{probe.place('contact', column)}: {column} has not the form of the contract in {len(wrong)} rows,"
                f" such as {listed(wrong)}. {_RIGHT[column]}. Bring it into this form here; give null for what has"
                " none."
            )
    spoken = await probe.rows(
        "select preferred_language as tag, count(*) as times, (array_agg(key order by key))[1:$1] as keys"
        f" from ({probe.projections['contact']}) as row where preferred_language is not null group by 1 order by 1",
        EXAMPLES,
    )
    for record in spoken:
        if not is_tag(record["tag"]):
            yield (
                f"{probe.place('contact', 'preferred_language')}: {record['tag']!r} is no language tag, in"
                f" {record['times']} rows, such as {', '.join(record['keys'])}. Translate it to one of BCP 47, as"
                " fr-CA."
            )


async def _views(probe: Probe) -> AsyncIterator[str]:
    for view in Visibility:
        seen = probe.under(view)
        shown = await _keys_where(seen, "true")
        if shown and view not in RELEASED:
            yield (
                f"{probe.place('contact')}: {len(shown)} contacts would be served as {view}, such as {listed(shown)}."
                " Ask corridor.sees for the level that MUTUAL and PRIVATE see and no other view does."
            )
        if view is Visibility.MUTUAL:
            agreed = f"select key from ({seen.projections['member']}) as row where purposes @> '{{CONTACT_RELEASE}}'"
            kept = await _keys_where(seen, f"member_key not in ({agreed})")
            if kept:
                yield (
                    f"{probe.place('contact')}: {len(kept)} contacts would be released without the member's consent,"
                    f" such as {listed(kept)}. Ask for your own code of CONTACT_RELEASE under every view but PRIVATE."
                )
        members = f"select from ({seen.projections['member']}) as member where member.key = row.member_key"
        lost = await _keys_where(seen, f"not exists ({members})")
        if lost:
            yield (
                f"{probe.place('contact', 'member_key')}: as {view}, {len(lost)} contacts are of a member that"
                f" {probe.place('member')} does not give, such as {listed(lost)}. Put the same conditions on both."
            )


async def _keys_where(probe: Probe, condition: str, *values: object) -> list[str]:
    found = await probe.rows(
        f"select key from ({probe.projections['contact']}) as row where {condition} order by key", *values
    )
    return [record["key"] for record in found]
