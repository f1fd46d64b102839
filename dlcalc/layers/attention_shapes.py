"""What attention costs: every shape, the parameters and the multiplications, for sequences and for C×H×W maps.

Sequences: Vaswani et al., 2017. Maps: channel attention keeps the channels (squeeze-and-excitation, Hu et al., 2018),
spatial attention the places (CBAM, Woo et al., 2018), non-local attention compresses nothing (Wang et al., 2018).
"""

from __future__ import annotations

from typing import Any

from dlcalc.core.topic import Convention, Misconception
from dlcalc.core.work import Work
from dlcalc.errors import InputError, Text

KINDS = ("sequence", "channel", "spatial", "nonlocal")
FOR_SEQUENCES = ("n", "source", "d_model", "heads", "d_k", "d_v")
FOR_MAPS = ("in", "inner", "reduction", "k")


def settle(inputs: dict[str, Any]) -> None:
    """Fill in the usual sizes; refuse what another kind takes, and heads that do not divide d_model.

    Raises:
        InputError: naming the input and what fits.
    """
    kind = inputs["kind"]
    sequence = kind == "sequence"
    takes = {
        "sequence": FOR_SEQUENCES,
        "channel": ("in", "reduction"),
        "spatial": ("in", "k"),
        "nonlocal": ("in", "inner"),
    }[kind]
    for name in (*FOR_SEQUENCES, *FOR_MAPS):
        if inputs[name] is not None and name not in takes:
            raise InputError(
                Text("{name} has no meaning for {kind} attention.", "{name} 与 {kind} 注意力无关。"),
                Text("Leave it out; {kind} takes {takes}.", "请去掉它；{kind} 用 {takes}。"),
                name=name,
                kind=kind,
                takes=", ".join(takes),
            ).about(name)
    for name in ("n", "d_model") if sequence else ("in",):
        if inputs[name] is None:
            raise InputError(
                Text("{kind} attention needs '{name}'.", "{kind} 注意力需要给出 “{name}”。"),
                Text("For example: --n 10 --d-model 512 --heads 8", "例如：--n 10 --d-model 512 --heads 8")
                if sequence
                else Text("For example: --kind {kind} --in 64x14x14", "例如：--kind {kind} --in 64x14x14"),
                kind=kind,
                name=name,
            ).about(name)
    if sequence:
        _settle_heads(inputs)
    elif isinstance(inputs["in"], int) or len(inputs["in"]) != 3:
        raise InputError(
            Text("A map has three sides: channels, height, width.", "特征图有三个边长：通道、高、宽。"),
            Text("Type --in 64x14x14.", "请输入 --in 64x14x14。"),
        ).about("in")
    else:
        _settle_map(inputs)


def _settle_heads(inputs: dict[str, Any]) -> None:
    if inputs["heads"] is None:
        inputs["heads"] = 1
    d, h = inputs["d_model"], inputs["heads"]
    if inputs["d_k"] is None and d % h:
        raise InputError(
            Text("d_model {d} cannot be shared among {h} heads.", "d_model {d} 不能平分给 {h} 个头。"),
            Text(
                "Type a number of heads that divides {d}, or give --d-k and --d-v.",
                "请输入能整除 {d} 的头数，或给出 --d-k 和 --d-v。",
            ),
            d=d,
            h=h,
        ).about("heads")


def _settle_map(inputs: dict[str, Any]) -> None:
    channels = inputs["in"][0]
    if inputs["kind"] == "nonlocal" and inputs["inner"] is None:
        inputs["inner"] = channels
    if inputs["kind"] == "spatial":
        if inputs["k"] is None:
            inputs["k"] = 1
        if inputs["k"] % 2 == 0:
            raise InputError(
                Text("A {k}×{k} kernel cannot keep the size.", "{k}×{k} 的核不能保持尺寸。"),
                Text("Type an odd number, such as 7.", "请输入奇数，例如 7。"),
                k=inputs["k"],
            ).about("k")
    reduction = inputs["reduction"]
    if reduction is not None and channels % reduction:
        raise InputError(
            Text("{c} channels cannot be reduced {r} times.", "{c} 个通道不能缩小 {r} 倍。"),
            Text("Type a number that divides {c}.", "请输入能整除 {c} 的数。"),
            c=channels,
            r=reduction,
        ).about("reduction")


