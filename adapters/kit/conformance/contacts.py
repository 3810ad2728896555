"""What holds of every registry's contacts: a member sees its own, a release opens one by its key, nothing else does."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import pytest

from adapters.contract.answer import Row
from adapters.contract.catalogue import CATALOGUE
from adapters.contract.codes import Visibility
from adapters.contract.registry import Registry
from adapters.contract.request import LIST_VIEWS, RELEVANCE, FetchRequest, Ordering, PageRequest, Search, Term, Where
from adapters.contract.shape import ID, Pick, Shape
from adapters.contract.text import words
from adapters.kit.conformance.answers import content, difference
from adapters.kit.conformance.requests import LISTS, SEARCHED, everyone, page_of
from adapters.kit.memory import MemoryRegistry
from adapters.kit.promises import RELEASED
from adapters.kit.shapes import every_way, everything

__all__ = ["ContactLaws", "ContactSuite"]

_SEVERAL = 6
_CONTACT = everything("contact")
_IN_MEMBER = Shape("member", (Pick("id", ID), Pick("people", "contacts", shape=_CONTACT)))
_IN_OWNER = (Pick("owner", "owner", shape=_IN_MEMBER),)
_VALUES = ("name", "email", "phone")

_every_list_view = pytest.mark.parametrize("view", sorted(LIST_VIEWS), ids=str)
_every_view = pytest.mark.parametrize("view", Visibility, ids=str)


class ContactLaws:
    """Inherit, and give the fixture ``registry``: its members have contacts, and some do not consent to their release.

    What is asked under PRIVATE is asked as the member itself, one after another: it is how the tests know of contacts.
    """

    async def test_a_member_sees_all_its_contacts(self, registry: Registry) -> None:
        """Under its own view: in the order of their references, and each by its key, which says of whom it tells."""
        known = await _contacts(registry)
        assert sum(len(each) > 1 for each in known.values()) > 1, "too few members have more than one contact"
        for member, listed in known.items():
            refs = [contact["ref"] for contact in listed]
            assert refs == sorted(set(refs))
            found = await registry.fetch(FetchRequest(_keys({member: listed}), _CONTACT, Visibility.PRIVATE))
            assert {row.subject for row in found} <= {member}
            assert sorted(row.key for row in found) == sorted(_keys({member: listed}))
            assert sorted(map(_content, found), key=_ref) == listed

    @_every_list_view
    async def test_no_list_shows_a_contact(self, registry: Registry, view: Visibility) -> None:
        """Of members, and of their offers and needs with their owners; and no key leads to one."""
        shown = [content(row, _IN_MEMBER) for row in await registry.page(everyone("member", view, shape=_IN_MEMBER))]
        for of in [each for each in LISTS if "owner" in CATALOGUE[each].fields]:
            shape = Shape(of, _IN_OWNER)
            rows = await registry.page(everyone(of, view, shape=shape))
            shown += [owner for row in rows if (owner := content(row, shape)["owner"]) is not None]
        assert shown
        assert not [member for member in shown if member["people"]]
        keys = _keys(await _contacts(registry))
        assert keys
        assert not await registry.fetch(FetchRequest(keys, _CONTACT, view))
        for key in keys[:_SEVERAL]:
            assert not await registry.fetch(FetchRequest((key,), _CONTACT, view))

    @_every_list_view
    @pytest.mark.parametrize("of", SEARCHED)
    async def test_no_search_finds_a_contact(self, registry: Registry, of: str, view: Visibility) -> None:
        """By all the words of a name, an e-mail address or a telephone number."""
        listed = [contact for each in (await _contacts(registry)).values() for contact in each]
        for search in _searches(listed[:: max(1, len(listed) // _SEVERAL)]):
            where = Where(of, (), search, view)
            assert await registry.count(where) == 0, search
            assert not await registry.page(page_of(where, Ordering(RELEVANCE, descending=True))), search

    async def test_there_are_no_lists_of_contacts(self, registry: Registry) -> None:
        """Nothing orders, filters, counts or finds them, by themselves or by way of their member."""
        each = CATALOGUE["contact"]
        assert not [*each.orders, *each.filters, *each.facets, *each.texts, *each.concepts]
        assert not each.node
        for of in CATALOGUE.values():
            ways = [each.path for each in of.filters.values()] + [each.path for each in of.facets.values()]
            assert not [way for way in (*ways, *of.concepts) if "contacts" in way], of.name
        for view in LIST_VIEWS:
            where = Where("contact", view=view)
            for refused in (registry.count(where), registry.page(PageRequest(where, Ordering("NAME"), 1))):
                with pytest.raises(ValueError, match="no lists of contact"):
                    await refused

    async def test_a_release_opens_one_contact_by_its_key(self, registry: Registry) -> None:
        """Under MUTUAL: of a member that is seen and consents, just as the member sees it; and in no other way."""
        known = await _contacts(registry)
        members = await registry.fetch(FetchRequest((*known,), _IN_MEMBER, Visibility.MUTUAL))
        seen = {row.key for row in members}
        assert not [row.key for row in members if content(row, _IN_MEMBER)["people"]]
        opened: dict[str, list[dict[str, Any]]] = {}
        for row in await registry.fetch(FetchRequest(_keys(known), _CONTACT, Visibility.MUTUAL)):
            assert row.subject is not None
            assert row.key.startswith(f"{row.subject}/")
            opened.setdefault(row.subject, []).append(_content(row))
        assert opened.keys() <= seen
        assert opened.keys() < known.keys() & seen, "every member consents to releases: nothing can be said"
        assert {member: sorted(listed, key=_ref) for member, listed in opened.items()} == {
            member: known[member] for member in opened
        }
        hidden = {member: listed for member, listed in known.items() if member not in seen}
        assert hidden, "no member is hidden from those that a contact is released to: nothing can be said"
        for key in _keys(hidden)[:_SEVERAL]:
            assert not await registry.fetch(FetchRequest((key,), _CONTACT, Visibility.MUTUAL))

    @pytest.mark.parametrize("view", sorted(RELEASED), ids=str)
    async def test_a_key_opens_no_other_contact(self, registry: Registry, view: Visibility) -> None:
        """Not by a part of it, the member's own, or another reference."""
        member, listed = next((member, each) for member, each in (await _contacts(registry)).items())
        ref = listed[0]["ref"]
        wrong = (member, f"{member}/", ref, f"/{ref}", f"{member}/{ref}/", f"{member}/no such", f"{member}/%", "")
        assert not await registry.fetch(FetchRequest(wrong, _CONTACT, view))
        for key in wrong:
            assert not await registry.fetch(FetchRequest((key,), _CONTACT, view))


