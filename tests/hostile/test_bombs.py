"""Small files that unfold into much, and large ones: a clear error, in seconds and within bounded memory."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest

from personas.batch.sources import fingerprint, read_contract
from personas.dataset import limits
from personas.dataset.contract import Source
from personas.dataset.document import read_document
from personas.errors import InputError
from tests.hostile.test_reach import answer, contract, refused

MEGABYTE = 1_000_000
SHEET = b'<?xml version="1.0"?>%b<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">'
CELL = b'<c t="inlineStr"><is><t>%b</t></is></c>'
HEADER = b"<row>" + b"".join(CELL % name for name in (b"who", b"moment", b"eur")) + b"</row>"


def write_workbook(path, sheet):
    """Write the smallest workbook there can be around the XML of a sheet, given in pieces."""
    import openpyxl

    book = openpyxl.Workbook()
    plain = path.with_name("plain.xlsx")
    book.save(plain)
    with zipfile.ZipFile(plain) as old, zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as new:
        for entry in old.infolist():
            if entry.filename != "xl/worksheets/sheet1.xml":
                new.writestr(entry.filename, old.read(entry))
        with new.open("xl/worksheets/sheet1.xml", "w") as file:
            for piece in sheet:
                file.write(piece)
    plain.unlink()


def huge_text():
    yield SHEET % b"" + b"<sheetData>" + HEADER + b"<row>" + b'<c t="inlineStr"><is><t>'
    for _ in range(limits.WORKBOOK // MEGABYTE):
        yield b"a" * MEGABYTE
    yield b"</t></is></c></row></sheetData></worksheet>"


def far_corner():
    """A few hundred bytes that claim 17,179,869,184 cells."""
    claimed = b'<dimension ref="A1:XFD1048576"/>'
    last = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    yield SHEET % b"" + claimed + b"<sheetData>" + HEADER + last + b"</sheetData></worksheet>"


def laughter():
    entities = b'<!ENTITY a0 "aaaaaaaaaa">'
    entities += b"".join(b'<!ENTITY a%d "%b">' % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 10))
    text = CELL % b"&a9;"
    yield SHEET % (b"<!DOCTYPE x [" + entities + b"]>") + b"<sheetData><row>" + text + b"</row></sheetData></worksheet>"


def outside_entity():
    text = CELL % b"&x;"
    entity = b'<!DOCTYPE x [<!ENTITY x SYSTEM "file:///etc/hostname">]>'
    yield SHEET % entity + b"<sheetData><row>" + text + b"</row></sheetData></worksheet>"


@pytest.mark.parametrize("sheet", [huge_text, far_corner, laughter, outside_entity], ids=lambda sheet: sheet.__name__)
def test_a_workbook_that_unfolds_is_refused(sheet, tmp_path):
    write_workbook(tmp_path / "bomb.xlsx", sheet())
    assert refused(found := answer(tmp_path, contract(file="bomb.xlsx"), data=tmp_path)), found


def test_a_sheet_of_too_many_cells_is_refused_before_they_are_all_kept(tmp_path, monkeypatch):
    from personas.dataset import sources

    monkeypatch.setattr(sources, "CELLS", 1_000)
    rows = b"".join(b"<row>" + (CELL % b"x") * 3 + b"</row>" for _ in range(400))
    write_workbook(tmp_path / "many.xlsx", [SHEET % b"" + b"<sheetData>" + HEADER + rows, b"</sheetData></worksheet>"])
    found = answer(tmp_path, contract(file="many.xlsx"), data=tmp_path)
    assert refused(found) and "more than 1,000 cells" in found, found


def repeated(path, start, piece, times, end):
    with path.open("wb") as file:
        file.write(start)
        for _ in range(times):
            file.write(piece)
        file.write(end)


CSV = b"who,moment,eur\nann,2024-01-05,1\n"
JSON = b'{"who":"ann","moment":"2024-01-05","eur":1,"x":'
FILES = {
    "ten million columns": ("o.csv", b"who,moment,eur", b",c" * 10_000, 1_000, b"\n"),
    "many columns": ("o.csv", b"who,moment,eur", b",c", limits.COLUMNS, b"\n"),
    "a cell of 100 MB": ("o.csv", CSV + b"bob,2024-01-05,", b"1" * MEGABYTE, 100, b"\n"),
    "a quote never closed": ("o.csv", CSV + b'bob,2024-01-05,"', b"1" * MEGABYTE, 5, b"\n"),
    "no line end": ("o.csv", b"", b"1" * MEGABYTE, 50, b""),
    "nulls": ("o.csv", CSV, b"\x00" * MEGABYTE, 5, b"\n"),
    "lists in lists": ("o.jsonl", JSON, b"[", 300_000, b""),
    "objects in objects": ("o.jsonl", JSON, b'{"a":', 300_000, b"1}"),
    "many keys": ("o.jsonl", b'{"who":"ann","moment":"2024-01-05"', b',"k":1', 100_000, b"}\n"),
    "a text of 50 MB": ("o.jsonl", JSON + b'"', b"1" * MEGABYTE, 50, b'"}\n'),
}


@pytest.mark.parametrize("kind", FILES)
def test_a_text_file_that_would_exhaust_the_reader_is_refused(kind, tmp_path):
    name, *content = FILES[kind]
    repeated(tmp_path / name, *content)
    assert refused(found := answer(tmp_path, contract(file=name), data=tmp_path)), found


def test_a_text_file_of_another_encoding_is_read_up_to_a_size(tmp_path):
    with (tmp_path / "o.csv").open("wb") as file:
        file.write(CSV)
        file.truncate(limits.IN_MEMORY + 1)  # sparse: it takes no room
    found = answer(tmp_path, contract(file="o.csv", encoding="cp1252"), data=tmp_path)
    assert refused(found) and "save it as UTF-8" in found, found


def test_a_parquet_file_of_many_columns_is_refused(tmp_path):
    import pyarrow
    import pyarrow.parquet

    table = pyarrow.table({f"c{number}": ["x"] for number in range(limits.COLUMNS + 1)})
    pyarrow.parquet.write_table(table, tmp_path / "o.parquet")
    found = answer(tmp_path, contract(file="o.parquet"), data=tmp_path)
    assert refused(found) and "2,001 columns" in found, found


def test_what_is_allowed_is_read(tmp_path):
    """Right below the limits of columns, of depth and of a text's length."""
    extra = "".join(f",c{number}" for number in range(300))
    (tmp_path / "o.csv").write_text(f"who,moment,eur,why{extra}\nann,2024-01-05,1,{'x' * MEGABYTE}{',' * 300}\n")
    assert answer(tmp_path / "a", contract(file="o.csv"), data=tmp_path) == ["ann"]
    deep = "[" * (limits.DEPTH - 2) + "]" * (limits.DEPTH - 2)
    (tmp_path / "o.jsonl").write_text(JSON.decode() + deep + "}\n")
    assert answer(tmp_path / "b", contract(file="o.jsonl"), data=tmp_path) == ["ann"]