def write(w: Work) -> None:
    """Write the sheet of the kind asked for."""
    if w.inputs["kind"] == "sequence":
        sequence(w)
        return
    for symbol, side in zip("CHW", w.inputs["in"], strict=True):
        w.given(symbol, side, "in")
    {"channel": channel, "spatial": spatial, "nonlocal": nonlocal_}[w.inputs["kind"]](w)


# ---------------------------------------------------------------- sequences


def sequence(w: Work) -> None:
    """Write multi-head attention of n queries on m keys."""
    inputs = w.inputs
    w.given("n", inputs["n"], "n")
    w.given("d", inputs["d_model"], "d_model")
    w.given("h", inputs["heads"], "heads")
    if inputs["source"] is None:
        w.let("m = n", "self-attention: the keys are the queries' own tokens", "自注意力：键来自同一序列")
    else:
        w.given("m", inputs["source"], "source")
    if inputs["d_k"] is None:
        w.let("d_k = d/h", "each head's share", "每个头的份额", id="share")
    else:
        w.given("d_k", inputs["d_k"], "d_k")
    if inputs["d_v"] is None:
        w.let("d_v = d_k", "values as long as keys", "值与键同长")
    else:
        w.given("d_v", inputs["d_v"], "d_v")
    w.let("scale = sqrt(d_k)", "what the scores are divided by", "分数的除数")
    w.let("W_Q = shape(d, h*d_k)", "projects each token; W_K likewise", "投影每个词元；W_K 相同")
    w.let("W_V = shape(d, h*d_v)", "projects each token to its value", "把每个词元投影为值")
    w.let("Q = shape(n, h*d_k)", "(n×d)·(d×h·d_k), all heads", "(n×d)·(d×h·d_k)，所有头")
    w.let("K = shape(m, h*d_k)", "a row for each key", "每个键一行")
    w.let("V = shape(m, h*d_v)", "a row for each key", "每个键一行")
    w.let("Q_head = shape(n, d_k)", "each head's columns of Q", "每个头在 Q 中的列")
    w.let("K_head = shape(m, d_k)", "of K", "在 K 中的列")
    w.let("V_head = shape(m, d_v)", "of V", "在 V 中的列")
    w.let("scores = shape(n, m)", "in each head (n×d_k)·(d_k×m)", "每个头 (n×d_k)·(d_k×m)")
    w.let("weights = scores", "the softmax, by rows, keeps the shape", "softmax 按行，形状不变")
    w.let("head = shape(n, d_v)", "(n×m)·(m×d_v)", "每个头 (n×m)·(m×d_v)")
    w.let("concat = shape(n, h*d_v)", "the heads side by side", "各头左右拼接")
    w.let("W_O = shape(h*d_v, d)", "the output projection", "输出投影")
    w.let("out = shape(n, d)", "as long as the tokens", "与词元同长")
    biased = inputs["bias"]
    w.let(
        "params_qkv = 2*(d*h*d_k + h*d_k) + d*h*d_v + h*d_v" if biased else "params_qkv = 2*d*h*d_k + d*h*d_v",
        "W_Q, W_K, W_V and their biases" if biased else "W_Q, W_K and W_V",
        "W_Q、W_K、W_V 及其偏置" if biased else "三个投影的权重",
        id="qkv-biased" if biased else "qkv",
    )
    w.let(
        "params_o = h*d_v*d + d" if biased else "params_o = h*d_v*d",
        "W_O and its bias" if biased else "W_O",
        "W_O 及其偏置" if biased else "W_O 的权重",
        id="o-biased" if biased else "o",
    )
    w.let("params = params_qkv + params_o", "the number of heads does not change it", "与头数无关")
    w.let("macs_qkv = n*d*h*d_k + m*d*h*d_k + m*d*h*d_v", "multiplications for Q, K and V", "Q、K、V 的乘法次数")
    w.let("macs_scores = h*n*m*d_k", "Q·Kᵀ in every head", "各头的 Q·Kᵀ")
    w.let("macs_head = h*n*m*d_v", "weights times values", "权重乘以值")
    w.let("macs_o = n*h*d_v*d", "times W_O", "乘以 W_O")
    w.let("macs = macs_qkv + macs_scores + macs_head + macs_o", "all multiplications", "乘法总次数")
    w.let(
        "sums = n*h*d_k + m*h*d_k + m*h*d_v + h*n*m + n*h*d_v + n*d", "numbers these products give", "这些乘积给出的数"
    )
    additions(w)


