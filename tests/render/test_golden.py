"""Whole sheets as they were last read and found good. A change shows as a difference; `--renew` accepts it."""

from pathlib import Path

import pytest

from tests.cli.run import dlcalc

FOLDER = Path(__file__).parent / "golden"

SHEETS = {
    "conv": "conv --in 28 --k 3 --pad 0 --stride 1",
    "conv-brief": "conv --in 28 --k 3 --pad 0 --stride 1 --steps brief",
    "conv-full": "conv --in 3x227x227 --k 11 --stride 4 --filters 96 --steps full",
    "conv-rectangular": "conv --in 3x28x40 --k 3x5 --pad 0:1x2 --stride 2 --filters 8 --no-bias",
    "conv-same": "conv --in 224 --k 7 --stride 2 --pad same",
    "conv-grouped-3d": "conv --in 4x8x8x8 --k 3 --dims 3 --filters 8 --groups 2 --dilation 2",
    "conv-transposed": "conv --in 8x16x16 --k 4 --stride 2 --pad 1 --filters 4 --transpose --no-bias",
    "conv-markdown": "conv --in 28 --k 3 --pad 0 --stride 1 --format markdown",
    "conv-json": "conv --in 28 --k 3 --pad 0 --stride 1 --format json",
    "conv-latex": "conv --in 3x28x40 --k 3x5 --stride 2 --filters 8 --format latex --conventions",
    "conv-latex-full-zh": "conv --in 28 --k 3 --format latex --standalone --steps full --lang zh",
    "conv-latex-answer": "conv --in 28 --k 3 --answer 25 --answer params=10 --answer macs=x --format latex",
    "linear-html-zh": "linear --in-features 64x12x12 --out-features 3 --format html --lang zh",
    "pool-html-answer": "pool --in 112 --k 3 --stride 2 --answer 56 --answer params=2 --format html --steps brief",
    "conv-zh": "conv --in 28 --k 3 --pad 0 --stride 1 --lang zh",
    "conv-answer": "conv --in 28 --k 3 --pad 0 --stride 1 --answer 25",
    "conv-answer-zh": "conv --in 28 --k 3 --pad 0 --stride 1 --answer 25 --lang zh",
    "conv-conventions": "conv --in 7 --k 3 --stride 3 --conventions",
    "conv-values": "conv --x '0,1,2; 3,4,5; 6,7,8' --w '0,1; 2,3'",
    "conv-values-full": "conv --x '0,1,2; 3,4,5; 6,7,8' --w '0,1; 2,3' --pad 1:0x0 --stride 2x1 --b 1 --steps full",
    "conv-values-channels": (
        "conv --x '[[[1,2,0],[0,1,3],[2,2,1]],[[0,1,1],[1,0,2],[3,1,0]]]'"
        " --w '[[[[1,0],[0,1]],[[1,1],[0,-1]]],[[[0,1],[1,0]],[[2,0],[0,1]]]]' --b 1,-1 --act relu"
    ),
    "conv-values-signal-zh": "conv --x 1,2,3,4,5 --w 1,0,-1 --pad 1 --steps full --lang zh",
    "conv-values-modes": "conv --x 1,2,3,4 --w 1,-1 --modes --flip",
    "conv-values-matrix": "conv --x '0,1,2; 3,4,5; 6,7,8' --w '0,1; 2,3' --as-matrix",
    "conv-values-transposed-zh": "conv --x '0,1; 2,3' --w '0,1; 2,3' --transpose --stride 2 --pad 1 --lang zh",
    "conv-backward": "conv-backward --x '0,1,2; 3,4,5; 6,7,8' --w '0,1; 2,3' --dy '1,1; 1,1' --steps full",
    "conv-backward-stride-zh": "conv-backward --x 1,2,3,4,5,6 --w 1,0,-1 --dy 1,2 --stride 2 --lang zh",
    "pool-values-average": "pool --x '1,3,2,4; 5,6,1,2; 7,2,9,1' --k 2x3 --stride 1x2 --pad 1 --kind avg",
    "pool-backward-zh": "pool-backward --x '1,3,2,4; 5,6,1,2; 7,2,9,1; 3,8,4,5' --k 2 --dy '1,2; 3,4' --lang zh",
    "linear-values": "linear --x '1,2; 3,4' --w '1,0,2,1; 0,1,1,1' --b 1,0 --steps full",
    "pool": "pool --in 96x55x55 --k 3 --stride 2",
    "pool-ceil": "pool --in 112 --k 3 --stride 2 --ceil",
    "pool-adaptive": "pool --in 7 --adaptive 3",
    "pool-global-zh": "pool --in 512x7x7 --global --kind avg --lang zh",
    "pool-answer-convention": "pool --in 112 --k 3 --stride 2 --answer 56",
    "linear": "linear --in-features 64x12x12 --out-features 3",
    "backprop": "backprop --x 0.35,0.9 --t 0.5 --w1 0.1,0.8;0.4,0.6 --w2 0.3,0.9 --loss half-sse --slopes",
    "backprop-zh": "backprop --x 1,2 --t 1,0 --w1 0.1,0.2;0.3,-0.1 --b1 0.5 --act softmax --loss ce --lang zh",
    "backprop-full": "backprop --x 1,-2 --t 1 --w1 1,2;3,-1 --b1 0,1 --w2 2,-1 --act relu,linear --steps full",
    "backprop-xor": "backprop --x 0,0;0,1;1,0;1,1 --w1 1,1;1,1 --b1 -0.5,-1.5 --w2 1,-1 --b2 -0.5 --act step",
    "backprop-epochs": "backprop --x 1,0;0,1 --t 1,0 --w1 0.5,-0.5 --b1 0 --epochs 3 --update online",
    "backprop-markdown": "backprop --x 1 --t 0 --w1 0.5 --w2 -0.5 --format markdown",
    "attention": "attention --q '1,2; 3,1' --k '2,1; 1,1; 0,1' --v '1,2,-2; 1,1,2; 0,1,-1'",
    "attention-causal-full": "attention --q '1,2; 3,1' --k '2,0; 1,1' --v '1,0; 0,1' --mask causal --steps full",
    "attention-tokens-zh": (
        "attention --x '1,0,1,0; 0,2,0,2; 1,1,1,1' --wk '0,0,1; 1,1,0; 0,1,0; 1,1,0' --wq '1,0,1; 1,0,0; 0,0,1; 0,1,1'"
        " --wv '0,2,0; 0,3,0; 1,0,3; 1,1,0' --scale none --conventions --lang zh"
    ),
    "attention-heads": (
        "attention --x '1,0; 0,1; 1,1' --wq '1,0,1,2; 0,1,1,0' --wk '1,1,0,1; 0,1,1,0' --wv '1,2,0,1; 0,1,1,1'"
        " --wo '1,0; 0,1; 1,1; 0,1' --bq 0.1,0,0,0.2 --bo 1,0 --heads 2 --mask causal"
    ),
    "attention-cross-zh": (
        "attention --x '1,0; 0,1' --context '1,1; 0,2; 1,0' --wq '1,0; 0,1' --wk '1,1; 0,1' --wv '2,0; 0,1'"
        " --valid-len 2 --lang zh"
    ),
    "attention-answer": (
        "attention --q '1,2; 3,1' --k '2,0; 1,1' --v '1,0; 0,1' --mask causal"
        " --answer 'out=0.3302,0; 0.8044,0.1956' --answer 'M=1,1; 0,1'"
    ),
    "attention-latex": "attention --q '1,2; 3,1' --k '2,0; 1,1' --v '1,0; 0,1' --mask '0,-inf; 0.5,0' --format latex",
    "attention-shapes": "attention-shapes --n 10 --d-model 512 --heads 8",
    "attention-shapes-channel-zh": "attention-shapes --kind channel --in 64x14x14 --reduction 16 --lang zh",
    "attention-shapes-spatial": "attention-shapes --kind spatial --in 64x14x14 --k 7",
    "attention-shapes-nonlocal-zh": "attention-shapes --kind nonlocal --in 64x14x14 --inner 32 --lang zh",
    "positional-encoding": "positional-encoding --n 3 --d 4 --shift 1",
    "positional-encoding-tokens-zh": "positional-encoding --x '1,0,1,0; 0,1,0,1' --order halves --no-swap --lang zh",
    "perceptron": "perceptron --x 3,3;4,3;1,1 --t 1,1,-1 --scan restart",
    "perceptron-xor-zh": "perceptron --x 0,0;0,1;1,0;1,1 --t 0,1,1,0 --lang zh",
    "perceptron-dual": "perceptron --x 3,3;4,3;1,1 --t 1,1,-1 --dual --max-epochs 3",
    "perceptron-threshold": "perceptron --x 0,0;0,1;1,0;1,1 --t 0,0,0,1 --w0 0.1,0.1 --theta 0.6 --eta 0.6",
    "perceptron-markdown": "perceptron --x 0,0;0,1;1,0;1,1 --t 0,0,0,1 --format markdown",
    "neuron": "neuron --x 1,1 --w 0.7,0.7 --theta 0.6",
    "neuron-gate": "neuron --gate xor --w 1,1 --theta 0.5",
    "neuron-gate-zh": "neuron --gate and --w 1,1 --b -1.5 --lang zh",
    "rnn": "rnn --x 0.7,0.5,0.2 --h0 0.1 --wx 0.9 --wh 0.5 --b 0.3 --wy 1.2 --t 1 --eta 0.1",
    "rnn-long-zh": "rnn --x 1,0,-1,2,1,0,1 --wx 0.5 --wh 1.2 --t 1 --bptt --clip 0.1 --lang zh",
    "rnn-two-units": "rnn --x 0.5,0.6 --h0 0.1,0.2 --wx .12,.12;.12,.12 --wh .12,.12;.12,.12 --b .12 --steps full",
    "rnn-both-directions": (
        'rnn --x 1;2 --params \'[{"wx": [[0.5]], "wh": [[0.1]], "reverse": {"wx": [[0.3]], "wh": [[0.2]]}}]\''
        " --wy 1,2 --t 1 --bptt"
    ),
    "lstm": (
        "lstm --x '1,2; 0.5,3' --wi 0.95,0.8 --ui 0.8 --bi 0.65 --wf 0.7,0.45 --uf 0.1 --bf 0.15"
        " --wg 0.45,0.25 --ug 0.15 --bg 0.2 --wo 0.6,0.4 --uo 0.25 --bo 0.1 --t '0.5; 1.25' --eta 0.1"
    ),
    "lstm-two-units-zh": (
        "lstm --x '0.5,-1; 0.2,0.3; 1,0' --wi '0.5,-0.3; 0.1,0.4' --ui '0.2,0.1; -0.1,0.3' --wf '0.4,0.2; -0.2,0.1'"
        " --uf '0.3,-0.1; 0.2,0.2' --wg '0.6,-0.5; 0.3,0.2' --ug '0.1,0.4; -0.3,0.2' --wo '0.2,0.7; 0.5,-0.1'"
        " --uo '-0.2,0.3; 0.1,0.1' --po 0.1,0.2 --lang zh"
    ),
    "lstm-brief": "lstm --x 1,2 --wi 1 --ui 2 --wf 1 --uf 0 --wg 1 --ug 1 --wo 1 --uo 1 --steps brief",
    "gru": "gru --x 1,2 --wr 0.5 --ur 0.1 --wz 0.4 --uz 0.2 --wn 0.6 --un 0.3 --bhn 0.2 --t 0.5 --bptt",
    "gru-conventions-zh": (
        "gru --x 1 --h0 1 --w-ih '0.5; 0.4; 0.6' --w-hh '0.1; 0.2; 0.3' --b-hh 0,0,0.3 --conventions --lang zh"
    ),
    "gru-before": "gru --x 1 --h0 1 --wr 1 --ur 0.1 --wz 0.4 --uz 0.2 --wn 0.6 --un 1 --reset before --update z-new",
    "linear-zh": "linear --in-features 128 --out-features 256 --lang zh",
    "recurrent-params": "recurrent-params --kind lstm --input 10 --hidden 20",
    "recurrent-params-stacked-zh": (
        "recurrent-params --kind gru --input 16 --hidden 32 --layers 3 --bidirectional --output 5 --length 7 --lang zh"
    ),
    "recurrent-params-answer": "recurrent-params --kind lstm --input 10 --hidden 20 --answer 2560 --answer keras=880",
    "patches": "patches --image 224 --patch 16",
    "patches-crop-zh": "patches --image 3x33x48 --patch 16x8 --d 64 --no-cls --crop --lang zh",
    "embedding-zh": "embedding --vocab 30522 --d 768 --padding-idx 0 --lang zh",
    "embedding-values": "embedding --table '0.1,0.2; 0.3,0.4; 0.5,0.6' --indices 2,0 --steps full",
    "transformer": "transformer",
    "transformer-zh": "transformer --lang zh",
    "transformer-bert": "transformer --preset bert-base",
    "transformer-gpt2-answer": "transformer --preset gpt2 --answer 163037184 --answer kv_cache=18874368",
    "transformer-vit-zh": "transformer --preset vit_b_16 --lang zh",
    "transformer-conventions": "transformer --d-model 512 --vocab 1000 --steps brief --conventions",
    "inverse-pad": "conv --in 28 --k 3 --stride 1 --want out=28 --solve pad",
    "inverse-pad-zh": "conv --in 28 --k 3 --stride 1 --want out=28 --solve pad --lang zh",
    "inverse-in": "conv --k 3 --stride 2 --pad 1 --want out=7 --solve in",
    "inverse-table": "conv --in 28 --stride 1 --want out=28 --solve k,pad",
    "inverse-shape": "conv --in 28 --want shape=50x11x11 --solve filters,k",
    "inverse-none": "linear --in-features 784 --want 7851 --solve out_features",
    "inverse-none-zh": "pool --in 28 --k 3 --want 28 --solve pad --lang zh",
    "inverse-markdown": "conv --in 28 --k 4 --want out=28 --solve pad --format markdown",
    "inverse-latex": "conv --in 28 --k 3 --want out=28 --solve pad --format latex",
    "inverse-latex-zh": "conv --in 28 --want shape=50x11x11 --solve filters,k --format latex --standalone --lang zh",
    "inverse-html": "conv --in 28 --k 4 --want out=28 --solve pad --format html --lang zh",
    "inverse-json": "conv --in 28 --k 3 --want out=28 --solve pad --format json",
    "compare": "recurrent-params --compare lstm gru --input 10 --hidden 20",
    "compare-zh": "recurrent-params --compare lstm gru --input 10 --hidden 20 --lang zh",
    "compare-three-zh": "recurrent-params --compare rnn lstm gru --reset before --lang zh",
    "compare-latex": "recurrent-params --compare lstm gru --format latex",
    "compare-markdown-zh": "recurrent-params --compare gru rnn --format markdown --lang zh",
}


@pytest.mark.parametrize("name", SHEETS)
def test_the_sheet_is_as_it_was_read(name, request):
    shown = dlcalc(SHEETS[name]).out
    path = FOLDER / f"{name}.txt"
    if request.config.getoption("--renew"):
        path.parent.mkdir(exist_ok=True)
        path.write_text(shown, encoding="utf-8")
    assert shown == path.read_text(encoding="utf-8"), "read the difference; if it is better, renew with --renew"


def test_every_golden_file_belongs_to_a_sheet():
    assert {path.stem for path in FOLDER.iterdir()} == set(SHEETS)
