"""The folder that scoring writes: all of it or nothing, and never over the user's files."""

from collections.abc import Callable, Mapping
from pathlib import Path

from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.writing.csv_writing import csv_text
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.basics.writing.own_files import RECORD_NAME, listed_files
from TACEResponseLib.imaging.files.nifti_writing import write_nifti
from TACEResponseLib.patient.case import Case
from TACEResponseLib.result.prediction import Prediction
from TACEResponseLib.result.record import record_json

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
    Raises: InputError: `folder` exists, appears meanwhile or can't be written; nothing is left
        behind then.
    """
    check_output(folder, overwrite=overwrite)
    with new_folder(folder, overwrite=overwrite) as draft:
        _write_files(case, prediction, draft, with_scene=with_scene, progress=progress)
        for name, text in pages(draft).items():
            (draft / name).write_text(text, encoding="utf-8")
        # Last: it lists the others.
        record = record_json(prediction, listed_files(draft))
        (draft / RECORD_NAME).write_text(record, encoding="utf-8")
    return tuple(sorted(folder.iterdir(), key=_reading_order))


def _write_files(
    case: Case, prediction: Prediction, draft: Path, *, with_scene: bool, progress: Progress
) -> None:
    """Every file of a result."""
    from TACEResponseLib.output.pictures.overview import draw_overview

    progress("tables and saliency")
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
    rows = [
        (
            f.name,
            repr(f.value),
            repr(f.z_score),
            "" if f.contribution is None else repr(f.contribution),
            f.ibsi_code or "",
        )
        for branch in prediction.branches
        for f in branch.features
    ]
    return csv_text(CSV_COLUMNS, rows)


def _write_saliency(prediction: Prediction, draft: Path) -> None:
    """One NIfTI a sequence, on the input's own grid."""
    for branch in prediction.branches:
        for sequence, saliency in branch.saliency.items():
            write_nifti(saliency.volume, draft / f"saliency_{sequence.value}.nii.gz")


def _reading_order(path: Path) -> tuple[int, str]:
    """The picture first, then the scene, the record and the tables."""
    order = (REPORT_NAME, "overview.png", "scene.mrb", RECORD_NAME, "radiomics.csv")
    return (order.index(path.name) if path.name in order else len(order), path.name)
