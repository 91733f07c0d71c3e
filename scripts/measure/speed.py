#!/usr/bin/env python3
"""Speed of reading on one core, beside a peer where one is installed, in one run.

    cargo build --release -p dosimeter-documents --examples --bins
    scripts/measure/speed.py [FOLDER]        default: ../shared/data/documents

Both sides run on the same core. Time is wall time of the whole command (starting the program included, once for ours, once a file for
the peers), and processor seconds of the processes. OCR is off: it has its own script (ocr.py).
"""

import os
import resource
import subprocess
import sys
import time
from pathlib import Path

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", "target")).resolve() / "release"
FOLDER = Path(sys.argv[1] if len(sys.argv) > 1 else "../shared/data/documents")
GROUPS = [
    ("pdf", [".pdf"], ["pdftotext", "-q", "FILE", "-"]),
    ("doc", [".doc"], ["catdoc", "FILE"]),
    ("xls", [".xls"], ["xls2csv", "FILE"]),
    ("ppt", [".ppt"], ["catppt", "FILE"]),
    ("docx", [".docx"], None),
    ("xlsx", [".xlsx"], None),
    ("pptx", [".pptx"], None),
    ("office (all)", [".doc", ".docx", ".ppt", ".pptx", ".xls", ".rtf", ".odt", ".ods", ".odp"], None),
    ("access", [".mdb", ".accdb"], None),
    ("mail", [".eml", ".msg", ".pst", ".mbox"], None),
    ("everything", None, None),
]


def timed(run):
    before, begun = resource.getrusage(resource.RUSAGE_CHILDREN), time.time()
    run()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.time() - begun, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def quiet(command, **more):
    try:
        subprocess.run(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, timeout=600, **more)
    except (OSError, subprocess.TimeoutExpired):
        pass


def main():
    os.sched_setaffinity(0, {0})
    everything = sorted(p for p in FOLDER.rglob("*") if p.is_file() and p.name != "README.md" and p.relative_to(FOLDER).parts[0] not in ("hostile", "archives"))
    environment = {**os.environ, "PATH": "/nonexistent"}
    print("| kind | files | MB | s | MB/s | documents/s | CPU s | peer | peer MB/s | peer CPU s |\n|---|---|---|---|---|---|---|---|---|---|")
    for name, endings, peer in GROUPS:
        files = [p for p in everything if endings is None or p.suffix.lower() in endings]
        if not files:
            continue
        size = sum(p.stat().st_size for p in files) / 1e6
        ours = [TARGET / "examples/extract", "--pool", TARGET / "extract_worker", "--jobs", "1", FOLDER, *files]
        wall, cpu = timed(lambda: quiet(ours, env=environment))
        cells = ["-", "-", "-"]
        if peer and subprocess.run(["which", peer[0]], stdout=subprocess.DEVNULL).returncode == 0:
            theirs = timed(lambda: [quiet([str(f) if word == "FILE" else word for word in peer]) for f in files])
            cells = [peer[0], f"{size / theirs[0]:.1f}", f"{theirs[1]:.1f}"]
        print(f"| {name} | {len(files)} | {size:.1f} | {wall:.1f} | {size / wall:.1f} | {len(files) / wall:.0f} | {cpu:.1f} | {' | '.join(cells)} |", flush=True)


if __name__ == "__main__":
    main()
