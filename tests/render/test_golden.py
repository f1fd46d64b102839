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
    "conv-zh": "conv --in 28 --k 3 --pad 0 --stride 1 --lang zh",
    "conv-answer": "conv --in 28 --k 3 --pad 0 --stride 1 --answer 25",
    "conv-answer-zh": "conv --in 28 --k 3 --pad 0 --stride 1 --answer 25 --lang zh",
    "conv-conventions": "conv --in 7 --k 3 --stride 3 --conventions",
    "pool": "pool --in 96x55x55 --k 3 --stride 2",
    "pool-ceil": "pool --in 112 --k 3 --stride 2 --ceil",
    "pool-adaptive": "pool --in 7 --adaptive 3",
    "pool-global-zh": "pool --in 512x7x7 --global --kind avg --lang zh",
    "pool-answer-convention": "pool --in 112 --k 3 --stride 2 --answer 56",
    "linear": "linear --in-features 64x12x12 --out-features 3",
    "perceptron": "perceptron --x 3,3;4,3;1,1 --t 1,1,-1 --scan restart",
    "perceptron-xor-zh": "perceptron --x 0,0;0,1;1,0;1,1 --t 0,1,1,0 --lang zh",
    "perceptron-dual": "perceptron --x 3,3;4,3;1,1 --t 1,1,-1 --dual --max-epochs 3",
    "perceptron-threshold": "perceptron --x 0,0;0,1;1,0;1,1 --t 0,0,0,1 --w0 0.1,0.1 --theta 0.6 --eta 0.6",
    "perceptron-markdown": "perceptron --x 0,0;0,1;1,0;1,1 --t 0,0,0,1 --format markdown",
    "neuron": "neuron --x 1,1 --w 0.7,0.7 --theta 0.6",
    "neuron-gate": "neuron --gate xor --w 1,1 --theta 0.5",
    "neuron-gate-zh": "neuron --gate and --w 1,1 --b -1.5 --lang zh",
    "linear-zh": "linear --in-features 128 --out-features 256 --lang zh",
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
