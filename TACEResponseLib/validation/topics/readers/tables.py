"""Agreement of readers as tables."""

from TACEResponseLib.output.page.blocks import Table
from TACEResponseLib.validation.style.words import interval, interval_and_n
from TACEResponseLib.validation.topics.readers.agreement import Agreement


def readers(agreement: Agreement) -> Table:
    """A row a reader."""
    rows = []
    for r in agreement.readers:
        gap = r.model_less_reader
        rows.append(
            (
                r.reader,
                str(r.n),
                interval(r.with_outcome),
                interval_and_n(r.calls.sensitivity),
                interval_and_n(r.calls.specificity),
                interval(gap.sensitivity) if gap else "one class only",
                interval(gap.specificity) if gap else "one class only",
                interval(r.model_auc) if r.model_auc else "one class only",
                interval(r.reader_auc) if r.reader_auc else "no other reader",
            )
        )
    return Table(
        columns=(
            "reader",
            "n",
            "kappa with outcome",
            "sensitivity",
            "specificity",
            "model less reader: sensitivity",
            "specificity",
            "AUC of the model for this reader's label",
            "AUC of the other readers for it (ceiling)",
        ),
        rows=tuple(rows),
    )


def pairs(agreement: Agreement) -> Table:
    """Kappa of each pair of readers, and of all."""
    rows = [(f"{a} and {b}", interval(kappa), str(kappa.n)) for a, b, kappa in agreement.pairs]
    if agreement.fleiss:
        rows.append(("all readers (Fleiss)", interval(agreement.fleiss), str(agreement.fleiss.n)))
    return Table(columns=("readers", "kappa", "n"), rows=tuple(rows))
