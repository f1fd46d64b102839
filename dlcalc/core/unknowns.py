"""Reading which inputs an inverse question asks for, and the ranges they are searched over."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from dlcalc.core.topic import Input, Topic
from dlcalc.core.values import plain, read_number
from dlcalc.errors import InputError, Text

MOST_UNKNOWNS = 3


def read_unknowns(
    topic: Topic, solve: Sequence[str], ranges: Mapping[str, object]
) -> tuple[tuple[Input, ...], dict[str, tuple[int, int]]]:
    """Return the unknown inputs and the ranges that were set; a range without a name is for the first unknown.

    Raises:
        InputError: if a name is unknown or comes twice, an input cannot be searched, or a range cannot be read.
    """
    found: dict[str, Input] = {}
    bounds: dict[str, tuple[int, int]] = {}
    stated = dict(ranges)
    for word in solve:
        name, equals, span = word.partition("=")
        spec = _input(topic, name.strip(), "solve")
        if equals:
            if spec.name in stated:
                raise InputError(Text("It is given twice.", "给了两次。"), Text("Give it once.", "请只给一次。")).about(
                    "range"
                )
            stated[spec.name] = span
        if spec.name in found:
            raise InputError(Text("'{name}' is asked for twice.", "“{name}” 问了两次。"), name=spec.name).about("solve")
        if spec.kind.span is None and not spec.kind.words:
            able = [each.name for each in topic.inputs if each.kind.span or each.kind.words]
            raise InputError(
                Text("'{name}' cannot be searched for.", "无法搜索 “{name}”。"),
                Text("These can: {able}.", "可以搜索的有：{able}。"),
                name=spec.name,
                able=", ".join(able),
            ).about("solve")
        found[spec.name] = spec
    if not 1 <= len(found) <= MOST_UNKNOWNS:
        raise InputError(
            Text("There are {n} unknowns; one to {most} can be searched.", "有 {n} 个未知量；可搜索 1 到 {most} 个。"),
            Text("For example: --solve {name}", "例如：--solve {name}"),
            n=len(found),
            most=MOST_UNKNOWNS,
            name=topic.inputs[0].name,
        ).about("solve")
    for name, raw in stated.items():
        spec = _input(topic, name or next(iter(found)), "range")
        if spec.name not in found or spec.kind.span is None:
            raise InputError(
                Text(
                    "'{name}' has no range: it is not a whole number that is asked for.",
                    "“{name}” 没有范围：它不是要求的整数未知量。",
                ),
                Text("Ranges belong to: {names}.", "可设范围的有：{names}。"),
                name=name,
                names=", ".join(n for n, s in found.items() if s.kind.span) or "-",
            ).about("range")
        bounds[spec.name] = _read_range(spec, raw)
    return tuple(found.values()), bounds


def _input(topic: Topic, name: str, flag: str) -> Input:
    try:
        return topic.input(name)
    except InputError as error:
        raise error.about(flag) from None


def _read_range(spec: Input, raw: object) -> tuple[int, int]:
    """Read `0:200` or a pair of whole numbers."""
    parts = plain(raw).split(":") if isinstance(raw, str) else list(raw) if isinstance(raw, list | tuple) else []
    try:
        ends = [read_number(part) if isinstance(part, str) else part for part in parts]
    except InputError:
        ends = []
    least, most = spec.kind.span or (0, 0)
    whole = [end for end in ends if isinstance(end, int)]
    if len(ends) != 2 or len(whole) != 2 or not least <= whole[0] <= whole[1] <= most:
        raise InputError(
            Text("'{raw}' is no range of {name}.", "“{raw}” 不是 {name} 的范围。"),
            Text(
                "Type {name}=FIRST:LAST, such as {name}={least}:{high}.",
                "请输入 {name}=首:末，例如 {name}={least}:{high}。",
            ),
            raw=raw[:60] if isinstance(raw, str) else f"a {type(raw).__name__}",
            name=spec.name,
            least=least,
            high=min(200, most),
        ).about("range")
    return whole[0], whole[1]
