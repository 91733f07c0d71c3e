"""What all readings share: an expected element, and the form in which values are compared."""

import re
import unicodedata
from dataclasses import dataclass, field

# Words that stand for "nothing here".
NOTHING = {
    "", "-", "NA", "NONE", "NULL", "UNKNOWN", "UNK", "NOTAVAILABLE", "NOTONFILE", "TBD", "NIL", "NAN", "ANONYMOUS", "ANONYMIZED", "REDACTED",
}
# Family names of messages that are about nobody.
NOBODY = {"TEST", "PATIENT", "ANON", "ANONYMOUS", "ANONYMIZED"}


@dataclass(frozen=True)
class Element:
    """One piece of personal data that the specification says is there, and whose it may be."""

    kind: str
    value: str
    roles: frozenset = field(default_factory=frozenset)


def squeeze(text):
    """Letters and digits, upper case, composed."""
    return "".join(c for c in unicodedata.normalize("NFC", str(text)).upper() if c.isalnum())


def nothing(text):
    plain = squeeze(text)
    return plain in NOTHING or (len(str(text).strip()) > 2 and set(plain) <= {"0"}) or plain.startswith("ANON")


def tokens(*parts):
    words = []
    for part in parts:
        words += [squeeze(w) for w in re.split(r"[\s,;^&=]+", str(part or "")) if squeeze(w)]
    return " ".join(sorted(words))


def name(last="", first="", middle="", suffix="", **_):
    """The words of a name in any order; none for a placeholder."""
    if squeeze(last) in NOBODY or squeeze(first) in NOBODY - {"PATIENT"}:
        return ""
    suffix = "" if squeeze(suffix) in CREDENTIALS else suffix
    words = tokens(last, first, middle, suffix).split()
    # A title that stands in the name is no part of it.
    return " ".join(w for w in words if w not in TITLES or len(words) == 1)


TITLES = {"DR", "MR", "MRS", "MS", "PROF"}
NUMBERS = {"mrn", "case_number", "account_number", "insurance_id", "medicaid_id", "mbi", "drivers_license", "passport", "certificate"}


CREDENTIALS = {"MD", "DO", "RN", "NP", "PA", "PHD", "DDS", "DMD", "DPM", "DC", "FNP", "APRN", "LCSW", "PHARMD", "OD", "MBBS", "DNP", "PAC"}


def date(text):
    """ISO date, to the precision written."""
    text = str(text or "").strip()
    for form, parts in (
        (r"(\d{4})(\d\d)(\d\d)(?:\d{2,6})?(?:\.\d*)?(?:[+-]\d*)?(?: .*)?$", 3),
        (r"(\d{4})-(\d\d)-(\d\d)(?:[T ].*)?$", 3),
        (r"(\d{4})-?(\d\d)$", 2),
        (r"(\d{4})$", 1),
    ):
        m = re.match(form, text)
        if m:
            got = m.groups()[:parts]
            if not 1850 <= int(got[0]) <= 2100 or parts > 1 and not 1 <= int(got[1]) <= 12 or parts > 2 and not 1 <= int(got[2]) <= 31:
                return ""
            return "-".join(got)
    return ""


def phone(text):
    """Digits of a telephone number, without extension and the North American 1."""
    text = re.sub(r"^(tel|fax|sms):", "", str(text or "").strip(), flags=re.I)
    head = re.split(r"[xXe;,]", text)[0]
    digits = "".join(c for c in head if c.isdigit())
    if head.strip().startswith("+") and len(digits) >= 7:
        return digits[1:] if len(digits) == 11 and digits[0] == "1" else digits
    if len(digits) == 11 and digits[0] == "1":
        digits = digits[1:]
    return digits if 7 <= len(digits) <= 15 and not re.search(r"[A-Za-z]", head) else ""


def canon(kind, value):
    """The form in which an expected and a found value are compared; empty when there is no value."""
    if value is None or kind not in ("name", "provider", "address") and nothing(value):
        return ""
    if kind in ("dob", "service_date"):
        return date(value)
    if kind == "phone":
        return phone(value)
    if kind == "email":
        text = re.sub(r"^(mailto|email):", "", str(value).strip(), flags=re.I).lower()
        return text if re.fullmatch(r"[^@\s]+@[^@\s]+\.[^@\s]+", text) else ""
    if kind in ("name", "provider", "address"):
        return tokens(value)
    if kind == "ssn":
        digits = "".join(c for c in str(value) if c.isdigit())
        return digits if len(digits) in (4, 9) else ""
    if kind in NUMBERS and not any(c.isdigit() for c in str(value)):
        # Words where a number belongs are placeholders.
        return ""
    if kind == "lab_result" and re.fullmatch(r"-?\d+\.\d{12,}", str(value)):
        # JSON is handed on with numbers of double precision.
        value = f"{float(value):.11g}"
    return squeeze(value)


class Truth:
    """Gathers the elements of one document."""

    def __init__(self):
        self.elements = []

    def add(self, kind, value, *roles):
        got = canon(kind, value)
        if got:
            self.elements.append(Element(kind, got, frozenset(roles)))

    def person(self, value, *roles, patient=True):
        """A name; a provider's is also an element of the patient."""
        if not value:
            return
        self.elements.append(Element("name", value, frozenset(roles)))
        if "provider" in roles and patient:
            self.elements.append(Element("provider", value, frozenset({"patient", "subscriber"})))

    def address(self, *parts, roles):
        self.add("address", " ".join(str(p) for p in parts if p), *roles)
