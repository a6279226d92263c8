from pathlib import Path
from typing import Any

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.bundle import Bundle, load_bundle, save_bundle


def contents(folder: Path) -> dict[str, bytes]:
    return {
        p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()
    }


def test_the_same_bundle_gives_the_same_bytes(bundle: Bundle, saved: Path, tmp_path: Path) -> None:
    save_bundle(bundle, tmp_path / "again")
    assert contents(tmp_path / "again") == contents(saved)


def test_a_loaded_bundle_saves_to_the_bytes_it_came_from(saved: Path, tmp_path: Path) -> None:
    save_bundle(load_bundle(saved), tmp_path / "again")
    assert contents(tmp_path / "again") == contents(saved)


def test_saving_tells_the_hash_that_loading_finds(bundle: Bundle, tmp_path: Path) -> None:
    saved = save_bundle(bundle, tmp_path / "new")
    assert saved.sha256 == load_bundle(tmp_path / "new").sha256
    assert saved.source == "new"


def test_an_existing_folder_is_left_alone(bundle: Bundle, copied: Path) -> None:
    before = contents(copied)
    with pytest.raises(InputError, match="small-simulated: must not exist yet"):
        save_bundle(bundle, copied)
    assert contents(copied) == before


def test_a_failure_leaves_nothing_behind(
    bundle: Bundle, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> str:
        raise OSError("disk full")

    monkeypatch.setattr("TACEResponseLib.bundle.writing.write_sums", fail)
    with pytest.raises(OSError, match="disk full"):
        save_bundle(bundle, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []


def test_others_may_read_a_saved_bundle(saved: Path) -> None:
    assert saved.stat().st_mode & 0o055 == 0o055


def test_a_branch_of_another_kind_than_the_metadata_say_is_refused(
    bundle: Bundle, radiomics_branch: Any, tmp_path: Path
) -> None:
    network = bundle.branches[0]
    renamed = radiomics_branch.settings.model_copy(update={"name": network.name})
    odd = type(radiomics_branch)(renamed, radiomics_branch.state, radiomics_branch.pipeline)
    mixed = Bundle(
        metadata=bundle.metadata,
        branches=(odd, bundle.branches[1]),
        fusion=bundle.fusion,
        card=bundle.card,
    )
    with pytest.raises(TypeError, match="cnn: the metadata calls it image_network"):
        save_bundle(mixed, tmp_path / "new")
    assert list(tmp_path.iterdir()) == []
