"""Kinds of documents that consist of a heading, sections and a closing, and the lines of their heads and ends."""

LETTERHEAD = [
    "{here}\n{addr2}\n[Tel|Phone|T|Ph]: {phone} [Fax|F]: {phone}",
    "{here}",
    "{here} - [Department of|Division of|] [Radiology|Surgery|Medicine|Psychiatry|Pediatrics|Cardiology|Neurology]",
    "{here}\n{addr}",
    "{here} | {addr} | {phone}",
    "",
    "",
    "[CONFIDENTIAL|***CONFIDENTIAL***|Printed {date} by {user}]\n{here}",
]
IDENTITY = [
    "[Patient|Patient Name|PATIENT|Name|Pt Name|Pt]: {ptany}",
    "[Patient|Name]: {ptany}\t[MRN|MR#|Med Rec No]: {mrn}",
    "[DOB|Date of Birth|Date Of Birth|D.O.B.]: {dob}",
    "[MRN|Medical Record Number|Chart #|Acct #]: {mrn}",
    "[Attending|Attending Physician|Provider|Physician]: {drsign}",
    "[PCP|Primary Care Provider|Family Doctor]: {pcp}",
    "[Date of Service|DOS|Date|Visit Date]: {date}",
    "[Admission Date|Admit Date|Admitted]: {date}\t[Discharge Date|Discharged]: {date}",
    "[Address|Home Address|Addr]: {addr2}",
    "[City|City/State]: {town}",
    "City: {city}  State: {st}  Zip: {zip}",
    "[SSN|SS#|Social Security No.]: {ssn}",
    "[Phone|Tel|Home Phone|Cell]: {phone}",
    "[Email|E-mail]: {email}",
    "[Referring|Ref. by|Referring Physician|Referred By]: {drx}",
    "[Location|Facility|Site]: {here}",
    "[Location|Unit|Dept]: {unit}",
    "[Emergency Contact|NOK|Next of Kin]: {per} ({kin}) {phone}",
    "[Insurance|Payor|Primary Insurance]: {org:insurer}",
    "Insurance Type: {plan}",
    "[Employer|Place of Employment]: {org:employer}",
    "[Pharmacy|Preferred Pharmacy]: {org:pharmacy}",
    "[Sex|Gender]: [M|F|Male|Female]  [Age|AGE]: {age}",
    "[Race|Ethnicity]: {ethnicity}",
    "[Religion|Faith]: {religion}",
    "[Language|Preferred Language]: {language}",
    "[Allergies|ALLERGIES|All]: {drug}, {drug}",
    "RE: {ptany}[, DOB {dob}|  MRN {mrn}|]",
    "[Marital Status|Occupation]: [single|married|widowed|{occupation}]",
    "[Birthplace|Place of Birth]: {place}",
    "[Mother|Father|Guardian|Parent]: {perany}",
    "[Interpreter|Translator]: {per} ({language})",
    "[Room|Bed|Room/Bed]: {n:100-900}[-A|-B|]",
    "[Code Status|Service]: [Full|DNR|Hospitalist|Ortho]",
    "[Dictated by|Author|Written by|Entered by]: {drsign}",
    "[School|Daycare]: {org:school}",
    "{role}: {perany}",
    "{role}: {perany}",
    "{ROLE}: {perany}",
    "[Last Name|Surname|LAST]: {ptfam}\n[First Name|FIRST|Given]: {ptfirst}\n[Middle Name: {perfirst}|M.I.:|]",
]
CLOSINGS = [
    "[Electronically signed by|Signed|E-signed by|Electronically Signed By]: {drsign} [on|] {date} [at|] {time}",
    "{drsign}",
    "{drsign}\n{job}\n{here}\n{phone}",
    "[Dictated|D]: {date} {time} [by|] {drsign}\n[Transcribed|T]: {date} [by|] {per}\n[Job|Doc]# {acct}",
    "cc: {drx}\n    {drx}, {org:clinic}",
    "CC: {pcp}[; {drx}|; {org:clinic}]",
    "[Sincerely|Regards|Respectfully|Yours truly|Best|Warmly],\n\n{drsign}\n{here}",
    "{staff}",
    "[Nurse|Signature|Completed by]: {nurse} {date} {time}",
    "[Attested|Co-signed]: {drx}",
    "/s/ {per}",
    "{user} {date} {time}",
    "{inits}",
    "{drsign}\n{inits}",
    "Attachment: {file}",
    "-{perfirst}",
    "",
    "",
]

