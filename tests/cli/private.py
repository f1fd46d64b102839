"""A topic that takes arrays, put among the real ones for a test."""

import sys
from types import ModuleType

import pytest

from dlcalc import topics
from dlcalc.core.inputs import Whole
from dlcalc.core.numbers import Numbers
from dlcalc.core.topic import Answer, Input, Topic
from dlcalc.errors import Text

WHY = Text("for a test", "测试用")


def write(w):
    w.given("x", w.inputs["x"], "x")
    w.let("y = 2*x", "twice", "两倍")


DOUBLE = Topic(
    name="private-double",
    title=WHY,
    inputs=(
        Input("x", Numbers(0, 3), WHY),
        Input("w1", Numbers(1, 1), WHY, None),
        Input("wide", Numbers(2, 2), WHY, None),
        Input("k", Whole(), WHY, 1),
    ),
    answers=(Answer("y", WHY),),
    write=write,
    example="dlcalc private-double --x 1,2",
)


@pytest.fixture
def double(monkeypatch):
    """Let `dlcalc private-double --x … ` work: y is twice x."""
    module = ModuleType("dlcalc.topics.private_double")
    module.TOPIC = DOUBLE
    names = (*topics.names(), DOUBLE.name)
    monkeypatch.setitem(sys.modules, module.__name__, module)
    monkeypatch.setattr(topics, "names", lambda: names)
    yield DOUBLE
    topics.load.cache_clear()
