"""The bill of materials holds what runs, with its license, and nothing that only tests use."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib import __version__
from Testing.licenses import sbom


@pytest.fixture
def everything() -> dict[str, Any]:
    """As cyclonedx-py writes it: names as in package metadata, `dev` among what we need."""
    names = ("PyYAML", "lifelines", "pandas", "pingouin", "interface_meta")
    components = [
        {
            "bom-ref": f"{name}==1",
            "name": name,
            "version": "1",
            "type": "library",
            "licenses": [{"license": {"name": "License agreement in many words"}}],
        }
        for name in names
    ]
    needs = {
        "root-component": ["PyYAML==1", "pingouin==1", "lifelines==1"],
        "lifelines==1": ["pandas==1", "interface_meta==1"],
        "pingouin==1": ["pandas==1"],
    }
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "version": 1,
        "metadata": {"component": {"bom-ref": "root-component", "name": "taceresponse"}},
        "components": components,
        "dependencies": [{"ref": name, "dependsOn": on} for name, on in needs.items()],
    }


def test_what_only_tests_use_is_in_no_place_of_it(everything: dict[str, Any]) -> None:
    components = sbom.of_run_time(everything)
    assert "pingouin" not in json.dumps(components)
    on = {line["ref"]: line["dependsOn"] for line in components["dependencies"]}
    assert on == {
        "root-component": ["PyYAML==1", "lifelines==1"],
        "lifelines==1": ["pandas==1", "interface_meta==1"],
    }


def test_each_package_has_an_spdx_license_and_extras_are_optional(
    everything: dict[str, Any],
) -> None:
    by_name = {
        component["name"]: (component["scope"], component["licenses"])
        for component in sbom.of_run_time(everything)["components"]
    }
    mit, bsd = (
        [{"expression": expression, "acknowledgement": "concluded"}]
        for expression in ("MIT", "BSD-3-Clause")
    )
    assert by_name == {
        "PyYAML": ("required", mit),
        "lifelines": ("optional", mit),
        "pandas": ("optional", bsd),
        "interface_meta": ("optional", mit),
    }


def test_the_file_names_our_version_and_is_the_same_at_every_run(
    everything: dict[str, Any], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    source = tmp_path / "everything.json"
    source.write_text(json.dumps(everything), encoding="utf-8")
    written = []
    for name in ("first.json", "second.json"):
        monkeypatch.setattr(sys, "argv", ["sbom", str(source), str(tmp_path / name)])
        sbom.main()
        written.append((tmp_path / name).read_bytes())
    assert written[0] == written[1]
    assert json.loads(written[0])["metadata"]["component"]["version"] == __version__
