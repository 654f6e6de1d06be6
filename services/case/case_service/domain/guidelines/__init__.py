"""The child support guidelines (KRS 403.211 to 403.2122): worksheet CS-71 and what surrounds it."""

from case_service.domain.guidelines.computing import GuidelineResult, Owed, compute, in_words
from case_service.domain.guidelines.errors import GuidelineError
from case_service.domain.guidelines.inputs import GuidelineInput
from case_service.domain.guidelines.reading import read_input
from case_service.domain.guidelines.writing import result_json, step_json

__all__ = [
    "GuidelineError",
    "GuidelineInput",
    "GuidelineResult",
    "Owed",
    "compute",
    "in_words",
    "read_input",
    "result_json",
    "step_json",
]
