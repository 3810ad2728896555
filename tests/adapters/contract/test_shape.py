"""Shapes are keys of caches: equal ones hash alike, wherever they were made and however often they travelled."""

import copy
import os
import pickle
import subprocess
import sys
from dataclasses import FrozenInstanceError, replace

import pytest

from adapters.contract.shape import Pick, Shape
from adapters.kit.shapes import every_way, everything

SHAPES = [everything("member"), every_way("offer"), Shape("member", ())]
ELSEWHERE = """
import pickle, sys
from adapters.kit.shapes import every_way, everything
from adapters.contract.shape import Shape
shapes = [everything("member"), every_way("offer"), Shape("member", ())]
[hash(shape) for shape in shapes]
sys.stdout.buffer.write(pickle.dumps(shapes))
"""


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: shape.object)
def test_equal_shapes_hash_alike(shape: Shape) -> None:
    known = hash(shape)
    for other in (
        Shape(shape.object, tuple(replace(pick) for pick in shape.picks)),
        copy.deepcopy(shape),
        pickle.loads(pickle.dumps(shape)),
    ):
        assert other == shape
        assert hash(other) == known


def test_a_change_makes_another_key() -> None:
    shape = SHAPES[0]
    known = {shape: "as it was"}
    assert replace(shape, object="offer") not in known
    for place, pick in enumerate(shape.picks):
        for changed in (replace(pick, key="other"), replace(pick, first=3), replace(pick, slot=99)):
            picks = (*shape.picks[:place], changed, *shape.picks[place + 1 :])
            assert Shape(shape.object, picks) not in known


def test_a_hash_does_not_travel_to_another_process() -> None:
    """Hashes of text differ from process to process: one that came along would find nothing."""
    done = subprocess.run(
        [sys.executable, "-c", ELSEWHERE], env={**os.environ, "PYTHONHASHSEED": "1"}, capture_output=True, check=True
    )
    travelled = pickle.loads(done.stdout)
    assert travelled == SHAPES
    assert [hash(shape) for shape in travelled] == [hash(shape) for shape in SHAPES]


def test_shapes_stay_frozen_and_without_a_dictionary() -> None:
    pick = Pick("id", "id")
    with pytest.raises(FrozenInstanceError):
        pick.key = "other"  # type: ignore[misc]
    assert not hasattr(pick, "__dict__")
    assert "_hash" not in repr(pick)
