"""Transformers against matrices listed one by one, published totals, and PyTorch: counts, products, what is kept."""

import json
import random
from math import prod
from pathlib import Path

import pytest

import dlcalc
from dlcalc import topics
from dlcalc.errors import InputError
from dlcalc.layers.transformer_presets import PRESETS
from tests import draws
from tests.topics.listed import catalogued, is_named, verdict

TRUTH = {e["id"]: e for e in json.loads((Path(__file__).parents[1] / "truth/published.json").read_text("utf-8"))}


def solved(**inputs):
    return dlcalc.solve("transformer", inputs)


def answers(**inputs):
    return solved(**inputs).answers


# ---------------------------------------------------------------- parameters


def matrices(i):
    """List the shape of every matrix and vector of a settled transformer."""
    d, ff, part = i["d_model"], i["d_ff"], i["kind"]
    all_biases, some_biases = i["biases"] == "all", i["biases"] != "none"
    norm = [(d,), (d,)] if some_biases else [(d,)]
    attention = [(d, d)] * 4 + [(d,)] * 4 * all_biases
    ffn = [(ff, d), (d, ff), *[(ff,), (d,)] * some_biases]
    found = []
    if i["image"] is not None:
        found += [(d, i["channels"] or 3, i["patch"], i["patch"]), (d,), (1, 1, d)]
        found += [(i["length"], d)] if i["positions"] == "learned" else []
    else:
        if i["vocab"] is not None:
            found.append((i["vocab"], d))
            if part == "both" and i["tied"] != "all":
                found.append((i["target_vocab"] or i["vocab"], d))
        if i["positions"] == "learned":
            found += [(i["max_len"], d)] * (2 if part == "both" else 1)
    found += [(i["segments"], d)] if i["segments"] else []
    found += norm if i["embed_norm"] else []
    if part != "decoder":
        found += (attention + ffn + 2 * norm) * i["layers"] + (norm if i["final_norm"] else [])
    if part != "encoder":
        blocks = 2 if i["cross"] else 1
        layer = attention * blocks + ffn + norm * (blocks + 1)
        found += layer * i["layers"] + (norm if i["final_norm"] else [])
    found += [(d, d), (d,)] if i["pooler"] else []
    if i["classes"] is not None:
        found += [(i["classes"], d), (i["classes"],)]
    elif i["lm_head"] and i["tied"] == "none":
        found.append((i["target_vocab"] or i["vocab"], d))
    return found


def drawn(count, seed):
    """Yield (inputs as given, sheet) of transformers that are no refusal."""
    rng = random.Random(seed)
    while count:
        raw = draws.draw("transformer", rng)
        try:
            sheet = solved(**raw)
        except InputError:
            continue
        count -= 1
        yield raw, sheet


def test_every_total_is_the_sum_of_the_matrices_listed_one_by_one():
    for raw, sheet in drawn(300, 1):
        assert sheet.answers["params"] == sum(map(prod, matrices(sheet.inputs))), raw


def test_settling_twice_changes_nothing():
    topic = topics.load("transformer")
    for _, sheet in drawn(200, 2):
        again = dict(sheet.inputs)
        topic.settle(again)
        assert again == sheet.inputs


EXACT = {
    **dict(zip(("bert-base", "bert-large"), TRUTH["params-bert"]["expected"].values(), strict=True)),
    **dict(zip(TRUTH["params-gpt2"]["input"]["presets"], TRUTH["params-gpt2"]["expected"], strict=True)),
    **dict(zip(TRUTH["params-vit"]["input"]["presets"], TRUTH["params-vit"]["expected"]["params"], strict=True)),
}


@pytest.mark.parametrize("name", EXACT)
def test_a_preset_has_its_published_total_and_says_so(name):
    sheet = solved(preset=name)
    assert sheet.answers["params"] == EXACT[name]
    assert f"{EXACT[name]:,}" == PRESETS[name].published
    assert f"{EXACT[name]:,}" in sheet.render("text")


@pytest.mark.parametrize("name", ["base", "big"])
def test_the_models_of_2017_are_near_what_their_table_says(name):
    entry = TRUTH["params-transformer-2017"]
    d, ff = entry["input"][name]
    sheet = solved(preset=name)
    assert (sheet.inputs["d_model"], sheet.inputs["d_ff"]) == (d, ff)
    assert abs(sheet.answers["params"] / 1e6 - entry["expected"][name]) <= entry["tolerance"]


