"""One activation function at given z: its value, its slope in z and in a, where it saturates, where it has a kink."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from fractions import Fraction
from math import log
from typing import Any

from dlcalc.core.evaluate import Environment
from dlcalc.core.inputs import Choice, Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Convention, Input, Misconception, Topic
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text
from dlcalc.layers.activation import ACTIVATIONS

# ---------------------------------------------------------------- what z is


def numbers_in(z: Any) -> list[Any]:
    """Return the numbers of a number, a vector or a matrix."""
    nested = z.tolist() if hasattr(z, "tolist") else z
    rows = nested if isinstance(nested, list) else [nested]
    return [number for row in rows for number in (row if isinstance(row, list) else [row])]


def units(inputs: Mapping[str, Any]) -> list[Any]:
    """Return the groups of z that a maxout layer takes the largest of: the rows of a matrix, or runs of `pieces`."""
    z, pieces = inputs["z"], inputs["pieces"]
    if len(z.shape) == 2:
        return [z.entry(row) for row in range(1, z.shape[0] + 1)]
    from dlcalc.core.arrays import Array

    size = pieces or z.shape[0]
    return [Array(z.data[start : start + size]) for start in range(0, z.shape[0], size)]


def settle(inputs: dict[str, Any]) -> None:
    """Refuse parameters that the function does not have, and groups that do not fit."""
    name, z = inputs["name"], inputs["z"]
    symbols = {parameter.symbol for parameter in ACTIVATIONS[name].parameters}
    for symbol in ("alpha", "beta"):
        if inputs[symbol] is not None and symbol not in symbols:
            having = [row.name for row in ACTIVATIONS.values() if symbol in {p.symbol for p in row.parameters}]
            raise InputError(
                Text("{name} has no {symbol}.", "{name} 没有参数 {symbol}。"),
                Text("Leave it out, or choose: {having}.", "请去掉它，或选择：{having}。"),
                name=name,
                symbol=symbol,
                having=", ".join(having),
            ).about(symbol)
    if name != "maxout":
        if inputs["pieces"] is not None:
            raise InputError(
                Text(
                    "Only maxout takes the largest of several z, not {name}.",
                    "只有 maxout 取几个 z 的最大值，{name} 不是。",
                ),
                Text("Leave --pieces out, or type --name maxout.", "请去掉 --pieces，或输入 --name maxout。"),
                name=name,
            ).about("pieces")
        return
    if not hasattr(z, "shape"):
        raise InputError(
            Text(
                "maxout takes the largest of several z; {z} is one number.",
                "maxout 取几个 z 的最大值；{z} 只有一个数。",
            ),
            Text("Type a list such as 0.3,-1.2,0.9.", "请输入列表，例如 0.3,-1.2,0.9。"),
            z=z,
        ).about("z")
    pieces, side = inputs["pieces"], z.shape[-1]
    if pieces is not None and (side % pieces or (len(z.shape) == 2 and side != pieces)):
        raise InputError(
            Text("{side} numbers do not part into groups of {pieces}.", "{side} 个数无法分成每组 {pieces} 个。"),
            Text(
                "Type a divisor of {side}, or a matrix with a row for each unit.",
                "请输入 {side} 的因数，或每个单元一行的矩阵。",
            ),
            side=side,
            pieces=pieces,
        ).about("pieces")


def kinks(inputs: Mapping[str, Any]) -> tuple[int, ...]:
    """Return the points at which the function's slope jumps."""
    match inputs["name"]:
        case "relu":
            return (0,)
        case "relu6":
            return (0, 6)
        case "leaky" | "prelu" | "elu":
            return (0,) if parameter(inputs, "alpha") != 1 else ()
    return ()


def at_a_kink(inputs: Mapping[str, Any]) -> bool:
    """Say whether some z stands where the slope jumps."""
    return bool(set(kinks(inputs)) & set(numbers_in(inputs["z"])))


def is_tied(inputs: Mapping[str, Any]) -> bool:
    """Say whether the largest of a maxout unit's z stands there more than once."""
    if inputs["name"] != "maxout":
        return False
    groups = [numbers_in(unit) for unit in units(inputs)]
    return any(group.count(max(group)) > 1 for group in groups)


