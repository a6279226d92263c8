"""The response classes as table, sentences and methods text; all of it follows from the numbers."""

from collections.abc import Iterator

from TACEResponseLib.evaluation.discrimination.multiclass import MulticlassResult
from TACEResponseLib.evaluation.inputs import FEW_PER_OUTCOME
from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.study.study import Study
from TACEResponseLib.validation.style.words import interval, number, share
from TACEResponseLib.validation.topics.classes.classes import ClassMeasures

COLUMNS = ("class", "n", "observed, %", "given, %", "AUC against the rest", "called right")


def class_table(measures: ClassMeasures) -> Table:
    """A row a class, all classes, and always the commonest; empty without a result."""
    if measures.result is None or measures.commonest_accuracy is None:
        return Table(columns=COLUMNS, rows=())
    rows = [_row(measures, measures.result, name) for name in measures.classes]
    rows.append(
        (
            "all",
            str(measures.n),
            "100.0",
            "100.0",
            interval(measures.result.macro, 3),
            interval(measures.result.accuracy, 3),
        )
    )
    rows.append(
        (
            f"always {measures.commonest}",
            str(measures.n),
            "",
            "",
            "",
            interval(measures.commonest_accuracy, 3),
        )
    )
    return Table(
        columns=COLUMNS,
        rows=tuple(rows),
        note=f"{measures.name}. Given: mean probability of the class. Called right: share of the "
        "patients of a class in whom it is the most probable. All: macro AUC and accuracy. 95 % "
        "intervals.",
    )


def _row(measures: ClassMeasures, result: MulticlassResult, name: str) -> tuple[str, ...]:
    """One class; nobody may have it."""
    n = measures.counts[name]
    return (
        name,
        str(n),
        number(100 * n / measures.n, 1),
        number(100 * measures.mean_probability[name], 1),
        interval(result.one_vs_rest[name], 3) if n else "nobody",
        interval(measures.recall[name], 3) if n else "nobody",
    )


def class_sentences(study: Study, measures: ClassMeasures) -> tuple[str, ...]:
    """Who was judged, what came out, and what the probabilities are."""
    sentences = [" ".join(_patients(study, measures))]
    if measures.result is None:
        only = f"all of them are {measures.commonest}" if measures.n else "nobody's class is known"
        return (*sentences, f"Nothing tells the classes apart here: {only}.")
    sentences.append(_outcome(measures, measures.result))
    return (*sentences, _level(measures))


def _patients(study: Study, measures: ClassMeasures) -> Iterator[str]:
    """Known, unknown, foreign, absent and rare classes."""
    counts = ", ".join(f"{name} {n}" for name, n in measures.counts.items())
    yield f"The response class of {measures.n} of {study.n} patients is known and judged: {counts}."
    if measures.unknown:
        yield f"Of {measures.unknown} the class is not known; they are left out here."
    for name, n in measures.outside.items():
        yield f"{n} of class {name}, which {measures.name} does not have, are left out here."
    absent = [name for name, n in measures.counts.items() if not n]
    if absent and measures.n:
        yield (
            f"Nobody has {' or '.join(absent)}: no AUC, and the macro AUC is the mean of the "
            "other classes."
        )
    rare = [f"{name} ({n})" for name, n in measures.counts.items() if 0 < n < FEW_PER_OUTCOME]
    if rare:
        yield f"Fewer than {FEW_PER_OUTCOME} patients: {', '.join(rare)}; little is known of these."


def _outcome(measures: ClassMeasures, result: MulticlassResult) -> str:
    """Macro AUC against chance, accuracy beside that of no model."""
    macro = result.macro
    chance = "better than chance" if macro.low > 0.5 else "which chance could give too"
    if macro.high < 0.5:
        chance = "WORSE than chance: check the order of the classes"
    right = sum(result.confusion[i][i] for i in range(len(result.classes)))
    return (
        f"Macro AUC {interval(macro)}, {chance}. The most probable class is the observed one in "
        f"{share(right, measures.n)}; calling everyone {measures.commonest} is right in "
        f"{share(measures.counts[measures.commonest], measures.n)}."
    )


def _level(measures: ClassMeasures) -> str:
    """What the probabilities are, and the class that they miss by most."""
    observed = {name: n / measures.n for name, n in measures.counts.items()}
    given = measures.mean_probability
    worst = max(measures.classes, key=lambda name: abs(given[name] - observed[name]))
    return (
        f"Class probabilities are {measures.stage}. Farthest from its observed share is {worst}: "
        f"given {number(100 * given[worst], 1)} % in the mean, seen in "
        f"{number(100 * observed[worst], 1)} %."
    )


def class_methods(judged_networks: tuple[ClassMeasures, ...]) -> str:
    """Sentence for a paper; nothing where no class was judged."""
    judged = [(f, f.result) for f in judged_networks if f.result]
    if not judged:
        return ""
    first, result = judged[0]
    areas = " and ".join(dict.fromkeys(e.method for e in result.one_vs_rest.values()))
    return (
        f"Response classes ({', '.join(first.classes)}) were judged in {first.n} patients by the "
        f"AUC of each class against all others (intervals: {areas}), their unweighted mean (macro "
        f"AUC, {result.macro.method}), the confusion matrix of observed and most probable class, "
        f"and accuracy ({result.accuracy.method}) beside that of always calling the commonest "
        f"class, {first.commonest}. Class probabilities are {first.stage}."
    )
