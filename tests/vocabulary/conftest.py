"""The vocabulary, loaded once for these tests."""

import pytest

from gateway.vocabulary import Vocabulary


@pytest.fixture(scope="session")
def vocabulary() -> Vocabulary:
    return Vocabulary.load()
