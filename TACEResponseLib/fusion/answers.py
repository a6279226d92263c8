"""Response, no response, or can't tell: which classes a case is not too strange for.

A class is kept unless the case scores stranger than nine tenths of that class' own patients did, by
fits that had not seen them. Of every class, whoever belongs to it keeps it nine times in ten: that
says how often an answer leaves the truth out, and not how often a single answer is right. So a
single answer is given only where it was right often enough in patients of the training cohort.
"""

from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from TACEResponseLib.basics.logistic import Floats
from TACEResponseLib.evaluation.proportions import proportion

Answer = Literal["positive", "negative", "can't tell"]
ERROR = 0.1
# A single answer is given where so many patients got it, and it was right so often.
FEWEST_ANSWERED = 30
LEAST_RIGHT = 0.75
# With fewer patients of a class no score is strange enough to leave the class out.
FEWEST_TO_LEAVE_OUT = 9


@dataclass(frozen=True, slots=True, kw_only=True)
class CaseAnswer:
    """What a case is answered, and what is known of such answers."""

    answer: Answer
    """The class that is kept; not what is worded, unless `is_worded`."""
    p_positive: float
    p_negative: float
    counts: "AnswerCounts"
    is_borne_out: bool = True
    """Whether probability and Venn-Abers pair lie on its side of one half too."""

    @property
    def worded(self) -> Answer:
        """The answer that may be given: a single one only where it was right often enough.

        How often is an average over all who got it; at its border an answer and the probability may
        say opposite things, and then it is none.
        """
        is_given = self.is_borne_out and self.counts.is_worded(self.answer)
        return self.answer if is_given else "can't tell"


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerCounts:
    """What patients of the training cohort would have been answered, each by the others' scores."""

    positive: int
    """Patients told the positive class."""
    positive_right: int
    negative: int
    negative_right: int
    cannot_tell: int

    def outcomes(self, answer: Answer) -> tuple[int, int]:
        """Patients who got a single answer, and those of them for whom it was right."""
        if answer == "positive":
            return self.positive, self.positive_right
        if answer == "negative":
            return self.negative, self.negative_right
        raise ValueError("who can't be told anything is told nothing right or wrong")

    def is_worded(self, answer: Answer) -> bool:
        """Whether a single answer was given and was right often enough to be given."""
        return answer != "can't tell" and is_often_right(*self.outcomes(answer))


def is_often_right(n: int, right: int) -> bool:
    """Whether an answer to n patients, right for some, may be given to another.

    The limit is the lower one of a 95 % interval by Clopper and Pearson.
    """
    return n >= FEWEST_ANSWERED and proportion(right, n).low >= LEAST_RIGHT


def class_ranks(
    positive: ArrayLike, negative: ArrayLike, scores: ArrayLike
) -> tuple[Floats, Floats]:
    """How ordinary scores are among the patients of each class.

    Args:
        positive: (m,), scores of patients of the positive class, by fits without them.
        negative: (k,), of the others.
        scores: (n,), of cases; higher speaks for the positive class.
    Returns: (n,) p values of the positive class, and of the negative one: the share of the class,
        with the case, that is as strange or stranger.
    Source: class-conditional conformal prediction, Vovk, Gammerman and Shafer, Algorithmic Learning
        in a Random World 2005, section 4.5.
    """
    events, others = np.sort(np.ravel(positive)), np.sort(np.ravel(negative))
    cases = np.asarray(scores, dtype=float)
    as_low = np.searchsorted(events, cases, side="right")
    as_high = others.size - np.searchsorted(others, cases, side="left")
    return (as_low + 1) / (events.size + 1), (as_high + 1) / (others.size + 1)


def answer_of(p_positive: float, p_negative: float) -> Answer:
    """The one class that is kept; both or neither says nothing."""
    if p_positive > ERROR >= p_negative:
        return "positive"
    return "negative" if p_negative > ERROR >= p_positive else "can't tell"


def case_answer(positive: ArrayLike, negative: ArrayLike, score: float) -> CaseAnswer:
    """The answer of one case.

    Args:
        positive: (m,), as `class_ranks` takes them.
        negative: (k,).
        score: of the case.
    """
    p_positive, p_negative = (float(p[0]) for p in class_ranks(positive, negative, [score]))
    return CaseAnswer(
        answer=answer_of(p_positive, p_negative),
        p_positive=p_positive,
        p_negative=p_negative,
        counts=answer_counts(positive, negative),
    )


def is_borne_out(answer: Answer, probabilities: ArrayLike) -> bool:
    """Whether all probabilities of the positive class lie on the side of an answer."""
    p = np.asarray(probabilities, dtype=float)
    return bool((p > 0.5).all() if answer == "positive" else (p < 0.5).all())


def answer_counts(positive: ArrayLike, negative: ArrayLike) -> AnswerCounts:
    """What the patients behind the scores would have been answered, each left out of its class.

    Args:
        positive: (m,), as `class_ranks` takes them.
        negative: (k,).
    """
    events, others = np.sort(np.ravel(positive)), np.sort(np.ravel(negative))
    # A patient that joins its own class again, without itself, ranks as it did among all.
    told_events = [
        answer_of(p_own, p_other)
        for p_own, p_other in zip(
            np.searchsorted(events, events, side="right") / max(events.size, 1),
            class_ranks(events, others, events)[1],
            strict=True,
        )
    ]
    told_others = [
        answer_of(p_other, p_own)
        for p_other, p_own in zip(
            class_ranks(events, others, others)[0],
            1 - np.searchsorted(others, others, side="left") / max(others.size, 1),
            strict=True,
        )
    ]
    answers = told_events + told_others
    return AnswerCounts(
        positive=answers.count("positive"),
        positive_right=told_events.count("positive"),
        negative=answers.count("negative"),
        negative_right=told_others.count("negative"),
        cannot_tell=answers.count("can't tell"),
    )