def test_the_presets_are_all_tested():
    assert set(PRESETS) == {*EXACT, "base", "big"}


def test_layers_have_the_counts_measured_in_pytorch():
    entry = TRUTH["transformer-layer-params"]
    d, heads, ff = entry["input"].values()
    for h in (heads, 1, 16):  # heads do not change the count
        found = answers(d_model=d, heads=h, d_ff=ff)
        assert found["attention"] == entry["expected"]["mha"]
        assert found["encoder_layer"] == entry["expected"]["encoder_layer"]
        assert found["decoder_layer"] == entry["expected"]["decoder_layer"]


def test_a_preset_is_found_with_either_dash_and_a_stated_input_wins():
    assert answers(preset="vit_b_16") == answers(preset="ViT-B-16")
    assert solved(preset="gpt2", layers=1).answers["params"] == 124439808 - 11 * 7087872
    assert "Published" not in solved(preset="gpt2", layers=1).render("text")


@pytest.mark.parametrize(
    ("inputs", "published"),
    [
        ({"preset": "bert-base", "vocab": 21128}, 102267648),  # Hugging Face, bert-base-chinese
        ({"preset": "vit-b-16", "image": 384}, 86859496),  # torchvision, ViT_B_16_Weights.IMAGENET1K_SWAG_E2E_V1
    ],
)
def test_a_published_relative_of_a_preset_has_its_total(inputs, published):
    assert answers(**inputs)["params"] == published


def test_two_vocabularies_share_no_table_unless_that_is_said():
    found = answers(preset="base", vocab=100, target_vocab=50)
    assert found["embeddings"] == 150 * 512


def test_another_kind_of_a_preset_has_the_blocks_of_that_kind():
    assert "cross" not in solved(preset="gpt2").values
    assert "cross" in solved(preset="gpt2", kind="both").values


def test_without_inputs_the_base_of_2017_is_shown():
    assert answers() == answers(preset="base")


# ---------------------------------------------------------------- cost


@pytest.mark.parametrize(
    ("name", "published"),
    list(zip(TRUTH["params-vit"]["input"]["presets"], TRUTH["params-vit"]["expected"]["gmacs"], strict=True)),
)
def test_vision_transformers_have_the_published_multiply_accumulates(name, published):
    assert round(answers(preset=name)["macs"] / 1e9, 3) == published


def test_the_tools_that_disagree_about_vit_are_none_of_ours():
    entry = TRUTH["vit-macs-tools-disagree"]
    assert answers(preset="vit-b-16")["macs"] / 1e9 == pytest.approx(entry["expected"]["gmacs"], abs=entry["tolerance"])
    for tool in (11.271, 16.849, 16.867, 0.173):
        assert str(tool) in entry["note"]
        assert verdict("transformer", {"preset": "vit-b-16"}, "macs", int(tool * 1e9)).verdict == "wrong"


def test_encoder_and_decoder_together_cost_what_each_costs():
    rng = random.Random(12)
    for _ in range(30):
        d, heads, ff, n, m = sizes(rng)
        shape = {"d_model": d, "heads": heads, "d_ff": ff, "layers": rng.randint(1, 4)}
        both = answers(kind="both", length=n, source_length=m, **shape)
        encoder = answers(kind="encoder", length=m, **shape)
        decoder = answers(kind="decoder", length=n, source_length=m, **shape)
        for name in ("params", "macs", "flops", "memory", "activations"):
            assert both[name] == encoder[name] + decoder[name]


def test_a_layer_of_gpt_3_keeps_what_the_paper_says():
    entry = TRUTH["activation-memory-gpt3"]
    s, b, h, a = (entry["input"][name] for name in "sbha")
    found = answers(kind="decoder", cross=False, d_model=h, heads=a, layers=1, length=s)
    assert found["activations"] == s * b * h * entry["expected"]["34 + 5as/h"]


def test_the_cache_of_gpt2_is_36_mebibytes():
    # 2 (K and V) · 12 layers · 1024 tokens · 768 numbers · 2 bytes
    assert answers(preset="gpt2")["kv_cache"] == 36 * 2**20


