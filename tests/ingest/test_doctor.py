"""Doctor also says what other packages have checked, without knowing them."""

from __future__ import annotations

import tomllib
from importlib.metadata import EntryPoint

import pytest

from corpus.settings import Settings
from ingest import doctor
from tests.conftest import ROOT


def test_the_checks_of_other_packages_are_found_by_their_entry_points(monkeypatch: pytest.MonkeyPatch) -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    declared = [
        EntryPoint(*entry, doctor.CHECKS_GROUP) for entry in project["entry-points"][doctor.CHECKS_GROUP].items()
    ]
    monkeypatch.setattr(doctor, "entry_points", lambda group: declared if group == doctor.CHECKS_GROUP else [])
    findings = doctor._installed_checks(Settings())
    assert (True, "Hinweis: kein Sprachmodell eingerichtet; geantwortet wird mit Zitaten") in findings
