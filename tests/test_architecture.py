"""What the folders may import, what no module may do, and that every text is there in both languages.

Everything is read off the source with `ast`; nothing of dlcalc is imported. Each rule is also shown a source that
breaks it, so that a rule that stopped looking would be noticed.
"""

import ast
import re
from pathlib import Path
from string import Formatter

import pytest

ROOT = Path(__file__).resolve().parents[1]
MODULES = sorted((ROOT / "dlcalc").rglob("*.py"))

BASE = {"core", "errors"}
MAY_IMPORT = {
    "errors": set(),
    "core": {"errors"},
    "layers": BASE,
    "topics": {"layers", *BASE},
    "network": {"layers", *BASE},
    "derive": {"layers", *BASE},
    "render": {"layers", *BASE},
    "practice": {"layers", *BASE},
    "store": {"layers", *BASE},
}
"""The arrows: cli → practice, network, derive, render, store, topics → layers → core → errors."""

EVERYTHING = {"cli", "api"}
LAZY = {"__init__", "__main__"}
HEAVY = {
    "numpy": {"core/arrays.py", "core/maps.py", "core/rows.py"},
    "sympy": set(),
    "rich": {"render/terminal.py"},
    "typer": {"cli/app.py"},
}
"""Libraries that cost start-up time, and the modules whose business they are."""

FORBIDDEN_CALLS = {"eval", "exec", "sympify", "parse_expr"}


def parse(path):
    return ast.parse(path.read_text(encoding="utf-8"), str(path))


def where(path):
    return path.relative_to(ROOT / "dlcalc").as_posix()


def every_module(*folders):
    chosen = [path for path in MODULES if not folders or where(path).split("/")[0] in folders]
    return pytest.mark.parametrize("path", chosen, ids=where)


# ---------------------------------------------------------------- imports


def imports(tree, *, at_start=False, package="dlcalc"):
    """Return the full names a module imports; with `at_start` only those that run when it is imported."""
    found = set()
    nodes = list(_at_start(tree)) if at_start else list(ast.walk(tree))
    for node in nodes:
        if isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            front = package.split(".")[: -node.level + 1 or None] if node.level else []
            base = ".".join([*front, *([node.module] if node.module else [])])
            found |= {f"{base}.{alias.name}" for alias in node.names}
    return found


def _at_start(node):
    """Yield the nodes that are executed on import: no function bodies, nothing under `if TYPE_CHECKING`."""
    for child in ast.iter_child_nodes(node):
        if isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda):
            continue
        if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
            continue
        yield child
        yield from _at_start(child)


def layer(name):
    """Return the layer of dlcalc an imported name belongs to; "" if it is none of dlcalc's folders."""
    parts = name.split(".")
    if parts[0] != "dlcalc" or len(parts) == 1:
        return ""
    return parts[1] if (ROOT / "dlcalc" / parts[1]).is_dir() or (ROOT / "dlcalc" / f"{parts[1]}.py").exists() else ""


def against_the_arrows(tree, own):
    """Return what a module of the layer `own` imports although the arrows do not allow it."""
    if own in EVERYTHING:
        return {name for name in imports(tree) if own == "api" and layer(name) == "cli"}
    return {name for name in imports(tree) if layer(name) not in {"", own, *MAY_IMPORT[own]}}


@every_module(*(p.name for p in (ROOT / "dlcalc").iterdir() if p.suffix == ".py" or p.is_dir()))
def test_imports_follow_the_arrows(path):
    own = where(path).split("/")[0].removesuffix(".py")
    if own in LAZY:
        assert not {name for name in imports(parse(path), at_start=True) if name.startswith("dlcalc")}
    else:
        assert not against_the_arrows(parse(path), own)


def test_every_folder_has_its_place_among_the_arrows():
    folders = {where(path).split("/")[0].removesuffix(".py") for path in MODULES}
    assert folders <= {*MAY_IMPORT, *EVERYTHING, *LAZY}


