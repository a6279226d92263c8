"""The public cohort HCC-TACE-Seg as a cohort table of ours: 105 real patients before TACE.

Response is CR or PR by mRECIST in the majority of three readers; a patient whom not all three read
has none. Every patient is for training: cohorts as small are judged by cross-validation.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import check_id, twins
from TACEResponseLib.basics.process.progress import Progress, silent
from TACEResponseLib.basics.reading.given_paths import take_paths
from TACEResponseLib.basics.reading.strict_numbers import read_number
from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.basics.writing.csv_writing import records_csv
from TACEResponseLib.basics.writing.new_output import check_output, new_folder
from TACEResponseLib.cohort.columns import is_feature
from TACEResponseLib.cohort.hcc_tace_seg.columns import (
    BEADS,
    CODES,
    DAYS_PER_WEEK,
    EVENTS,
    ID,
    NO_REGIMEN,
    NUMBERS,
    OFFSET_FEATURES,
    READERS,
    REGIMEN,
    RESPONSE_CODES,
    WEEKS,
    YES_NO,
    needed_columns,
)
from TACEResponseLib.cohort.hcc_tace_seg.images import COLUMNS, image_notes, import_images
from TACEResponseLib.cohort.hcc_tace_seg.notes import notes
from TACEResponseLib.cohort.spreadsheet import read_sheet, sheet_records
from TACEResponseLib.cohort.table_rows import read_csv

COHORT_FILE, NOTES_FILE = "cohort.csv", "NOTES.md"
FEATURE_ID = "Patient"
Row = dict[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportRequest:
    """Which files of the collection, and where the cohort goes."""

    table: Path
    """The workbook; its first sheet is read."""
    output: Path
    """Folder made by the run."""
    features: Path | None = None
    """CSV of pyradiomics features by `Patient`; those that an intensity offset moves are left
    out."""
    images: Path | None = None
    """The collection as downloaded; its CTs stay where they are, the table names them."""

    def __post_init__(self) -> None:
        """Take paths as text too."""
        take_paths(self, "table", "output", "features", "images")


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportedCohort:
    """What was written, and whose images could not be taken."""

    files: tuple[Path, Path]
    """The table, and its notes."""
    rows: Sequence[Row]
    """As written, by id."""
    problems: Mapping[str, InputError] = field(default_factory=dict)
    """By patient; such a patient stands in the table without images."""

    @property
    def n_read(self) -> int:
        """Patients whom every reader has read."""
        return sum(bool(row["response"]) for row in self.rows)

    @property
    def n_responders(self) -> int:
        """Of those, whom most readers call responders."""
        return sum(row["response"] == "responder" for row in self.rows)

    @property
    def n_masks(self) -> int:
        """Patients whose images were taken."""
        return sum(bool(row.get("roi")) for row in self.rows)

    def check_complete(self) -> None:
        """Refuse a cohort some of whose images could not be taken, though it is written.

        Raises: InputError: there are `problems`.
        """
        if self.problems:
            raise InputError(
                option("images"),
                "every patient's images must be whole",
                got=f"{len(self.problems)} not",
                remedy="these patients stand in the table without images",
            )


def import_hcc_tace_seg(request: ImportRequest, progress: Progress = silent) -> ImportedCohort:
    """Read the collection's table and write `cohort.csv`, `NOTES.md` and, of images, the masks.

    Args:
        request: files of the collection.
        progress: called with each patient with images.
    Raises: InputError: a file is not what it should be, or the output exists; nothing is written.
    """
    folder, features, images = request.output, request.features, request.images
    check_output(folder)
    rows = cohort_rows(_workbook(request.table))
    header = list(rows[0])
    if features is not None:
        names, by_id = _features(features)
        _check_joined(features, by_id, rows)
        header += names
        rows = [row | by_id.get(row["case_id"], {}) for row in rows]
    lines: list[str] = []
    problems: Mapping[str, InputError] = {}
    with new_folder(folder) as draft:
        if images is not None:
            ids = [row["case_id"] for row in rows]
            imported = import_images(images, ids, folder, draft, progress)
            rows = [{**row, **imported.cells.get(row["case_id"], {})} for row in rows]
            header += COLUMNS
            lines, problems = image_notes(imported), imported.problems
        (draft / COHORT_FILE).write_bytes(records_csv(header, rows).encode("utf-8"))
        said = notes(rows, has_features=features is not None, images=lines)
        (draft / NOTES_FILE).write_text(said, encoding="utf-8")
    return ImportedCohort(
        files=(folder / COHORT_FILE, folder / NOTES_FILE), rows=rows, problems=problems
    )


def cohort_rows(records: Sequence[Mapping[str, str]]) -> list[Row]:
    """Patients in our columns, by id; no column of a reader or of time enters a predictor.

    Raises: InputError: a code that the glossary doesn't have, or a patient twice.
    """
    rows = sorted((_row(record) for record in records), key=lambda row: row["case_id"])
    for row in rows:
        check_id(row["case_id"], f"TABLE, {ID}")
    for place, _ in twins(row["case_id"] for row in rows):
        got = f"{rows[place]['case_id']} twice"
        raise InputError(
            f"TABLE, {ID}",
            "must name each patient once",
            got=got,
            remedy="get the collection's own table",
        )
    return rows


def majority(calls: Sequence[str]) -> str:
    """Responder if most readers say CR or PR; empty unless every reader has read."""
    if not all(calls):
        return ""
    positive = sum(call in ("CR", "PR") for call in calls)
    return "responder" if 2 * positive > len(calls) else "non_responder"


def _row(record: Mapping[str, str]) -> Row:
    """One patient."""
    calls = [_coded(record, f"{reader}_mRECIST", RESPONSE_CODES) for reader in READERS]
    return {
        "case_id": record[ID],
        "role": CohortRole.TRAINING.value,
        "response": majority(calls),
        **{f"response_reader{reader}": call for reader, call in zip(READERS, calls, strict=True)},
        "criterion": "mRECIST",
        "reader": "majority of 3",
        **{ours: _number(record, theirs) for theirs, ours in NUMBERS.items()},
        **{ours: _coded(record, theirs, codes) for theirs, (ours, codes) in CODES.items()},
        **_regimen(record[REGIMEN]),
        **{ours: _days(record, theirs) for theirs, ours in WEEKS.items()},
        **{
            ours: {"yes": "1", "no": "0", "": ""}[_coded(record, theirs, YES_NO)]
            for theirs, ours in EVENTS.items()
        },
    }


def _coded(record: Mapping[str, str], column: str, codes: Mapping[str, str]) -> str:
    """What a code means; a blank stays blank."""
    text = record[column]
    if text and text not in codes:
        raise _bad(record, column, f"must be one of {', '.join(codes)}", text)
    return codes.get(text, "")


def _number(record: Mapping[str, str], column: str) -> str:
    """A number as it reads best; Excel keeps 4.6 as 4.5999999999999996."""
    text = record[column]
    try:
        return f"{read_number(text):.10g}" if text else ""
    except ValueError as error:
        raise _bad(record, column, "must be a number", text) from error


def _days(record: Mapping[str, str], column: str) -> str:
    """Weeks as whole days."""
    weeks = _number(record, column)
    return str(round(float(weeks) * DAYS_PER_WEEK)) if weeks else ""


def _regimen(text: str) -> Row:
    """Treatment by the drugs named; unknown in some."""
    if text in NO_REGIMEN:
        return {"treatment": "", "embolic_agent": ""}
    return {"treatment": "DEB-TACE" if BEADS in text.lower() else "cTACE", "embolic_agent": text}


def _bad(record: Mapping[str, str], column: str, rule: str, got: str) -> InputError:
    return InputError(
        f"TABLE, {record[ID]}, {column}",
        rule,
        got=repr(got)[:40],
        remedy="get the collection's own table, version 2",
    )


def _workbook(table: Path) -> list[Row]:
    """Rows of the table, checked for the columns that are needed."""
    where = f"TABLE {table.name}"
    header, records = sheet_records(read_sheet(table, where))
    missing = [name for name in needed_columns() if name not in header]
    if missing or not records:
        raise InputError(
            where,
            "must be the collection's clinical table, version 2",
            got=f"no {', '.join(missing[:3]) or 'patient'}",
            remedy="get HCC-TACE-Seg_clinical_data-V2.xlsx",
        )
    return records


def _features(path: Path) -> tuple[list[str], dict[str, Row]]:
    """Names of the features that can be used, and their values by patient."""
    where = f"{option('features')} {path.name}"
    header, rows = read_csv(path, where, is_feature)
    names = [name for name in header if is_feature(name) and name not in OFFSET_FEATURES]
    if FEATURE_ID not in header or not names:
        raise InputError(
            where,
            f"must have a column {FEATURE_ID} and pyradiomics' features",
            got=", ".join(header[:3]) or "none",
            remedy="rename the columns as pyradiomics does",
        )
    by_id = {row[FEATURE_ID]: {name: row[name] for name in names} for row in rows}
    if len(by_id) != len(rows):
        raise InputError(
            where,
            "must name each patient once",
            got=f"{len(rows)} rows of {len(by_id)} patients",
            remedy="keep one row a patient",
        )
    return names, by_id


def _check_joined(path: Path, by_id: Mapping[str, Row], rows: Sequence[Row]) -> None:
    """Features of strangers mean that ids are written otherwise."""
    strangers = sorted(set(by_id) - {row["case_id"] for row in rows})
    if strangers:
        raise InputError(
            f"{option('features')} {path.name}",
            "must be of patients of the table",
            got=", ".join(strangers[:3]),
            remedy="write ids as the table does, such as HCC_001",
        )