def parameter(inputs: Mapping[str, Any], symbol: str) -> Any:
    """Return a constant of the function: as given, or its usual value."""
    if inputs[symbol] is not None:
        return inputs[symbol]
    if inputs["name"] == "leaky":
        return Fraction(inputs["leaky"])
    return next(p.default for p in ACTIVATIONS[inputs["name"]].parameters if p.symbol == symbol)


# ---------------------------------------------------------------- the lines

LARGEST_POWER = 700
"""Beyond e^700 a computer's numbers end: the formula of the textbook is left for one that needs no such power."""
KEEPS_DIGITS = 12
"""Beyond this z, a is so close to its limit that 1 − a, or 1 − a², would keep too few digits."""


def write(w: Work) -> None:
    """Write the value, the slope and what is to be said about this function at these z."""
    row = ACTIVATIONS[w.inputs["name"]]
    if not row.elementwise:
        maxout(w)
        return
    w.given("z", w.inputs["z"], "z")
    for constant in row.parameters:
        source = "leaky" if row.name == "leaky" and w.inputs["alpha"] is None else constant.symbol
        w.given(constant.symbol, parameter(w.inputs, constant.symbol), source)
    numbers = numbers_in(w.inputs["z"])
    LINES.get(row.name, piecewise)(w, min(numbers), max(numbers))
    remarks(w)


def piecewise(w: Work, least: Any, most: Any) -> None:
    """Write a function made of pieces (or the line itself), as the table has it, with the slope taken at its kinks."""
    row = ACTIVATIONS[w.inputs["name"]]
    slope = row.slope.format(z="z")
    if row.name == "step" and w.inputs["at_zero"] == "0":
        w.let("a = 1 if z > 0 else 0", "above 0 it fires", "大于 0 才激活")
    elif row.name == "step" and w.inputs["at_zero"] == "half":
        w.let("a = ((1 if z > 0 else 0) + (1 if z >= 0 else 0))/2", "half way at 0", "在 0 处取一半")
    else:
        w.let(f"a = {row.value.format(z='z')}", row.says.en, row.says.zh)
    if row.name == "linear":
        w.let("da = 1" if not hasattr(w.inputs["z"], "shape") else "da = 0*z + 1", "the same everywhere", "处处相同")
        return
    if row.name == "step":
        w.let("da = 0" if not hasattr(w.inputs["z"], "shape") else "da = 0*z", "flat on both sides", "两侧都是平的")
        return
    chosen = w.inputs["kink"] if at_a_kink(w.inputs) else "outer"
    inner = slope.replace(">", ">=").replace("<", "<=")
    if chosen == "mean":
        w.let(f"da = (({slope}) + ({inner}))/2", "at the kink the mean of both sides", "折点处取两侧的平均")
    elif chosen == "inner":
        w.let(f"da = {inner}", "the slope of the piece, its ends counted in", "所在段的斜率，端点计入该段")
    else:
        w.let(f"da = {slope}", "the slope of the piece", "所在段的斜率")
    if row.name == "elu" and least >= -KEEPS_DIGITS and not at_a_kink(w.inputs):
        w.let("da_a = 1 if a > 0 else a + alpha", "the same, from a", "同一斜率，用 a 表示")


def sigmoid(w: Work, least: Any, most: Any) -> None:
    """Write 1/(1 + e^(−z)); its slope as a(1 − a) and in z."""
    if max(-least, most) > LARGEST_POWER:
        w.let("a = sigmoid(z)", "1/(1 + e^(−z))", "1/(1 + e^(−z))，S 形函数")
        w.let("da = sigmoid(z)*sigmoid(-z)", "a·(1 − a), since 1 − σ(z) = σ(−z)", "即 a·(1 − a)：1 − σ(z) = σ(−z)")
        return
    w.let("u = exp(-z)", "mind the minus", "注意负号")
    w.let("a = 1/(1 + u)", "σ(z), between 0 and 1", "σ(z)，取值在 0 与 1 之间")
    if most > KEEPS_DIGITS:
        w.let("da = u/(1 + u)**2", "a·(1 − a) in z: 1 − a is too small", "a·(1 − a) 用 z 表示：1 − a 太小")
        return
    w.let("da = a*(1 - a)", "the slope from a", "用 a 表示的斜率")
    w.let("da_z = u/(1 + u)**2", "the same slope from z", "同一斜率，用 z 表示")