class ContactSuite(ContactLaws):
    """Inherit, and give ``registry`` and ``memory``, the same rows in the reference registry."""

    @_every_view
    @pytest.mark.parametrize("shape", [everything, every_way], ids=lambda shape: shape.__name__)
    async def test_contacts_are_those_of_the_reference(
        self, registry: Registry, memory: MemoryRegistry, view: Visibility, shape: Callable[[str], Shape]
    ) -> None:
        """By the keys of all there are, those of hidden members too, and as lists of their members."""
        every = memory.under(Visibility.PRIVATE)
        for of, asked in (("contact", shape("contact")), ("member", _IN_MEMBER)):
            request = FetchRequest(tuple([row["key"] for row in every[of]]), asked, view)
            expected, given = [
                sorted(rows, key=_key) for rows in (await memory.fetch(request), await registry.fetch(request))
            ]
            assert bool(expected) == (of == "member" or view in RELEASED)
            assert not difference(expected, given, asked)
            assert [row.subject for row in given] == [row.subject for row in expected]


async def _contacts(registry: Registry) -> Mapping[str, list[dict[str, Any]]]:
    """The contacts of each listed member that has some, as it sees them itself."""
    keys = tuple([row.key for row in await registry.page(everyone("member", Visibility.CLUSTER))])
    rows = await registry.fetch(FetchRequest(keys, _IN_MEMBER, Visibility.PRIVATE))
    listed = {row.key: content(row, _IN_MEMBER)["people"] for row in sorted(rows, key=_key)}
    return {member: people for member, people in listed.items() if people}


def _keys(known: Mapping[str, Sequence[Mapping[str, Any]]]) -> tuple[str, ...]:
    return tuple([f"{member}/{contact['ref']}" for member, listed in known.items() for contact in listed])


def _searches(contacts: Sequence[Mapping[str, Any]]) -> Iterator[Search]:
    for contact in contacts:
        for value in [contact[column] for column in _VALUES if contact[column] is not None]:
            yield Search(tuple([Term(word, word) for word in dict.fromkeys(words(value))]), ())


def _content(row: Row) -> dict[str, Any]:
    found: dict[str, Any] = content(row, _CONTACT)
    return found


def _ref(contact: Mapping[str, Any]) -> str:
    return str(contact["ref"])


def _key(row: Row) -> str:
    return row.key
