#!/usr/bin/env python3
"""Word recall of `extract` on Office files against what independent programs read.

usage: office.py EXTRACT [FOLDER…] [--cache DIR] [--worst N]

EXTRACT is the example `extract` of the crate dosimeter-documents (or anything that takes ROOT FILE… and prints its JSON lines); a release
build for figures of speed. FOLDERs default to ../shared/data/documents/office. References, each used where it is installed: LibreOffice,
catdoc, catppt, xls2csv, antiword, unrtf; from PyPI: python-docx, openpyxl, python-pptx, odfpy, xlrd, pyxlsb, striprtf.

The consensus of a file is a multiset of words: each word as often as at least two references have it; where only one reference reads the
file, what that one has. Recall is the share of these that `extract` has, in the file and its members. Words are compared without case and
form; numbers by value. Numbers that are dates in a sheet are ISO dates in all.

What a reference reads is kept in the cache (outside the repository, because it holds the files' text); LibreOffice runs at low priority.
"""

import collections, hashlib, json, os, pathlib, re, shutil, subprocess, sys, tempfile, time, unicodedata, warnings, zipfile

warnings.filterwarnings("ignore")
WORD = re.compile(r"[^\W\d_]+|\d+(?:\.\d+)?(?:[eE][+-]?\d+)?", re.U)
SECONDS = 120


def words(text):
    text = unicodedata.normalize("NFKC", text).casefold().replace("\u00ad", "")
    out = collections.Counter()
    for word in WORD.findall(text):
        if word[0].isdigit():
            try:
                word = f"{float(word):.10g}"
            except ValueError:
                pass
        out[word] += 1
    return out


# References. Each takes a path and gives text, or raises.


def run(*command, encoding="utf-8"):
    done = subprocess.run(["nice", "-n", "15", *command], capture_output=True, timeout=SECONDS)
    if done.returncode != 0 and not done.stdout.strip():
        raise RuntimeError("failed")
    return done.stdout.decode(encoding, "replace")


def flat(path):
    """Text of a flat OpenDocument file that LibreOffice wrote: cells by value, the rest as text."""
    from xml.etree import ElementTree as tree

    office, table, text = ("{urn:oasis:names:tc:opendocument:xmlns:%s:1.0}" % n for n in ("office", "table", "text"))
    skip = {office + n for n in ("meta", "settings", "scripts", "font-face-decls", "binary-data", "automatic-styles", "styles")}
    skip |= {text + "tracked-changes-info", "{urn:oasis:names:tc:opendocument:xmlns:presentation:1.0}date-time-decl"}
    out = []

    fields = {text + n for n in ("page-number", "page-count", "sheet-name", "title", "date", "time", "file-name")}

    def take(node):
        # What LibreOffice fills in is not in the file.
        if node.tag in skip or node.tag in fields:
            return
        if node.tag == table + "table-cell":
            repeated = int(node.get(table + "number-columns-repeated", "1"))
            kind = node.get(office + "value-type")
            value = None
            if kind in ("float", "currency", "percentage"):
                value = node.get(office + "value")
            elif kind == "date":
                value = node.get(office + "date-value", "").replace("T", " ")
                value = re.sub(r" 00:00:00(\.0+)?$", "", value)
            elif kind == "time":
                found = re.match(r"PT(\d+)H(\d+)M(\d+)", node.get(office + "time-value", ""))
                value = ":".join(found.groups()) if found else None
            if value is not None:
                out.extend([value, "\n"] * min(repeated, 1000))
                for child in node:
                    if child.tag != text + "p":
                        take(child)
                return
            # An error or a text that spans columns repeats.
            for _ in range(min(repeated, 1000) if kind else 1):
                out.append("\n")
                for child in node:
                    take(child)
            return
        if node.text:
            out.append(node.text)
        for child in node:
            take(child)
            if child.tag in (text + "tab", text + "line-break", text + "s"):
                out.append(" ")
            if child.tail:
                out.append(child.tail)
        if node.tag in (text + "p", text + "h"):
            out.append("\n")

    root = tree.parse(path).getroot()
    sheets = path.suffix == ".fods"
    for master in root.iter(office + "master-styles"):
        for child in master:
            # Every sheet has a page header "Page n"; slides have one of "<number>".
            if not sheets or not any(True for n in child.iter() if n.tag in fields):
                take(child)
    master = root.find(office + "master-styles")
    if master is not None:
        root.remove(master)
    take(root)
    return "".join(out)


def libreoffice(path):
    kind = path.suffix[1:]
    target = "fods" if kind in ("xls", "xlsx", "xlsb", "xlsm", "ods", "fods") else "fodp" if kind in ("ppt", "pptx", "odp") else "fodg" if kind == "odg" else "fodt"
    with tempfile.TemporaryDirectory() as folder:
        profile = os.environ.get("OFFICE_PROFILE", os.path.join(tempfile.gettempdir(), "measure-office-profile"))
        run("soffice", f"-env:UserInstallation=file://{profile}", "--headless", "--convert-to", target, "--outdir", folder, str(path))
        made = list(pathlib.Path(folder).iterdir())
        return flat(made[0])


