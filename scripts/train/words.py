"""Words of medicine and of offices that are no names, though many look like one. Entries are divided by `|`."""


def _list(text):
    return [w.strip() for w in text.replace("\n", "|").split("|") if w.strip()]


EPONYMS = _list("""Parkinson's disease|Parkinson disease|parkinsonism|Alzheimer's disease|Alzheimer's dementia|Alzheimer's|Crohn's disease|Crohn's|Crohn disease|Hodgkin lymphoma|non-Hodgkin lymphoma
Hodgkin's disease|Wilson disease|Wilson's disease|Graves' disease|Graves disease|Graves ophthalmopathy|Bell's palsy|Bells palsy|Babinski|Babinski sign|Murphy's sign|Murphy sign|McBurney's point|Kocher incision
Foley catheter|Foley|Hickman catheter|Hickman line|Swan-Ganz catheter|Swan-Ganz|Glasgow Coma Scale|Apgar score|Apgars 8 and 9|Braden score|Braden Scale|Morse Fall Scale|Bruce protocol|Baker cyst|Baker's cyst
Colles fracture|Colles' fracture|Smith fracture|Salter-Harris II fracture|Salter-Harris type III|Lachman test|Lachman|Phalen test|Phalen's|Tinel sign|Tinel's|Romberg|Romberg sign|Kernig sign|Kernig's
Brudzinski sign|Brudzinski's|Virchow's triad|Virchow node|Charcot foot|Charcot joint|Charcot-Marie-Tooth disease|Charcot's triad|Dupuytren contracture|Dupuytren's|Hashimoto thyroiditis|Hashimoto's|Addison disease
Addison's disease|Addisonian crisis|Cushing syndrome|Cushing's|cushingoid|Marfan syndrome|Marfan|Down syndrome|Down's syndrome|Turner syndrome|Klinefelter syndrome|Tourette syndrome|Tourette's|Asperger syndrome|Asperger's
Burkitt lymphoma|Kaposi sarcoma|Ewing sarcoma|Ewing's|Wilms tumor|Barrett's esophagus|Barrett esophagus|Barretts|Mallory-Weiss tear|Zollinger-Ellison syndrome|Whipple procedure|Whipple|Roux-en-Y gastric bypass|Roux-en-Y
Nissen fundoplication|Billroth II|Hartmann procedure|Hartmann's pouch|Trendelenburg position|Trendelenburg gait|Fowler position|semi-Fowler's|high Fowler's|Sims position|Allen test|modified Allen's test|Valsalva maneuver
Valsalva|Kegel exercises|Kegels|Epley maneuver|Dix-Hallpike|Schirmer test|Snellen chart|Tanner stage II|Tanner IV|Gleason 3+4|Gleason score 7|Child-Pugh class B|Child-Pugh|MELD|Ranson criteria|Wells score|Wells' criteria
Framingham risk|Framingham|Killip class II|Mallampati class III|Mallampati|Bishop score|Ballard score|Denver Developmental Screening|Denver II|Beck Depression Inventory|Beck|Hamilton Rating Scale|Hamilton Anxiety Scale
Mini-Mental State Exam|Mini-Mental|Lyme disease|Lyme|West Nile virus|Ebola|Zika|Norwalk virus|Coxsackie|Rocky Mountain spotted fever|German measles|Spanish flu|Japanese encephalitis|Guillain-Barré syndrome|Guillain-Barre
Creutzfeldt-Jakob disease|Huntington's disease|Huntington disease|Huntington's chorea|Lou Gehrig's disease|Ménière's disease|Meniere's|Raynaud's|Raynaud phenomenon|Sjögren's syndrome|Sjogren syndrome|Behçet disease|Behcet's
Kawasaki disease|Takayasu arteritis|Wegener's granulomatosis|Churg-Strauss|Goodpasture syndrome|Henoch-Schönlein purpura|Henoch-Schonlein|Berger disease|Alport syndrome|Fanconi anemia|Fanconi syndrome|Gaucher disease
Tay-Sachs disease|Niemann-Pick|Fabry disease|Pompe disease|Hunter syndrome|Hurler syndrome|Sanfilippo|Lesch-Nyhan|Ehlers-Danlos syndrome|Ehlers-Danlos|Osler-Weber-Rendu|Osler nodes|Janeway lesions|Roth spots|Peutz-Jeghers
Lynch syndrome|Li-Fraumeni|von Hippel-Lindau|von Willebrand disease|von Willebrand factor|von Recklinghausen|Sturge-Weber|Prader-Willi|Angelman syndrome|Rett syndrome|Williams syndrome|Noonan syndrome|DiGeorge syndrome
Edwards syndrome|Patau syndrome|Bruton agammaglobulinemia|Wiskott-Aldrich|Chediak-Higashi|Reye syndrome|Wernicke encephalopathy|Wernicke-Korsakoff|Korsakoff|Broca's aphasia|Broca area|Brown-Séquard|Brown-Sequard syndrome
Horner syndrome|Horner's|Argyll Robertson pupil|Adie pupil|Marcus Gunn pupil|Holmes tremor|Friedreich ataxia|Duchenne muscular dystrophy|Becker muscular dystrophy|Erb palsy|Erb-Duchenne|Klumpke|Lambert-Eaton|Lewy body dementia
Lewy bodies|Pick's disease|Binswanger|Todd's paralysis|Jacksonian march|Lennox-Gastaut|West syndrome|Dravet|Landau-Kleffner|Arnold-Chiari malformation|Chiari I|Dandy-Walker|circle of Willis|Galen|Purkinje|Bundle of His|His-Purkinje
Wolff-Parkinson-White|WPW|Brugada|Lown-Ganong-Levine|Wenckebach|Mobitz II|Mobitz type I|Stokes-Adams|Osborn waves|Kerley B lines|Hampton's hump|Westermark sign|Ebstein anomaly|Eisenmenger|tetralogy of Fallot|Fontan|Blalock-Taussig
Glenn shunt|Norwood|Ross procedure|Bentall|Takotsubo|Prinzmetal angina|Dressler syndrome|Libman-Sacks|Duke criteria|Jones criteria|Light's criteria|Beck's triad|Kussmaul respirations|Kussmaul|Cheyne-Stokes|Biot|Pancoast tumor|Horner
Hamman sign|Ghon complex|Pott's disease|Pott's fracture|Jones fracture|Lisfranc|Boxer's fracture|Bennett fracture|Rolando fracture|Galeazzi|Monteggia|Barton fracture|Maisonneuve|Hill-Sachs|Bankart lesion|SLAP tear|Neer|Hawkins test
Hawkins-Kennedy|Speed's test|Yergason|Spurling|Finkelstein|De Quervain's|de Quervain tenosynovitis|Heberden nodes|Bouchard nodes|Boutonniere|Thompson test|McMurray|Apley|Ober test|Thomas test|Patrick test|FABER|Gaenslen|Lasègue|Faber
Ortolani|Barlow|Galant|Moro reflex|Osgood-Schlatter|Legg-Calvé-Perthes|Perthes|Sever's disease|Scheuermann|Cobb angle|Harrington rod|Paget disease|Paget's|Still disease|Felty|Reiter's|Schober|Milroy|Buerger|Homans sign|Homan's|Baker
Courvoisier|Cullen sign|Grey Turner sign|Rovsing|Psoas|Blumberg|Boas|Carnett|Meckel's diverticulum|Meckel|Hirschsprung|Zenker diverticulum|Schatzki ring|Plummer-Vinson|Boerhaave|Dieulafoy|Cameron lesions|Menetrier|Bochdalek
Gilbert's syndrome|Gilbert|Crigler-Najjar|Dubin-Johnson|Rotor|Budd-Chiari|Caroli|Klatskin|Mirizzi|Oddi|Vater|Wirsung|Treitz|Calot|Glisson|Morison's pouch|Douglas|Hesselbach|Cooper|Poupart|Scarpa|Camper|Gerota|Bowman|Henle|Malpighi
Peyronie's|Leydig|Sertoli|Fournier gangrene|Bartholin cyst|Bartholin|Skene|Nabothian|Pap smear|Papanicolaou|Braxton Hicks|Braxton-Hicks contractions|Leopold maneuvers|McRoberts|Pfannenstiel|Kerr incision|Hegar|Chadwick|Sheehan|Asherman
Lynch|Meigs|Krukenberg|Brenner|Rh|Coombs test|Kleihauer-Betke|Pitocin|Montevideo units|Bakri balloon|Cesarean|Kiwi|Simpson forceps|Kielland|Penrose drain|Jackson-Pratt drain|JP drain|Hemovac|Blake drain|Malecot|Dobhoff|Salem sump|Levin
Yankauer|Ewald|Sengstaken-Blakemore|Kirschner wire|Steinmann pin|Schanz|Kelly clamp|Kocher clamp|Allis|Babcock|Adson|DeBakey|Metzenbaum|Mayo scissors|Mayo stand|Richardson retractor|Weitlaner|Army-Navy|Balfour|Bookwalter|Deaver|Bovie
Veress|Hasson|Lembert|Gambee|Halsted|McVay|Shouldice|Lichtenstein|Bassini|Desarda|Ivor Lewis|Heller myotomy|Dor|Toupet|Puestow|Frey|Kasai|Ladd|Thiersch|Seldinger|Mohs|Gram stain|Gram-negative|Giemsa|Wright stain|Ziehl-Neelsen|Prussian
Doppler|Holter monitor|Holter|Hounsfield|Cobb|Bosniak IIF|Bosniak|Lugano|Breslow|Clark level|Ann Arbor stage|Fuhrman|Bloom-Richardson|Nottingham grade|Karnofsky|Likert|Zung|Yale-Brown|Conners|Vanderbilt forms|Wechsler|Rorschach|Stroop
Edinburgh Postnatal Depression Scale|Columbia Suicide Severity|CIWA|Ramsay|Richmond Agitation|Aldrete|Norton|Barthel|Katz|Lawton|Berg Balance|Tinetti|Ashworth|Fugl-Meyer|Rancho Los Amigos|Rancho level|Nihss|Cincinnati|Canadian C-spine
Ottawa ankle rules|Cockcroft-Gault|Bazett|Friedewald|Winter's formula|Parkland formula|Harris-Benedict|Mosteller|Naegele|Haldane|Bohr|Starling|Frank-Starling|Henry|Koplik spots|Forchheimer|Nikolsky|Auspitz|Koebner|Beau's lines|Muehrcke
Stevens-Johnson syndrome|Sweet syndrome|Bowen disease|Merkel cell|Spitz nevus|Schwann|Langerhans|Reed-Sternberg|Howell-Jolly|Auer rods|Heinz bodies|Bence Jones|Waldenström|Waldenstrom|Castleman|Epstein-Barr|Burkholderia|Salmonella|Listeria
Pneumocystis jirovecii|Bartonella|Rickettsia|Chagas disease|Weil disease|Hansen's disease|Ludwig's angina|Vincent|Lemierre|Marburg|Lassa|Hanta|Rift Valley fever|Dengue|Chikungunya|MERS|Asian flu|Q fever|Pontiac fever|Legionnaires' disease
Munchausen|Munchausen by proxy|Capgras|Cotard|Ganser|Stockholm syndrome|Peter Pan|Oedipus|Kleine-Levin|Pickwickian|Cheyne|Ondine|Sydenham chorea|Meige|Whipple's disease|Wood's lamp|Woods lamp|Dix|Weber test|Rinne|Weber and Rinne""")

