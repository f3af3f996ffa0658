# SPDX-License-Identifier: Apache-2.0
"""report.py SCHEMA FILE: what a report says, as "key value" lines; fails if it
is not one, or not as the schema says."""
import json
import sys

import jsonschema


def unique(pairs):
    keys = [key for key, _ in pairs]
    assert len(keys) == len(set(keys)), f"a key twice: {keys}"
    return dict(pairs)


def show(key, value):
    if isinstance(value, dict):
        for name, inner in value.items():
            show(f"{key}.{name}", inner)
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        for inner in value:
            print(key, " ".join(str(v) for v in inner.values()))
    else:
        print(key, json.dumps(value))


with open(sys.argv[1], encoding="utf-8") as f:
    schema = json.load(f)
with open(sys.argv[2], encoding="utf-8") as f:
    text = f.read()
report = json.loads(text, object_pairs_hook=unique)
jsonschema.Draft202012Validator(schema).validate(report)
assert text.endswith("}\n") and not text.startswith(" ")
for name, content in report.items():
    show(name, content)
