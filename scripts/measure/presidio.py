#!/usr/bin/env python3
"""Spans that Microsoft Presidio's pattern recognisers find, for `score_text --peer`.

    python3 -m venv V && V/bin/pip install presidio-analyzer==2.2.366
    cargo run -p dosimeter-phi --example score_text -- ../shared/data/phi --dump TEXTS.jsonl
    V/bin/python scripts/measure/presidio.py TEXTS.jsonl > SPANS.jsonl
    cargo run -p dosimeter-phi --example score_text -- ../shared/data/phi --peer SPANS.jsonl

No language model is used (its models are not on the package index): a blank spaCy pipeline feeds the patterns.
Prints the seconds used to standard error.
"""
import json
import sys
import time

from presidio_analyzer import AnalyzerEngine, RecognizerRegistry
from presidio_analyzer.nlp_engine import SpacyNlpEngine
import spacy

KINDS = {
    "PERSON": "PER", "LOCATION": "LOC", "ORGANIZATION": "ORG", "DATE_TIME": "DATE", "PHONE_NUMBER": "PHONE", "EMAIL_ADDRESS": "EMAIL",
    "US_SSN": "SSN", "CREDIT_CARD": "CARD", "IBAN_CODE": "IBAN", "IP_ADDRESS": "IP", "URL": "URL", "US_DRIVER_LICENSE": "ID", "US_PASSPORT": "ID",
    "US_BANK_NUMBER": "ID", "US_ITIN": "ID", "MEDICAL_LICENSE": "ID", "US_MBI": "ID", "US_NPI": "ID",
}


class Blank(SpacyNlpEngine):
    def __init__(self):
        super().__init__()
        self.nlp = {"en": spacy.blank("en")}


def main():
    engine = Blank()
    registry = RecognizerRegistry(supported_languages=["en"])
    registry.load_predefined_recognizers(languages=["en"], nlp_engine=engine)
    analyzer = AnalyzerEngine(registry=registry, nlp_engine=engine, supported_languages=["en"])
    spent = 0.0
    for line in open(sys.argv[1], encoding="utf-8"):
        item = json.loads(line)
        start = time.process_time()
        found = analyzer.analyze(text=item["body"], language="en", score_threshold=0.3)
        spent += time.process_time() - start
        for r in found:
            if r.entity_type in KINDS:
                print(json.dumps({"corpus": item["corpus"], "text": item["text"], "start": r.start, "end": r.end, "kind": KINDS[r.entity_type]}))
    print(f"{spent:.1f} s", file=sys.stderr)


if __name__ == "__main__":
    main()
