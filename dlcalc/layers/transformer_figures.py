"""Which picture a sheet of a transformer has; what draws it is loaded only when it is drawn."""

from __future__ import annotations

from typing import TYPE_CHECKING

from dlcalc.core.work import Work
from dlcalc.errors import Text

if TYPE_CHECKING:
    from dlcalc.layers.diagram import Diagram

WHOLE = Text("The Transformer: encoder and decoder", "Transformer：编码器与解码器")
TITLES = {
    ("encoder", "post"): Text("An encoder block, post-norm", "编码器块（后归一化）"),
    ("encoder", "pre"): Text("An encoder block, pre-norm", "编码器块（前归一化）"),
    ("decoder", "post"): Text("A decoder block, post-norm", "解码器块（后归一化）"),
    ("decoder", "pre"): Text("A decoder block, pre-norm", "解码器块（前归一化）"),
}


def show(w: Work) -> None:
    """Put the picture of a model on its sheet: both stacks, or one block of an encoder or a decoder."""
    inputs = w.inputs
    kind, norm, layers = inputs["kind"], inputs["norm"], str(inputs["layers"])

    def picture() -> Diagram:
        from dlcalc.layers import transformer_pictures as pictures

        match kind:
            case "encoder":
                return pictures.encoder_block(norm, layers)
            case "decoder":
                return pictures.decoder_block(norm, layers, cross=inputs["cross"])
            case _:
                return pictures.transformer(norm, layers, final_norm=inputs["final_norm"])

    title = WHOLE if kind == "both" else TITLES[kind, norm]
    w.figure(*title, lambda lang: picture().rows(lang), lambda lang: picture().svg(lang))
