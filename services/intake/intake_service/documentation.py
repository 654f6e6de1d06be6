"""The description of the interface for people: a page without scripts, from nothing but itself."""

import base64
import hashlib
import json
from html import escape
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import HTMLResponse, Response

Json = dict[str, Any]
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "h2{border-top:1px solid;padding-top:1rem}code,pre{font-size:.9em}pre{overflow:auto}"
    "table{border-collapse:collapse}"
    "td,th{text-align:left;vertical-align:top;padding:.2rem .8rem 0 0}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()
POLICY = (
    f"default-src 'none'; style-src 'sha256-{_STYLE_HASH}'; base-uri 'none'; form-action 'none'; "
    "frame-ancestors 'none'"
)

router = APIRouter(include_in_schema=False)


@router.get("/docs")
async def page(request: Request) -> Response:
    """Show the interface to people."""
    content = _page(request.app.openapi())
    return HTMLResponse(content, headers={"Content-Security-Policy": POLICY})


def _page(described: Json) -> str:
    info = described["info"]
    operations = [
        _operation(path, method, operation)
        for path, methods in described["paths"].items()
        for method, operation in methods.items()
    ]
    schemas = [_schema(*item) for item in described["components"]["schemas"].items()]
    title = escape(info["title"])
    return (
        f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>{title}</title>'
        f"<style>{_STYLE}</style></head><body><h1>{title}</h1>{_text(info['description'])}"
        '<p>For programs: <a href="/openapi.json">openapi.json</a>.</p>'
        f"{''.join(operations)}{''.join(schemas)}</body></html>"
    )


def _operation(path: str, method: str, operation: Json) -> str:
    scopes = [
        scope
        for one in operation.get("security", ())
        for wanted in one.values()
        for scope in wanted
    ]
    parts = [
        f"<h2>{escape(operation['summary'])}</h2>",
        f"<p><code>{method.upper()} {escape(path)}</code></p>",
        _text(operation["description"]),
    ]
    if scopes:
        parts.append(f"<p>Needs an access token with <code>{escape(', '.join(scopes))}</code>.</p>")
    if body := operation.get("requestBody"):
        parts.append(f"<p>Body: <code>{escape(' or '.join(body['content']))}</code></p>")
    parameters = [
        (
            f"{one['name']} ({one['in']}{', required' if one.get('required') else ''})",
            one.get("description", ""),
        )
        for one in operation.get("parameters", ())
    ]
    answers = [(code, answer["description"]) for code, answer in operation["responses"].items()]
    return "".join([*parts, _table("Parameter", parameters), _table("Answer", answers)])


def _schema(name: str, schema: Json) -> str:
    rows = [
        (f"{field}: {_kind(one)}", one.get("description", ""))
        for field, one in schema.get("properties", {}).items()
    ]
    head = f'<h2 id="{escape(name)}">{escape(name)}</h2>{_text(schema.get("description", ""))}'
    return head + _table("Field", rows)


def _kind(schema: Json) -> str:
    if ref := schema.get("$ref"):
        return str(ref).rpartition("/")[2]
    if values := schema.get("enum"):
        return " | ".join(json.dumps(value) for value in values)
    if several := schema.get("anyOf"):
        return " | ".join(_kind(one) for one in several)
    kind = str(schema.get("type", "anything"))
    return f"{kind} of {_kind(schema['items'])}" if kind == "array" else kind


def _table(head: str, rows: list[tuple[str, str]]) -> str:
    if not rows:
        return ""
    cells = "".join(
        f"<tr><td><code>{escape(name)}</code></td><td>{escape(meaning)}</td></tr>"
        for name, meaning in rows
    )
    return f"<table><tr><th>{head}</th><th></th></tr>{cells}</table>"


def _text(text: str) -> str:
    return "".join(f"<p>{escape(part)}</p>" for part in text.strip().split("\n\n") if part)