def tanh(w: Work, least: Any, most: Any) -> None:
    """Write tanh z; its slope as 1 − a² and in z."""
    w.let("a = tanh(z)", "between −1 and 1", "取值在 −1 与 1 之间")
    if max(-least, most) > LARGEST_POWER / 2:
        w.let(
            "da = 4*sigmoid(2*z)*sigmoid(-2*z)",
            "1 − a², which is too small to subtract",
            "即 1 − a²，直接相减会丢失精度",
        )
    elif max(-least, most) > KEEPS_DIGITS / 2:
        w.let("da = 4/(exp(z) + exp(-z))**2", "1 − a² in z: the difference is too small", "1 − a² 用 z 表示：差太小")
    else:
        w.let("da = 1 - a**2", "the slope from a", "用 a 表示的斜率")
        w.let("da_z = 4/(exp(z) + exp(-z))**2", "the same slope from z", "同一斜率，用 z 表示")


def gelu(w: Work, least: Any, most: Any) -> None:
    """Write z·Φ(z) or one of its approximations: a gate g and its slope g_z."""
    match w.inputs["gelu"]:
        case "erf":
            w.let("g = Phi(z)", "(1 + erf(z/√2))/2", "标准正态分布函数 (1 + erf(z/√2))/2")
            w.let("g_z = phi(z)", "e^(−z²/2)/√(2π)", "标准正态密度 e^(−z²/2)/√(2π)")
        case "tanh":
            w.let("c = sqrt(2/3.141592653589793)", "√(2/π)", "常数 √(2/π)")
            w.let("k = c*(z + 0.044715*z**3)", "what enters tanh", "tanh 的自变量")
            w.let("g = sigmoid(2*k)", "(1 + tanh k)/2", "等于 (1 + tanh k)/2")
            w.let("g_z = 2*g*(1 - g)*c*(1 + 3*0.044715*z**2)", "the slope of g", "g 的斜率")
        case _:
            w.let("g = sigmoid(1.702*z)", "in place of Φ(z)", "代替 Φ(z)")
            w.let("g_z = 1.702*g*(1 - g)", "the slope of g", "g 的斜率")
    w.let("a = z*g", "z, weighted by g", "z 乘以权重 g")
    w.let("da = g + z*g_z", "product rule", "乘积法则")


def swish(w: Work, least: Any, most: Any) -> None:
    """Write z·σ(βz); its slope in z and partly in a."""
    w.let("g = sigmoid(beta*z)", "1/(1 + e^(−βz))", "即 1/(1 + e^(−βz))")
    w.let("a = z*g", "z, weighted by g", "z 乘以权重 g")
    w.let("da = g + beta*z*g*(1 - g)", "product rule", "乘积法则")
    w.let("da_a = beta*a + g*(1 - beta*a)", "the same slope, with a", "同一斜率，用 a 表示")


def softplus(w: Work, least: Any, most: Any) -> None:
    """Write ln(1 + e^z); its slope is the sigmoid."""
    if max(-least, most) > LARGEST_POWER:
        w.let(
            "a = max(0, z) + ln1p(exp(-abs(z)))",
            "ln(1 + e^z), without a power too large",
            "即 ln(1 + e^z)，避免过大的幂",
        )
        w.let("da = sigmoid(z)", "the sigmoid", "斜率是 sigmoid")
        return
    w.let("u = exp(z)", "the power", "指数")
    w.let("a = ln1p(u)", "a smooth ReLU", "平滑的 ReLU")
    w.let("da = u/(1 + u)", "the sigmoid of z", "z 的 sigmoid")
    if least >= -KEEPS_DIGITS:
        w.let("da_a = 1 - exp(-a)", "the same slope from a", "同一斜率，用 a 表示")


LINES: Mapping[str, Callable[[Work, Any, Any], None]] = {
    "sigmoid": sigmoid,
    "tanh": tanh,
    "gelu": gelu,
    "swish": swish,
    "softplus": softplus,
}
"""Functions with lines of their own; the others are pieces of lines."""


