"""A recipe in words: what its paper says, what we do and why."""

from TACEResponseLib.recipe.recipe import Candidate, Recipe


def described(recipe: Recipe) -> str:
    """A recipe as text: its facts, then each difference from its paper."""
    facts = [
        ("title", recipe.title),
        ("paper", recipe.citation),
        ("images", " + ".join(recipe.sequences)),
        ("endpoint", f"{recipe.endpoint}, positive class: {recipe.positive_class}"),
        ("criterion", f"{recipe.criterion}, read {recipe.readout}{_window(recipe)}"),
        ("treatment", recipe.treatment),
        ("population", recipe.population),
        ("outside it", "left out" if recipe.exclude_outside else "told and kept"),
        ("evidence", ", ".join(f"{b.name} ({b.kind.replace('_', ' ')})" for b in recipe.branches)),
        *(("candidate", _candidate_words(candidate)) for candidate in recipe.candidates),
        ("folds", str(recipe.folds)),
        ("use", recipe.intended_use),
    ]
    lines = [recipe.name, *(f"  {key:12s}{value}" for key, value in facts)]
    for difference in recipe.differences:
        lines += [
            "",
            f"  {difference.topic}",
            f"    paper says  {difference.paper}",
            f"    we do       {difference.ours}",
            f"    why         {difference.why}",
        ]
    return "\n".join(lines) + "\n"


def _window(recipe: Recipe) -> str:
    """Days of the read-out, where the recipe has any."""
    days = recipe.readout_window_days
    return f" (day {days[0]} to {days[1]})" if days else ""


def _candidate_words(candidate: Candidate) -> str:
    """Name, branches and what the paper calls it."""
    paper = f" ({candidate.paper})" if candidate.paper else ""
    return f"{candidate.name}: {' + '.join(candidate.branches)}{paper}"
