"""The folder that scoring writes: all of it or nothing, and never over the user's files."""

import csv
import errno
import io
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from TACEResponseLib.case import Case
from TACEResponseLib.errors import InputError
from TACEResponseLib.prediction import Prediction
from TACEResponseLib.progress import Progress, silent
from TACEResponseLib.record import record_json

RECORD_NAME = "prediction.json"
REPORT_NAME = "report.html"
Pages = Callable[[Path], Mapping[str, str]]
CSV_COLUMNS = ("feature", "value", "z_score", "contribution", "ibsi_code")


def no_pages(_draft: Path) -> Mapping[str, str]:
    """Nothing beyond the command line's files."""
    return {}


def write_outputs(
    case: Case,
    prediction: Prediction,
    folder: Path,
    *,
    overwrite: bool = False,
    with_scene: bool = True,
    pages: Pages = no_pages,
    progress: Progress = silent,
) -> tuple[Path, ...]:
    """Write record, radiomics, saliency, picture and scene as one folder.

    Args:
        case: the case that was scored.
        prediction: its result.
        folder: made by this call; its parent is made too when it is missing.
        overwrite: replace `folder` if it holds an earlier result and nothing else.
        with_scene: write `scene.mrb`, which needs slicer-core.
        pages: further texts by file name, made when the picture is there; it is handed the draft.
        progress: told the name of each stage.
    Returns: paths of the files written, in the order in which a person would open them.
    Raises: InputError: `folder` exists or can't be written; nothing is left behind then.
    """
    check_output(folder, overwrite=overwrite)
    with new_folder(folder) as draft:
        _write_files(case, prediction, draft, with_scene=with_scene, progress=progress)
        for name, text in pages(draft).items():
            (draft / name).write_text(text, encoding="utf-8")
    return tuple(sorted(folder.iterdir(), key=_reading_order))


def check_output(folder: Path, *, overwrite: bool | None) -> None:
    """Refuse an output folder before any work is done for it.

    Args:
        folder: to be made.
        overwrite: replace an earlier result; `None` where the command has no such option.
    """
    where = "--output"
    if folder.is_symlink() or (folder.exists() and not folder.is_dir()):
        raise InputError(where, "must be a folder that doesn't exist yet", got=f"a file {folder}",
                         remedy="choose another name")  # fmt: skip
    if folder.exists() and not overwrite:
        remedy = "choose another name" + (", or add --overwrite" if overwrite is False else "")
        raise InputError(where, "must not exist yet", got=str(folder), remedy=remedy)
    if folder.exists() and (foreign := _foreign_files(folder)):
        raise InputError(
            where,
            "--overwrite replaces a folder that holds an earlier result and nothing else",
            got=f"{folder} with {', '.join(foreign[:3])}",
            remedy="choose another name, or move these files away",
        )
    _check_writable(folder)


def _check_writable(folder: Path) -> None:
    """The nearest existing parent must let us make a folder."""
    parent = folder.absolute().parent
    while not parent.exists():
        parent = parent.parent
    if not parent.is_dir() or not os.access(parent, os.W_OK | os.X_OK):
        raise InputError("--output", "must lie in a folder that can be written to",
                         got=str(folder), remedy="choose another place")  # fmt: skip


def _foreign_files(folder: Path) -> list[str]:
    """Names in a folder that no result of ours would hold; all of them without a record."""
    names = sorted(p.name for p in folder.iterdir())
    if not names:
        return []
    if RECORD_NAME not in names:
        return names
    return [name for name in names if not _is_ours(folder / name)]


def _is_ours(path: Path) -> bool:
    """Whether a name is one that `write_outputs` gives."""
    fixed = {RECORD_NAME, REPORT_NAME, "radiomics.csv", "scene.mrb", "overview.png"}
    is_saliency = path.name.startswith("saliency_") and path.name.endswith(".nii.gz")
    return path.is_file() and (path.name in fixed or is_saliency)


