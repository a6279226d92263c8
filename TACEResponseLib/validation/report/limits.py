"""The box `What this does not show`, computed from the data."""

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.validation.report.counted_answers import criterion_and_readout
from TACEResponseLib.validation.study.study import HALF_SET_ON, Study
from TACEResponseLib.validation.style.words import share
from TACEResponseLib.validation.topics.topic import Results
from TACEResponseLib.validation.topics.topics import in_place


def limits(study: Study, results: Results) -> tuple[str, ...]:
    """One sentence for each thing that the reader might believe and must not."""
    sentences = [
        *_origin(study),
        *(line for topic in in_place() for line in topic.limits(study, results)),
        *_images(study),
        *_cut_off(study),
        *(warning.message for warning in study.warnings),
        *_left(study),
        "That treating by this model would change what happens to patients: nobody was treated by "
        "it here.",
    ]
    return tuple(dict.fromkeys(sentences))


def _origin(study: Study) -> list[str]:
    """Simulated, in-sample, internal, or not said."""
    origin, sentences = study.origin, []
    if origin.simulated:
        sentences.append("Anything about real patients: these are SIMULATED.")
    if origin.in_sample:
        sentences.append(
            "How the model does on new patients: some or all of these shaped it "
            "(in-sample), so every number is too good."
        )
    elif origin.cross_validated:
        sentences.append(
            "How one fixed model does elsewhere: predictions are out-of-fold, from "
            "several models of one cohort."
        )
    elif not origin.roles:
        sentences.append(
            "Independence: the table does not say whether these patients, or others of "
            "their hospital, trained the model (column role)."
        )
    elif CohortRole.EXTERNAL_TEST not in origin.roles:
        sentences.append("How the model does in another hospital: this is an internal test.")
    return sentences


def _images(study: Study) -> list[str]:
    """Phase and criterion, without which numbers can't be compared."""
    sentences = []
    phases = study.attributes.get("phase")
    if phases is None:
        sentences.append(
            "Dependence on contrast phase: the table does not name it, or names one only."
        )
    elif missing := sum(not phase for phase in phases):
        sentences.append(f"The contrast phase of {share(missing, study.n)} is missing.")
    facts = study.facts
    if facts is None or not (facts.criterion.n_stated or facts.readout.n):
        sentences.append("By which criterion and when response was read: not said.")
    elif facts.criterion.not_stated or facts.readout.not_stated:
        sentences.append(
            f"By which criterion and when the response of some was read: "
            f"{criterion_and_readout(facts)}."
        )
    return sentences


def _cut_off(study: Study) -> list[str]:
    """A cut-off that nobody set."""
    if study.models[0].threshold_set_on != HALF_SET_ON:
        return []
    return ["What another cut-off would give: none was set in training, so one half is used."]


def _left(study: Study) -> list[str]:
    """Patients without a number."""
    if not study.failures:
        return []
    total = study.n + len(study.failures)
    return [
        f"What the model says of {share(len(study.failures), total)} who could not be used; "
        "they are listed below."
    ]
