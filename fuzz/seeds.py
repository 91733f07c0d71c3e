#!/usr/bin/env python3
"""Writes seeds for a fuzz target: `seeds.py TARGET DATA FOLDER`. DATA is ../shared/data; nothing of it is kept in the repository."""

import hashlib
import re
import sqlite3
import struct
import sys
from pathlib import Path

SAMPLES = {
    "hl7": ["clinic-a/evidence/files/**/*.hl7", "health/**/*.hl7"],
    "x12": ["clinic-a/evidence/files/**/*.edi", "health/imsweb-x12/**/*.txt", "health/pyx12/**/*.txt"],
    "ccda": ["health/**/*.ccda", "health/hl7-ccda-examples/**/*.xml", "health/sample_ccdas/**/*.xml"],
    "fhir": ["health/fhir-converter/**/*.json", "health/synthea-r4/**/*.json", "clinic-a/**/export.ndjson"],
    "dicom": ["dicom/**/*.dcm", "clinic-a/evidence/files/**/*.dcm"],
    "table": ["clinic-a/evidence/files/**/*.csv", "clinic-a/evidence/files/**/*.tsv", "clinic-a/evidence/files/Clinic/Billing/**/*.txt"],
    "sql": ["clinic-a/evidence/files/**/*.sql", "clinic-a/evidence/files/**/*.db"],
    "fixed": ["clinic-a/evidence/files/**/*.DAT"],
    "form": ["phi/pype_sample_notes/corpus.jsonl", "clinic-a/evidence/files/Clinic/Users/**/*.txt"],
    "text": ["phi/pype_sample_notes/corpus.jsonl", "phi/tab144/*.jsonl", "clinic-a/evidence/files/Clinic/Users/**/*.txt"],
}
MOST = 8192
# What keywords the map asks for is in no file; a few suffice.
KEYWORDS = {0x00080090: "ReferringPhysicianName", 0x00081050: "PerformingPhysicianName", 0x00081070: "OperatorsName", 0x00081060: "NameOfPhysiciansReadingStudy"}


def dicom(data):
    """The short attributes of a file of explicit little-endian representation, one a line; enough for a seed."""
    at, lines = 132, []
    while at + 8 <= len(data) and len(lines) < 80:
        group, element = struct.unpack_from("<HH", data, at)
        vr = data[at + 4 : at + 6]
        long = vr in (b"OB", b"OW", b"SQ", b"UN", b"UT", b"OF", b"UC", b"UR")
        (length,) = struct.unpack_from("<I" if long else "<H", data, at + (8 if long else 6))
        at += 12 if long else 8
        if length > len(data):
            continue
        value = data[at : at + length].decode("latin-1")
        if length < 200 and value.isprintable():
            word = KEYWORDS.get(group << 16 | element, "Private [X]" if group % 2 else "Attribute")
            lines.append(f"({group:04X},{element:04X}) {word}: {value.strip()}")
        at += length
    return "\n".join(lines)


def sql(path):
    """The tables of a dump or of an SQLite file: names of columns, rows, a form feed between tables."""
    if path.suffix == ".db":
        if not path.read_bytes().startswith(b"SQLite format 3"):
            return
        with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as db:
            for (name,) in db.execute("select name from sqlite_master where type = 'table'").fetchall():
                rows = db.execute(f'select * from "{name}" limit 20')
                yield "\n".join(["\t".join(c[0] for c in rows.description)] + ["\t".join(str(v) for v in r) for r in rows])
        return
    text = path.read_text(errors="replace")
    for name, columns in re.findall(r"CREATE TABLE `(\w+)` \((.*?)\);", text):
        rows = re.search(rf"INSERT INTO `{name}` VALUES (.*?);\n", text)
        head = "\t".join(re.findall(r"`(\w+)`", columns))
        yield head + "\n" + (rows.group(1)[:1500].replace("),(", "\n").replace(",", "\t").replace("'", "") if rows else "")


def texts(target, path):
    if target == "dicom":
        yield dicom(path.read_bytes())
    elif target == "sql":
        yield "\f".join(sql(path))
    elif path.name.endswith(".jsonl"):
        for text in re.findall(r'"text": ?"((?:[^"\\]|\\.)*)"', path.read_text(errors="replace")):
            yield text.replace("\\n", "\n").replace("\\t", "\t").replace('\\"', '"')
    elif path.suffix == ".ndjson":
        yield from path.read_text(errors="replace").split("\n")
    else:
        text = path.read_bytes()[: 4 * MOST].decode("utf-8", "replace").replace("\r\n", "\n").replace("\r", "\n")
        if target == "x12":
            text = text.replace("~\n", "\n").replace("~", "\n")
            text = text[text.find("ST*") :] if "ST*" in text else text
        if target == "table" and path.suffix == ".csv":
            text = text.replace(",", "\t")
        yield text


def main():
    target, data, folder = sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    count = 0
    for pattern in SAMPLES[target]:
        for path in sorted(data.glob(pattern))[:150]:
            for text in texts(target, path):
                seed = text.encode()[:MOST]
                if seed and count < 400:
                    (folder / hashlib.sha1(seed).hexdigest()).write_bytes(seed)
                    count += 1
    print(f"{target}: {count} seeds", file=sys.stderr)


if __name__ == "__main__":
    main()