@contextmanager
def new_folder(folder: Path) -> Iterator[Path]:
    """A draft folder beside the target, renamed to it at the end or removed on any failure."""
    made = _make_parents(folder.absolute().parent)
    draft = Path(tempfile.mkdtemp(prefix=f".{folder.name}-", dir=folder.absolute().parent))
    try:
        yield draft
        draft.chmod(0o777 & ~_umask())
        _swap(draft, folder)
    except OSError as error:
        raise _explained(error, folder) from error
    finally:
        shutil.rmtree(draft, ignore_errors=True)
        for parent in made:
            with _ignored_when_filled():
                parent.rmdir()


def _make_parents(parent: Path) -> list[Path]:
    """Make missing parents; return those made, innermost first."""
    missing = [p for p in (parent, *parent.parents) if not p.exists()]
    try:
        parent.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise _explained(error, parent) from error
    return missing


@contextmanager
def _ignored_when_filled() -> Iterator[None]:
    """A parent that now holds the result stays."""
    try:
        yield
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.ENOENT):
            raise


def _umask() -> int:
    """The process' umask; reading it needs setting it."""
    mask = os.umask(0)
    os.umask(mask)
    return mask


def _swap(draft: Path, folder: Path) -> None:
    """Put the draft in place; an earlier result goes only once the new one is there."""
    if not folder.exists():
        draft.rename(folder)
        return
    retired = draft.with_name(f"{draft.name}-old")
    folder.rename(retired)
    try:
        draft.rename(folder)
    except BaseException:
        retired.rename(folder)
        raise
    shutil.rmtree(retired)


def _explained(error: OSError, folder: Path) -> Exception:
    """A full disk or a missing permission is the user's to mend; the rest is ours."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return InputError("--output", "needs room on the disk", got=f"a full disk at {folder}",
                          remedy="free some space or choose another place")  # fmt: skip
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return InputError("--output", "must be writable", got=str(folder),
                          remedy="choose another place")  # fmt: skip
    return error


def _write_files(
    case: Case, prediction: Prediction, draft: Path, *, with_scene: bool, progress: Progress
) -> None:
    """Every file of a result."""
    from TACEResponseLib.pictures.overview import draw_overview

    progress("tables and saliency")
    (draft / RECORD_NAME).write_text(record_json(prediction), encoding="utf-8")
    (draft / "radiomics.csv").write_text(radiomics_csv(prediction), encoding="utf-8")
    _write_saliency(prediction, draft)
    progress("picture")
    draw_overview(case, prediction, draft / "overview.png")
    if with_scene:
        from TACEResponseLib.scene.mrb import write_scene

        progress("scene")
        write_scene(case, prediction, draft / "scene.mrb")


def radiomics_csv(prediction: Prediction) -> str:
    """Radiomics of every branch as CSV text; blank where there is no value."""
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(CSV_COLUMNS)
    for branch in prediction.branches:
        for f in branch.features:
            contribution = "" if f.contribution is None else repr(f.contribution)
            writer.writerow(
                (f.name, repr(f.value), repr(f.z_score), contribution, f.ibsi_code or "")
            )
    return text.getvalue()


def _write_saliency(prediction: Prediction, draft: Path) -> None:
    """One NIfTI a sequence, on the input's own grid."""
    import SimpleITK as sitk

    for branch in prediction.branches:
        for sequence, saliency in branch.saliency.items():
            path = draft / f"saliency_{sequence.value}.nii.gz"
            sitk.WriteImage(saliency.volume.to_sitk(), str(path), useCompression=True)


def _reading_order(path: Path) -> tuple[int, str]:
    """The picture first, then the scene, the record and the tables."""
    order = (REPORT_NAME, "overview.png", "scene.mrb", RECORD_NAME, "radiomics.csv")
    return (order.index(path.name) if path.name in order else len(order), path.name)
