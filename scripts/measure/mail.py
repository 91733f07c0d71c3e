#!/usr/bin/env python3
"""What `extract` finds in mail, against Python's email package (EML, MBOX) and readpst (PST).

    cargo build -p dosimeter-documents --example extract
    scripts/measure/mail.py [--extract PROGRAM] [--verbose] FOLDER_OR_FILE...

Of each message: every word of every text part has to be in some passage of the file, every other part has to be a member with
the same SHA-256. Of each PST: every word of what readpst writes (headers and bodies of mails, values of cards and calendars).
Reports words and attachments found, and every file where something is missing.
"""
import argparse, email, hashlib, html.parser, json, mailbox, os, pathlib, re, shutil, subprocess, sys, tempfile

WORD = re.compile(r"\w+")
# Files within a text: members, not words.
UU = re.compile(r"^begin [0-7]{3,4} .*?^end\s*$", re.M | re.S)


class Text(html.parser.HTMLParser):
    """The words that a page shows."""

    def __init__(self):
        super().__init__(convert_charrefs=True)
        self.parts, self.hidden = [], 0

    def handle_starttag(self, tag, attributes):
        self.hidden += tag in ("script", "style")
        # Words on both sides of most tags are apart; those within a word are few.
        if tag not in ("b", "i", "u", "em", "strong", "span", "font", "a", "o:p", "wbr"):
            self.parts.append(" ")

    def handle_endtag(self, tag):
        self.hidden = max(0, self.hidden - (tag in ("script", "style")))
        if tag not in ("b", "i", "u", "em", "strong", "span", "font", "a", "o:p", "wbr"):
            self.parts.append(" ")

    def handle_data(self, data):
        if not self.hidden:
            self.parts.append(data)


def shown(markup):
    page = Text()
    page.feed(markup)
    return "".join(page.parts)


def words(text):
    return {word.lower() for word in WORD.findall(text)}


def decoded(part):
    payload = part.get_payload(decode=True)
    if payload is None:
        return None
    charset = part.get_content_charset() or "utf-8"
    for name in (charset, "utf-8", "cp1252", "latin-1"):
        try:
            return payload.decode(name)
        except (LookupError, UnicodeDecodeError):
            continue
    return payload.decode("latin-1")


def expected(message):
    """Words of the texts, and (name, SHA-256, size) of the other parts."""
    found, files = set(), []
    for part in message.walk():
        if part.is_multipart():
            continue
        kind = part.get_content_type()
        attached = part.get_content_disposition() == "attachment" or part.get_filename()
        if part.get_content_maintype() == "text" and not (attached and kind not in ("text/plain", "text/html")):
            text = decoded(part)
            if text is not None:
                found |= words(shown(text) if kind in ("text/html", "text/enriched", "text/richtext") else UU.sub("", text))
        else:
            payload = part.get_payload(decode=True)
            if payload and part.get_content_maintype() == "multipart":
                # Its boundary does not occur: Python gives all of it as one text.
                found |= {word for line in payload.decode("latin-1").splitlines() if ":" not in line and not line.startswith("--") for word in words(line)}
            elif payload and part.get_filename() == "rtf-body.rtf":
                pass  # readpst's way to give a body
            elif payload and kind != "application/pgp-encrypted":
                files.append((part.get_filename() or kind, hashlib.sha256(payload).hexdigest(), len(payload)))
    return found, files


def of_pst(path):
    folder = tempfile.mkdtemp()
    try:
        subprocess.run(["readpst", "-D", "-e", "-q", "-o", folder, str(path)], check=False, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        found, files, items = set(), [], 0
        for file in sorted(p for p in pathlib.Path(folder).rglob("*") if p.is_file()):
            items += 1
            content = file.read_bytes()
            if file.suffix == ".eml":
                message = email.message_from_bytes(content)
                texts, attached = expected(message)
                found |= texts
                files += attached
            elif file.suffix in (".vcf", ".ics"):
                for line in content.decode("utf-8", "replace").replace("\r\n ", "").splitlines():
                    name, _, value = line.partition(":")
                    # Of a card: what its fields say, not the program's own marks.
                    if name == "DESCRIPTION" and value == "Reminder":
                        continue  # readpst's alarm
                    if name.split(";")[0] in ("FN", "EMAIL", "TEL", "ADR", "ORG", "TITLE", "NOTE", "SUMMARY", "DESCRIPTION", "LOCATION"):
                        found |= words(value.replace("\\n", " "))
        return found, files, items
    finally:
        shutil.rmtree(folder)


def reference(path):
    content = path.read_bytes()
    if content.startswith(b"!BDN"):
        return of_pst(path)
    if content.startswith(b"From "):
        found, files, items = set(), [], 0
        for message in mailbox.mbox(path):
            texts, attached = expected(message)
            found |= texts
            files += attached
            items += 1
        return found, files, items
    for encoding in ("utf-16-le", "utf-16-be"):
        # Saved as UTF-16 text.
        if content[:200].count(0) > 60 and (content[0] == 0) == (encoding == "utf-16-be"):
            content = content.decode(encoding, "replace").lstrip("\ufeff").encode()
    return *expected(email.message_from_bytes(content)), 1


def main():
    arguments = argparse.ArgumentParser()
    target = os.environ.get("CARGO_TARGET_DIR", "target")
    arguments.add_argument("--extract", default=f"{target}/debug/examples/extract")
    arguments.add_argument("--verbose", action="store_true")
    arguments.add_argument("paths", nargs="+", type=pathlib.Path)
    options = arguments.parse_args()
    files = []
    for path in options.paths:
        below = sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else [path]
        files += [p for p in below if p.suffix.lower() in (".eml", ".mbox", ".pst", ".ost")]
    run = subprocess.run([options.extract, "/", *map(str, (f.absolute() for f in files))], capture_output=True, check=True)
    given = {}
    for line in filter(None, run.stdout.decode().split("\n")):
        row = json.loads(line)
        one = given.setdefault("/" + row["path"], {"words": set(), "files": set(), "status": None, "pages": 0})
        if row["member"] is None:
            one["status"], one["pages"] = (row["status"], row["reason"]), row["pages"]
        else:
            one["files"].add(row["sha256"])
        for passage in row["passages"]:
            one["words"] |= words(passage["text"]) | words(" ".join(passage["columns"]))
    total = dict.fromkeys(("files", "items", "our_items", "words", "words_found", "attachments", "attachments_found"), 0)
    for file in files:
        found, attached, items = reference(file)
        ours = given.get(str(file.absolute()), {"words": set(), "files": set(), "status": None, "pages": 0})
        missing = found - ours["words"]
        lost = [f for f in attached if f[1] not in ours["files"]]
        total["files"] += 1
        total["items"] += items
        total["our_items"] += ours["pages"]
        total["words"] += len(found)
        total["words_found"] += len(found) - len(missing)
        total["attachments"] += len(attached)
        total["attachments_found"] += len(attached) - len(lost)
        if missing or lost or options.verbose:
            print(f"{file.name}: {ours['status']} {len(missing)} of {len(found)} words missing {sorted(missing)[:12]}, attachments missing {lost}")
    print(json.dumps(total))
    share = lambda a, b: 100.0 if b == 0 else 100 * a / b
    print(f"words {share(total['words_found'], total['words']):.2f} %, attachments {share(total['attachments_found'], total['attachments']):.2f} %")


if __name__ == "__main__":
    sys.exit(main())