def maxout(w: Work) -> None:
    """Write the largest of each unit's z; only the largest has a slope."""
    groups = units(w.inputs)
    for number, unit in enumerate(groups, 1):
        j: int | str = number if len(groups) > 1 else ""
        w.given("z", unit, "z", j)
        size, values = unit.shape[0], numbers_in(unit)
        w.let("a[j] = largest(z[j])", "only the largest passes", "只有最大的通过", j=j, n=size)
        if values.count(max(values)) == 1 or w.inputs["tie"] == "all":
            w.let("da[j] = 1 if z[j] >= largest(z[j]) else 0", "1 for the largest", "最大者的斜率为 1", j=j)
        elif w.inputs["tie"] == "first":
            mask = ", ".join("1" if place == values.index(max(values)) else "0" for place in range(size))
            w.let(f"da[j] = [{mask}]", "1 for the first of the largest", "并列时第一个为 1", j=j)
        else:
            w.let(
                "ties[j] = sum(1 if z[j][i] >= largest(z[j]) else 0 for i in (1, ..., n))",
                "so many are largest",
                "并列个数",
                j=j,
                n=size,
            )
            w.let("da[j] = (1 if z[j] >= largest(z[j]) else 0)/ties[j]", "shared among them", "并列者平分", j=j)
    w.note("Changing a z that is not the largest changes nothing.", "不是最大的 z，微小变化不影响输出。")


# ---------------------------------------------------------------- what is to be said

RANGES: Mapping[str, Text] = {
    "linear": Text("Range: every number.", "值域：全体实数。"),
    "sigmoid": Text(
        "Range: 0 < a < 1; the slope is at most 1/4, at z = 0.", "值域：0 < a < 1；斜率最大 1/4，在 z = 0 处。"
    ),
    "tanh": Text("Range: −1 < a < 1; the slope is at most 1, at z = 0.", "值域：−1 < a < 1；斜率最大 1，在 z = 0 处。"),
    "relu": Text("Range: a ≥ 0.", "值域：a ≥ 0。"),
    "leaky": Text("Range: every number (for α > 0).", "值域：全体实数（α > 0 时）。"),
    "prelu": Text(
        "Range: every number (for α > 0); α is learned, ∂a/∂α = z where z < 0.",
        "值域：全体实数（α > 0 时）；α 由训练得到，z < 0 时 ∂a/∂α = z。",
    ),
    "relu6": Text("Range: 0 ≤ a ≤ 6.", "值域：0 ≤ a ≤ 6。"),
    "elu": Text("Range: a > −α (for α > 0).", "值域：a > −α（α > 0 时）。"),
    "gelu": Text("Range: from about −0.17 up; lowest near z = −0.75.", "值域：约 −0.17 以上；最低点在 z ≈ −0.75。"),
    "swish": Text(
        "Range: from about −0.278/β up, lowest near z = −1.278/β (for β > 0).",
        "值域：约 −0.278/β 以上，最低点在 z ≈ −1.278/β（β > 0 时）。",
    ),
    "softplus": Text("Range: a > 0.", "值域：a > 0。"),
    "step": Text("Range: 0 and 1; no slope to learn by.", "值域：只有 0 和 1；斜率为 0，无法用梯度学习。"),
}


def flat_parts(inputs: Mapping[str, Any]) -> tuple[float, float]:
    """Return the z below which and above which the slope is smaller than 0.01."""
    infinity = float("inf")
    match inputs["name"]:
        case "sigmoid":
            return -4.5849, 4.5849
        case "tanh":
            return -2.9932, 2.9932
        case "relu":
            return 0, infinity
        case "relu6":
            return 0, 6
        case "softplus":
            return -4.5951, infinity
        case "gelu":
            return {"erf": -3.0674, "tanh": -3.0529, "sigmoid": -3.6788}[inputs["gelu"]], infinity
        case "elu" if (alpha := parameter(inputs, "alpha")) > 0:
            return min(0.0, log(0.01 / alpha)), infinity
        case "swish" if (beta := parameter(inputs, "beta")) > 0:
            return float(-6.2614 / beta), infinity
    return -infinity, infinity


def is_at_its_limit(name: str, z: Any) -> bool:
    """Say whether float64 cannot tell a from the end of its range."""
    return bool((name == "sigmoid" and (z > 36 or z < -LARGEST_POWER)) or (name == "tanh" and abs(z) > 18))


