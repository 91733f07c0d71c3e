"""Tables made from a seed: spreadsheets, delimited files, SQLite databases, SQL dumps; every person of every row is known.

Varied: header style and language, order and number of columns, forms of names, dates and numbers, titles above the header, several tables on a
sheet, no header, wide tables, labels in the first column, blank cells, totals, columns of mixed content, sheets of staff and providers."""

import csv
import io
import random
import re
import sqlite3

from .common import Truth, tokens
from .fields import HEADERS, NOISE

DIAGNOSES = ["E11.9", "I10", "J45.909", "M54.50", "F32.9", "K21.9", "N18.3", "C50.911", "F11.20", "Z79.4", "R07.9", "S83.511A", "G43.909", "B20"]
DIAGNOSIS_WORDS = ["Hypertension", "Type 2 diabetes mellitus", "Asthma", "Low back pain", "Major depressive disorder", "Chest pain", "Migraine", "Anemia", "Pneumonia"]
PROCEDURES = ["99213", "71046", "70551", "45378", "36415", "93000", "99204", "74177", "G0438", "J1885", "77067"]
MEDICATIONS = ["Lisinopril 10 mg", "Metformin 500 mg", "Atorvastatin 20 mg", "Sertraline 50 mg", "Amlodipine 5 mg", "Albuterol inhaler", "Omeprazole 20 mg", "Gabapentin 300 mg"]
LOCALES = {"en_US": 10, "es_MX": 3, "vi_VN": 1, "de_DE": 1, "fr_FR": 1, "it_IT": 1}
MBI = ["1EG4TE5MK73"]


class Person:
    def __init__(self, rng, fake):
        self.first = fake.first_name().split(" ")[0]
        self.last = fake.last_name()
        self.middle = rng.choice(["", "", "A", "J", "M", "Lee", "R"])
        self.dob = (rng.randint(1928, 2019), rng.randint(1, 12), rng.randint(1, 28))
        area = rng.choice([a for a in range(1, 772) if a != 666])
        self.ssn = f"{area:03}{rng.randint(1, 99):02}{rng.randint(1, 9999):04}"
        self.mrn = str(rng.randint(100000, 99999999))
        self.member = "".join(rng.choice("ABCDEFGHJKMNPQRTUVWXYZ") for _ in range(rng.choice([1, 2, 3]))) + str(rng.randint(10000000, 999999999))
        self.phone = f"{rng.choice([212, 513, 614, 859, 312, 917, 305, 713])}{rng.randint(200, 989)}{rng.randint(0, 9999):04}"
        plain = "".join(c for c in f"{self.first}.{self.last}".lower() if c.isascii() and (c.isalnum() or c == "."))
        self.email = f"{plain.strip('.') or 'x'}{rng.randint(1, 999)}@{rng.choice(['example.com', 'mail.example.org', 'gmail.com'])}"
        self.street = f"{rng.randint(1, 9999)} {rng.choice(['Oak', 'Maple', 'Cedar Hill', 'N Main', 'Washington', 'Lake View', '4th', 'Elm'])} {rng.choice(['St', 'Ave', 'Rd', 'Lane', 'Blvd', 'Dr', 'Court'])}"
        if rng.random() < 0.2:
            self.street += rng.choice([" Apt 4B", " #12", ", Unit 7"])
        self.city = rng.choice(["Springfield", "Columbus", "El Paso", "New York", "St. Louis", "Erie", "Baton Rouge", "Miami"])
        self.state = rng.choice(["OH", "NY", "TX", "FL", "MO", "PA", "LA", "CA"])
        self.zip = f"{rng.randint(10000, 98999)}"
        self.account = f"{rng.choice(['', 'AC', 'H'])}{rng.randint(100000, 9999999)}"
        self.drivers = f"{rng.choice('ABCSTR')}{rng.randint(1000000, 99999999)}"
        self.employer = rng.choice(["Acme Freight LLC", "City of Columbus", "Self-employed", "Brightline Foods Inc", "Union Bank"])


