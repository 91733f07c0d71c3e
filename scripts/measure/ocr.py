#!/usr/bin/env python3
"""Word recall and speed of OCR on pages made from known text.

    python3 scripts/measure/ocr.py [--out FOLDER] [--pages N] [--keep] EXTRACT
    python3 scripts/measure/ocr.py --clinic CLINIC_FOLDER EXTRACT

EXTRACT is the example program of the documents crate (cargo build -p dosimeter-documents --example extract).
Needs Pillow and NumPy (python3 -m pip install pillow numpy), the DejaVu fonts and Tesseract.

The first form makes pages (letters, reports, forms, lists) from a seeded vocabulary of names, dates, numbers and clinical
words, spoils them as scanners and fax machines do, and prints recall of words and pages per second for each kind. The second
reads the scans of a recorded clinic and counts the people that its truth lists for them and that are found in the text.
"""
import argparse, collections, difflib, json, os, random, re, resource, subprocess, tempfile, time, unicodedata

FONTS = "/usr/share/fonts/truetype/dejavu/"
FIRST = "James Mary Robert Patricia John Jennifer Michael Linda David Elizabeth William Barbara Richard Susan Joseph Jessica Thomas Karen Aaron Nadia Olga Priya Wei Carlos Fatima Dmitri".split()
LAST = "Smith Johnson Williams Brown Jones Garcia Miller Davis Rodriguez Martinez Hernandez Lopez Gonzalez Wilson Anderson Graves Hoffmann Nguyen O'Brien Kowalski Fitzgerald Yamamoto".split()
STREETS = "Maple Oak Cedar Pine Elm Washington Lake Hill Walnut Spring North Ridge Church".split()
CLINICAL = """the patient was seen for evaluation of pain and swelling after a fall at home findings are consistent with mild degenerative
change of the lumbar spine without acute fracture or dislocation there is no evidence of pleural effusion or pneumothorax heart size
is within normal limits contrast was administered intravenously without complication comparison is made with the prior study impression
stable appearance recommend follow up in six months with the referring physician clinical correlation is advised technique axial images
were obtained through the abdomen and pelvis liver spleen kidneys and pancreas are unremarkable""".split()
LABELS = ["Patient name", "Date of birth", "MRN", "Address", "Phone", "Insurance ID", "Referring physician", "Date of service", "Accession number", "Diagnosis"]


def vocabulary(rng):
    name = f"{rng.choice(FIRST)} {rng.choice(LAST)}"
    date = f"{rng.randint(1, 12):02}/{rng.randint(1, 28):02}/{rng.randint(1930, 2023)}"
    return {
        "Patient name": name, "Date of birth": date, "MRN": str(rng.randint(1000000, 1999999)),
        "Address": f"{rng.randint(10, 9999)} {rng.choice(STREETS)} Street, Dayton, OH {rng.randint(43000, 45999)}",
        "Phone": f"({rng.randint(200, 989)}) 555-{rng.randint(1000, 9999)}", "Insurance ID": f"{rng.choice('ABCDEFGH')}{rng.randint(10**8, 10**9 - 1)}",
        "Referring physician": f"{rng.choice(FIRST)} {rng.choice('ABCDEFGHJKLM')}. {rng.choice(LAST)}, MD", "Date of service": date,
        "Accession number": f"A{rng.randint(700000, 799999)}", "Diagnosis": " ".join(rng.sample(CLINICAL, 4)),
    }


def sentences(rng, words):
    out = []
    while len(out) < words:
        part = [rng.choice(CLINICAL) for _ in range(rng.randint(8, 18))]
        part[0] = part[0].capitalize()
        part[-1] += "."
        out += part
    return out


