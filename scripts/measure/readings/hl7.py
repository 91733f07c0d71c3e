"""HL7 version 2.x: personal elements of a message by the standard's segment tables (chapters 2 to 11), read by plain splitting."""

import re
from .common import Truth, name, squeeze, tokens

# (segment, field, kind): the first component of a CX, EI, ST or TS.
VALUES = """
PID 7 dob; PID 19 ssn; PID 20 drivers_license; PID 18 account_number; PID 2 mrn; PID 4 mrn
MRG 1 mrn; MRG 4 mrn; MRG 2 mrn; MRG 3 account_number; MRG 5 case_number; MRG 6 case_number
PV1 5 case_number; PV1 19 case_number; PV1 50 case_number; PV1 44 service_date; PV1 45 service_date
PV2 8 service_date; PV2 9 service_date
OBR 2 case_number; OBR 3 case_number; OBR 7 service_date; ORC 2 case_number; ORC 3 case_number; ORC 4 case_number
OBX 14 service_date; DG1 5 service_date; PR1 5 service_date; RXA 3 service_date; RXD 3 service_date; RXE 15 case_number; RXD 7 case_number
FT1 4 service_date; TXA 4 service_date; AIS 4 service_date; AIP 6 service_date; ACC 1 service_date; RF1 6 case_number; RF1 7 service_date
SCH 1 case_number; SCH 2 case_number; TXA 12 case_number; TXA 14 case_number; TXA 15 case_number; SPM 17 service_date
PRB 4 case_number; PRB 7 service_date; PDA 3 service_date; IAM 11 service_date
"""
# Coded elements (CE, CWE): code and text.
CODED = """
DG1 3 diagnosis; DG1 4 diagnosis; AL1 3 diagnosis; IAM 3 diagnosis; PRB 3 diagnosis; PV2 3 diagnosis; PDA 1 diagnosis; OBR 31 diagnosis; PR1 15 diagnosis
FT1 19 diagnosis; SCH 7 service; RF1 10 diagnosis
PR1 3 procedure; PR1 4 procedure; OBR 4 procedure; FT1 25 procedure; AIS 3 procedure; OBR 44 procedure
RXO 1 medication; RXE 2 medication; RXD 2 medication; RXG 4 medication; RXA 5 medication; RXC 2 medication
"""
# Persons as XCN: id^family^given^middle^suffix.
PEOPLE = """
PD1 4 provider; PV1 7 provider; PV1 8 provider; PV1 9 provider; PV1 17 provider; PV1 52 provider; PV2 13 provider; OBR 16 provider; OBR 28 provider
OBR 10 staff; ORC 10 staff; ORC 11 staff; ORC 12 provider; ORC 19 staff; OBX 16 provider; OBX 25 provider
DG1 16 provider; PR1 8 provider; PR1 11 provider; PR1 12 provider; RXA 10 provider; RXO 14 provider; RXE 13 provider; RXE 14 provider; RXD 10 provider
FT1 20 provider; FT1 21 provider; FT1 24 staff; TXA 5 provider; TXA 9 provider; TXA 10 provider; TXA 11 staff; TXA 22 provider; EVN 5 staff
ROL 4 provider; AIP 3 provider; PRT 5 provider; SCH 12 staff; SCH 16 staff; SCH 20 staff
"""


def table(text):
    rows = {}
    for row in re.split(r"[;\n]", text):
        if row.strip():
            segment, field, what = row.split()
            rows.setdefault(segment, []).append((int(field), what))
    return rows


VALUES, CODED, PEOPLE = table(VALUES), table(CODED), table(PEOPLE)
IDENTIFIERS = {
    "SS": "ssn", "DL": "drivers_license", "AN": "account_number", "VN": "case_number", "MC": "mbi", "MA": "medicaid_id", "PPN": "passport",
    "NI": "insurance_id", "MB": "insurance_id", "SN": "insurance_id", "HC": "insurance_id", "BA": "certificate", "BC": "certificate", "BR": "certificate",
}
PARENTS = {"PAR", "MTH", "FTH", "GRD", "GUARD", "MOTHER", "FATHER", "PARENT", "GUARDIAN"}
SELF = {"SEL", "SELF", "18", "S", "01"}


