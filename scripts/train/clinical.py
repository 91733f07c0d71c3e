"""Clinical and office prose without any name, by topic: what most of a real note consists of."""

CLINICAL = {
    "history": [
        "[Symptoms|Pain|The episode] began [suddenly|gradually|insidiously] [about|approximately|] {n:2-14} [hours|days|weeks|months] ago [while at rest|after exertion|following a meal|without trigger|in the middle of the night].",
        "[Pain|Discomfort] is [dull|sharp|burning|crampy|pressure-like], {n:1-10}/10, [radiating to the back|non-radiating|worse with movement|relieved by rest|unchanged by position].",
        "[Associated symptoms include|Also reports|Endorses] {sx}, {sx} and {sx}; denies {sx}[ or {sx}|].",
        "No [recent travel|sick contacts|trauma|new medications|change in diet|prior episodes].",
        "[Took|Tried] {generic} [with minimal relief|without benefit|with partial relief].",
        "Baseline [exercise tolerance is two blocks|mentation is alert and oriented|weight {n:90-300} lbs|creatinine 1.{n:0-9}].",
        "ROS: [otherwise negative|positive for {sx} and {sx}|ten systems reviewed and negative except as above].",
        "Constitutional: [no fever|weight loss of {n:5-40} lbs|night sweats]. Eyes: [negative|blurry vision]. ENT: [sore throat|negative]. CV: [chest pain|negative]. Resp: [cough|negative]. GI: [nausea|negative]. GU: negative. MSK: [arthralgias|negative]. Skin: [rash|no rash]. Neuro: [headache|negative].",
        "Compliance with medications [has been good|is poor because of cost|cannot be verified].",
        "[Last|Most recent] [colonoscopy|mammogram|Pap smear|eye exam|A1c|tetanus shot] was [in {month}|{n:1-10} years ago|normal|overdue].",
        "Immunizations [are|] up to date.",
        "Surgical history [includes|is significant for] {proc}[ and {proc}|].",
        "[Smokes|Smoked] {n:1-3} ppd [x {n:5-40} years|, quit {n:2-20} years ago]; [social drinker|denies alcohol|drinks {n:2-12} beers nightly]; no [illicit|recreational] drugs.",
        "The patient [lives in a two-story house|uses a cane|is independent in ADLs|requires assistance with bathing|drives|has stairs to enter].",
        "[Retired|Works full time|On disability|Between jobs]; [married|divorced|widowed|single] with [two|three|no] [children|cats].",
        "[Nobody|No one] at home is ill.",
        "The [daughter|wife|husband|son|mother|caregiver|facility|nurse] [reports|states|is concerned about|witnessed] {sx}.",
        "Presented to [an outside hospital|the local clinic|urgent care|his school nurse|her church group] first.",
    ],
    "exam": [
        "General: [well developed, well nourished|ill appearing|in no acute distress|cachectic], [alert|drowsy] and [cooperative|anxious].",
        "HEENT: [normocephalic, atraumatic|PERRL, EOMI|oropharynx clear|mucous membranes moist|TMs clear bilaterally].",
        "Neck: [supple|no JVD|no lymphadenopathy|no thyromegaly|trachea midline].",
        "Cardiovascular: [regular rate and rhythm|irregularly irregular], [no murmurs, rubs or gallops|{n:1-4}/6 systolic murmur at the apex].",
        "[Lungs|Chest|Pulm]: [clear to auscultation bilaterally|bibasilar crackles|diffuse expiratory wheezes|decreased breath sounds at the left base].",
        "Abdomen: [soft, nontender, nondistended|tender in the RLQ with rebound|obese, bowel sounds present], no [hepatosplenomegaly|guarding|masses].",
        "Extremities: [no clubbing, cyanosis or edema|2+ pitting edema|warm and well perfused|full range of motion].",
        "Skin: [warm and dry|no rashes or lesions|erythematous plaque over the shin|stage II sacral ulcer {n:2-9} x {n:2-9} cm].",
        "Neurologic: [cranial nerves intact|strength 5/5 throughout|sensation intact to light touch|gait steady|reflexes 2+ and symmetric|no focal deficits].",
        "Psychiatric: [mood euthymic|affect blunted|thought process linear|insight fair, judgment intact|no hallucinations].",
        "Mental Status: [Appearance casual; speech normal rate and volume|Attention fair; memory {n:1-3}/3 at five minutes|Oriented x {n:1-4}].",
        "Height {n:58-76} in, Weight {n:100-290} lb, BMI {n:18-45}.{n:0-9}.",
        "EKG: [normal sinus rhythm|sinus tachycardia|atrial fibrillation with RVR|left bundle branch block|nonspecific ST changes].",
        "Wound [edges approximated|clean, dry and intact|with serosanguineous drainage|malodorous].",
        "Pulses [2+|palpable|dopplerable] [bilaterally|in both feet].",
        "Rectal: [guaiac negative|deferred|normal tone].",
        "Breast: [no masses|deferred|fibrocystic changes]. Pelvic: [deferred|cervix closed|normal external genitalia].",
        "Fundal height {n:20-40} cm, fetal heart tones {n:110-165}, [vertex|breech].",
        "Strength [4/5|3/5] in the [left|right] [hip flexors|deltoid|quadriceps|grip]; ROM [limited|within functional limits].",
        "Dentition [poor|fair|intact]; probing depths {n:2-9} mm; [bleeding|calculus|caries] noted.",
    ],
    "course": [
        "[Started on|Given|Received] [IV fluids|supplemental oxygen|broad-spectrum antibiotics|pain medication|a blood transfusion|{generic}] with [improvement|good response|no change].",
        "Blood cultures [drawn x2|no growth to date|grew gram-positive cocci]; urine culture [pending|negative].",
        "[Remained|Was] [hemodynamically stable|afebrile|tachycardic|hypotensive] [overnight|throughout the stay|for {n:12-72} hours].",
        "Diet [advanced as tolerated|NPO after midnight|cardiac|clear liquids]; [ambulating|voiding|tolerating PO] [without difficulty|with assistance].",
        "[Consulted|Appreciate] [Cardiology|Infectious Disease|Physical Therapy|Social Services|Nutrition|General Surgery|Palliative Care] [recommendations|input].",
        "[Foley|Central line|Chest tube|Peripheral IV|Drain|NG tube] [removed|placed|patent|discontinued] [on hospital day {n:2-9}|without complication|].",
        "Fall precautions [in place|maintained]; bed [low and locked|alarm on], call light within reach.",
        "Pain {n:0-10}/10, medicated [per MAR|as ordered], reassessed at {time}.",
        "[Resting|Sleeping] comfortably, [respirations even and unlabored|no distress|eyes closed].",
        "[Refused|Declined|Accepted] [bath|breakfast|medications|group|repositioning] this [shift|morning].",
        "I&O: {n:200-2500} in, {n:200-2500} out.",
        "Telemetry [shows sinus rhythm|with occasional PVCs|without events].",
        "Isolation [contact|droplet] precautions; PPE worn.",
        "Condition at discharge: [stable|good|fair|guarded].",
        "The risks, benefits and alternatives were [explained|discussed], and consent was obtained.",
        "Time out was performed; [site marked|antibiotics given within one hour].",
        "The wound was [irrigated|closed in layers|packed|dressed] with [sterile saline|absorbable suture|gauze].",
        "[The|A] [fascia|peritoneum|capsule|artery] was [identified|incised|ligated|divided] [sharply|with electrocautery|between clamps].",
        "Hemostasis was [achieved|excellent]; sponge and needle counts [were|] correct x2.",
        "The specimen was [sent to pathology|placed in formalin|oriented with a suture].",
    ],
    "plan": [
        "Continue [current medications|present management|physical therapy|supportive care|to monitor].",
        "[Return|Go to the emergency room] [if symptoms worsen|for fever above 101|for uncontrolled pain|if unable to keep fluids down].",
        "[Encouraged|Counseled on] [smoking cessation|diet and exercise|weight loss|safe sleep|medication adherence|hydration].",
        "Repeat [labs|CBC|BMP|imaging|chest x-ray] in {n:2-12} weeks.",
        "[Low sodium|Diabetic|Renal|Regular] diet; activity as tolerated; no lifting over {n:5-30} pounds.",
        "Will [obtain|order|check|consider] {imaging}.",
        "DVT prophylaxis: [SCDs|heparin|ambulation]. GI prophylaxis: [PPI|none]. Code: [full|DNR/DNI].",
        "Greater than 50% of the {n:20-60} minute visit was spent [counseling|coordinating care].",
        "All questions were answered.",
        "Patient [verbalized understanding|agrees with the plan|was given written instructions].",
        "Follow up with [primary care|your doctor|the surgeon|cardiology|the specialist] in {n:1-8} weeks.",
        "[Change dressing|Weigh yourself|Check blood sugar|Rinse with salt water|Ice the area] [daily|twice a day|every {n:2-8} hours].",
        "No driving while taking [narcotics|sedatives|{generic}].",
        "Short-term goal: [independent transfers|walk {n:20-300} feet|improve ROM by {n:5-30} degrees] in {n:2-4} weeks.",
        "Frequency: {n:2-5}x/week for {n:2-12} weeks.",
        "Rehab potential is [good|fair|excellent].",
        "[Referral placed|Awaiting insurance approval|Prior authorization needed|Pending bed availability].",
        "Discharge planning: [home with services|skilled nursing facility|acute rehab|group home|shelter].",
    ],
    "imaging": [
        "The [lungs|pleural spaces|airways] are clear [without|. No] [consolidation|effusion|pneumothorax].",
        "Heart size and mediastinal contours are [normal|within normal limits|mildly enlarged].",
        "[Mild|Moderate|Severe] [degenerative changes|disc space narrowing|canal stenosis|foraminal narrowing] at [L4-L5|L5-S1|C5-C6].",
        "The liver, spleen, pancreas, adrenals and kidneys are unremarkable.",
        "No acute [intracranial hemorrhage|fracture|infarct|osseous abnormality|findings].",
        "BI-RADS {n:1-5}. Breast composition is [heterogeneously dense|scattered fibroglandular].",
        "Gallbladder [distended with stones|surgically absent|normal]; common duct measures {n:2-9} mm.",
        "Sections show [invasive ductal carcinoma|tubular adenoma|chronic inflammation|squamous epithelium], margins [negative|focally positive].",
        "Received in formalin [is|are] {n:1-5} fragments of tan-pink tissue, {n:1-4}.{n:0-9} cm in aggregate, entirely submitted in cassette A{n:1-9}.",
        "Contrast: {n:50-150} mL [Omnipaque|Isovue|gadolinium]. Dose: {n:200-1500} mGy-cm.",
        "Ejection fraction is estimated at {n:20-70}%. [Mild|Trace|Moderate] [mitral|tricuspid|aortic] regurgitation.",
        "Stable [postsurgical|age-related] changes.",
        "Immunostains: [ER positive, PR negative|CD20 positive|S100 negative].",
    ],
    "mind": [
        "Client [arrived on time|was tearful|engaged well|appeared guarded|processed recent stressors] [and was receptive to feedback|during the session|].",
        "Discussed [coping skills|boundaries|grounding techniques|sleep hygiene|the cycle of abuse|triggers].",
        "[Denies|Reports] [suicidal or homicidal ideation|auditory hallucinations|paranoia|cravings|flashbacks].",
        "Interventions: [CBT|DBT|Motivational Interviewing|supportive therapy|EMDR].",
        "Progress toward goals: [minimal|moderate|good]. Next session [in one week|{day}].",
        "Mood self-rated {n:1-10}/10. Sleep {n:2-9} hours.",
        "Legal issues: [none|pending charges|on probation|custody dispute].",
        "Strengths: [insight|family support|humor|faith|employment]. Barriers: [transportation|housing|finances].",
        "Grief over [a parent|a friend|a pet] [was explored|persists].",
        "Hopes to [go back to school|find stable housing|repair the marriage].",
    ],
    "office": [
        "Please [find enclosed|see attached|complete and return] the [forms|records|authorization|questionnaire].",
        "If you have [questions|concerns], contact [our office|the billing department|Member Services|Human Resources|the Privacy Officer] [during business hours|at {phone}|].",
        "This [message|facsimile|transmission] is intended only for the [addressee|recipient] and may contain confidential information protected by federal law.",
        "If you received this in error, [destroy it|notify the sender immediately|do not copy it].",
        "Payment is due [upon receipt|within {n:10-60} days|by {date}].",
        "The [request|claim] was [denied|approved|pended] because the service is [not medically necessary|experimental|out of network|a duplicate].",
        "You have the right to [appeal|request an external review|receive copies free of charge] within {n:30-180} days.",
        "Thank you for [allowing me to participate in the care of this patient|your prompt attention|choosing us|the referral].",
        "The [meeting|training|audit|downtime] is [scheduled for|moved to] {day} at {time}.",
        "Reset your password [in {software}|every {n:30-90} days|with the Help Desk].",
        "Office hours are Monday through Friday, {time} to {time}; closed {holiday}.",
        "We are [pleased|sorry] to inform you that [your coverage ends|the position is filled|the appointment was cancelled].",
        "Employee [arrived late|was counseled|exceeded expectations|requested FMLA leave].",
        "[Badge|Door|Camera] [log|audit] reviewed by [Security|Compliance|Information Technology].",
        "The copay is {money}; the deductible is {money}.",
        "[Deductible|Coinsurance|Out of Pocket Maximum|Adjustment|Balance Forward]: {money}",
        "Form [CMS-1500|UB-04|W-9|I-9|DD-214] [attached|received|missing].",
        "Under HIPAA and [State law|42 CFR Part 2], [disclosure is limited|consent is required].",
    ],
}