GENERIC_DRUGS = _list("""lisinopril|metformin|atorvastatin|amlodipine|metoprolol tartrate|metoprolol succinate|losartan|hydrochlorothiazide|furosemide|warfarin|apixaban|rivaroxaban|clopidogrel|aspirin
simvastatin|pravastatin|rosuvastatin|carvedilol|spironolactone|digoxin|amiodarone|diltiazem|verapamil|insulin glargine|insulin lispro|glipizide|glimepiride|sitagliptin|empagliflozin|semaglutide|levothyroxine
prednisone|methylprednisolone|dexamethasone|albuterol|ipratropium|fluticasone|budesonide|montelukast|tiotropium|omeprazole|pantoprazole|famotidine|ondansetron|metoclopramide|promethazine|docusate|senna
sertraline|fluoxetine|citalopram|escitalopram|paroxetine|venlafaxine|duloxetine|bupropion|mirtazapine|trazodone|amitriptyline|nortriptyline|lithium|lamotrigine|valproic acid|carbamazepine|quetiapine|olanzapine
risperidone|aripiprazole|ziprasidone|haloperidol|clozapine|lorazepam|alprazolam|clonazepam|diazepam|buspirone|hydroxyzine|zolpidem|methylphenidate|guanfacine|gabapentin|pregabalin|levetiracetam|phenytoin|topiramate
oxycodone|hydrocodone|morphine|hydromorphone|fentanyl|tramadol|buprenorphine|naloxone|methadone|naltrexone|acetaminophen|ibuprofen|naproxen|ketorolac|celecoxib|meloxicam|cyclobenzaprine|baclofen|tizanidine
amoxicillin|azithromycin|ceftriaxone|cephalexin|ciprofloxacin|levofloxacin|doxycycline|vancomycin|piperacillin-tazobactam|clindamycin|metronidazole|nitrofurantoin|trimethoprim-sulfamethoxazole|acyclovir|valacyclovir
fluconazole|oseltamivir|hydroxychloroquine|methotrexate|infliximab|adalimumab|rituximab|pembrolizumab|tamoxifen|anastrozole|letrozole|carboplatin|paclitaxel|cisplatin|doxorubicin|cyclophosphamide|ferrous sulfate
folic acid|vitamin D3|potassium chloride|magnesium oxide|calcium carbonate|heparin|enoxaparin|tPA|nitroglycerin|hydralazine|clonidine|terazosin|tamsulosin|finasteride|oxybutynin|sildenafil|allopurinol|colchicine
alendronate|estradiol|medroxyprogesterone|norethindrone|oxytocin|misoprostol|donepezil|memantine|carbidopa-levodopa|ropinirole|sumatriptan|propranolol|atenolol|nadolol|benazepril|ramipril|valsartan|chlorthalidone""")
BRANDS = _list("""Allegra|Ativan|Celexa|Paxil|Lyrica|Humira|Advil|Tylenol|Bayer|Bayer aspirin|Abilify|Yasmin|Ortho Tri-Cyclen|Zoloft|Prozac|Lexapro|Wellbutrin|Effexor|Cymbalta|Xanax|Klonopin|Valium|Restoril|Ambien|Lunesta
Seroquel|Zyprexa|Risperdal|Geodon|Latuda|Vraylar|Haldol|Depakote|Lamictal|Tegretol|Topamax|Keppra|Dilantin|Neurontin|Adderall|Ritalin|Concerta|Vyvanse|Strattera|Lipitor|Crestor|Zocor|Norvasc|Lopressor|Toprol XL
Coreg|Lasix|Zestril|Prinivil|Cozaar|Diovan|Benicar|Plavix|Eliquis|Xarelto|Coumadin|Pradaxa|Brilinta|Lovenox|Lantus|Levemir|Humalog|Novolog|Tresiba|Januvia|Jardiance|Farxiga|Ozempic|Trulicity|Victoza|Mounjaro|Glucophage|Amaryl
Synthroid|Armour Thyroid|Cytomel|Ventolin|ProAir|Advair|Symbicort|Spiriva|Singulair|Flovent|Flonase|Claritin|Zyrtec|Benadryl|Sudafed|Mucinex|Robitussin|Nyquil|Prilosec|Nexium|Protonix|Pepcid|Zantac|Zofran|Reglan|Phenergan|Colace
Miralax|Dulcolax|Imodium|Pepto-Bismol|Maalox|Mylanta|Tums|Motrin|Aleve|Toradol|Celebrex|Mobic|Flexeril|Skelaxin|Soma|Robaxin|Percocet|Norco|Vicodin|OxyContin|Dilaudid|Ultram|Suboxone|Narcan|Vivitrol|Augmentin|Zithromax|Z-Pak|Keflex
Rocephin|Cipro|Levaquin|Bactrim|Septra|Flagyl|Macrobid|Zosyn|Vanco|Cleocin|Diflucan|Valtrex|Tamiflu|Paxlovid|Plaquenil|Enbrel|Remicade|Stelara|Cosentyx|Skyrizi|Rinvoq|Xeljanz|Orencia|Simponi|Entyvio|Rituxan|Herceptin|Keytruda|Opdivo
Avastin|Taxol|Adriamycin|Femara|Arimidex|Lupron|Casodex|Gleevec|Revlimid|Velcade|Neulasta|Procrit|Epogen|Aranesp|Venofer|Feosol|Fosamax|Boniva|Prolia|Reclast|Evista|Premarin|Provera|Depo-Provera|Mirena|Nexplanon|NuvaRing|Plan B|Yaz
Loestrin|Alesse|Camila|Errin|Jolivette|Heather|Nora-BE|Junel|Kariva|Lutera|Sprintec|Tri-Sprintec|Apri|Aviane|Cryselle|Natalia|Lo Loestrin|Seasonale|Jolessa|Ocella|Gianvi|Loryna|Beyaz|Safyral|Natazia|Cenestin|Vivelle|Alora|Climara|Estrace
Aricept|Namenda|Exelon|Sinemet|Requip|Mirapex|Imitrex|Maxalt|Fioricet|Botox|Inderal|Tenormin|Hytrin|Flomax|Proscar|Avodart|Ditropan|Vesicare|Myrbetriq|Viagra|Cialis|Levitra|Zyloprim|Colcrys|Uloric|Lidoderm|Voltaren|Capzasin
Betadine|Silvadene|Bacitracin|Neosporin|Lotrimin|Nystatin|Kenalog|Aristocort|Medrol Dosepak|Solu-Medrol|Decadron|Deltasone|Cortef|Florinef|Pitocin|Cytotec|Cervidil|RhoGAM|Synagis|Gardasil|Shingrix|Prevnar|Pneumovax|Tdap|Fluzone
Ensure|Boost|Glucerna|Pedialyte|Similac|Enfamil|Gatorade|Metamucil|Citrucel|Lactaid|Beano|Nicorette|Chantix|Zyban|Antabuse|Campral|Precedex|Diprivan|Versed|Ketalar|Marcaine|Xylocaine|Naropin|Anectine|Rocuronium|Sublimaze|Emla
Renvela|Sensipar|PhosLo|Kayexalate|Lokelma|Bumex|Demadex|Zaroxolyn|Aldactone|Inspra|Entresto|Corlanor|Ranexa|Multaq|Tikosyn|Betapace|Pacerone|Cardizem|Calan|Procardia|Apresoline|Catapres|Minipress|Cardura|Nitrostat|Imdur|Isordil""")
DRUGS = GENERIC_DRUGS + GENERIC_DRUGS + BRANDS

