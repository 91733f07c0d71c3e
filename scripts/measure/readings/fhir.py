"""FHIR R4, STU3 and DSTU2: personal elements by the resource definitions, read by json."""

import json
from .common import Truth, name, nothing, tokens

# Member with a CodeableConcept (or array of them) by resource type.
CONCEPTS = {
    "Condition": {"code": "diagnosis"},
    "AllergyIntolerance": {"code": "diagnosis", "substance": "diagnosis"},
    "Procedure": {"code": "procedure", "reasonCode": "diagnosis"},
    "ServiceRequest": {"code": "procedure", "reasonCode": "diagnosis"},
    "ProcedureRequest": {"code": "procedure", "reasonCode": "diagnosis"},
    "ReferralRequest": {"reasonCode": "diagnosis", "serviceRequested": "procedure"},
    "Immunization": {"vaccineCode": "procedure"},
    "MedicationRequest": {"medicationCodeableConcept": "medication", "reasonCode": "diagnosis"},
    "MedicationOrder": {"medicationCodeableConcept": "medication"},
    "MedicationStatement": {"medicationCodeableConcept": "medication", "reasonCode": "diagnosis"},
    "MedicationAdministration": {"medicationCodeableConcept": "medication", "reasonCode": "diagnosis"},
    "MedicationDispense": {"medicationCodeableConcept": "medication"},
    "Observation": {"code": "lab_result"},
    "DiagnosticReport": {"code": "lab_result"},
    "Encounter": {"type": "service", "reasonCode": "diagnosis", "reason": "diagnosis"},
    "Appointment": {"reasonCode": "diagnosis", "serviceType": "service"},
}
DATES = ["effectiveDateTime", "performedDateTime", "occurrenceDateTime", "started", "start", "date"]
PERIODS = ["period", "effectivePeriod", "performedPeriod", "billablePeriod", "occurrencePeriod"]
DATED = {
    "Procedure", "Immunization", "Observation", "DiagnosticReport", "ImagingStudy", "Encounter", "Appointment", "ExplanationOfBenefit", "Claim",
    "ServiceRequest", "ProcedureRequest",
}
SUBJECTS = ["subject", "patient", "beneficiary", "for", "individual"]


def listed(value):
    return value if isinstance(value, list) else [] if value is None else [value]


def human(name_):
    if isinstance(name_, str):
        return tokens(name_)
    parts = [" ".join(listed(name_.get(k))) for k in ("family", "given", "suffix")]
    first, *middle = parts[1].split(" ", 1) if parts[1] else [""]
    return name(parts[0], first, " ".join(middle), parts[2]) if parts[0] or parts[1] else tokens(name_.get("text"))


def person(truth, resource, roles, patient=False):
    for n in listed(resource.get("name")):
        truth.person(human(n), *roles, patient=False)
    for t in listed(resource.get("telecom")):
        if t.get("system") in ("phone", "sms"):
            truth.add("phone", t.get("value"), *roles)
        elif t.get("system") == "email":
            truth.add("email", t.get("value"), *roles)
    for a in listed(resource.get("address")):
        parts = [*listed(a.get("line")), a.get("city"), a.get("state"), a.get("postalCode")]
        if any([a.get("line"), a.get("city"), a.get("postalCode")]):
            truth.address(*parts, roles=roles)
        elif a.get("text"):
            truth.address(a["text"], roles=roles)
    truth.add("dob", resource.get("birthDate"), *roles)
    for i in listed(resource.get("identifier")) if "provider" not in roles else []:
        if not isinstance(i, dict):
            continue
        kind = identifier(i)
        if kind:
            truth.add(kind, i.get("value"), *roles)


def identifier(i):
    """Kind by type code (HL7 table 0203) or system; an identifier of no stated type is a record number."""
    codes = {c.get("code", "").upper() for c in listed((i.get("type") or {}).get("coding"))}
    system = (i.get("system") or "").lower()
    words = ((i.get("type") or {}).get("text") or "").lower()
    if "SS" in codes or "SB" in codes and "us-ssn" in system or "us-ssn" in system or system.endswith("2.16.840.1.113883.4.1"):
        return "ssn"
    for code, kind in (("DL", "drivers_license"), ("PPN", "passport"), ("MC", "mbi"), ("MA", "medicaid_id"), ("MB", "insurance_id"), ("SN", "insurance_id"),
                       ("AN", "account_number"), ("BR", "certificate")):
        if code in codes:
            return kind
    if "us-mbi" in system:
        return "mbi"
    if "member" in words or "insurance" in words:
        return "insurance_id"
    return "mrn"


