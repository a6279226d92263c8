"""Response, no response, can't tell: what a class-conditional set promises, and what it doesn't."""

from dataclasses import replace

import numpy as np
import pytest

from TACEResponseLib.fusion.answers import (
    ERROR,
    AnswerCounts,
    CaseAnswer,
    answer_counts,
    answer_of,
    case_answer,
    class_ranks,
    is_borne_out,
)

# crepes 0.9.1, ConformalClassifier with a class a bin and no smoothing: p values of the negative
# and of the positive class, for 0.05, .3, .5, .7 and .95.
CASES = (0.05, 0.3, 0.5, 0.7, 0.95)
P_NEGATIVE = (0.95, 0.7, 0.35, 0.15, 0.05)
P_POSITIVE = (0.090909, 0.318182, 0.363636, 0.545455, 0.909091)


def fixed() -> tuple[np.ndarray, np.ndarray]:
    scores = np.array([((7 * k) % 40 + 0.5) / 40 for k in range(40)])
    labels = np.array([(k % 3 == 0) or scores[k] > 0.8 for k in range(40)])
    return scores[labels], scores[~labels]


def test_p_values_are_those_of_crepes() -> None:
    positive, negative = class_ranks(*fixed(), CASES)
    assert positive == pytest.approx(P_POSITIVE, abs=1e-6)
    assert negative == pytest.approx(P_NEGATIVE, abs=1e-6)


@pytest.mark.parametrize("m", [8, 9, 20, 37])
def test_a_class_is_kept_as_often_as_ranks_say(m: int) -> None:
    # Exact: 1 - floor(.1 (m + 1)) / (m + 1), whatever the scores mean.
    rng = np.random.default_rng(m)
    kept = [
        class_ranks(rng.normal(size=m), rng.normal(size=3), rng.normal(size=50))[0] > ERROR
        for _ in range(400)
    ]
    expected = 1 - np.floor(ERROR * (m + 1) + 1e-12) / (m + 1)
    assert np.mean(kept) == pytest.approx(expected, abs=0.01)
    assert m > 8 or np.all(kept)


def test_counts_leave_each_patient_out_of_its_class() -> None:
    rng = np.random.default_rng(4)
    positive, negative = rng.normal(1, 1, 25), rng.normal(0, 1, 40)
    answers = []
    for k, score in enumerate(positive):
        answer = case_answer(np.delete(positive, k), negative, score)
        answers.append((answer.answer, "positive"))
    for k, score in enumerate(negative):
        answer = case_answer(positive, np.delete(negative, k), score)
        answers.append((answer.answer, "negative"))
    by_hand = AnswerCounts(
        positive=sum(a == "positive" for a, _ in answers),
        positive_right=sum(a == t == "positive" for a, t in answers),
        negative=sum(a == "negative" for a, _ in answers),
        negative_right=sum(a == t == "negative" for a, t in answers),
        cannot_tell=sum(a == "can't tell" for a, _ in answers),
    )
    assert answer_counts(positive, negative) == by_hand


def test_both_or_neither_class_is_no_answer() -> None:
    assert answer_of(0.5, 0.5) == answer_of(0.05, 0.05) == "can't tell"
    assert (answer_of(0.5, 0.1), answer_of(0.1, 0.5)) == ("positive", "negative")


def test_an_answer_that_the_probability_contradicts_is_none() -> None:
    counts = AnswerCounts(
        positive=200, positive_right=190, negative=200, negative_right=190, cannot_tell=0
    )
    case = CaseAnswer(answer="negative", p_positive=0.05, p_negative=0.3, counts=counts)
    assert case.worded == "negative"
    assert replace(case, is_borne_out=False).worded == "can't tell"
    assert is_borne_out("negative", [0.43, 0.2, 0.49])
    assert not is_borne_out("negative", [0.43, 0.58, 0.61])
    assert not is_borne_out("positive", [0.45, 0.58, 0.61])


def test_nobody_who_is_told_nothing_is_told_right() -> None:
    counts = answer_counts(*fixed())
    with pytest.raises(ValueError, match="told nothing"):
        counts.outcomes("can't tell")
