#!/usr/bin/env python3
"""Compares every table of every Access database with mdbtools, cell by cell.

    scripts/measure/access.py EXTRACT [FOLDER] [--password WORD]… [--show N]

EXTRACT is the program of `cargo build -p dosimeter-documents --example extract`. Cells are compared after both sides were
brought to one form: white space, numbers, truth values, dates. What mdbtools cannot give is counted apart: columns of
files and of several values, values it prints as bytes.
"""
import argparse
import csv
import io
import json
import pathlib
import re
import subprocess
import sys
from collections import Counter

csv.field_size_limit(1 << 30)


def number(text):
    try:
        value = float(text)
    except ValueError:
        return None
    return f"{value:.6g}" if abs(value) < 1e300 else text


def normal(text):
    text = re.sub(r"[\s\u00a0\x00]+", " ", text).strip()
    if re.fullmatch(r"\{?[0-9A-Fa-f]{8}(-[0-9A-Fa-f]{4}){3}-?[0-9A-Fa-f]{12}\}?", text):
        return text.strip("{}").replace("-", "").upper()  # mdbtools leaves out the last hyphen.
    if text in ("TRUE", "FALSE"):
        return "1" if text == "TRUE" else "0"
    text = "00:00:00" if text == "1899-12-30" else text.removeprefix("1899-12-30 ")  # A time of day alone.
    day = re.fullmatch(r"(\d{4,5}-\d\d-\d\d)( \d\d:\d\d:\d\d)?(\.\d+)?", text)
    if day:
        return day[1] + ("" if (day[2] or " 00:00:00") == " 00:00:00" else day[2])
    return number(text) or text


def run(*command):
    return subprocess.run(command, capture_output=True, timeout=120)


def reference(file):
    """Tables by name: (columns, types, rows) from mdbtools; None when it cannot open the file."""
    listed = run("mdb-tables", "-1", str(file))
    if listed.returncode != 0:
        return None
    tables = {}
    for name in listed.stdout.decode("utf-8", "replace").split("\n"):
        if not name:
            continue
        out = run("mdb-export", "-D", "%Y-%m-%d", "-T", "%Y-%m-%d %H:%M:%S", "-b", "hex", str(file), name)
        rows = list(csv.reader(io.StringIO(out.stdout.decode("utf-8", "replace"), newline="")))
        schema = run("mdb-schema", "-T", name, str(file), "access").stdout.decode("utf-8", "replace")
        kinds = dict(re.findall(r"^\t\[(.*?)\]\s+(.*?),?\s*$", schema, re.M))
        tables[name] = (rows[0] if rows else [], kinds, rows[1:])
    return tables


def ours(extract, root, file, passwords):
    command = [extract]
    for word in passwords:
        command += ["--password", word]
    out = run(*command, str(root), str(file))
    objects = [json.loads(line) for line in out.stdout.decode().split("\n") if line]
    main = next((o for o in objects if o["member"] is None), None)
    tables = {}
    for passage in main["passages"] if main else []:
        if passage["layout"] != "table":
            continue
        name = passage["locator"].rsplit("!rows ", 1)[0]
        columns, rows = tables.setdefault(name, (passage["columns"], []))
        rows += [line.split("\t") for line in passage["text"].split("\n")]
    return main, tables, [o for o in objects if o["member"]]


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("extract")
    parser.add_argument("folder", nargs="?", default="../shared/data/documents/database")
    parser.add_argument("--password", action="append", default=[])
    parser.add_argument("--show", type=int, default=20)
    options = parser.parse_args()
    root = pathlib.Path(options.folder)
    total, shown, statuses = Counter(), 0, Counter()
    for file in sorted(root.glob("*")):
        if file.suffix not in (".mdb", ".accdb"):
            continue
        expect = reference(file)
        document, found, members = ours(options.extract, root, file, options.password)
        status = document["status"] if document else "none"
        statuses[status] += 1
        total["files"] += 1
        total["members"] += len(members)
        print(f"{file.name}: {status} {(document or {}).get('reason') or ''}; {len(found)} tables, {len(members)} members; mdbtools {'closed' if expect is None else len(expect)}")
        if expect is None:
            total["files that mdbtools does not open"] += 1
            continue
        for name, (columns, kinds, rows) in expect.items():
            total["tables"] += 1
            if not rows:
                total["tables without rows"] += 1
                continue
            if name not in found:
                total["tables missing"] += 1
                print(f"  MISSING TABLE {name}: {len(rows)} rows")
                continue
            own_columns, own_rows = found[name]
            place = {column: at for at, column in enumerate(own_columns)}
            if len(own_rows) != len(rows):
                total["tables with another number of rows"] += 1
                print(f"  ROWS {name}: {len(own_rows)}, mdbtools {len(rows)}")
            for n, (row, own) in enumerate(zip(rows, own_rows)):
                for column, cell in zip(columns, row):
                    kind = kinds.get(column, "")
                    if column not in place:
                        total["cells of columns that are hidden"] += 1
                        continue
                    at = place[column]
                    mine = own[at] if at < len(own) else ""
                    if re.match(r"OLE|Binary|Complex|Unknown|Attachment", kind):
                        total["cells of bytes or several values"] += 1
                        continue
                    if kind == "Replication ID" and re.fullmatch(r"(7B)([0-9A-F]{2})+7D", cell):
                        cell = bytes.fromhex(cell).decode()  # With -b hex these come as the digits of their text.
                    total["cells"] += 1
                    if normal(cell) == normal(mine):
                        total["cells equal"] += 1
                    elif normal(cell) == normal(re.sub(r"[\x81\x8d\x8f\x90\x9d]", "?", mine)):
                        total["cells where mdbtools has ? for a byte that windows-1252 does not define"] += 1
                    elif cell.startswith("1900-01-00") and re.match(r"1[0-8]\d\d-", mine):
                        total["cells where mdbtools cannot write a date before 1900"] += 1
                    elif shown < options.show:
                        shown += 1
                        print(f"  CELL {name} row {n + 1} {column} ({kind}): {mine[:80]!r}, mdbtools {cell[:80]!r}")
    print(json.dumps({"statuses": statuses, **total}, indent=1))
    gaps = sum(n for what, n in total.items() if what.startswith("cells where mdbtools"))
    return 0 if total["cells"] and total["cells"] == total["cells equal"] + gaps else 1


sys.exit(main())
