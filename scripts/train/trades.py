"""Organisations of every trade: names that everybody knows, names put together, letters; and the sentences in which they stand."""

SHOPS = """Aldi|Lidl|Trader Joe's|Whole Foods|H-E-B|HEB|Winn-Dixie|Piggly Wiggly|Food Lion|Giant Eagle|Wegmans|ShopRite|Stop & Shop|Hannaford|Hy-Vee|Meijer|Fred Meyer|Albertsons|Vons|Ralphs
Harris Teeter|Save A Lot|WinCo|Sprouts|Smart & Final|Food 4 Less|Price Chopper|Market Basket|Acme|Jewel-Osco|Jewel|Osco|Cub Foods|Schnucks|Dillons|King Soopers|Smith's|Fry's|Sam's Club|BJ's|Costco|Kroger|Publix|Safeway
Big Lots|Family Dollar|Dollar Tree|Dollar General|Five Below|Ross|TJ Maxx|Marshalls|Burlington|Kohl's|JCPenney|Sears|Kmart|Nordstrom|Dillard's|Belk|Macy's|Old Navy|Gap|H&M|Zara|Foot Locker|Bath & Body Works|Sephora
AutoZone|O'Reilly|Advance Auto Parts|Pep Boys|Jiffy Lube|Firestone|Discount Tire|CarMax|Tractor Supply|Menards|Ace Hardware|True Value|Lowe's|Home Depot|Harbor Freight|Sherwin-Williams|IKEA|Ashley Furniture|Rooms To Go
Best Buy|GameStop|Staples|Office Depot|Barnes & Noble|Hobby Lobby|Michaels|Joann|PetSmart|Petco|Dick's|REI|Bass Pro Shops|Cabela's|Academy Sports|7-Eleven|Circle K|Wawa|Sheetz|QuikTrip|Casey's|Love's|Buc-ee's|Speedway
Shell|Exxon|Chevron|BP|Sunoco|Marathon|Walgreens|CVS|Rite Aid|Duane Reade|Kinney Drugs|Bartell's|Osco Drug|Longs Drugs|Target|Walmart|Amazon|eBay|Etsy|Wayfair|Chewy"""
EATING = """McDonald's|Burger King|Wendy's|Taco Bell|KFC|Popeyes|Chick-fil-A|Subway|Domino's|Pizza Hut|Papa John's|Little Caesars|Arby's|Sonic|Dairy Queen|Hardee's|Bojangles|Whataburger|In-N-Out|Five Guys|Shake Shack|Chipotle
Panera|Starbucks|Dunkin'|Dunkin|Tim Hortons|Krispy Kreme|Waffle House|IHOP|Denny's|Cracker Barrel|Bob Evans|Perkins|Golden Corral|Applebee's|Chili's|Olive Garden|Red Lobster|Outback|Texas Roadhouse|Ruby Tuesday|TGI Fridays
Buffalo Wild Wings|Hooters|Cheesecake Factory|P.F. Chang's|Panda Express|Jack in the Box|White Castle|Culver's|Steak 'n Shake|The {adj} {animal} Tavern|The {adj} {animal}|{last}'s Pub|{last}'s Bar & Grill|{first}'s Place|{last} Brewing
{first} and {first}'s|Casa {last}|El {coined}|La {coined}|Golden {animal} Buffet|{place} Diner|{place} Brewery|{last}'s BBQ|{first}'s Pizza|Taqueria {last}|Cafe {coined}|{adj} {animal} Coffee|{adj} Spoon|The {adj} Fork"""
FIRMS = """Google|Apple|Microsoft|Facebook|Meta|Netflix|Tesla|SpaceX|Intel|IBM|Oracle|Cisco|Dell|HP|Salesforce|Adobe|Stripe|Square|Airbnb|Lyft|Uber|DoorDash|Instacart|Twitter|LinkedIn|Zoom|Slack|Epic|Cerner|Palantir|Nvidia|Qualcomm
Boeing|Lockheed Martin|Raytheon|Northrop Grumman|General Dynamics|GE|General Electric|Siemens|3M|Honeywell|Caterpillar|John Deere|Cummins|Whirlpool|Goodyear|Ford|GM|General Motors|Chrysler|Toyota|Honda|Nissan|Hyundai|BMW
Tyson|Tyson Foods|Smithfield|Perdue|Pilgrim's|JBS|Hormel|Cargill|ADM|Nestlé|Nestle|PepsiCo|Pepsi|Coca-Cola|Coke|Frito-Lay|Kraft|General Mills|Kellogg's|Anheuser-Busch|Miller|Coors|Georgia-Pacific|Weyerhaeuser|International Paper
Exxon|ExxonMobil|Chevron|Halliburton|Schlumberger|Peabody|Alcoa|U.S. Steel|Nucor|Dow|DuPont|BASF|Monsanto|Bayer|Pfizer|Merck|Eli Lilly|Johnson & Johnson|Procter & Gamble|P&G|Kimberly-Clark|Lincoln Electric|Owens Corning
AT&T|Verizon|T-Mobile|Comcast|Xfinity|Spectrum|Duke Energy|PG&E|Con Edison|FedEx|UPS|DHL|USPS|Amtrak|CSX|Union Pacific|BNSF|Norfolk Southern|Greyhound|Delta|United|American Airlines|Southwest|JetBlue|JB Hunt|Swift|Schneider|Werner
Marriott|Hilton|Hyatt|Hampton Inn|Holiday Inn|Motel 6|Super 8|Days Inn|Best Western|La Quinta|Comfort Inn|Sheraton|Extended Stay America|Disney|Six Flags|Planet Fitness|LA Fitness|Gold's Gym|Anytime Fitness|Orangetheory
Bank of America|Wells Fargo|Chase|Citibank|Citi|US Bank|PNC|Truist|Regions|Fifth Third|KeyBank|Huntington|TD Bank|M&T|Capital One|Ally|Navy Federal|USAA|Goldman Sachs|Morgan Stanley|Fidelity|Vanguard|Charles Schwab|Edward Jones|H&R Block
Deloitte|KPMG|PwC|Ernst & Young|McKinsey|Accenture|Aramark|Sodexo|ABM|G4S|Securitas|Allied Universal|Kelly Services|Manpower|Adecco|Robert Half|ServiceMaster|Terminix|Orkin|Waste Management|Republic Services|Merry Maids
Delta Dental|Aflac|Colonial Life|Sedgwick|Gallagher Bassett|Broadspire|ESIS|Zurich|Travelers|The Hartford|Liberty Mutual|Nationwide|Progressive|Geico|GEICO|Allstate|State Farm|Farmers|Safeco|AAA|Erie Insurance|American Family"""
CARERS = """Ochsner|Kaiser|Geisinger|Intermountain|Sutter|Dignity|Banner|Sanford|Essentia|Avera|Mayo|Mayo Clinic|Cleveland Clinic|Johns Hopkins|Hopkins|Mass General|MGH|Brigham|BIDMC|Dana-Farber|Memorial Sloan Kettering|MSKCC|MD Anderson
NYU|NYU Langone|Mount Sinai|Montefiore|Columbia|Cornell|NYP|HSS|Maimonides|Bellevue|Kings County|Elmhurst|Jacobi|Lenox Hill|Northwell|Penn|HUP|CHOP|Jefferson|Temple|Einstein|UPMC|AHN|Duke|UNC|Wake Med|Vidant|Novant|Atrium|Emory|Grady
Piedmont|Shands|Jackson|Tampa General|AdventHealth|Vanderbilt|Baptist|Methodist|UAB|Ochsner Baptist|Tulane|UMC|Parkland|Baylor|Ben Taub|Hermann|UTSW|UTMB|Scott & White|OU Medical|Barnes|BJC|SLU|KU|Hennepin|HCMC|Abbott|Regions
Rush|Northwestern|Loyola|UIC|Stroger|Cook County|Froedtert|Beaumont|Henry Ford|Spectrum Health|U of M|MetroHealth|UH|OSU|Riverside|Christ|Good Sam|Harborview|Swedish|Virginia Mason|Providence|Legacy|OHSU|UCSF|Stanford|Alta Bates|Highland
Cedars|Cedars-Sinai|UCLA|LAC+USC|Harbor-UCLA|Loma Linda|Scripps|Sharp|Rady|City of Hope|Valley|Banner Thunderbird|St. Joe's|St. Luke's|St. Mary's|St. V's|Queen's|Walter Reed|Brooke Army|the VA|Shriners|St. Jude|Hasbro|Rainbow|Nationwide Children's
Hazelden|Betty Ford|Caron|Sierra Tucson|McLean|Menninger|Sheppard Pratt|Butler|Hartgrove|Devereux|Gateway|Phoenix House|Odyssey House|Daytop|Fresenius|DaVita|Dialysis Clinic Inc|Encompass|Kindred|Select Specialty|LifePoint|HealthSouth
Apria|Lincare|Rotech|AdaptHealth|Byram|Option Care|Coram|BrightStar|Visiting Angels|Home Instead|Right at Home|Bayada|Amedisys|LHC|VITAS|Seasons Hospice|Compassus|AMR|Acadian|MedStar|Air Methods|PHI|REACH|LifeFlight|AirEvac
Quest|LabCorp|BioReference|ARUP|Sonora Quest|Mayo Labs|Ambry|Invitae|Myriad|Natera|GeneDx|Foundation Medicine|Guardant|Exact Sciences|23andMe|RadNet|SimonMed|Akumin|Concentra|MinuteClinic|CityMD|CareNow|MedExpress|FastMed|GoHealth|Patient First
Express Scripts|OptumRx|Caremark|CVS Caremark|Accredo|Walgreens Specialty|PillPack|Omnicare|PharMerica|Aspen Dental|Western Dental|Pearle Vision|LensCrafters|Warby Parker|Miracle-Ear|Hanger|LA Fitness|BetterHelp|Talkspace|Teladoc"""
LETTERS = """DCF|DCFS|DHS|DSS|CPS|APS|DFPS|ACS|OPWDD|ODJFS|HHSC|HUD|SSA|IRS|DMV|BMV|DOT|DNR|FEMA|ICE|USCIS|CBP|FBI|DEA|ATF|CDC|NIH|FDA|OSHA|EPA|USPS|LAPD|NYPD|FDNY|CHP|TSA|MTA|BART|CTA|SEPTA|MBTA|WMATA
UCLA|USC|NYU|MIT|RPI|RIT|UCSD|UCI|SDSU|ASU|UNLV|UNM|UTEP|UTSA|TCU|SMU|LSU|FSU|UCF|FIU|USF|UAB|UGA|GSU|NCSU|ECU|VCU|VMI|WVU|PSU|SUNY|CUNY|UMass|URI|UConn|UVM|OSU|MSU|WSU|UIC|NIU|SIU|KU|OU|BYU|WGU|CSU|PCC
AARP|AFSCME|SEIU|UAW|IBEW|UFCW|NEA|AFT|NAMI|AA|NA|ALS Association|MDA|ACLU|NAACP|YMCA|YWCA|JCC|VFW|VFW Post {n:10-9999}|American Legion Post {n:2-999}|Elks Lodge|the Elks|Moose Lodge|Knights of Columbus|Kiwanis|Rotary|4-H|ROTC
BCBS|UHC|BCN|HAP|MVP|GHI|HIP|EmblemHealth|CDPHP|HMSA|PHP|SCAN|IEHP|LA Care|Medi-Share|TriWest|Tricare|CHAMPVA|Passport|Molina|Centene|Oscar|Bright Health|Devoted|Clover|WellCare|Ambetter|Humana|Cigna|Aetna|Anthem|Medica|UCare"""
KNOWN = {
    "shop": SHOPS,
    "eatery": EATING,
    "firm": FIRMS,
    "carer": CARERS,
    "letters": LETTERS,
}
ADJ = "Black White Red Blue Green Golden Silver Rusty Lazy Happy Crooked Thirsty Hungry Wild Old Little Blind Flying Dancing Broken Sleepy Salty Lucky Gilded Copper Velvet".split()
ANIMALS = "Bear Bull Horse Dog Cat Fox Lion Dragon Rooster Pig Goat Moose Elk Wolf Owl Eagle Hawk Duck Goose Crow Raven Frog Whale Crab Lobster Oyster Trout Rose Crown Anchor Lantern Barrel Wagon Plow Kettle".split()
BUSINESS = """Stamping Welding Roofing Foundry Dairy Brewing Nursery Ranch Orchards Tire Glass Paving Trucking Marina Hardware Lumber Furniture Feed Seed Poultry Packing Cannery Fisheries Oil Propane Mining Quarry Cleaners Laundry
Daycare Florist Photography Printing Signs Drywall Concrete Masonry Heating Plumbing Electric Insulation Fencing Excavating Towing Collision Motors Chevrolet Ford Toyota Subaru Harley-Davidson Cycles Boats Pools Spa Nails Tattoo Barbers
Catering Bakery Deli Meats Seafood Produce Wines Liquors Tobacco Jewelers Pawn Thrift Antiques Books Music Dance Karate Yoga Fitness Golf Bowling Cinema Theatre Travel Realty Properties Apartments Storage Moving Janitorial Pest Security
Staffing Temps Payroll Accounting Tax Title Mortgage Insurance Marketing Advertising Broadcasting Telecom Wireless Cable Plastics Rubber Textiles Apparel Shoes Paper Packaging Chemicals Pharma Biotech Instruments Optics Electronics
Semiconductor Aerospace Avionics Tool Machine Castings Forge Valve Pump Bearing Boiler Architects Engineers Surveying Interiors Landscaping Sod Arborists Oxygen Respiratory Prosthetics Ambulance Shuttle Limo Taxi Transit Freight Logistics
Warehouse Recycling Salvage Scrap Waste Septic Drilling Solar Wind Hydro Gas Power""".split()

