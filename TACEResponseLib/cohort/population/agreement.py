"""A table whose responses are of another criterion or endpoint than the model's is refused."""

from collections.abc import Callable, Sequence

from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import Endpoint
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.patient.criterion import criterion_name, is_same_criterion

RESPONDERS = ("responder", "non_responder")
"""These words are of objective response; 1 and 0 say of no endpoint whether it was seen."""
JUDGED_APART = (
    "leave those responses blank, or judge such patients apart: score them, then validate the "
    "table of predictions"
)
"""Remedy where a finished model is judged or updated."""


def check_agreement(
    patients: Sequence[CohortPatient],
    criterion: str,
    endpoint: Endpoint,
    remedy: Callable[[str, str], str],
) -> None:
    """Refuse patients whose response was read by another criterion, or means another endpoint.

    Args:
        patients: of a table; those without a response pass.
        criterion: of recipe or model, in its words.
        endpoint: of recipe or model.
        remedy: by column and what it says, beside mending the table.
    Raises: InputError: names column, how many patients, and the first.
    """
    read = [patient for patient in patients if patient.response]
    ours = {"criterion": criterion_name(criterion), "endpoint": endpoint.value}
    for column, own in ours.items():
        others = [p for p in read if _contradicts(column, p.other.get(column, ""), own)]
        if others:
            raise _refused(column, own, others, len(read), remedy)
    if set(endpoint.positive_classes) == set(Endpoint.OBJECTIVE_RESPONSE.positive_classes):
        return
    worded = [p for p in read if p.response in RESPONDERS and not p.other.get("endpoint")]
    if worded:
        raise InputError(
            f"{option('cohort')}, response",
            f"must be CR, PR, SD or PD for the endpoint {endpoint.value}: responder is CR or PR",
            got=f"{worded[0].response} in {len(worded)} of {len(read)} patients, the first is "
            f"{worded[0].case_id}",
            remedy=f"give the class, or a column endpoint that says {endpoint.value}",
        )


def _contradicts(column: str, text: str, own: str) -> bool:
    """Whether a filled cell says another thing; four classes are summed up as two."""
    if not text:
        return False
    if column == "criterion":
        return not is_same_criterion(text, own)
    return set(Endpoint(text).positive_classes) != set(Endpoint(own).positive_classes)


def _refused(
    column: str,
    ours: str,
    others: Sequence[CohortPatient],
    read: int,
    remedy: Callable[[str, str], str],
) -> InputError:
    said = others[0].other[column]
    theirs = criterion_name(said) if column == "criterion" else said
    return InputError(
        f"{option('cohort')}, {column}",
        f"must be the model's, {ours}",
        got=f"{theirs} in {len(others)} of {read} patients with a response, the first is "
        f"{others[0].case_id} (line {others[0].row})",
        remedy=remedy(column, theirs),
    )
