"""`corridor serve`: the user's own databases, and settings that are wrong in every common way."""

import json
import re
import signal
import subprocess
import sys
from pathlib import Path

import httpx
import pytest
from pydantic import ValidationError

from gateway.embedded.processes import wait_until
from gateway.settings import Settings
from tests.cli.conftest import Corridor
from tests.cli.demo import RunningDemo

SECONDS = 30.0
SECRET = "hunter2-secret"
DSN = f"postgresql://someone:{SECRET}@127.0.0.1:1/nowhere"
MONTREAL = "CORRIDOR_REGISTRIES__MONTREAL__DSN"

WRONG = {
    "no registry": ({}, "no registry is set"),
    "no dsn": ({"CORRIDOR_REGISTRIES__MONTREAL__POOL_SIZE": "3"}, "registries.montreal.dsn: Field required"),
    "unknown key": ({MONTREAL: DSN, "CORRIDOR_REGISTRIES__MONTREAL__POOL": SECRET}, "registries.montreal.pool"),
    "no number": ({MONTREAL: DSN, "CORRIDOR_MAX_BODY": SECRET}, "max_body"),
    "not json": ({"CORRIDOR_REGISTRIES": SECRET}, "registries"),
    "no address": ({MONTREAL: f"montreal:{SECRET}"}, "registries.montreal.dsn: not of the form"),
    "a port that is none": ({MONTREAL: DSN.replace(":1/", ":one/")}, "registries.montreal.dsn: not of the form"),
    "no adapter": ({"CORRIDOR_REGISTRIES__ATLANTIS__DSN": DSN}, "no Python module adapters.atlantis"),
    "not an adapter": ({MONTREAL: DSN, "CORRIDOR_REGISTRIES__MONTREAL__ADAPTER": "json"}, "json has no ADAPTER"),
    "twice": (
        {
            MONTREAL: DSN,
            "CORRIDOR_REGISTRIES__OTHER__DSN": DSN,
            "CORRIDOR_REGISTRIES__OTHER__ADAPTER": "adapters.montreal",
        },
        "two registries share",
    ),
    "no file": ({MONTREAL: DSN, "CORRIDOR_SETTINGS": "nowhere.toml"}, "names a file that is not there"),
}


@pytest.mark.parametrize(("settings", "message"), WRONG.values(), ids=WRONG)
def test_wrong_settings_are_said_without_their_values(
    corridor: Corridor, settings: dict[str, str], message: str
) -> None:
    refused = corridor("serve", "--port", 0, **settings)
    assert (refused.returncode, refused.stdout) == (2, "")
    assert message in refused.stderr
    assert SECRET not in refused.stderr
    assert "Traceback" not in refused.stderr


@pytest.mark.parametrize("dsn", [f"montreal:{SECRET}", f"mysql://u:{SECRET}@h/d", f"postgresql://u:{SECRET}@h:x/d",
                                 f"postgresql://u:{SECRET}@h:0/d", f"postgresql://u:{SECRET}@[::1/d", ""])  # fmt: skip
def test_a_wrong_address_is_refused_and_never_shown(dsn: str) -> None:
    with pytest.raises(ValidationError, match="not of the form postgresql://") as refused:
        Settings(registries={"montreal": {"dsn": dsn}})
    assert SECRET not in str(refused.value)


@pytest.mark.parametrize(
    "dsn", ["postgresql://u:p@h:5432/d", "postgres://h/d", "postgresql://u@h:1,i:2/d", "postgresql:///d?host=/run"]
)
def test_addresses_have_several_forms(dsn: str) -> None:
    assert Settings(registries={"montreal": {"dsn": dsn}}).registries["montreal"].dsn.get_secret_value() == dsn


def test_a_broken_file_is_said(corridor: Corridor, tmp_path: Path) -> None:
    (tmp_path / "corridor.toml").write_text(f"[registries.montreal\ndsn = '{DSN}'", encoding="utf-8")
    refused = corridor("serve", "--port", 0)
    assert refused.returncode == 2
    assert "the settings cannot be read" in refused.stderr
    assert SECRET not in refused.stderr


def test_it_serves_the_registries_of_the_settings(
    demo: RunningDemo, tmp_path: Path, environment: dict[str, str]
) -> None:
    addresses = json.loads((demo.home / "demo.json").read_text(encoding="utf-8"))
    (tmp_path / "corridor.toml").write_text(
        f'[registries.montreal]\ndsn = "{addresses["montreal"]}"\n', encoding="utf-8"
    )
    settings = {
        "CORRIDOR_REGISTRIES__GUADALAJARA__DSN": DSN,  # down: the gateway starts all the same
        "CORRIDOR_GRAPHIQL": "false",
    }
    log = tmp_path / "log"
    with (
        log.open("w", encoding="utf-8") as output,
        subprocess.Popen(
            [sys.executable, "-m", "gateway.cli", "serve", "--port", "0"],
            stdout=output, stderr=output, cwd=tmp_path, env=environment | settings,
        ) as process,
    ):  # fmt: skip
        try:
            found: list[str] = []

            def answers() -> bool:
                found[:] = re.findall(r"http://127\.0\.0\.1:\d+", log.read_text(encoding="utf-8"))
                try:
                    return bool(found) and httpx.get(f"{found[0]}/healthz").status_code == 200
                except httpx.TransportError:
                    return False

            assert wait_until(answers, SECONDS), log.read_text(encoding="utf-8")
            assert wait_until(lambda: httpx.get(f"{found[0]}/readyz", timeout=20).status_code == 200, SECONDS)
            ready = httpx.get(f"{found[0]}/readyz", timeout=20)
            assert "server" not in ready.headers
            states = {each["cluster"]: each["state"] for each in ready.json()["registries"]}
            assert states["technomontreal"] == "OK"
            assert states["canieti-occidente"] in {"UNAVAILABLE", "CIRCUIT_OPEN"}
            assert httpx.get(f"{found[0]}/graphiql").status_code == 404
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)
        finally:
            process.kill()
    assert SECRET not in log.read_text(encoding="utf-8")
    assert "Traceback" not in log.read_text(encoding="utf-8")