HEADINGS = """Chief Complaint|History of Present Illness|Past Medical History|Past Surgical History|Review of Systems|Review Of Systems|Physical Examination|Vital Signs|Assessment and Plan|Hospital Course
Discharge Diagnosis|Admission Diagnosis|Principal Diagnosis|Secondary Diagnoses|Procedures Performed|Operative Findings|Estimated Blood Loss|Condition on Discharge|Discharge Medications|Follow Up Instructions
Activity Level|Diet|Code Status|Advance Directives|Functional Status|Mental Status Exam|Risk Assessment|Treatment Plan|Clinical Impression|Reason for Referral|Reason For Consultation|Preoperative Diagnosis
Postoperative Diagnosis|Anesthesia Type|Complications|Specimens|Implants|Indications for Procedure|Gross Description|Microscopic Description|Final Diagnosis|Technique|Comparison|Findings|Impression
Allergies and Adverse Reactions|Immunization History|Developmental History|Birth History|Obstetric History|Gynecologic History|Sexual History|Substance Use|Tobacco Use|Alcohol Use|Occupational History
Family Medical History|Social Determinants of Health|Living Situation|Support System|Legal Status|Military History|Education Level|Level of Care|Medical Decision Making|Critical Care Time|Time Spent
Wound Assessment|Pain Scale|Fall Risk|Skin Integrity|Intake and Output|Neuro Checks|Range of Motion|Gait Analysis|Home Exercise Program|Short Term Goals|Long Term Goals|Equipment Needs|Patient Education
Health Maintenance|Problem List|Active Problems|Medication Reconciliation|Lab Results|Laboratory Data|Imaging Studies|Microbiology|Cardiac Markers|Complete Blood Count|Basic Metabolic Panel|Liver Function Tests
Date Of Birth|Date of Service|Place of Service|Type of Bill|Group Number|Policy Number|Claim Number|Authorization Number|Account Number|Medical Record Number|Social Security Number|Drivers License|Marital Status
Preferred Language|Patient Name|Responsible Party|Relationship to Patient|Emergency Contact|Home Phone|Work Phone|Mailing Address|Attending Physician|Referring Provider|Date Signed|Signature|Witness|Print Name
Rendering Provider|Ordering Provider|Blood Type|Apgar Score|Gestational Age|Head Circumference|Growth Percentile|Feeding Method|Newborn Screen|Hearing Screen|Car Seat Test|Tooth Number|Periodontal Charting"""
HEADINGS = [h for h in HEADINGS.replace("\n", "|").split("|") if h]

