"""Persons: about 55 % with names usual in the United States (census frequencies), the others from all over the world."""

import re
import unicodedata
from dataclasses import dataclass
from itertools import accumulate
from pathlib import Path

from faker import Faker

from clinical import AMBIGUOUS
from world import INDIAN_SOUTH, NICKNAMES, PARTICLES, WORLD

# Locales of faker that write names in Latin letters, and the weight of each among international names.
LOCALES = {
    "es_MX": 14,
    "es_ES": 5,
    "es_CO": 5,
    "es_AR": 2,
    "pt_BR": 4,
    "pt_PT": 1,
    "en_GB": 3,
    "en_IN": 5,
    "en_PK": 3,
    "en_KE": 1,
    "en_NG": 1,
    "en_TH": 1,
    "fr_FR": 2,
    "fr_CA": 2,
    "de_DE": 3,
    "it_IT": 3,
    "pl_PL": 3,
    "ro_RO": 2,
    "tr_TR": 2,
    "nl_NL": 2,
    "sv_SE": 1,
    "fi_FI": 1,
    "no_NO": 1,
    "da_DK": 1,
    "cs_CZ": 1,
    "sk_SK": 1,
    "hu_HU": 2,
    "hr_HR": 1,
    "sl_SI": 1,
    "lt_LT": 1,
    "lv_LV": 1,
    "et_EE": 1,
    "ga_IE": 1,
    "id_ID": 1,
    "az_AZ": 1,
    "uz_UZ": 1,
    "sw": 1,
    "yo_NG": 1,
    "ha_NG": 1,
    "ig_NG": 1,
    "zu_ZA": 1,
    "tw_GH": 1,
    "ru_RU": 2,
    "uk_UA": 2,
    "bg_BG": 1,
    "el_GR": 1,
    "hy_AM": 1,
    "ka_GE": 1,
}
WORLD_WEIGHTS = {
    "arabic": 6,
    "persian": 4,
    "korean": 4,
    "japanese": 3,
    "vietnamese": 6,
    "chinese": 6,
    "filipino": 6,
    "hmong": 2,
    "somali": 3,
    "ethiopian": 3,
    "pacific": 2,
    "haitian": 3,
    "african": 4,
    "slavic": 4,
    "armenian": 2,
}
FAMILY_FIRST = {"chinese", "vietnamese", "korean", "japanese", "hu_HU", "hmong"}
TWO_FAMILY_NAMES = {"es_MX", "es_ES", "es_CO", "filipino", "pt_BR", "pt_PT"}

_CYRILLIC = dict(
    zip(
        "абвгґдеєёжзиіїйклмнопрстуфхцчшщъыьэюя",
        "a b v g g d e ye yo zh z i i i y k l m n o p r s t u f kh ts ch sh shch - y - e yu ya".split(),
        strict=True,
    )
)
_GREEK = dict(zip("αβγδεζηθικλμνξοπρσςτυφχψω", "a v g d e z i th i k l m n x o p r s s t y f ch ps o".split(), strict=True))
_ARMENIAN = dict(
    zip(
        "աբգդեզէըթժիլխծկհձղճմյնշոչպջռսվտրցւփքօֆև",
        "a b g d e z e e t zh i l kh ts k h dz gh ch m y n sh o ch p j r s v t r ts v p k o f ev".split(),
        strict=True,
    )
)
_GEORGIAN = dict(zip("აბგდევზთიკლმნოპჟრსტუფქღყშჩცძწჭხჯჰ", "a b g d e v z t i k l m n o p zh r s t u p k gh q sh ch ts dz ts ch kh j h".split(), strict=True))
_LETTERS = {k: v.replace("-", "") for table in (_CYRILLIC, _GREEK, _ARMENIAN, _GEORGIAN) for k, v in table.items()}


def plain(name):
    """Without accents: José -> Jose, Łukasz -> Lukasz."""
    name = name.translate(str.maketrans("łŁøØđĐıßəƏ’", "lLoOdDisaA'"))
    return "".join(c for c in unicodedata.normalize("NFKD", name) if not unicodedata.combining(c))


