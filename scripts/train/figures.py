"""Slots of what is no name: numbers, dates, addresses of machines, doses, words that only look like names."""

from datetime import timedelta

from grammar import unmark
from people import plain

_ICD = "ABCDEFGHIJKLMNRSTZ"


class Figures:
    """What [`note.Note`] fills these slots with; uses its chance, people, places and days."""

    def s_newepo(self):
        """An eponym nobody has heard of: the word after it tells that it is no person here."""
        names = [unmark(self.people.family(self.chance)) for _ in range(self.chance.choice([1, 1, 2]))]
        return "-".join(names) + self.chance.choice(
            [
                " syndrome",
                " disease",
                "'s disease",
                " sign",
                "'s sign",
                " test",
                " procedure",
                " classification",
                " criteria",
                " score",
                " catheter",
                " fracture",
                " maneuver",
                " stain",
                " clamp",
                " retractor",
                " index",
                " repair",
                " scale",
                " flap",
            ]
        )

    def s_n(self, bounds="1-99"):
        low, high = bounds.split("-")
        return str(self.chance.randint(int(low), int(high)))

    def s_age(self):
        return str(self.age)

    def s_date(self):
        day = self.day + timedelta(days=self.chance.randint(-200, 200))
        return day.strftime(
            self.dates
            if self.chance.random() < 0.8
            else self.chance.choice(["%m/%d/%Y", "%B %d", "%b %Y", "%B %Y", "%m/%y", "%A, %B %d, %Y", "%d%b%Y", "%Y%m%d"])
        )

    def s_dob(self):
        return (self.day - timedelta(days=round(365.25 * self.age) + self.chance.randrange(360))).strftime(self.dates if "%Y" in self.dates else "%m/%d/%Y")

    def s_time(self):
        hour, minute = self.chance.randrange(24), self.chance.randrange(60)
        return self.chance.choice(
            [
                f"{hour:02d}{minute:02d}",
                f"{hour:02d}:{minute:02d}",
                f"{hour % 12 + 1}:{minute:02d} {'AM' if hour < 12 else 'PM'}",
                f"{hour % 12 + 1}{'am' if hour < 12 else 'pm'}",
                f"{hour:02d}{minute:02d} hrs",
            ]
        )

    def digits(self, pattern):
        return "".join(str(self.chance.randrange(10)) if c == "#" else self.chance.choice("ABCDEFGHJKLMNPRSTUVWXYZ") if c == "@" else c for c in pattern)

    def s_mrn(self):
        return self.digits(
            self.chance.choice(
                [
                    "########",
                    "######",
                    "#######",
                    "##-##-##",
                    "MR######",
                    "@#######",
                    "#-###-###",
                    "E##########",
                    "@@-######",
                    "@@@######",
                    "###-##-##",
                    "@@##-####",
                    "########-#",
                ]
            )
        )

    def s_phone(self):
        return self.digits(
            self.chance.choice(
                [
                    "(###) ###-####",
                    "###-###-####",
                    "###.###.####",
                    "+1 ### ### ####",
                    "###-####",
                    "### ### ####",
                    "1-800-###-####",
                    "(###)###-#### x###",
                    "##########",
                    "###/###-####",
                    "###-###-#### ext ##",
                    "+## ### ### ####",
                    "+## ## ##### #####",
                    "##### ### ###",
                    "#### ####",
                    "1-###-###-####",
                ]
            )
        )

    def s_ssn(self):
        return self.digits(self.chance.choice(["###-##-####", "###-##-####", "#########", "XXX-XX-####", "### ## ####"]))

    def s_acct(self):
        return self.digits(
            self.chance.choice(
                [
                    "##########",
                    "@@#########",
                    "@##-####-###",
                    "####-####-####",
                    "@@@######@",
                    "V########",
                    "@@@ ### ## ####",
                    "##-#####",
                    "@@-##-######",
                    "####-##-##-##",
                    "@ ## ### ###",
                    "##-@@-######",
                    "#### ####",
                    "@@@####@",
                    "##-####-#####-@",
                ]
            )
        )

    def s_email(self):
        p = self.chance.choice([self.patient, self.doctor, self.helper, self.people.person(self.chance)])
        return (
            self._user(p)
            + "@"
            + self.chance.choice(
                [
                    "gmail.com",
                    "yahoo.com",
                    "hotmail.com",
                    "aol.com",
                    "icloud.com",
                    "example.org",
                    f"{self._letters(self.people.family(self.chance))}health.org",
                    f"{self._letters(self.places.city(self.chance))}clinic.com",
                ]
            )
        )

    def _letters(self, text):
        return "".join(c for c in plain(text).lower() if c.isascii() and c.isalnum())

    def _user(self, p):
        first, last = self._letters(p.given) or "x", self._letters(p.family) or "y"
        return self.chance.choice(
            [f"{first}.{last}", f"{first[0]}{last}", f"{last}{first[0]}", f"{first}{last}{self.chance.randint(1, 99)}", f"{first}_{last}", f"{last}.{first}"]
        )

    def s_user(self):
        return self._user(self.chance.choice([self.doctor, self.helper, self.patient]))

    def s_inits(self):
        """Initials of who dictated and who typed; too little to be a name."""
        c, letters = self.chance, "ABCDEFGHJKLMNPRSTW"
        return "".join(c.choices(letters, k=c.choice([2, 3]))) + c.choice(["/", ":", ":", " / "]) + "".join(c.choices(letters.lower(), k=c.choice([2, 3])))

    def s_file(self):
        p, c = self.chance.choice([self.patient, self.people.person(self.chance)]), self.chance
        first, last = self._letters(p.given), self._letters(p.family)
        stem = c.choice(
            [
                f"{last}_{first}",
                f"{last}{first[:1]}",
                f"{last.capitalize()}_{first.capitalize()}_{c.randint(1, 999)}",
                f"scan{c.randint(1, 9999):04d}",
                f"{last}-labs",
                f"Referral_{last.capitalize()}",
                f"roster{c.randint(2001, 2025)}",
            ]
        )
        return (
            c.choice(["", "", "", "S:\\Records\\", "/home/shared/", "\\\\fs01\\scans\\"])
            + stem
            + c.choice([".pdf", ".docx", ".xlsx", ".tif", ".dcm", ".zip", ".csv"])
        )

    def s_ip(self):
        return ".".join(str(self.chance.randint(1, 254)) for _ in range(4))

    def s_url(self):
        return (
            self.chance.choice(["www.", "https://", "http://www."])
            + self._letters(self.places.city(self.chance))
            + self.chance.choice(["health.org", "clinic.com/patients", "hospital.org/mychart", "medical.com", ".gov"])
        )

    def s_money(self):
        return f"${self.chance.choice([self.chance.randint(5, 900), self.chance.randint(900, 90000)]):,}.{self.chance.randint(0, 99):02d}"

    def s_dose(self):
        strength = self.chance.choice([2.5, 5, 10, 20, 25, 40, 50, 75, 81, 100, 250, 325, 500, 650, 800, 1000])
        return f"{strength:g} {self.chance.choice(['mg', 'mg', 'mg', 'mcg', 'units', 'mL', 'MG'])} {self.chance.choice(['PO', 'po', 'by mouth', 'IV', 'SQ', 'PO', 'tab'])} {self.chance.choice(['daily', 'BID', 'TID', 'q6h PRN', 'qHS', 'at bedtime', 'twice a day', 'x1', 'weekly'])}"

    def s_med(self):
        drug = self.slot("drug", "")
        return self.chance.choice([drug, drug.upper(), drug.capitalize(), drug]) + self.chance.choice([" " + self.s_dose(), " " + self.s_dose(), ""])

    def s_vitals(self):
        c = self.chance
        return f"BP {c.randint(88, 190)}/{c.randint(50, 110)}, HR {c.randint(48, 130)}, RR {c.randint(12, 30)}, T {c.randint(968, 1034) / 10}, {c.choice(['SpO2', 'O2 sat', 'SaO2'])} {c.randint(86, 100)}% {c.choice(['RA', 'on room air', 'on 2L NC'])}"

    def s_icd(self):
        return self.digits(self.chance.choice(_ICD) + self.chance.choice(["##.#", "##", "##.##"]))

    def s_cpt(self):
        return self.digits("#####")