DEVICES = _list("""Medtronic pacemaker|Medtronic insulin pump|Boston Scientific ICD|St. Jude pacemaker|Abbott FreeStyle Libre|Biotronik device|Stryker bed|Stryker Triathlon knee|Stryker gurney|GE scanner|GE Lightspeed CT|GE Voluson ultrasound
Philips monitor|Philips Brilliance scanner|Philips IntelliVue|Siemens Somatom|Siemens Skyra 3T|Siemens scanner|Toshiba Aquilion|Hologic tomosynthesis unit|Hill-Rom bed|Hoyer lift|Invacare wheelchair|Drive rollator|ResMed CPAP|Respironics BiPAP
Dexcom G6|Omnipod|Accu-Chek meter|OneTouch Ultra|Baxter pump|Alaris pump|Carefusion pump|Zimmer Biomet hip|DePuy Attune knee|Smith & Nephew plate|Synthes plate|Arthrex anchor|Cook catheter|Bard PowerPort|Bard mesh|Ethicon suture|Covidien stapler
Zoll LifeVest|Zoll defibrillator|Edwards Sapien valve|Edwards valve|Carpentier-Edwards prosthesis|Starr-Edwards|HeartMate II|Impella|Watchman|Greenfield filter|Ommaya reservoir|Bravo capsule|Da Vinci robot|Olympus colonoscope|Pentax scope|Welch Allyn otoscope
Littmann stethoscope|Bair Hugger|Fisher & Paykel|Masimo|Nellcor oximeter|Dräger ventilator|Puritan Bennett 840|Maquet Servo-i|Lucas device|Jackson table|Allen stirrups|Mayfield head holder|Wilson frame|Miami J collar|Aspen collar|Philadelphia collar|Thomas splint
Bledsoe brace|Don Joy brace|Cam walker|Boston brace|Jobst stockings|TED hose|Unna boot|Mepilex|Aquacel|Wound VAC|Coban|Kerlix|Tegaderm|Steri-Strips|Dermabond|Gelfoam|Surgicel|Vicryl|Monocryl|Prolene|Ethilon|PDS|Macintosh 3 blade|Miller 2 blade|Bougie|Nike shoes""")
SOFTWARE = _list(
    "Epic|Cerner|Meditech|Allscripts|athenahealth|eClinicalWorks|NextGen|Excel|Word|Outlook|Teams|Zoom|MyChart|PowerChart|PACS|Citrix|SharePoint|Windows|Dragon|Doximity|UpToDate|Surescripts|Haiku|Kronos|Workday|Google|Facebook|WhatsApp|Pyxis|Omnicell|Sunquest"
)
LANGUAGES = _list(
    "Spanish|English|Vietnamese|Mandarin|Cantonese|Korean|Tagalog|Russian|Arabic|Farsi|Somali|Hmong|Haitian Creole|Portuguese|French|German|Polish|Hindi|Punjabi|Bengali|Urdu|Nepali|Amharic|Tigrinya|Swahili|Burmese|Karen|Khmer|Lao|Thai|Japanese|Italian|Armenian|ASL|American Sign Language|Navajo|K'iche'|Mam|Twi|Yoruba|Samoan|Ukrainian|Romanian|Turkish|Hebrew|Greek"
)
ETHNICITIES = _list(
    "African-American|African American|Caucasian|Hispanic|Latino|Latina|Asian|Asian American|White|Black|Native American|Pacific Islander|Puerto Rican|Mexican-American|Cuban|Filipino|Vietnamese|Chinese|Indian|Pakistani|Somali|Ethiopian|Haitian|Arab|Jewish|Ashkenazi Jewish|Irish|Italian|German|Middle Eastern|Hmong|Native Hawaiian|biracial|Guatemalan|Salvadoran|Dominican|Jamaican|Nigerian|Ukrainian|Iranian|Korean"
)
RELIGIONS = _list(
    "Catholic|Roman Catholic|Baptist|Southern Baptist|Methodist|Lutheran|Presbyterian|Muslim|Jewish|Hindu|Buddhist|Sikh|Jehovah's Witness|Mormon|LDS|Seventh-day Adventist|Pentecostal|Episcopal|Greek Orthodox|non-denominational Christian|atheist|agnostic|Quaker|Amish|Mennonite|Christian|Protestant"
)
INSURANCE_TYPES = _list(
    "Medicare|Medicaid|Medicare Part B|Medicare Advantage|PPO|HMO|Tricare|CHIP|self-pay|Workers' Comp|Medi-Cal|VA benefits|charity care|commercial PPO|COBRA|Medicare Part D|dual eligible|no insurance"
)
JOBS = _list(
    "Registered Nurse|Attending Physician|Case Manager|Medical Assistant|Charge Nurse|Chief Resident|Nurse Practitioner|Physician Assistant|Office Manager|Privacy Officer|Social Worker|Chief Medical Officer|Director of Nursing|Front Desk|Billing Specialist|Unit Clerk|Hospitalist|Staff Psychologist|Medical Director|Patient Advocate|Interpreter|Health Information Manager|Practice Administrator|Dietitian|Respiratory Therapist|Radiology Tech|Pharmacist|Chaplain|IT Help Desk|HR Business Partner|Compliance Analyst|Lead Sonographer|Referral Coordinator|Claims Examiner|Appeals Coordinator|Genetic Counselor"
)
OCCUPATIONS = _list(
    "retired teacher|truck driver|farmer|electrician|nurse's aide|cashier|machinist|homemaker|coal miner|welder|line cook|housekeeper|construction worker|accountant|retired steelworker|student|bus driver|mechanic|security guard|barber|real estate agent|software engineer|veteran|carpenter|waitress|mail carrier|bookkeeper|painter|roofer|warehouse worker|paralegal|librarian|pastor|bartender|plumber|unemployed|disabled"
)
CREDENTIALS = _list("MD|MD|MD|M.D.|DO|NP|PA-C|MD, PhD|M.D., F.A.C.S.|MD, FACC|FNP-BC|DPM|DDS|DMD|PhD|PsyD|MBBS|CNM|OD")
STAFF_CREDENTIALS = _list("RN|RN|R.N.|LPN|BSN, RN|LCSW|MSW|LMFT|LPC|PT|PT, DPT|OTR/L|RT(R)|CNA|CMA|PharmD|RD|SLP|RDH|CGC|CCC-SLP|MA|EMT-P|CPC|RHIA|NP|PA-C")
ABBREVIATIONS = _list(
    "HTN|DM2|CAD|CHF|COPD|SOB|BRBPR|N/V/D|CP|DOE|PND|LE edema|A-fib|CKD|ESRD|GERD|OSA|BPH|TIA|CVA|DVT|PE|UTI|URI|PTSD|GAD|MDD|ADHD|SI/HI|AVH|ETOH|THC|IVDU|NKDA|WNL|NAD|RRR|CTAB|NTND|PERRLA|EOMI|A&Ox3|CN II-XII|ROM|FROM|WBAT|NPO|PRN|BID|TID|QHS|PO|IV|IM|SQ|Hx|Dx|Tx|Rx|Sx|f/u|s/p|c/o|r/o|w/u|LLE|RUE|RLQ|LUQ|L4-L5|C5-C6"
)
DIAGNOSES = _list(
    "hypertension|type 2 diabetes mellitus|hyperlipidemia|coronary artery disease|congestive heart failure|chronic obstructive pulmonary disease|asthma|atrial fibrillation|chronic kidney disease stage 3|community-acquired pneumonia|cellulitis of the left leg|acute appendicitis|acute cholecystitis|small bowel obstruction|diverticulitis|GI bleed|iron deficiency anemia|hypothyroidism|osteoarthritis of the right knee|rheumatoid arthritis|low back pain|lumbar radiculopathy|migraine|seizure disorder|ischemic stroke|major depressive disorder, recurrent|generalized anxiety disorder|bipolar I disorder|schizophrenia|opioid use disorder|alcohol withdrawal|PTSD|ADHD, combined type|autism spectrum disorder|preeclampsia|gestational diabetes|otitis media|bronchiolitis|strep pharyngitis|hip fracture|distal radius fracture|rotator cuff tear|breast cancer, stage II|adenocarcinoma of the lung|prostate cancer|colon cancer|melanoma|DVT|pulmonary embolism|sepsis|urinary tract infection|pyelonephritis|nephrolithiasis|hepatitis C|cirrhosis|pancreatitis|sickle cell disease|HIV|lupus|multiple sclerosis|psoriasis|eczema|glaucoma|cataract|{eponym}|{eponym}|{eponym}"
)
SYMPTOMS = _list(
    "chest pain|shortness of breath|abdominal pain|fever and chills|nausea and vomiting|headache|dizziness|syncope|cough|back pain|knee pain|palpitations|weakness of the left arm|slurred speech|rash|leg swelling|dysuria|hematuria|fatigue|weight loss|anxiety|low mood|insomnia|suicidal ideation|panic attacks|fall|laceration of the hand|sore throat|ear pain|blurred vision|numbness of the feet|constipation|diarrhea|rectal bleeding|vaginal bleeding|decreased fetal movement|toothache|jaw pain|shoulder pain|hip pain|confusion|agitation"
)
PROCEDURES = _list(
    "laparoscopic cholecystectomy|appendectomy|total knee arthroplasty|CABG x3|cardiac catheterization|colonoscopy|EGD|hernia repair|cesarean section|hysterectomy|tonsillectomy|cataract extraction|lumbar fusion|ORIF of the left ankle|mastectomy|thyroidectomy|TURP|carotid endarterectomy|pacemaker placement|dialysis fistula creation|skin biopsy|root canal|tooth extraction|arthroscopy|bronchoscopy|lumbar puncture|ECT|sleep study|stress test|{eponym}"
)
IMAGING = _list(
    "CT ABDOMEN AND PELVIS WITH CONTRAST|Chest X-Ray, PA and Lateral|MRI Brain Without Contrast|MRI LUMBAR SPINE|CT Head|CT ANGIOGRAM CHEST|Ultrasound Right Upper Quadrant|Screening Mammogram Bilateral|XR KNEE 3 VIEWS LEFT|Bone Density (DEXA)|PET/CT Skull Base to Mid-Thigh|Renal Ultrasound|MRA Neck|Obstetric Ultrasound|XR Ankle|Nuclear Stress Test|Doppler Lower Extremity|Upper GI Series|Echocardiogram|CT Cervical Spine"
)
LABS = _list(
    "WBC 11.2|Hgb 9.8|Hct 31|Plt 245|Na 138|K 4.1|Cl 102|CO2 24|BUN 22|Cr 1.3|glucose 186|A1c 8.2%|AST 45|ALT 52|troponin <0.01|BNP 890|INR 2.4|TSH 3.1|lactate 2.2|CRP 45|ESR 60|LDL 131|PSA 4.8|UA negative|hCG negative|ferritin 12|B12 310|vitamin D 18|lipase 38|D-dimer 0.4|ANA 1:160|CA-125 31|Vanco trough 15|pH 7.32|Urine Culture: No Growth"
)
ANATOMY = _list(
    "left lower lobe|right upper quadrant|Achilles tendon|Eustachian tube|Fallopian tubes|left anterior descending artery|circle of Willis|rotator cuff|medial meniscus|sacroiliac joint|lumbar spine|frontal lobe|basal ganglia|common bile duct|terminal ileum|sigmoid colon|mitral valve|aortic arch|right ovary|prostate|thyroid|cervix|left kidney|ampulla of Vater|islets of Langerhans|Adam's apple|foramen of Monro|Peyer's patches|Cowper glands|antrum of Highmore|Broca area|sphincter of Oddi|tooth #19|L5-S1 disc"
)
UNITS = _list(
    "the ED|the ICU|4 West|Unit 6B|Room 412|Bed 3|the PACU|Labor and Delivery|Cardiology|the cardiology clinic|Emergency Department|Human Resources|Medical Records|Radiology|the Cath Lab|Endoscopy|the NICU|the front desk|Interventional Radiology|the Infusion Center|Physical Therapy|the Wound Clinic|Same Day Surgery|Patient Accounts|Health Information Management|the Memory Clinic|the main campus|Ward 5|Bay 12|2 North|Occupational Health|the Pain Clinic|Guest Services|Internal Medicine|the Stroke Unit|Risk Management|Pastoral Care|the lab|Outpatient Psychiatry"
)
DAYS = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday".split()
MONTHS = "January February March April May June July August September October November December".split()
HOLIDAYS = _list(
    "Christmas|Thanksgiving|Easter|Labor Day|Memorial Day|the Fourth of July|Halloween|New Year's Day|Mother's Day|Father's Day|Ramadan|Passover|St. Patrick's Day|Valentine's Day|Columbus Day|Martin Luther King Day|Presidents' Day|Eid|Diwali|Yom Kippur|Lunar New Year|Veterans Day|Good Friday"
)
HEBREW = "El|Shalom|Israel|Am|Sholom|Emet|Torah|David|Tikvah|Ami".split("|")

LISTS = {
    "eponym": EPONYMS,
    "drug": DRUGS,
    "brand": BRANDS,
    "generic": GENERIC_DRUGS,
    "device": DEVICES,
    "software": SOFTWARE,
    "language": LANGUAGES,
    "ethnicity": ETHNICITIES,
    "religion": RELIGIONS,
    "plan": INSURANCE_TYPES,
    "job": JOBS,
    "occupation": OCCUPATIONS,
    "cred": CREDENTIALS,
    "staffcred": STAFF_CREDENTIALS,
    "abbr": ABBREVIATIONS,
    "dx": DIAGNOSES,
    "sx": SYMPTOMS,
    "proc": PROCEDURES,
    "imaging": IMAGING,
    "lab": LABS,
    "anat": ANATOMY,
    "unit": UNITS,
    "day": DAYS,
    "month": MONTHS,
    "holiday": HOLIDAYS,
    "hebrew": HEBREW,
}
