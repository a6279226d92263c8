"""Response classes measured and told: by hand, against scikit-learn, and where classes lack."""

from dataclasses import replace

import numpy as np
import pytest
from matplotlib.text import Text
from sklearn.metrics import roc_auc_score

from TACEResponseLib.validation.study.study import ClassScores, Model, Origin, Study
from TACEResponseLib.validation.style.figure import SMALLEST_PT
from TACEResponseLib.validation.topics.classes.class_tables import (
    class_methods,
    class_sentences,
    class_table,
)
from TACEResponseLib.validation.topics.classes.classes import ClassMeasures, measure_classes
from TACEResponseLib.validation.topics.classes.figure_confusion import (
    draw_class_roc,
    draw_confusion,
)

CLASSES = ("CR", "PR", "SD", "PD")


def study_of(
    responses: list[str],
    p: "np.ndarray[tuple[int, ...], np.dtype[np.float64]]",
    classes: tuple[str, ...] = CLASSES,
) -> Study:
    """A study that knows nothing but classes."""
    positive = p[:, :2].sum(axis=1)
    return Study(
        case_ids=tuple(f"P{i}" for i in range(len(responses))),
        outcome=np.array([int(r in ("CR", "PR", "")) for r in responses]),
        positive_class="CR or PR",
        models=(Model(name="m", probabilities=positive),),
        origin=Origin(source="made by a test"),
        responses=tuple(responses),
        class_scores=(ClassScores(name="m: net", classes=classes, probabilities=p, stage="raw"),),
    )


@pytest.fixture
def many() -> Study:
    """200 patients of four classes, whose own class is more probable than by chance."""
    rng = np.random.default_rng(5)
    truth = rng.integers(0, 4, 200)
    p = rng.dirichlet(np.ones(4), 200) + 0.4 * np.eye(4)[truth]
    return study_of([CLASSES[i] for i in truth], p / p.sum(axis=1, keepdims=True))


def measured(study: Study) -> ClassMeasures:
    return measure_classes(study, np.random.default_rng(1), resamples=100)[0]


def test_five_patients_worked_by_hand() -> None:
    p = [
        [0.9, 0.1, 0.0, 0.0],
        [0.2, 0.5, 0.2, 0.1],
        [0.6, 0.2, 0.1, 0.1],
        [0.1, 0.2, 0.6, 0.1],
        [0.4, 0.0, 0.3, 0.3],
    ]
    study = study_of(["CR", "PR", "PR", "SD", "SD"], np.array(p))
    measures = measured(study)
    assert measures.counts == {"CR": 1, "PR": 2, "SD": 2, "PD": 0}
    assert measures.mean_probability == pytest.approx(
        {"CR": 0.44, "PR": 0.2, "SD": 0.24, "PD": 0.12}
    )
    assert {name: e.value for name, e in measures.recall.items()} == {"CR": 1, "PR": 0.5, "SD": 0.5}
    assert measures.commonest == "PR"
    assert measures.commonest_accuracy is not None
    assert measures.result is not None
    assert measures.commonest_accuracy.value == pytest.approx(2 / 5)
    assert measures.result.accuracy.value == pytest.approx(3 / 5)
    # PR: .5 and .2 against .1, .2 and 0; one tie of six pairs.
    assert measures.result.one_vs_rest["PR"].value == pytest.approx(5.5 / 6)
    rows = class_table(measures).rows
    assert rows[3] == ("PD", "0", "0.0", "12.0", "nobody", "nobody")
    assert rows[5][0] == "always PR"
    text = " ".join(class_sentences(study, measures))
    assert "Nobody has PD" in text
    assert "observed one in 3 of 5 (60 %); calling everyone PR is right in 2 of 5 (40 %)" in text
    assert "is CR: given 44.0 % in the mean, seen in 20.0 %" in text


