"""Reading MathML back into the formula language, so that a test can work out what a page shows."""

from xml.etree import ElementTree

SIGNS = {
    "−": "-", "·": "*", "×": "*", "⊙": "*", "≤": "<=", "≥": ">=", "=": "==", "≠": "!=",
    "⌊": "floor(", "⌋": ")", "⌈": "ceil(", "⌉": ")", "\u2062": "@",
}  # fmt: skip
NAMES = {"σ": "sigmoid", "Φ": "Phi", "φ": "phi"}


def tree(inner):
    """Return MathML as a tree; fails where it is not well-formed."""
    return ElementTree.fromstring(f"<math>{inner}</math>")


def tokens(inner):
    """Return the text of the tokens, in order."""
    return [element.text for element in tree(inner).iter() if element.tag in ("mn", "mi", "mo", "mtext")]


def numbers(inner):
    """Return the numbers it shows, in order, as written: 1.5·10⁻⁷ gives 1.5, 10 and −7."""
    return [token for element in tree(inner).iter() if element.tag == "mn" for token in [element.text]]


def read(inner):
    """Return the formula it shows, numbers put in, as text in the formula language."""
    return _read(tree(inner))


def _read(element):
    match element.tag:
        case "math" | "mrow" | "mtd":
            children = list(element)
            if (
                element.tag == "mrow"
                and len(children) > 2
                and [c.text for c in (children[0], children[-1])] == ["|"] * 2
            ):
                return f"abs({''.join(map(_read, children[1:-1]))})"
            if element.tag == "mrow" and len(children) > 2 and [children[n].text for n in (0, -1)] == ["‖"] * 2:
                return f"norm({''.join(map(_read, children[1:-1]))})"
            if element.tag == "mrow" and children and children[0].text == "{":
                (then, test), (otherwise, _) = children[1]
                return f"(({_read(then)}) if ({_read(test[1])}) else ({_read(otherwise)}))"
            assert element.text is None
            return "".join(map(_read, children))
        case "mtd":
            return "".join(map(_read, element))
        case "mn":
            return element.text.replace("−", "-")  # without brackets: where they are missing, the value is another
        case "mi":
            return NAMES.get(element.text, element.text)
        case "mo":
            return SIGNS.get(element.text, element.text)
        case "mtext":
            return f" {element.text.strip()} "
        case "mfrac":
            top, bottom = element
            return f"(({_read(top)})/({_read(bottom)}))"
        case "msup":
            base, power = element
            return f"exp({_read(power)})" if _read(base) == "e" else f"{_read(base)}**({_read(power)})"
        case "msub" if _read(element[0]).startswith("norm(") and element[1].text == "2":
            return "spectral(" + _read(element[0]).removeprefix("norm(")
        case "msqrt":
            return f"sqrt({''.join(map(_read, element))})"
    raise AssertionError(f"no reading of <{element.tag}>")
