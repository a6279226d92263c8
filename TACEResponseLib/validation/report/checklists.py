"""Checklists answered from the data, or marked as the authors' to fill."""

from TACEResponseLib import __version__
from TACEResponseLib.validation.report.checklist_items import CHECKLISTS
from TACEResponseLib.validation.report.counted_answers import NOT_VERIFIED, counted_answers
from TACEResponseLib.validation.report.missing_inputs import missing_inputs
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import share
from TACEResponseLib.validation.topics.topic import Results
from TACEResponseLib.validation.topics.topics import in_place

TO_FILL = "authors to fill"
COLUMNS = ("item", "topic", "answer", "answered_by")
Rows = tuple[tuple[str, str, str, str], ...]


def checklist_rows(study: Study, results: Results, n_limits: int) -> dict[str, Rows]:
    """The rows of every checklist by its name.

    Args:
        study: patients and models.
        results: their numbers.
        n_limits: sentences of the box `What this does not show`.
    """
    known = {key: text for key, text in _answers(study, results, n_limits).items() if text}
    return {
        name: tuple(
            (number, topic, known.get(key, TO_FILL), answered_by(known.get(key, TO_FILL)))
            for number, topic, key in items
        )
        for name, items in CHECKLISTS.items()
    }


def answered_by(answer: str) -> str:
    """Who has answered, or must."""
    return "authors" if answer.startswith((TO_FILL, NOT_VERIFIED)) else "this run"


def _answers(study: Study, results: Results, n_limits: int) -> dict[str, str]:
    """What data and run say; a blank is the authors' to fill."""
    return _of_patients(study) | _of_model(study) | _of_results(study, results, n_limits)


def _of_patients(study: Study) -> dict[str, str]:
    """Population, outcome, partitions."""
    origin, total = study.origin, study.n + len(study.failures)
    known = [role.value.replace("_", " ") for role in origin.roles]
    return {
        "source": origin.source,
        "missing": f"{share(len(study.failures), total)} left out, missing outcomes not filled in; "
        f"{missing_inputs(study)}{_missing_in_training(study)}",
        "flow": f"{total} in the table, {study.n} analyzed, {len(study.failures)} left out",
        "numbers": f"{study.n} patients, {study.events} {study.positive_class}",
        "partition": f"role: {', '.join(known)}; one row a patient"
        if known
        else f"{NOT_VERIFIED}: no roles in the table",
        "table_one": "table1.csv" if study.table_one else "",
        "imbalance": f"{share(study.events, study.n)} {study.positive_class}; no resampling of the "
        "evaluated patients",
        **counted_answers(study),
    }


def _missing_in_training(study: Study) -> str:
    """What training filled in; nothing where models are tables of probabilities."""
    if not study.drift:
        return ""
    return f"; in training: {study.origin.training_missing or f'{NOT_VERIFIED}, not counted then'}"


def _of_model(study: Study) -> dict[str, str]:
    """What was judged and how it was made."""
    first = study.models[0]
    return {
        "objective": f"evaluation of {', '.join(m.name for m in study.models)}",
        "cut_off": f"probability of {study.positive_class}; cut-off {first.threshold:.3f}, set on "
        f"{first.threshold_set_on}",
        "training": " ".join(study.origin.training),
        "software": f"TACEResponse {__version__}",
        "code": f"TACEResponse {__version__}, Apache-2.0",
        "checks": "one gate for outcomes, probabilities, follow-up; a broken rule stops the run",
        "checklist": "TRIPOD+AI, METRICS and CLAIM, filled as far as data tell",
    }


def _of_results(study: Study, results: Results, n_limits: int) -> dict[str, str]:
    """What came out, topic by topic."""
    answers = {
        "limitations": f"{n_limits} computed from the data, first page",
        "sample_size": f"training: {study.origin.development}" if study.origin.development else "",
    }
    for topic in in_place():
        for key, text in topic.answers(study, results).items():
            answers[key] = ", ".join(filter(None, (answers.get(key), text)))
    return answers
