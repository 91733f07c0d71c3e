#!/usr/bin/env python3
"""Word and number recall of `extract` on PDF files, against what poppler and mutool agree on.

    scripts/measure/pdf.py [--extract PROGRAM] [--pdfium LIBRARY] [--worst N] [FOLDER]

PROGRAM is `crates/documents/examples/extract` (built by cargo, release for speed); FOLDER is ../shared/data/documents/pdf.
The reference of a file is the multiset of words (numbers) that `pdftotext` and `mutool draw -F txt` both give. Hyphens at line
ends are undone in all three. Tesseract is hidden: only text that is in the files counts. `pooled` weighs every word the same,
`mean` every file with at least 20 reference words. Bars: words .98 and numbers .99 with pdfium, .96 without. The last lines are
a JSON object for other scripts.
"""
import argparse, collections, json, os, pathlib, re, subprocess, tempfile, time, unicodedata

ROOT = pathlib.Path(__file__).resolve().parents[2]
WORD = re.compile(r"\w+")
NUMBER = re.compile(r"\d(?:[\d.,/:-]*\d)?")
HYPHEN = re.compile(r"[-\u00ad\u2010]\s*\n\s*(?=[a-z])")
BARS = {"pdfium": (0.98, 0.99), "pdf_oxide": (0.96, 0.96)}


def fold(text):
    return HYPHEN.sub("", unicodedata.normalize("NFKC", text).replace("\r\n", "\n"))


def words(text):
    return collections.Counter(WORD.findall(fold(text).lower()))


def numbers(text):
    return collections.Counter(NUMBER.findall(fold(text)))


def output(command):
    try:
        return subprocess.run(command, capture_output=True, timeout=60).stdout.decode("utf-8", "replace")
    except subprocess.TimeoutExpired:
        return ""


def references(files):
    found = {}
    for file in files:
        texts = output(["pdftotext", "-q", str(file), "-"]), output(["mutool", "draw", "-q", "-F", "txt", str(file)])
        found[file.name] = words(texts[0]) & words(texts[1]), numbers(texts[0]) & numbers(texts[1])
    return found


def extracted(program, folder, files, library):
    """Text and status of every file, and the seconds it took."""
    empty = tempfile.mkdtemp()
    environment = {**os.environ, "PATH": empty, "DOSIMETER_PDFIUM": library}
    begin = time.monotonic()
    run = subprocess.run([program, str(folder), *map(str, files)], capture_output=True, text=True, env=environment)
    seconds = time.monotonic() - begin
    os.rmdir(empty)
    texts, statuses = {}, {}
    for line in run.stdout.split("\n"):
        if not line.endswith("}"):
            continue  # Cut off: the program has died, as its exit says.
        row = json.loads(line)
        if row["member"] is None:
            texts[row["path"]] = "\n".join(passage["text"] for passage in row["passages"])
            statuses[row["path"]] = row["status"]
    return texts, statuses, seconds, run.returncode


def recall(pairs):
    hit = sum(sum((reference & got).values()) for reference, got in pairs)
    return hit / max(1, sum(sum(reference.values()) for reference, _ in pairs))


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("--extract", default=str(ROOT / "target/release/examples/extract"))
    home = pathlib.Path(os.environ.get("XDG_DATA_HOME") or pathlib.Path.home() / ".local/share")
    arguments.add_argument("--pdfium", default=str(home / "dosimeter/libpdfium.so"))
    arguments.add_argument("--worst", type=int, default=0, help="list the files that lose most words")
    arguments.add_argument("folder", nargs="?", type=pathlib.Path, default=ROOT.parent / "shared/data/documents/pdf")
    options = arguments.parse_args()
    files = sorted(file for file in options.folder.rglob("*") if file.is_file())
    size = sum(file.stat().st_size for file in files) / 1e6
    reference = references(files)
    print(f"{len(files)} files, {size:.1f} MB; {sum(bool(of_words) for of_words, _ in reference.values())} with reference words")
    print(f"{'engine':10} {'words':>7} {'numbers':>7} {'mean':>7} {'MB/s':>6}  statuses")
    result = {}
    for engine, library in (("pdfium", options.pdfium), ("pdf_oxide", "off")):
        if engine == "pdfium" and not pathlib.Path(library).is_file():
            print("pdfium: the library is missing, run scripts/setup")
            continue
        texts, statuses, seconds, code = extracted(options.extract, options.folder, files, library)
        of = lambda file, count: count(texts.get(str(file.relative_to(options.folder)), ""))
        by_word = [(reference[file.name][0], of(file, words)) for file in files]
        by_number = [(reference[file.name][1], of(file, numbers)) for file in files]
        long = [recall([pair]) for pair in by_word if sum(pair[0].values()) >= 20]
        row = {"words": recall(by_word), "numbers": recall(by_number), "mean": sum(long) / max(1, len(long)), "mb_per_s": size / seconds}
        row["statuses"] = dict(sorted(collections.Counter(statuses.values()).items()))
        row["unaccounted"], row["exit"] = len(files) - len(statuses), code
        row["pass"] = row["words"] >= BARS[engine][0] and row["numbers"] >= BARS[engine][1] and row["unaccounted"] == code == 0
        result[engine] = row
        print(f"{engine:10} {row['words']:7.4f} {row['numbers']:7.4f} {row['mean']:7.4f} {row['mb_per_s']:6.1f}  {row['statuses']}")
        lost = sorted(((sum((wanted - got).values()), file.name) for file, (wanted, got) in zip(files, by_word)), reverse=True)
        for count, name in lost[: options.worst]:
            print(f"    {count:5} {name}")
    print(json.dumps(result))


if __name__ == "__main__":
    main()
