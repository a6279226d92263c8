"""Resources are found beside the library or under the environment's share folder."""

from pathlib import Path

import pytest

from TACEResponseLib.basics import resources
from TACEResponseLib.basics.resources import resource_path


def test_the_source_tree_s_resources_are_found() -> None:
    assert resource_path("Clinical", "schema.json").is_file()
    assert resource_path("Recipes").parent == Path(resources.__file__).parents[2] / "Resources"


def test_a_wheel_s_resources_are_found_under_share(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(resources, "LIBRARY", tmp_path / "site-packages" / "TACEResponseLib")
    monkeypatch.setattr(resources.sys, "prefix", str(tmp_path))
    with pytest.raises(FileNotFoundError, match="install the program again"):
        resource_path("Clinical")
    folder = tmp_path / "share" / "taceresponse" / "Resources"
    (folder / "Clinical").mkdir(parents=True)
    assert resource_path("Clinical") == folder / "Clinical"
