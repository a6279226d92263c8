"""Whom a table holds, beside whom a recipe is made for: refused, told, left out, counted."""

from collections.abc import Mapping, Sequence

from TACEResponseLib.basics.terms import CohortRole
from TACEResponseLib.basics.vocabulary import option
from TACEResponseLib.cohort.patient import CohortPatient
from TACEResponseLib.cohort.population.agreement import check_agreement
from TACEResponseLib.cohort.population.facts import TableFacts, table_facts
from TACEResponseLib.patient.columns import ClinicalInput
from TACEResponseLib.patient.context import CaseContext
from TACEResponseLib.patient.population import beyond_limits
from TACEResponseLib.recipe.recipe import Recipe

OUTSIDE = "values outside the recipe's population"


def check_responses(recipe: Recipe, patients: Sequence[CohortPatient]) -> None:
    """Refuse a table whose responses are of another criterion or endpoint than the recipe's.

    Raises: InputError: as said; the remedy names the setting that would take them.
    """

    def remedy(column: str, theirs: str) -> str:
        setting = f"{option('set')} '{column}={theirs}'"
        return f"leave those responses blank, or train on them as such: {setting}"

    check_agreement(patients, recipe.criterion, recipe.endpoint, remedy)


def beyond_words(recipe: Recipe, patient: CohortPatient) -> str:
    """How a patient lies outside the recipe's limits, as far as the table says; empty if not."""
    limits = recipe.population_limits
    return ", ".join(one.words for one in beyond_limits(patient.context or CaseContext(), limits))


def outside_remark(recipe: Recipe, patients: Sequence[CohortPatient]) -> str:
    """What is told of patients outside the limits who are kept; empty where there are none."""
    read = [p for p in patients if p.label(recipe.endpoint) is not None]
    if not read:
        return ""
    facts = facts_of(recipe, read)
    if not facts.n_beyond:
        return ""
    return (
        f"outside the recipe's population: {facts.beyond_words}; they are kept "
        f"({option('set')} exclude_outside=true leaves them out)"
    )


def counted_facts(
    recipe: Recipe,
    cohorts: Mapping[CohortRole, Sequence[str]],
    patients: Sequence[CohortPatient],
) -> dict[CohortRole, TableFacts]:
    """What the table says of each cohort, whoever was drawn into it.

    Args:
        recipe: says the limits, the window and what is read.
        cohorts: case ids by role, as they were trained and tested on.
        patients: of the table.
    """
    by_id = {patient.case_id: patient for patient in patients}
    return {
        role: facts_of(recipe, [by_id[case_id] for case_id in case_ids])
        for role, case_ids in cohorts.items()
    }


def facts_of(recipe: Recipe, patients: Sequence[CohortPatient]) -> TableFacts:
    """What a table says of some patients, beside what a recipe asks."""
    return table_facts(
        patients,
        recipe.population_limits,
        recipe.readout_window_days,
        [variable.name for variable in clinical_inputs(recipe)],
    )


def clinical_inputs(recipe: Recipe) -> tuple[ClinicalInput, ...]:
    """Clinical variables that any branch or fusion of the recipe reads, each once by name."""
    fusions = [recipe.fusion, *(c.fusion for c in recipe.candidates if c.fusion)]
    read = [*(s.clinical_inputs for s in recipe.branches), *(f.clinical for f in fusions)]
    by_name: dict[str, ClinicalInput] = {v.name: v for some in read for v in some}
    return tuple(by_name.values())