# ---------------------------------------------------------------- maps


def channel(w: Work) -> None:
    """Write channel attention: each map becomes one number, so that a weight for each channel comes out."""
    w.let("x = shape(shape(C, H), W)", "the map", "特征图")
    w.let("squeezed = shape(shape(C, 1), 1)", "pooling over all places leaves the channels", "对所有位置池化，只留通道")
    w.let("gates = C", "one weight for each channel", "每个通道一个权重")
    w.let("pooled = C*H*W", "numbers that pooling looks at", "池化读取的数")
    reduction = w.inputs["reduction"]
    if reduction is None:
        w.let("column = shape(C, 1)", "as a column vector: Q, K and V", "看作列向量：作 Q、K、V")
        w.let("scores = shape(C, C)", "(C×1)·(1×C): every channel with every channel", "(C×1)·(1×C)：通道两两相乘")
        w.let("attended = shape(C, 1)", "(C×C)·(C×1)", "(C×C)·(C×1) 的结果")
        w.let("params = 0", "Q = K = V: nothing is learned", "Q = K = V：没有可学参数", id="no-params")
        w.let("macs_scores = C*1*C", "multiplications for the scores", "求分数的乘法")
        w.let("macs_attended = C*C*1", "weights times values", "权重乘以值")
        last = "macs_scores + macs_attended"
    else:
        w.given("r", reduction, "reduction")
        w.let("hidden = C/r", "numbers of the narrow layer", "瓶颈层的个数")
        w.let("gate_weights = C*hidden + hidden*C", "down to the narrow layer and up again", "先降维再升维")
        if w.inputs["bias"]:
            w.let("biases = hidden + C", "one for each output", "每个输出一个", id="gate-biases")
        else:
            w.let("biases = 0", "none", "没有偏置")
        w.let("params = gate_weights + biases", "squeeze-and-excitation", "SE 模块")
        w.let("macs_gates = gate_weights", "each weight once", "每个权重用一次")
        last = "macs_gates"
    w.let("macs_rescaled = C*H*W", "each number times its channel's weight", "每个数乘以其通道的权重")
    w.let("out = shape(shape(C, H), W)", "as the map", "与特征图相同")
    w.let(f"macs = {last} + macs_rescaled", "all multiplications", "乘法总次数")


