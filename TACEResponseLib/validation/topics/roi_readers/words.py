"""Two readers' ROIs as sentences, tables and methods text; all of it follows from the numbers."""

from TACEResponseLib.evaluation.agreement.intraclass import ICC_NAMES
from TACEResponseLib.evidence.icc_filter import IccFilter
from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.style.words import interval, number, share
from TACEResponseLib.validation.topics.roi_readers.roi_readers import (
    PROBABILITY_FORM,
    FeatureAgreement,
    RoiAgreement,
)

# Koo and Li, Journal of Chiropractic Medicine 2016;15:155: at least 30 patients and 3 readers.
ADVISED_PATIENTS = 30
MOST_FEATURES = 20
FEATURE_FILE = "feature_icc.csv"
FEATURE_COLUMNS = (
    "branch",
    "feature",
    "form",
    "form_in_words",
    "icc",
    "low_95",
    "high_95",
    "n",
    "shift_training_sd",
)


def roi_sentences(agreement: RoiAgreement) -> tuple[str, ...]:
    """Who was read twice, what happens to the probability, and which features hold."""
    sentences = [_probability(agreement), _patients(agreement)]
    if agreement.features:
        sentences.append(_features(agreement))
    return tuple(sentences)


def _probability(agreement: RoiAgreement) -> str:
    """The model's answer between readers."""
    changed = round(agreement.changed_calls.value * agreement.n)
    low, high = agreement.limits.low, agreement.limits.high
    return (
        f"With the second reader's ROI the probability of {agreement.model} changes by "
        f"{interval(agreement.mean_absolute_difference, 3)} on average (without sign); "
        f"{PROBABILITY_FORM} is {interval(agreement.probability_icc[PROBABILITY_FORM], 3)}. Second "
        f"less first: {interval(agreement.limits.bias, 3)} in the mean, and in 95 of 100 patients "
        f"between {interval(low, 3)} and {interval(high, 3)} (Bland-Altman limits). "
        f"{share(changed, agreement.n)} change sides of the cut-off of "
        f"{number(agreement.threshold)}."
    )


def _patients(agreement: RoiAgreement) -> str:
    """On whom it rests."""
    few = (
        f" Fewer than the {ADVISED_PATIENTS} that are advised, so the intervals count more than "
        "the values."
        if agreement.n < ADVISED_PATIENTS
        else ""
    )
    # A reason of the reader of files begins with the case.
    reasons = [
        f.reason if f.reason.startswith(f.case_id) else f"{f.case_id}, {f.reason}"
        for f in agreement.failures
    ]
    failed = "".join(f" Left out: {reason}." for reason in reasons)
    return f"{agreement.n} patients have a second reader's ROI that could be scored.{few}{failed}"


def _features(agreement: RoiAgreement) -> str:
    """How many features reach the least correlation that is asked for."""
    total = len(agreement.features)
    reached = sum(f.value.value >= _minimum(f) for f in agreement.features)
    sure = sum(f.value.low >= _minimum(f) for f in agreement.features)
    least = " and ".join(dict.fromkeys(f"{f.form} >= {_minimum(f):g}" for f in agreement.features))
    training = (
        "Training dropped features that did not."
        if any(f.minimum is not None for f in agreement.features)
        else "Training did not filter by readers; this is the recipes' usual minimum."
    )
    return (
        f"{share(reached, total)} of the numbers that the model takes from the ROI reach {least} "
        f"here, {sure} with the whole interval. {training}"
    )


def _minimum(feature: FeatureAgreement) -> float:
    """Asked for by the recipe, or by default."""
    return IccFilter().minimum if feature.minimum is None else feature.minimum


def feature_table(agreement: RoiAgreement) -> Table:
    """The least reliable features first; an undefined correlation before all."""
    ordered = sorted(
        agreement.features, key=lambda f: (f.value.value == f.value.value, f.value.value)
    )
    shown = ordered[:MOST_FEATURES]
    rest = len(ordered) - len(shown)
    more = f" The {rest} most reliable others are in {FEATURE_FILE}." if rest else ""
    forms = ", ".join(dict.fromkeys(f"{f.form} is {ICC_NAMES[f.form]}" for f in shown))
    return Table(
        columns=("feature", "form", "ICC", "ICC(3,1)", "shift, training SD", "n"),
        rows=tuple(
            (
                f"{f.branch}: {f.name}",
                f.form,
                interval(f.value),
                interval(f.icc["ICC(3,1)"]),
                number(f.shift_sd),
                str(f.value.n),
            )
            for f in shown
        ),
        note=f"{forms}; ICC(3,1), {ICC_NAMES['ICC(3,1)']}, leaves a constant shift between readers "
        f"out. Shift: second reader less first. All six forms are in {FEATURE_FILE}.{more}",
    )


def feature_rows(agreement: RoiAgreement) -> list[tuple[object, ...]]:
    """Every form of every feature, and of the probability, for the file."""
    rows: list[tuple[object, ...]] = []
    for f in agreement.features:
        rows += [
            (f.branch, f.name, form, ICC_NAMES[form], e.value, e.low, e.high, e.n, f.shift_sd)
            for form, e in f.icc.items()
        ]
    rows += [
        ("", "probability", form, ICC_NAMES[form], e.value, e.low, e.high, e.n, None)
        for form, e in agreement.probability_icc.items()
    ]
    return rows


def roi_methods(agreement: RoiAgreement | None) -> str:
    """Sentence for a paper; nothing without second readings."""
    if agreement is None:
        return ""
    forms = ", ".join(dict.fromkeys([*(f.form for f in agreement.features), PROBABILITY_FORM]))
    return (
        f"In {agreement.n} patients the tumor was drawn by a second reader; the model's features "
        f"and probability by both ROIs were compared by intraclass correlation ({forms}; Shrout "
        "and Fleiss, Psychological Bulletin 1979;86:420, intervals of ICC(2, .) by McGraw and "
        f"Wong), by the mean absolute difference ({agreement.mean_absolute_difference.method}) and "
        "by Bland and Altman's limits of agreement (Statistical Methods in Medical Research "
        "1999;8:135)."
    )
