# SPDX-License-Identifier: Apache-2.0
"""reports.py json|host|svg: looks at the texts on standard input, which are
separated by U+001E, as a stranger would; says what is wrong with the first."""
import json
import sys
import xml.etree.ElementTree as xml

MOST_BYTES = 60000


def check_json(texts, name="doc/report.schema.json"):
    import jsonschema
    with open(name, encoding="utf-8") as f:
        schema = json.load(f)
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    for text in texts:
        report = json.loads(text.decode("utf-8"))
        assert text.endswith(b"\n}\n"), "no newline at the end"
        assert list(report) == schema["required"], "order of the keys"
        for error in validator.iter_errors(report):
            raise AssertionError(f"{error.json_path}: {error.message}")


def check_host(texts):
    check_json(texts, "doc/check-host.schema.json")


def check_svg(texts):
    svg = "{http://www.w3.org/2000/svg}"
    for text in texts:
        assert len(text) < MOST_BYTES, f"{len(text)} bytes"
        root = xml.fromstring(text.decode("utf-8"))
        assert root.tag == svg + "svg", root.tag
        assert root.find(svg + "title").text, "no title"
        width, height = int(root.get("width")), int(root.get("height"))
        for element in root.iter():
            name = element.tag.removeprefix(svg)
            assert name in ("svg", "title", "rect", "g", "text", "path",
                            "polyline", "circle"), name
            assert not any("href" in a or a.startswith("on")
                           for a in element.attrib), element.attrib
            if name == "text":
                assert 0 <= int(element.get("x")) <= width
                assert 0 <= int(element.get("y")) <= height
            for point in element.get("points", "").split():
                x, y = map(float, point.split(","))
                assert 0 <= x <= width and 0 <= y <= height, point


try:
    {"json": check_json, "host": check_host, "svg": check_svg}[sys.argv[1]](
        sys.stdin.buffer.read().split(b"\x1e"))
except (AssertionError, ValueError, xml.ParseError) as error:
    sys.exit(f"{type(error).__name__}: {error}")
