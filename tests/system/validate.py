#!/usr/bin/python3
"""Validates lines of CloudEvents JSON against schemas/published/*.json."""
import json
import pathlib
import sys

import jsonschema

schemas = {}
for path in pathlib.Path(sys.argv[2]).glob("*.json"):
    schemas[path.stem] = json.loads(path.read_text(encoding="utf-8"))
checkers = {}
bad = n = 0
for line in open(sys.argv[1], encoding="utf-8"):
    event = json.loads(line)
    n += 1
    schema = schemas.get(event["type"])
    if schema is None:
        print("no schema for", event["type"])
        bad += 1
        continue
    if event["type"] not in checkers:
        jsonschema.Draft7Validator.check_schema(schema)
        checkers[event["type"]] = jsonschema.Draft7Validator(schema)
    for error in checkers[event["type"]].iter_errors(event["data"]):
        print(event["type"], event["id"], error.message)
        bad += 1
print(f"{n} events of {len(checkers)} types, {bad} faults")
sys.exit(1 if bad or n == 0 else 0)
