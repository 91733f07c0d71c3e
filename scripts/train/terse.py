"""How people write in haste: names without titles, one word each; and words that tempt because they look like names."""

TERSE = [
    "[tell|ask|text|page|grab|find|call] {perfirst} [she|he|pt|we] [needs|wants|has] {lab} [stat|now|today|].",
    "[is|was] {perfirst} [still in|in|out of] {n:1-9}[a|b|c|d|]?",
    "also {perlast} in {n:1-9}[a|b|c|d] [going|off|moving] to {carer} [tmrw|today|].",
    "{perfirst} [here|in|out|off|on|late|at bedside] [today|tonight|til {date}|].",
    "{perlast} [here|in house|rounding], spoke w/ [family|{rel}|{perfirst}].",
    "[rec'd report from|report to|report from|handoff from|relieved by] {perfirst}[ RN| CNA|].",
    "T/C from {pertitled} ([mom|dad|aunt|son] of {perfirst}) {date}[ @ {time}|].",
    "[-|--|~|—] {perfirst}",
    "-- {perlast}",
    "[grandma|grandpa|auntie|cousin|nana|stepdad|half sister|twin] {perfirst} [drove|knows|agrees|lives in {city}|in {abroad}|is here].",
    "[Here|Seen|In] with [dads|moms|parents|sons|daughters|sisters] {perfirst} and {perfirst}.",
    "{perfirst} [shared {n:2-90} days|tearful|late|absent|quiet|new to group|reports job interview at {workplace}].",
    "[Big|Little|Old|Young] {perfirst} [late|left|stopped by].",
    "I asked whether {perfirst} [still visits|called|knows]; [she|he] said {perfirst} and [her|his] [wife|husband] {perfirst} [stopped by|moved|came] [on {day}|].",
    "{perfirst} [fixed the furnace|shovels the walk|cooks|has not called|brought soup|feeds the cat].",
    "[Sleeping badly|Low|Anxious|Better] since {perfirst}, [her|his] [son|daughter|brother], [left for {city}|died|moved out].",
    "[Her|His] neighbor, old {pertitled}, [checks in|drives|mows].",
    "[Fr.|Father|Sister|Rabbi|Imam|Miss|Coach|Chief|Hon.|Judge|Deacon|Sr.|Bro.] {per} [visited|called|aware|from {corps}|attended].",
    "[Miss|Coach|Fr.|Pastor|Deacon|Nana] {perfirst} [called|visited|aware|is the teacher].",
    "[Herr|Frau|Mme|M.|Sra.|Sr.|Señora|Doña|Don|Signora] {per} [is visiting from {abroad}|seen today|here with {rel}].",
    "State v. {per}, No. {acct}",
    "[Trauma|Ortho|Neuro|Cards|GI|ENT|ID|Psych|Renal] [attending|fellow|consult|resident] {perlast}[, ortho {drx}|] [aware|consulted|at bedside].",
    "[Accepting|Sending|Accepting MD|Receiving RN|Read by|Scribe|Sitter|Doula|Runner|Witness|Facilitator|Adjuster|Worker|Tech|Rep]: {perany}",
    "[doula|scribe|sitter|midwife|caregiver|aide|housemate|carer|tech|interpreter|facilitator] {per} [present|here|agrees|{phone}|].",
    "spoke w {per}, [acct|claim|auth] {acct}. says {payer} [is primary|termed {date}].",
    "[his|her] [wife|husband|son] {perfirst} has [poa|the keys|the card|custody].",
    "[Caregiver|Friend|Roommate|Boyfriend|Girlfriend|Partner|Sponsor|Landlord|Tenant|Passenger|Driver] {perfirst} [states|says|found|with] [pt|him|her].",
    "[Brother|Sister|Mom|Dad|Uncle|Aunt|Nephew|Niece] {perfirst} [was driving|called {phone}|took the baby|at work].",
    "{perfirst}, {perfirst} & {perfirst} [covering|off] {day}.",
    "{perlast}/{perlast} [rounding|on call|to see].",
    "c/o {per}, {street}",
    "[Session|Visit|Group] {n:2-40}. {perfirst} opened with [the argument|the news|a dream] about {perfirst}.",
    "[Signed|Read|Typed|Scanned|Faxed] [by|per] {perany}[, {staffcred}|].",
    "{per}, {staffcred}; [badge|ID] #{n:1000-99999}",
    "{perfirst}: pain {n:1-9}/10, {perfirst}: sleeping, {perlast} in {n:1-9}: d/c.",
    "[dtr|dau|gf|bf|hubby|wife|sis|bro] {perfirst} [{phone}|aware|in car|coming].",
    "this is [dr|doctor] {perlast} dictating on {pt} [medical record number|mrn|record] {mrn}",
    "{ptref} [lives in {city} and farms|worked at {workplace}|was referred by {drx}] with [his son|her sister|his wife] {perfirst}",
    "copy [to|goes to] [doctor|dr] {perlast} and [doctor|dr] {perlast} at {carer}",
    "[Lives|Found|Picked up|MVC|Fall|Fireworks|Picnic|Assaulted|Sleeping] [at|in|near|on] {spot}.",
    "[Lives|Raised|Grew up|Teaches|Family] in {spot}[, {state}|].",
    "[Burial|Service] [in|at] {spot}; {perfirst} [spoke|sang].",
    "[Father|Mother|Aunt|Friend|Sister|Contact|Emergency contact]: {per}, {abroadaddr}[, {phone}|]",
    "[Visiting|Here on a visa|On vacation|Transferred] from {abroadaddr}.",
    "Home: {abroadaddr}",
    "{perany}\n{abroadaddr2}",
    "{perany}\n\n{abroadaddr2}",
    "{abroadaddr2}\n[Tel|Phone|Mobile]: {phone}",
    "Local contact {per}, {abroadaddr}; [{phone}|staying at the {org:firm}].",
]
PRODUCTS = """Graco booster|Casio watch|2019 Corolla|2015 Honda Civic|Ford F-150|Chevy Silverado|Toyota Camry|Jeep Cherokee|Harley|Kawasaki|John Deere mower|Fitbit|Apple Watch|iPhone|Xbox|PlayStation|Nintendo Switch|Minecraft|Fortnite|Roblox
Gunsmoke|Jeopardy|Wheel of Fortune|Bonanza|Matlock|Paw Patrol|Bluey|Peppa Pig|Sesame Street|Cocomelon|Frozen|Moana|Encanto|Spider-Man|Star Wars|Harry Potter|Game of Thrones|Grey's Anatomy|Law & Order|Days of Our Lives|Dora|Pokémon|Lego
Santyl|Medihoney|Mepilex|Aquacel|Duoderm|Xeroform|Tegaderm|Coban|Unna boot|Ace wrap|Dermabond|Steri-Strips|Ensure|Boost|Glucerna|Pedialyte|Similac|Enfamil|Gatorade|Ensure Plus|Metamucil|Desitin|Eucerin|Aquaphor|Cetaphil|Vaseline|Neosporin
Kinrix|ProQuad|Pediarix|Gardasil|Prevnar|Pneumovax|Fluzone|Shingrix|Havrix|Menactra|Boostrix|Comirnaty|Hoyer lift|Geri chair|Purewick|Rollator|Spirometer|BiPAP|Trilogy|Pleurx|Wound VAC|TED hose|Omnipaque|Isovue|Gadavist|Somatom Force|Lexiscan
Ativan gtt|Levophed|Precedex|Zosyn|Rocephin|Ancef|Narcan|Suboxone|Vivitrol|Sublocade|Botox|Juvederm|Invisalign|Cavitron|Marlboro|Newport Lights|Camel|Skoal|Copenhagen|Bud Light|Jack Daniel's|Hennessy|Four Loko|Monster Energy|Red Bull|Juul|Vuse""".replace(
    "\n", "|"
).split("|")
STUDIES = "Echo|TTE|TEE|Holter|Stress|Cath|Colonoscopy|EGD|ERCP|Sleep study|PFTs|Spirometry|Mammogram|DEXA|Carotid|Doppler|Venous duplex|HIDA|KUB|MRCP|EEG|EMG|Biopsy|Pap|Cystoscopy|Tele|Labs|Lytes|Cultures|Trops|Flu swab|Tox|Utox|Lipase|Coags".split(
    "|"
)
SERVICES = "Cardiology|Neurology|Ortho|GI|ENT|Endo|Heme/Onc|Nephrology|Pulm|Rheum|Psych|Podiatry|Hospitalist|Trauma|Plastics|Vascular|Urology|Derm|OB|Peds|NICU|Anesthesia|Palliative|Nutrition|Pharmacy|Respiratory|Speech|Wound Care|IR|PM&R".split(
    "|"
)
TEMPTING = [
    "{study} ({n:1-12}/{n:1-28}, [bedside|outside|tech limited]): EF [preserved|45-50%], [no effusion|mild MR].",
    "{study}: [normal|pending|deferred|see report|unremarkable|no change|{n:30-70}%].",
    "{study} {n:2010-2024} [normal|showed {dx}].",
    "[mild LVH|no change|moderate AS|{dx}] on {studylow} {n:2005-2024}.",
    "[Service|Dept|Consult|Referral|Clinic|Floor|Team]: {service}",
    "{service} to [round|see|follow|sign off|call back|weigh in].",
    "Follow [up |]with {service}[ and {service}| in {n:1-8} weeks|].",
    "[Plan|Rec]: {service} f/u, {studylow}, {studylow}.",
    "Pt [watching|enjoys|likes|watches] {product}[ and {product}|].",
    "[Rides in|Drives|Driver of|Uses|Has|Bought|Plays|Wearing|Wants] [a |his |her |the |]{product}[ today| daily|].",
    "[Belongings|Valuables]: wedding band, {product}, [keys|glasses|dentures|wallet].",
    "{product} [applied|changed|x2|lot {lot}|given R deltoid|stopped|used].",
    "Vaccines: {product} lot {lot}, {product} lot {lot}.",
    "[Lot|Serial|SN|Kit|Tail|Plate|Model|Ref|Rx #|Batch] [#|]{lot}[ sent| expired| noted|]",
    "[SpO2|O2 sat|Sats] {n:85-99}% RA.\nLabs: [WBC|Hgb|K] {n:3-16}.{n:0-9}.",
    "[Tender|Soft] RLQ, +[Rovsing|Murphy|McBurney|Psoas].\nLabs: {lab}.",
    "[with|on|for|by|and|start|no] {codes} [monitoring|level|elevation|protocol|criteria|score|ratio|imaging|assay|therapy|panel|depression|prophylaxis|changes|gene|receptor|negative|positive][ in V1-V3| {n:1-90}| pending|].",
    "{codes} {n:1-300}[, {codes} {n:1-20}.{n:0-9}|] [and|with|,] {codes} [neg|pos|wnl|pending|elevated].",
    "[Taken|Transferred|Moved|Back] to [CT|MRI|PACU|SICU|MICU|NICU|PICU|CCU|ED|OR|IR|L&D|PCU|the floor|tele|dialysis] [at {time}|].",
    "GCS {n:3-15} on [EMS|arrival|scene], [IV|IO] x2.",
    "Topic: [HALT|urge surfing|boundaries|grief|shame]. Handout given.",
    "[Results|Bloodwork|Labs] we drew [at your|last] [physical|visit|week].",
    "[Summer|Winter|Spring|Fall|Christmas|Mondays] [is|are|was] [hard|better|lonely|busy].",
    "in [summers|winters], [he|she] [fishes|ski patrols|farms].",
    "[INTER-HOSPITAL TRANSFER|INTERFACILITY TRANSFER|POST-OP|PRE-OP|NURSING HANDOFF|TRANSFER OF CARE] [SUMMARY|NOTE|FORM]",
    "Reason for [transfer|visit|consult]: [Polytrauma|STEMI|Sepsis|Hypoxia|Fall|MVC|Chest pain|Placement|AMS].",
    "[oral health|screen time|car seats|sleep hygiene|safe storage] [discussed|counseled]; [dentist|Dentist] by age {n:1-3}.",
    "[our|the] [imaging center|front desk|lab|pharmacy|sleep center|office manager] [will call|has forms|{phone}].",
    "[Denver|Ages & Stages|M-CHAT|Vanderbilt] [normal|passed|reviewed]. [Tanner|Braden|Morse|Norton] {n:1-40}.",
    "[H/o|Hx] {eponym}. [Neg|Pos] {eponym}, [neg|pos] {eponym}.",
    "[Guidelines|Criteria] per [Fleischner|Lugano|Duke|Rome IV|Beers|Roux|Bosniak] [do not apply|met|reviewed].",
    "Subjective\n[Feels|Sleeps|Eats] well. Objective\nAfebrile. Assessment\nStable. Plan\nContinue.",
    "[Bus|Route|Platform|Locker|Room|Bay|Pod|Gate] {n:1-90}[-B|]; [bring|has] [ID|snack|inhaler].",
    "re: placement, [has looked|will look|wants to look] at [both|options|two].",
]
PARTS = {
    "product": PRODUCTS,
    "study": STUDIES,
    "studylow": [s.lower() for s in STUDIES],
    "service": SERVICES,
}