class Sheet:
    """One table: its columns, rows as lists of cells, and what is true of it."""

    def __init__(self, rng, fakes, style, truth, people="patient", headerless=False, width=0):
        self.rng, self.fakes, self.style, self.truth = rng, fakes, style, truth
        self.people = people
        self.order = rng.choice(["last_first", "first_last", "caret"] if headerless else ["last_first", "first_last", "last_first_upper"])
        self.dates = rng.choice(["{m:02}/{d:02}/{y}", "{y}-{m:02}-{d:02}", "{m}/{d}/{y}", "{y}{m:02}{d:02}"] if style != "es" else ["{d:02}/{m:02}/{y}", "{y}-{m:02}-{d:02}"])
        self.phones = rng.choice(["({0}) {1}-{2}", "{0}-{1}-{2}", "{0}.{1}.{2}", "{0}{1}{2}", "+1 {0} {1} {2}"])
        self.dashes = rng.random() < 0.6
        self.codes = rng.random() < 0.6
        fields = []
        if people == "staff":
            fields = rng.sample(["dob", "ssn", "phone", "email", "street"], rng.randint(2, 4))
        elif people == "provider":
            fields = ["phone", "street"][: rng.randint(1, 2)]
        else:
            pool = ["dob", "ssn", "mrn", "member", "phone", "email", "street", "account", "diagnosis", "procedure", "medication", "service_date", "provider", "guardian", "subscriber", "drivers", "employer"]
            if headerless:
                pool = ["dob", "ssn", "mrn", "phone", "email", "street"]
            fields = rng.sample(pool, rng.randint(3, min(9, len(pool))))
            if not {"dob", "ssn", "mrn", "member", "phone", "street"} & set(fields):
                fields.append("dob")
        if "street" in fields:
            fields += ["city", "state", "zip"]
        split = rng.random() < 0.5 and not headerless
        fields = (["first", "last"] + (["middle"] if rng.random() < 0.3 else []) if split else ["name"]) + fields
        if rng.random() < 0.3:
            # Without headers the parts of an address can only be told where they stand together.
            blocks = [[f] for f in fields if not (headerless and f in ("city", "state", "zip"))]
            blocks = [b + ["city", "state", "zip"] if headerless and b == ["street"] else b for b in blocks]
            rng.shuffle(blocks)
            fields = [f for b in blocks for f in b]
        self.fields = fields
        self.headers = [self.header(f) for f in fields]
        noise = rng.randint(0, 3) if not headerless else rng.randint(0, 1)
        self.noise = []
        for _ in range(noise + width):
            at = rng.randint(0, len(self.fields))
            if headerless and "street" in self.fields and self.fields.index("street") < at <= self.fields.index("zip"):
                at = len(self.fields)
            self.fields.insert(at, "noise")
            self.headers.insert(at, rng.choice(NOISE[style]) + (f"_{len(self.headers)}" if width else ""))
        # Two columns of one name would be two persons side by side.
        seen = set()
        for i, h in enumerate(self.headers):
            while h in seen:
                h = f"{h} {rng.randint(2, 9)}" if self.fields[i] == "noise" else self.header(self.fields[i])
                if h in seen and self.fields[i] != "noise":
                    h = {"first": "Nombres", "name": "Paciente"}.get(self.fields[i], h + " 1")
            seen.add(h)
            self.headers[i] = h

    def header(self, field):
        if self.people == "staff" and field == "name":
            return self.rng.choice({"es": ["Empleado", "Nombre del empleado"]}.get(self.style, ["Employee", "Employee Name", "employee_name", "Staff Member"]))
        if self.people == "staff" and field in ("first", "last"):
            return {"first": "Employee First Name", "last": "Employee Last Name"}[field]
        if self.people == "provider" and field == "name":
            return self.rng.choice(["Provider Name", "Physician", "provider_name", "Doctor"])
        if self.people == "provider" and field in ("first", "last"):
            return {"first": "Provider First Name", "last": "Provider Last Name"}[field]
        options = HEADERS[field]
        if field == "first" and self.style == "es":
            return self.rng.choice(["Nombres", "Primer nombre", "Nombre(s)", "Nombre"])
        return self.rng.choice(options[self.style])

    def name(self, p, order=None):
        order = order or self.order
        given = f"{p.first} {p.middle}".strip()
        return {"last_first": f"{p.last}, {given}", "last_first_upper": f"{p.last}, {given}".upper(), "first_last": f"{given} {p.last}",
                "caret": f"{p.last}^{p.first}" + (f"^{p.middle}" if p.middle else "")}[order]

    def person(self):
        locale = self.rng.choices(list(LOCALES), LOCALES.values())[0]
        return Person(self.rng, self.fakes[locale])

    def row(self, complete=False):
        rng, t = self.rng, self.truth
        p = self.person()
        role = {"patient": ["patient"], "staff": ["employee", "staff"], "provider": ["provider"]}[self.people]
        blank = {f for f in self.fields if f in ("ssn", "phone", "email", "member", "account", "drivers") and rng.random() < 0.12 and not complete}
        cells, split = [], "first" in self.fields
        y, m, d = p.dob
        for f in self.fields:
            if f in blank:
                cells.append(rng.choice(["", "", "N/A", "none"]))
                continue
            cell = ""
            if f == "name":
                cell = self.name(p)
            elif f in ("first", "last", "middle", "city", "state", "zip", "street", "mrn", "email"):
                cell = getattr(p, f)
            elif f == "dob":
                cell = self.dates.format(y=y, m=m, d=d)
            elif f == "ssn":
                cell = f"{p.ssn[:3]}-{p.ssn[3:5]}-{p.ssn[5:]}" if self.dashes else p.ssn
            elif f == "phone":
                cell = self.phones.format(p.phone[:3], p.phone[3:6], p.phone[6:])
            elif f == "member":
                cell = p.member
            elif f == "account":
                cell = p.account
            elif f == "drivers":
                cell = p.drivers
            elif f == "employer":
                cell = p.employer
            elif f == "diagnosis":
                cell = rng.choice(DIAGNOSES if self.codes else DIAGNOSIS_WORDS)
            elif f == "procedure":
                cell = rng.choice(PROCEDURES)
            elif f == "medication":
                cell = rng.choice(MEDICATIONS)
            elif f == "service_date":
                day = (rng.randint(2019, 2024), rng.randint(1, 12), rng.randint(1, 28))
                cell = self.dates.format(y=day[0], m=day[1], d=day[2])
                t.add("service_date", "{:04}-{:02}-{:02}".format(*day), *role)
            elif f in ("provider", "guardian", "subscriber"):
                other = self.person()
                cell = self.name(other) if f != "provider" else rng.choice([self.name(other), f"{other.first} {other.last}, MD", f"Dr. {other.first} {other.last}"])
                words = tokens(other.last, other.first, other.middle if cell == self.name(other) else "")
                t.person(words, f, patient=f == "provider")
            elif f == "noise":
                cell = str(rng.choice([rng.randint(1, 99), f"{rng.random() * 900:.2f}", rng.choice(["Active", "Open", "Closed", "M", "F", "Y", "N"])]))
            cells.append(cell)
            if f in ("ssn", "mrn", "phone", "email", "account", "diagnosis", "procedure", "medication", "employer"):
                t.add(f if f != "account" else "account_number", cell, *role)
            elif f == "dob":
                t.add("dob", f"{y:04}-{m:02}-{d:02}", *role)
            elif f == "member":
                t.add("insurance_id", cell, *role)
            elif f == "drivers":
                t.add("drivers_license", cell, *role)
        middle = p.middle if not split or "middle" in self.fields else ""
        t.person(tokens(p.last, p.first, middle), *role, patient=False)
        if "street" in self.fields:
            t.address(p.street, p.city, p.state, p.zip, roles=role)
        return cells


