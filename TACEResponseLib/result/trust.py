"""How far a probability can be trusted, as rows of a table: name and value."""

from TACEResponseLib.fusion.fused import FusedProbability


def range_rows(fused: FusedProbability) -> list[tuple[str, str]]:
    """Range, what it is a range of, and what else is known; read by those who look for it."""
    low, high = fused.limits
    method = fused.model_range.method if fused.model_range else fused.interval_method
    rows = [("Range", f"{low:.3f} to {high:.3f}"), ("Range of", method)]
    if fused.model_range is not None and fused.model_range.similar_patients is not None:
        number = f"{fused.model_range.similar_patients:.0f}"
        rows.append(("As uncertain as the share among", f"{number} patients like this one"))
    if fused.venn_abers is not None:
        low, high = fused.venn_abers
        rows.append(("Venn-Abers pair", f"{low:.3f} and {high:.3f}"))
    return rows
