"""How fast `dlcalc grade` grades a drawn class, beside bare `check` on the same exercises, and how much memory it has.

    python benchmarks/grade.py [rows] [--write FOLDER]

The class has 20 questions. Of its answers 60 % are right (at full or at 3 to 5 significant digits), 22 % are a known
mistake's, 15 % are random numbers of 3 to 5 digits, the rest are missing or unreadable; 1 % of the rows are
malformed. With --write it only writes the class to FOLDER. Every command is a process of its own, and its start is
counted; all take turns, and medians are shown. A second class hands in its working too, three lines for every fourth
question: what follows from a student's own wrong values is worked out for that student alone, so it takes longer.
"""

import csv
import io
import os
import random
import statistics
import sys
import tempfile
import tomllib
from itertools import product
from math import floor, log10
from pathlib import Path
from time import perf_counter

from dlcalc.cli.exercise_line import read_exercise
from dlcalc.errors import DlcalcError

TURNS = 3
SECONDS_FOR_100_000 = 15
MALFORMED = 0.01
COMMANDS = (
    "conv --in 28 --k 3 --filters 25",
    "conv --in 32 --k 5 --stride 2 --pad 2",
    "conv --in 3x224x224 --k 7 --stride 2 --pad 3 --filters 64",
    "conv --x '0,1,2; 3,4,5; 6,7,8' --w '0,1; 2,3'",
    "pool --in 10 --k 3",
    "pool --in 25x26x26 --k 2",
    "pool --x '1,3,2,4; 5,6,1,2; 7,2,9,1; 3,8,4,5' --k 2 --kind avg",
    "linear --in-features 64x12x12 --out-features 3",
    "linear --in-features 784 --out-features 10",
    "neuron --x 1,0,1 --w 0.5,-0.4,0.3 --b 0.1 --act sigmoid",
    "neuron --x 0.2,0.7 --w 0.6,-0.9 --b 0.35 --act tanh",
    "activation --name sigmoid --z 0.755",
    "activation --name tanh --z 0.4",
    "softmax --z '1,2,3' --target 0",
    "softmax --z '0.2,-1.3,0.7' --target 2",
    "loss --name bce --y 0.7 --t 1",
    "loss --name mse --y 0.7,0.2 --t 1,0",
    "loss --name hinge --y 0.3 --t 1",
    "backprop --x 0.35,0.9 --t 0.5 --w1 '0.1,0.8; 0.4,0.6' --w2 0.3,0.9 --act sigmoid --eta 1",
    "backprop --x 0.05,0.1 --t 0.01,0.99 --w1 '0.15,0.2; 0.25,0.3' --b1 0.35,0.35 --w2 '0.4,0.45; 0.5,0.55'"
    " --b2 0.6,0.6 --act sigmoid --eta 0.5 --loss half-sse",
)
UNREAD = ("?", "i don't know", "1/0", "3..4", "(2, 3")
BROKEN = (
    "{student},{question}",
    "{student},{question},,1,2,3",
    ",{question},,26",
    "{student},no such question,,26",
    '{student},{question},,"26',
    '{student},{question},,"2"6',
    "{student},{question},,2\0",
)


def key_text():
    rows = ['title = "A drawn class"\n']
    for number, command in enumerate(COMMANDS, 1):
        rows.append(f'[[question]]\nid = "q{number}"\ncommand = """{command}"""\n')
    return "\n".join(rows)


def written(value, digits):
    """Write a value as a student does: to so many significant digits (the numbers of a list to so many decimals)."""
    if isinstance(value, list):
        if value and not isinstance(value[0], list | int):
            return ",".join(f"{float(item):.{digits}f}" for item in value)
        inner = [written(item, digits) for item in value]
        return ("; " if value and isinstance(value[0], list) else ",").join(inner)
    if isinstance(value, int):
        return str(value)
    places = digits - 1 - (floor(log10(abs(value))) if value else 0)
    return f"{float(value):.{max(places, 0)}f}"


class Drawer:
    """Draws answers to a question."""

    def __init__(self, command):
        self.topic, raw = read_exercise(command)
        self.inputs = self.topic.read(raw)
        sheet = self.topic.sheet(self.inputs)
        self.topic.learn(sheet)
        right = self.topic.results(sheet.env)
        self.names = [name for name, value in right.items() if value is not None and self.topic.answer(name).asked][:3]
        self.right = {name: right[name] for name in self.names}
        self.wrong = {name: list(self._mistaken(name)) for name in self.names}

    def _mistaken(self, name):
        for mistake, inputs in self.topic.mistakes(self.inputs):
            try:
                value = self.topic.value(inputs, self.topic.answer(name), mistake.mode)
            except DlcalcError:
                continue
            if value is not None and value != self.right[name]:
                yield value

    def answer(self, name, rng):
        kind, right = rng.random(), self.right[name]
        if kind < 0.60:
            return written(right, rng.choice((3, 4, 4, 5, 12)))
        if kind < 0.82 and self.wrong[name]:
            return written(rng.choice(self.wrong[name]), rng.choice((3, 4, 5)))
        if kind < 0.97:
            return self._random(right, rng)
        return "" if kind < 0.985 else rng.choice(UNREAD)

    def _random(self, like, rng):
        if isinstance(like, list):
            return written([float(self._random(0, rng)) for _ in like], 5)
        digits = rng.choice((3, 4, 5))
        number = rng.randint(10 ** (digits - 1), 10**digits - 1)
        return str(number) if isinstance(like, int) and like else f"{number / 10**digits:.{digits}f}"


