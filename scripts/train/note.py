"""One note's people, places and numbers, and the slots that templates fill from them."""

from datetime import date, timedelta

import abroad
import terse
import trades
from clinical import PARTS
from figures import Figures
from grammar import LOC, MARKS, ORG, PER, compiled, expand, mark, unmark
from named import NAMED_PARTS
from people import full, indexed, plain
from places import ABROAD, COIN, COUNTRIES, GOOD, HOODS, ORGANISATIONS, SAINTS, STATES, TRADES
from words import LISTS

_MALE_KIN = (
    "husband son brother father dad grandfather grandson uncle nephew stepfather boyfriend son-in-law partner fiancé roommate friend neighbor caregiver".split()
)
_FEMALE_KIN = "wife daughter sister mother mom grandmother granddaughter aunt niece stepmother girlfriend daughter-in-law partner fiancée roommate friend neighbor caregiver".split()
_WORDS = LISTS | PARTS | NAMED_PARTS | trades.PARTS | terse.PARTS
_ORGANISATIONS = ORGANISATIONS | trades.ORGANISATIONS
_KNOWN = {kind: names.replace("\n", "|").split("|") for kind, names in trades.KNOWN.items()}
_TRADE_WORDS = {
    "business": trades.BUSINESS,
    "adj": trades.ADJ,
    "animal": trades.ANIMALS,
    "care": trades.CARE,
    "direction": "Northgate Eastside Westside Southside Northland Southwest Northeast Midtown Lakeshore Tri-County Valley Metro Bayshore Riverbend".split(),
}


def _capital(text):
    """First letter upper case, also when a mark stands before it."""
    first = 1 if text[:1] in MARKS else 0
    return text[:first] + text[first : first + 1].upper() + text[first + 1 :]


