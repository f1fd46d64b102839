"""How well mistakes are named, and how seldom anything is called one that is none.

    python benchmarks/diagnosis.py [--quick | --size 0.2] [--topic NAME] [--show N] [--seed N]

Exercises are those the tests draw (`tests/draws`). An answer is counted where the options differ: where no other
known mistake, convention or pair gives the number that is typed. `--show` prints so many failures of a kind as Python
calls to repeat them. Everything is drawn with a fixed seed.
"""

import argparse
import random
import sys
from collections import Counter, defaultdict
from dataclasses import dataclass, field
from fractions import Fraction
from itertools import combinations
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from dlcalc.core import modes, values
from dlcalc.core.work import Mode
from dlcalc.errors import DlcalcError
from dlcalc.practice.check import Judge
from dlcalc.practice.compare import is_small
from dlcalc.topics import load, names
from tests import draws

TARGETS = {
    "single": 0.99,
    "single3": 0.95,
    "pair": 0.80,
    "accused": 0.0,
    "real": 0.02,
    "count": 0.02,
}
"""At least for the first three, at most for the others; the rate of small whole numbers is only reported."""
FULL = (30, 150, 9_200, 1_000)
"""Answers tried of each topic: for each mistake, of pairs, right ones, and random ones."""
COUNT = 1_000
"""Whole numbers from here on are counts; smaller ones are given by many mistakes."""


@dataclass
class Rates:
    """What was measured of one topic: (hits, tries) by what was tried, and failures to look at."""

    tried: Counter = field(default_factory=Counter)
    hit: Counter = field(default_factory=Counter)
    aside: Counter = field(default_factory=Counter)
    failures: defaultdict = field(default_factory=lambda: defaultdict(list))

    def note(self, kind, hit, failure=None):
        self.tried[kind] += 1
        self.hit[kind] += bool(hit)
        if failure is not None:
            self.failures[kind].append(failure)


@dataclass
class Exercise:
    """One drawn exercise: its inputs as typed and as read, and its answers in every way of working it."""

    topic: object
    raw: dict
    inputs: dict
    right: dict
    mistaken: dict
    other: list

    @property
    def judge(self):
        return Judge(self.topic, self.raw)


def drawn(name, rng, *, open_conventions=False):
    """Return a drawn exercise that has a sheet."""
    topic = load(name)
    while True:
        raw = draws.draw(name, rng)
        if open_conventions:
            raw = {key: value for key, value in raw.items() if key not in {c.name for c in topic.conventions}}
        try:
            inputs = topic.read(raw)
            right = results(topic, inputs)
        except DlcalcError:
            continue
        mistaken, other = {}, []
        for made, taken in topic.mistakes(inputs):
            try:
                mistaken[made.name] = results(topic, taken, made.mode)
            except DlcalcError:
                continue
        stated = frozenset(raw)
        for convention, choice in topic.other_conventions(stated, inputs):
            try:
                other.append(results(topic, topic.under(inputs, stated, convention.name, choice)))
            except DlcalcError:
                continue
        return Exercise(topic, raw, inputs, right, mistaken, other)


def results(topic, inputs, mode=None):
    """Return the answers that a student can be asked for."""
    found = topic.results(topic.sheet(inputs, mode or Mode()).env)
    return {n: v for n, v in found.items() if topic.answer(n).asked and v is not None and not isinstance(v, bool)}


# ---------------------------------------------------------------- typing


def typed(value, decimals):
    """Write a value as a student with that many decimals would; with all its digits where `decimals` is None."""
    if isinstance(value, list):
        inner = [typed(item, decimals) for item in value]
        return "[" + ", ".join(inner) + "]"
    if isinstance(value, int):
        return str(value)
    if decimals is not None:
        return values.fixed(value, decimals)
    if isinstance(value, Fraction):
        short = values.terminating(value)
        return values.trim(values.fixed(value, 40)) if short and value.denominator < 10**30 else str(value)
    return repr(value)


def decimals_of_three_digits(value):
    """Return the decimals that give the largest number of a value three significant digits."""
    largest = max((abs(v) for v in values.flat(value)), default=0)
    return max(0, values.decimals_for(largest, 3)) if largest else 2


def scalar(value):
    return not isinstance(value, list)


def differ(text, value, others, decimals):
    """Say whether a typed answer is that of no other way to work the exercise."""
    return all(typed(other, decimals) != text and not _near(value, other) for other in others if other is not None)


def _near(a, b):
    one, two = values.flat(a), values.flat(b)
    return len(one) == len(two) and all(
        abs(float(x) - float(y)) <= 1e-9 * abs(float(y)) for x, y in zip(one, two, strict=True)
    )


# ---------------------------------------------------------------- what is measured