class Message:
    def __init__(self, text):
        text = text.lstrip("\ufeff")
        self.field = text[3] if len(text) > 3 else "|"
        marks = text[4:].split(self.field)[0]
        self.component, self.repeat, self.escape, self.sub = [(marks + "^~\\&"[len(marks):])[i] for i in range(4)]
        self.lines = [line.split(self.field) for line in re.split(r"[\r\n]+", text) if len(line) > 3]

    def plain(self, value):
        """Escape sequences resolved, subcomponents left."""
        e = re.escape(self.escape)
        marks = {"F": self.field, "S": self.component, "T": self.sub, "R": self.repeat, "E": self.escape}
        value = re.sub(e + r"([FSTRE])" + e, lambda m: marks[m.group(1)], value)
        value = re.sub(e + r"X((?:[0-9A-Fa-f]{2})+)" + e, lambda m: bytes.fromhex(m.group(1)).decode("latin-1"), value)
        return re.sub(e + r"(\.\w+[^" + e + r"]{0,6}|[HN])" + e, " ", value)

    def reps(self, line, n):
        return [r for r in (line[n].split(self.repeat) if n < len(line) else []) if squeeze(r)]

    def comp(self, rep, c, first_sub=True):
        parts = rep.split(self.component)
        part = parts[c] if c < len(parts) else ""
        part = part.split(self.sub)[0] if first_sub else " ".join(p for p in part.split(self.sub))
        part = self.plain(part).strip()
        return "" if part == '""' else part

    def xpn(self, rep):
        if self.component not in rep:
            return tokens(self.plain(rep.split(self.sub)[0]))
        return name(*(self.comp(rep, c) for c in range(4)))

    def xcn(self, rep):
        if self.component not in rep:
            # An XCN of one component is an identifier, unless it is words.
            return tokens(self.plain(rep)) if re.search(r"[A-Za-z]{2,}[, ]+[A-Za-z]{2,}", rep) and not re.search(r"\d", rep) else ""
        return name(*(self.comp(rep, c) for c in range(1, 5)))


def contact(truth, m, line, addresses, phones, roles):
    for n in addresses:
        for rep in m.reps(line, n):
            sub = m.plain(rep.split(m.component)[0]).split(m.sub) + [""] * 3
            parts = [sub[0] or f"{sub[2]} {sub[1]}".strip(), m.comp(rep, 1), m.comp(rep, 2), m.comp(rep, 3), m.comp(rep, 4)]
            if parts[0] or parts[2] or parts[4]:
                truth.address(*parts, roles=roles)
    for n in phones:
        for rep in m.reps(line, n):
            parts = rep.split(m.component)
            for part in parts:
                if "@" in part:
                    truth.add("email", m.plain(part), *roles)
            kind = [m.comp(rep, c) for c in range(12)]
            if kind[0] and "@" not in kind[0]:
                truth.add("phone", kind[0], *roles)
            elif kind[11]:
                truth.add("phone", kind[11], *roles)
            elif kind[6] and "@" not in kind[6]:
                truth.add("phone", kind[5] + kind[6], *roles)


def identifier(truth, m, rep, roles):
    code = m.comp(rep, 4)
    kind = IDENTIFIERS.get(code, "insurance_id" if len(code) == 5 and code.startswith("NN") else "mrn")
    truth.add(kind, m.comp(rep, 0), *roles)