class Note(Figures):
    def __init__(self, chance, people, places):
        self.chance, self.people, self.places = chance, people, places
        self.patient = people.person(chance)
        self.doctor, self.primary, self.helper = (people.person(chance) for _ in range(3))
        self.here = None
        self.plainness = chance.choice([0.0, 0.2, 0.4, 0.5, 0.7])  # share of sentences without names
        self.day = date(1990, 1, 1) + timedelta(days=chance.randrange(13_500))
        self.age = chance.randint(19, 96)
        self.dates = chance.choice(["%m/%d/%Y", "%m/%d/%y", "%Y-%m-%d", "%B %d, %Y", "%d-%b-%Y", "%m-%d-%Y", "%d %B %Y", "%b %d, %Y", "%-m/%-d", "%d.%m.%Y"])

    def fill(self, template):
        return expand(compiled(template), self.chance, self.slot)

    def slot(self, name, argument):
        words = _WORDS.get(name)
        if words is not None:
            return self.fill(self.chance.choice(words))
        if name[0].isupper() and name.lower() in _WORDS:
            text = self.slot(name.lower(), "")
            return text.upper() if name.isupper() else _capital(text)
        return getattr(self, "s_" + name)(argument) if argument else getattr(self, "s_" + name)()

    def one_of(self, *options):
        return self.fill(self.chance.choice(options))

    # persons ------------------------------------------------------------------------------------------------------
    def title(self, p):
        return self.chance.choice(["Ms. ", "Mrs. ", "Ms. ", "Ms ", "Miss ", "Mrs "]) if p.female else self.chance.choice(["Mr. ", "Mr. ", "Mr. ", "Mr "])

    def s_pt(self):
        return mark(PER, full(self.patient, self.chance))

    def s_ptindex(self):
        return mark(PER, indexed(self.patient, self.chance))

    def s_ptany(self):
        return self.s_ptindex() if self.chance.random() < 0.45 else self.s_pt()

    def s_ptfirst(self):
        p = self.patient
        return mark(PER, p.nick if self.chance.random() < 0.12 else p.given)

    def s_ptlast(self):
        return self.title(self.patient) + mark(PER, self.patient.family)

    def s_ptfam(self):
        return mark(PER, self.patient.family)

    def s_ptref(self):
        kind = self.chance.random()
        if kind < 0.34:
            return self.s_ptlast()
        if kind < 0.55:
            return self.s_ptfirst()
        if kind < 0.62:
            return self.s_ptfam()
        return self.s_pt() if kind < 0.7 else self.chance.choice(["the patient", "pt", "patient", "the pt", "she" if self.patient.female else "he"])

    def s_Ptref(self):
        ref = self.s_ptref()
        return _capital(ref)

    def _doctor(self, p):
        kind = self.chance.random()
        if kind < 0.5:
            return self.chance.choice(["Dr. ", "Dr. ", "Dr ", "Dr. ", "Doctor ", "Dr.", "DR. ", "dr. "]) + mark(PER, p.family)
        if kind < 0.66:
            return self.chance.choice(["Dr. ", "Dr "]) + mark(PER, full(p, self.chance))
        if kind < 0.93:
            return mark(PER, full(p, self.chance)) + ", " + self.slot("cred", "")
        return mark(PER, full(p, self.chance)) + " " + self.slot("cred", "")

    def s_dr(self):
        return self._doctor(self.doctor)

    def s_pcp(self):
        return self._doctor(self.primary)

    def s_drx(self):
        return self._doctor(self.people.person(self.chance))

    def s_drlast(self):
        return mark(PER, self.doctor.family)

    def s_drsign(self):
        p = self.doctor
        name = indexed(p, self.chance) if self.chance.random() < 0.15 else full(p, self.chance)
        return mark(PER, name) + self.chance.choice([", ", ", ", " "]) + self.slot("cred", "")

    def s_staff(self):
        p = self.helper if self.chance.random() < 0.6 else self.people.person(self.chance)
        kind = self.chance.random()
        if kind < 0.16:
            return mark(PER, f"{p.given[0]}. {p.family}") + ", " + self.slot("staffcred", "")
        if kind < 0.24:
            return self.chance.choice(["Nurse ", "Officer ", "Tech ", "Chaplain ", "Professor ", "Pastor ", "Rev. ", "Sgt. ", "Judge ", "Counselor "]) + mark(
                PER, p.family
            )
        if kind < 0.32:
            return mark(PER, p.given) + self.chance.choice([" RN", ", RN", " (RN)", " the nurse", " from social work", " in billing", " (CNA)"])
        return mark(PER, full(p, self.chance)) + self.chance.choice([", ", ", ", " "]) + self.slot("staffcred", "")

    def s_nurse(self):
        return mark(PER, full(self.helper, self.chance)) + ", " + self.chance.choice(["RN", "RN", "R.N.", "LPN", "BSN, RN"])

    def s_per(self):
        return mark(PER, full(self.people.person(self.chance), self.chance))

    def s_perindex(self):
        return mark(PER, indexed(self.people.person(self.chance), self.chance))

    def s_perany(self):
        return self.chance.choice([self.s_per, self.s_per, self.s_perindex, self.s_perfirst, self.s_pertitled])()

    def s_perfirst(self):
        p = self.people.person(self.chance)
        return mark(PER, p.nick if self.chance.random() < 0.2 else p.given)

    def s_perlast(self):
        return mark(PER, self.people.person(self.chance).family)

    def s_pertitled(self):
        p = self.people.person(self.chance)
        return self.title(p) + mark(PER, full(p, self.chance) if self.chance.random() < 0.25 else p.family)

    def s_relname(self):
        p = self.people.person(self.chance, self.patient.family)
        kind = self.chance.random()
        return mark(PER, p.given if kind < 0.5 else p.nick if kind < 0.56 else full(p, self.chance))

    def s_rel(self):
        """A relative with name: wife (Carla); his son, Miguel Ortega."""
        p = self.people.person(self.chance, self.patient.family)
        kin = self.chance.choice(_FEMALE_KIN if p.female else _MALE_KIN)
        kind = self.chance.random()
        name = mark(PER, p.given if kind < 0.45 else p.nick if kind < 0.5 else full(p, self.chance))
        return kin + self.chance.choice([" {}", " {}", ", {},", " ({})", " ({})", " - {}", " named {}", " {}"]).format(name)

    def s_kin(self):
        return self.chance.choice(_FEMALE_KIN + _MALE_KIN)

    def _word(self, female, male):
        return female if self.patient.female else male

    def s_he(self):
        return self._word("she", "he")

    def s_He(self):
        return self._word("She", "He")

    def s_his(self):
        return self._word("her", "his")

    def s_His(self):
        return self._word("Her", "His")

    def s_him(self):
        return self._word("her", "him")

    def s_man(self):
        return self._word(*self.chance.choice([("woman", "man"), ("female", "male"), ("F", "M"), ("lady", "gentleman"), ("woman", "man")]))

    def s_mf(self):
        return self.chance.choice([self._word("F", "M"), self._word("F", "M"), self._word(" yo f", " yo m"), self._word("yF", "yM")])

    def s_child(self):
        return self._word(*self.chance.choice([("girl", "boy"), ("female", "male"), ("toddler", "toddler"), ("infant", "infant")]))

    # places -------------------------------------------------------------------------------------------------------
    def s_city(self):
        return mark(LOC, self.chance.choice(ABROAD) if self.chance.random() < 0.1 else self.places.city(self.chance))

    def s_town(self):
        """A town with its State, sometimes with the ZIP code."""
        return mark(LOC, self.places.town_line(self.chance, zip_too=self.chance.random() < 0.2))

    def s_townzip(self):
        return mark(LOC, self.places.town_line(self.chance))

    def s_county(self):
        return mark(LOC, self.places.county(self.chance))

    def s_country(self):
        return self._article(self.chance.choice(COUNTRIES))

    def s_hood(self):
        return self._article(self.chance.choice(HOODS))

    def _article(self, name):
        return "the " + mark(LOC, name[4:]) if name.startswith("the ") else mark(LOC, name)

    def s_abroad(self):
        return mark(LOC, self.chance.choice(ABROAD) + (", " + self.chance.choice(COUNTRIES).removeprefix("the ") if self.chance.random() < 0.3 else ""))

    def s_place(self):
        return self.chance.choice(
            [self.s_city, self.s_city, self.s_city, self.s_town, self.s_county, self.s_hood, self.s_country, self.s_abroad, self.s_spot]
        )()

    def s_spot(self):
        return mark(LOC, abroad.spot(self.chance, self.people, self.places.city(self.chance)))

    def s_abroadaddr(self):
        return mark(LOC, abroad.address(self.chance, self.people))

    def s_abroadaddr2(self):
        first, *rest = abroad.address(self.chance, self.people).split(", ")
        gap = self.chance.choice(["\n", "\n", "\n", "\n", "\n ", "\n\n"])
        rest = rest[:1] + [self.chance.choice(["", "", "", "\n"]) + part for part in rest[1:]]
        return mark(LOC, gap.join([first, *rest]))

    def s_state(self):
        return self.chance.choice(STATES)[0]

    def s_st(self):
        return self.chance.choice(STATES)[1]

    def s_addr(self):
        return mark(LOC, self.places.address(self.chance, self.people, lines=False))

    def s_addr2(self):
        return mark(LOC, self.places.address(self.chance, self.people, lines=True))

    def s_street(self):
        if self.chance.random() < 0.06:
            return mark(LOC, self.chance.choice(self.places.foreign)[0])
        return mark(LOC, self.places.street(self.chance, self.people))

    def s_zip(self):
        return self.places.zip(self.chance)

    # organisations ------------------------------------------------------------------------------------------------
    def raw_org(self, kind):
        """Name of an organisation, without marks."""
        chance = self.chance

        def part(name, argument):
            if name == "city":
                return self.places.city(chance)
            if name == "county":
                return self.places.county(chance)
            if name == "state":
                return chance.choice(STATES)[0]
            if name == "abroad":
                return chance.choice(ABROAD)
            if name == "last":
                return self.people.family(chance) if chance.random() < 0.75 else plain(self.people.person(chance).family)
            if name == "first":
                return self.people.person(chance).given
            if name == "good":
                return chance.choice(GOOD)
            if name == "saint":
                return chance.choice(["St. ", "St. ", "Saint ", "St "]) + chance.choice(SAINTS) + chance.choice(["", "", "'s"])
            if name == "coined":
                word = chance.choice(COIN[0]).capitalize() + chance.choice(COIN[1])
                return word if chance.random() < 0.9 else word.upper()
            if name == "trade":
                return chance.choice(TRADES)
            if name == "known" and argument:
                return self.raw_part(chance.choice(_KNOWN[argument]), part)
            if name == "place":
                return self.people.family(chance) if chance.random() < 0.3 else self.places.city(chance)
            if name == "caps":
                return "".join(chance.choices("ABCDEFGHIJKLMNOPRSTUVW", k=chance.choice([2, 3, 3, 3, 4, 4, 5])))
            if name == "saintly":
                return chance.choice(["St. ", "St ", "Saint ", "Our Lady of ", "Santa ", "San "]) + chance.choice(SAINTS)
            if name in _TRADE_WORDS:
                return chance.choice(_TRADE_WORDS[name])
            if name == "known":
                return chance.choice(self.places.hospitals)
            return self.slot(name, argument)

        name = unmark(self.raw_part(chance.choice(_ORGANISATIONS[kind]), part)).replace("'s's", "'s").strip()
        if kind == "hosp" and chance.random() < 0.06:
            letters = "".join(w[0] for w in name.split() if w[0].isupper())
            return letters if len(letters) > 2 else name
        return name

    def raw_part(self, template, part):
        return expand(compiled(template), self.chance, part)

    def s_org(self, kind):
        name = self.raw_org(kind)
        return "the " + mark(ORG, name[4:]) if name.startswith("the ") else mark(ORG, name)

    def s_corps(self):
        return self.s_org("corps")

    def s_hall(self):
        return mark(LOC, f"{unmark(self.people.family(self.chance))} {self.chance.choice(['Hall', 'House', 'Tower'])} {self.chance.randint(100, 999)}")

    def s_codes(self):
        """Capitals that are no organisation."""
        return "".join(self.chance.choices("ABCDEFGHIJKLMNOPRSTUVWX", k=self.chance.choice([2, 3, 3, 3, 4])))

    def s_lot(self):
        return self.digits(self.chance.choice(["#@#@@", "@######", "@@@-####-####", "@@#@@#@-##@####", "#@@ ###", "@###@@", "######-##", "@@ #######"]))

    def s_anyorg(self):
        return self.s_org(self.chance.choice(list(_ORGANISATIONS)))

    def s_here(self):
        if self.here is None:
            self.here = self.raw_org(self.chance.choice(["hosp", "hosp", "hosp", "clinic", "clinic"]))
        return mark(ORG, self.here)