ORGANISATIONS = {
    "shop": ["{known:shop}"] * 6
    + [
        "{known:shop} #{n:10-9999}",
        "{known:shop} store #{n:10-9999}",
        "{last} {business}",
        "{place} {business}",
        "{last}'s",
        "{coined}",
        "{last} & Sons {business}",
        "{place} {known:shop}",
        "{first}'s {business}",
    ],
    "eatery": ["{known:eatery}"],
    "firm": ["{known:firm}"] * 5
    + [
        "{last} {business}",
        "{place} {business}",
        "{coined} {business}",
        "{place} {business} LLC",
        "{last} & {last} {business}",
        "{last}-{last}",
        "{coined}",
        "{adj} {animal} {business}",
        "{last} {business} Co.",
        "{last} Bros.",
        "{place}-{place} {business} Inc",
        "{coined} {coined}",
        "{last}",
    ],
    "carer": ["{known:carer}"] * 5
    + [
        "{last}",
        "{saintly}",
        "{good}",
        "{place} General",
        "{place}",
        "{last} Memorial",
        "{place} Regional",
        "{coined}",
        "{last} & {last} Medical",
        "{good} Kids",
        "{place} Oxygen",
        "{coined} Health",
        "{coined}Care",
        "{place} MedFlight",
        "{last} Oxygen",
        "{good} Transport",
        "{place} Fire District {n:1-30}",
        "{place} Engine {n:1-90}",
        "{coined} Diagnostics",
        "{coined} Labs",
        "{coined} Dental",
        "{good} Sleep Center",
    ],
    "letters": ["{known:letters}"] * 4 + ["{caps}", "{caps}", "{place} {caps}", "{caps} {place}"],
    "corps": [
        "the Army",
        "the Navy",
        "the Marines",
        "the Air Force",
        "the Coast Guard",
        "the National Guard",
        "the Teamsters",
        "the Red Cross",
        "{n:1-101}st Infantry",
        "{n:4-99}th Airborne",
        "{n:4-99}th Marines",
        "USS {last}",
        "Fort {last}",
        "Camp {last}",
        "Boy Scouts",
        "Girl Scouts",
        "Boys & Girls Club of {place}",
        "Meals on Wheels",
        "{place} Senior Center",
        "{county} Council on Aging",
        "Habitat for Humanity",
        "Salvation Army",
        "St. Vincent de Paul",
        "Catholic Charities",
        "Jewish Family Services",
        "Lutheran Social Services",
        "{place} Food Pantry",
        "{place} Little League",
        "{place} Garden Club",
        "{county} Humane Society",
        "{place} Adult Day",
        "{saintly} Parish",
        "{good} Chapel",
        "{good} Tabernacle",
        "{place} Freewill Baptist",
        "{place} AME Zion",
        "{saintly}'s",
        "{good} Lutheran",
        "{place} First Methodist",
        "{place} Mosque",
        "Temple {last}",
        "{place} Stake",
        "{place} Ward",
        "{place} Credit Union",
        "{county} Schools",
        "{place} ISD",
        "{last} Elementary",
        "{last} Middle",
        "{place} High",
        "{first} {last} High School",
        "{place} Christian Academy",
        "Little {animal}s Preschool",
        "{adj} {animal} Montessori",
        "{saintly} Primary",
        "{place} Grammar School",
        "{last} Hall",
        "{place} Housing Authority",
        "{place} Municipal Court",
        "{county} Magistrate Court",
        "{county} Common Pleas",
        "Office of the Public Defender",
        "{place} Legal Services",
        "{state} Department of Insurance",
        "{state} Department of Labor",
        "{state} DNR",
        "{place} PD",
        "{county} SO",
        "{place} Police",
        "{place} Fire",
        "{place} State Police",
    ],
    "letterhead": [
        "{place} {care}",
        "{good} {care}",
        "{last} {care}",
        "{coined} {care}",
        "The {place} {care}",
        "{saintly} {care}",
        "{direction} {care}",
        "{place} {direction} {care}",
        "Advanced {care}",
        "Comprehensive {care}",
        "Premier {care}",
        "{last} & {last} {care}",
        "{good} {care} of {place}",
    ],
}
CARE = """Open MRI|Imaging|Radiology|Surgery Center|Orthopedics|Spine|Sports Medicine|Family Practice|Family Medicine|Internal Medicine|Pediatrics|Women's Care|OB-GYN|Urology|Nephrology|Kidney Center|Dialysis|Cancer Center|Oncology|Hematology|Heart Center
Cardiology|Vascular|Lung Center|Sleep Medicine|Allergy & Asthma|ENT|Eye Center|Vision|Dermatology|Skin Clinic|Foot Clinic|Podiatry|Pain Center|Neurology|Psychiatry|Psychological Services|Counseling|Behavioral Health|Recovery|Wellness
Physical Therapy|Rehab|Hand Therapy|Chiropractic|Acupuncture|Dental|Orthodontics|Oral Surgery|Periodontics|Urgent Care|Walk-In|Express Care|Community Health|Health Department|Clinic|Medical Group|Medical Center|Hospital|Health System|Surgery
Home Care|Home Health|Hospice|Nursing|Rehab & Nursing|Manor|Senior Living|Assisted Living|Memory Care|Adult Day|Pharmacy|Apothecary|Drug|Infusion|Home Oxygen|Medical Supply|Prosthetics|Hearing|Laboratory|Diagnostics|Pathology|Genetics|Fertility
Midwifery|Birth Center|Benefit Administrators|Health Plan|Mutual|Physicians|Associates|Specialists|Institute|Collective|Partners""".replace("\n", "|").split(
    "|"
)