def singles(name, rates, rng, per_mistake):
    """Each mistake alone, with all digits and with three."""
    topic = load(name)
    found = Counter()
    budget = 40 * per_mistake
    while budget and any(found[m.name] < per_mistake for m in topic.misconceptions):
        budget -= 1
        exercise = drawn(name, rng)
        judge = None
        for made, wrong in exercise.mistaken.items():
            if found[made] >= per_mistake:
                continue
            changed = [n for n, v in wrong.items() if n in exercise.right and not _near(v, exercise.right[n])]
            if not changed:
                continue
            answer = rng.choice(changed)
            options = [exercise.right[answer], *(w.get(answer) for n, w in exercise.mistaken.items() if n != made)]
            options += [other.get(answer) for other in exercise.other]
            judge = judge or exercise.judge
            used = False
            for kind, decimals in (("single", None), ("single3", decimals_of_three_digits(wrong[answer]))):
                text = typed(wrong[answer], decimals)
                if not differ(text, wrong[answer], options, decimals):
                    continue
                used = True
                verdict = judge.report({answer: text}).verdicts[answer]
                if verdict.accepted and kind == "single3":
                    rates.aside[kind] += 1  # inside the tolerance of the right answer: nobody could tell
                    continue
                hit = verdict.misconceptions[:1] == (made,)
                told = None if hit else (made, topic.name, exercise.raw, {answer: text}, _said(verdict))
                rates.note(kind, hit, told)
            found[made] += used


def pairs(name, rates, rng, tries):
    """Two mistakes made together, where no other two give the number."""
    done = budget = 0
    while done < tries and budget < 20 * tries:
        budget += 1
        exercise = drawn(name, rng)
        topic = exercise.topic
        both = list(topic.mistakes(exercise.inputs))
        if len(both) < 2:
            continue
        made = rng.sample(both, 2)
        value = _together(topic, exercise.inputs, *made)
        if value is None:
            continue
        known = [exercise.right, *exercise.mistaken.values(), *exercise.other]
        changed = [
            n
            for n, v in value.items()
            if n in exercise.right and differ(typed(v, None), v, [k.get(n) for k in known], None)
        ]
        if not changed:
            continue
        answer = rng.choice(changed)
        names_ = {m.name for m, _ in made}
        others = (
            _together(topic, exercise.inputs, a, b)
            for a, b in combinations(both, 2)
            if {a[0].name, b[0].name} != names_
        )
        if any(other is not None and answer in other and _near(other[answer], value[answer]) for other in others):
            rates.aside["pair"] += 1  # nobody could tell
            continue
        done += 1
        text = typed(value[answer], None)
        verdict = exercise.judge.report({answer: text}).verdicts[answer]
        hit = verdict.together and set(verdict.misconceptions) == names_
        told = None if hit else (" + ".join(sorted(names_)), topic.name, exercise.raw, {answer: text}, _said(verdict))
        rates.note("small pair" if is_small(value[answer]) else "pair", hit, told)


def _together(topic, inputs, one, other):
    (first, taken), (second, _) = one, other
    if first.swaps.keys() & second.swaps.keys() or first.inputs.keys() & second.inputs.keys():
        return None
    try:
        return results(topic, {**taken, **second.inputs}, Mode({**first.swaps, **second.swaps}))
    except DlcalcError:
        return None


def accusations(name, rates, rng, tries):
    """Right answers of careful paper work with 2 to 6 decimals, in every convention, one by one and together."""
    done = 0
    while done < tries:
        exercise = drawn(name, rng, open_conventions=rng.random() < 0.7)
        topic, judge = exercise.topic, exercise.judge
        runs = [exercise.inputs]
        for convention, choice in topic.other_conventions(frozenset(exercise.raw), exercise.inputs):
            if not convention.applies(exercise.inputs):
                continue
            try:
                runs.append(topic.under(exercise.inputs, frozenset(exercise.raw), convention.name, choice))
            except DlcalcError:
                continue
        for inputs in runs:
            decimals, way, write = rng.randint(2, 6), *rng.choice(((modes.paper, typed), (careful, carefully_typed)))
            try:
                worked = results(topic, inputs, way(decimals))
            except DlcalcError:
                continue
            written = {n: write(v, decimals) for n, v in worked.items() if n in exercise.right}
            kind = "accused" if way is careful else "plain"
            reports = [judge.report({n: text}) for n, text in written.items()]
            reports.append(judge.report(written))
            for report in reports:
                given = written if report is reports[-1] else {n: written[n] for n in report.verdicts}
                for answer, verdict in report.verdicts.items():
                    done += 1
                    accused = verdict.verdict in ("misconception", "wrong")
                    told = (f"{way.__name__}({decimals})", topic.name, exercise.raw, given, answer, _said(verdict))
                    rates.note(kind, accused, told if accused else None)
                    rates.aside[kind] += verdict.verdict == "invalid"


def careful(decimals):
    """Return the run of someone who rounds each line, but keeps two digits of a small number."""
    return modes.then(Mode(), lambda key, value: modes.each(value, lambda v: rounded(v, decimals)))


def rounded(value, decimals):
    return values.round_half_up(value, kept(value, decimals))


