"""What is delivered for operators agrees with the program: settings, units, container, alerts."""

from __future__ import annotations

import re
import shutil
import subprocess
from pathlib import Path

import pytest
import yaml

from corpus.settings import Settings
from tests.conftest import ROOT

GUIDE = (ROOT / "docs" / "betrieb.md").read_text(encoding="utf-8")
DEPLOY = ROOT / "deploy"
UNITS = ["aktenkundig.service", "aktenkundig-einlesen.service", "aktenkundig-einlesen.timer"]
FILES = ["Containerfile", "compose.yaml", *(f"deploy/{path.name}" for path in sorted(DEPLOY.iterdir()))]


def unit(name: str) -> dict[str, list[str]]:
    """The assignments of a unit file, by name."""
    found: dict[str, list[str]] = {}
    for line in (DEPLOY / name).read_text(encoding="utf-8").splitlines():
        if re.match(r"\w+=", line):
            key, value = line.split("=", 1)
            found.setdefault(key, []).append(value)
    return found


def seconds(value: str) -> float:
    return float(value.removesuffix("s"))


def test_the_guide_tells_every_setting_as_it_is() -> None:
    table = GUIDE.split("## Einstellungen")[1].split("\n## ")[0]
    told = dict(re.findall(r"^\| `AKTENKUNDIG_([A-Z_]+)` \|.*\| (leer|`[^`]*`) \|$", table, re.MULTILINE))
    defaults = {
        name.upper(): "leer" if field.default in (None, "", ()) else f"`{field.default}`"
        for name, field in Settings.model_fields.items()
    }
    assert told == {
        name: default.replace("True", "true").replace("False", "false") for name, default in defaults.items()
    }


@pytest.mark.parametrize("file", ["docs/betrieb.md", "docs/datenschutz.md", "SECURITY.md", "CHANGELOG.md", *FILES])
def test_settings_and_files_that_are_named_exist(file: str) -> None:
    text = (ROOT / file).read_text(encoding="utf-8")
    named = {name.lower() for name in re.findall(r"AKTENKUNDIG_([A-Z]\w*)", text)}
    assert named <= set(Settings.model_fields)
    for link in re.findall(r"\]\((?!http)([^)#]+)", text):
        assert (ROOT / file).parent.joinpath(link).exists(), link
    for path in re.findall(r"\bdeploy/[\w.-]+\w", text):
        assert (ROOT / path).is_file(), path


@pytest.mark.parametrize("name", ["aktenkundig.service", "aktenkundig-einlesen.service"])
def test_the_units_lock_the_program_in(name: str) -> None:
    told = unit(name)
    for key, value in {
        "User": "aktenkundig", "NoNewPrivileges": "yes", "ProtectSystem": "strict", "ProtectHome": "yes",
        "PrivateTmp": "yes", "StateDirectory": "aktenkundig", "CapabilityBoundingSet": "",
    }.items():  # fmt: skip
        assert told[key] == [value]
    assert told["SystemCallFilter"][0] == "@system-service"
    assert "MemoryMax" in told


def test_whoever_ends_the_program_waits_longer_than_it_does() -> None:
    own = float(Settings.model_fields["shutdown_seconds"].default)
    web = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["web"]
    assert seconds(unit("aktenkundig.service")["TimeoutStopSec"][0]) > own
    assert seconds(web["stop_grace_period"]) > own


def test_the_container_needs_to_write_nowhere_but_its_data_and_its_temporary_folder() -> None:
    web = yaml.safe_load((ROOT / "compose.yaml").read_text(encoding="utf-8"))["services"]["web"]
    assert web["read_only"] is True
    assert web["cap_drop"] == ["ALL"]
    assert [volume for volume in web["volumes"] if not volume.endswith(":ro")] == ["daten:/daten"]
    assert all(port.startswith("127.0.0.1:") for port in web["ports"])
    steps = (ROOT / "Containerfile").read_text(encoding="utf-8").split("\nFROM ")[-1]
    assert "\nUSER 10001:10001\n" in steps
    assert "\nHEALTHCHECK " in steps
    assert "AKTENKUNDIG_DATA=/daten" in steps


def test_the_container_takes_all_that_the_package_is_built_from() -> None:
    taken = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    packages = re.findall(r'"(\w+)\*"', project.split("[tool.setuptools.packages.find]")[1].split("[tool")[0])
    assert {*packages, "pyproject.toml", "README.md", "LICENSE", "NOTICE", "constraints.txt"} <= taken


def test_systemd_finds_no_fault_with_the_units(tmp_path: Path) -> None:
    """Where there is a systemd to ask; elsewhere its own names of sections must do."""
    for name in UNITS:
        text = (DEPLOY / name).read_text(encoding="utf-8")
        assert re.findall(r"^\[(\w+)\]$", text, re.MULTILINE)[0] == "Unit"
        # The program is not where the units expect it, and its guide neither.
        text = text.replace("/opt/aktenkundig/.venv/bin/aktenkundig", "/bin/true")
        (tmp_path / name).write_text(text, encoding="utf-8")
    if shutil.which("systemd-analyze"):
        units = [str(tmp_path / name) for name in UNITS]
        done = subprocess.run(
            ["systemd-analyze", "verify", "--man=no", *units], capture_output=True, text=True, check=False
        )
        assert (done.returncode, done.stdout, done.stderr) == (0, "", "")
