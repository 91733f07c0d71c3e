"""X12 005010: personal elements by the implementation guides (837P/I/D, 835, 834, 270/271, 276/277, 278, 275), read by plain splitting."""

import re
from .common import Truth, name
from .hl7 import MBI

PATIENTS = {"QC", "03"}
MEMBERS = {"IL", "74", "70", "C"}
# 834 loops 2100F and 2100G, 837 responsible party.
RELATIVES = {"S1", "QD", "GW", "E1", "S3", "GD", "LR", "J6", "EI", "EXS", "TZ", "X4", "9K", "GB"}
PROVIDERS = {
    "82", "DN", "71", "72", "73", "77", "DK", "DQ", "DD", "P3", "SJ", "85", "87", "1P", "FA", "QB", "G3", "AAJ", "P4", "QA", "QN", "XV", "1T", "80",
}
CARE_DATES = {
    "472", "434", "435", "096", "431", "454", "304", "439", "484", "455", "453", "471", "232", "233", "150", "151", "866", "444", "360", "361", "314", "296",
    "297", "090", "091", "AAH",
}
DIAGNOSES = {"BK", "BF", "BJ", "ABK", "ABF", "ABJ", "PR", "APR", "BN", "ABN", "LOI"}
PROCEDURES = {"BR", "BQ", "BBR", "BBQ", "BP", "BO", "CAH"}
REFERENCES = {
    "SY": "ssn", "EA": "mrn", "1W": "insurance_id", "0F": "insurance_id", "23": "insurance_id", "IG": "insurance_id", "1L": "insurance_id", "F6": "mbi",
    "NQ": "medicaid_id", "F8": "case_number", "D9": "case_number", "1K": "case_number", "Y4": "case_number", "3H": "case_number", "G1": "case_number",
    "9F": "case_number", "9A": "case_number", "9C": "case_number", "G3": "case_number", "XZ": "case_number", "EJ": "account_number", "Q4": "insurance_id",
}
# What stands in a claim or service line, whoever was named last, is the patient's.
OF_CLAIM = {"EA", "F8", "D9", "1K", "G1", "9F", "9A", "9C", "G3", "XZ", "EJ"}


def sets(text):
    """Transaction sets as lists of segments as lists of elements, with the component separator."""
    text = text.strip("\ufeff \r\n")
    if not text.startswith("ISA"):
        return
    element = text[3]
    ends = [i for i, c in enumerate(text) if c == element][:16]
    component, terminator = text[ends[15] + 1], text[ends[15] + 2]
    now = None
    for segment in text.split(terminator):
        e = [p.replace("\r", "").replace("\n", "") for p in segment.strip().split(element)]
        if e[0] == "ST":
            now = []
        if now is not None:
            now.append(e)
        if e[0] == "SE" and now:
            yield now, component
            now = None
    if now:
        yield now, component


