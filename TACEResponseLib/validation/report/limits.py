"""The box `What this does not show`, computed from the data."""

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.evaluation.discrimination.auc_interval import VERY_FEW_PER_CLASS
from TACEResponseLib.evaluation.inputs import FEW_PER_OUTCOME
from TACEResponseLib.validation.report.results import Results
from TACEResponseLib.validation.study.study import HALF_SET_ON, Study
from TACEResponseLib.validation.style.words import interval, needed_words, number, share

# Collins, Statistics in Medicine 2016;35:214: at least 100 with and 100 without the outcome.
FEWEST_PER_CLASS = 100
SUBSTANTIAL_KAPPA = 0.8


def limits(study: Study, results: Results) -> tuple[str, ...]:
    """One sentence for each thing that the reader might believe and must not."""
    sentences = [
        *_origin(study),
        *_size(study, results),
        *_sites(study),
        *_label(results),
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


def _size(study: Study, results: Results) -> list[str]:
    """What so few patients leave open."""
    fewer = min(study.events, study.n - study.events)
    if fewer >= FEWEST_PER_CLASS:
        return []
    area = results.models[0].auc
    sizes = results.models[0].sizes
    needed = f" {needed_words(sizes.needed)}" if sizes else ""
    few = " Calibration can't be judged." if fewer < FEW_PER_OUTCOME else ""
    is_widened = fewer < VERY_FEW_PER_CLASS and not study.origin.cross_validated
    widened = " (widened for so few)" if is_widened else ""
    return [
        f"Small differences: {study.n} patients, {fewer} in the smaller class, where "
        f"{FEWEST_PER_CLASS} are advised; the AUC may lie anywhere from {number(area.low)} to "
        f"{number(area.high)}{widened}.{few}{needed}"
    ]


def _sites(study: Study) -> list[str]:
    """One site, or none named."""
    sites = study.attributes.get("site")
    if sites is None:
        return ["That it holds across hospitals: one site, or sites are not named."]
    unknown = sum(not site for site in sites)
    return [f"Sites of {share(unknown, study.n)} are not named."] if unknown else []


def _label(results: Results) -> list[str]:
    """Noise of the outcome itself."""
    if results.agreement is None:
        return [
            "How sure the outcome is: no second reader, so the noise of the label, which caps "
            "every number, is unknown."
        ]
    pairs = [kappa for *_, kappa in results.agreement.pairs if kappa.value == kappa.value]
    if not pairs:
        return []
    worst = min(pairs, key=lambda kappa: kappa.value)
    if worst.value >= SUBSTANTIAL_KAPPA:
        return []
    return [
        f"What a model could reach with a sure label: readers agree with kappa of only "
        f"{interval(worst)} at worst."
    ]


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
    if not study.origin.criterion:
        sentences.append("By which criterion and when response was read: not said.")
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
