"""The picture of the plane: samples and line where they belong, labels beside the axes, the same in every form."""

import re
import sys
from types import SimpleNamespace
from xml.etree import ElementTree

import pytest

from dlcalc.core.layout import cells
from dlcalc.layers.plane import Plane
from tests.cli.run import dlcalc as command

LI_HANG = Plane([(3, 3), (4, 3), (1, 1)], [True, True, False], ("−1", "1"), (1, 1), -3)


def test_it_looks_as_it_was_read():
    assert (
        "\n".join(LI_HANG.rows())
        == """\
   x₂
   │
   │
 3 ┤                                      ●              ●
   │
   │
   │
   │╲╲
   │  ╲╲
   │    ╲╲
 2 ┤      ╲╲
   │        ╲╲╲
   │           ╲╲
   │             ╲╲
   │               ╲╲
   │                 ╲╲╲
   │                    ╲╲
 1 ┤       ○              ╲╲
   │                        ╲╲
   │                          ╲╲
   └───────┬──────────────┬───────────────┬──────────────┬─────── x₁
           1              2               3              4
    ● t = 1    ○ t = −1    x₁ + x₂ − 3 = 0"""
    )


@pytest.mark.parametrize(
    ("w", "b", "sign"), [((1, 0), -2, "│"), ((0, 1), -2, "─"), ((1, -1), 0, "╱"), ((1, 1), -3, "╲")]
)
def test_the_line_leans_as_its_equation_says(w, b, sign):
    plane = Plane([(1, 1), (4, 4)], [True, False], ("0", "1"), w, b)
    body = "".join(row.partition("┤")[2] or row.partition("│")[2] for row in plane.rows()[1:-3])
    assert set(body) - set(" ●○") == {sign}


def test_the_ends_of_the_line_lie_on_it_and_on_the_edge():
    left, right, bottom, top = LI_HANG.box
    for x, y in LI_HANG.ends:
        assert x + y - 3 == pytest.approx(0)
        assert min(abs(x - left), abs(x - right), abs(y - bottom), abs(y - top)) < 1e-9


def test_without_weights_and_outside_the_box_there_is_no_line():
    for w, b in (((0, 0), 1), ((1, 0), 99)):
        plane = Plane([(0, 0), (1, 1)], [True, False], ("0", "1"), w, b)
        assert plane.ends is None
        assert not set("╱╲─") & set("".join(plane.rows()[1:-3]))


def test_a_point_of_both_classes_is_marked_as_one():
    plane = Plane([(0, 0), (1, 1), (0, 0)], [True, True, False], ("0", "1"), (0, 0), 0)
    assert "◐" in "".join(plane.rows())


@pytest.mark.parametrize("scale", [1e-90, 1e-3, 1, 1e6, 1e90])
def test_any_scale_fits_the_page(scale):
    plane = Plane([(scale, -scale), (3 * scale, 2 * scale)], [True, False], ("0", "1"), (1, 1), -scale)
    assert max(map(cells, plane.rows())) <= 76
    assert sum(row.count("●") + row.count("○") for row in plane.rows()[:-1]) == 2


def test_samples_in_one_place_have_a_plane_around_them():
    left, right, bottom, top = Plane([(5, 5)], [True], ("0", "1"), (1, 0), -5).box
    assert left < 5 < right
    assert bottom < 5 < top


def test_the_svg_is_xml_with_a_circle_for_every_sample():
    root = ElementTree.fromstring(LI_HANG.svg())
    assert [child.tag.partition("}")[2] for child in root].count("circle") == 3
    assert not re.search(r"\b(https?://(?!www\.w3\.org/2000/svg))", LI_HANG.svg())


# ---------------------------------------------------------------- --plot

WORDS = ["perceptron", "--x", "3,3; 4,3; 1,1", "--t", "1,1,-1", "--steps", "brief"]


def test_plot_writes_the_picture_as_svg(tmp_path):
    path = tmp_path / "line.svg"
    assert command([*WORDS, "--plot", str(path)]).status == 0
    assert path.read_text("utf-8") == LI_HANG.svg()


def test_plot_draws_png_with_matplotlib(tmp_path):
    pytest.importorskip("matplotlib")
    path = tmp_path / "line.png"
    assert command([*WORDS, "--plot", str(path)]).status == 0
    assert path.read_bytes().startswith(b"\x89PNG")


def test_matplotlib_is_given_the_samples_and_the_line():
    drawn = []
    axes = SimpleNamespace(
        scatter=lambda x, y, **how: drawn.append((x, y)),
        plot=lambda x, y, **how: drawn.append((x, y)),
        set=lambda **how: None,
        legend=lambda: None,
    )
    LI_HANG.draw_on(axes)
    assert drawn == [((3, 4), (3, 3)), ((1,), (1,)), tuple(zip(*LI_HANG.ends, strict=True))]


def test_without_matplotlib_it_is_said_what_to_install(tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    found = command([*WORDS, "--plot", str(tmp_path / "line.png")])
    assert found.status == 2
    assert "pip install 'dlcalc-exam[plot]'" in found.err


@pytest.mark.parametrize("name", ["line.gif", "line", "no/such/folder/line.svg"])
def test_a_file_that_cannot_be_drawn_is_refused(name, tmp_path):
    found = command([*WORDS, "--plot", str(tmp_path / name)])
    assert found.status == 2
    assert found.err.startswith("Error: --plot:")


def test_a_sheet_without_a_picture_says_so(tmp_path):
    assert "no picture" in command(["conv", "--in", "5", "--k", "3", "--plot", str(tmp_path / "x.svg")]).err