def test_an_encoder_has_no_cache():
    assert "kv_cache" not in answers(preset="bert-base")


# ---------------------------------------------------------------- mistakes and conventions

LISTED = [
    ("M190", {"d_model": 768, "heads": 12}, "qkv", 1771776, 21261312),
    ("M191", {"d_model": 768, "heads": 12}, "attention", 2362368, 1771776),
    ("M199", {"preset": "bert-base"}, "params", 109482240, 84934656),
    ("M200", {"d_model": 768, "heads": 12}, "ffn", 4722432, 2359296),
]


@pytest.mark.parametrize(("number", "inputs", "asked", "right", "wrong"), LISTED, ids=[row[0] for row in LISTED])
def test_a_listed_mistake_is_named_on_its_own_instance(number, inputs, asked, right, wrong):
    assert solved(**inputs).values[asked] == right
    assert is_named(number, "transformer", inputs, asked, wrong)


def test_no_listed_mistake_is_declared_without_a_test():
    assert catalogued("transformer") == {row[0] for row in LISTED}


GPT2 = 124439808


@pytest.mark.parametrize(
    ("inputs", "asked", "wrong", "name"),
    [
        ({"preset": "gpt2"}, "params", GPT2 + 50257 * 768, "tied-matrix-counted-again"),
        ({"preset": "gpt2"}, "params", GPT2 - 1024 * 768, "positions-left-out"),
        ({"preset": "gpt2"}, "params", GPT2 - 50257 * 768 - 1024 * 768, "embeddings-left-out"),
        ({"preset": "gpt2"}, "params", GPT2 - 25 * 1536, "norms-left-out"),
        ({"preset": "gpt2"}, "params", 12 * 12 * 768 * 768, "matrices-of-the-layers-only"),
        ({"preset": "bert-base"}, "params", 109482240 - 590592, "pooler-left-out"),
        ({"preset": "bert-base"}, "params", 109482240 - 12 * (5 * 768 + 3072), "biases-left-out"),
        ({"preset": "bert-base"}, "params", 109482240 - 2 * 768, "segments-left-out"),
        ({"preset": "bert-base"}, "params", 109482240 - 2 * 768, "embedding-norm-left-out"),
        ({"preset": "gpt2"}, "params", GPT2 - 1536, "final-norm-left-out"),
        ({"preset": "vit-b-16"}, "params", 86567656 - 1536, "final-norm-left-out"),
        ({"preset": "base"}, "decoder_layer", 3150336, "decoder-like-encoder"),
        ({"preset": "base"}, "decoder_layer", 3151360, "cross-attention-left-out"),
        ({"preset": "bert-base"}, "encoder_layer", 7087872 - 1536, "one-norm-per-layer"),
        ({"preset": "bert-base"}, "encoder", 7087872, "one-layer-only"),
        ({"preset": "base"}, "params", 63045632 + 512 * 512, "sines-counted"),
        ({"preset": "vit-b-16"}, "params", 86567656 - 768, "class-token-position-left-out"),
        ({"preset": "vit-b-16"}, "n", 196, "class-token-forgotten"),
        ({"preset": "gpt2"}, "kv_cache", 18 * 2**20, "keys-without-values"),
        ({"preset": "gpt2"}, "kv_cache", 3 * 2**20, "cache-of-one-layer"),
        ({"preset": "gpt2"}, "macs", 2 * 145824153600, "macs-as-flops"),
        ({"preset": "gpt2"}, "macs_per_token", 142406400 - 12 * 1024 * 768, "scores-once"),
        ({"preset": "gpt2"}, "macs_per_token", GPT2 - 1024 * 768 - 121344, "scores-forgotten"),
    ],
)
def test_a_mistake_is_named_by_its_number(inputs, asked, wrong, name):
    assert name in verdict("transformer", inputs, asked, wrong).misconceptions


@pytest.mark.parametrize(
    ("choice", "params"),
    [("biases=all", 63045632 + 18 * 4 * 512), ("tied=output", 63045632 + 37000 * 512), ("norm=pre", 63045632 + 2048)],
)
def test_what_the_paper_of_2017_leaves_open_is_accepted_and_named(choice, params):
    found = verdict("transformer", {"preset": "base"}, "params", params)
    assert (found.verdict, found.convention) == ("convention", choice)