# kind: titles, identity lines at most, sections (titles, pool, most sentences)
_HPI = (["HPI", "History of Present Illness", "HISTORY OF PRESENT ILLNESS", "Subjective", "S", "Interval History", "Present Illness"], "opening+history", 5)
_PMH = (["PMH", "Past Medical History", "Past History", "PMHx", "Medical History"], "facts", 3)
_MED = (["Medications", "MEDICATIONS", "Meds", "Current Medications", "Home Meds", "Discharge Medications"], "meds", 5)
_FH = (["FH", "Family History", "FAMILY HISTORY", "Fam Hx"], "family", 3)
_SH = (["SH", "Social History", "SOCIAL HISTORY", "Social Hx", "Psychosocial"], "social", 4)
_PE = (["PE", "Physical Exam", "PHYSICAL EXAMINATION", "Objective", "O", "Vitals/Exam"], "exam", 5)
_COURSE = (["Hospital Course", "HOSPITAL COURSE", "ED Course", "Course", "Events", "Narrative"], "course", 5)
_PLAN = (["Plan", "A/P", "Assessment and Plan", "ASSESSMENT/PLAN", "Recommendations", "P", "Disposition", "Impression and Plan"], "plan", 5)
SECTIONED = {
    "discharge": (["Discharge Summary", "DISCHARGE SUMMARY", "Hospital Discharge"], 7, [_HPI, _PMH, _COURSE, _MED, _SH, _PLAN]),
    "history_physical": (["History and Physical", "H&P", "ADMISSION HISTORY & PHYSICAL"], 6, [_HPI, _PMH, _FH, _SH, _MED, _PE, _PLAN]),
    "progress": (["Progress Note", "SOAP Note", "Daily Progress Note", "Follow-Up Visit", ""], 4, [_HPI, _PE, _PLAN]),
    "nursing": (
        ["Nursing Note", "RN Shift Note", "NURSING ASSESSMENT", "Nurses Notes", ""],
        3,
        [(["", "Shift Summary", "Assessment"], "course+exam+history", 6)],
    ),
    "triage": (
        ["ED Triage Note", "EMERGENCY DEPARTMENT", "Triage", "ED Provider Note"],
        5,
        [(["Chief Complaint", "CC", "Reason for Visit"], "sx", 1), _HPI, _PE, _COURSE],
    ),
    "radiology": (
        ["Radiology Report", "DIAGNOSTIC IMAGING", "Imaging Report", ""],
        5,
        [
            (["Exam", "EXAMINATION", "Procedure"], "imaging", 1),
            (["History", "Clinical Indication"], "sx", 1),
            (["Findings", "FINDINGS"], "findings", 6),
            (["Impression", "IMPRESSION"], "findings", 2),
        ],
    ),
    "pathology": (
        ["Surgical Pathology Report", "PATHOLOGY", "Cytology Report"],
        6,
        [(["Specimen", "Clinical History"], "facts", 2), (["Gross Description", "Diagnosis", "Microscopic"], "findings", 5)],
    ),
    "operative": (
        ["Operative Report", "OPERATIVE NOTE", "Procedure Note", "Brief Op Note"],
        6,
        [(["Procedure", "Preoperative Diagnosis"], "facts", 1), (["Description", "Details", "Procedure in Detail"], "operative+course", 7)],
    ),
    "therapy": (
        ["Psychotherapy Note", "Intake Assessment", "Counseling Session", "Psychiatric Evaluation", ""],
        4,
        [(["Presenting Problem", "Session Content", "Data", ""], "therapy+opening", 6), _SH, (["Assessment", "MSE"], "exam", 2), _PLAN],
    ),
    "social_work": (
        ["Social Work Note", "SW Assessment", "Case Management Note", "Psychosocial Assessment"],
        4,
        [(["Situation", "Narrative", ""], "social+history+legal", 6), (["Supports", "Family"], "family+social", 3), _PLAN],
    ),
    "rehab": (
        ["Physical Therapy Evaluation", "PT Daily Note", "OT Note", "Speech Therapy"],
        4,
        [(["Subjective", ""], "rehab+history", 4), (["Objective"], "exam+rehab", 3), (["Goals", "Plan"], "rehab+plan", 3)],
    ),
    "home_health": (
        ["Home Health Visit", "Home Visit Note", "Skilled Nursing Visit", "Hospice Visit"],
        5,
        [(["Visit Narrative", ""], "rehab+social+course", 6), _MED, _PLAN],
    ),
    "dental": (["Dental Progress Note", "Treatment Notes", "Dental Chart"], 4, [(["", "Tx"], "dental+history", 5)]),
    "pediatric": (
        ["Well Child Visit", "Pediatric Clinic Note", "Sick Visit", "Sports Physical"],
        5,
        [(["Interval", "History", ""], "mch+opening", 5), (["Social", "School"], "mch+social", 3), _PE, _PLAN],
    ),
    "obstetric": (["Prenatal Visit", "OB Triage", "Labor and Delivery Note", "Postpartum Note"], 5, [(["", "HPI"], "mch+history", 5), _PE, _PLAN]),
    "death": (["Death Summary", "DEATH NOTE", "In Memoriam", "Obituary", "Mortality Review"], 3, [(["", "Course"], "obituary+course", 6)]),
    "genetic": (["Genetic Counseling Note", "Genetics Consultation"], 4, [(["Family History", "Pedigree"], "genetic+family", 6), _PLAN]),
    "immigration": (
        ["Asylum Evaluation", "Refugee Health Screening", "Interpreter Note", "Translated Record"],
        4,
        [(["Background", "Narrative", ""], "legal+social", 6), _PE],
    ),
    "court": (
        ["Court-Ordered Evaluation", "Forensic Psychiatric Report", "Police Hold", "Competency Evaluation"],
        4,
        [(["Referral", "Sources", ""], "legal+therapy", 6), (["Opinion", "Findings"], "exam+facts", 3)],
    ),
    "incident": (
        ["Incident Report", "Occurrence Report", "Privacy Incident", "SAFETY EVENT"],
        3,
        [(["What happened", "Description", ""], "incident+course", 6), (["Action", "Follow-up"], "incident+plan", 2)],
    ),
    "personnel": (
        ["Employee Health Note", "HR File Note", "Corrective Action", "Performance Review", "Leave Request"],
        3,
        [(["Summary", ""], "incident+social", 5), (["Next Steps"], "facts+plan", 2)],
    ),
    "transcription": (["DICTATION", "Transcription", "Voice Recording {acct}"], 4, [_HPI, _COURSE, _PE, _PLAN]),
    "instructions": (
        ["Discharge Instructions", "After Visit Summary", "Patient Instructions"],
        4,
        [(["Why you were here", ""], "opening+facts", 2), (["What to do", "Follow-up"], "plan+facts", 5)],
    ),
    "authorization": (["Prior Authorization Request", "PA Form", "Letter of Medical Necessity"], 6, [(["Request", "Clinical"], "office+facts", 6)]),
    "billing": (["Statement", "FINAL NOTICE", "Patient Billing", "Explanation of Benefits"], 5, [(["", "Details"], "office", 6)]),
    "consultation": (
        ["Consultation", "Cardiology Consult", "CONSULT NOTE", "Second Opinion"],
        4,
        [(["Reason for Consult", "Request"], "sx", 1), _HPI, _PMH, _FH, _PE, _PLAN],
    ),
    "appeal": (
        ["Appeal of Adverse Determination", "Grievance", "External Review", "Claim Dispute"],
        5,
        [(["Grounds", "Summary", ""], "office+facts+opening", 7)],
    ),
    "referral": (
        ["Referral", "Referral Form", "Transfer Request"],
        7,
        [(["Reason", "Clinical Question", ""], "opening+facts", 3), (["Refer to", "Details"], "plan+office", 3)],
    ),
    "narrative": (["", "", "Chart Note", "Addendum", "Late Entry"], 1, [([""], "opening+history+social+course", 9), ([""], "family+therapy+plan", 7)]),
    "education": (["Patient Teaching", "Group Note", "Class Notes"], 2, [([""], "facts+plan", 6)]),
    "long": (["Consolidated Record", "Chart Summary", ""], 8, [_HPI, _PMH, _FH, _SH, _COURSE, _PE, _MED, _PLAN]),
}


# the prose without names that goes with each pool
AROUND = {
    "opening": ["history"],
    "history": ["history"],
    "family": ["history"],
    "social": ["history", "mind"],
    "facts": ["history", "exam"],
    "exam": ["exam"],
    "findings": ["imaging"],
    "plan": ["plan"],
    "office": ["office"],
    "incident": ["office", "course"],
    "legal": ["mind", "office"],
    "therapy": ["mind"],
    "genetic": ["history"],
    "obituary": ["course", "history"],
    "mch": ["history", "exam"],
    "dental": ["exam", "plan"],
    "rehab": ["plan", "exam"],
}
