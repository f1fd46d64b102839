"""Did you mean …? The nearest known names to a mistyped one."""

from __future__ import annotations

from collections.abc import Mapping
from difflib import get_close_matches

from dlcalc.errors import InputError, Text


def unknown_word(word: str, known: Mapping[str, tuple[str, ...]] | list[str], what: Text, where: str) -> InputError:
    """Return the error for a mistyped name, with the nearest known ones.

    Args:
        word: what was typed.
        known: the names there are, with other words for each if there are any.
        what: what kind of name it is.
        where: what has those names.
    """
    near = nearest(word, known)
    hint = (
        Text("Did you mean {near}?", "你是不是想输入 {near}？")
        if near
        else Text("There are: {all}.", "可用的有：{all}。")
        if known
        else None
    )
    return InputError(
        Text("{where} has no {en} '{word}'.", "{where} 没有{zh}“{word}”。"),
        hint,
        where=where,
        word=word,
        en=what.en,
        zh=what.zh,
        near=", ".join(near),
        all=", ".join(known),
    )


def nearest(word: str, known: Mapping[str, tuple[str, ...]] | list[str]) -> list[str]:
    """Return the known names a mistyped word may stand for: same meaning first, then same beginning, then likeness."""
    plain = word.lower().lstrip("-").replace("_", "-")
    others: Mapping[str, tuple[str, ...]] = known if isinstance(known, Mapping) else dict.fromkeys(known, ())

    def bare(name: str) -> str:
        return name.lstrip("-").replace("_", "-")

    meant = [name for name, words in others.items() if plain in (bare(w) for w in words)]
    begun = [name for name in others if len(plain) > 1 and bare(name).startswith(plain)]
    if meant or begun:
        return list(dict.fromkeys([*meant, *begun]))[:3]
    by_bare = {bare(name): name for name in others}
    return [by_bare[match] for match in get_close_matches(plain, list(by_bare), n=3, cutoff=0.6)]