def test_the_default_of_pytorch_s_transformer_is_accepted():
    # torch.nn.Transformer() has 44,140,544 parameters: a norm behind each stack, although it is post-norm
    found = verdict("transformer", {"d_model": 512, "norm": "post"}, "params", 44140544)
    assert (found.verdict, found.convention) == ("convention", "final_norm=true")


def test_a_published_model_leaves_nothing_open():
    assert verdict("transformer", {"preset": "gpt2"}, "params", GPT2 - 1536).verdict == "misconception"


# ---------------------------------------------------------------- bad input


@pytest.mark.parametrize(
    ("inputs", "name", "says"),
    [
        ({"d_model": 512, "heads": 7}, "heads", "8 heads"),
        ({"preset": "gpt-2"}, "preset", "gpt2"),
        ({"preset": "bert"}, "preset", "bert-base, bert-large"),
        ({"d_model": 512, "layers": 0}, "layers", "at least 1"),
        ({"d_model": 10**19}, "d_model", "10^18"),
        ({"kind": "encoder", "cross": True}, "cross", "--kind decoder"),
        ({"kind": "both", "cross": False}, "cross", "--kind decoder"),
        ({"preset": "gpt2", "length": 2000}, "length", "at most 1024"),
        ({"d_model": 64, "positions": "learned"}, "max_len", "--max-len"),
        ({"d_model": 64, "lm_head": True}, "lm_head", "--vocab"),
        ({"d_model": 64, "vocab": 9, "classes": 3, "lm_head": True}, "classes", "--lm-head"),
        ({"d_model": 64, "vocab": 9, "target_vocab": 8, "tied": "all"}, "tied", "--tied none"),
        ({"preset": "gpt2", "target_vocab": 8}, "target_vocab", "--kind both"),
        ({"preset": "vit-b-16", "image": 225}, "patch", "224 or 240"),
        ({"preset": "vit-b-16", "length": 5}, "length", "Leave length out"),
        ({"preset": "vit-b-16", "vocab": 5}, "vocab", "Leave vocab out"),
        ({"d_model": 64, "patch": 4}, "patch", "--image"),
    ],
)
def test_what_cannot_be_is_refused_with_what_to_type(inputs, name, says):
    with pytest.raises(InputError) as caught:
        answers(**inputs)
    assert caught.value.name == name
    assert says in f"{caught.value} {caught.value.advice('en')}"
    assert caught.value.advice("zh")


def test_huge_numbers_stay_exact():
    d = 10**18
    found = answers(kind="encoder", d_model=d, heads=1, layers=1, d_ff=1, length=1)
    assert found["params"] == 4 * d * d + 4 * d + (d + 1) + (d + d) + 4 * d


# ---------------------------------------------------------------- PyTorch


def count(module):
    return sum(p.numel() for p in module.parameters())


@pytest.mark.oracle
@pytest.mark.filterwarnings("ignore:enable_nested_tensor")
def test_pytorch_has_as_many_parameters():
    torch = pytest.importorskip("torch")
    rng = random.Random(9)
    for _ in range(60):
        heads = rng.choice((1, 2, 4))
        d, ff, layers = heads * rng.randint(1, 16), rng.randint(1, 90), rng.randint(1, 3)
        bias, first = rng.random() < 0.5, rng.random() < 0.5
        options = {"bias": bias, "norm_first": first, "device": "meta"}
        found = answers(
            d_model=d,
            heads=heads,
            d_ff=ff,
            layers=layers,
            biases="all" if bias else "none",
            norm="pre" if first else "post",
            final_norm=True,
        )
        encoder = torch.nn.TransformerEncoderLayer(d, heads, ff, **options)
        decoder = torch.nn.TransformerDecoderLayer(d, heads, ff, **options)
        whole = torch.nn.Transformer(d, heads, layers, layers, ff, **options)
        assert found["attention"] == count(encoder.self_attn)
        assert found["encoder_layer"] == count(encoder)
        assert found["decoder_layer"] == count(decoder)
        assert found["params"] == count(whole)