def concept(truth, kind, c, roles):
    if not isinstance(c, dict):
        return
    if "coding" not in c and "text" not in c and ("code" in c or "display" in c):
        c = {"coding": [c]}
    got = 0
    for coding in listed(c.get("coding")):
        for key in ("code", "display"):
            before = len(truth.elements)
            truth.add(kind, coding.get(key), *roles)
            got += len(truth.elements) - before
    if not got:
        truth.add(kind, c.get("text"), *roles)


def resource(truth, r):
    kind = r.get("resourceType")
    for inner in listed(r.get("contained")):
        resource(truth, inner)
    for entry in listed(r.get("entry")):
        if isinstance(entry, dict) and isinstance(entry.get("resource"), dict):
            resource(truth, entry["resource"])
    if kind == "Patient":
        person(truth, r, ["patient"])
        for c in listed(r.get("contact")):
            c = {**c, "identifier": []}
            words = json.dumps(c.get("relationship", "")).upper()
            roles = ["guardian", "other"] if any(w in words for w in ("GUARD", "PRN", "PAR", "MTH", "FTH", "MOTHER", "FATHER")) else ["other"]
            person(truth, c, roles)
        for p in listed(r.get("generalPractitioner")) + listed(r.get("careProvider")):
            provider(truth, p)
        return
    if kind == "Person":
        return person(truth, r, ["patient", "other"])
    if kind == "RelatedPerson":
        for c in listed(r.get("relationship")):
            concept(truth, "relationship", c, ["guardian", "other"])
        return person(truth, r, ["guardian", "other"])
    if kind == "Practitioner":
        return person(truth, r, ["provider"])
    references = [x.get("reference") for k in SUBJECTS for x in listed(r.get(k)) if isinstance(x, dict)]
    if not any(references):
        return
    roles = ["patient"]
    for key, what in CONCEPTS.get(kind, {}).items():
        for c in listed(r.get(key)):
            concept(truth, what, c, roles)
    if kind in DATED:
        for key in DATES:
            if isinstance(r.get(key), str) and key != "date":
                truth.add("service_date", r[key], *roles)
        for key in PERIODS:
            for end in ("start", "end"):
                truth.add("service_date", (r.get(key) or {}).get(end), *roles)
    if kind == "Observation":
        for part in [r, *listed(r.get("component"))]:
            if part is not r:
                concept(truth, "lab_result", part.get("code"), roles)
            q = part.get("valueQuantity") or {}
            if q.get("value") is not None:
                truth.add("lab_result", q["value"], *roles)
            concept(truth, "lab_result", part.get("valueCodeableConcept"), roles)
            truth.add("lab_result", part.get("valueString"), *roles)
    if kind == "DiagnosticReport":
        truth.add("lab_result", r.get("conclusion"), *roles)
    if kind == "ImagingStudy":
        truth.add("procedure", r.get("description"), *roles)
    if kind == "Coverage":
        truth.add("insurance_id", r.get("subscriberId"), *roles)
        truth.add("insurance_id", r.get("policy"), *roles)
        for i in listed(r.get("identifier")):
            truth.add("insurance_id", i.get("value"), *roles)
    if kind in ("ExplanationOfBenefit", "Claim"):
        for item in listed(r.get("item")):
            for key in ("productOrService", "service"):
                concept(truth, "procedure", item.get(key), roles)
            truth.add("service_date", item.get("servicedDate"), *roles)
            for end in ("start", "end"):
                truth.add("service_date", (item.get("servicedPeriod") or {}).get(end), *roles)
        for d in listed(r.get("diagnosis")):
            concept(truth, "diagnosis", d.get("diagnosisCodeableConcept"), roles)
        for p in listed(r.get("procedure")):
            concept(truth, "procedure", p.get("procedureCodeableConcept"), roles)
        for i in listed(r.get("insurance")):
            for n in listed(i.get("preAuthRef")):
                truth.add("case_number", n, *roles)
    for key in ("performer", "participant", "requester", "recorder", "asserter", "practitioner", "provider", "careTeam"):
        for p in listed(r.get(key)):
            provider(truth, p)


def provider(truth, p):
    if not isinstance(p, dict):
        return
    for who in (p, p.get("actor"), p.get("individual"), p.get("provider"), p.get("agent")):
        if isinstance(who, dict) and who.get("display") and not str(who.get("reference", "")).startswith(("Organization", "urn:uuid:org", "Patient", "Location")):
            if not nothing(who["display"]):
                truth.add("provider", who["display"], "patient")


def read(text):
    truth = Truth()
    decoder, at = json.JSONDecoder(parse_float=str), 0
    text = text.lstrip("\ufeff")
    while at < len(text):
        while at < len(text) and text[at].isspace():
            at += 1
        if at >= len(text):
            break
        try:
            value, at = decoder.raw_decode(text, at)
        except ValueError:
            break
        for one in listed(value):
            if isinstance(one, dict):
                resource(truth, one)
    return truth.elements
