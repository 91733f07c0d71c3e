"""Templates: `{slot}`, `{slot:argument}` and `[one|other|]`, nested at will, expanded at random.

A span of the text stands between a mark that opens it (its kind) and the mark CLOSE. The marks are single private-use
characters, so upper case, line wraps and OCR noise can be applied to a text without any book-keeping of offsets.
"""

import re
from functools import cache

PER, LOC, ORG, CLOSE = "\ue001", "\ue002", "\ue003", "\ue000"
KINDS = {PER: "PER", LOC: "LOC", ORG: "ORG"}
MARKS = PER + LOC + ORG + CLOSE


def mark(kind, text):
    return f"{kind}{text}{CLOSE}"


def unmark(text):
    return re.sub(f"[{MARKS}]", "", text)


@cache
def compiled(template):
    parts, at = _sequence(template, 0, "")
    if at != len(template):
        raise ValueError(f"unbalanced template: {template}")
    return parts


def _sequence(text, at, ends):
    """Parts from `at` to one of the characters `ends` (or the end): strings, ("slot", name, argument), ("any", options)."""
    parts, plain = [], []
    while at < len(text) and text[at] not in ends:
        if text[at] == "{":
            end = text.index("}", at)
            name, _, argument = text[at + 1 : end].partition(":")
            parts += ["".join(plain), ("slot", name, argument)]
            plain, at = [], end + 1
        elif text[at] == "[":
            options, at = [], at + 1
            while True:
                option, at = _sequence(text, at, "|]")
                options.append(option)
                if at >= len(text):
                    raise ValueError(f"unbalanced template: {text}")
                at += 1
                if text[at - 1] == "]":
                    break
            parts += ["".join(plain), ("any", options)]
            plain = []
        else:
            plain.append(text[at])
            at += 1
    return [p for p in [*parts, "".join(plain)] if p], at


def expand(parts, chance, slot):
    out = []
    for part in parts:
        if isinstance(part, str):
            out.append(part)
        elif part[0] == "any":
            out.append(expand(chance.choice(part[1]), chance, slot))
        else:
            out.append(slot(part[1], part[2]))
    return "".join(out)


def labelled(marked):
    """The plain text and its spans; raises ValueError where marks are nested or a span is empty or padded."""
    text, spans, start, kind, at = [], [], None, None, 0
    for c in marked:
        if c in KINDS:
            if start is not None:
                raise ValueError(f"nested span: {unmark(marked)[max(0, at - 40) : at + 40]!r}")
            start, kind = at, KINDS[c]
        elif c == CLOSE:
            if start is None:
                raise ValueError("a span ends that never began")
            spans.append([start, at, kind])
            start = None
        else:
            text.append(c)
            at += 1
    if start is not None:
        raise ValueError("a span never ends")
    text = "".join(text)
    for start, end, _ in spans:
        span = text[start:end]
        if not span or span != span.strip():
            raise ValueError(f"empty or padded span {span!r}")
    return text, spans