@every_module("topics")
def test_a_topic_imports_no_other_topic(path):
    if path.name == "__init__.py":
        assert not {name for name in imports(parse(path)) if name.startswith("dlcalc.topics")}
        return
    assert not {name for name in imports(parse(path)) if layer(name) == "topics"}


@pytest.mark.parametrize(
    ("own", "source", "wrong"),
    [
        ("core", "from dlcalc.layers import conv", "dlcalc.layers.conv"),
        ("layers", "def f():\n    import dlcalc.topics.conv", "dlcalc.topics.conv"),
        ("practice", "from dlcalc import render", "dlcalc.render"),
        ("render", "from dlcalc.practice.check import check", "dlcalc.practice.check.check"),
        ("topics", "from dlcalc.practice import check", "dlcalc.practice.check"),
        ("errors", "from dlcalc.core.work import Work", "dlcalc.core.work.Work"),
        ("api", "from dlcalc.cli import app", "dlcalc.cli.app"),
    ],
)
def test_an_import_against_the_arrows_is_noticed(own, source, wrong):
    assert against_the_arrows(ast.parse(source), own) == {wrong}


def heavy_at_start(tree, place):
    loaded = {name.split(".")[0] for name in imports(tree, at_start=True)}
    return {name for name in loaded & HEAVY.keys() if place not in HEAVY[name]}


@every_module()
def test_slow_libraries_are_loaded_where_they_are_used(path):
    assert not heavy_at_start(parse(path), where(path))


@every_module()
def test_the_modules_that_load_numpy_and_rich_are_imported_inside_functions(path):
    loaded = imports(parse(path), at_start=True) if where(path) not in ("core/maps.py", "core/rows.py") else set()
    assert not {
        name
        for name in loaded
        if name.startswith(("dlcalc.core.arrays", "dlcalc.core.maps", "dlcalc.core.rows", "dlcalc.render.terminal"))
    }


def test_a_slow_library_at_module_level_is_noticed():
    source = "import numpy as np\ndef f():\n    import sympy\nif TYPE_CHECKING:\n    import rich\n"
    assert heavy_at_start(ast.parse(source), "core/values.py") == {"numpy"}
    assert heavy_at_start(ast.parse(source), "core/arrays.py") == set()


# ---------------------------------------------------------------- what no module may do


def calls(tree, names):
    """Return the calls of functions of these names, bare or as an attribute."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            name = getattr(node.func, "id", None) or getattr(node.func, "attr", None)
            if name in names:
                found.append(f"line {node.lineno}: {name}")
    return found


@every_module()
def test_no_text_is_ever_executed(path):
    assert not calls(parse(path), FORBIDDEN_CALLS)


def test_executing_text_is_noticed():
    source = "eval('1')\nsympy.sympify(x)\nbuiltins.exec(x)\nevaluate(x)\n"
    assert calls(ast.parse(source), FORBIDDEN_CALLS) == ["line 1: eval", "line 2: sympify", "line 3: exec"]


@every_module()
def test_only_the_command_line_prints(path):
    if where(path).startswith("cli/"):
        return
    assert not printing(parse(path))


def printing(tree):
    """Return the lines that print, read the keyboard, or take hold of a stream."""
    names = (node for node in ast.walk(tree) if isinstance(node, ast.Name | ast.Attribute))
    wrong = {"print", "input", "sys.stdout", "sys.stderr", "sys.stdin"}
    return [f"line {node.lineno}: {ast.unparse(node)}" for node in names if ast.unparse(node) in wrong]


def test_printing_is_noticed():
    source = "print(1)\nsys.stdout.write('')\nconsole.print(1)\ntopic.input('k')\n"
    assert printing(ast.parse(source)) == ["line 1: print", "line 2: sys.stdout"]


@every_module()
def test_every_module_says_what_it_is(path):
    assert (ast.get_docstring(parse(path)) or "").strip()


# ---------------------------------------------------------------- both languages

PLACE_OF_TEXTS = {"let": 1, "when": 1, "note": 0, "section": 0, "table": 0}
"""For each method of a work, where its English text stands; the Chinese one follows."""

CHINESE = re.compile(r"[\u3400-\u9fff]")
WORD = re.compile(r"[A-Za-z]")


def pairs(tree):
    """Yield (line, English, Chinese) for every pair of texts written out: `Text(…)` and the methods of a work `w`."""
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call):
            continue
        function, arguments = node.func, node.args
        if any(isinstance(argument, ast.Starred) for argument in arguments):
            continue
        if isinstance(function, ast.Name) and function.id == "Text":
            keywords = {keyword.arg: keyword.value for keyword in node.keywords}
            texts = [*arguments, *(keywords[name] for name in ("en", "zh") if name in keywords)]
        elif (
            isinstance(function, ast.Attribute)
            and isinstance(function.value, ast.Name)
            and function.value.id == "w"
            and function.attr in PLACE_OF_TEXTS
        ):
            texts = arguments[PLACE_OF_TEXTS[function.attr] :][:2]
        else:
            continue
        written = [_written(text) for text in texts]
        if any(text is not None for text in written):
            yield node.lineno, *[*written, None, None][:2]


def _written(node):
    """Return a text that stands in the source, its own values as {…}; None for a name or a call."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if isinstance(node, ast.JoinedStr):
        return "".join(part.value if isinstance(part, ast.Constant) else "{…}" for part in node.values)
    return None