def page(rng, kind, points=10, dpi=300):
    """A page of letter size, and its text."""
    from PIL import Image, ImageDraw, ImageFont
    width, height = int(8.5 * dpi), 11 * dpi
    image = Image.new("L", (width, height), 255)
    draw = ImageDraw.Draw(image)
    family = rng.choice(["DejaVuSans.ttf", "DejaVuSerif.ttf", "DejaVuSansCondensed.ttf", "DejaVuSerifCondensed.ttf", "DejaVuSansMono.ttf"])
    size = round(points * dpi / 72)
    font = ImageFont.truetype(FONTS + family, size)
    bold = ImageFont.truetype(FONTS + "DejaVuSans-Bold.ttf", round(size * 1.3))
    text, y, left, right = [], dpi, dpi, width - dpi

    def put(x, y, words, font=font):
        draw.text((x, y), words, font=font, fill=20)
        text.append(words)

    def wrapped(words, y):
        line = []
        for word in words + [None]:
            if word is None or draw.textlength(" ".join(line + [word]), font=font) > right - left:
                if line:
                    put(left, y, " ".join(line))
                y, line = y + round(size * 1.5), []
            if word:
                line.append(word)
            if y > height - dpi - size * 2:
                break
        return y

    put(left, y, rng.choice(["CEDAR RIDGE IMAGING", "Radiology Report", "Patient Registration Form", "Explanation of Benefits"]), bold)
    y += round(size * 3)
    facts = vocabulary(rng)
    if kind == "form":
        for label in LABELS:
            draw.rectangle([left, y - size * 0.4, right, y + size * 1.6], outline=60, width=max(1, dpi // 150))
            draw.line([left + (right - left) // 3, y - size * 0.4, left + (right - left) // 3, y + size * 1.6], fill=60, width=max(1, dpi // 150))
            put(left + size // 2, y, label)
            put(left + (right - left) // 3 + size // 2, y, facts[label])
            y += round(size * 2)
        wrapped(sentences(rng, 60), y + size)
    elif kind == "list":
        for label, x in (("Name", 0), ("DOB", 0.45), ("MRN", 0.65), ("Phone", 0.8)):
            put(left + int(x * (right - left)), y, label)
        for _ in range(28):
            y += round(size * 1.6)
            facts = vocabulary(rng)
            for label, x in (("Patient name", 0), ("Date of birth", 0.45), ("MRN", 0.65), ("Phone", 0.8)):
                put(left + int(x * (right - left)), y, facts[label])
            if y > height - dpi - size * 3:
                break
    else:
        for label in LABELS[:8]:
            put(left, y, f"{label}: {facts[label]}")
            y += round(size * 1.5)
        wrapped(sentences(rng, 190), y + size)
    return image, " ".join(text)


def noise(image, rng, salt, blur=0.0, seed=0):
    import numpy
    from PIL import Image, ImageFilter
    if blur:
        image = image.filter(ImageFilter.GaussianBlur(blur))
    levels = numpy.asarray(image).copy()
    generator = numpy.random.default_rng(rng.randint(0, 2**31))
    levels[generator.random(levels.shape) < salt / 2] = 0
    levels[generator.random(levels.shape) < salt / 2] = 255
    return Image.fromarray(levels)


def uneven(image, rng):
    """A photograph: shade from one corner to the other, grey paper."""
    import numpy
    from PIL import Image, ImageFilter
    levels = numpy.asarray(image.filter(ImageFilter.GaussianBlur(1.0))).astype(float)
    height, width = levels.shape
    shade = 0.45 + 0.5 * (numpy.linspace(0, 1, width)[None, :] + numpy.linspace(0, 1, height)[:, None]) / 2
    generator = numpy.random.default_rng(rng.randint(0, 2**31))
    return Image.fromarray((levels * shade + generator.normal(0, 4, levels.shape)).clip(0, 255).astype("uint8"))


def kinds():
    from PIL import Image, ImageDraw, ImageOps
    turn = lambda degrees: lambda image, rng: image.rotate(degrees, expand=True, fillcolor=255)
    skew = lambda low, high: lambda image, rng: image.rotate(rng.choice([-1, 1]) * rng.uniform(low, high), resample=Image.BICUBIC, expand=True, fillcolor=255)

    def fax(across, down, salt):
        def spoil(image, rng):
            image = image.rotate(rng.uniform(-1.5, 1.5), resample=Image.BICUBIC, fillcolor=255).resize((1728, round(11 * down)), Image.BOX)
            return noise(image.point(lambda v: 255 if v > 150 else 0), rng, salt).convert("1")
        return spoil

    def worn(image, rng):
        """Letters broken and run together, streaks down the page, askew."""
        image = image.rotate(rng.uniform(-4, 4), resample=Image.BICUBIC, fillcolor=255).resize((1728, 2156), Image.BOX)
        image = noise(image, rng, 0.0, blur=1.0)
        draw = ImageDraw.Draw(image)
        for _ in range(3):
            x = rng.randint(0, 1727)
            draw.line([x, 0, x, 2155], fill=0)
        return noise(image.point(lambda v: 255 if v > rng.choice([150, 165, 180]) else 0), rng, 0.02).convert("1")

    same = lambda image, rng: image
    return [  # name, what is on the page, points, dots per inch, how it is spoiled, whether it is a clean page
        ("clean text 300 dpi", "text", 10, 300, same, True),
        ("clean form 300 dpi", "form", 10, 300, same, True),
        ("clean list 300 dpi", "list", 9, 300, same, True),
        ("clean text 200 dpi", "text", 11, 200, same, True),
        ("small print 7 pt 300 dpi", "text", 7, 300, same, False),
        ("150 dpi", "text", 10, 150, same, False),
        ("white on black", "text", 10, 200, lambda image, rng: ImageOps.invert(image), False),
        ("turned 90", "text", 10, 200, turn(90), False),
        ("turned 180", "text", 10, 200, turn(180), False),
        ("turned 270", "form", 10, 200, turn(270), False),
        ("list turned 180", "list", 10, 200, turn(180), False),
        ("skewed 3-10", "text", 10, 200, skew(3, 10), False),
        ("form skewed 3-10", "form", 10, 200, skew(3, 10), False),
        ("specks 200 dpi", "text", 11, 200, lambda image, rng: noise(image, rng, 0.02), False),
        ("photograph", "text", 11, 200, uneven, False),
        ("two levels 140 dpi, specks", "text", 11, 280, lambda image, rng: noise(image.resize((image.width // 2, image.height // 2), Image.BOX).point(lambda v: 255 if v > 140 else 0), rng, 0.002).convert("1"), False),
        ("fax worn", "text", 12, 300, worn, False),
        ("fax fine 204x196", "text", 11, 300, fax(204, 196, 0.01), False),
        ("fax standard 204x98", "text", 12, 300, fax(204, 98, 0.005), False),
        ("fax form fine", "form", 11, 300, fax(204, 196, 0.01), False),
    ]


def words(text):
    return collections.Counter(re.findall(r"[a-z0-9]+(?:[-'/.][a-z0-9]+)*", text.lower()))


def recall(truth, found):
    want, got = words(truth), words(found)
    return sum(min(count, got[word]) for word, count in want.items()), sum(want.values())


def extract(program, root, files):
    """Text per file, processor seconds of the program and of Tesseract."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    out = subprocess.run([program, root, *files], capture_output=True, text=True, check=True).stdout
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    texts = collections.defaultdict(str)
    for line in filter(None, out.split("\n")):
        row = json.loads(line)
        texts[row["path"]] += "\n".join(passage["text"] for passage in row["passages"]) + "\n"
    return texts, after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime


def made(arguments):
    folder = arguments.out or tempfile.mkdtemp()
    os.makedirs(folder, exist_ok=True)
    rng = random.Random(arguments.seed)
    clean = [0, 0, 0.0, 0]
    print("| kind | words | recall | pages/s of one core |\n|---|---|---|---|")
    for name, content, points, dpi, spoil, is_clean in kinds():
        if arguments.only and arguments.only not in name:
            continue
        files, truths = [], []
        for at in range(arguments.pages):
            image, truth = page(rng, content, points, dpi)
            file = os.path.join(folder, f"{name.replace(' ', '_')}_{at}.png")
            spoil(image, rng).save(file)
            files.append(file)
            truths.append(truth)
        texts, seconds = extract(arguments.program, folder, files)
        found, want = 0, 0
        for file, truth in zip(files, truths):
            a, b = recall(truth, texts[os.path.basename(file)])
            found, want = found + a, want + b
            if arguments.detail:
                missing = words(truth) - words(texts[os.path.basename(file)])
                print(f"    {os.path.basename(file)}: {a}/{b}", " ".join(sorted(missing))[:300])
        if is_clean:
            clean = [clean[0] + found, clean[1] + want, clean[2] + seconds, clean[3] + len(files)]
        print(f"| {name} | {want} | {found / want:.3f} | {len(files) / seconds:.2f} |", flush=True)
    if clean[1]:
        print(f"| **all clean pages** | {clean[1]} | **{clean[0] / clean[1]:.3f}** | {clean[3] / clean[2]:.2f} |")


def folded(text):
    """Without accents: the English model of Tesseract has none."""
    return "".join(c for c in unicodedata.normalize("NFKD", text.lower()) if not unicodedata.combining(c))


def parts(name):
    return [part for part in re.findall(r"[a-z'-]+", folded(name)) if len(part) > 1 and part not in ("md", "jr", "sr", "iii", "ii", "do", "np", "pa")]


def clinic(arguments):
    import csv
    root = os.path.join(arguments.clinic, "evidence", "files")
    with open(os.path.join(arguments.clinic, "truth", "documents.csv")) as file:
        scans = [row["path"] for row in csv.DictReader(file) if row["needs_ocr"] == "1"]
    mentions = collections.defaultdict(list)
    with open(os.path.join(arguments.clinic, "truth", "mentions.jsonl")) as file:
        for line in file:
            row = json.loads(line)
            mentions[row["path"]].append(row)
    start = time.time()
    texts, seconds = extract(arguments.program, root, [os.path.join(root, path) for path in scans])
    tally = collections.defaultdict(lambda: [0, 0])
    for path in scans:
        kind = os.path.splitext(path)[1]
        tokens = set(re.findall(r"[a-z'-]+", folded(texts[path])))
        numbers = set(re.findall(r"[a-z0-9]+", texts[path].lower().replace("/", " ").replace("-", " ")))
        for row in mentions[path]:
            names = row["elements"].get("name", [])
            if not names:
                continue
            # Each part of the name stands on the page: as it is, or with one letter in six misread.
            near = lambda part: part in tokens or any(difflib.SequenceMatcher(None, part, token).ratio() >= 0.83 for token in tokens if abs(len(token) - len(part)) < 2)
            seen = any(parts(name) and all(near(part) for part in parts(name)) for name in names)
            for key in ("all", kind, "patients" if row["role"] == "patient" else "others"):
                tally[key][0] += seen
                tally[key][1] += 1
            for key in ("dob", "mrn"):
                for value in row["elements"].get(key, []):
                    tally[key][0] += all(part in numbers for part in re.findall(r"[a-z0-9]+", value.lower()))
                    tally[key][1] += 1
            if arguments.detail and not seen:
                print("missed:", path, row["person_id"], names)
    print(f"{len(scans)} files, {time.time() - start:.0f} s, {seconds:.0f} s of processor")
    for key, (found, want) in sorted(tally.items()):
        print(f"{key:10} {found} of {want} = {found / max(want, 1):.3f}")


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program")
    parser.add_argument("--out")
    parser.add_argument("--pages", type=int, default=6)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--only")
    parser.add_argument("--clinic")
    parser.add_argument("--detail", action="store_true")
    options = parser.parse_args()
    clinic(options) if options.clinic else made(options)
