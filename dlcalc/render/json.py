"""JSON, schema 1. Exact values are strings, answers are numbers or lists of them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import asdict
from fractions import Fraction
from typing import Any

from dlcalc.core.report import Report, Verdict
from dlcalc.core.worksheet import Worksheet
from dlcalc.render.page import other_conventions

SCHEMA = 1


def sheet_json(sheet: Worksheet, report: Report | None = None, *, conventions: bool = False) -> str:
    """Return the worksheet as one JSON object, with the verdicts on answers if there are any."""
    topic = sheet.topic
    shown = {
        i.name: jsonable(i.kind.show(sheet.inputs[i.name]))
        for i in topic.inputs
        if sheet.inputs.get(i.name) is not None
    }
    document: dict[str, Any] = {
        "schema": SCHEMA,
        "topic": topic.name,
        "inputs": shown,
        "conventions": sheet.conventions,
        "lines": [asdict(line) for line in sheet.lines],
        "answers": {name: jsonable(value) for name, value in sheet.answers.items()},
    }
    if conventions:
        document["other_conventions"] = [
            {"convention": switch, "meaning": meaning, "answers": changed}
            for switch, meaning, changed in other_conventions(sheet)
        ]
    if report is not None:
        document["verdicts"] = {name: verdict_json(verdict, report.lang) for name, verdict in report.verdicts.items()}
        document["marks"] = report.marks
        document["out_of"] = report.out_of
    return written(document)


def written(document: Mapping[str, Any]) -> str:
    """Return a JSON object with a row for each key and for each item of a list of objects.

    Numbers of a matrix stay on their row: one number a row would make a map of a picture unreadable, and slow.
    """
    rows = []
    for key, value in document.items():
        if isinstance(value, list) and value and isinstance(value[0], dict):
            inner = ",\n".join(f"    {json.dumps(item, ensure_ascii=False)}" for item in value)
            text = f"[\n{inner}\n  ]"
        elif isinstance(value, dict) and value:
            inner = ",\n".join(
                f"    {json.dumps(str(name))}: {json.dumps(item, ensure_ascii=False)}" for name, item in value.items()
            )
            text = f"{{\n{inner}\n  }}"
        else:
            text = json.dumps(value, ensure_ascii=False)
        rows.append(f"  {json.dumps(key)}: {text}")
    return escaped("{\n" + ",\n".join(rows) + "\n}\n")


def escaped(text: str) -> str:
    """Return JSON with what steers a terminal, ends a line elsewhere or turns the way of writing as \\u escapes."""
    return text if text.isascii() and "\x7f" not in text else _UNSEEN.sub(lambda m: f"\\u{ord(m[0]):04x}", text)


_UNSEEN = re.compile("[\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff]")


def verdict_json(verdict: Verdict, lang: str) -> dict[str, Any]:
    """Return a verdict as a JSON object."""
    return {
        "verdict": verdict.verdict,
        "given": verdict.given,
        "expected": jsonable(verdict.expected),
        "interval": list(verdict.interval) if verdict.interval else None,
        "convention": verdict.convention,
        "rests_on": verdict.rests_on,
        "misconceptions": list(verdict.misconceptions),
        "marks": verdict.marks,
        "explanations": [
            {
                "name": e.name,
                "catalogue": list(e.catalogue),
                "remedy": e.remedy.say(lang),
                "line": e.parting.name if e.parting else None,
                "yours": e.parting.yours if e.parting else None,
                "right": e.parting.right if e.parting else None,
            }
            for e in verdict.explanations
        ],
        "together": verdict.together,
        "possible": verdict.possible,
        "message": verdict.message.say(lang) if verdict.message else None,
        "column": verdict.column,
    }


def jsonable(value: Any) -> Any:
    """Return a value as JSON numbers and lists; a fraction becomes a float, beyond float64 the nearest whole number."""
    if isinstance(value, list | tuple):
        return [jsonable(item) for item in value]
    if isinstance(value, dict):
        return {name: jsonable(item) for name, item in value.items()}
    if isinstance(value, Fraction):
        try:
            return float(value)
        except OverflowError:
            return round(value)
    return value