def test_depth_counts_brackets_but_not_those_in_texts():
    assert limits.depth_of(b'{"a": "[[[[\\"[[", "b": [[]]}') == 3
    line = JSON + b'"' + b"[" * 100 + b'"}'
    assert limits.depth_of(line) == 1
    assert limits.check_json(Path(__file__), Source(file="x")) is None


def bomb(levels=9, wide=9):
    lines = ["a0: &a0 [x, x, x, x, x, x, x, x, x]"]
    lines += [f"a{n}: &a{n} [{', '.join([f'*a{n - 1}'] * wide)}]" for n in range(1, levels)]
    return "\n".join(lines) + "\n"


CONTRACTS = {
    "aliases": bomb() + "title: T\nsources: {orders: {file: *a8}}\n",
    "a list of aliases as files": bomb() + "title: T\nsources: {orders: {files: *a8, path: *a8}}\n",
    "an alias of itself": "title: &t [*t]\nsources: &s {orders: *s}\n",
    "brackets": "title: T\nx: " + "[" * 5_000,
    "braces": "title: T\nx: " + "{a: " * 5_000,
    "a code tag": "title: !!python/object/apply:os.system ['touch pwned']\n",
    "a name tag": "title: !!python/name:os.system\nsources: !!python/module:os {}\n",
    "binary": "title: !!binary aGVsbG8=\nsources: !!set {a, b}\n",
    "merges": "a: &a {b: 1}\n" + "c: {<<: [" + "*a, " * 8_000 + "*a]}\n",
    "too large": "title: T\n#" + "x" * 1_000_001,
    "many documents": "title: T\n---\ntitle: U\n" * 1_000,
    "a long number": "title: T\nsources: {orders: {file: o.csv}}\nlifetime_value: {horizon_months: "
    + "9" * 6_000
    + "}\n",
}


@pytest.mark.parametrize("kind", CONTRACTS)
def test_a_contract_that_unfolds_is_refused_by_its_reader_and_by_whoever_looks_at_it_before(kind, tmp_path):
    path = tmp_path / "dataset.yml"
    path.write_text(CONTRACTS[kind])
    assert refused(found := answer(tmp_path, CONTRACTS[kind])), found
    assert isinstance(read_contract(tmp_path), dict)
    state = fingerprint(tmp_path, None, tmp_path / ".files.json")
    assert len(json.dumps(state)) < 10_000
    assert not list(tmp_path.rglob("pwned"))


def test_a_look_at_a_contract_ends_no_process(tmp_path):
    """The loader in C does, at brackets nested deep enough: no error, no word, exit code 139."""
    (tmp_path / "dataset.yml").write_text("sources: " + "[" * 30_000)
    code = "import sys; from pathlib import Path; from personas.batch.sources import read_sources; "
    code += "print(read_sources(Path(sys.argv[1])))"
    done = subprocess.run([sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "{}\n")


def test_a_message_about_a_row_does_not_quote_it(tmp_path):
    (tmp_path / "o.csv").write_text("who,moment,eur\n" + "ann,2024-01-05,1\n" * 50 + 'SECRET-ROW,"2024\n')
    found = answer(tmp_path, contract(file="o.csv"), data=tmp_path)
    assert refused(found) and "SECRET-ROW" not in found, found


def test_a_document_that_is_no_file_is_said(tmp_path):
    (tmp_path / "dataset.yml").mkdir()
    with pytest.raises(InputError, match="no such file"):
        read_document(tmp_path / "dataset.yml", "data/shop/dataset.yml")
