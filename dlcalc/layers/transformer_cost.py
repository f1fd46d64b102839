"""What a transformer costs: multiply-accumulates per token, the key-value cache, and the activations of training.

n tokens stand in the sequence (of the target, where there are two), m in the source. A multiply-accumulate is one
product with its addition; softmax, norms, activations and added biases are not counted, and a mask saves nothing.
"""

from __future__ import annotations

from dlcalc.core.work import Work


def write(w: Work) -> None:
    """Write MACs and memory for one sequence."""
    mac_lines(w)
    memory_lines(w)


def mac_lines(w: Work) -> None:
    """Write the multiply-accumulates per token and of the whole sequence."""
    inputs = w.inputs
    part, cross = inputs["kind"], inputs["cross"]
    w.note(
        "Multiply-accumulates: one for each weight that a token meets, and those of attention's scores, which grow "
        "with the length n (a mask saves none; softmax and norms are not counted).",
        "乘加次数：词元遇到的每个权重一次，加上注意力得分的部分，后者随长度 n 增长"
        "（掩码不省计算；不计 softmax 与归一化）。",
    )
    w.let("projections = 4*d*d", "W_Q, W_K, W_V, W_O for one token", "一个词元经过 W_Q、W_K、W_V、W_O")
    w.let("feed = 2*d*d_ff", "the feed-forward network for one token", "一个词元经过前馈网络")
    if part == "both":
        w.let(
            "source_scores = 2*m*d", "Q·Kᵀ, and weights·V, over the source", "对源序列的 Q·Kᵀ 与 权重·V", id="scores-m"
        )
        w.let("encoder_macs = N*(projections + source_scores + feed)", "N layers, one token", "一个词元经过 N 层")
    w.let("scores = 2*n*d", "Q·Kᵀ, and weights·V, over all tokens", "对所有词元的 Q·Kᵀ 与 权重·V", id="scores-n")
    if part == "encoder":
        w.let("encoder_macs = N*(projections + scores + feed)", "N layers, one token", "一个词元经过 N 层")
    elif cross:
        w.let(
            "cross_macs = 2*d*d + 2*m*d",
            "W_Q and W_O, and the scores over the source",
            "W_Q 与 W_O，以及对源序列的得分",
        )
        w.let("decoder_macs = N*(projections + scores + cross_macs + feed)", "N layers, one token", "一个词元经过 N 层")
        w.let("source_macs = N*2*d*d", "a source token's K and V, in N layers", "一个源词元在 N 层中的 K 与 V")
    else:
        w.let("decoder_macs = N*(projections + scores + feed)", "N layers, one token", "一个词元经过 N 层")
    per_token_lines(w)


def per_token_lines(w: Work) -> None:
    """Write the sum for one token, for the whole sequence, and twice that as operations."""
    inputs = w.inputs
    part, cross = inputs["kind"], inputs["cross"]
    stack = "encoder_macs" if part == "encoder" else "decoder_macs"
    if inputs["lm_head"]:
        V = "V" if inputs["target_vocab"] is None else "V_t"
        w.let(f"head_macs = d*{V}", "the output layer, tied or not", "输出层，共用与否都要算")
        w.let(f"macs_per_token = {stack} + head_macs", "one token of this length", "该长度下一个词元的乘加次数")
    else:
        w.let(f"macs_per_token = {stack}", "one token of this length", "该长度下一个词元的乘加次数")
    terms = ["n*macs_per_token"]
    if part == "both":
        w.let("macs_per_source = encoder_macs + source_macs", "one source token", "一个源词元")
        terms.append("m*macs_per_source")
    elif cross:
        terms.append("m*source_macs")
    if inputs["image"] is not None:
        terms.append("patches*pixels*d")
    if inputs["pooler"]:
        terms.append("d*d")
    if inputs["classes"] is not None:
        terms.append("d*K")
    w.let(f"macs = {' + '.join(terms)}", "the whole sequence", "整个序列", id="macs")
    w.let("flops = 2*macs", "2 operations each", "每次乘加算两次运算")


