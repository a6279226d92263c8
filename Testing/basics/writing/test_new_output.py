"""A result reaches its place whole or not at all, and over nobody's file."""

import hashlib
import json
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.writing.new_output import check_output, new_file, new_folder
from TACEResponseLib.basics.writing.own_files import foreign_files


def write_result(folder: Path, **files: str) -> None:
    """An earlier result, with the list that its record holds."""
    folder.mkdir()
    listed: dict[str, str | None] = {"prediction.json": None}
    for name, text in files.items():
        path = folder / name.replace("_png", ".png")
        path.write_text(text)
        listed[path.name] = hashlib.sha256(text.encode()).hexdigest()
    (folder / "prediction.json").write_text(json.dumps({"record_version": 1, "files": listed}))


def make(folder: Path, meanwhile: Callable[[], object], *, overwrite: bool = False) -> None:
    """A run, during which something else happens in the same place."""
    with new_folder(folder, overwrite=overwrite) as draft:
        (draft / "prediction.json").write_text("ours")
        meanwhile()


def make_file(path: Path, meanwhile: Callable[[], object]) -> None:
    """The same of one file."""
    with new_file(path) as draft:
        draft.write_text("ours")
        meanwhile()


def test_a_folder_that_appears_during_the_run_stays_as_it_is(tmp_path: Path) -> None:
    folder = tmp_path / "out"

    def appear() -> None:
        folder.mkdir()
        (folder / "notes.txt").write_text("mine")

    with pytest.raises(InputError, match="must not appear while"):
        make(folder, appear)
    assert (folder / "notes.txt").read_text() == "mine"
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["notes.txt", "out"]


@pytest.mark.parametrize("kind", ["file", "link", "dangling"])
def test_whatever_appears_under_the_name_stays(kind: str, tmp_path: Path) -> None:
    folder, other = tmp_path / "out", tmp_path / "other"
    if kind == "link":
        other.mkdir()

    def appear() -> None:
        folder.write_text("mine") if kind == "file" else folder.symlink_to(other)

    with pytest.raises(InputError, match="must not appear while"):
        make(folder, appear)
    assert folder.is_symlink() or folder.read_text() == "mine"
    assert not list(tmp_path.glob(".*"))


def test_of_many_runs_into_one_output_one_wins_and_the_others_are_told(tmp_path: Path) -> None:
    messages: list[str] = []
    refused: list[str] = []
    gate = threading.Barrier(8)

    def run(number: int) -> None:
        try:
            with new_folder(tmp_path / "out") as draft:
                (draft / "who.txt").write_text(str(number))
                gate.wait()
            messages.append(str(number))
        except InputError as error:
            refused.append(error.rule[:21])

    threads = [threading.Thread(target=run, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert refused == ["must not appear while"] * 7
    assert messages == [(tmp_path / "out" / "who.txt").read_text()]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_a_file_that_appears_during_the_run_stays_as_it_is(tmp_path: Path) -> None:
    path = tmp_path / "mine.yaml"
    with pytest.raises(InputError, match="must not appear while"):
        make_file(path, lambda: path.write_text("mine"))
    assert path.read_text() == "mine"
    assert list(tmp_path.iterdir()) == [path]


def test_a_file_system_without_links_gets_files_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_paths: Path) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr("TACEResponseLib.basics.writing.new_output.os.link", refuse)
    with new_file(tmp_path / "a.txt") as draft:
        draft.write_text("ours")
    assert (tmp_path / "a.txt").read_text() == "ours"
    with pytest.raises(InputError, match="must not appear"):
        make_file(tmp_path / "a.txt", lambda: None)
    assert (tmp_path / "a.txt").read_text() == "ours"


def test_files_that_no_record_lists_are_kept_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_result(folder, overview_png="ours")
    check_output(folder, overwrite=True)
    (folder / "saliency_mine.nii.gz").write_text("mine")
    with pytest.raises(InputError, match=r"saliency_mine\.nii\.gz; choose another name"):
        check_output(folder, overwrite=True)


def test_a_listed_file_that_was_changed_since_is_kept_and_told(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_result(folder, overview_png="ours")
    (folder / "overview.png").write_text("painted on")
    with pytest.raises(InputError, match=r"overview\.png \(changed since\)"):
        check_output(folder, overwrite=True)
    assert (folder / "overview.png").read_text() == "painted on"


@pytest.mark.parametrize(
    "record",
    [
        "{}",
        "[]",
        "no JSON",
        '{"files": {"prediction.json": null}}',
        "[" * 100_000,
        '{"record_version": 1}',
        '{"record_version": 1, "files": ["prediction.json"]}',
        '{"record_version": 1, "files": {"../../x": null}}',
    ],
    ids=["empty", "list", "text", "no version", "deep", "no list", "list of names", "elsewhere"],
)
def test_a_prediction_json_that_is_none_of_ours_is_kept(record: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    folder.mkdir()
    (folder / "prediction.json").write_text(record)
    assert foreign_files(folder) == ["prediction.json"]
    with pytest.raises(InputError, match=r"with prediction\.json"):
        check_output(folder, overwrite=True)


def test_links_and_folders_are_nobody_s_result(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_result(folder, overview_png="ours", radiomics="ours")
    (folder / "overview.png").unlink()
    (tmp_path / "picture").write_text("ours")
    (folder / "overview.png").symlink_to(tmp_path / "picture")
    (folder / "radiomics").unlink()
    (folder / "radiomics").mkdir()
    assert foreign_files(folder) == ["overview.png", "radiomics"]


def test_a_file_laid_into_an_earlier_result_during_the_run_is_kept(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_result(folder, overview_png="ours")
    with pytest.raises(InputError, match=r"notes\.txt"):
        make(folder, lambda: (folder / "notes.txt").write_text("mine"), overwrite=True)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "overview.png").read_text() == "ours"
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_overwriting_leaves_the_new_result_alone(tmp_path: Path) -> None:
    folder = tmp_path / "out"
    write_result(folder, overview_png="old")
    with new_folder(folder, overwrite=True) as draft:
        (draft / "new.txt").write_text("new")
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["new.txt", "out"]


@pytest.mark.parametrize("name", [".", "../out", "../out/."])
def test_an_earlier_result_is_replaced_by_whatever_name_it_is_called(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    write_result(tmp_path / "out", overview_png="old")
    monkeypatch.chdir(tmp_path / "out")
    make(Path(name), lambda: None, overwrite=True)
    assert [p.name for p in (tmp_path / "out").iterdir()] == ["prediction.json"]
    assert [p.name for p in tmp_path.iterdir()] == ["out"]


def test_parents_made_for_nothing_go_again_and_others_stay(tmp_path: Path) -> None:
    (tmp_path / "there").mkdir()
    with pytest.raises(RuntimeError), new_folder(tmp_path / "there" / "a" / "b" / "out"):
        raise RuntimeError
    assert sorted(p.name for p in tmp_path.rglob("*")) == ["there"]


def test_the_error_of_a_file_that_was_read_is_not_blamed_on_the_output(tmp_path: Path) -> None:
    with pytest.raises(PermissionError), new_folder(tmp_path / "out"):
        raise PermissionError(13, "Permission denied", "/elsewhere/image.nii")