def romanised(name):
    if not any(c.lower() in _LETTERS for c in name):
        return name
    lower = plain(name.lower().replace("ё", "yo").replace("й", "y").replace("ї", "i").replace("ու", "u").replace("ου", "ou").replace("μπ", "b"))
    return re.sub(r"(^|[\s-])(\w)", lambda m: m[1] + m[2].upper(), "".join(_LETTERS.get(c, c) for c in lower))


def _usable(name):
    return len(name) > 1 and all(unicodedata.name(c, "").startswith("LATIN") or c in " '-." for c in name) and not name.isupper()


def _faker_names(locale, seed):
    fake = Faker(locale, use_weighting=False)
    fake.seed_instance(seed)
    given = sorted({romanised(fake.first_name()) for _ in range(900)})
    family = sorted({romanised(fake.last_name()) for _ in range(1200)})
    return [g for g in given if _usable(g)], [f for f in family if _usable(f)]


def _census_case(name, chance):
    """MCDONALD -> McDonald, OBRIEN -> O'Brien, DELACRUZ -> De La Cruz or Delacruz, as people write them."""
    if len(name) > 4 and name.startswith("MC"):
        return "Mc" + name[2:].capitalize()
    if len(name) > 5 and re.match(r"O(BR|CO|DO|HA|NE|RE|SU|KE|LE|MA|GR|FL|TO|SH)", name):
        return ("O'" + name[1:].capitalize()) if chance.random() < 0.6 else name.capitalize()
    if name.startswith(("DANG", "DAMI", "DAMA", "DAMB", "DAGO", "DELI", "DONO", "DALE")) and len(name) > 6 and chance.random() < 0.6:
        return "D'" + name[1:].capitalize()
    joined = re.match(
        r"(DELA|DELOS|DEL|DE|VANDER|VAN|VON|ST|LA|LE|DI)(CRUZ|ROSA|TORRE|PENA|GARZA|FUENTE|SANTOS|REYES|RIO|VALLE|TORO|LEON|JESUS|MEER|BERG|DYKE|WAL|CLAIR|JOHN|PIERRE|BLANC)$",
        name,
    )
    if joined and chance.random() < 0.7:
        return " ".join({"VANDER": "Vander", "DELA": "De La", "DELOS": "De Los", "ST": "St."}.get(p, p.capitalize()) for p in joined.groups())
    return name.capitalize()


@dataclass
class Person:
    given: str
    middle: str  # "" when there is none
    family: str
    suffix: str  # "" when there is none
    female: bool
    nick: str


class Weighted:
    def __init__(self, pairs):
        self.items = [p[0] for p in pairs]
        self.sums = list(accumulate(p[1] for p in pairs))

    def pick(self, chance):
        return chance.choices(self.items, cum_weights=self.sums)[0]


