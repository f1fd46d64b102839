"""Which pictures a sheet of rnn, lstm or gru has; what draws them is loaded only when one is drawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from dlcalc.core.work import Work
from dlcalc.errors import Text

if TYPE_CHECKING:
    from dlcalc.layers.diagram import Diagram

TITLES = {
    "rnn": Text("The RNN cell", "RNN 单元"),
    "lstm": Text("The LSTM cell", "LSTM 单元"),
    "gru": Text("The GRU cell", "GRU 单元"),
}
UNROLLED = Text("The network unrolled over time", "网络按时间展开")
KINDS = {"": "rnn", "ifgo": "lstm", "rzn": "gru"}
"""What a cell is called, by the letters of its gates."""


def show(w: Work, gates: str, inputs: Mapping[str, Any]) -> None:
    """Put the picture of a cell, and of its net unrolled over its steps, on a sheet at full steps.

    Args:
        w: the sheet.
        gates: the letters of the cell's gates.
        inputs: the settled inputs of its topic.
    """
    kind, net = KINDS[gates], inputs["net"]
    has = net[-1].directions[0]

    def cell() -> Diagram:
        from dlcalc.layers import cell_pictures

        match kind:
            case "rnn":
                return cell_pictures.rnn(inputs["act"], bias="b" in has or "bh" in has, output=inputs["wy"] is not None)
            case "lstm":
                return cell_pictures.lstm("".join(gate for gate in "ifo" if f"p{gate}" in has))
            case _:
                return cell_pictures.gru(inputs["reset"], inputs["update"])

    def unrolled() -> Diagram:
        from dlcalc.layers import cell_pictures

        return cell_pictures.unrolled(kind, len(inputs["steps"]), outputs=inputs["wy"] is not None)

    w.figure(*TITLES[kind], lambda lang: cell().rows(lang), lambda lang: cell().svg(lang), extra=True)
    if len(net) == len(net[0].directions) == 1:
        w.figure(*UNROLLED, lambda lang: unrolled().rows(lang), lambda lang: unrolled().svg(lang), extra=True)