def rows_of(sheet, n, title=False, total=False):
    rows = []
    if title:
        rows += [[sheet.rng.choice(["Riverside Imaging Center", "Daily report", "Outstanding accounts", "Lista de pacientes"])], []]
    rows.append(sheet.headers)
    rows += [sheet.row() for _ in range(n)]
    if total:
        rows.append(["Total", str(n)])
    return rows


def write_csv(path, rows, delimiter, rng):
    out = io.StringIO()
    csv.writer(out, delimiter=delimiter, quoting=rng.choice([csv.QUOTE_MINIMAL, csv.QUOTE_ALL])).writerows(rows)
    path.write_text(out.getvalue(), encoding="utf-8")


def write_sqlite(path, sheets):
    db = sqlite3.connect(path)
    for n, (name, headers, rows) in enumerate(sheets):
        columns = ", ".join('"' + h.replace('"', "") + '"' for h in headers)
        db.execute(f'CREATE TABLE "{name}" ({columns})')
        db.executemany(f'INSERT INTO "{name}" VALUES ({",".join("?" * len(headers))})', rows)
    db.commit()
    db.close()


def write_sql(path, name, headers, rows):
    quote = lambda v: "'" + str(v).replace("'", "''") + "'"
    lines = [f"CREATE TABLE `{name}` (\n" + ",\n".join(f"  `{h}` varchar(255) DEFAULT NULL" for h in headers) + "\n) ENGINE=InnoDB;"]
    for at in range(0, len(rows), 20):
        values = ",".join("(" + ",".join(map(quote, r)) + ")" for r in rows[at : at + 20])
        lines.append(f"INSERT INTO `{name}` VALUES {values};")
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")


