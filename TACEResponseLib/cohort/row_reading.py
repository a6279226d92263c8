"""One row of a cohort table becomes a patient, or a list of everything that is wrong with it."""

from collections.abc import Mapping
from pathlib import Path

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.ids import broken_rule, remedy, shown
from TACEResponseLib.basics.reading import cells
from TACEResponseLib.basics.terms import CohortRole, ImageSequence, ResponseClass
from TACEResponseLib.cohort.columns import (
    FILES,
    LIVER,
    ROI,
    ROI_READER2,
    SEQUENCES,
    clinical_cell,
    clinical_column,
    other_unit,
)
from TACEResponseLib.cohort.follow_up_cells import read_follow_up
from TACEResponseLib.cohort.header import column_kind
from TACEResponseLib.cohort.patient import (
    NEGATIVE_WORDS,
    POSITIVE_WORDS,
    CohortPatient,
    Known,
    Problem,
)
from TACEResponseLib.cohort.row_options import read_choice, read_row_context, unused_without_roi
from TACEResponseLib.patient.record import ClinicalRecord, read_record

RESPONSES = (*ResponseClass, *POSITIVE_WORDS, *NEGATIVE_WORDS)
Row = Mapping[str, str]


def read_row(number: int, row: Row, folder: Path) -> tuple[list[Problem], CohortPatient | None]:
    """One row, or everything that is wrong with it.

    Args:
        number: line of the file.
        row: texts by column.
        folder: that paths are relative to.
    """
    clinical, problems = _clinical(number, row)
    features, odd = _features(number, row)
    files = {name: folder / row[name] for name in FILES if row.get(name)}
    choice, ill_chosen = read_choice(number, row)
    context, ill_said = read_row_context(number, row)
    follow_up, ill_followed = read_follow_up(number, row)
    problems += [*_word_problems(number, row), *odd, *_file_problems(number, row, files)]
    problems += [*ill_chosen, *ill_said, *ill_followed]
    if problems or clinical is None:
        return problems, None
    role = _plain(row.get("role", ""))
    patient = CohortPatient(
        row=number,
        case_id=row["case_id"],
        role=CohortRole(role) if role else None,
        clinical=clinical,
        response=response_word(row.get("response", "")) or "",
        images={ImageSequence(n): files[n] for n in SEQUENCES if n in files},
        roi=files.get(ROI),
        sequence_rois={
            ImageSequence(n): files[f"roi_{n}"] for n in SEQUENCES if f"roi_{n}" in files
        },
        roi_reader2=files.get(ROI_READER2),
        liver=files.get(LIVER),
        roi_choice=choice,
        context=context,
        features=features,
        readings={n: response_word(v) or "" for n, v in _columns_of(row, "reading").items()},
        other=_columns_of(row, "other") | follow_up,
    )
    return [], patient


def known_of(row: Row) -> Known:
    """What may be written of a row, whatever else is wrong with it."""
    name, role = row.get("case_id", ""), _plain(row.get("role", ""))
    return Known(
        case_id="" if broken_rule(name) else name,
        role=role if role in set(CohortRole) else "",
        response=response_word(row.get("response", "")) or "",
    )


def response_word(text: str) -> str | None:
    """A response as a patient keeps it: in any case, yes and no for 1 and 0.

    Returns: empty for a blank, `None` for a word that can't be told.
    """
    if text.upper() in set(ResponseClass):
        return text.upper()
    said = cells.truth(text)
    if said is not None:
        return POSITIVE_WORDS[0] if said else NEGATIVE_WORDS[0]
    word = _plain(text)
    return word if word in ("", *POSITIVE_WORDS, *NEGATIVE_WORDS) else None


def _plain(text: str) -> str:
    """A word of ours in whatever case it was written, with dashes or blanks."""
    return text.lower().replace("-", "_").replace(" ", "_")


def _columns_of(row: Row, kind: str) -> dict[str, str]:
    return {name: value for name, value in row.items() if column_kind(name) == kind}


def _word_problems(number: int, row: Row) -> list[Problem]:
    """Id, role and responses."""
    problems: list[Problem] = []
    name = row.get("case_id", "")
    if not name:
        problems.append(
            _problem(number, "case_id", "must name the patient", "a blank", "give a study number")
        )
    elif rule := broken_rule(name):
        problems.append(_problem(number, "case_id", rule, shown(name), remedy(name)))
    role = row.get("role", "")
    if role and _plain(role) not in set(CohortRole):
        problems.append(
            _problem(
                number,
                "role",
                f"must be one of {', '.join(CohortRole)}",
                repr(role),
                "correct it, or leave it blank to have it drawn",
            )
        )
    for column in ("response", *_columns_of(row, "reading")):
        response = row.get(column, "")
        if response_word(response) is None:
            problems.append(
                _problem(
                    number,
                    column,
                    f"must be one of {', '.join(RESPONSES)}",
                    repr(response),
                    "correct it, or leave it blank",
                )
            )
    return problems


def _file_problems(number: int, row: Row, files: Mapping[str, Path]) -> list[Problem]:
    """Paths that lead nowhere, and an image without the tumor that its table promises."""
    problems = []
    has_image = any(name in files for name in SEQUENCES)
    has_roi = any(name.startswith(ROI) and name != ROI_READER2 for name in files)
    if ROI in row and has_image and not has_roi:
        problems.append(
            _problem(
                number,
                ROI,
                "must name the tumor's file",
                "a blank",
                "give its path; a table for recipes without an ROI has no such column",
            )
        )
    if not any(name.startswith(ROI) for name in files):
        problems += unused_without_roi(number, row)
    for name, path in files.items():
        if (objection := _not_there(path)) is not None:
            problems.append(
                _problem(
                    number,
                    name,
                    "must be there",
                    objection,
                    "correct the path; it is relative to the table",
                )
            )
    return problems


def _not_there(path: Path) -> str | None:
    """What speaks against a path: nothing there, or something that never ends; else `None`."""
    try:
        if not path.exists():
            return path.name
        # A folder may hold a DICOM series; a pipe or a device holds nothing.
        return None if path.is_dir() or path.is_file() else f"{path.name}, which is no file"
    except (OSError, ValueError):
        return f"{path.name[:60]}, which no file can be called"


def _features(number: int, row: Row) -> tuple[dict[str, float], list[Problem]]:
    """Features of a row; a blank one is absent."""
    features: dict[str, float] = {}
    problems = []
    for column, text in _columns_of(row, "feature").items():
        if not text:
            continue
        value = cells.number_in(text)
        if value is not None:
            features[column] = value
        else:
            problems.append(
                _problem(
                    number, column, "must be a number", repr(text)[:40], cells.number_remedy(text)
                )
            )
    return features, problems


def _clinical(number: int, row: Row) -> tuple[ClinicalRecord | None, list[Problem]]:
    """The clinical record of a row; each bad value is a problem of its own column."""
    values: dict[str, object] = {}
    problems = []
    for column, text in row.items():
        parsed = clinical_column(column) if text else None
        if parsed is None or other_unit(column):
            continue
        given = clinical_cell(*parsed, text)
        try:
            read_record({parsed[0]: given}, in_table=True)
        except InputError as error:
            problems.append(_problem(number, column, error.rule, error.got, error.remedy))
            continue
        values[parsed[0]] = given
    try:
        return read_record(values), problems
    except InputError as error:
        problems.append(_problem(number, "clinical", error.rule, error.got, error.remedy))
        return None, problems


def _problem(row: int, column: str, rule: str, got: str, remedy: str) -> Problem:
    return Problem(row=row, column=column, rule=rule, got=got, remedy=remedy)
