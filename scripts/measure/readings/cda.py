"""C-CDA: personal elements by the header templates and the coded entries of the sections, read by lxml.

The narrative of a section repeats its entries; a finding there counts as right when it says what an entry of the section codes, names or
points to, and it is not required."""

from lxml import etree
from .common import Truth, canon, name, squeeze, tokens

SECTIONS = {
    "diagnosis": "11450-4 11348-0 29308-4 46241-6 11535-2 48765-2 51848-0 10154-3 29299-5 8648-8 10219-4 10218-6 55109-3 46239-0 59769-0 59768-2 59776-5",
    "medication": "10160-0 10183-2 29549-3 42346-7 75311-1",
    "procedure": "47519-4 11369-6 29554-3 59772-4 29544-4 59774-0",
    "lab_result": "30954-2 8716-3 11493-4",
    "encounter": "46240-8",
}
KIND = {code: kind for kind, codes in SECTIONS.items() for code in codes.split()}
IDS = {"2.16.840.1.113883.4.1": "ssn", "2.16.840.1.113883.4.927": "mbi", "2.16.840.1.113883.4.572": "mbi"}
GUARDIANS = {"GUARD", "GUAR"}
PARENTS = {"PRN", "MTH", "FTH", "NMTH", "NFTH", "GUARD", "POWATT"}


def tag(e):
    return etree.QName(e).localname if isinstance(e.tag, str) else ""


def kids(e, *path):
    found = [e]
    for step in path:
        found = [c for f in found for c in f if tag(c) == step]
    return found


def text(e):
    return " ".join("".join(e.itertext()).split())


def person_name(e):
    parts = {k: [text(c) for c in e if tag(c) == k and not c.get("nullFlavor") and c.get("qualifier") not in ("CL",)] for k in ("given", "family", "suffix")}
    if parts["family"] or parts["given"]:
        return name(" ".join(parts["family"][:1]), (parts["given"] or [""])[0], " ".join(parts["given"][1:]), " ".join(parts["suffix"]))
    return tokens(text(e))


def names_of(e):
    return [n for n in (person_name(c) for c in kids(e, "name") if not c.get("nullFlavor")) if n]


def contact(truth, e, roles):
    for a in kids(e, "addr"):
        if a.get("nullFlavor"):
            continue
        parts = [text(c) for k in ("streetAddressLine", "city", "state", "postalCode") for c in kids(a, k) if not c.get("nullFlavor")]
        if not parts and not len(a):
            parts = [text(a)]
        if any(text(c) for k in ("streetAddressLine", "city", "postalCode") for c in kids(a, k)) or not len(a):
            truth.address(*parts, roles=roles)
    for t in kids(e, "telecom"):
        value = t.get("value", "")
        truth.add("email" if "@" in value else "phone", value, *roles)


def header(truth, root):
    for target in kids(root, "recordTarget", "patientRole"):
        for i in kids(target, "id"):
            root_ = i.get("root", "")
            kind = IDS.get(root_) or ("drivers_license" if root_.startswith("2.16.840.1.113883.4.3.") else "mrn")
            truth.add(kind, i.get("extension"), "patient")
        contact(truth, target, ["patient"])
        for patient in kids(target, "patient"):
            for n in names_of(patient):
                truth.person(n, "patient")
            for b in kids(patient, "birthTime"):
                truth.add("dob", b.get("value"), "patient")
            for g in kids(patient, "guardian"):
                contact(truth, g, ["guardian"])
                for n in [n for p in kids(g, "guardianPerson") for n in names_of(p)]:
                    truth.person(n, "guardian")
    own = [n for p in kids(root, "recordTarget", "patientRole", "patient") for n in names_of(p)]
    people = {}
    for path, roles in (
        (("author", "assignedAuthor", "assignedPerson"), ("provider",)),
        (("dataEnterer", "assignedEntity", "assignedPerson"), ("staff",)),
        (("informant", "assignedEntity", "assignedPerson"), ("provider",)),
        (("legalAuthenticator", "assignedEntity", "assignedPerson"), ("provider",)),
        (("authenticator", "assignedEntity", "assignedPerson"), ("provider",)),
        (("documentationOf", "serviceEvent", "performer", "assignedEntity", "assignedPerson"), ("provider",)),
        (("componentOf", "encompassingEncounter", "encounterParticipant", "assignedEntity", "assignedPerson"), ("provider",)),
        (("componentOf", "encompassingEncounter", "responsibleParty", "assignedEntity", "assignedPerson"), ("provider",)),
        (("informationRecipient", "intendedRecipient", "informationRecipient"), ("provider",)),
    ):
        for p in kids(root, *path):
            for n in names_of(p):
                people.setdefault(n, set()).update(roles)
    for n, roles in people.items():
        if n in own:
            # Who writes about himself.
            truth.optional.append(("name", n))
            continue
        truth.person(n, *roles)
        if "staff" in roles:
            truth.optional.append(("provider", n))
    relatives = {}
    spots = [(e, p) for e in kids(root, "participant", "associatedEntity") for p in kids(e, "associatedPerson")]
    spots += [(e, p) for e in kids(root, "informant", "relatedEntity") for p in kids(e, "relatedPerson")]
    for e, p in spots:
        for n in names_of(p):
            roles = relatives.setdefault(n, set())
            roles.update(("guardian", "other", "subscriber"))
            if n in own:
                roles.add("patient")
            if e.get("classCode") in ("PROV", "ASSIGNED"):
                roles.add("provider")
            if n in people:
                roles.update(people[n])
            truth.person(n, *roles, patient=False)
            if "provider" in roles:
                truth.optional.append(("provider", n))
            elif True:
                for b in kids(p, "birthTime"):
                    truth.add("dob", b.get("value"), *roles)
        roles = set().union(*(relatives[n] for n in names_of(p))) or {"guardian", "other", "subscriber"}
        if "provider" not in roles:
            contact(truth, e, roles)
    for event in kids(root, "documentationOf", "serviceEvent") + kids(root, "componentOf", "encompassingEncounter"):
        for t in kids(event, "effectiveTime"):
            for v in [t, *kids(t, "low"), *kids(t, "high")]:
                truth.add("service_date", v.get("value"), "patient")


