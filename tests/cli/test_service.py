"""The process that serves."""

import gc

from starlette.applications import Starlette

from gateway.cli.service import settled


def test_a_full_collection_does_not_look_through_what_stays() -> None:
    app = Starlette()
    before = gc.get_freeze_count()
    try:
        assert settled(app) is app
        assert gc.get_freeze_count() > before
        assert all(each is not app for each in gc.get_objects())
    finally:
        gc.unfreeze()
