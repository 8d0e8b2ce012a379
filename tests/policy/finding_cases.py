"""For each finding a policy that has it and one like it that has not."""

from tests.policy.findings_of_form import KEYS, NAMES, STRUCTURE, TRUSTING
from tests.policy.findings_of_meaning import CONTROL, PASSING, PROOFS, SECURITY, VALUES, VARIABLES

CASES = {
    **STRUCTURE,
    **NAMES,
    **TRUSTING,
    **KEYS,
    **VALUES,
    **VARIABLES,
    **CONTROL,
    **PASSING,
    **SECURITY,
    **PROOFS,
}
