"""The columns that a cohort table may have."""

import re

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.nearest import nearest
from TACEResponseLib.basics.reading.cells import number_in
from TACEResponseLib.basics.terms import SECOND_READER, ImageSequence
from TACEResponseLib.patient.schema import load_schema
from TACEResponseLib.patient.units import Meant, in_table, other_writing

REQUIRED = ("case_id", "role", "response")
SEQUENCES = tuple(sequence.value for sequence in ImageSequence)
ROI, ROI_READER2, LIVER = "roi", "roi_reader2", "liver"
SEQUENCE_ROIS = tuple(f"roi_{sequence}" for sequence in SEQUENCES)
FILES = (*SEQUENCES, ROI, *SEQUENCE_ROIS, ROI_READER2, LIVER)
"""Columns of paths, relative to the table."""
ROI_CHOICE = ("roi_label", "roi_segment", "large_roi")
"""What the options of `score` say of one patient's ROI; values are separated by `;`."""
CONTEXT = ("image_date", "treatment_date", "planned_treatment", "is_first_treatment", "bclc_stage")
"""What `--context` says of one patient."""
# Known, kept and shown in table 1; no model reads them.
OTHER = (
    "site",
    "scanner",
    "criterion",
    "readout_days",
    "reader",
    "image_to_treatment_days",
    "treatment",
    "embolic_agent",
    "earlier_treatment",
    "concomitant_treatment",
    "phase",
    "time_to_progression_days",
    "progressed",
    "survival_days",
    "died",
)
DAYS = ("readout_days", "image_to_treatment_days", "time_to_progression_days", "survival_days")
EVENTS = ("progressed", "died")
NUMBERS = (*DAYS, *EVENTS, "response", "large_roi", "is_first_treatment")
"""Columns that can hold numbers, yes and no being 1 and 0; all else of ours are words."""
# What only a simulation knows; a model that could read it would know the answer.
ANSWER_PREFIXES = ("latent_", "true_probability")
READING = re.compile(r"response_reader[1-9]")
"""One reader's own call beside the response that is agreed on; no model reads it."""
FEATURE = re.compile(
    rf"({SECOND_READER})?((ct|mr)_[a-z0-9_]+:)?"
    r"([A-Za-z0-9.\-]+_(shape|firstorder|glcm|gldm|glrlm|glszm|ngtdm)_[A-Za-z0-9]+|n_lesions)"
)
"""As pyradiomics names features, with the sequence and the second reader before it."""


def is_answer(column: str) -> bool:
    """Whether a column holds what only a simulation knows."""
    return column.startswith(ANSWER_PREFIXES)


def is_feature(column: str) -> bool:
    """Whether a column holds a radiomics feature that was computed elsewhere."""
    match = FEATURE.fullmatch(column)
    return match is not None and (match[2] is None or match[2].rstrip(":") in SEQUENCES)


def clinical_column(column: str) -> tuple[str, str | None] | None:
    """Variable and unit of a clinical column: `albumin_g_per_l`, or `albumin_g_per_l [g/dL]`.

    Returns: `None` for a column of another kind; no unit means the schema's own. The unit is one
        of the variable's, or as it was written if it is none of them.
    """
    name, _, rest = column.partition("[")
    variable = name.strip()
    if variable not in load_schema().by_name:
        return None
    unit = rest.rstrip("] ").strip()
    return variable, (load_schema().by_name[variable].unit_written(unit) or unit) or None


def other_unit(column: str) -> InputError | None:
    """What to say of a clinical column in a unit that its variable can't have."""
    variable, unit = clinical_column(column) or ("", None)
    if unit is None:
        return None
    known = load_schema().by_name[variable].units
    if unit in known or load_schema().by_name[variable].type in ("category", "boolean"):
        return None
    return InputError(
        column,
        f"{variable} must be in one of {', '.join(known)}",
        got=repr(unit)[:20],
        remedy=f"name the column {variable} [UNIT] with one of them, or convert it",
    )


def clinical_cell(variable: str, unit: str | None, text: str) -> object:
    """A cell as a JSON record would have it."""
    if load_schema().by_name[variable].type in ("category", "boolean"):
        return text
    value = number_in(text)
    if value is None:
        return text
    return {"value": value, "unit": unit} if unit else value


def column_meant(column: str) -> str:
    """What to say of an unknown column that is like a known one; empty if it is like none.

    A clinical variable is named with its unit: under another name the values may be in another.
    """
    if meant := other_writing(column):
        return in_table(meant)
    variables = load_schema().by_name
    near = nearest(column, [*REQUIRED, *FILES, *ROI_CHOICE, *CONTEXT, *OTHER, *variables])
    if near in variables:
        return in_table(Meant(variables[near], None))
    return f"did you mean {near}?" if near else ""
