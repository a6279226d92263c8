"""Roles are judged one by one: a pooled number would be of nobody, and a caution would get lost."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import TypeVar

from TACEResponseLib.basics.case_warning import CaseWarning
from TACEResponseLib.basics.errors import InputError
from TACEResponseLib.basics.terms import TEST_ROLES, CohortRole
from TACEResponseLib.validation.study.study import Study

Role = CohortRole | None
"""None: of those whose role nobody says."""
# The one to believe first comes first.
ORDER: tuple[Role, ...] = (
    CohortRole.EXTERNAL_TEST,
    CohortRole.INTERNAL_TEST,
    None,
    CohortRole.TUNING,
    CohortRole.TRAINING,
)
StudyT = TypeVar("StudyT")


def roles_in_order(roles: Iterable[Role], *, tests_alone: bool) -> list[Role]:
    """Roles to judge, the one to believe first at the front.

    Args:
        roles: of all patients.
        tests_alone: leave out the others where there are test patients.
    """
    present = set(roles)
    here: list[Role] = [role for role in ORDER if role in present]
    tests: list[Role] = [role for role in here if role in TEST_ROLES]
    return tests if tests and tests_alone else here


def role_name(role: Role) -> str:
    """As a folder is called."""
    return role.value if role else "no_role"


def judged(
    roles: Sequence[Role], counts: Mapping[Role, int], make: Callable[[Role], StudyT]
) -> tuple[dict[Role, StudyT], dict[Role, str]]:
    """A study of each role, and why those that have none can't be judged.

    Args:
        roles: in order.
        counts: rows by role.
        make: the study of one role; raises InputError where it can't be judged.
    Raises: InputError: no role can be judged; that of the first.
    """
    made: dict[Role, StudyT] = {}
    errors: dict[Role, InputError] = {}
    for role in roles:
        try:
            made[role] = make(role)
        except InputError as error:
            errors[role] = error
    if not made:
        raise next(iter(errors.values()))
    return made, {
        role: f"{_rows(counts[role])} of role {role_name(role)} are not judged: {error.rule}"
        for role, error in errors.items()
    }


def told_apart(
    studies: Mapping[Role, Study], counts: Mapping[Role, int], unjudged: Mapping[Role, str]
) -> dict[Role, Study]:
    """The same studies, each with a warning that names the others.

    Args:
        studies: by role, the main one first.
        counts: rows by role.
        unjudged: why a role has none.
    """
    main = next(iter(studies))
    return {
        role: replace(
            study, warnings=(*_warnings(role, main, studies, counts, unjudged), *study.warnings)
        )
        for role, study in studies.items()
    }


def _warnings(
    role: Role,
    main: Role,
    studies: Mapping[Role, Study],
    counts: Mapping[Role, int],
    unjudged: Mapping[Role, str],
) -> list[CaseWarning]:
    """What a report must say of patients who are not in it."""
    others = [
        f"{_rows(counts[other])} of role {role_name(other)} are judged by themselves "
        f"({'in the folder above' if other is main else f'folder {role_name(other)}'})"
        for other in studies
        if other is not role
    ]
    sentences = [*others, *unjudged.values()]
    if not sentences:
        return []
    message = f"Other patients of the table: {'; '.join(sentences)}. Roles are never pooled."
    return [CaseWarning(code="other_roles", message=message)]


def _rows(count: int) -> str:
    return f"{count} patient{'s' * (count != 1)}"