def body(truth, root):
    for section in root.iter("{*}section"):
        codes = [c.get("code") for c in kids(section, "code")]
        kind = next((KIND[c] for c in codes if c in KIND), None)
        said = []
        entries = kids(section, "entry")
        for entry in entries:
            for e in entry.iter():
                t = tag(e)
                parent = tag(e.getparent())
                if t in ("code", "value", "translation"):
                    said += [e.get("displayName"), e.get("code"), *[text(o) for o in kids(e, "originalText")]]
                    what = coded(kind, "48765-2" in codes, t, e)
                    if what:
                        for key in ("displayName", "value") if what == "lab_result" else ("code", "displayName"):
                            truth.add(what, e.get(key), "patient")
                    elif kind is None:
                        # A section whose code is not in the tables above: what its entries code may be found.
                        for what in ("diagnosis", "medication", "procedure", "lab_result"):
                            truth.optional += [(what, canon(what, e.get(key) or "")) for key in ("code", "displayName", "value")]
                elif t == "name" and parent not in ("assignedPerson", "relatedPerson", "associatedPerson", "guardianPerson", "subject", "section"):
                    said.append(text(e))
                if t == "reference" and e.get("value", "").startswith("#"):
                    said += [text(x) for x in section.xpath(".//*[@ID=$id]", id=e.get("value")[1:])]
                if t == "assignedPerson":
                    for n in names_of(e):
                        truth.optional.append(("provider", n))
                        truth.person(n, *(("other", "guardian", "patient", "subscriber") if "48768-6" in codes else ("provider", "staff")), patient=False)
                if t in ("effectiveTime",) and parent in ACTS:
                    for v in [e, *kids(e, "low"), *kids(e, "high")]:
                        if kind in ("encounter", "procedure", "lab_result"):
                            truth.add("service_date", v.get("value"), "patient")
                        elif v.get("value"):
                            truth.dates.append(v.get("value"))
                if t == "participantRole" and e.getparent() is not None:
                    for i in kids(e, "id"):
                        if "48768-6" in codes:
                            truth.add("insurance_id", i.get("extension"), "patient")
        truth.narrative.append((kind, [squeeze(s) for s in said if s and len(squeeze(s)) > 2], bool(entries), squeeze(" ".join(text(x) for x in kids(section, "text")))))


# Observations about a problem's state, not about which problem (value sets of the Problem and Allergy templates).
STATES = {"33999-4", "SEV", "82606-5", "11323-3", "445518008", "397659008"}
ACTS = ("procedure", "observation", "substanceAdministration", "act", "organizer", "encounter", "supply")


def coded(kind, allergies, t, e):
    """The kind of a coded element: an entry's problem, substance, product, procedure, test, visit."""
    parents = [tag(p) for p in e.iterancestors()][:3] + [""] * 3
    if t == "translation":
        t, parents = parents[0], parents[1:]
    holder = parents[0]
    if t == "value" and holder == "observation" and kind in ("diagnosis", "encounter"):
        observation = e if tag(e) == "value" else e.getparent()
        codes = {c.get("code") for c in kids(observation.getparent(), "code")}
        return None if codes & STATES else "diagnosis"
    if kind == "diagnosis" and allergies and t == "code" and holder == "playingEntity":
        return "diagnosis"
    if kind == "medication" and t == "code" and holder == "manufacturedMaterial":
        return kind
    if kind == "procedure" and t == "code" and (holder in ("procedure", "manufacturedMaterial") or holder in ("act", "observation") and parents[1] == "entry"):
        return kind
    if kind == "lab_result" and t in ("code", "value") and holder == "observation":
        return kind
    if kind == "encounter" and t == "code" and holder == "encounter":
        return "service"
    return None


def read(data):
    truth = Truth()
    truth.optional, truth.narrative, truth.dates = [], [], []
    root = etree.fromstring(data, etree.XMLParser(recover=True, huge_tree=True, resolve_entities=False, no_network=True))
    if root is None or tag(root) != "ClinicalDocument":
        return None
    if not kids(root, "recordTarget", "patientRole"):
        return None  # A fragment: nobody's data.
    header(truth, root)
    body(truth, root)
    return truth
