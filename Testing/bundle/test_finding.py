from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import installed_bundles, load_bundle
from TACEResponseLib.bundle.finding import find_bundle


@pytest.fixture
def shipped(saved: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A program with one installed bundle and a stray folder."""
    bundles = tmp_path / "Bundles"
    bundles.mkdir()
    (bundles / "small-simulated").symlink_to(saved)
    (bundles / "empty").mkdir()
    monkeypatch.setattr(
        "TACEResponseLib.bundle.finding.resource_path", lambda *parts: tmp_path.joinpath(*parts)
    )
    return bundles


def test_only_folders_with_metadata_are_bundles(shipped: Path) -> None:
    assert installed_bundles() == (shipped / "small-simulated",)


def test_a_name_means_the_installed_bundle_even_beside_a_folder_of_that_name(
    shipped: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "small-simulated").mkdir()
    assert find_bundle("small-simulated") == shipped / "small-simulated"
    assert find_bundle(Path("small-simulated")) == Path("small-simulated")
    assert find_bundle("./small-simulated") == Path("small-simulated")


@pytest.mark.usefixtures("shipped")
def test_an_unknown_name_is_answered_with_the_nearest_and_all_others() -> None:
    with pytest.raises(InputError, match=r"--bundle: .*did you mean small-simulated\? installed:"):
        find_bundle("smal-simulated")


@pytest.mark.usefixtures("shipped")
def test_of_a_path_that_is_not_there_only_the_name_is_shown(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"got 'other.zip'") as caught:
        find_bundle(tmp_path / "other.zip")
    assert str(tmp_path) not in str(caught.value)


@pytest.mark.parametrize("name", ["x" * 5000, "a\0b", "", "."])
def test_a_name_that_no_bundle_can_have_is_refused_in_one_line(name: str) -> None:
    with pytest.raises(InputError, match="--bundle") as caught:
        load_bundle(name)
    assert len(str(caught.value)) < 400


def test_a_program_without_bundles_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "TACEResponseLib.bundle.finding.resource_path", lambda *parts: tmp_path.joinpath(*parts)
    )
    assert installed_bundles() == ()
    with pytest.raises(InputError, match="installed: none"):
        find_bundle("x")