def write_xlsx(path, blocks):
    from openpyxl import Workbook

    book = Workbook()
    sheet = book.active
    for rows in blocks:
        for row in rows:
            sheet.append(row)
        sheet.append([])
        sheet.append([])
    book.save(path)


def make(folder, count=240, seed=20260):
    from faker import Faker

    folder = folder / "tables"
    folder.mkdir(parents=True, exist_ok=True)
    rng = random.Random(seed)
    fakes = {}
    for i, locale in enumerate(LOCALES):
        fakes[locale] = Faker(locale)
        fakes[locale].seed_instance(seed + i)
    documents = []
    for n in range(count):
        truth = Truth()
        style = rng.choices(["plain", "db", "short", "es"], [4, 3, 2, 2])[0]
        shape = rng.choices(["csv", "xlsx", "two", "bare", "wide", "transposed", "sqlite", "sql", "staff", "provider", "notes"], [6, 4, 3, 3, 2, 2, 3, 3, 2, 2, 2])[0]
        sheet = lambda **k: Sheet(rng, fakes, style, truth, **k)
        some = rng.randint(6, 40)
        stem = folder / f"{n:03}_{shape}_{style}"
        if shape == "csv":
            path = stem.with_suffix(rng.choice([".csv", ".tsv", ".txt"]))
            delimiter = {".csv": rng.choice([",", ";"]), ".tsv": "\t", ".txt": rng.choice(["|", "\t"])}[path.suffix]
            write_csv(path, rows_of(sheet(), some, total=rng.random() < 0.3), delimiter, rng)
        elif shape == "xlsx":
            path = stem.with_suffix(".xlsx")
            write_xlsx(path, [rows_of(sheet(), some, title=rng.random() < 0.5, total=rng.random() < 0.3)])
        elif shape == "two":
            path = stem.with_suffix(".xlsx")
            write_xlsx(path, [rows_of(sheet(), rng.randint(4, 15)), rows_of(sheet(), rng.randint(4, 15))])
        elif shape == "bare":
            path = stem.with_suffix(".csv")
            write_csv(path, rows_of(sheet(headerless=True), max(some, 15))[1:], ",", rng)
        elif shape == "wide":
            path = stem.with_suffix(".csv")
            write_csv(path, rows_of(sheet(width=rng.randint(120, 450)), some), ",", rng)
        elif shape == "transposed":
            path = stem.with_suffix(rng.choice([".xlsx", ".csv"]))
            one = sheet()
            columns = [one.headers] + [one.row(complete=True) for _ in range(rng.choice([1, 1, 3, 5]))]
            rows = [list(r) for r in zip(*columns)]
            write_xlsx(path, [rows]) if path.suffix == ".xlsx" else write_csv(path, rows, ",", rng)
        elif shape == "sqlite":
            path = stem.with_suffix(".db")
            s = sheet()
            write_sqlite(path, [("patients", s.headers, [s.row() for _ in range(some)])])
        elif shape == "sql":
            path = stem.with_suffix(".sql")
            s = sheet()
            names = [re.sub(r"\W+", "_", h).strip("_") for h in s.headers]
            write_sql(path, rng.choice(["patient", "tbl_pat", "clients"]), names, [s.row() for _ in range(some)])
        elif shape in ("staff", "provider"):
            path = stem.with_suffix(".csv")
            write_csv(path, rows_of(sheet(people=shape), some), ",", rng)
        else:
            # A column of mixed content beside the others.
            path = stem.with_suffix(".csv")
            rows = rows_of(sheet(), some)
            rows = [r + (["Comments"] if i == 0 else [rng.choice(["", "called, left voicemail", "pays by check", "12", "see chart", "2/3 visits used"])]) for i, r in enumerate(rows)]
            write_csv(path, rows, ",", rng)
        documents.append((path, truth.elements))
    return documents