# Sentences put together from parts, for the breadth of words at every place of a sentence.
COMPOSED = [
    "{subject} {verb} {object}[ {when}|].",
    "{When}, {lsubject} {verb} {object}.",
    "{subject} {verb} {object} and {verb} {object}.",
    "{Adjective} {object} [noted|seen|suspected|unchanged].",
    "{heading}: {adjective} {object}[, {adjective} {object}|]",
    "{heading}: [see above|none|N/A|deferred|reviewed|unchanged|within normal limits|pending|yes|no]",
    "{HEADING}: {object}",
    "{subject} {verb} {adjective} {object} {when}.",
    "[No|Minimal|Mild|New|Old|Chronic] {object}[; {object} {adjective}|].",
    "{heading}[ -|:] {heading}[ -|:] {object}",
    "{Object} [vs.|versus|or] {object}.",
    "{Verb} {object} [{when}|before {object}|with {object}].",
]
PARTS = {
    "subject": "The patient|Patient|Pt|The resident|Client|The client|Mother|Dad|Family|Staff|Nursing|The team|Surgery|Cardiology|The surgeon|The attending|The therapist|This nurse|Writer|The child|The infant|The student|The employee|The caller|The member|Our office|Radiology|The lab|Pharmacy|The insurer|The caregiver|The wound|The fracture|The incision|The tumor|The murmur|The rash|The fetus|Anesthesia|The report|The study|Symptoms|Vitals|Labs|Both parents|Everyone|Nobody|The police|The interpreter|The driver|The roommate|Neurology|The device|The monitor|The school|The hospital|Our clinic|The agency|The court|The church|I|We|They|He|She",
    "verb": "reports|denies|shows|reveals|demonstrates|requires|tolerated|received|refused|describes|requested|completed|reviewed|discussed|developed|sustained|noted|exhibits|remains without|presented with|complains of|recommends|ordered|cancelled|missed|evaluated|suggests|confirmed|documented|declined|continues with|improved with|was negative for|was treated for|is at risk for|has|had|needs|uses|wants|monitors|avoid|resume|check|assess|is scheduled for|was started on|underwent|tracks|lost|signed|returned|mailed|uploaded|printed|charted|faxed|called about|asked about|understands|worries about|witnessed|removed|cleaned|applied|adjusted|obtained|repeated",
    "object": "{dx}|{sx}|{proc}|{drug}|{imaging}|{anat}|{eponym}|{newepo}|{device}|{lab}|shortness of breath on exertion|the consent form|a walker|home oxygen|the new schedule|a low-salt diet|physical therapy|the lab results|the discharge papers|a second opinion|advance directives|bilateral lower extremity edema|the treatment plan|wound care supplies|a flu shot|a food diary|cognitive testing|the insurance card|an interpreter|her glasses|his hearing aids|the incident|a ride home|social services|the Consent Form|Advance Directive|Health Care Proxy|Power of Attorney|Plan of Care|the Joint Commission survey|HIPAA training|the Notice of Privacy Practices|sutures|a cast|the IV site|the dressing|a rash|a low-grade fever|mild distress|anemia|the bill|a refill|grab bars|hospice|intake forms|school forms|the MRI|two ibuprofen|the alarm|a mask|the crash cart|skin tears|a bruise|the password|a copy|a fax|the referral|behavior|sleep|appetite|coping skills|chest tubes|the pump",
    "when": "today|yesterday|this morning|overnight|at {time}|on {date}|on {day}|since {month}|last {day}|in {month}|for {n:2-20} days|twice daily|at bedtime|on arrival|prior to discharge|before surgery|during the visit|at home|in {unit}|after {holiday}|weekly|as needed|per protocol|per policy|in the field|by phone",
    "adjective": "acute|chronic|mild|moderate|severe|stable|worsening|intermittent|persistent|bilateral|left-sided|right-sided|resolving|possible|known|recurrent|uncontrolled|incidental|diffuse|focal|benign|malignant|normal|abnormal|postoperative|baseline|multiple|scant|frequent|occasional",
}
PARTS = {k: v.split("|") for k, v in PARTS.items()} | {"heading": HEADINGS}
PARTS["lsubject"] = [s if s in ("I", "Pt") else s[0].lower() + s[1:] for s in PARTS["subject"]]

