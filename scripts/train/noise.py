"""Line wraps, letter case, typing errors and OCR errors. All work on marked text and leave the marks alone."""

import re

from grammar import CLOSE, MARKS, PER

_OCR = [
    ("rn", "m"),
    ("m", "rn"),
    ("l", "1"),
    ("l", "I"),
    ("I", "l"),
    ("O", "0"),
    ("o", "0"),
    ("S", "5"),
    ("B", "8"),
    ("cl", "d"),
    ("d", "cl"),
    ("ii", "u"),
    ("h", "b"),
    ("e", "c"),
    ("c", "e"),
    ("t", "f"),
    ("vv", "w"),
    ("w", "vv"),
    ("a", "á"),
    ("e", "é"),
    ("i", "ì"),
    ("g", "q"),
    (".", ","),
    (",", "."),
    ("fi", "ﬁ"),
    ("'", "’"),
    ("1", "l"),
    ("0", "O"),
]
_SPAN = re.compile(f"([{MARKS.replace(CLOSE, '')}])([^{CLOSE}]*)")


def wrap(text, width):
    """Lines of at most about `width` characters; a wrap may fall inside a name."""
    out = []
    for line in text.split("\n"):
        column = 0
        words = line.split(" ")
        for k, word in enumerate(words):
            size = sum(c not in MARKS for c in word)
            if k and column + 1 + size > width and column > 0 and size:
                out += ["\n", word]
                column = size
            else:
                out += [" " if k else "", word]
                column += size + bool(k)
        out.append("\n")
    return "".join(out[:-1])


def in_spans(text, change, chosen):
    """`change` applied to the text of the spans for which `chosen` (called with the kind's mark) is true."""
    return _SPAN.sub(lambda m: m[1] + (change(m[2]) if chosen(m[1]) else m[2]), text)


def ocr(text, chance, rate):
    """Letters misread, spaces lost and added, at `rate` errors per place where one can happen."""
    out, at = [], 0
    while at < len(text):
        if chance.random() < rate:
            fits = [(a, b) for a, b in _OCR if text.startswith(a, at)]
            if fits:
                a, b = chance.choice(fits)
                out.append(b)
                at += len(a)
                continue
            if text[at] == " " and chance.random() < 0.4:
                at += 1
                continue
            if text[at].isalpha() and text[at - 1 : at].isalpha() and chance.random() < 0.1:
                out.append(" ")
        out.append(text[at])
        at += 1
    return "".join(out)


def typos(text, chance, rate):
    """Letters doubled, dropped and swapped, inside words."""
    out = list(text)
    for k in range(1, len(out) - 2):
        if out[k].isalpha() and out[k + 1].isalpha() and out[k - 1].isalpha() and chance.random() < rate:
            kind = chance.random()
            if kind < 0.4:
                out[k], out[k + 1] = out[k + 1], out[k]
            elif kind < 0.7:
                out[k] = ""
            else:
                out[k] *= 2
    return "".join(out)


def tidy(text):
    """Spans hold no blank at their ends: blanks there move outside; a span that became empty is no span."""
    text = re.sub(f"([{MARKS.replace(CLOSE, '')}])(\\s+)", r"\2\1", text)
    text = re.sub(f"(\\s+){CLOSE}", rf"{CLOSE}\1", text)
    return re.sub(f"[{MARKS.replace(CLOSE, '')}]{CLOSE}", "", text)


def restyle(text, chance):
    """The whole note as someone may have kept it."""
    text = re.sub(f"\\.({CLOSE}?)\\.(?!\\.)", r".\1", re.sub(r",([.,;])", r"\1", text))  # "Jr.." and "(wife, Ann,)."
    text = re.sub(f"({PER}[^{CLOSE}]*){CLOSE} {PER}", r"\1 ", text)  # given name and family name of one person, from two slots
    kind = chance.random()
    if kind < 0.055:
        text = text.upper()
    elif kind < 0.13:
        text = text.lower()
    elif kind < 0.17:
        text = in_spans(text, str.lower, lambda m: True)
    elif kind < 0.2:
        text = in_spans(text, str.upper, lambda m: m == PER)
    if chance.random() < 0.06:
        text = typos(text, chance, 0.015)
    if chance.random() < 0.04:
        text = re.sub(r"[.,](?=\s)", "", text)
    if chance.random() < 0.08:
        text = re.sub(r"(?<=[.;]) (?=\S)", "  ", text)
    if chance.random() < 0.03:
        text = text.replace("  ", "\t")
    if chance.random() < 0.35:
        text = wrap(text, chance.randint(60, 90))
    if chance.random() < 0.09:
        text = ocr(text, chance, chance.choice([0.01, 0.02, 0.04, 0.07]))
    return tidy(text)