def spatial(w: Work) -> None:
    """Write spatial attention: a convolution to one channel, so that a weight for each place comes out."""
    w.given("k", w.inputs["k"], "k")
    w.let("x = shape(shape(C, H), W)", "the map", "特征图")
    w.let("squeezed = shape(shape(1, H), W)", "a convolution with one filter leaves the places", "一个卷积核，只留位置")
    w.let("gates = H*W", "one weight for each place", "每个位置一个权重")
    w.let("N = H*W", "places", "位置数")
    w.let("column = shape(N, 1)", "as a column vector: Q, K and V", "看作列向量：作 Q、K、V")
    w.let("scores = shape(N, N)", "(N×1)·(1×N): every place with every place", "(N×1)·(1×N)：位置两两相乘")
    w.let("scores_size = N**2", "numbers in it", "其中数的个数")
    w.let("attended = shape(N, 1)", "(N×N)·(N×1)", "(N×N)·(N×1) 的结果")
    if w.inputs["bias"]:
        w.let("params = k*k*C + 1", "the filter and its bias", "卷积核及其偏置")
    else:
        w.let("params = k*k*C", "the filter", "卷积核")
    w.let("macs_squeezed = k*k*C*H*W", "the convolution, padded to keep the size", "卷积，填充以保持尺寸")
    w.let("macs_scores = N*1*N", "multiplications for the scores", "求分数的乘法")
    w.let("macs_attended = N*N*1", "weights times values", "权重乘以值")
    w.let("macs_rescaled = C*H*W", "each number times its place's weight", "每个数乘以其位置的权重")
    w.let("out = shape(shape(C, H), W)", "as the map", "与特征图相同")
    w.let("macs = macs_squeezed + macs_scores + macs_attended + macs_rescaled", "all multiplications", "乘法总次数")


def nonlocal_(w: Work) -> None:
    """Write attention over all places of a map without squeezing anything."""
    w.given("L", w.inputs["inner"], "inner")
    w.let("N = H*W", "places: each is a token of C numbers", "位置数：每个位置是 C 个数的词元")
    w.let("x = shape(N, C)", "the map as a matrix", "特征图写成矩阵")
    w.let("W_Q = shape(C, L)", "projects each place; W_K, W_V likewise", "投影每个位置；W_K、W_V 相同")
    w.let("Q = shape(N, L)", "(N×C)·(C×L), and K, V likewise", "(N×C)·(C×L)，K、V 相同")
    w.let(
        "scores = shape(N, N)",
        "(N×L)·(L×N); row i: place i with every place",
        "(N×L)·(L×N)；第 i 行：位置 i 与所有位置",
    )
    w.let("scores_size = N**2", "numbers in it", "其中数的个数")
    w.let("out = shape(N, L)", "(N×N)·(N×L)", "(N×N)·(N×L) 的结果")
    if w.inputs["bias"]:
        w.let("params = 3*(C*L + L)", "W_Q, W_K, W_V and their biases", "W_Q、W_K、W_V 及其偏置")
    else:
        w.let("params = 3*C*L", "W_Q, W_K and W_V", "三个投影的权重")
    w.let("macs_qkv = 3*N*C*L", "multiplications for Q, K and V", "Q、K、V 的乘法次数")
    w.let("macs_scores = N*L*N", "Q·Kᵀ", "Q·Kᵀ 的乘法")
    w.let("macs_attended = N*N*L", "weights times values", "权重乘以值")
    w.let("macs = macs_qkv + macs_scores + macs_attended", "all multiplications", "乘法总次数")
    w.let("sums = 3*N*L + N*N + N*L", "numbers these products give", "这些乘积给出的数")
    additions(w)


def additions(w: Work) -> None:
    """Write the additions of matrix products: one less than the products of each sum."""
    w.let("adds = macs - sums", "a sum of p products takes p − 1 additions", "p 个乘积求和需 p − 1 次加法")


# ---------------------------------------------------------------- conventions and mistakes

CONVENTIONS = (
    Convention(
        "bias",
        {
            True: Text("projections have biases (PyTorch, BERT)", "投影带偏置（PyTorch、BERT）"),
            False: Text("projections have no biases (the paper's formulas)", "投影不带偏置（原论文公式）"),
        },
        applies=lambda inputs: inputs["kind"] != "channel" or inputs["reduction"] is not None,
    ),
)

