"""Numbers from files: what each format gives, exactly, and what is refused, with the file named and what to do."""

import io
import json
import os
import threading
import zipfile
from fractions import Fraction

import numpy as np
import pytest

import dlcalc as package
from dlcalc.cli import files
from dlcalc.errors import InputError
from tests.cli.private import DOUBLE, double  # noqa: F401
from tests.cli.run import dlcalc

pytestmark = pytest.mark.usefixtures("double")


@pytest.fixture(autouse=True)
def here(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    return tmp_path


def read(name, flag="x"):
    """Return what an input is given for `@name`, as nested lists."""
    found = files.read_inputs(DOUBLE, {flag: f"@{name}"})[flag]
    return found.tolist() if hasattr(found, "tolist") else found


def write(name, content):
    with open(name, "wb") as file:
        file.write(content if isinstance(content, bytes) else content.encode())


def npy(array, **options):
    stream = io.BytesIO()
    np.save(stream, array, **options)
    return stream.getvalue()


TENTH = Fraction(1, 10)

GOOD = [
    ("a.json", "[[0.1, 2], [3, 4]]", [[TENTH, 2], [3, 4]]),
    ("a.json", "7", 7),
    ("a.json", "0.1", TENTH),
    ("a.json", '"1,2; 3,4"', [[1, 2], [3, 4]]),
    ("a.json", '["1/3", 1]', [Fraction(1, 3), 1]),
    ("a.json", '{"x": [1, 2], "w1": [3]}', [1, 2]),
    ("a.json", '{"values": [1, 2]}', [1, 2]),
    ("a.json", "[0.12345678901234567890123]", [Fraction(12345678901234567890123, 10**23)]),
    ("a.json", "[1e-3, 1E2, -0.5]", [Fraction(1, 1000), 100, Fraction(-1, 2)]),
    ("a.json", b"\xef\xbb\xbf[1, 2]", [1, 2]),
    ("a.json", "[1, 2]\r\n".encode("utf-16"), [1, 2]),
    ("A.JSON", "[1, 2]", [1, 2]),
    ("a.toml", "x = [[0.1, 2], [3, 4]]\nw1 = [5]\n", [[TENTH, 2], [3, 4]]),
    ("a.toml", "data = [0.1, 1_000.5, 0x10]", [TENTH, Fraction(2001, 2), 16]),
    ("a.toml", b"\xef\xbb\xbfx = [1]\r\n", [1]),
    ("a.csv", "0.1,2\n3,4\n", [[TENTH, 2], [3, 4]]),
    ("a.csv", "0.1;2\r\n3;4", [[TENTH, 2], [3, 4]]),
    ("a.csv", "0.1\t2\r3\t4", [[TENTH, 2], [3, 4]]),
    ("a.csv", " 0.1   2\n\n3 4  \n", [[TENTH, 2], [3, 4]]),
    ("a.csv", "left,right\n1,2\n3,4", [[1, 2], [3, 4]]),
    ("a.csv", '"left","right"\n"1","2"\n', [1, 2]),
    ("a.csv", "１，２\n３，４\n", [[1, 2], [3, 4]]),
    ("a.csv", "a\tb\n1\t−2\n".encode("utf-16"), [1, -2]),
    ("a.csv", "a,b\n1,2\n".encode("utf-8-sig"), [1, 2]),
    ("a.csv", "1,2,3", [1, 2, 3]),
    ("a.csv", "1/3, 50%, 1e3", [Fraction(1, 3), Fraction(1, 2), 1000]),
    ("a.csv", "1\n2\n3", [[1], [2], [3]]),
    ("a.csv", "5", 5),
    ("a.npy", npy(np.array([[1, 2], [3, 4]])), [[1, 2], [3, 4]]),
    ("a.npy", npy(np.array([0.1, 0.25])), [TENTH, Fraction(1, 4)]),
    ("a.npy", npy(np.array([1, 2], dtype=">i4")), [1, 2]),
    ("a.npy", npy(np.array([[1, 2], [3, 4]], order="F")), [[1, 2], [3, 4]]),
    ("a.npy", npy(np.float32(0.5)), Fraction(1, 2)),
    ("a.NPY", npy(np.arange(8).reshape(2, 2, 2)), [[[0, 1], [2, 3]], [[4, 5], [6, 7]]]),
]


@pytest.mark.parametrize(("name", "content", "values"), GOOD)
def test_a_file_gives_its_numbers_exactly(name, content, values):
    write(name, content)
    found = read(name)
    assert found == values
    assert not any(isinstance(number, float) for number in np.array(found, dtype=object).flat)


def test_one_file_may_hold_several_inputs():
    write("net.toml", "x = [1, 2]\nw1 = [3, 4]\n")
    found = files.read_inputs(DOUBLE, {"x": "@net.toml", "w1": "@net.toml", "k": "2"})
    assert found["x"].tolist() == [1, 2]
    assert found["w1"].tolist() == [3, 4]
    assert found["k"] == "2"


def test_one_column_is_a_vector_where_no_matrix_is_taken():
    write("a.csv", "1\n2\n")
    assert read("a.csv", "w1") == [1, 2]
    assert read("a.csv", "wide") == [[1], [2]]


def test_one_row_is_the_row_of_a_matrix():
    write("a.csv", "1,2\n")
    assert read("a.csv", "wide") == [[1, 2]]


def test_a_path_may_begin_with_the_home_folder(here, monkeypatch):
    monkeypatch.setenv("HOME", str(here))
    monkeypatch.setenv("USERPROFILE", str(here))
    write("a.csv", "1,2\n")
    assert read("~/a.csv") == [1, 2]


def test_a_sheet_is_worked_from_a_file_and_an_answer_checked():
    write("a.csv", "0.5,2\n")
    ran = dlcalc("private-double --x @a.csv --format json")
    assert ran.status == 0
    assert json.loads(ran.out)["answers"]["y"] == [1, 4]
    assert dlcalc("private-double --x @a.csv --answer 1,4").status == 0
    assert dlcalc("private-double --x @a.csv --answer 1,3").status == 1


def test_the_same_numbers_from_every_format_make_the_same_sheet():
    array = np.array([[0.25, 1.5], [-2.0, 3.125]])
    write("a.npy", npy(array))
    write("a.json", json.dumps(array.tolist()))
    write("a.toml", f"x = {array.tolist()}")
    np.savetxt("a.csv", array, delimiter=",")
    assert read("a.npy") == read("a.json") == read("a.toml") == read("a.csv")
    typed = dlcalc(["private-double", "--x", "0.25,1.5; -2,3.125"]).out
    for name in ("a.npy", "a.json", "a.toml", "a.csv"):
        assert dlcalc(f"private-double --x @{name}").out == typed


def test_an_image_of_a_hundred_and_fifty_thousand_numbers_is_read():
    image = np.random.default_rng(5).random((3, 224, 224)).round(6)
    write("image.npy", npy(image))
    write("image.json", json.dumps(image.tolist()))
    for name in ("image.npy", "image.json"):
        assert np.array_equal(files.read_inputs(DOUBLE, {"x": f"@{name}"})["x"].data, image)


# ---------------------------------------------------------------- refused

PICKLED = npy(np.array([Fraction(1)]), allow_pickle=True)


def promised(shape, dtype="<f8", data=b""):
    """Return a .npy file whose header says what is not there."""
    header = f"{{'descr': '{dtype}', 'fortran_order': False, 'shape': {shape}, }}"
    header += " " * (63 - (len(header) + 10) % 64) + "\n"
    return b"\x93NUMPY\x01\x00" + len(header).to_bytes(2, "little") + header.encode() + data


def zipped():
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("x.npy", npy(np.arange(3)))
    return stream.getvalue()


BAD = [
    # broken text
    ("a.json", "[1, 2", "not JSON: line 1, column", "[[1, 2], [3, 4]]"),
    ("a.json", "[1, 2]\n[3]", "line 2, column 1", "[[1, 2], [3, 4]]"),
    ("a.json", "x = 1", "not JSON", ""),
    ("a.json", "[NaN]", "NaN is not a finite number", "finite"),
    ("a.json", "[1, -Infinity]", "-Infinity is not a finite number", "finite"),
    ("a.json", "[1e999999999]", "too many digits", ""),
    ("a.json", "[" + "1" * 5000 + "]", "too many digits", ""),
    ("a.json", "[" * 100_000, "nested too deep", "a matrix"),
    ("a.json", "[" * 500 + "1" + "]" * 500, "nested too deep", "a matrix"),
    ("a.json", "[[[[1]]]]", "4 dimensions", "a matrix"),
    ("a.json", "[[1, 2], [3]]", "Row 2 has 1 entries", "same number"),
    ("a.json", "[]", "list is empty", "at least one"),
    ("a.json", "[[], []]", "list is empty", "at least one"),
    ("a.json", "{}", "nothing in it", "x = [1, 2]"),
    ("a.json", "null", "None is no number", "a matrix"),
    ("a.json", "[true]", "True is no number", "a matrix"),
    ("a.json", '["@b.json"]', "not a number", ""),
    ("a.json", '"@b.json"', "not a number", ""),
    ("a.json", '{"x": [1], "x": [2]}', "'x' stands in it twice", "once"),
    ("a.json", '{"a": [1], "b": [2]}', "has no value 'x'", "a, b"),
    ("a.json", '{"w1": [1]}', "has no value 'x'", "w1"),
    ("a.json", '{"x": {"y": [1]}}', "table of its own", "x = [1, 2]"),
    ("a.json", b"\x80\x81", "Byte 1 is no UTF-8", "UTF-8"),
    ("a.json", b"[1, \x00 2]", "binary", ".npy"),
    ("a.json", npy(np.arange(3)), "binary", ".npy"),
    ("a.json", "[1]".encode("utf-16-le"), "binary", "text"),
    ("a.json", b"\xff\xfe[", "no UTF-8", "UTF-8"),
    ("a.toml", "x = ", "not TOML", "x = [[1, 2], [3, 4]]"),
    ("a.toml", "[1, 2]", "not TOML", "x = [[1, 2], [3, 4]]"),
    ("a.toml", "x = 1\nx = 2", "not TOML", "x ="),
    ("a.toml", "x = [nan]", "nan is not a finite number", "finite"),
    ("a.toml", "x = -inf", "-inf is not a finite number", "finite"),
    ("a.toml", "x = [1e9999]", "too many digits", ""),
    ("a.toml", "x = " + "9" * 5000, "not TOML", ""),
    ("a.toml", "x = " + "[" * 5000, "nested too deep", ""),
    ("a.toml", "x = 1979-05-27", "no number", ""),
    ("a.toml", "[layer]\nx = [1]", "table of its own", ""),
    ("a.toml", "# nothing", "nothing in it", "x = [1, 2]"),
    ("a.csv", "1,2\n3\n", "Line 2 has 1 numbers, line 1 has 2", "same number"),
    ("a.csv", "a,b\r\n\r\n1,2\r\n3,4,5\r\n", "Line 4 has 3 numbers, line 3 has 2", "same number"),
    ("a.csv", "1,x\n", "Line 1, column 2: 'x' is no number", "0.35"),
    ("a.csv", "a,1\n2,3\n", "Line 1, column 1: 'a'", "0.35"),
    ("a.csv", "1,2\na,b\n", "Line 2, column 1: 'a'", "0.35"),
    ("a.csv", "1,,2\n", "Line 1, column 2 is empty", "0.35"),
    ("a.csv", "1,2,\n", "Line 1, column 3 is empty", "0.35"),
    ("a.csv", "nan,inf\n1,2\n", "Line 1, column 1: 'nan'", "0.35"),
    ("a.csv", "0,5;0,7\n", "'0,5' is no number", "a point"),
    ("a.csv", "12O,3\n4,5\n", "'12O' is no number", "0.35"),
    ("a.csv", "-inf,3\n4,5\n", "'-inf' is no number", "0.35"),
    ("a.csv", "a,b\n", "only a heading", "0.35,0.9"),
    ("a.csv", "1,{0}\n", "'{0}' is no number", ""),
    ("a.csv", zipped(), "binary", ""),
    ("a.csv", "1 " * 1_000_001, "1,000,001 numbers", "At most 1,000,000"),
    ("a.json", "[" + "[]," * 3_000_000 + "1]", "more than 2,000,000 values", "at most 1,000,000"),
    # NumPy
    ("a.npy", PICKLED, "Python objects (a pickle)", "astype(float)"),
    ("a.npy", b"\x80\x04\x95", "no .npy file", "numpy.save"),
    ("a.npy", b"[1, 2]", "no .npy file", "numpy.save"),
    ("a.npy", zipped(), "no .npy file", "numpy.save"),
    ("a.npy", b"\x93NUMPY\x01\x00", "no .npy file", "numpy.save"),
    ("a.npy", b"\x93NUMPY\x09\x00" + b"x" * 100, "no .npy file", "numpy.save"),
    ("a.npy", b"\x93NUMPY\x01\x00\x20\x00" + b"(" * 32, "no .npy file", "numpy.save"),
    ("a.npy", promised("(1000000000000,)"), "promises 8000000000000 bytes", "anew"),
    ("a.npy", promised(f"({10**40},)"), "promises 10^30 bytes", "anew"),
    ("a.npy", promised("(-1,)"), "promises -8 bytes", "anew"),
    ("a.npy", promised("(3,)", data=b"\0" * 23), "promises 24 bytes of numbers, the file has 23", "anew"),
    ("a.npy", npy(np.arange(3)) * 2, "promises 24 bytes", "one array in a file"),
    ("a.npy", npy(np.array([1.0, np.nan])), "Entry 2: nan is not a finite number", ""),
    ("a.npy", npy(np.full(20_000, np.inf)), "infinity or nan", "finite"),
    ("a.npy", npy(np.array(["a"])), "type <U1", "astype(float)"),
    ("a.npy", npy(np.array([1j])), "type complex128", "astype(float)"),
    ("a.npy", npy(np.array([True])), "type bool", "astype(float)"),
    ("a.npy", npy(np.zeros(2, dtype=[("a", "<f8")])), "type [('a', '<f8')]", "astype(float)"),
    ("a.npy", npy(np.zeros((2, 0))), "list is empty", "at least one"),
    ("a.npy", npy(np.zeros((1, 1, 1, 1))), "4 dimensions", "a matrix"),
    ("a.npy", npy(np.zeros(1_000_001, dtype="i1")), "1,000,001 numbers", "At most 1,000,000"),
    # any file
    ("a.json", b"", "file is empty", "Write numbers"),
    ("a.csv", " \r\n\t\n", "file is empty", "Write numbers"),
    ("a.csv", b"\xef\xbb\xbf\n", "file is empty", "Write numbers"),
    ("a.npy", b"", "file is empty", "Write numbers"),
    ("a.npz", zipped(), "ending in '.npz'", ".json, .toml, .csv, .npy"),
    ("a.pkl", b"\x80\x04.", "ending in '.pkl'", ".json, .toml, .csv, .npy"),
    ("a", "1,2", "no ending", ".json, .toml, .csv, .npy"),
    ("a.csv", b"1," * 10_000_001, "larger than 20 MB", "at most 20 MB"),
]


def label(value):
    return repr(value)[:30]


@pytest.mark.parametrize(("name", "content", "wrong", "instead"), BAD, ids=label)
@pytest.mark.parametrize("lang", ["en", "zh"])
def test_a_bad_file_is_refused_by_name_with_what_to_do(name, content, wrong, instead, lang):
    write(name, content)
    ran = dlcalc(["private-double", "--x", f"@{name}", "--lang", lang])
    assert (ran.status, ran.out) == (2, "")
    assert f"--x{'：' if lang == 'zh' else ': '}{name}" in ran.err or "has no value" in ran.err or "没有值" in ran.err
    assert len(ran.err) < 600
    if lang == "en":
        assert wrong in ran.err
        assert instead in ran.err


def refused(path, flag="x"):
    with pytest.raises(InputError) as caught:
        files.read_inputs(DOUBLE, {flag: f"@{path}"})
    return caught.value


def test_a_missing_file_is_told_with_near_names():
    write("weights.csv", "1,2")
    error = refused("wieghts.csv")
    assert "no such file" in error.message()
    assert "weights.csv" in error.advice()
    assert "没有这个文件" in error.message("zh")
    assert "weights.csv" in refused("weights").advice()
    os.mkdir("data")
    write("data/image.npy", npy(np.arange(3)))
    assert os.path.join("data", "image.npy") in refused("data/imag.npy").advice()
    assert "Check the name" in refused("nowhere/x.csv").advice()
    assert "no such file" in refused("weights.csv/x.csv").message()


def test_a_folder_is_no_file():
    os.mkdir("folder.csv")
    os.mkdir("folder")
    assert "a folder" in refused("folder.csv").message()
    assert "a folder" in refused("folder").message()


def test_no_name_behind_the_sign():
    assert "no file name" in refused("").message()


def test_a_name_no_system_takes():
    assert "cannot be read" in refused("a\0b.csv").message()
    assert "cannot be read" in refused("a" * 5000 + ".csv").message()


def test_a_name_that_would_move_the_cursor_is_escaped():
    assert "\x1b" not in refused("\x1b[2J.csv").message()


@pytest.mark.skipif(not hasattr(os, "getuid"), reason="permissions as on Unix")
def test_a_file_that_may_not_be_read(monkeypatch):
    write("secret.csv", "1")
    os.chmod("secret.csv", 0)
    if os.getuid() == 0:  # root reads everything, so the system's refusal is played

        def no(*_):
            raise PermissionError(13, "Permission denied")

        monkeypatch.setattr("builtins.open", no)
    error = refused("secret.csv")
    assert "may not read" in error.message()
    assert "permissions" in error.advice()


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="pipes as on Unix")
def test_a_pipe_and_a_device_do_not_hang():
    os.mkfifo("pipe.csv")
    os.symlink("/dev/zero", "zero.csv")
    for name in ("pipe.csv", "zero.csv"):
        found = []
        thread = threading.Thread(target=lambda n=name, f=found: f.append(refused(n)), daemon=True)
        thread.start()
        thread.join(10)
        assert found, f"{name} hangs"
        assert "device or a pipe" in found[0].message()


