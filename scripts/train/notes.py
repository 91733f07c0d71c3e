#!/usr/bin/env python3
"""Labelled synthetic notes of healthcare providers, to train the tagger of names, places and organisations.

    notes.py --seed 1 --count 60000 > FILE

One JSON object per line: {"text": …, "spans": [[start, end, "PER"|"LOC"|"ORG"], …]}, offsets in characters (code points), sorted,
never overlapping. The same seed gives the same bytes. Nobody in it exists: names are drawn from census frequencies, faker and lists.
Statistics go to stderr.
"""

import argparse
import json
import random
import sys
from collections import Counter
from pathlib import Path

from documents import Documents
from grammar import labelled
from noise import restyle
from people import People
from places import Places


def main():
    parse = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parse.add_argument("--seed", type=int, required=True)
    parse.add_argument("--count", type=int, required=True, help="notes to write")
    parse.add_argument(
        "--names",
        default=Path(__file__).parents[2] / ".." / "shared" / "data" / "names",
        type=Path,
        help="folder of name lists (default: ../shared/data/names)",
    )
    parse.add_argument("--kinds", action="store_true", help='add "kind", the generator, to each note')
    options = parse.parse_args()
    if not options.names.is_dir():
        parse.error(f"no folder of name lists at {options.names}")
    chance = random.Random(options.seed)
    documents = Documents(chance, People(options.names, options.seed), Places(options.names, options.seed))
    spans, kinds, tokens, empty, characters, lines = Counter(), Counter(), set(), 0, 0, Counter()
    for _ in range(options.count):
        kind, marked = documents.note()
        text, found = labelled(restyle(marked, chance))
        note = {"text": text, "spans": found}
        if options.kinds:
            note["kind"] = kind
        sys.stdout.write(json.dumps(note, ensure_ascii=False) + "\n")
        kinds[kind] += 1
        characters += len(text)
        empty += not found
        lines.update(hash(line.strip()) for line in text.split("\n") if len(line) > 30)
        for start, end, label in found:
            spans[label] += 1
            if label == "PER":
                tokens.update(text[start:end].lower().split())
    count = max(1, options.count)
    again = sum(n for n in lines.values() if n > 1) / max(1, sum(lines.values()))
    print(f"{options.count} notes, {characters / 1e6:.1f} M characters, {characters / count:.0f} on average", file=sys.stderr)
    print(f"spans: {dict(sorted(spans.items()))}; distinct name tokens: {len(tokens)}", file=sys.stderr)
    print(f"notes without spans: {empty / count:.3f}; lines over 30 characters that occur more than once: {again:.3f}", file=sys.stderr)
    print("notes by kind: " + ", ".join(f"{k} {n}" for k, n in kinds.most_common()), file=sys.stderr)


if __name__ == "__main__":
    main()
