#!/usr/bin/env python3
"""Precision and recall of the structural maps of `find` against an independent reading of each format.

    structured.py EXTRACT FIND_LINES [--only FORMAT] [--kinds] [--seed N] [--worst N]

EXTRACT and FIND_LINES are the examples `extract` of crates/documents and `find_lines` of crates/phi. The expected elements come from the
formats' specifications, read by `readings/*.py` with other parsers. Needs `pip install lxml pydicom faker`.

An element is (document, role, kind, value); values are compared as letters and digits, names and addresses as sets of words, dates as ISO.
What the finder reads in free text (finder `vocabulary`) is left out: these tables are about labelled data."""

import argparse
import json
import pathlib
import re
import subprocess
import sys
import tempfile
from collections import Counter, defaultdict

sys.path.insert(0, str(pathlib.Path(__file__).parent))
from readings import cda, common, dicom, fhir, hl7, tables, x12  # noqa: E402

DATA = pathlib.Path(__file__).resolve().parents[2].parent / "shared" / "data"
HEALTH = DATA / "health"


SEED = 20260


def raw(path):
    data = path.read_bytes()
    for encoding in ("utf-8-sig", "cp1252", "latin-1"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return ""


def below(folder, *endings):
    return sorted(p for p in (HEALTH / folder).rglob("*") if p.is_file() and p.suffix.lower() in endings and p.stat().st_size < 30_000_000)


def messages(path):
    text = raw(path).replace("\r\n", "\n").replace("\r", "\n").lstrip("\ufeff")
    parts = re.split(r"(?m)^[\ufeff\x0b]?(?=MSH[^A-Za-z0-9\n])", text)
    return [element for part in parts if part.lstrip("\ufeff").startswith("MSH") for element in hl7.read(part)]


def ccda_files():
    files = below("hl7-ccda-examples", ".xml") + below("sample_ccdas", ".xml") + below("fhir-converter", ".ccda")
    # Many of the examples are fragments of a document; those are no C-CDA by themselves.
    return [p for p in files if b"<ClinicalDocument" in p.read_bytes()]


FORMATS = {
    "hl7": lambda work: [(p, messages(p)) for p in below("fhir-converter", ".hl7") + below("lfh-hl7v2", ".hl7")],
    "x12": lambda work: [(p, x12.read(raw(p))) for p in below("imsweb-x12", ".txt") + below("pyx12", ".txt") if raw(p).lstrip("\ufeff").startswith("ISA")],
    "ccda": lambda work: [(p, cda.read(p.read_bytes())) for p in ccda_files()],
    "fhir": lambda work: [(p, fhir.read(raw(p))) for p in below("synthea-r4", ".json") + below("fhir-converter/data/SampleData", ".json") if '"resourceType"' in raw(p)],
    "dicom": lambda work: [(p, dicom.read(p)) for p in sorted((DATA / "dicom").rglob("*.dcm"))],
    "tables": lambda work: tables.make(work, seed=SEED),
}


def run(extract, find, files):
    """Elements found, by file: a list of (role, kind, value, mention)."""
    lines = subprocess.run([extract, "/", *map(str, files)], capture_output=True, check=True).stdout
    found = subprocess.run([find], input=lines, capture_output=True, check=True).stdout.decode()
    result = defaultdict(list)
    for line in found.split("\n"):
        if not line:
            continue
        d = json.loads(line)
        if d["member"]:
            # An embedded document is read by its own layout.
            continue
        owners = defaultdict(set)
        for r in d["records"]:
            for m in r["mentions"]:
                owners[m].add(r["role"])
        for i, m in enumerate(d["mentions"]):
            # The reference reads no text in pictures (`frame 1`): compare like with like.
            if m["finder"] == "vocabulary" or m["locator"].startswith("frame "):
                continue
            value = common.canon(m["kind"], m["normalised"] or m["text"])
            for role in owners.get(i) or {"nobody"}:
                result["/" + d["path"].lstrip("/")].append((role, m["kind"], value, m))
    return result


SAME = {"imaging_result": "lab_result"}


def compare(expected, found):
    """(kind, role) to [right, wrong, expected, missed], with the elements wrong and missed."""
    counts, wrong, missed = defaultdict(lambda: [0, 0, 0, 0]), [], []
    optional, narrative, dates = (getattr(expected, k, []) for k in ("optional", "narrative", "dates"))
    elements = {e for e in (expected.elements if hasattr(expected, "elements") else expected)}
    by_value = defaultdict(set)
    for e in elements:
        by_value[(SAME.get(e.kind, e.kind), e.value)] |= e.roles
    got = {(role, SAME.get(kind, kind), value): m for role, kind, value, m in found}
    dates = {common.canon("service_date", d) for d in dates}
    for (role, kind, value), m in sorted(got.items()):
        may = by_value.get((kind, value), set())
        right = role in may or (kind, value) in optional or kind == "service_date" and value in dates
        if not right and m["finder"] == "ccda" and m["confidence"] < 0.8:
            right = any(of in (kind, None) and (not entries and value in whole or any(value in s or s in value for s in said)) for of, said, entries, whole in narrative)
        counts[(kind, role)][0 if right else 1] += 1
        if not right:
            wrong.append((role, kind, value, m["locator"]))
    for (kind, value), roles in sorted(by_value.items(), key=lambda x: (x[0][0], x[0][1])):
        label = (kind, min(roles) if len(roles) == 1 else "/".join(sorted(roles)))
        hit = any((role, kind, value) in got for role in roles)
        counts[label][2] += 1
        if not hit:
            counts[label][3] += 1
            missed.append(("/".join(sorted(roles)), kind, value))
    return counts, wrong, missed


def ratio(a, b):
    return f"{a / b:.4f}" if b else "-"


def report(title, counts):
    total = [sum(c[i] for c in counts.values()) for i in range(4)]
    print(f"{title:42} {total[2]:7} {ratio(total[0], total[0] + total[1]):>9} {ratio(total[2] - total[3], total[2]):>9} {total[1]:6} {total[3]:6}")


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("extract")
    parser.add_argument("find")
    parser.add_argument("--only")
    parser.add_argument("--worst", type=int, default=0, help="print the first N wrong and missed elements (published files only)")
    parser.add_argument("--kinds", action="store_true", help="also per kind of each format")
    parser.add_argument("--seed", type=int, default=SEED, help="of the tables made")
    args = parser.parse_args()
    globals()["SEED"] = args.seed
    print(f"{'':42} {'elements':>7} {'precision':>9} {'recall':>9} {'wrong':>6} {'missed':>6}")
    everything, roles = defaultdict(lambda: [0] * 4), defaultdict(lambda: [0] * 4)
    with tempfile.TemporaryDirectory() as work:
        for name, load in FORMATS.items():
            if args.only and name != args.only:
                continue
            documents = [(p, e) for p, e in load(pathlib.Path(work)) if e is not None]
            found = run(args.extract, args.find, [p for p, _ in documents])
            sums, shown = defaultdict(lambda: [0] * 4), Counter()
            for path, expected in documents:
                counts, wrong, missed = compare(expected, found.get(str(path), []))
                for key, c in counts.items():
                    for into in (sums[key[0]], everything[key[0]], roles[key[1]]):
                        for i in range(4):
                            into[i] += c[i]
                for what, items in (("wrong", wrong), ("missed", missed)):
                    for item in items:
                        shown[what] += 1
                        if shown[what] <= args.worst:
                            print("   ", what, path.name, *item)
            report(f"{name} ({len(documents)} documents)", sums)
            if args.kinds:
                for kind, c in sorted(sums.items()):
                    report("    " + kind, {kind: c})
    report("all", everything)
    for kind, c in sorted(everything.items()):
        report("  " + kind, {kind: c})
    for role, c in sorted(roles.items()):
        report("  role " + role, {role: c})


if __name__ == "__main__":
    main()