def test_a_link_to_itself():
    os.symlink("loop.csv", "loop.csv")
    assert "cannot be read" in refused("loop.csv").message()


def test_an_input_without_arrays_takes_no_file():
    write("a.csv", "3")
    error = refused("a.csv", "k")
    assert "'@a.csv' names a file" in error.message()
    assert "Type the value itself: N" in error.advice()
    ran = dlcalc("conv --in @a.csv --k 3")
    assert ran.status == 2
    assert "--in: '@a.csv' names a file" in ran.err


def test_rows_are_read_no_further_than_the_limit(monkeypatch):
    monkeypatch.setattr(files, "MOST_NUMBERS", 10)
    write("a.csv", "1,2\n" * 5)
    assert len(read("a.csv")) == 5
    write("a.csv", "1,2\n" * 5 + "no,number\n")
    assert "12 numbers" in refused("a.csv").message()


def test_a_pickle_is_never_run(here):
    class Trap:
        def __reduce__(self):
            return os.mkdir, (str(here / "trapped"),)

    write("a.npy", npy(np.array([Trap()]), allow_pickle=True))
    assert "pickle" in refused("a.npy").message()
    assert not (here / "trapped").exists()


def test_python_opens_no_file():
    write("a.csv", "1,2")
    for call in (package.solve, lambda topic, inputs: package.check(topic, inputs, {"y": 1})):
        with pytest.raises(InputError, match=r"'@a\.csv' names a file") as caught:
            call("private-double", {"x": "@a.csv"})
        assert "command line only" in caught.value.advice()
        assert caught.value.name == "x"
    with pytest.raises(InputError, match="'@b' names a file"):
        package.solve("conv", {"in": "@b", "k": 3})
    with pytest.raises(InputError):
        package.solve("private-double", {"x": ["@a.csv"]})


