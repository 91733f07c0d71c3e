#!/usr/bin/env python3
"""Large inputs in bounded memory: a table of 2 GB, an archive of a million files, a mailbox of 1 GB, made here and read through the pool.

    cargo build --release -p dosimeter-documents --examples --bins
    scripts/measure/large.py [--scale 1.0] [--folder DIR]

Prints seconds, MB/s, the most memory that the supervisor and a worker held for themselves (mapped files do not count), and
whether every planted row, member and message came back. `--scale 0.1` makes everything a tenth as large.
"""

import argparse
import json
import os
import random
import subprocess
import sys
import tempfile
import threading
import time
import zipfile
from pathlib import Path

TARGET = Path(os.environ.get("CARGO_TARGET_DIR", "target")) / "release"


def table(path, size):
    """A patient list; every row has its own number."""
    chance, rows, written = random.Random(1), 0, 0
    with open(path, "w") as out:
        out.write("MRN,Last Name,First Name,DOB,SSN,Street,City,State,Note\n")
        while written < size:
            block = "".join(
                f"{rows + i:09d},Lee{chance.randrange(10**6)},Ann,19{chance.randrange(30, 99)}-0{chance.randrange(1, 9)}-1{chance.randrange(9)},"
                f"{chance.randrange(100, 899)}-{chance.randrange(10, 99)}-{chance.randrange(1000, 9999)},{chance.randrange(9999)} Main St,Dayton,OH,"
                f'"seen, and sent home"\n'
                for i in range(10_000)
            )
            out.write(block)
            rows, written = rows + 10_000, written + len(block)
    return rows


def archive(path, count):
    """Small notes, each with its number."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as out:
        for at in range(count):
            out.writestr(f"notes/{at // 1000:04d}/{at:07d}.txt", f"note {at} for Ann Lee, seen on 2023-08-30")
    return count


def mailbox(path, size):
    """Messages with an attachment each."""
    import base64

    attachment = base64.encodebytes(b"Name,DOB\n" + b"Lee,1980-01-02\n" * 2000).decode()
    n, written = 0, 0
    with open(path, "w") as out:
        while written < size:
            n += 1
            text = (
                f"From desk@example.org Mon May  1 10:00:00 2023\nFrom: desk@example.org\nTo: ann@example.org\nSubject: number {n}\nDate: Mon, 1 May 2023 10:00:00 -0400\n"
                f"MIME-Version: 1.0\nContent-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: text/plain\n\nmessage {n}\n"
                f'--b\nContent-Type: text/csv; name="list{n}.csv"\nContent-Disposition: attachment; filename="list{n}.csv"\nContent-Transfer-Encoding: base64\n\n{attachment}--b--\n\n'
            )
            out.write(text)
            written += len(text)
    return n


def anonymous(pid):
    try:
        for line in open(f"/proc/{pid}/status"):
            if line.startswith("RssAnon:"):
                return int(line.split()[1]) // 1024
    except (OSError, ValueError):
        pass
    return 0


def children(pid):
    try:
        return [int(word) for word in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()] + [
            int(word) for task in Path(f"/proc/{pid}/task").iterdir() for word in (task / "children").read_text().split()
        ]
    except OSError:
        return []


def run(folder, file):
    command = [TARGET / "examples/extract", "--pool", TARGET / "extract_worker", "--jobs", "2", folder, file]
    begun = time.time()
    process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    peak = [0, 0]

    def watch():
        while process.poll() is None:
            peak[0] = max(peak[0], anonymous(process.pid))
            for child in children(process.pid):
                peak[1] = max(peak[1], anonymous(child))
            time.sleep(0.02)

    watcher = threading.Thread(target=watch)
    watcher.start()
    yield from process.stdout
    process.wait()
    watcher.join()
    yield (time.time() - begun, peak[0], peak[1])


def main():
    arguments = argparse.ArgumentParser()
    arguments.add_argument("--scale", type=float, default=1.0)
    arguments.add_argument("--folder")
    arguments.add_argument("--only", help="the name of one input, such as notes.zip")
    options = arguments.parse_args()
    with tempfile.TemporaryDirectory(dir=options.folder) as folder:
        print("| input | MB | planted | found | status | s | MB/s | supervisor MB | worker MB |\n|---|---|---|---|---|---|---|---|---|")
        for name, make, size in [("patients.csv", table, 2_000_000_000), ("notes.zip", archive, 1_000_000), ("inbox.mbox", mailbox, 1_000_000_000)]:
            if options.only not in (None, name):
                continue
            file = Path(folder) / name
            planted = make(file, int(size * options.scale))
            found, status, end = 0, "?", None
            for line in run(folder, file):
                if isinstance(line, tuple):
                    end = line
                    continue
                part = json.loads(line)
                if name == "patients.csv":
                    found += sum(passage["text"].count("\n") + 1 for passage in part["passages"] if passage["layout"] == "table")
                elif not part["more"]:
                    found += part["member"] is not None and part["member"].endswith((".txt", ".csv"))
                if part["member"] is None and not part["more"]:
                    status = part["status"]
            size = file.stat().st_size / 1e6
            print(f"| {name} | {size:.0f} | {planted} | {found} | {status} | {end[0]:.0f} | {size / end[0]:.0f} | {end[1]} | {end[2]} |")
            sys.stdout.flush()
            file.unlink()


if __name__ == "__main__":
    main()