# Sentences with organisations in the places where they stand in notes.
EVERYDAY = [
    "[Works|Worked|Working|Employed] [at|for] {workplace}[ as a {occupation}|, {occupation}| x {n:2-40} yrs| nights| part time| in {city}|].",
    "{occupation} [at|for|with] {workplace}[ in {city}|], [retired|laid off|on disability|lifts boxes|stands all day].",
    "[His|Her|Their] employer ({workplace}) [wants|needs|faxed|denied] [a note|FMLA forms|light duty].",
    "[Employer|Occupation|Work|Job]: {workplace}[, {occupation}| ({occupation})|]",
    "[Retired|Laid off|Fired|Quit|On leave] from {workplace}[ in {n:1985-2023}| last {month}|].",
    "Pt is a {workplace} [retiree|employee|driver|cashier|manager|veteran|student].",
    "[New job|Job interview|Orientation|Night shift|Second job] at {workplace}[ {day}| next week|].",
    "{ptfirst}'s [boss|supervisor|manager|coworker] at {workplace}, {perfirst}, [yelled|called|knows|is a brick wall].",
    "{ptref} [drives|loads trucks|cleans|cooks|stocks shelves|works the line] for {workplace}.",
    "[Fell|Slipped|Passed out|Collapsed|Was assaulted] in the [parking lot|bathroom|aisle|lobby] [of|at] [a |the |]{org:shop}.",
    "[Fell|Choked|Fainted|Had hives] at {org:eatery}[ on {street}| in {city}|].",
    "[Last meal|Ate|Lunch|Dinner|Breakfast] [at|from|was] {org:eatery}[ {day}| at {time}|].",
    "[Buys|Bought|Gets|Got] [groceries|pills|the brace|her glasses|formula|it] at {org:shop}[ and {org:shop}|].",
    "[Tdap|Flu shot|COVID booster|Shingrix] [{n:2015-2024}|last fall|given] at {org:shop}.",
    "[Rx|Meds|Refill|Script] [to|at|filled at|called to|transferred to] {org:shop}[ on {street}| #{n:100-9999}| in {city}|].",
    "[Pharm|Pharmacy|Preferred pharmacy]: {org:shop}[ {street}| {city}|]",
    "[Banks|Account|Mortgage] [at|with] {org:firm}; acct ending {n:1000-9999}.",
    "[Staying|Stays|Lives] at the {org:firm}[ off {street}|] [until {day}|for now|with {rel}].",
    "[Insurance|Ins|Payer|Carrier|Plan|PRIMARY|Secondary]: {payer}[, ID {acct}|, member {acct}| PPO| HMO| Gold Plus|]",
    "{payer} [approved|denied|termed|is primary|needs PA|pended it][ auth {acct}| {date}| for {proc}|].",
    "[Through|Via|With|Under] {payer}, [ID|grp|group|policy] {acct}.",
    "[Adjuster|Case manager|Rep|Nurse reviewer] {per} [at|with|from] {payer}[, {phone}|].",
    "{payer} policy {acct}[, claim {acct}|].",
    "[Transferred|Sent|Flown|Brought|Taken|Referred|Going|D/c'd|Discharged] [to|from] {carer}[ for {proc}| by {carer}| {date}| at {time}|].",
    "[Treated|Seen|Admitted|Evaluated|Delivered|Operated on|Worked up|Born|Dialyzed|Detoxed] at {carer}[ in {n:1990-2023}| {date}| by {drx}| last {month}|].",
    "[D/w|Discussed with|Called|Paged|Records from|Note from|Per|CT from|Films from|Labs from] {carer}[ {day}| ({drx})| transfer center| ortho| cards|].",
    "[s/p|S/p|Hx of] {proc} at {carer}[ {n:1990-2023}|][, cardiologist {drx}|].",
    "[Labs|Specimen|Kit|Sample|Cologuard] [sent to|at|through|via|from] {carer}[ #{n:100-9999}|].",
    "{dx} screen [neg|pos|pending] through {carer}.",
    "{carer} [delivered|picked up|will set up|dropped off|serviced] the [oxygen|bed|concentrator|walker|CPAP|wheelchair|equipment].",
    "Equipment [p/u|delivery] by {carer} {date}.",
    "[EMS|Transport|Ambulance|Ride|Mode] [is|by|via|:] {carer}[ unit {n:1-90}|].",
    "[Home with|Home health|HH|VNA|Hospice|SNF|PT]: {carer}[, {phone}|].",
    "[Looked at|Toured|Prefers|Accepted at|Declined by|Bed at|On list for] {carer} and {org:nursing}.",
    "Needs clearance from [{drx} at |cardiologist at |PCP at |]{carer}.",
    "{org:letters} [involved|notified|case open|worker came|hearing {date}|took custody|closed the case|called][, worker {per}| ({per})|].",
    "[Losing custody|Custody|Kinship placement|Report made], {org:letters} [hearing|worker|case] {date}.",
    "[Student|Researcher|Professor|Sophomore|Freshman|Grad student|Postdoc|Custodian] at {org:letters}[, dorm {hall}|].",
    "[Went|Goes|Going|Transferring|Accepted] to {org:letters}[ for nursing| on scholarship|].",
    "[Served|Enlisted|Was] [in|with] {corps} [{n:1950-1999}-{n:2000-2015}|in {place}|as a medic], [agent orange exposure|honorable discharge|no combat].",
    "[Belongs to|Active in|Volunteers at|Meals from|Referred to|Rides from|Sings at|Handout from|Ladies from] {corps}[ and {corps}|].",
    "[Teaches|Aide|Bus driver|Principal|Nurse] at {corps}[, teacher {pertitled}|].",
    "[Probation|PO|Parole] officer [is|:] {per} [at|of] {corps}.",
    "[Attended|Attends|Graduated from] {corps}, worked [briefly |] at {workplace}, [treated|seen] at {carer}.",
    "[Ofc.|Officer|Deputy|Trooper|Det.] {perlast} ({corps}, badge {n:100-9999}) [brought|followed|took report].",
    "[Golfs|Golfed|Swims|Bowls|Plays cards|Works out] at {club}.",
    "{org:letterhead}\n{addr2}\n[Ph|Tel|Phone] {phone}",
    "{org:letterhead}\n[REFERRING|PATIENT|Re|Date]: [{perany}|{date}]",
    "{org:letterhead} | {phone}",
    "Dear {pertitled}:\nYour {proc} at {org:letterhead} on {date} was [denied|approved|billed] by {payer}.",
    "[Sending|Receiving|From|To|Facility]: {carer}, {town}",
    "Also [goes to|sees someone at|on the list at] {org:letterhead}.",
    "His brother-in-law runs {workplace}[ out in {city}|].",
    "({workplace}, the [plant|store|warehouse|office] [out in|in|on] [{city}|{street}])",
]
PARTS = {
    "workplace": ["{org:firm}", "{org:firm}", "{org:shop}", "{org:employer}", "{org:employer}", "{org:eatery}", "{org:letters}", "{org:carer}", "{org:school}"],
    "payer": ["{org:insurer}", "{org:insurer}", "{org:letters}", "{org:firm}", "{org:letterhead}", "{org:payer}"],
    "carer": ["{org:carer}", "{org:carer}", "{org:carer}", "{org:letterhead}", "{org:hosp}", "{org:clinic}"],
    "club": ["{org:clubs}"],
}
ORGANISATIONS["payer"] = [
    "{coined} Health",
    "{place} Health Plan",
    "{good}Care",
    "{last} Benefit Administrators",
    "{state} Blue",
    "{coined} Advantage",
    "{place} Mutual",
    "{last} TPA",
    "{good} Administrators",
    "{caps} Health Plan",
    "{state} Total Care",
    "Presbyterian {good}",
    "Local {n:10-999} Welfare Fund",
    "{last} Re",
    "{abroad} Krankenkasse",
    "Mutuelle {last}",
    "Seguros {last}",
]
ORGANISATIONS["clubs"] = [
    "{place} Country Club",
    "{place} Golf Club",
    "{place} YMCA",
    "{last} Lanes",
    "{place}",
    "{good} Hills",
    "{place} Rec Center",
    "{last} Tennis Club",
    "{place} Senior Center",
]
