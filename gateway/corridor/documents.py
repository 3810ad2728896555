"""Documents of a consortium: which there are, by their hashes, and who has signed them. None is kept here."""

import re
from collections.abc import Collection, Mapping
from uuid import UUID, uuid4

from gateway.access.viewer import Viewer, ViewerClass
from gateway.corridor.acts import Command, Result
from gateway.corridor.consortium import Consortium, Document
from gateway.corridor.failures import Failed
from gateway.corridor.ids import key_of
from gateway.corridor.proceedings import Proceedings, Sitting, Target
from schemas.codes import ActorRole, DocumentKind, SeatState

__all__ = ["Documents"]

_HASH = re.compile(r"[0-9a-f]{64}")
_MOST = 100
"""Documents that a consortium may have: it is read whole."""
_METHOD = re.compile(r"\w[\w .:/+-]{0,49}")


class Documents:
    """What is done with the documents of consortia."""

    def __init__(self, proceedings: Proceedings) -> None:
        self._proceedings = proceedings

    async def read(self, keys: Collection[UUID], viewer: Viewer) -> Mapping[UUID, tuple[Consortium, Document]]:
        """Those of these documents that the viewer may know of, each with its consortium."""
        return await self._proceedings.shown_documents(keys, viewer)

    async def add(  # noqa: PLR0913 - the arguments of the mutation
        self, command: Command, consortium: str, kind: DocumentKind, sha256: str, custodian: str, version: int
    ) -> Result:
        """The lead adds a document, which a cluster keeps."""

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            sitting.must_lead()
            await sitting.begin(sitting.consortium.version, version)
            sitting.locked.going_on()
            sitting.must_agree("consortiumId")
            if not _HASH.fullmatch(sha256):
                raise Failed.because("document_hash", "sha256")
            if custodian not in {sitting.consortium.cluster, *sitting.consortium.clusters}:
                raise Failed.because("document_custodian", "custodian")
            if len(sitting.consortium.documents) >= _MOST:
                raise Failed.because("document_most", "consortiumId", most=_MOST)
            document = Document(uuid4(), kind, sha256, custodian)
            await sitting.locked.file(document)
            return {"document": document.key}

        key = key_of(consortium, "Consortium", "consortiumId")
        return await self._proceedings.do(command, Target("keys", key, ("consortiumId",)), work)

    async def sign(self, command: Command, document: str, seat: str, method: str) -> Result:
        """A member notes that it has signed a document; with all signatures, the consortium goes on by itself."""
        key, seat_key = key_of(document, "ConsortiumDocument", "documentId"), key_of(seat, "Seat", "seatId")

        async def work(sitting: Sitting) -> Mapping[str, UUID]:
            await sitting.locked.settle()
            signing = sitting.consortium.seat(seat_key)
            viewer = sitting.viewer
            if signing is None or signing.state is SeatState.SHORTLISTED:
                raise Failed.because("not_found", "seatId")
            if viewer.kind is not ViewerClass.MEMBER or viewer.member != signing.member:
                raise Failed.because("role", "seatId", roles=ActorRole.MEMBER.value)
            if signing.state is not SeatState.ACCEPTED:
                raise Failed.because("document_seat", "seatId", state=signing.state.value)
            sitting.locked.going_on()
            sitting.must_agree("documentId")
            if not _METHOD.fullmatch(method):
                raise Failed.because("document_method", "method")
            await sitting.locked.sign(key, seat_key, method)
            await sitting.locked.signed()
            return {"document": key}

        return await self._proceedings.do(command, Target("documents", key, ("documentId",)), work)
