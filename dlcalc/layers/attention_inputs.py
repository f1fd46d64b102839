"""Attention's numbers as inputs: sequences, projections and masks; what fits together and what does not.

One row is one token. x is n×d, a second sequence (`context`) m×d'; W_Q, W_K, W_V are d×(h·d_k) (or turned, as
PyTorch keeps them), W_O is (h·d_v)×d_out; biases are single rows. Head i has the columns d_k·(i − 1) + 1 to d_k·i.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from dlcalc.core.inputs import Kind, times
from dlcalc.core.numbers import Numbers
from dlcalc.core.values import exact
from dlcalc.errors import InputError, Text

if TYPE_CHECKING:
    from dlcalc.core.arrays import Array

PROJECTIONS = ("wq", "wk", "wv")
MOST_WORK = 10**8
"""Multiplications that are worked out at most."""
MOST_EXACT = 50_000
"""Above so many, numbers are worked in float64."""
MOST_HEADS = 64
"""Heads that are worked out at most: each has lines of its own."""

Inputs = Mapping[str, Any]


# ---------------------------------------------------------------- kinds


class Scale(Kind):
    """What the scores are divided by: `sqrt` for √d_k, `none`, or a number above 0."""

    shape = "sqrt|none|X"
    words = ("sqrt", "none")

    def read(self, raw: object) -> str | int | Fraction:
        """Return the word or the number.

        Raises:
            InputError: if it is neither, or not above 0.
        """
        if isinstance(raw, str) and raw.strip().lower() in self.words:
            return raw.strip().lower()
        what = Text("sqrt (for √d_k), none, or a number above 0", " sqrt（即 √d_k）、none，或大于 0 的数")
        number = Numbers(0, 0, what).read(raw)
        if not isinstance(number, int | Fraction) or number <= 0:
            raise InputError(
                Text("The scores cannot be divided by {raw}.", "分数不能除以 {raw}。"),
                Text(
                    "Type sqrt (for √d_k), none, or a number above 0.", "请输入 sqrt（即 √d_k）、none 或大于 0 的数。"
                ),
                raw=str(raw)[:40],
            )
        return number

    def show(self, value: Any) -> object:
        """Return the value for JSON."""
        return value if isinstance(value, str) else Numbers(0, 0).show(value)

    def write(self, value: Any) -> str:
        """Write the value as it would be typed."""
        return value if isinstance(value, str) else Numbers(0, 0).write(value)


class Mask(Numbers):
    """A mask: `none`, `causal`, or a matrix of 0 and 1, or of numbers that are added (−inf among them)."""

    @property
    def shape(self) -> str:
        """What its help shows."""
        return "none|causal|MATRIX|@FILE"

    def read(self, raw: object) -> Any:
        """Return None, "causal" or the matrix.

        Raises:
            InputError: if it is none of these.
        """
        if isinstance(raw, str):
            word = raw.strip().lower()
            if word in WORDS:
                return WORDS[word]
            if re.fullmatch(r"[a-z][a-z_ -]*", word):
                raise InputError(
                    Text("'{raw}' is no mask.", "“{raw}” 不是掩码。"),
                    Text(
                        "Type none, causal or a matrix such as '1,0; 1,1'; for padding type --valid-len N.",
                        "请输入 none、causal 或矩阵（如 '1,0; 1,1'）；填充请用 --valid-len N。",
                    ),
                    raw=raw[:40],
                )
            if _INFINITE.search(raw):
                rows = re.split(r"[;；\n]|\]\s*,", raw)  # parted by semicolons, or lists in a list
                raw = [re.split(r"[,，]", row.strip(" []")) for row in rows]
        if hasattr(raw, "tolist") and not hasattr(raw, "is_writable"):
            raw = raw.tolist()  # arrays of other libraries, of truth values too
        if isinstance(raw, list | tuple):
            lists = raw if any(isinstance(row, list | tuple) for row in raw) else [raw]
            nested = [list(map(_entry, row)) if isinstance(row, list | tuple) else row for row in lists]
            if any(_is_hidden(entry) for row in nested if isinstance(row, list) for entry in row):
                return self._with_infinity(nested)
            return super().read(nested)
        return super().read(raw)

    def _with_infinity(self, nested: list[Any]) -> Any:
        """Return an added mask in float64, as only that has an infinity."""
        import numpy as np

        from dlcalc.core.arrays import Array

        finite = super().read([[0 if _is_hidden(entry) else entry for entry in row] for row in nested])
        assert isinstance(finite, Array)
        hidden = np.array([[_is_hidden(entry) for entry in row] for row in nested])
        return Array(np.where(hidden, -np.inf, finite.floats))

    def show(self, value: Any) -> object:
        """Return the value for JSON, which has no infinity."""
        if not hasattr(value, "tolist"):
            return value
        return [["-inf" if _is_hidden(entry) else exact(entry) for entry in row] for row in value.tolist()]

    def write(self, value: Any) -> str:
        """Write the value as it would be typed."""
        if not hasattr(value, "tolist"):
            return str(value or "none")
        return "; ".join(
            ",".join(e if isinstance(e, str) else super(Mask, self).write(e) for e in row)
            for row in _rows(self.show(value))
        )


def _rows(shown: Any) -> list[list[Any]]:
    found: list[list[Any]] = shown
    return found


WORDS = {"none": None, "no": None, "causal": "causal", "subsequent": "causal", "look-ahead": "causal"}
_INFINITE = re.compile(r"(?i)inf|∞")
_MINUS_INFINITY = re.compile(r"(?i)\s*[-−–]\s*(inf|infinity|∞)\s*")


def _entry(entry: object) -> object:
    """Return −inf for what is typed so, 1 and 0 for true and false, anything else as it is."""
    if isinstance(entry, bool):
        return int(entry)
    return -float("inf") if isinstance(entry, str) and _MINUS_INFINITY.fullmatch(entry) else entry


def _is_hidden(entry: object) -> bool:
    return isinstance(entry, float) and entry == -float("inf")


# ---------------------------------------------------------------- what is there


class Sizes(NamedTuple):
    """Tokens that ask and that are looked at, and the columns of Q (and K) and of V, all heads together."""

    queries: int
    keys: int
    columns: int
    value_columns: int


def sizes(inputs: Inputs) -> Sizes:
    """Return the sizes of settled inputs."""
    if inputs["x"] is None:
        q, k, v = (inputs[name].shape for name in "qkv")
        return Sizes(q[0], k[0], q[1], v[1])
    x = inputs["x"].shape
    other = x if inputs["context"] is None else inputs["context"].shape
    if inputs["wq"] is None:
        return Sizes(x[0], other[0], x[1], other[1])
    _, columns = oriented(inputs, "wq")
    _, value_columns = oriented(inputs, "wv")
    return Sizes(x[0], other[0], columns, value_columns)


def oriented(inputs: Inputs, name: str) -> tuple[int, int]:
    """Return what goes into a projection and what comes out of it."""
    rows, columns = inputs[name].shape
    return (rows, columns) if inputs["layout"] == "in-out" else (columns, rows)


def is_zero_one(mask: Any) -> bool:
    """Say whether a typed mask tells by 0 and 1 what counts, rather than being added."""
    return hasattr(mask, "data") and bool(((mask.data == 0) | (mask.data == 1)).all())


def seen(mask: Array) -> Array | None:
    """Return 1 where an added mask is finite and 0 where it is −∞; None where nothing is −∞."""
    import numpy as np

    from dlcalc.core.arrays import Array

    finite = np.isfinite(mask.floats)
    return None if finite.all() else Array(finite.astype(int).astype(object))


def added(mask: Array) -> Array | None:
    """Return the finite numbers of an added mask; None where all of them are 0."""
    import numpy as np

    from dlcalc.core.arrays import Array

    if not np.isfinite(mask.floats).all():
        mask = Array(np.where(np.isfinite(mask.floats), mask.floats, 0))
    return mask if mask.data.any() else None


def hides(inputs: Inputs) -> bool:
    """Say whether anything is hidden from some query."""
    mask = inputs["mask"]
    typed = mask is not None and (isinstance(mask, str) or is_zero_one(mask) or seen(mask) is not None)
    return typed or inputs["valid_len"] is not None


def adds(inputs: Inputs) -> bool:
    """Say whether the mask adds finite numbers to the scores."""
    mask = inputs["mask"]
    return hasattr(mask, "data") and not is_zero_one(mask) and added(mask) is not None


# ---------------------------------------------------------------- settling


def settle(inputs: dict[str, Any]) -> None:
    """Refuse what is missing or does not fit.

    Raises:
        InputError: naming the input, its shape and the shape that fits.
    """
    if inputs["x"] is not None:
        _settle_projections(inputs)
    else:
        _settle_given(inputs)
    found = sizes(inputs)
    for name, columns, what in (
        ("heads", found.columns, Text("columns of Q and K", "Q、K 的列")),
        ("heads", found.value_columns, Text("columns of V", "V 的列")),
    ):
        if columns % inputs["heads"]:
            fitting = [h for h in range(1, min(columns, MOST_HEADS) + 1) if columns % h == 0]
            raise InputError(
                Text("{n} {en} cannot be shared among {h} heads.", "{n} 个{zh}不能平分给 {h} 个头。"),
                Text("Type a number that divides {n}: {fitting}.", "请输入能整除 {n} 的数：{fitting}。"),
                n=columns,
                h=inputs["heads"],
                en=what.en,
                zh=what.zh,
                fitting=", ".join(map(str, fitting)),
            ).about(name)
    _settle_output(inputs, found)
    _settle_mask(inputs, found)
    work = _multiplications(inputs, found)
    if work > MOST_WORK:
        raise InputError(
            Text("That would take {work:,} multiplications.", "这需要 {work:,} 次乘法。"),
            Text("Give fewer tokens or columns (at most {most:,}).", "请减少词元或列（最多 {most:,} 次）。"),
            work=work,
            most=MOST_WORK,
        )
    if work > MOST_EXACT:
        for name in (*"qkvx", "context", *PROJECTIONS, "wo", "bq", "bk", "bv", "bo"):
            if inputs[name] is not None:
                inputs[name] = inputs[name].as_floats()


def _multiplications(inputs: Inputs, found: Sizes) -> int:
    """Return how many multiplications the sheet takes."""
    weights = 0
    for name, rows in (("wq", found.queries), ("wk", found.keys), ("wv", found.keys), ("wo", found.queries)):
        if inputs[name] is not None:
            weights += rows * inputs[name].shape[0] * inputs[name].shape[1]
    return weights + found.queries * found.keys * (found.columns + found.value_columns)


def _settle_given(inputs: dict[str, Any]) -> None:
    for name in (*PROJECTIONS, "bq", "bk", "bv", "context"):
        if inputs[name] is not None:
            raise InputError(
                Text("{name} has nothing to work on without x.", "没有 x，{name} 无从计算。"),
                Text(
                    "Give the tokens too: --x '1,0; 0,1', a row each.", "请同时给出各词元：--x '1,0; 0,1'，每行一个。"
                ),
                name=name,
            ).about(name)
    missing = [name for name in "qkv" if inputs[name] is None]
    if missing:
        raise InputError(
            Text("attention needs {missing}.", "attention 还需要 {missing}。")
            if len(missing) < 3
            else Text("attention needs q, k and v, or x.", "attention 需要 q、k、v，或 x。"),
            Text(
                "Give --q, --k and --v, a row for each token, or --x with --wq, --wk and --wv.",
                "请给出 --q、--k、--v（每行一个词元），或 --x 与 --wq、--wk、--wv。",
            ),
            missing=", ".join(missing),
        ).about(missing[0])
    q, k, v = (inputs[name].shape for name in "qkv")
    if q[1] != k[1]:
        raise _misfit("k", k, (k[0], q[1]), Text("a key has as many numbers as a query", "键与查询的维数相同"))
    if k[0] != v[0]:
        raise _misfit("v", v, (k[0], v[1]), Text("there is one value for each key", "每个键对应一个值"))


def _settle_projections(inputs: dict[str, Any]) -> None:
    for name in "qkv":
        if inputs[name] is not None:
            raise InputError(
                Text("Both x and {name} are given.", "同时给出了 x 和 {name}。"),
                Text(
                    "Give q, k and v, or x from which they are worked out.",
                    "请给出 q、k、v，或给出 x 由它算出它们。",
                ),
                name=name,
            ).about(name)
    missing = [name for name in PROJECTIONS if inputs[name] is None]
    if missing and (len(missing) < 3 or any(inputs[name] is not None for name in ("bq", "bk", "bv"))):
        raise InputError(
            Text("{missing} is missing.", "缺少 {missing}。"),
            Text(
                "Give --wq, --wk and --wv, or none of them (then Q = K = V = x).",
                "请给出 --wq、--wk、--wv，或都不给（此时 Q = K = V = x）。",
            ),
            missing=", ".join(missing),
        ).about(missing[0])
    x, context = inputs["x"], inputs["context"]
    other = x if context is None else context
    if missing:
        if other.shape[1] != x.shape[1]:
            fits = (other.shape[0], x.shape[1])
            raise _misfit(
                "context", other.shape, fits, Text("a key has as many numbers as a query", "键与查询的维数相同")
            )
        return
    for name, tokens, source in zip(PROJECTIONS, (x, other, other), _sources(context), strict=True):
        if oriented(inputs, name)[0] != tokens.shape[1]:
            raise _unfit_weights(
                inputs, name, tokens.shape[1], Text("{source} has {n} columns", " {source} 有 {n} 列"), source
            )
    if oriented(inputs, "wq")[1] != oriented(inputs, "wk")[1]:
        into, _ = oriented(inputs, "wk")
        _, out = oriented(inputs, "wq")
        fits = (into, out) if inputs["layout"] == "in-out" else (out, into)
        raise _misfit(
            "wk", inputs["wk"].shape, fits, Text("a key has as many numbers as a query", "键与查询的维数相同")
        )
    for name, weights in zip(("bq", "bk", "bv"), PROJECTIONS, strict=True):
        _fit_bias(inputs, name, oriented(inputs, weights)[1])


def _unfit_weights(inputs: Inputs, name: str, into: int, why: Text, source: str = "") -> InputError:
    """Return the error for weights that do not take so many numbers; weights laid out the other way are seen."""
    shape, first = inputs[name].shape, inputs["layout"] == "in-out"
    turned = shape[1 if first else 0] == into
    out = shape[0 if first == turned else 1]
    other = Text(
        " For weights kept as outputs × inputs type --layout out-in.",
        "若权重按 输出×输入 存放，请输入 --layout out-in。",
    )
    if not first:
        other = Text(
            " For weights kept as inputs × outputs type --layout in-out.",
            "若权重按 输入×输出 存放，请输入 --layout in-out。",
        )
    fits = (into, out) if first else (out, into)
    return _misfit(name, shape, fits, why, other if turned else None, n=into, source=source)


def _sources(context: Any) -> Iterator[str]:
    yield "x"
    for _ in "kv":
        yield "x" if context is None else "context"


def _fit_bias(inputs: Inputs, name: str, columns: int) -> None:
    b = inputs[name]
    if b is not None and b.shape != (1, columns):
        raise _misfit(name, b.shape, (1, columns), Text("there is one bias for each column", "每列一个偏置"))


def _settle_output(inputs: dict[str, Any], found: Sizes) -> None:
    if inputs["wo"] is None:
        if inputs["bo"] is not None:
            raise InputError(
                Text("bo has nothing to work on without wo.", "没有 wo，bo 无从计算。"),
                Text("Give --wo too, or leave --bo out.", "请同时给出 --wo，或去掉 --bo。"),
            ).about("bo")
        return
    into, out = oriented(inputs, "wo")
    if into != found.value_columns:
        why = Text("the heads side by side have {n} columns", "各头拼接后有 {n} 列")
        raise _unfit_weights(inputs, "wo", found.value_columns, why)
    _fit_bias(inputs, "bo", out)


def _settle_mask(inputs: dict[str, Any], found: Sizes) -> None:
    mask, count = inputs["mask"], inputs["valid_len"]
    if hasattr(mask, "shape") and mask.shape != (found.queries, found.keys):
        raise _misfit(
            "mask",
            mask.shape,
            (found.queries, found.keys),
            Text("it has a row for each query and a column for each key", "每个查询一行，每个键一列"),
        )
    if count is not None and count > found.keys:
        raise InputError(
            Text("There are {keys} keys, so {n} of them cannot count.", "只有 {keys} 个键，不能有 {n} 个有效。"),
            Text("Type a number from 1 to {keys}.", "请输入 1 到 {keys} 的数。"),
            keys=found.keys,
            n=count,
        ).about("valid_len")
    if not hides(inputs) or inputs["mask_value"] != "inf":
        return
    counts = visible(inputs, found).data.sum(axis=1)
    if not counts.all():
        raise InputError(
            Text(
                "The mask hides every key from query {row}: a softmax over nothing has no value.",
                "掩码对第 {row} 个查询遮住了所有键：没有分数可做 softmax。",
            ),
            Text(
                "Leave it at least one key: in a mask of 0 and 1, 0 hides. With --mask-value 1e9 every key gets the "
                "same weight there.",
                "请至少留一个键：0/1 掩码中 0 表示遮住。用 --mask-value 1e9 时该行各键权重相同。",
            )
            if inputs["mask_ones"] == "see"
            else Text(
                "Leave it at least one key: with --mask-ones hide, 1 hides. With --mask-value 1e9 every key gets the "
                "same weight there.",
                "请至少留一个键：--mask-ones hide 时 1 表示遮住。用 --mask-value 1e9 时该行各键权重相同。",
            ),
            row=int((counts == 0).argmax()) + 1,
        ).about("mask" if mask is not None else "valid_len")


def visible(inputs: Inputs, found: Sizes) -> Array:
    """Return 1 where a query sees a key and 0 where it does not."""
    from dlcalc.core import rows

    mask, (n, m) = inputs["mask"], found[:2]
    whole = rows.keys(n, m, m if inputs["valid_len"] is None else inputs["valid_len"])
    if mask is None:
        return whole
    if isinstance(mask, str):
        return _product(whole, rows.causal(n, m))
    if is_zero_one(mask):
        return _product(whole, mask if inputs["mask_ones"] == "see" else 1 - mask)
    finite = seen(mask)
    return whole if finite is None else _product(whole, finite)


def _product(a: Array, b: Array) -> Array:
    product: Array = a * b
    return product


def _misfit(
    name: str, shape: tuple[int, ...], fits: tuple[int, ...], why: Text, more: Text | None = None, **values: object
) -> InputError:
    """Return the error for a matrix whose shape does not fit."""
    hint = Text("Give it as {fits}.", "请给出 {fits} 的矩阵。")
    return InputError(
        Text("{name} is {shape}, but " + why.en + ".", "{name} 的形状是 {shape}，而" + why.zh + "。"),
        Text(hint.en + (more.en if more else ""), hint.zh + (more.zh if more else "")),
        name=name,
        shape=times(shape),
        fits=times(fits),
        **values,
    ).about(name)