AMBIGUOUS = """Will May Mark Grace Rose Hope Faith Bill Rich Frank Art Pat Sue Drew Chase Grant Ward Dean Long Short Brown White Black Gray Green Young Bishop King Hill Park Wood Stone
Field Banks Case Day Best Love Joy April June August Summer Angel Cash Guy Miles Ray Sandy Penny Heather Iris Lily Violet Ginger Basil Jack Nick Rob Chuck Peg Dot Gene Dick Jean Carol
Robin Crystal Amber Ruby Pearl Jade Dawn Eve Autumn Destiny Patience Charity Major Reed Fox Wolf Bird Fish Lake Brook Rivers Church Temple Cross Price Wise Sharp Strong Small Little Good
Sweet Moody Swift Austin Dallas Houston Sydney Paris London Brooklyn Chelsea Savannah Jordan Israel Chad Georgia Carolina Virginia Dakota Florence Lourdes Kenya China America India Asia
Ireland England Holland French German Parkinson Crohn Hodgkin Wilson Graves Bell Murphy Foley Baker Smith Addison Turner Barrett Hunter Down Glasgow Bruce Hamilton Beck Fowler Sims Allen
Phalen Weber Bishop Ballard Wells Wright Gilbert Marshall Cooper Carpenter Shepherd Cook Butler Page Nurse Pope Monk Knight Noble Savage Blood Bone Hand Head Foot Hart Paine Payne Coffin
Christian Trinity Melody Harmony Sterling Victor Constance Ernest Skip Tad Bud Sonny Barb Stent Cherry Hazel Olive Sage Clay Cliff Glen Dale Rusty Woody Sunny Allegra Celexa Yasmin
Camila Natalia Lincoln Madison Jackson Cleveland Washington Denver Kent Troy Lance Rod Randy Dusty Rocky Stormy Star Skye Rain Ocean River Forrest Wade Chip Trip Dot Fay Faye Bliss""".split()