def read_set(segments, component):
    truth = Truth()
    kind = segments[0][1] if len(segments[0]) > 1 else ""
    at = lambda e, n: e[n].strip() if n < len(e) else ""
    # The owner of address, birth date, contact: a set of roles; the subject: whose claim it is.
    owner, subject, dependent, in_claim, subject_name, doctor, holder = None, None, False, False, "", False, ""

    for n, e in enumerate(segments):
        s = e[0]
        if s == "HL":
            in_claim, owner = False, None
            if at(e, 3) == "22":
                # A dependent level below: the subscriber is another person than the patient.
                below = next((x for x in segments[n + 1 :] if x[0] == "HL"), None)
                dependent = at(e, 4) == "1" and below is not None and at(below, 3) == "23"
                subject = {"subscriber"} if dependent else {"patient"}
            elif at(e, 3) == "23":
                subject = {"patient"}
            elif at(e, 3) in ("20", "21", "19", "PT"):
                subject, dependent = None, False
        elif s == "INS":
            owner, subject = None, {"patient", "subscriber"}
            if at(e, 2) and at(e, 2) != "18":
                truth.add("relationship", at(e, 2), *subject)
        elif s == "CLP":
            owner, subject = None, {"patient"}
            truth.add("account_number", at(e, 1), "patient")
            truth.add("case_number", at(e, 7), "patient")
        elif s == "CLM":
            in_claim, holder = True, ""
            truth.add("account_number", at(e, 1), *(subject or {"patient"}))
        elif s == "SBR":
            holder = at(e, 2) if in_claim else ""
            own = subject if not in_claim else {"subscriber", "patient"}
            truth.add("insurance_id", at(e, 3), *(own or {"patient", "subscriber"}))
        elif s == "PAT":
            truth.add("relationship", at(e, 1), "patient", "subscriber")
        elif s == "NM1":
            code, person = at(e, 1), at(e, 2) == "1"
            who = name(at(e, 3), at(e, 4), at(e, 5), at(e, 7))
            owner, doctor = None, code in PROVIDERS and person
            if code in PATIENTS:
                owner = subject = {"patient"}
            elif code in MEMBERS:
                if kind == "835" or in_claim:
                    own = who == subject_name and holder in ("", "18") or holder == "18"
                    owner = {"patient", "subscriber"} if code == "74" or own else {"subscriber"}
                elif kind == "834":
                    owner = {"patient", "subscriber"}
                else:
                    owner = {"subscriber"} if dependent else {"patient"}
                    subject = subject or owner
            elif code in RELATIVES and (person or not at(e, 2)):
                owner = {"guardian"}
            elif code == "31" and kind == "834":
                owner = {"patient", "subscriber"}
                continue
            elif code == "36":
                if who:
                    truth.add("employer", " ".join(filter(None, [at(e, 3), at(e, 4)])), "patient", "subscriber")
            elif code in PROVIDERS and person:
                if who:
                    truth.person(who, "provider", patient=subject is not None)
                continue
            if owner is None:
                continue
            if code in PATIENTS or (code in MEMBERS and not in_claim and kind != "835"):
                subject_name = who
            if who:
                truth.person(who, *owner)
            number = at(e, 9)
            if number:
                what = {"34": "ssn", "MR": "medicaid_id", "MC": "medicaid_id"}.get(at(e, 8), "mbi" if MBI.fullmatch(number) else "insurance_id")
                truth.add(what, number, *owner)
        elif s == "N3" and owner:
            city = segments[n + 1] if n + 1 < len(segments) and segments[n + 1][0] == "N4" else []
            truth.address(at(e, 1), at(e, 2), at(city, 1), at(city, 2), at(city, 3), roles=owner)
        elif s == "N4" and owner and segments[n - 1][0] != "N3":
            truth.address(at(e, 1), at(e, 2), at(e, 3), roles=owner)
        elif s == "DMG" and owner:
            truth.add("dob", at(e, 2), *owner)
        elif s == "PER" and owner:
            for q, v in zip(e[3::2], e[4::2]):
                if q in ("TE", "HP", "CP", "WP", "AP"):
                    truth.add("phone", v, *owner)
                elif q == "EM":
                    truth.add("email", v, *owner)
        elif s == "REF" and at(e, 1) in REFERENCES:
            what, value = REFERENCES[at(e, 1)], at(e, 2)
            whose = subject if at(e, 1) in OF_CLAIM or kind == "835" else owner or (subject if kind == "834" else None)
            if what == "ssn" and doctor:
                whose = {"provider"}
            if whose:
                truth.add("insurance_id" if what == "mbi" and not MBI.fullmatch(value) else what, value, *whose)
        elif s == "HI":
            for part in e[1:]:
                c = part.split(component)
                if c[0] in DIAGNOSES | PROCEDURES and len(c) > 1:
                    truth.add("diagnosis" if c[0] in DIAGNOSES else "procedure", c[1], *(subject or {"patient"}))
                    if c[0] in PROCEDURES and len(c) > 3 and c[2] == "D8":
                        truth.add("service_date", c[3], *(subject or {"patient"}))
        elif s in ("SV1", "SV2", "SV3", "SVC", "SV5") and subject:
            c = at(e, 2 if s == "SV2" else 1).split(component)
            if len(c) > 1:
                truth.add("procedure", c[1], *subject)
        elif s == "LIN" and subject and at(e, 2) == "N4":
            truth.add("medication", at(e, 3), *subject)
        elif s in ("DTP", "DTM") and at(e, 1) in CARE_DATES and subject and kind in ("837", "835", "278", "276", "277", "275", "270", "271"):
            for day in (at(e, 3) if s == "DTP" else at(e, 2)).split("-"):
                truth.add("service_date", day, *subject)
        elif s in ("N1", "LX", "SE"):
            owner, doctor = None, False
    return truth.elements


def read(text):
    return [element for segments, component in sets(text) for element in read_set(segments, component)]