def remarks(w: Work) -> None:
    """Write the range, which z saturate, and what is taken where there is no derivative."""
    inputs = w.inputs
    said = RANGES[inputs["name"]]
    w.note(said.en, said.zh)
    low, high = flat_parts(inputs)
    flat = [z for z in numbers_in(inputs["z"]) if z < low or z > high]
    if flat:
        shown = written(flat)
        if inputs["name"] in ("relu", "relu6"):
            w.note(
                "Dead at z = {z}: the slope is 0, nothing is learned there.",
                "z = {z} 处斜率为 0，学不到东西。",
                z=shown,
            )
        else:
            w.note(
                "Saturated at z = {z}: the slope is below 0.01, so gradients vanish.",
                "z = {z} 处饱和：斜率小于 0.01，梯度几乎消失。",
                z=shown,
            )
    limit = [z for z in numbers_in(inputs["z"]) if is_at_its_limit(inputs["name"], z)]
    if limit:
        w.note(
            "At z = {z} a computer's number for a is its limit; the true value differs by less than 10⁻¹⁵.",
            "z = {z} 处计算机表示的 a 已是极限值；真值与它相差不到 10⁻¹⁵。",
            z=written(limit),
        )
    if at_a_kink(inputs):
        there = written(sorted(set(kinks(inputs)) & set(numbers_in(inputs["z"]))))
        w.note(
            "No derivative at z = {z}: the slope jumps; any number between both sides is a subgradient.",
            "z = {z} 处不可导：斜率在此跳变；两侧斜率之间的任何数都是次梯度。",
            z=there,
        )
    if inputs["name"] == "step" and 0 in numbers_in(inputs["z"]):
        w.note("No derivative at z = 0, where it jumps; 0 is written.", "z = 0 处跳变，不可导；这里写 0。")


def written(numbers: Iterable[Any]) -> str:
    """Write a few numbers for a remark."""
    kept = list(dict.fromkeys(numbers))
    text = ", ".join(Numbers(0).write(number).replace("-", "−") for number in kept[:4])
    return text if len(kept) <= 4 else f"{text}, …"


# ---------------------------------------------------------------- the topic


def gathered(base: str) -> Callable[[Environment], Any]:
    """Return a reader of a line or, where there are several units, of all of them as one list."""

    def read(env: Environment) -> Any:
        if base in env:
            return env[base]
        found: list[Any] = []
        while (base, len(found) + 1) in env:
            value = env[base, len(found) + 1]
            found.append(value.tolist() if hasattr(value, "tolist") else value)
        if not found:
            raise KeyError(base)
        return found

    return read


