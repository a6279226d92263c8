"""What the models did where a clinical value was missing, as far as the study tells."""

from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import share


def missing_inputs(study: Study) -> str:
    """Each variable for which the training cohort's value stands, with its patients.

    A table of probabilities does not tell what they were made of, so nothing is claimed of it.
    """
    if not study.drift:
        return "whether the models filled in missing inputs is not known"
    recorded = [d for d in study.drift if d.share_missing is not None]
    if not recorded:
        return "the models read no clinical value"
    several = len(study.models) > 1
    filled = [
        f"{f'{d.model}, ' if several else ''}{d.feature} in {share(study.n - d.n, study.n)}"
        for d in recorded
        if d.n < study.n
    ]
    if not filled:
        return "no clinical value was missing"
    return f"the training cohort's value stands for missing {', '.join(filled)}"
