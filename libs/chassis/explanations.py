"""Steps of the policy library as messages of the contract."""

from collections.abc import Mapping

from childsupport.common.v1 import explanation_pb2 as pb
from policy import Step


def step_message(step: Step, *, text: str = "", rule_checksum: str = "") -> pb.Step:
    """Return the message for a step; `text` replaces its sentence with one for another audience."""
    output = step.output if isinstance(step.output, Mapping) else {"result": step.output}
    return pb.Step(
        rule_id=step.rule_id,
        citation=step.citation,
        confidence=step.confidence,
        inputs={name: str(value) for name, value in step.inputs.items()},
        outputs={name: str(value) for name, value in output.items()},
        text=text or step.text,
        rule_checksum=rule_checksum,
    )