def places(text):
    """Return the places of a template; a pair of words handed over as `en` and `zh` is one place."""
    return {"en" if name == "zh" else name for _, name, _, _ in Formatter().parse(text) if name not in (None, "…")}


def words(text):
    return re.sub(r"\{[^{}]*\}", "", text)


def faults(tree):
    """Return what is wrong with the texts of a module."""
    found = []
    for line, en, zh in pairs(tree):
        if not en or not zh:
            found.append(f"line {line}: one language is missing: {en!r}, {zh!r}")
        elif CHINESE.search(en):
            found.append(f"line {line}: the English text is Chinese: {en!r}")
        elif WORD.search(words(en)) and not CHINESE.search(zh):
            found.append(f"line {line}: the Chinese text is not Chinese: {zh!r}")
        elif places(en) != places(zh):
            found.append(f"line {line}: the places differ: {en!r}, {zh!r}")
        elif "{zh}" in en or "{en}" in zh:
            found.append(f"line {line}: the words of the other language are put in: {en!r}, {zh!r}")
    return found


@every_module()
def test_every_text_is_there_in_both_languages(path):
    assert not faults(parse(path))


def test_there_are_texts_to_look_at():
    assert sum(len(list(pairs(parse(path)))) for path in MODULES) > 200


@pytest.mark.parametrize(
    ("source", "fault"),
    [
        ("Text('stride', '')", "missing"),
        ("Text('stride')", "missing"),
        ("Text('stride', 'stride')", "not Chinese"),
        ("Text(f'at least {n}', f'at least {n}')", "not Chinese"),
        ("Text('步长', 'stride')", "is Chinese"),
        ("Text('{n} pixels', '{m} 个像素')", "places differ"),
        ("Text('{n} {zh}', '{n} 个{zh}')", "other language"),
        ("w.let('O = I', 'the size')", "missing"),
        ("w.when('O > 0', 'is it there?', 'there?')", "not Chinese"),
        ("w.note('rest {rest}', '余数')", "places differ"),
    ],
)
def test_a_text_in_one_language_is_noticed(source, fault):
    (found,) = faults(ast.parse(source))
    assert fault in found


@pytest.mark.parametrize(
    "source",
    [
        "Text('{message}', '{message}')",
        "Text('→', '→')",
        "Text(name, name)",
        "w.let('O = I')",
        "w.let('O = I', 'the size', '尺寸', id='size')",
        "Text('{n} {en}', '{n} 个{zh}')",
    ],
)
def test_a_text_in_both_languages_passes(source):
    assert not faults(ast.parse(source))
