"""Failures: every reason is worded in every language, and names the same in each."""

import re

import pytest

from adapters.contract.languages import LANGUAGES
from gateway.corridor.failures import wordings


@pytest.mark.parametrize("reason", sorted(wordings()))
def test_every_reason_is_worded_in_every_language(reason: str) -> None:
    texts = wordings()[reason].texts
    assert set(texts) == set(LANGUAGES)
    assert len({frozenset(re.findall(r"{(\w+)}", text)) for text in texts.values()}) == 1
    for text in texts.values():
        assert text[0].isupper()
        assert text.endswith(".")