def rows(count, rng, working):
    """Yield lines of CSV for so many rows, one student after the other; some questions with their working if wanted."""
    drawers = [Drawer(command) for command in COMMANDS]
    stream = io.StringIO()
    write = csv.writer(stream, lineterminator="\n").writerow
    yield "student,question,name,value\n"
    made, student = 0, 0
    while made < count:
        student += 1
        for number, drawer in enumerate(drawers, 1):
            names = drawer.names if working and number % 4 == 0 else drawer.names[:1]
            for name in names:
                if made == count:
                    return
                made += 1
                if rng.random() < MALFORMED:
                    yield rng.choice(BROKEN).format(student=f"s{student:06}", question=f"q{number}") + "\n"
                    continue
                write((f"s{student:06}", f"q{number}", name, drawer.answer(name, rng)))
                yield stream.getvalue()
                stream.seek(0)
                stream.truncate()


def make(folder, count, name="answers.csv", *, working=False, seed=5):
    """Write a key and the answers of a class of so many rows; return their names."""
    key, answers = Path(folder) / "key.toml", Path(folder) / name
    key.write_text(key_text(), encoding="utf-8")
    with open(answers, "w", encoding="utf-8", newline="") as file:
        file.writelines(rows(count, random.Random(seed), working))
    return str(key), str(answers)


BARE = """
import csv, sys, tomllib
from itertools import groupby
from dlcalc.cli.exercise_line import read_exercise
from dlcalc.practice.check import check
questions = {q["id"]: read_exercise(q["command"]) for q in tomllib.load(open(sys.argv[1], "rb"))["question"]}
rows = (line.rstrip("\\n").split(",", 3) for line in open(sys.argv[2], encoding="utf-8"))
rows = (row for row in rows if len(row) == 4 and row[1] in questions)
for (_, question), group in groupby(rows, lambda row: row[:2]):
    topic, inputs = questions[question]
    check(topic, inputs, {row[2]: row[3].strip('"') for row in group}, forgiving=True)
"""


def timed(*words):
    """Run Python; return (seconds, seconds of processor time, its largest resident size in MB)."""
    begin = perf_counter()
    quiet = [(os.POSIX_SPAWN_OPEN, stream, os.devnull, os.O_WRONLY, 0) for stream in (1, 2)]
    child = os.posix_spawn(sys.executable, [sys.executable, *words], os.environ, file_actions=quiet)
    _, _, used = os.wait4(child, 0)
    spent = used.ru_utime + used.ru_stime  # what a busy machine does not change much
    return perf_counter() - begin, spent, used.ru_maxrss / (1024 if sys.platform == "linux" else 1024**2)


def main(count):
    grade = ("-m", "dlcalc", "grade")
    with tempfile.TemporaryDirectory() as folder:
        key, whole = make(folder, count)
        _, hundredth = make(folder, count // 100, "hundredth.csv")
        _, tenth = make(folder, count // 10, "tenth.csv")
        _, worked = make(folder, count // 10, "worked.csv", working=True)
        out = ("--out", str(Path(folder) / "marks.csv"), "--report", str(Path(folder) / "class.html"))
        runs = {
            "check on a hundredth of the rows": ("-c", BARE, key, hundredth),
            "grade": (*grade, key, whole, *out),
            "grade --jobs 2": (*grade, key, whole, *out, "--jobs", "2"),
            "grade a tenth of the rows": (*grade, key, tenth, *out),
            "grade a tenth, with working": (*grade, key, worked, *out),
        }
        found = {name: [] for name in runs}
        for _, name in product(range(TURNS), runs):
            found[name].append(timed(*runs[name]))
    seconds, spent = ({name: statistics.median(run[i] for run in each) for name, each in found.items()} for i in (0, 1))
    memory = {name: max(run[2] for run in each) for name, each in found.items()}

    print(f"{count:,} rows, {len(COMMANDS)} questions, medians of {TURNS} turns, Python {sys.version.split()[0]}")
    print(f"{'':<34} {'seconds':>8} {'processor':>9} {'rows/s':>9} {'ratio':>6} {'MB':>6}")
    base = count / 100 / spent["check on a hundredth of the rows"]
    for name in runs:
        rate = count // (100 if "hundredth" in name else 10 if "tenth" in name else 1) / spent[name]
        shown = f"{name:<34} {seconds[name]:>8.2f} {spent[name]:>9.2f} {rate:>9,.0f}"
        print(f"{shown} {rate / base:>6.2f} {memory[name]:>6.1f}")
    print(f"\n{'':<34} {'found':>8}  target")
    print(f"{'seconds for 100,000 rows':<34} {spent['grade'] * 100_000 / count:>8.2f}  ≤ {SECONDS_FOR_100_000}")
    grown = memory["grade"] / memory["grade a tenth of the rows"]
    print(f"{'memory, whole / a tenth':<34} {grown:>8.2f}  (sums of ten times the students)")


if __name__ == "__main__":
    words = sys.argv[1:]
    folder = words.pop(words.index("--write") + 1) if "--write" in words else None
    number = next((int(word) for word in words if word.isdigit()), 100_000)
    if folder is None:
        main(number)
    else:
        tomllib.loads(key_text())
        print(*make(folder, number))