def test_macro_auc_is_scikit_learn_s_and_the_order_of_classes_does_not_matter(many: Study) -> None:
    p = many.class_scores[0].probabilities
    measures = measured(many).result
    assert measures is not None
    # scikit-learn wants the columns in the order of the sorted names.
    order = np.argsort(CLASSES)
    expected = roc_auc_score(many.responses, p[:, order], multi_class="ovr", average="macro")
    assert measures.macro.value == pytest.approx(expected)
    turned = replace(many.class_scores[0], classes=CLASSES[::-1], probabilities=p[:, ::-1])
    again = measured(replace(many, class_scores=(turned,))).result
    assert again is not None
    assert dict(again.one_vs_rest) == dict(measures.one_vs_rest)
    assert np.array_equal(np.array(again.confusion)[::-1, ::-1], measures.confusion)


def test_the_same_seed_gives_the_same_numbers(many: Study) -> None:
    assert measured(many) == measured(many)


def test_out_of_fold_classes_have_no_delong_interval(many: Study) -> None:
    measures = measured(replace(many, origin=replace(many.origin, cross_validated=True)))
    assert measures.result is not None
    assert {e.method for e in measures.result.one_vs_rest.values()} == {
        "percentile bootstrap of 100"
    }
    assert "DeLong" not in class_methods((measures,))


def test_unknown_classes_and_those_of_no_output_are_counted_and_left_out() -> None:
    p = np.array([[0.6, 0.3, 0.1], [0.2, 0.7, 0.1], [0.1, 0.2, 0.7], [0.3, 0.3, 0.4]])
    study = study_of(["CR", "PR", "", "PD"], p, classes=CLASSES[:3])
    measures = measured(study)
    assert (measures.n, measures.unknown, dict(measures.outside)) == (2, 1, {"PD": 1})
    text = " ".join(class_sentences(study, measures))
    assert "The response class of 2 of 4 patients is known" in text
    assert "1 of class PD, which m: net does not have, are left out" in text
    assert "Fewer than 10 patients: CR (1), PR (1)" in text


@pytest.mark.parametrize(
    ("responses", "words"),
    [(["", ""], "nobody's class is known"), (["SD", "SD"], "all of them are SD")],
)
def test_one_class_alone_is_said_and_not_judged(responses: list[str], words: str) -> None:
    study = study_of(responses, np.full((2, 4), 0.25))
    measures = measured(study)
    assert measures.result is None
    assert words in class_sentences(study, measures)[-1]
    assert class_table(measures).rows == ()
    assert class_methods((measures,)) == ""


def test_a_ranking_the_wrong_way_round_is_called_worse_than_chance(many: Study) -> None:
    # The more probable before, the less probable now; rows still add up to 1.
    turned = (1 - many.class_scores[0].probabilities) / 3
    worse = replace(many, class_scores=(replace(many.class_scores[0], probabilities=turned),))
    assert "WORSE than chance" in " ".join(class_sentences(worse, measured(worse)))


def test_the_matrix_shows_every_count_in_letters_of_seven_points_or_more(many: Study) -> None:
    measures = measured(many)
    assert measures.result is not None
    drawing = draw_confusion(measures, measures.result, "confusion")
    texts = [text for text in drawing.figure.findobj(Text) if text.get_text()]
    assert min(float(text.get_fontsize()) for text in texts) >= SMALLEST_PT
    shown = [text.get_text().split("\n")[0] for text in drawing.figure.axes[0].texts]
    assert shown == [str(cell) for row in measures.result.confusion for cell in row]
    assert sum(int(str(row[2])) for row in drawing.rows) == measures.n
    for name in CLASSES:
        right = next(row for row in drawing.rows if row[:2] == (name, name))
        hits = sum(
            seen == name and row.argmax() == CLASSES.index(name)
            for seen, row in zip(many.responses, many.class_scores[0].probabilities, strict=True)
        )
        assert right[2:] == (hits, pytest.approx(hits / measures.counts[name]))
        assert measures.recall[name].value == pytest.approx(hits / measures.counts[name])


def test_the_curves_of_the_classes_have_their_auc(many: Study) -> None:
    measures = measured(many)
    assert measures.result is not None
    drawing = draw_class_roc(many, many.class_scores[0], measures, measures.result, "roc_classes")
    for name in CLASSES:
        points = np.array([row[2:] for row in drawing.rows if row[0] == name], dtype=float)
        area = float(np.trapezoid(points[:, 1], points[:, 0]))
        assert area == pytest.approx(measures.result.one_vs_rest[name].value)
