"""The columns that a cohort table may have."""

from difflib import get_close_matches

from TACEResponseLib.clinical.schema import load_schema
from TACEResponseLib.terms import ImageSequence

REQUIRED = ("case_id", "role", "roi", "response")
SEQUENCES = tuple(sequence.value for sequence in ImageSequence)
# Known, kept and shown in table 1; no model reads them.
OTHER = (
    "site", "scanner", "criterion", "readout_days", "reader", "image_to_treatment_days",
    "treatment", "embolic_agent", "earlier_treatment", "concomitant_treatment", "phase",
    "roi_reader2", "time_to_progression_days", "progressed", "survival_days", "died",
)  # fmt: skip
# What only a simulation knows; a model that could read it would know the answer.
ANSWERS = ("true_probability",)
ANSWER_PREFIX = "latent_"


def is_answer(column: str) -> bool:
    """Whether a column holds what only a simulation knows."""
    return column in ANSWERS or column.startswith(ANSWER_PREFIX)


def clinical_column(column: str) -> tuple[str, str | None] | None:
    """Variable and unit of a clinical column: `albumin_g_per_l`, or `albumin_g_per_l [g/dL]`.

    Returns: `None` for a column of another kind; no unit means the schema's own.
    """
    name, bracket, rest = column.partition("[")
    variable = name.strip()
    if variable not in load_schema().by_name:
        return None
    return variable, rest.rstrip("] ").strip() if bracket else None


def nearest_column(column: str) -> str | None:
    """The known column that is most like an unknown one."""
    known = [*REQUIRED, *SEQUENCES, *OTHER, *load_schema().by_name]
    near = get_close_matches(column.lower(), known, n=1, cutoff=0.6)
    return near[0] if near else None