MISCONCEPTIONS = (
    Misconception(
        "each-head-whole",
        Text(
            "You gave each head all of d: d_k = d/h, so that the heads together are as wide as one.",
            "每个头都用了整个 d：d_k = d/h，所有头合起来才与一个头同宽。",
        ),
        {"share": "d"},
        applies=lambda inputs: inputs["heads"] is not None and inputs["heads"] > 1 and inputs["d_k"] is None,
        catalogue=("M190",),
    ),
    Misconception(
        "output-projection-left-out",
        Text(
            "You left out W_O: the heads side by side pass through an output projection.",
            "漏了 W_O：各头拼接后还要经过输出投影。",
        ),
        {"params": "params_qkv"},
        applies=lambda inputs: inputs["kind"] == "sequence",
        catalogue=("M191",),
    ),
    Misconception(
        "scores-as-wide-as-the-model",
        Text(
            "You gave the scores d columns: there is one column for each key.",
            "把分数矩阵的列数写成了 d：每个键一列。",
        ),
        {"scores": "shape(n, d)"},
        applies=lambda inputs: inputs["kind"] == "sequence",
        catalogue=("M192",),
    ),
    Misconception(
        "scores-turned",
        Text(
            "You turned the scores: there is one row for each query and one column for each key.",
            "把分数矩阵转置了：每个查询一行，每个键一列。",
        ),
        {"scores": "shape(m, n)"},
        applies=lambda inputs: inputs["source"] not in (None, inputs["n"]),
    ),
    Misconception(
        "as-many-keys-as-queries",
        Text(
            "You took as many keys as queries: keys and values come from the other sequence.",
            "把键的个数当作查询数：键和值来自另一序列。",
        ),
        {"K": "shape(n, h*d_k)", "V": "shape(n, h*d_v)", "macs_qkv": "n*d*h*d_k + n*d*h*d_k + n*d*h*d_v"},
        applies=lambda inputs: inputs["source"] not in (None, inputs["n"]),
    ),
    Misconception(
        "scale-of-the-model",
        Text(
            "You took √d: each head divides by the root of its own d_k.",
            "用了 √d：每个头除以自己的 √d_k。",
        ),
        {"scale": "sqrt(d)"},
        applies=lambda inputs: inputs["kind"] == "sequence",
        catalogue=("M188",),
    ),
    Misconception(
        "places-not-paired",
        Text(
            "You gave one number for each place: every place is compared with every place, (H·W)² numbers.",
            "每个位置只给了一个数：位置两两比较，共 (H·W)² 个数。",
        ),
        {"scores_size": "H*W"},
        applies=lambda inputs: inputs["kind"] in ("spatial", "nonlocal"),
        catalogue=("M193",),
    ),
    Misconception(
        "places-for-channels",
        Text(
            "You kept the places: channel attention squeezes them away and leaves C×1×1.",
            "保留了位置：通道注意力把位置压缩掉，只留 C×1×1。",
        ),
        {"squeezed": "shape(shape(1, H), W)", "gates": "H*W"},
        applies=lambda inputs: inputs["kind"] == "channel",
        catalogue=("M194",),
    ),
    Misconception(
        "channels-for-places",
        Text(
            "You kept the channels: spatial attention squeezes them away and leaves 1×H×W.",
            "保留了通道：空间注意力把通道压缩掉，只留 1×H×W。",
        ),
        {"squeezed": "shape(shape(C, 1), 1)", "gates": "C"},
        applies=lambda inputs: inputs["kind"] == "spatial",
    ),
    Misconception(
        "only-one-projection",
        Text(
            "You counted one projection: queries, keys and values have one each.",
            "只算了一个投影：查询、键、值各有一个。",
        ),
        {"qkv-biased": "d*h*d_k + h*d_k", "qkv": "d*h*d_k"},
        applies=lambda inputs: inputs["kind"] == "sequence",
    ),
    Misconception(
        "scores-once",
        Text(
            "You counted Q·Kᵀ of one head: each head has scores of its own.",
            "只算了一个头的 Q·Kᵀ：每个头都有自己的分数。",
        ),
        {"macs_scores": "n*m*d_k"},
        applies=lambda inputs: inputs["kind"] == "sequence" and inputs["heads"] > 1,
    ),
)