def kept(value, decimals):
    return max(decimals, values.decimals_for(value, 2)) if 0 < abs(value) < 1 else decimals


def carefully_typed(value, decimals):
    """Write an answer with the decimals that careful work has: each number of a list with its own."""
    if isinstance(value, list):
        return "[" + ", ".join(carefully_typed(item, decimals) for item in value) + "]"
    if (
        abs(values.exact(value) - values.exact(values.round_half_up(value, decimals)))
        < Fraction(1, 10**9) / 10**decimals
    ):
        return typed(value, decimals)  # 0.19 − 0.25 is −0.06, not −0.060
    return typed(value, kept(value, decimals))


def strangers(name, rates, rng, tries):
    """Random wrong numbers between half and twice the right one: reals of three digits, counts, small numbers."""
    done = budget = 0
    while done < tries and budget < 5 * tries:
        budget += 1
        exercise = drawn(name, rng)
        judge = exercise.judge
        single = [n for n, v in exercise.right.items() if scalar(v) and v]
        for answer in rng.sample(single, min(3, len(single))):
            right = exercise.right[answer]
            if isinstance(right, int):
                kind = "count" if abs(right) >= COUNT else "small"
                value = rng.randint(*sorted((right // 2, 2 * right)))
            else:
                kind, value = "real", float(right) * rng.uniform(0.5, 2)
            text = typed(value, None if kind != "real" else max(0, values.decimals_for(value, 3)))
            verdict = judge.report({answer: text}).verdicts[answer]
            if verdict.accepted or verdict.verdict == "invalid":
                continue
            done += 1
            named = verdict.verdict == "misconception"
            told = (right, exercise.topic.name, exercise.raw, {answer: text}, _said(verdict)) if named else None
            rates.note(kind, named, told)


def _said(verdict):
    together = " together" if verdict.together else ""
    return verdict.verdict + (f" {'; '.join(verdict.misconceptions)}{together}" if verdict.misconceptions else "")


# ---------------------------------------------------------------- the table


def share(rates, kind):
    return f"{100 * rates.hit[kind] / rates.tried[kind]:.1f} %" if rates.tried[kind] else "–"


COLUMNS = {
    "single": "singles",
    "single3": "3 digits",
    "pair": "pairs",
    "small pair": "small",
    "accused": "accused",
    "plain": "0.00",
    "real": "reals",
    "count": "counts",
    "small": "small",
}
"""What stands above each rate. Small whole numbers are given by many ways; 0.00 is paper work that keeps no digit."""


def row(name, rates):
    parts = [
        f"{rates.hit[kind]}/{rates.tried[kind]}" if kind in ("accused", "plain") else share(rates, kind)
        for kind in COLUMNS
    ]
    return f"{name:<14}" + "".join(f"{part:>10}" for part in parts)


def added(all_rates):
    total = Rates()
    for rates in all_rates:
        for mine, theirs in ((total.tried, rates.tried), (total.hit, rates.hit), (total.aside, rates.aside)):
            mine.update(theirs)
    return total


def main():
    words = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    words.add_argument("--quick", action="store_const", const=0.03, dest="size", help="a small sample")
    words.add_argument("--size", type=float, default=1, help="that share of the sample: 1 takes hours, 0.03 a minute")
    words.add_argument("--topic", action="append", choices=names(), help="this topic only; may be repeated")
    words.add_argument("--show", type=int, default=0, help="failures of each kind to print, by topic")
    words.add_argument("--seed", type=int, default=1)
    said = words.parse_args()
    per_mistake, paired, right, strange = (max(2, round(said.size * count)) for count in FULL)
    print(f"{'':<14}" + "".join(f"{head:>10}" for head in COLUMNS.values()))
    all_rates, begin = {}, perf_counter()
    for name in said.topic or names():
        rates = all_rates[name] = Rates()
        rng = random.Random(f"{name}{said.seed}")
        singles(name, rates, rng, per_mistake)
        pairs(name, rates, rng, paired)
        accusations(name, rates, rng, right)
        strangers(name, rates, rng, strange)
        print(row(name, rates), flush=True)
        for kind, failures in rates.failures.items():
            for failure in failures[: said.show]:
                print(f"    {kind}: {failure}")
    total = added(all_rates.values())
    print(row("all", total))
    wanted = {kind: f"{'≥' if share > 0.5 else '≤'} {100 * share:.0f} %" for kind, share in TARGETS.items()}
    print(f"{'target':<14}" + "".join(f"{wanted.get(kind, ''):>10}" for kind in COLUMNS))
    aside, took = total.aside, perf_counter() - begin
    print(
        f"{aside['single3']} answers of three digits lay inside the right answer's tolerance, {aside['pair']} pairs\n"
        f"were not the only ones, {aside['accused'] + aside['plain']} right answers were too coarse to judge.\n"
        f"{took:.0f} s, seed {said.seed}, Python {sys.version.split()[0]}"
    )


if __name__ == "__main__":
    main()