def named(*names: str, number: bool = False) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the function is one of these (and z a single number)."""
    return lambda inputs: inputs["name"] in names and not (number and hasattr(inputs["z"], "shape"))


def negative(*names: str) -> Callable[[Mapping[str, Any]], bool]:
    """Return whether the function is one of these at a single negative z."""
    return lambda inputs: named(*names, number=True)(inputs) and inputs["z"] < 0


A_NUMBER = Text("a number such as 0.3", "一个数，例如 0.3")

TOPIC = Topic(
    name="activation",
    title=Text("Activation function: value and derivative", "激活函数：函数值与导数"),
    inputs=(
        Input(
            "name",
            Choice(
                tuple(ACTIVATIONS),
                {
                    "linear": ("identity", "none"),
                    "sigmoid": ("logistic", "sigma"),
                    "leaky": ("lrelu", "leaky-relu", "leakyrelu"),
                    "prelu": ("parametric-relu",),
                    "swish": ("silu",),
                    "step": ("heaviside", "threshold", "sign", "hardlim"),
                    "tanh": ("hyperbolic-tangent",),
                },
            ),
            Text("which function", "哪个函数"),
            known_as=("act", "activation", "function", "kind"),
        ),
        Input(
            "z",
            Numbers(0, 2, Text("a number, or a list such as 0.5,-1.2", "一个数，或列表，例如 0.5,-1.2")),
            Text("what enters: a number, a list or a matrix", "输入：数、列表或矩阵"),
            known_as=("x", "net", "input", "in"),
        ),
        Input(
            "alpha",
            Numbers(0, 0, A_NUMBER),
            Text("α of leaky, prelu and elu", "leaky、prelu、elu 的 α"),
            None,
            ("a", "negative_slope", "slope"),
        ),
        Input("beta", Numbers(0, 0, A_NUMBER), Text("β of swish, 1 unless given", "swish 的 β，默认 1"), None, ("b",)),
        Input("pieces", Whole(), Text("z of each maxout unit", "每个 maxout 单元的 z 个数"), None, ("groups", "k")),
        Input("gelu", Choice(("erf", "tanh", "sigmoid")), Text("form of GELU", "GELU 的形式"), "erf", ("approximate",)),
        Input("leaky", Choice(("0.01", "0.2", "0.3")), Text("α of leaky unless given", "未给出时 leaky 的 α"), "0.01"),
        Input("kink", Choice(("outer", "inner", "mean")), Text("slope taken at a kink", "折点处取的斜率"), "outer"),
        Input("at_zero", Choice(("1", "0", "half")), Text("step at 0", "阶跃函数在 0 处的值"), "1"),
        Input(
            "tie", Choice(("share", "first", "all")), Text("slope among equal largest z", "并列最大时的斜率"), "share"
        ),
    ),
    answers=(
        Answer("a", Text("value", "函数值"), value=gathered("a")),
        Answer("da", Text("derivative with respect to z", "对 z 的导数"), value=gathered("da")),
    ),
    write=write,
    example="dlcalc activation --name sigmoid --z 0.755",
    settle=settle,
    conventions=(
        Convention(
            "gelu",
            {
                "erf": Text("GELU is z·Φ(z), with erf (PyTorch, Keras)", "GELU 取 z·Φ(z)，用 erf（PyTorch、Keras）"),
                "tanh": Text(
                    "GELU is approximated with tanh (GPT-2, approximate='tanh')",
                    "GELU 用 tanh 近似（GPT-2、approximate='tanh'）",
                ),
                "sigmoid": Text("GELU is approximated by z·σ(1.702z)", "GELU 用 z·σ(1.702z) 近似"),
            },
            named("gelu"),
        ),
        Convention(
            "leaky",
            {
                "0.01": Text("the leaky slope is 0.01 (PyTorch)", "leaky 的斜率取 0.01（PyTorch）"),
                "0.2": Text("the leaky slope is 0.2 (tf.nn.leaky_relu)", "leaky 的斜率取 0.2（tf.nn.leaky_relu）"),
                "0.3": Text("the leaky slope is 0.3 (Keras's LeakyReLU)", "leaky 的斜率取 0.3（Keras 的 LeakyReLU）"),
            },
            lambda inputs: inputs["name"] == "leaky" and inputs["alpha"] is None,
        ),
        Convention(
            "kink",
            {
                "outer": Text(
                    "at a kink the slope of the outer piece is taken: ReLU′(0) = 0 (PyTorch)",
                    "折点处取外侧一段的斜率：ReLU′(0) = 0（PyTorch）",
                ),
                "inner": Text(
                    "at a kink the slope of the line through z is taken: ReLU′(0) = 1",
                    "折点处取斜线一段的斜率：ReLU′(0) = 1",
                ),
                "mean": Text(
                    "at a kink the mean of both slopes is taken: ReLU′(0) = 1/2",
                    "折点处取两侧斜率的平均：ReLU′(0) = 1/2",
                ),
            },
            at_a_kink,
        ),
        Convention(
            "at_zero",
            {
                "1": Text("the step is 1 at 0 (fires at its threshold)", "阶跃函数在 0 处取 1（达到阈值即激活）"),
                "0": Text("the step is 0 at 0 (fires above its threshold)", "阶跃函数在 0 处取 0（超过阈值才激活）"),
                "half": Text(
                    "the step is 1/2 at 0 (Heaviside, symmetric)", "阶跃函数在 0 处取 1/2（对称的 Heaviside）"
                ),
            },
            lambda inputs: inputs["name"] == "step" and 0 in numbers_in(inputs["z"]),
        ),
        Convention(
            "tie",
            {
                "share": Text(
                    "equal largest z share the slope (torch.maximum)", "并列最大的 z 平分斜率（torch.maximum）"
                ),
                "first": Text(
                    "the first of equal largest z has the slope (torch.max, pooling)",
                    "并列最大时斜率归第一个（torch.max、池化）",
                ),
                "all": Text("each of equal largest z has slope 1 (CS231n)", "并列最大的 z 斜率各为 1（CS231n）"),
            },
            is_tied,
        ),
    ),
    misconceptions=(
        Misconception(
            "slope-one-at-zero",
            Text(
                "You gave the sigmoid slope 1 at 0: it is a·(1 − a), 1/4 there.",
                "把 sigmoid 在 0 处的斜率写成 1：应为 a·(1 − a)，在 0 处是 1/4。",
            ),
            {"da": "1"},
            applies=lambda inputs: named("sigmoid", number=True)(inputs) and inputs["z"] == 0,
            catalogue=("M070",),
        ),
        Misconception(
            "sigmoid-applied-twice",
            Text(
                "You put a through the sigmoid again: a is already σ(z), so the slope is a·(1 − a).",
                "把 a 又代入了一次 sigmoid：a 已经是 σ(z)，斜率就是 a·(1 − a)。",
            ),
            {"da": "sigmoid(a)*(1 - sigmoid(a))"},
            applies=named("sigmoid"),
            catalogue=("M071",),
        ),
        Misconception(
            "slope-from-z",
            Text(
                "You put z where a belongs: the slope of the sigmoid is a·(1 − a).",
                "该用 a 的地方用了 z：sigmoid 的斜率是 a·(1 − a)。",
            ),
            {"da": "z*(1 - z)"},
            applies=named("sigmoid"),
            catalogue=("M072",),
        ),
        Misconception(
            "tanh-with-sigmoid-slope",
            Text(
                "You used the slope of the sigmoid, a·(1 − a): that of tanh is 1 − a².",
                "用了 sigmoid 的斜率 a·(1 − a)：tanh 的斜率是 1 − a²。",
            ),
            {"da": "a*(1 - a)"},
            applies=named("tanh"),
            catalogue=("M073",),
        ),
        Misconception(
            "tanh-slope-from-z",
            Text(
                "You squared z: the slope of tanh is 1 − a², with a = tanh z.",
                "平方的是 z：tanh 的斜率是 1 − a²，其中 a = tanh z。",
            ),
            {"da": "1 - z**2"},
            applies=named("tanh"),
            catalogue=("M074",),
        ),
        Misconception(
            "minus-left-out",
            Text("You left out the minus: σ(z) = 1/(1 + e^(−z)).", "漏了负号：σ(z) = 1/(1 + e^(−z))。"),
            {"u": "exp(z)"},
            applies=named("sigmoid"),
            catalogue=("M075",),
        ),
        Misconception(
            "relu-slope-one",
            Text(
                "You gave ReLU slope 1 at a negative z: it is flat there, so the slope is 0.",
                "在负的 z 处把 ReLU 的斜率写成 1：那里是平的，斜率为 0。",
            ),
            {"da": "1"},
            applies=negative("relu"),
            catalogue=("M076",),
        ),
        Misconception(
            "leaky-cut-off",
            Text(
                "You set negatives to 0, as ReLU does: here they become α·z.",
                "像 ReLU 一样把负数变成了 0：这里应为 α·z。",
            ),
            {"a": "max(0, z)"},
            applies=named("leaky", "prelu"),
            catalogue=("M077",),
        ),
        Misconception(
            "leaky-value-for-slope",
            Text("You gave the value α·z for the slope: it is α.", "把函数值 α·z 当成了斜率：斜率是 α。"),
            {"da": "1 if z > 0 else alpha*z"},
            applies=named("leaky", "prelu"),
            catalogue=("M078",),
        ),
        Misconception(
            "relu6-not-cut-off",
            Text(
                "You did not cut off at 6: ReLU6 is min(max(0, z), 6).", "没有在 6 处截断：ReLU6 是 min(max(0, z), 6)。"
            ),
            {"a": "max(0, z)"},
            applies=named("relu6"),
            catalogue=("M079",),
        ),
        Misconception(
            "elu-without-alpha",
            Text("You left out α: for negative z ELU is α·(e^z − 1).", "漏了 α：z 为负时 ELU 是 α·(e^z − 1)。"),
            {"a": "z if z > 0 else expm1(z)"},
            applies=named("elu"),
            catalogue=("M080",),
        ),
        Misconception(
            "elu-value-for-slope",
            Text(
                "You gave the value α·(e^z − 1) for the slope: it is α·e^z.",
                "把函数值 α·(e^z − 1) 当成了斜率：斜率是 α·e^z。",
            ),
            {"da": "1 if z > 0 else alpha*expm1(z)"},
            applies=named("elu"),
            catalogue=("M081",),
        ),
        Misconception(
            "maxout-adds",
            Text("You added the z: maxout takes the largest of them.", "把几个 z 相加了：maxout 取其中最大的。"),
            {"a[j]": "sum(z[j][i] for i in (1, ..., n))"},
            applies=named("maxout"),
            catalogue=("M082",),
        ),
    ),
)