def read(text):
    """The elements of one message."""
    m, truth = Message(text), Truth()
    patients, here, insured, others = [], None, None, {}
    # The same relative may stand in several segments: any of its roles is right.
    for line in m.lines:
        s = line[0]
        if s == "PID":
            patients += [m.xpn(r) for r in m.reps(line, 5)]
        elif s == "NK1":
            for rep in m.reps(line, 2):
                words = {squeeze(m.comp(r, c)) for r in m.reps(line, 3)[:1] for c in (0, 1)}
                others.setdefault(m.xpn(rep), set()).add("guardian" if words & PARENTS else "other")
        elif s == "GT1":
            for rep in m.reps(line, 3):
                others.setdefault(m.xpn(rep), set()).add("guardian")
        elif s == "IN1":
            for rep in m.reps(line, 16):
                others.setdefault(m.xpn(rep), set()).add("subscriber")

    def roles_of(line, fields, relation):
        """Whose a relative's segment is: the patient's own, or of the roles of that name."""
        found = [m.xpn(rep) for n in fields for rep in m.reps(line, n)]
        codes = {squeeze(m.comp(r, c)) for r in m.reps(line, relation)[:1] for c in (0, 1)}
        if codes & (SELF if line[0] == "IN1" else SELF - {"01"}) or any(f in patients for f in found):
            return {"patient"}, found
        return set().union(*(others.get(f, set()) for f in found)), found

    for line in m.lines:
        s = line[0]
        if s == "MSH":
            here = None
        if s == "PID":
            here, insured = True, {"patient"}
            for n in (2, 3, 4):
                for rep in m.reps(line, n):
                    identifier(truth, m, rep, ["patient"])
            for n in (5, 9):
                for rep in m.reps(line, n):
                    truth.person(m.xpn(rep), "patient")
            for rep in m.reps(line, 6):
                truth.person(m.xpn(rep), "other")
            contact(truth, m, line, [11], [13, 14, 40], ["patient"])
            for rep in m.reps(line, 21):
                truth.add("mrn", m.comp(rep, 0), "other")
        elif s == "PRD":
            for rep in m.reps(line, 2):
                truth.person(m.xpn(rep), "provider", patient=bool(here))
        elif s == "STF":
            for rep in m.reps(line, 3):
                truth.person(m.xpn(rep), "staff")
        for n, kind in VALUES.get(s, []):
            if here and not (s == "PID" and n in (2, 3, 4)):
                for rep in m.reps(line, n)[: None if kind in ("mrn", "case_number") else 1]:
                    truth.add(kind, m.comp(rep, 0), "patient")
        for n, kind in CODED.get(s, []):
            for rep in m.reps(line, n) if here else []:
                for c in (0, 1, 3, 4):
                    truth.add(kind, m.comp(rep, c), "patient")
        for n, role in PEOPLE.get(s, []):
            for rep in m.reps(line, n):
                truth.person(m.xcn(rep), role, patient=bool(here))
        if not here:
            continue
        if s == "MRG":
            for rep in m.reps(line, 7):
                truth.person(m.xpn(rep), "patient")
        elif s in ("NK1", "GT1"):
            names, relation, addresses, phones, dob, ssn = ([2], 3, [4], [5, 6, 40, 41], 16, 37) if s == "NK1" else ([3], 11, [5], [6, 7], 8, 12)
            roles, found = roles_of(line, names, relation)
            if not found:
                continue
            for f in found:
                truth.person(f, *roles)
            contact(truth, m, line, addresses, phones, roles)
            for n, kind in ((dob, "dob"), (ssn, "ssn")):
                for rep in m.reps(line, n)[:1]:
                    truth.add(kind, m.comp(rep, 0), *roles)
            if roles != {"patient"}:
                for rep in m.reps(line, relation)[:1]:
                    truth.add("relationship", m.comp(rep, 0), *roles)
            if s == "GT1":
                for rep in m.reps(line, 4):
                    truth.person(m.xpn(rep), "other", *roles)
                truth.add("employer", m.comp((m.reps(line, 16) or [""])[0], 0), *roles)
            else:
                for rep in m.reps(line, 30):
                    truth.person(m.xpn(rep), "other", *others.get(m.xpn(rep), set()), *({"patient"} if m.xpn(rep) in patients else set()))
        elif s == "IN1":
            roles, found = roles_of(line, [16], 17)
            insured = roles if found else {"patient"}
            for f in found:
                truth.person(f, *roles)
            for n in (36, 49):
                for rep in m.reps(line, n):
                    value = m.comp(rep, 0)
                    truth.add("mbi" if MBI.fullmatch(squeeze(value)) else "insurance_id", value, "patient", "subscriber", "guardian")
            if found:
                contact(truth, m, line, [19], [], roles)
                for rep in m.reps(line, 18)[:1]:
                    truth.add("dob", m.comp(rep, 0), *roles)
                if roles != {"patient"}:
                    for rep in m.reps(line, 17)[:1]:
                        truth.add("relationship", m.comp(rep, 0), *roles)
        elif s == "IN2":
            for n, kind in ((2, "ssn"), (6, "mbi"), (8, "medicaid_id"), (25, "insurance_id"), (26, "insurance_id"), (61, "insurance_id")):
                for rep in m.reps(line, n)[:1]:
                    value = m.comp(rep, 0)
                    truth.add("insurance_id" if kind == "mbi" and not MBI.fullmatch(squeeze(value)) else kind, value, *insured)
            contact(truth, m, line, [], [63], insured)
        elif s == "OBX":
            kind = m.comp((m.reps(line, 2) or [""])[0], 0)
            if kind in ("ED", "RP"):
                continue
            if kind not in ("TX", "FT"):
                rep = (m.reps(line, 3) or [""])[0]
                truth.add("lab_result", m.comp(rep, 1) or m.comp(rep, 0), "patient")
            for rep in m.reps(line, 5):
                value = (m.comp(rep, 1) or m.comp(rep, 0)) if kind in ("CE", "CWE", "CNE", "CF") else m.plain(rep)
                truth.add("lab_result", value, "patient")
    return truth.elements


MBI = re.compile(r"[1-9][AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y][AC-HJKMNP-RT-Y0-9]\d[AC-HJKMNP-RT-Y]{2}\d\d")