def antiword(path):
    return run("antiword", "-m", "UTF-8.txt", "-w", "0", str(path))


def catdoc(path):
    return run("catdoc", "-d", "utf-8", "-w", str(path))


def xls2csv(path):
    return run("xls2csv", "-d", "utf-8", "-f", "%Y-%m-%d", str(path))


def catppt(path):
    return run("catppt", "-d", "utf-8", str(path))


def docx(path):
    import docx as library

    document = library.Document(str(path))
    parts = [document.element.body]
    for section in document.sections:
        parts += [p._element for p in (section.header, section.footer) if not p.is_linked_to_previous]
    space = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
    out = []
    for part in parts:
        for node in part.iter():
            if node.tag in (space + "t", space + "delText"):
                out.append(node.text or "")
            elif node.tag in (space + "tab", space + "br"):
                out.append(" ")
            elif node.tag == space + "p":
                out.append("\n")
    return "".join(out)


def shown(value):
    import datetime

    if isinstance(value, datetime.datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    if isinstance(value, datetime.datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, datetime.time):
        return value.isoformat("seconds")
    if isinstance(value, bool):
        return str(value).upper()
    return "" if value is None else repr(value) if isinstance(value, float) else str(value)


def openpyxl(path):
    import openpyxl as library

    book = library.load_workbook(str(path), read_only=True, data_only=True)
    out = []
    for sheet in book.worksheets:
        sheet.reset_dimensions()
        for row in sheet.iter_rows(values_only=True):
            out.extend(shown(value) for value in row if value is not None)
    return "\n".join(out)


def xlrd(path):
    import xlrd as library

    book = library.open_workbook(str(path), logfile=open(os.devnull, "w"), formatting_info=False)
    out = []
    for sheet in book.sheets():
        for row in range(sheet.nrows):
            for cell in sheet.row(row):
                if cell.ctype == library.XL_CELL_DATE:
                    try:
                        out.append(shown(library.xldate.xldate_as_datetime(cell.value, book.datemode)))
                    except Exception:
                        out.append(shown(cell.value))
                elif cell.ctype == library.XL_CELL_BOOLEAN:
                    out.append("TRUE" if cell.value else "FALSE")
                elif cell.ctype == library.XL_CELL_ERROR:
                    out.append(library.error_text_from_code.get(cell.value, ""))
                else:
                    out.append(shown(cell.value))
    return "\n".join(out)


def pyxlsb(path):
    import pyxlsb as library

    out = []
    with library.open_workbook(str(path)) as book:
        for name in book.sheets:
            with book.get_sheet(name) as sheet:
                for row in sheet.rows(sparse=True):
                    out.extend(shown(cell.v) for cell in row)
    return "\n".join(out)


def pptx(path):
    import pptx as library

    space = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
    out = []
    for slide in library.Presentation(str(path)).slides:
        parts = [slide.element] + ([slide.notes_slide.element] if slide.has_notes_slide else [])
        for part in parts:
            for node in part.iter():
                if node.tag == space + "t":
                    out.append(node.text or "")
                elif node.tag in (space + "p", space + "br"):
                    out.append("\n")
    return "".join(out)


def odfpy(path):
    from odf import opendocument, teletype, text

    document = opendocument.load(str(path))
    return "\n".join(teletype.extractText(node) for kind in (text.P, text.H) for node in document.getElementsByType(kind))


def striprtf(path):
    from striprtf.striprtf import rtf_to_text

    return rtf_to_text(path.read_bytes().decode("latin-1"), errors="ignore")


def unrtf(path):
    return run("unrtf", "--text", str(path))


REFERENCES = {
    "doc": [libreoffice, antiword, catdoc],
    "docx": [libreoffice, docx],
    "docm": [libreoffice, docx],
    "xls": [libreoffice, xlrd, xls2csv],
    "xlsx": [libreoffice, openpyxl],
    "xlsm": [libreoffice, openpyxl],
    "xlsb": [libreoffice, pyxlsb],
    "ppt": [libreoffice, catppt],
    "pptx": [libreoffice, pptx],
    "rtf": [libreoffice, striprtf, catdoc],
    "odt": [libreoffice, odfpy],
    "ods": [libreoffice, odfpy],
    "odp": [libreoffice, odfpy],
    "odg": [libreoffice, odfpy],
    "fodt": [libreoffice],
}


def reference(function, path, cache):
    """What the reference reads, from the cache where it is there: text, or None where it refuses the file."""
    key = hashlib.sha256(path.read_bytes() + function.__name__.encode()).hexdigest()[:32]
    kept = cache / f"{key}.json"
    try:
        text = json.loads(kept.read_text()) if kept.exists() else function(path)
    except Exception:
        text = None
    # A damaged compound file that was taken for text, with its first bytes shown as letters, was not read.
    if text is not None and ("\u00d0\u00cf\u00e0\u00a1\u00b1" in text or "\u00d0\u00cf\u0011\u00e0" in text):
        text = None
    if text is not None and not text.strip():
        text = None
    kept.write_text(json.dumps(text))
    return text


def consensus(texts):
    counts = [words(text) for text in texts if text is not None]
    if len(counts) < 2:
        return counts[0] if counts else None
    out = collections.Counter()
    for word in set().union(*counts):
        second = sorted((count[word] for count in counts), reverse=True)[1]
        if second:
            out[word] = second
    return out


def speed(program, files):
    """Seconds of processor time that all files take in one process, without OCR (which is a program found by the path)."""
    import resource

    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    try:
        subprocess.run([os.path.abspath(program), "/", *map(str, files)], capture_output=True, timeout=10 * SECONDS, env={"PATH": "/nonexistent"})
    except subprocess.TimeoutExpired:
        pass
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    return after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def extracted(program, files):
    """Words and statuses of each file."""
    out = {}
    for path in files:
        try:
            done = subprocess.run([program, str(path.parent), str(path)], capture_output=True, timeout=SECONDS)
            lines = [json.loads(line) for line in done.stdout.decode("utf-8", "replace").split("\n") if line]
        except subprocess.TimeoutExpired:
            lines = []
        text = "\n".join("\n".join([" ".join(p["columns"]), p["text"]]) for line in lines for p in line["passages"])
        top = next((line for line in lines if line["member"] is None), {"status": "none", "reason": "no answer"})
        out[path] = (words(text), top["status"], top.get("reason"))
    return out


def main():
    arguments, folders, cache, worst = sys.argv[1:], [], None, 0
    while arguments:
        argument = arguments.pop(0)
        if argument == "--cache":
            cache = pathlib.Path(arguments.pop(0))
        elif argument == "--worst":
            worst = int(arguments.pop(0))
        else:
            folders.append(argument)
    if not folders:
        sys.exit(__doc__)
    program, folders = folders[0], folders[1:] or ["../shared/data/documents/office"]
    cache = cache or pathlib.Path(os.environ.get("XDG_CACHE_HOME", pathlib.Path.home() / ".cache")) / "dosimeter-measure-office"
    cache.mkdir(parents=True, exist_ok=True)
    files = sorted(p.resolve() for f in folders for p in pathlib.Path(f).rglob("*") if p.is_file() and p.suffix[1:].lower() in REFERENCES)
    used = {f for kind in REFERENCES.values() for f in kind if f.__name__ not in ("antiword", "catdoc", "xls2csv", "catppt", "unrtf") or shutil.which(f.__name__)}
    ours = extracted(program, files)
    table = collections.defaultdict(lambda: dict(files=0, words=0, hit=0, files97=0, scored=0, bytes=0, seconds=0.0, statuses=collections.Counter(), refused=0))
    low = []
    for path in files:
        kind = path.suffix[1:].lower()
        mine, status, reason = ours[path]
        texts = {f.__name__: reference(f, path, cache) for f in REFERENCES[kind] if f in used}
        agreed = consensus(texts.values())
        row = table[kind]
        row["files"] += 1
        row["bytes"] += path.stat().st_size
        row["statuses"][status] += 1
        if not agreed:
            row["refused"] += 1
            continue
        total, hit = sum(agreed.values()), sum((agreed & mine).values())
        row["words"] += total
        row["hit"] += hit
        row["scored"] += 1
        row["mean"] = row.get("mean", 0.0) + hit / total
        row["files97"] += hit >= 0.97 * total
        if hit < total:
            low.append((total - hit, hit / total, path.name, status, reason, [n for n, t in texts.items() if t is not None], list((agreed - mine).elements())[:12]))
    for kind, row in table.items():
        row["seconds"] = speed(program, [path for path in files if path.suffix[1:].lower() == kind])
    print(f"{'format':7}{'files':>6}{'scored':>7}{'words':>9}{'recall':>8}{'mean':>8}{'>=.97':>7}{'MB/s':>7}  statuses (references that read none of it: no score)")
    for kind, row in sorted(table.items()):
        recall = row["hit"] / row["words"] if row["words"] else 1.0
        mean = row.get("mean", 0.0) / row["scored"] if row["scored"] else 1.0
        rate = row["bytes"] / 1e6 / row["seconds"] if row["seconds"] else 0.0
        statuses = ", ".join(f"{status} {n}" for status, n in sorted(row["statuses"].items()))
        print(f"{kind:7}{row['files']:6}{row['scored']:7}{row['words']:9}{recall:8.3f}{mean:8.3f}{row['files97']:7}{rate:7.1f}  {statuses}")
    for missing, recall, name, status, reason, names, some in sorted(low, reverse=True)[:worst]:
        print(f"{missing:6} missing, {recall:.3f} {name} {status} ({reason}) by {'+'.join(names)}: {' '.join(some)}")


if __name__ == "__main__":
    main()
