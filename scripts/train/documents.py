"""Kinds of documents. Most are a heading, sections filled from pools of sentences, and a closing; some have a form of their own."""

import re

from clinical import CLINICAL, COMPOSED
from everyday import PLAIN, TALK
from grammar import MARKS
from kinds import AROUND, CLOSINGS, IDENTITY, LETTERHEAD, SECTIONED
from named import NAMED
from note import Note
from ordinary import BARE, BARE_HEADS, FACTS, ORDINARY
from sentences import CHAT, GENERAL, POOLS, QUESTIONS
from terse import TEMPTING, TERSE
from trades import EVERYDAY

# Tempting sentences without any slot that names somebody.
TEMPTING_BARE = [t for t in TEMPTING if "{phone}" not in t]


class Documents:
    def __init__(self, chance, people, places):
        self.chance, self.people, self.places = chance, people, places
        own = [
            self.letter,
            self.chat,
            self.phone_message,
            self.email,
            self.reminder,
            self.fax,
            self.form,
            self.question,
            self.general,
            self.roster,
            self.log,
            self.keyed,
            self.hasty,
            self.dictated,
        ]
        self.generators = [(kind, None, 2) for kind in SECTIONED]
        self.generators += [(f.__name__, f, w) for f, w in zip(own, [8, 7, 4, 7, 3, 3, 4, 5, 9, 3, 2, 2, 10, 3], strict=True)]
        self.generators.append(("sentence", self.sentence, 6))
        self.weights = [g[2] for g in self.generators]

    def note(self):
        """Kind and marked text of one note."""
        if self.chance.random() < 0.08:
            return "bare", self.bare(self.fresh())
        kind, function, _ = self.chance.choices(self.generators, self.weights)[0]
        note = self.fresh()
        return kind, function(note) if function else self.sectioned(note, *SECTIONED[kind])

    def fresh(self):
        return Note(self.chance, self.people, self.places)

    # parts --------------------------------------------------------------------------------------------------------
    def sentences(self, note, pool, most):
        chance, out = self.chance, []
        most += most * (note.plainness > 0.45)
        if pool == "sx":
            return [note.fill(chance.choice(["{Sx}", "{sx}, {sx}", "{sx}", "{Dx}", "{age} {man} with {sx}, {dx}", '"{sx}"']))]
        if pool == "imaging":
            return [note.fill(chance.choice(["{imaging}", "{imaging} {date}"]))]
        if pool == "meds":
            return [
                note.fill(chance.choice(["{med}", "{med}", "{brand} ({generic}) {dose}", "{drug} - per {drx}"])) for _ in range(chance.randint(1, most + 2))
            ]
        names = pool.split("+")
        pools = [FACTS if p == "facts" else POOLS[p] for p in names]
        around = [CLINICAL[c] for p in names for c in AROUND.get(p, ["course"])]
        used = set()
        for k in range(chance.randint(1, most)):
            source, kind = pools[0] if k == 0 else chance.choice(pools), chance.random()
            if kind < 0.05:
                source = ORDINARY
            elif kind < 0.12:
                source = FACTS
            elif kind < 0.2:
                source = NAMED
            elif kind < 0.28:
                source = chance.choice([EVERYDAY, EVERYDAY, TERSE, TEMPTING])
            elif kind < 0.28 + note.plainness:
                source = chance.choice(around) if kind < 0.28 + 0.75 * note.plainness else COMPOSED
            template = chance.choice(source)
            if template not in used or source in (COMPOSED, NAMED, EVERYDAY):
                used.add(template)
                out.append(note.fill(template))
        return out

    def section(self, note, titles, pool, most, style):
        sentences = self.sentences(note, pool, most)
        title = self.chance.choice(titles)
        heading, bullet, indent = style
        if bullet or pool == "meds" and self.chance.random() < 0.7:
            mark = bullet or self.chance.choice(["- ", "* ", "", "  ", "#. "])
            body = "\n".join(indent + mark.replace("#", str(k + 1)) + s for k, s in enumerate(sentences))
        else:
            body = indent + " ".join(sentences)
        if not title:
            return body
        title = title.upper() if heading.isupper() else title
        return heading.format(title, t=title, u="-" * len(title)).replace("HEAD", "") + body

    def style(self):
        chance = self.chance
        heading = chance.choice(["{}: ", "{}:\n", "{}\n", "{} HEAD: ".upper(), "## {}\n", "{t}\n{u}\n", "** {} **\n", "{} - ", "[{}] ", "<{}>\n", "{}.  "])
        bullet = chance.choice(["", "", "", "", "- ", "• ", "* ", "#. ", "#) ", "-- "])
        return heading, bullet, chance.choice(["", "", "", "", "  ", "    ", "\t"])

    def identity(self, note, most):
        lines = [note.fill(t) for t in self.chance.sample(IDENTITY, self.chance.randint(0, most))]
        if lines and self.chance.random() < 0.6:
            lines[0] = note.fill(self.chance.choice(IDENTITY[:2]))
        if self.chance.random() < 0.15:
            return self.chance.choice([" | ", "; ", "   ", "  /  ", ", "]).join(lines)
        return "\n".join(lines)

    def joined(self, parts):
        gap = self.chance.choice(["\n\n", "\n\n", "\n", "\n", "\n\n\n"])
        return gap.join(p for p in parts if p.strip())

    def sectioned(self, note, titles, most, sections):
        chance, style = self.chance, self.style()
        parts = [note.fill(chance.choice(LETTERHEAD)), note.fill(chance.choice(titles)), self.identity(note, most)]
        if chance.random() < 0.3:
            parts[0], parts[1] = parts[1], parts[0]
        kept = [s for s in sections if chance.random() < 0.75] or sections[:1]
        if chance.random() < 0.15:
            chance.shuffle(kept)
        parts += [self.section(note, *s, style) for s in kept]
        parts.append(note.fill(chance.choice(CLOSINGS)))
        if chance.random() < 0.15:  # the head of a further page
            parts.insert(
                chance.randint(1, len(parts)),
                note.fill("[{ptany}|Patient: {ptany}|{ptindex} ({mrn})]  [MRN {mrn}|DOB {dob}|{date}|]  [Page {n:2-9} of {n:9-20}|p. {n:2-9}|]"),
            )
        if chance.random() < 0.25:  # an excerpt
            first = chance.randrange(len(parts))
            parts = parts[first : first + chance.randint(1, 3)]
        return self.joined(parts) or self.sectioned(note, titles, most, sections)

    # forms of their own -------------------------------------------------------------------------------------------
    def letter(self, note):
        pick, fill = self.chance.choice, note.fill
        pool = pick(
            ["opening+history", "opening+plan+course", "office+facts", "office+plan", "genetic+family", "plan+social", "incident+office", "findings+opening"]
        )
        to = pick(
            [
                "{drx}\n{org:clinic}\n{addr2}",
                "{org:insurer}\n[Appeals Department|Attn: {per}|Claims]\n{addr2}",
                "{pt}\n{addr2}",
                "{per}\n{addr2}",
                "{org:law}\nAttn: {per}\n{addr2}",
                "{org:school}\n{addr2}",
                "",
            ]
        )
        dear = pick(
            [
                "Dear {drx}:",
                "Dear {ptlast},",
                "Dear {pertitled}:",
                "Dear {perfirst},",
                "Dear [Sir or Madam|Colleague|Appeals Reviewer|Parent]:",
                "To Whom It May Concern:",
                "Dear {pt}:",
            ]
        )
        re = pick(
            [
                "RE: {ptany}\nDOB: {dob}",
                "Re: {pt}, Claim {acct}",
                "Regarding: {ptindex} (MRN {mrn})",
                "Subject: [Appeal of Denial|Final Notice|Referral|Second Opinion], {ptany}",
                "",
            ]
        )
        body = "\n\n".join(" ".join(self.sentences(note, pool, 4)) for _ in range(self.chance.randint(1, 3)))
        return self.joined([fill(pick(LETTERHEAD)), fill("{date}"), fill(to), fill(re), fill(dear), body, fill(pick(CLOSINGS))])

    def chat(self, note):
        pick = self.chance.choice
        who = [
            note.fill(t)
            for t in self.chance.sample(["{perfirst}", "{perfirst}", "{per}", "{perindex}", "{user}", "{user}", "[ER desk|Unit clerk|RN|Bot|Agent|Me]"], 2)
        ]
        form = pick(["{}: {}", "[{t}] {}: {}", "{t} {}: {}", "{} ({t}): {}", "<{}> {}", "{1}", "{} >> {}", "{}\n{}"])
        lines = [
            form.format(pick(who), note.fill(pick(CHAT) if self.chance.random() < 0.85 else pick(ORDINARY + FACTS + PLAIN)), t=note.fill("{time}"))
            for _ in range(self.chance.randint(1, 7))
        ]
        text = "\n".join(lines)
        return text.lower() if self.chance.random() < 0.5 else text

    def phone_message(self, note):
        lines = [
            "[Caller|From|Call from]: {perany}[ ({kin})|]",
            "[Patient|Re|Pt]: {ptany} [DOB {dob}|]",
            "[Phone|Callback]: {phone}",
            "[Time|Date/Time]: {date} {time}",
            "[Message|Msg|Reason]: {msg}",
            "[Taken by|Operator|Initials]: {perany}",
            "[To|For]: {dr}",
            "[Pharmacy]: {org:pharmacy}, {street}",
        ]
        keep = [t for t in lines if self.chance.random() < 0.75] or lines
        text = [note.fill(t.replace("{msg}", self.chance.choice(CHAT))) for t in keep]
        return self.chance.choice(["\n", "\n", "; ", "  "]).join(text)

    def email(self, note):
        pick, fill, parts = self.chance.choice, note.fill, []
        for depth in range(self.chance.choice([1, 1, 2, 3])):
            head = pick(
                [
                    "From: {per} <{email}>\nTo: {per} <{email}>\n[Cc: {per} <{email}>\n|]Sent: {date} {time}\nSubject: [RE: |FW: |]{subject}",
                    "From: {perindex}\nTo: {perindex}; {perindex}\nSubject: {subject}",
                    "On {date} at {time}, {per} <{email}> wrote:",
                    "From: {email}\nTo: {email}\nSubject: {subject}",
                    "From: {perindex} [{email}]".replace("[{email}]", "({email})"),
                ]
            )
            head = head.replace(
                "{subject}",
                pick(
                    [
                        "{ptany}",
                        "appt {day}",
                        "{org:insurer} denial",
                        "Records for {pt}",
                        "{software} access",
                        "Privacy question",
                        "meeting with {perfirst}",
                        "{unit} staffing",
                        "{org:hosp} transfer",
                    ]
                ),
            )
            greet = pick(
                ["Hi {perfirst},", "{perfirst},", "Dear {drx},", "Hello {perfirst} and {perfirst},", "Good morning,", "Hey {perfirst} -", "All,", "Hi team,"]
            )
            pool = pick(["office+facts", "course+plan", "incident+facts", "therapy+social", "plan+history", "legal+office"])
            body = " ".join(self.sentences(note, pool, 4) + [fill(pick(PLAIN)) for _ in range(pick([0, 0, 1, 3]))])
            sign = pick(
                [
                    "[Thanks|Best|Regards|Thx|Cheers|Sincerely],\n{perfirst}",
                    "{per}\n{job}\n{here}\n{addr2}\n{phone} | {email}\n{url}",
                    "{per}, {staffcred}\n{job}, {unit}\n{org:hosp}",
                    "-{perfirst}",
                    "{per} | {job} | {org:clinic} | {phone}",
                    "Sent from my iPhone",
                    "{drsign}\n{here}\n{addr}",
                ]
            )
            text = "\n\n".join([fill(head), fill(greet), body, fill(sign)])
            parts.append("\n".join(">" * (depth * pick([0, 1, 1])) + (" " if depth else "") + line for line in text.split("\n")) if depth else text)
        return "\n\n".join(parts)

    def reminder(self, note):
        return note.fill(
            self.chance.choice(
                [
                    "[Hi|Hello|Dear] {ptfirst}, [this is a reminder of|you have] your [appointment|visit] with {dr} [at|,] {here}, {addr}[,|] on {day}, {date} at {time}. [Call {phone} to reschedule.|Reply Y.|]",
                    "APPOINTMENT REMINDER\n{pt}\n{addr2}\n\nProvider: {drsign}\nWhere: {here}\nWhen: {day} {date} {time}\n[Bring your {plan} card.|Fast after midnight.|]",
                    "{here}: {ptfirst}, your {imaging} is {date}. [Parking at {street}.|Do not eat.|] {url}",
                    "[Estimado|Estimada|Hola] {ptfirst}, [su cita|le recordamos su cita] con {dr} en {here} es el {date}.",
                    "Dear {ptlast}:\nYou missed [an appointment|your visit] on {date} with {dr}. Please call {perfirst} at {phone}.\n{here}",
                    "Recall: {ptany}, [cleaning|mammogram|flu shot] due {month}; last seen by {drx} {date}.",
                ]
            )
        )

    def fax(self, note):
        lines = [
            "TO: {perany}[, {org:clinic}|]",
            "[FROM|Sender]: {perany}[, {here}|]",
            "[COMPANY|Organization]: {anyorg}",
            "FAX: {phone}",
            "PHONE: {phone}",
            "[RE|SUBJECT]: {ptany}[, DOB {dob}|]",
            "PAGES: {n:1-40}",
            "DATE: {date}",
            "[ATTN|Attention]: {perany}",
            "[COMMENTS|Notes]: {comment}",
            "ADDRESS: {addr2}",
            "URGENT [ ] REVIEW [ ]".replace("[ ]", "( )"),
        ]
        lines = [t for t in lines if self.chance.random() < 0.8]
        comment = self.chance.choice(POOLS["office"] + POOLS["plan"] + CHAT)
        return self.joined(
            [
                note.fill("[FAX|FAX COVER SHEET|Facsimile Transmittal|Fax Cover]"),
                note.fill(self.chance.choice(LETTERHEAD)),
                "\n".join(note.fill(t.replace("{comment}", comment)) for t in lines),
            ]
        )

    def form(self, note):
        lines = [note.fill(t) for t in self.chance.sample(IDENTITY, self.chance.randint(3, 14))]
        gap = self.chance.choice(["\n", "\n", "\n\n", "\t", " | "])
        return note.fill("[|Registration Form|PATIENT INFORMATION|Face Sheet|Demographics|New Patient Packet]").strip() + "\n" + gap.join(lines)

    def question(self, note):
        text = note.fill(self.chance.choice(QUESTIONS))
        return text.lower() if self.chance.random() < 0.35 else text

    def general(self, note):
        lines = [
            note.fill(self.chance.choice(self.chance.choice([GENERAL, GENERAL, TALK, TALK, TALK, PLAIN, PLAIN, PLAIN, NAMED])))
            for _ in range(self.chance.choice([1, 1, 2, 3, 4]))
        ]
        return self.chance.choice([" ", " ", "\n"]).join(lines)

    def sentence(self, note):
        """One or two sentences of any topic, alone: little context to go by."""
        pools = [
            *POOLS.values(),
            ORDINARY,
            FACTS,
            ORDINARY,
            PLAIN,
            PLAIN,
            TALK,
            COMPOSED,
            NAMED,
            NAMED,
            EVERYDAY,
            EVERYDAY,
            EVERYDAY,
            TERSE,
            TERSE,
            TEMPTING,
            *CLINICAL.values(),
        ]
        return " ".join(note.fill(self.chance.choice(self.chance.choice(pools))) for _ in range(self.chance.choice([1, 1, 2])))

    def hasty(self, note):
        """Lines or one paragraph of remarks, each by itself."""
        chance = self.chance
        pools = chance.choice(
            [[EVERYDAY], [TERSE], [EVERYDAY, TERSE], [EVERYDAY, TERSE, TEMPTING, COMPOSED], [EVERYDAY, TERSE, TEMPTING, POOLS["social"], POOLS["course"]]]
        )
        lines = [note.fill(chance.choice(chance.choice(pools))) for _ in range(chance.randint(1, 8))]
        if chance.random() < 0.3:
            lines = [note.fill("{time} ") + line for line in lines]
        if chance.random() < 0.3:
            lines.insert(
                0, note.fill(chance.choice(["[Subj|Re|Pt]: {ptany}", "{ptany} [chart|acct|MRN] {mrn}", "{age}{mf} {dx}", "{org:letterhead}", "{ptfam} {date}"]))
            )
        gap = chance.choice(["\n", " ", " "])
        if gap == " ":
            lines = [line if line[-1] in ".?!,;" else line + chance.choice("..;,") for line in lines]
        text = gap.join(lines)
        return text.lower() if chance.random() < 0.2 else text

    def dictated(self, note):
        """As recognised from speech: lower case, without any mark."""
        pools = [EVERYDAY, TERSE, POOLS["opening"], POOLS["history"], POOLS["social"], POOLS["plan"], POOLS["course"], TEMPTING]
        sentences = [note.fill(self.chance.choice(self.chance.choice(pools))) for _ in range(self.chance.randint(2, 7))]
        text = " ".join("and " + s if s[0] in MARKS else s for s in sentences)
        return re.sub(r"[.,;:()\"/]+(?=[ \n]|$|[\ue000-\ue003])", "", text.replace("\n", " ").lower())

    def roster(self, note):
        """Rows of a list: schedule, census, claims."""
        columns = self.chance.sample(
            [
                "{perindex}",
                "{per}",
                "{dob}",
                "{mrn}",
                "{phone}",
                "{addr}",
                "{town}",
                "{org:insurer}",
                "{dr}",
                "{dx}",
                "{time}",
                "{unit}",
                "{n:100-900}",
                "{org:hosp}",
                "{city}",
                "{st}",
                "{acct}",
                "{drug}",
                "{eponym}",
                "{perlast}{gap}{perfirst}",
                "{role}",
                "{sx}",
            ],
            self.chance.randint(2, 6),
        )
        if not {"{perindex}", "{per}"} & set(columns):
            columns.insert(0, self.chance.choice(["{perindex}", "{per}"]))
        gap = self.chance.choice([", ", "\t", " | ", "   ", ";", "  "])
        columns = [c.replace("{gap}", gap) for c in columns]
        head = note.fill("[Schedule for {dr} {date}|Census {unit}|Claims batch {acct}|Sign-in sheet, {here}|On call {day}|]")
        return "\n".join(([head] if head else []) + [gap.join(self.fresh().fill(c) for c in columns) for _ in range(self.chance.randint(2, 9))])

    def keyed(self, note):
        """A record as programs write it: keys and values, JSON, XML, or a table with a head."""
        fields = {
            "name": "{per}",
            "patient_name": "{ptany}",
            "PatientName": "{ptindex}",
            "first_name": "{ptfirst}",
            "lastName": "{ptfam}",
            "dob": "{dob}",
            "mrn": "{mrn}",
            "phone": "{phone}",
            "email": "{email}",
            "address": "{addr}",
            "city": "{city}",
            "state": "{st}",
            "facility": "{org:hosp}",
            "pharmacy": "{org:pharmacy}",
            "payer": "{org:insurer}",
            "provider": "{dr}",
            "note": "{Who} {verb} {object} {where}.",
            "diagnosis": "{dx}",
            "medication": "{med}",
            "user": "{user}",
            "file": "{file}",
            "employer": "{org:employer}",
            "nextOfKin": "{per}",
            "language": "{language}",
            "comment": "{ptfirst} [fine|late|called]",
        }
        keys = self.chance.sample(sorted(fields), self.chance.randint(3, 10))
        form, between, around = self.chance.choice(
            [
                ('"{}": "{}"', ", ", "{{{}}}"),
                ('  "{}": "{}"', ",\n", "{{\n{}\n}}"),
                ("<{0}>{1}</{0}>", "", "<record>{}</record>"),
                ("{}={}", "; ", "{}"),
                ("{}={}", "&", "{}"),
                ("{}\t{}", "\n", "{}"),
                ("{} = '{}'", " AND ", "{}"),
                ("{}: {}", "\n", "{}"),
            ]
        )
        return around.format(between.join(form.format(k, note.fill(fields[k]).replace("\n", " ")) for k in keys))

    def log(self, note):
        """Dated entries of a chart, each by another hand."""
        form = self.chance.choice(["{date} {time} {}", "{date} - {}", "{time}: {} [{staff}|-{perfirst}|/{user}]", "({date}) {} {staff}", "{date} {staff}: {}"])
        pools = POOLS["course"] + POOLS["history"] + POOLS["plan"] + CHAT
        return "\n".join(note.fill(form.replace("{}", self.chance.choice(pools))) for _ in range(self.chance.randint(2, 7)))

    def bare(self, note):
        pick = self.chance.choice
        kind = self.chance.random()
        if kind < 0.15:
            return note.fill(
                pick(
                    [
                        "[what is|treatment for|symptoms of|icd 10] {eponym}",
                        "can i take {drug} with {drug}",
                        "{drug} vs {drug} for {dx}",
                        "{eponym} [criteria|test technique|in pregnancy]",
                        "how to reset {device}",
                        "{newepo} meaning",
                        "{age}{mf} {sx}, {sx}, {lab} ddx?",
                    ]
                )
            )
        lines = [note.fill(pick(BARE_HEADS))] if kind < 0.85 else []
        pools = [BARE, BARE, FACTS, ORDINARY, PLAIN, PLAIN, COMPOSED, TEMPTING_BARE, TEMPTING_BARE, *CLINICAL.values()]
        if self.chance.random() < 0.5:  # one topic
            pools = [pick([BARE, *CLINICAL.values()]), pick(list(CLINICAL.values())), COMPOSED]
        lines += [note.fill(pick(pick(pools))) for _ in range(self.chance.randint(1, 10))]
        bullet = pick(["", "", "- ", "• ", "  "])
        return lines[0] + "\n" + pick(["\n", "\n", " "]).join(bullet + line for line in lines[1:]) if len(lines) > 1 else lines[0]