NETS = [
    ("net.json", '{"weight_ih_l0": [[0.5]], "weight_hh_l0": [[0.1]], "bias_ih_l0": [0]}'),
    ("net.json", '{"params": {"weight_ih_l0": [[0.5]], "weight_hh_l0": [[0.1]]}}'),
    ("net.json", '[{"wx": [[0.5]], "wh": [[0.1]]}]'),
    ("net.json", '{"wx": [[0.5]], "wh": [[0.1]]}'),
    ("net.toml", "[[params]]\nwx = [[0.5]]\nwh = [[0.1]]\n"),
    ("net.toml", "weight_ih_l0 = [[0.5]]\nweight_hh_l0 = [[0.1]]\n"),
]


@pytest.mark.parametrize(("name", "content"), NETS)
def test_a_recurrent_net_is_read_from_a_file_whole(name, content):
    write(name, content)
    flags, file = (dlcalc(f"rnn --x 1,2 {given} --format json") for given in ("--wx 0.5 --wh 0.1", f"--params @{name}"))
    assert file.status == 0, file.err
    assert json.loads(file.out)["answers"] == json.loads(flags.out)["answers"]


def test_the_layers_of_a_feed_forward_net_are_read_from_a_file():
    write("net.json", '[{"w": [[0.1, 0.8], [0.4, 0.6]]}, {"w": [[0.3, 0.9]]}]')
    ran = dlcalc("backprop --x 0.35,0.9 --layers @net.json --steps brief")
    assert ran.status == 0, ran.err
    assert "y  ≈ 0.690283" in ran.out


def test_a_net_whose_layers_do_not_fit_names_the_file_and_the_layer():
    write("net.json", '[{"wx": [[0.5]]}]')
    ran = dlcalc("rnn --x 1,2 --params @net.json")
    assert ran.status == 2
    assert "Layer 1: wh is missing" in ran.err
