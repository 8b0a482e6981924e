"""Form bodies with brackets, as Stripe's API takes them: `line_items[0][price_data][currency]=eur`."""

import re
from typing import Any
from urllib.parse import parse_qsl

from oms.local.stripe import errors

_NAME = re.compile(r"^([^\[\]]+)((?:\[[^\[\]]*\])*)$")
_MOST_PAIRS = 2000


def decode(text: str) -> dict[str, Any]:
    """Return nested dicts and lists for an encoded body or query; raises a Refusal on a name that is none."""
    tree: dict[str, Any] = {}
    try:
        pairs = parse_qsl(text, keep_blank_values=True, strict_parsing=bool(text), max_num_fields=_MOST_PAIRS)
    except ValueError:
        raise errors.invalid("The request body is not form-encoded.") from None
    for name, value in pairs:
        found = _NAME.match(name)
        if not found:
            raise errors.invalid(f"Invalid parameter name: {name}", name)
        steps = [found[1], *re.findall(r"\[([^\[\]]*)\]", found[2])]
        _plant(tree, steps, value, name)
    return {key: _listed(value) for key, value in tree.items()}


def _plant(tree: dict[str, Any], steps: list[str], value: str, name: str) -> None:
    for step in steps[:-1]:
        branch = tree.setdefault(step or str(len(tree)), {})
        if not isinstance(branch, dict):
            raise errors.invalid(f"Invalid parameter name: {name}", name)
        tree = branch
    tree[steps[-1] or str(len(tree))] = value


def _listed(value: Any) -> Any:  # noqa: ANN401 - any decoded value
    if not isinstance(value, dict):
        return value
    parts = {key: _listed(part) for key, part in value.items()}
    if parts and all(key.isdigit() for key in parts):
        return [parts[key] for key in sorted(parts, key=int)]
    return parts
