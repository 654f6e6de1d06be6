"""The description of the interface (OpenAPI), as programs are generated from it.

`python -m intake_service.openapi FILE` writes it to a file; services/intake/openapi.json is one.
"""

import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi

from intake_service.problems import MEDIA_TYPE

Json = dict[str, Any]
SUBMIT_SCOPE = "withholding.remittances.submit"
READ_SCOPE = "withholding.remittances.read"
_SECURED = "/v1/"
_SCHEMES: Json = {
    "oauth2": {
        "type": "oauth2",
        "description": "Client credentials that the agency gives out; RFC 6749 section 4.4.",
        "flows": {
            "clientCredentials": {
                "tokenUrl": "/oauth2/token",
                "scopes": {
                    SUBMIT_SCOPE: "Send remittance files.",
                    READ_SCOPE: "Read what became of them.",
                },
            }
        },
    },
    "bearer": {
        "type": "http",
        "scheme": "bearer",
        "bearerFormat": "JWT",
        "description": "An access token that was got at /oauth2/token.",
    },
}
_KEY_HEADER = "Idempotency-Key"
_NOT_ANSWERED = ("HTTPValidationError", "ValidationError")
"""What FastAPI says that it answers; here a request out of form is a problem with status 400."""


def describe(app: FastAPI) -> Json:
    """Return the description: who may call, and errors as they are answered."""
    described = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
    )
    components = described["components"]
    components["securitySchemes"] = _SCHEMES
    for name in _NOT_ANSWERED:
        components["schemas"].pop(name, None)
    for path, method, operation in _operations(described):
        _mend_responses(operation["responses"])
        if path.startswith(_SECURED):
            scope = SUBMIT_SCOPE if method == "post" else READ_SCOPE
            operation["security"] = [{"oauth2": [scope]}, {"bearer": []}]
        for parameter in operation.get("parameters", ()):
            if parameter["name"].lower() == _KEY_HEADER.lower():
                # The code takes it as optional, so that a missing one is answered by our problem.
                parameter["name"] = _KEY_HEADER
                parameter["required"] = True
                parameter["schema"] = {"type": "string", "minLength": 1}
    return described


def _operations(described: Json) -> Iterator[tuple[str, str, Json]]:
    for path, operations in described["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def _mend_responses(responses: Json) -> None:
    for status, response in list(responses.items()):
        content = response.get("content", {})
        schema = content.get("application/json", {}).get("schema", {})
        if str(schema.get("$ref", "")).endswith(_NOT_ANSWERED):
            del responses[status]
        elif MEDIA_TYPE in content and "application/json" in content:
            content[MEDIA_TYPE]["schema"] = content.pop("application/json")["schema"]


def written(described: Json) -> str:
    """Return a description as it is kept in a file."""
    return json.dumps(described, indent=2, ensure_ascii=False, sort_keys=True) + "\n"


def main() -> None:
    """Write the description to the file that the command names."""
    from intake_service.service import interface  # noqa: PLC0415 - which needs this module

    Path(sys.argv[1]).write_text(written(describe(interface())))


if __name__ == "__main__":
    main()