def memory_lines(w: Work) -> None:
    """Write the memory of weights, of the cache and of the activations, in bytes."""
    inputs = w.inputs
    w.let("memory = params*bytes", "the weights, in bytes", "权重所占字节数")
    if inputs["kind"] != "encoder":
        w.let(
            "kv_cache = 2*N*n*d*bytes",
            "keys and values of n tokens in N layers, in bytes",
            "N 层中 n 个词元的键与值所占字节数",
        )
        if inputs["cross"]:
            w.let("kv_source = 2*N*m*d*bytes", "and those of the source", "源序列的键与值")
    activation_lines(w)


def activation_lines(w: Work) -> None:
    """Write what training keeps of one sequence for the backward pass.

    Source: Korthikanti et al., Reducing Activation Recomputation in Large Transformer Models (2022), section 4.1:
    n·d·(34 + 5·h·n/d) bytes a layer for d_ff = 4d and 2 bytes a number. Cross-attention is counted by the same rules:
    Q's input, Q and W_O's input of n tokens, K and V of m; their common input, the encoder's output, once.
    """
    inputs = w.inputs
    part, cross = inputs["kind"], inputs["cross"]
    w.note(
        "Activations kept for the backward pass, in bytes (Korthikanti et al. 2022, section 4.1): with 2 bytes a "
        "number and d_ff = 4d a layer keeps n·d·(34 + 5·h·n/d). Inputs of every product are kept, dropout masks at 1 "
        "byte; nothing is recomputed; embeddings and output layer are not counted.",
        "反向传播要保留的激活值，以字节计（Korthikanti 等 2022，4.1 节）：每个数 2 字节且 d_ff = 4d 时，"
        "每层 n·d·(34 + 5·h·n/d)。保留每个乘积的输入，dropout 掩码每个 1 字节；不做重计算；不计嵌入与输出层。",
    )
    terms = []
    for stack, length in (("encoder", "m" if part == "both" else "n"), ("decoder", "n")):
        if part not in (stack, "both"):
            continue
        at = stack if part == "both" else ""
        w.let(
            f"kept_attention[p] = (5*bytes + 1)*{length}*d + (2*bytes + 1)*h*{length}*{length}",
            "inputs of the projections, Q, K, V; weights of h heads",
            "投影的输入、Q、K、V；h 个头的权重",
            p=at,
        )
        w.let(
            f"kept_ffn[p] = (bytes + 1)*{length}*d + 2*bytes*{length}*d_ff",
            "inputs of both layers and of the activation",
            "两层与激活函数的输入",
            p=at,
        )
        norms = 3 if cross and stack == "decoder" else 2
        w.let(f"kept_norms[p] = {norms}*bytes*{length}*d", "inputs of the norms", "归一化的输入", p=at)
        if cross and stack == "decoder":
            w.let(
                "kept_cross = (3*bytes + 1)*n*d + 2*bytes*m*d + (2*bytes + 1)*h*n*m",
                "cross-attention, by the same rules",
                "交叉注意力，按同样规则",
            )
            w.let(
                "kept_layer[p] = kept_attention[p] + kept_cross + kept_ffn[p] + kept_norms[p]",
                "one layer",
                "一层",
                p=at,
                id="kept-layer-cross",
            )
        else:
            w.let("kept_layer[p] = kept_attention[p] + kept_ffn[p] + kept_norms[p]", "one layer", "一层", p=at)
        terms.append(f"N*kept_layer[{at}]" if at else "N*kept_layer")
    if cross:
        terms.append("bytes*m*d")
        w.let(
            f"activations = {' + '.join(terms)}",
            "all layers, and once the encoder's output, in bytes",
            "所有层，加上一份编码器输出，以字节计",
            id="activations-cross",
        )
    else:
        w.let(f"activations = {terms[0]}", "N layers, in bytes", "N 层，以字节计", id="activations")