class People:
    def __init__(self, folder, seed):
        census = Path(folder) / "names-census1990" / "names"

        def census_list(file):
            rows = [line.split() for line in (census / file).read_text().splitlines() if line.strip()]
            return [(r[0], float(r[1])) for r in rows]

        self.usual_given = {False: census_list("dist.male.first"), True: census_list("dist.female.first")}
        self.usual_family = census_list("dist.all.last")
        modern = (Path(folder) / "phileas-lists/src/main/resources/first-names.txt").read_text().split()
        self.modern_given = [n.capitalize() for n in modern if n.isalpha()]
        self.weighted_given = {sex: Weighted([(n.capitalize(), w) for n, w in rows]) for sex, rows in self.usual_given.items()}
        self.weighted_family = Weighted(self.usual_family)
        self.groups = dict(WORLD)
        for locale in LOCALES:
            self.groups[locale] = _faker_names(locale, seed)
        self.groups["en_IN"][1].extend(INDIAN_SOUTH)
        self.world = Weighted([*LOCALES.items(), *((k, 1.4 * w) for k, w in WORLD_WEIGHTS.items())])

    def given(self, chance, female):
        kind = chance.random()
        if kind < 0.74:
            return self.weighted_given[female].pick(chance)
        if kind < 0.88:
            return chance.choice(self.usual_given[female])[0].capitalize()
        return chance.choice(self.modern_given)

    def family(self, chance):
        # frequencies alone would show the tagger few rare names
        name = self.weighted_family.pick(chance) if chance.random() < 0.5 else chance.choice(self.usual_family)[0]
        name = _census_case(name, chance)
        if chance.random() < 0.04:
            name += chance.choice("--- ") + _census_case(self.weighted_family.pick(chance), chance)
        elif chance.random() < 0.012:
            name = chance.choice(PARTICLES) + " " + name
        return name

    def person(self, chance, family=None):
        female = chance.random() < 0.52
        suffix = "" if female or chance.random() < 0.94 else chance.choice(["Jr.", "Jr", "Sr.", "II", "III", "IV"])
        middle = ""
        if chance.random() < 0.56:
            given, own = self.given(chance, female), self.family(chance)
            if chance.random() < 0.3:
                middle = self.given(chance, female)
        else:
            group = self.world.pick(chance)
            givens, families = self.groups[group]
            given, own = chance.choice(givens), chance.choice(families)
            if group in TWO_FAMILY_NAMES and chance.random() < 0.35:
                own += chance.choice([" ", " ", "-"]) + chance.choice(families)
            kind = chance.random()
            if kind < 0.12:
                middle = chance.choice(givens)
            elif kind < 0.28:
                given = self.given(chance, female)
            elif kind < 0.33:
                own = self.family(chance)
            if group in FAMILY_FIRST and kind > 0.9:
                given, own = own, given
            if chance.random() < 0.65:
                given, own = plain(given), plain(own)
                middle = plain(middle)
        # words that are names too must also be seen as names
        if chance.random() < 0.05:
            given = chance.choice(AMBIGUOUS)
        if chance.random() < 0.05:
            own = chance.choice(AMBIGUOUS)
        if family and chance.random() < 0.8:
            own = family
        nick = chance.choice(NICKNAMES) if chance.random() < 0.7 else given[: chance.randint(3, 4)].strip(" -'.").capitalize()
        return Person(given, middle, own, suffix, female, nick if len(nick) > 1 else given)


def full(p, chance):
    """Given-name-first forms, without title and credentials."""
    kind = chance.random()
    initial = plain(p.given)[:1].upper()
    middle = p.middle or (chance.choice("ABCDEFGHJKLMNPRSTW") if kind < 0.32 else "")
    if kind < 0.22 and middle:
        name = f"{p.given} {middle[0]}{chance.choice(['.', '.', ''])} {p.family}"
    elif kind < 0.26 and middle:
        name = f"{initial}. {middle[0]}. {p.family}"
    elif kind < 0.28 and middle:
        name = f"{initial}.{middle[0]}. {p.family}"
    elif kind < 0.31:
        name = f"{initial}{chance.choice(['.', '.', ''])} {p.family}"
    elif kind < 0.4 and p.middle:
        name = f"{p.given} {p.middle} {p.family}"
    elif kind < 0.43:
        name = f"{p.given} {chance.choice(['({})', chr(34) + '{}' + chr(34)]).format(p.nick)} {p.family}"
    else:
        name = f"{p.given} {p.family}"
    if p.suffix:
        name += chance.choice([" ", ", "]) + p.suffix
    return name


def indexed(p, chance):
    """Family-name-first forms: Last, First M; LAST, FIRST; LAST,FIRST."""
    middle = p.middle or (chance.choice("ABCDEFGHJKLMNPRSTW") if chance.random() < 0.4 else "")
    if middle and chance.random() < 0.7:
        middle = middle[0] + chance.choice(["", "", "."])
    family = p.family + (f" {p.suffix}" if p.suffix else "")
    if chance.random() < 0.06:
        name = f"{family}{chance.choice([', ', ' ', ','])}{plain(p.given)[0].upper()}{chance.choice(['.', ''])}"
        return name.upper() if chance.random() < 0.45 else name
    name = family + chance.choice([", ", ", ", ", ", ","]) + p.given + (f" {middle}" if middle else "")
    return name.upper() if chance.random() < 0.45 else name
