"""The part of JSON Schema that the API document uses, checked strictly."""
import re

TYPES = {"object": dict, "array": list, "string": str, "boolean": bool, "null": type(None)}


def has_type(value, name):
    if name in ("number", "integer"):
        number = isinstance(value, (int, float)) and not isinstance(value, bool)
        return number and (name == "number" or float(value).is_integer())
    return isinstance(value, TYPES[name])


def faults(value, schema, document, where="$"):
    """What is wrong with the value, as texts."""
    if "$ref" in schema:
        name = schema["$ref"].rsplit("/", 1)[1]
        return faults(value, document["components"]["schemas"][name], document, where)
    unknown = set(schema) - {"type", "const", "enum", "required", "properties", "items", "oneOf",
                             "additionalProperties", "pattern", "minimum", "maximum",
                             "description"}
    if unknown:
        return [f"{where}: the validator does not know {unknown}"]
    found = []
    names = schema.get("type", [])
    names = [names] if isinstance(names, str) else names
    if names and not any(has_type(value, name) for name in names):
        return [f"{where}: {value!r} is no {names}"]
    if "const" in schema and value != schema["const"]:
        found.append(f"{where}: {value!r} is not {schema['const']!r}")
    if "enum" in schema and value not in schema["enum"]:
        found.append(f"{where}: {value!r} is none of {schema['enum']}")
    if "oneOf" in schema:
        good = [s for s in schema["oneOf"] if not faults(value, s, document, where)]
        if len(good) != 1:
            found.append(f"{where}: {value!r} fits {len(good)} of oneOf")
    if isinstance(value, str) and "pattern" in schema and not re.search(schema["pattern"], value):
        found.append(f"{where}: {value!r} does not match")
    if isinstance(value, (int, float)):
        if value < schema.get("minimum", value) or value > schema.get("maximum", value):
            found.append(f"{where}: {value} is out of range")
    if isinstance(value, list):
        for index, item in enumerate(value):
            found += faults(item, schema.get("items", {}), document, f"{where}[{index}]")
    if isinstance(value, dict):
        known = schema.get("properties", {})
        found += [f"{where}: {key} is missing" for key in schema.get("required", [])
                  if key not in value]
        other = schema.get("additionalProperties", {})
        for key, item in value.items():
            if key in known:
                found += faults(item, known[key], document, f"{where}.{key}")
            elif other is False:
                found.append(f"{where}: {key} is not in the document")
            else:
                found += faults(item, other, document, f"{where}.{key}")
    return found