class Stack:
    """One layer of plain products, run on PyTorch to have its multiplications and its kept numbers counted."""

    def __init__(self, torch, d, heads, ff, dtype):
        self.torch, self.d, self.heads = torch, d, heads
        self.weights = {
            name: torch.randn(shape, dtype=dtype).div_(10).requires_grad_()
            for name, shape in {
                **{f"{block}{letter}": (d, d) for block in ("self", "cross") for letter in "qkvo"},
                **{"up": (d, ff), "down": (ff, d), "gain": (d,), "shift": (d,)},
            }.items()
        }

    def norm(self, x):
        return self.torch.nn.functional.layer_norm(x, (self.d,), self.weights["gain"], self.weights["shift"])

    def drop(self, x):
        return self.torch.native_dropout(x, 0.1, True)[0]

    def heads_of(self, x):
        return x.view(len(x), self.heads, -1).transpose(0, 1)

    def attend(self, block, x, seen):
        w = self.weights
        q = self.heads_of(x @ w[f"{block}q"])
        k, v = (self.heads_of(seen @ w[block + letter]) for letter in "kv")
        mixed = self.torch.bmm(self.drop(self.torch.softmax(self.torch.bmm(q, k.transpose(1, 2)), -1)), v)
        return self.drop(mixed.transpose(0, 1).reshape(len(x), self.d) @ w[f"{block}o"])

    def layer(self, x, source=None):
        inside = self.norm(x)
        x = x + self.attend("self", inside, inside)
        if source is not None:
            x = x + self.attend("cross", self.norm(x), source)
        hidden = self.torch.nn.functional.gelu(self.norm(x) @ self.weights["up"])
        return x + self.drop(hidden @ self.weights["down"])


def sizes(rng):
    heads = rng.choice((1, 2, 3))
    return heads * rng.randint(2, 8), heads, rng.randint(2, 30), rng.randint(2, 9), rng.randint(2, 9)


@pytest.mark.oracle
@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_the_multiplications_are_those_that_pytorch_makes(part):
    torch = pytest.importorskip("torch")
    counter = pytest.importorskip("torch.utils.flop_counter")
    rng = random.Random(10)
    for _ in range(20):
        d, heads, ff, n, m = sizes(rng)
        stack = Stack(torch, d, heads, ff, torch.float32)
        with counter.FlopCounterMode(display=False) as counted:
            stack.layer(torch.randn(n, d), torch.randn(m, d) if part == "decoder" else None)
        given = {"kind": part, "d_model": d, "heads": heads, "d_ff": ff, "layers": 1, "length": n}
        found = answers(**given, **({"source_length": m} if part == "decoder" else {}))
        assert found["flops"] == counted.get_total_flops()


@pytest.mark.oracle
@pytest.mark.parametrize(("dtype", "bytes"), [("bfloat16", 2), ("float32", 4)])
@pytest.mark.parametrize("part", ["encoder", "decoder"])
def test_the_activations_are_those_that_pytorch_keeps(part, dtype, bytes):
    torch = pytest.importorskip("torch")
    rng = random.Random(11)
    for _ in range(20):
        d, heads, ff, n, m = sizes(rng)
        stack = Stack(torch, d, heads, ff, getattr(torch, dtype))
        weights = {w.untyped_storage().data_ptr() for w in stack.weights.values()}
        kept = {}

        def keep(tensor, kept=kept, weights=weights, n=n):
            storage = tensor.untyped_storage()
            statistics = tensor.numel() == n and tensor.shape[-1] == 1  # mean and deviation of a norm: the paper's
            if storage.data_ptr() not in weights and not statistics:  # count leaves them out
                kept[storage.data_ptr()] = storage
            return tensor

        x = torch.randn(n, d, dtype=getattr(torch, dtype)).requires_grad_()
        source = torch.randn(m, d, dtype=getattr(torch, dtype)).requires_grad_() if part == "decoder" else None
        with torch.autograd.graph.saved_tensors_hooks(keep, lambda tensor: tensor):
            out = stack.layer(x, source)
        assert out.shape == x.shape
        given = {"kind": part, "d_model": d, "heads": heads, "d_ff": ff, "layers": 1, "length": n, "bytes": bytes}
        found = answers(**given, **({"source_length": m} if part == "decoder" else {}))
        assert found["activations"] == sum(storage.nbytes() for storage in kept.values())
