"""How many coefficients a recipe could have taken."""

from TACEResponseLib.evidence.kinds import kind_of
from TACEResponseLib.recipe.recipe import Recipe


def candidate_parameters(recipe: Recipe) -> tuple[int, tuple[str, ...]]:
    """Candidate parameters of all branches and fusions, and branches that no formula counts.

    A fusion of several branches takes a coefficient a branch more; clinical variables of a fusion
    count once each, beside the branches that read them too.
    """
    by_branch = {
        settings.name: kind_of(settings).n_parameters(settings) for settings in recipe.branches
    }
    fusions = [recipe.fusion, *(c.fusion for c in recipe.candidates if c.fusion)]
    fused = {variable.name for fusion in fusions for variable in fusion.clinical}
    counted = sum(n for n in by_branch.values() if n is not None)
    joined = len(by_branch) if len(by_branch) > 1 or fused or not counted else 0
    uncounted = tuple(name for name, n in by_branch.items() if n is None)
    return counted + joined + len(fused), uncounted
