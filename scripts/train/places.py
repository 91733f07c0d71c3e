"""Addresses, towns and organisations, all invented from parts (town names: census places; some well-known organisations by name)."""

from pathlib import Path

from faker import Faker
from faker.providers.address import it_IT as italian

import abroad

STATES = """Alabama AL|Alaska AK|Arizona AZ|Arkansas AR|California CA|Colorado CO|Connecticut CT|Delaware DE|Florida FL|Georgia GA|Hawaii HI|Idaho ID|Illinois IL
Indiana IN|Iowa IA|Kansas KS|Kentucky KY|Louisiana LA|Maine ME|Maryland MD|Massachusetts MA|Michigan MI|Minnesota MN|Mississippi MS|Missouri MO|Montana MT
Nebraska NE|Nevada NV|New Hampshire NH|New Jersey NJ|New Mexico NM|New York NY|North Carolina NC|North Dakota ND|Ohio OH|Oklahoma OK|Oregon OR
Pennsylvania PA|Rhode Island RI|South Carolina SC|South Dakota SD|Tennessee TN|Texas TX|Utah UT|Vermont VT|Virginia VA|Washington WA|West Virginia WV
Wisconsin WI|Wyoming WY"""
STATES = [tuple(s.strip().rsplit(" ", 1)) for s in STATES.replace("\n", "|").split("|")]

BIG = """New York|Los Angeles|Chicago|Houston|Phoenix|Philadelphia|San Antonio|San Diego|Dallas|San Jose|Austin|Jacksonville|Columbus|Charlotte|Indianapolis|Seattle
Denver|Boston|El Paso|Nashville|Detroit|Portland|Las Vegas|Memphis|Louisville|Baltimore|Milwaukee|Albuquerque|Tucson|Fresno|Sacramento|Kansas City|Mesa|Atlanta|Omaha
Miami|Raleigh|Oakland|Minneapolis|Tulsa|Tampa|New Orleans|Wichita|Cleveland|Bakersfield|Honolulu|Anaheim|Lexington|Stockton|Cincinnati|St. Louis|Pittsburgh|Greensboro
Anchorage|Lincoln|Newark|Toledo|Durham|Fort Wayne|Laredo|Buffalo|Madison|Reno|Spokane|Richmond|Baton Rouge|Des Moines|Tacoma|San Bernardino|Modesto|Fayetteville|Akron
Rochester|Yonkers|Salt Lake City|Little Rock|Grand Rapids|Huntsville|Mobile|Providence|Knoxville|Worcester|Chattanooga|Brownsville|Dayton|Springfield|St. Paul|Hialeah"""
BIG = BIG.replace("\n", "|").split("|")

ABROAD = """Guatemala City|Tegucigalpa|San Salvador|Managua|San José|Bogotá|Medellín|Lima|Quito|Caracas|La Paz|Santiago|Buenos Aires|Montevideo|São Paulo|Rio de Janeiro
Mexico City|Guadalajara|Monterrey|Tijuana|Ciudad Juárez|Puebla|Oaxaca|Havana|Santo Domingo|Port-au-Prince|Kingston|San Juan|London|Manchester|Dublin|Paris|Lyon|Madrid
Barcelona|Lisbon|Rome|Naples|Berlin|Munich|Vienna|Zurich|Warsaw|Kraków|Prague|Budapest|Bucharest|Sofia|Athens|Istanbul|Ankara|Moscow|St. Petersburg|Kyiv|Kharkiv|Odesa|Lviv
Minsk|Yerevan|Tbilisi|Baku|Tehran|Isfahan|Shiraz|Baghdad|Basra|Mosul|Damascus|Aleppo|Homs|Beirut|Amman|Cairo|Alexandria|Khartoum|Addis Ababa|Asmara|Mogadishu|Nairobi
Kampala|Kigali|Kinshasa|Lagos|Abuja|Kano|Accra|Kumasi|Dakar|Freetown|Monrovia|Johannesburg|Cape Town|Harare|Karachi|Lahore|Islamabad|Delhi|New Delhi|Mumbai|Chennai
Hyderabad|Kolkata|Bangalore|Dhaka|Kathmandu|Colombo|Kabul|Kandahar|Tashkent|Beijing|Shanghai|Guangzhou|Hong Kong|Taipei|Seoul|Busan|Tokyo|Osaka|Hanoi|Saigon|Ho Chi Minh City
Da Nang|Phnom Penh|Vientiane|Bangkok|Rangoon|Manila|Cebu City|Davao|Quezon City|Jakarta|Kuala Lumpur|Singapore|Sydney|Melbourne|Auckland|Toronto|Montreal|Vancouver|Apia"""
ABROAD = ABROAD.replace("\n", "|").split("|")

COUNTRIES = """Guatemala|Honduras|El Salvador|Nicaragua|Costa Rica|Panama|Colombia|Venezuela|Ecuador|Peru|Bolivia|Chile|Argentina|Uruguay|Brazil|Mexico|Cuba|Haiti|Jamaica
the Dominican Republic|Puerto Rico|Trinidad|Canada|England|Scotland|Ireland|France|Spain|Portugal|Italy|Germany|Austria|Switzerland|Poland|Romania|Bulgaria|Greece|Turkey|Russia
Ukraine|Belarus|Moldova|Armenia|Georgia|Azerbaijan|Iran|Iraq|Syria|Lebanon|Jordan|Israel|Palestine|Egypt|Sudan|South Sudan|Ethiopia|Eritrea|Somalia|Kenya|Uganda|Rwanda
Burundi|Tanzania|the Congo|Nigeria|Ghana|Cameroon|Senegal|Mali|Liberia|Sierra Leone|Guinea|Ivory Coast|South Africa|Zimbabwe|Morocco|Algeria|Tunisia|Libya|Yemen|Saudi Arabia
Kuwait|Pakistan|India|Bangladesh|Nepal|Bhutan|Sri Lanka|Afghanistan|Uzbekistan|Kazakhstan|China|Taiwan|South Korea|Korea|Japan|Vietnam|Cambodia|Laos|Thailand|Burma|Myanmar
the Philippines|Indonesia|Malaysia|Australia|New Zealand|Samoa|Tonga|Fiji|Guam|the Marshall Islands|Micronesia|Norway|Sweden|Finland|Denmark|Iceland|Lithuania|Latvia|Estonia
Hungary|Croatia|Slovenia|Bosnia|Serbia|Albania|Kosovo|Belgium|the Netherlands|the United Kingdom|the United States|United States|USA|Wales|the Czech Republic|Slovakia|Cyprus|Malta
Luxembourg|Montenegro|Macedonia|Paraguay|Belize|Barbados|Guyana|the Bahamas|Angola|Zambia|Mozambique|Botswana|Namibia|Malawi|Mauritius|Togo|Benin|Niger|Gambia|Djibouti|Oman|Qatar"""
COUNTRIES = COUNTRIES.replace("\n", "|").split("|")

HOODS = """the Bronx|Brooklyn|Queens|Harlem|East Harlem|Washington Heights|Staten Island|Flatbush|Bedford-Stuyvesant|Jackson Heights|Flushing|South Side|West Side|Hyde Park|Englewood
Pilsen|Little Village|Rogers Park|East LA|Boyle Heights|Koreatown|Watts|Compton|Echo Park|Silver Lake|Van Nuys|Reseda|the Mission District|the Tenderloin|Bayview|Capitol Hill
Rainier Valley|Ballard Heights|Little Havana|Overtown|Liberty City|Dorchester|Roxbury|Jamaica Plain|Mattapan|Back Bay|Kensington|Fishtown|Germantown|Northern Liberties|Anacostia
Georgetown|Over-the-Rhine|Walnut Hills|the Third Ward|the Heights|Deep Ellum|Oak Cliff|the Lower Ninth Ward|Treme|Buckhead|Bankhead|Five Points|North End|Old Town|Uptown
Cedar-Riverside|Phillips|Frogtown|Southeast|Highland Park|Maple Heights|Chinatown|Little Saigon|Little Italy|Greektown|Ybor City|Parkside|Lakeview|Riverdale|Eastside"""
HOODS = HOODS.replace("\n", "|").split("|")

STREETS = """Main Maple Oak Elm Pine Cedar Walnut Chestnut Willow Birch Spruce Magnolia Sycamore Hickory Dogwood Poplar Park Lake Hill River Spring Church School Mill
Washington Jefferson Lincoln Jackson Madison Monroe Adams Franklin Grant Cleveland Roosevelt Kennedy Lafayette Broad Market Center Union Liberty Highland Forest Sunset
Meadow Ridge Valley View Prospect Pleasant Orchard Railroad Water Front Canal Harbor Bay Ocean Beach Court State County Line College University Cherry Peach Apple
Rose Lily Holly Ivy Laurel Heather Hazel Summit Fairview Lakeview Hillcrest Woodland Brookside Riverside Northside Country_Club Old_Mill Stone_Bridge Fox_Run Deer_Creek
Martin_Luther_King_Jr. Cesar_Chavez Malcolm_X Rosa_Parks Mission Alameda El_Camino Las_Palmas San_Pablo Santa_Fe Camino_Real Vista_del_Mar La_Brea Figueroa Peachtree"""
STREETS = [s.replace("_", " ") for s in STREETS.split()]
WAYS = "St St St. Street Street Ave Ave Ave. Avenue Rd Rd. Road Dr Dr Dr. Drive Ln Lane Ct Court Blvd Blvd. Boulevard Way Pl Place Ter Terrace Cir Circle Pkwy Parkway Trl Trail Hwy".split()

SAINTS = "Mary Joseph Luke John Jude Francis Vincent Anthony Elizabeth Catherine Michael Anne Thomas Mark Rita Agnes Raphael Alphonsus Bernard Clare Peter Barnabas Margaret Rose".split()
GOOD = """Good Samaritan|Mercy|Sacred Heart|Providence|Trinity|Grace|Hope|Faith|Bethesda|Bethany|Mount Sinai|Mt. Carmel|Holy Cross|Holy Family|Our Lady of Lourdes|Our Lady of Peace
Memorial|Community|Regional|University|Baptist|Methodist|Presbyterian|Lutheran|Adventist|Deaconess|Beth Israel|Sunrise|Lakeside|Riverview|Valley View|Northside|Eastgate|Westlake
Highlands|Piedmont|Blue Ridge|Cascade|Sierra|Desert Springs|Tidewater|Bayfront|Harbor|Pinnacle|Summit|Evergreen|Cedar Ridge|Oakwood|Maplewood|Willow Creek|Fairview|Heritage|Liberty|Pioneer"""
GOOD = GOOD.replace("\n", "|").split("|")
KNOWN_HOSPITALS_SKIP = ("Abu Dhabi",)

INSURERS = """Anthem Blue Cross|Blue Cross Blue Shield of {state}|BCBS of {state}|BlueCross BlueShield|UnitedHealthcare|United Healthcare|UHC|Aetna|Cigna|Humana|Kaiser Permanente|Molina Healthcare
Centene|WellCare|Ambetter|Oscar Health|Highmark|Harvard Pilgrim|Tufts Health Plan|Health Net|CareSource|Amerigroup|Independence Blue Cross|Premera|Regence BlueShield|Buckeye Health Plan|Geisinger Health Plan
EmblemHealth|Fidelis Care|Healthfirst|Medical Mutual|Priority Health|UPMC Health Plan|Sentara Health Plans|State Farm|Allstate|GEICO|Progressive|Liberty Mutual|Travelers|MetLife|Delta Dental|Guardian
Unum|Lincoln Financial|Mutual of Omaha|Sedgwick|Optum|Magellan Health|Beacon Health Options|{city} Health Plan|{last} Mutual Insurance|{good} Health Plan|{good} Mutual Insurance Company"""
INSURERS = INSURERS.replace("\n", "|").split("|")

EMPLOYERS = """Walmart|Target|Amazon|FedEx|UPS|Costco|Home Depot|Lowe's|Kroger|Publix|Safeway|McDonald's|Burger King|Wendy's|Starbucks|Dollar General|Tyson Foods|Smithfield|John Deere|Caterpillar
Boeing|Lockheed Martin|General Motors|Ford Motor Company|Goodyear|Honda of America|Wells Fargo|Bank of America|Chase Bank|Verizon|AT&T|Comcast|Delta Air Lines|Greyhound|Uber|Macy's|Best Buy
{last} Construction|{last} & Sons Plumbing|{last} Brothers Roofing|{last} Trucking|{last} Electric|{last} Manufacturing|{last} Farms|{last} Logistics, Inc.|{last} Auto Body|{last} Landscaping LLC|{last}-{last} Inc.
{last}, {last} and {last}|{last} Group|{last} PLC|{last} Ltd|{city} Steel|{city} Public Schools|{city} Fire Department|{city} Police Department|{city} Transit Authority|{city} Water Department|{city} Foundry
{good} Foods|{good} Home Care, LLC|{good} Staffing|{good} Security Services|{county} Sheriff's Office|City of {city}|Town of {city}|{city} Post Office|{city} Tribune|Casa {last} Restaurant|{last}'s Diner|{first}'s Bakery|Little {first}'s Pizza"""
EMPLOYERS += "|{coined}|{coined} Inc.|{coined} {trade}|{coined} {trade}|{last} {trade}|{city} {trade}|{last}-{last}|{last} and Sons|{last} GmbH|{last} Oy|{coined} Ltd.|{trade} of {city}"
EMPLOYERS = EMPLOYERS.replace("\n", "|").split("|")
TRADES = """Technologies Solutions Systems Labs Services Software Analytics Networks Consulting Partners Capital Holdings Media Studios Robotics Energy Foods Textiles Motors Airlines Shipping Bank
Corporation Industries Press Records Books Realty Design Catering Cafe Bakery Hotel Gym Salon Theater Museum Foundation Association Institute Society Council Union League Club""".split()
COIN = (
    "open bright blue data cloud net lumi vera nova terra axi omni syn cyber micro green quick clear smart info medi bio agri zen arc opti flex tele uni pro vita eco sol aero".split(),
    "wave path gen link soft ware tech ix ia ora ys base point works hub mark loop cast grid source nest bit field ly ify scape metric trix stone logic counter ence".split(),
)
FOREIGN = {
    "de_DE": "Germany",
    "it_IT": "Italy",
    "fr_FR": "France",
    "es_ES": "Spain",
    "pl_PL": "Poland",
    "nl_NL": "Netherlands",
    "sv_SE": "Sweden",
    "fi_FI": "Finland",
    "cs_CZ": "Czech Republic",
    "pt_BR": "Brazil",
    "pt_PT": "Portugal",
    "en_GB": "United Kingdom",
    "hu_HU": "Hungary",
    "ro_RO": "Romania",
    "da_DK": "Denmark",
    "no_NO": "Norway",
    "hr_HR": "Croatia",
    "en_IN": "India",
    "es_MX": "Mexico",
    "fr_CA": "Canada",
    "en_AU": "Australia",
    "sl_SI": "Slovenia",
    "es_CO": "Colombia",
}

ORGANISATIONS = {
    "hosp": [
        "{city} General Hospital",
        "{city} Medical Center",
        "{city} Regional Medical Center",
        "{city} Community Hospital",
        "{city} Memorial Hospital",
        "{good} Hospital",
        "{good} Medical Center",
        "{saint} Hospital",
        "{saint} Medical Center",
        "{saint}'s Hospital",
        "{good} Health System",
        "University of {state} Hospital",
        "{state} State Hospital",
        "{county} General Hospital",
        "{city} VA Medical Center",
        "{last} Memorial Hospital",
        "{last} Cancer Center",
        "{last} Children's Hospital",
        "{city} Children's Hospital",
        "{good} Regional Hospital",
        "{city} Veterans Hospital",
        "{known}",
        "{known}",
        "{last} Institute for Rehabilitation",
        "{city} Heart Institute",
        "{good} Behavioral Health Hospital",
        "Hospital San {first}",
        "{city} District Hospital",
        "Royal {city} Infirmary",
        "{good} Health",
        "{saint}",
        "{saint}",
        "Mercy",
        "Good Sam",
        "{last} Memorial",
        "{city} General",
        "{city} VA",
        "{good}",
    ],
    "clinic": [
        "{city} Family Medicine",
        "{city} Family Practice",
        "{good} Clinic",
        "{last} Clinic",
        "{city} Pediatrics",
        "{good} Pediatrics",
        "{last} Family Dentistry",
        "{good} Dental Care",
        "{city} Dental Group",
        "{city} Orthopaedics",
        "{good} Orthopedics & Sports Medicine",
        "{city} Women's Health",
        "{good} OB/GYN Associates",
        "{city} Imaging",
        "{good} Imaging Center",
        "{city} Radiology Associates",
        "{last} & {last} Dermatology",
        "{city} Cardiology Consultants",
        "{good} Heart and Vascular",
        "{city} Urgent Care",
        "{good} Urgent Care",
        "{good} Counseling Center",
        "{city} Behavioral Health",
        "{good} Recovery Center",
        "{city} Community Health Center",
        "{good} Primary Care",
        "{last} Eye Institute",
        "{city} Surgery Center",
        "{good} Internal Medicine, P.C.",
        "{city} Pain Management",
        "{good} Physical Therapy",
        "{last} Chiropractic",
        "{county} Mental Health Center",
        "{city} Free Clinic",
        "La Clinica de {city}",
        "{good} Medical Group",
        "{city} Neurology PLLC",
        "{good} Oncology Associates",
        "{city} Dialysis Center",
        "{good} Hospice",
        "{city} Visiting Nurses",
        "{good} Home Health",
        "{saint} Hospice",
        "Planned Parenthood of {city}",
    ],
    "pharmacy": [
        "CVS",
        "CVS Pharmacy",
        "Walgreens",
        "Rite Aid",
        "Walmart Pharmacy",
        "Kroger Pharmacy",
        "Costco Pharmacy",
        "{last} Pharmacy",
        "{last}'s Pharmacy",
        "{city} Drug",
        "{last} Drugs",
        "{good} Apothecary",
        "{city} Pharmacy",
        "Publix Pharmacy",
        "Express Scripts",
        "OptumRx",
        "{good} Compounding Pharmacy",
    ],
    "laboratory": ["Quest Diagnostics", "LabCorp", "Quest", "{city} Pathology Associates", "{good} Laboratories", "{last} Diagnostics", "{last} Clinical Labs"],
    "nursing": [
        "{good} Nursing Home",
        "{good} Manor",
        "{city} Care Center",
        "{good} Rehabilitation and Nursing Center",
        "{city} Health and Rehab",
        "{saint} Villa",
        "{last} House",
        "{good} Assisted Living",
        "{city} Gardens",
        "The Villages at {city}",
        "{good} Senior Living",
        "Brookdale {city}",
        "{last} Place Memory Care",
    ],
    "school": [
        "{city} Elementary",
        "{city} High School",
        "{city} Middle School",
        "{last} Elementary School",
        "{last} Middle School",
        "{last} High",
        "{first} {last} Elementary",
        "{saint} School",
        "{good} Academy",
        "{city} Charter School",
        "{good} Christian School",
        "{last} Academy",
        "PS {n:1-399}",
        "{city} Unified School District",
        "{city} Head Start",
        "Little {good} Daycare",
        "{good} Montessori",
        "{city} Day School",
    ],
    "university": [
        "University of {state}",
        "{state} State University",
        "{last} University",
        "{city} State",
        "{city} College",
        "{city} Community College",
        "{last} College",
        "{saint} College",
        "Ohio State",
        "Penn State",
        "UCLA",
        "Harvard Medical School",
        "{state} Tech",
        "{city} Technical College",
        "University of {abroad}",
        "{last} School of Nursing",
    ],
    "church": [
        "First Baptist Church",
        "First Baptist Church of {city}",
        "{saint} Church",
        "{saint} Catholic Church",
        "{saint} Lutheran Church",
        "{good} United Methodist Church",
        "{good} Missionary Baptist Church",
        "Temple Beth {hebrew}",
        "Congregation Beth {hebrew}",
        "Islamic Center of {city}",
        "Masjid Al-Noor",
        "Iglesia {good}",
        "{city} Kingdom Hall",
        "{good} AME Church",
        "Holy Trinity Greek Orthodox Church",
        "{city} Buddhist Temple",
        "New {good} Church of God in Christ",
    ],
    "shelter": [
        "{good} House",
        "{city} Rescue Mission",
        "{good} Shelter",
        "{last} House",
        "{saint} Shelter",
        "{city} Women's Shelter",
        "Casa {good}",
        "Salvation Army of {city}",
        "Goodwill",
        "Catholic Charities",
        "{city} YMCA",
        "{city} Food Bank",
        "Lutheran Social Services",
        "{good} Recovery Homes",
        "Habitat for Humanity",
        "Oxford House {last}",
        "{good} Group Home",
        "Big Brothers Big Sisters of {city}",
    ],
    "law": [
        "{last} & {last}",
        "{last}, {last} & {last} LLP",
        "Law Offices of {first} {last}",
        "{last} Law Firm",
        "{last} Injury Law, P.C.",
        "{last} and Associates",
        "{city} Legal Aid",
        "{last} {last} LLP",
        "Legal Aid Society of {city}",
    ],
    "court": [
        "{county} Superior Court",
        "{county} Family Court",
        "{city} Municipal Court",
        "{county} Probate Court",
        "{county} Juvenile Court",
        "{city} Drug Court",
        "Superior Court of {county}",
        "{county} Circuit Court",
        "{county} District Attorney's Office",
    ],
    "agency": [
        "{county} Department of Social Services",
        "{county} Health Department",
        "{county} Children Services",
        "{county} CPS",
        "{city} Housing Authority",
        "{city} Police Department",
        "{county} Sheriff's Department",
        "{city} Fire Department",
        "{county} EMS",
        "{state} Department of Health",
        "{state} Bureau of Workers' Compensation",
        "{county} Jail",
        "{county} Area Agency on Aging",
        "{city} PD",
        "{county} Coroner's Office",
        "{state} Board of Nursing",
        "{city} Parole Office",
        "{county} Probation Department",
        "{state} State Police",
    ],
    "ambulance": ["{city} EMS", "{last} Ambulance Service", "{county} EMS", "{good} Medical Transport", "{city} Fire and Rescue", "LifeFlight of {city}"],
    "vendor": [
        "{last} Billing Services",
        "{good} Collections, LLC",
        "{last} & Associates Collections",
        "{good} Medical Supply",
        "Apria Healthcare",
        "Lincare",
        "{last} Prosthetics",
        "{good} Transcription Services",
        "{city} Medical Equipment",
    ],
}
ORGANISATIONS["ensemble"] = ["{city} Symphony", "{good} Orchestra", "{last} Quartet", "{city} Youth Choir", "{city} Orchestra", "{coined} Ensemble"]
for _kind, _names in {"insurer": INSURERS, "employer": EMPLOYERS}.items():
    ORGANISATIONS[_kind] = _names


class Places:
    def __init__(self, folder, seed):
        lists = Path(folder) / "phileas-lists/src/main/resources"
        read = lambda file: [x for x in (lists / file).read_text().splitlines() if x and x.isascii()]  # noqa: E731
        self.cities, self.counties = read("cities.txt"), read("counties.txt")
        self.hospitals = [h for h in read("hospitals.txt") if len(h) < 50 and not any(s in h for s in KNOWN_HOSPITALS_SKIP)]

        self.foreign = []  # (street, town, postcode, country)
        italian_towns = sorted(italian.Provider.cities)  # faker makes this list from a set: another order in every process
        for locale, country in FOREIGN.items():
            fake = Faker(locale)
            fake.seed_instance(seed)
            for _ in range(300):
                town = fake.random_element(italian_towns) if locale == "it_IT" else fake.city()
                self.foreign.append(tuple(" ".join(x.split()) for x in (fake.street_address(), town, fake.postcode(), country)))

    def foreign_address(self, chance, lines):
        """As written abroad, or a foreign street in the American order."""
        street, town, code, country = chance.choice(self.foreign)
        if chance.random() < 0.15:
            return street
        parts = [street, f"{code} {town}" if chance.random() < 0.6 else f"{town} {code}" if chance.random() < 0.6 else town]
        if chance.random() < 0.3:
            parts.insert(1, self.unit(chance))
        if chance.random() < 0.6:
            parts.append(country if chance.random() < 0.8 else f"{country} {code}")
        return (chance.choice(["\n", "\n", "\n", "\n ", "\n\n", ", "]) if lines else ", ").join(parts)

    def city(self, chance):
        if chance.random() < 0.1:
            return chance.choice(self.foreign)[1]
        return chance.choice(BIG) if chance.random() < 0.25 else chance.choice(self.cities)

    def county(self, chance):
        kind = chance.random()
        name = chance.choice(self.counties)
        if " " in name and name.split()[-1] in ("Parish", "Borough", "Area", "City", "County", "Municipality"):
            return name
        return name + (" County" if kind < 0.93 else " Parish" if kind < 0.97 else " Co.")

    def zip(self, chance):
        return f"{chance.randint(501, 99950):05d}" + (f"-{chance.randint(0, 9999):04d}" if chance.random() < 0.12 else "")

    def town_line(self, chance, city=None, zip_too=True):
        state = chance.choice(STATES)
        state = state[1] if chance.random() < 0.85 else state[0]
        line = (city or self.city(chance)) + chance.choice([", ", ", ", ", ", " ", ","]) + state
        return line + chance.choice([" ", " ", " ", "  ", ", "]) + self.zip(chance) if zip_too else line

    def street(self, chance, people):
        kind = chance.random()
        if kind < 0.05:
            return chance.choice(["P.O. Box ", "PO Box ", "P O Box ", "POB "]) + str(chance.randint(1, 9999))
        if kind < 0.08:
            return f"{chance.choice(['RR', 'Rural Route', 'HC'])} {chance.randint(1, 9)} Box {chance.randint(1, 400)}"
        number = chance.choice([chance.randint(1, 999), chance.randint(100, 9999), chance.randint(1000, 29999)])
        number = f"{number}{chance.choice(['', '', '', '', '', '', '', 'A', '-B', ' 1/2'])}"
        side = chance.choice(["", "", "", "", "N ", "S ", "E ", "W ", "North ", "South ", "NW ", "S.E. ", "West ", "N. "])
        if kind < 0.2:
            nth = chance.randint(1, 180)
            name = f"{nth}{'th' if nth % 100 in (11, 12, 13) else {1: 'st', 2: 'nd', 3: 'rd'}.get(nth % 10, 'th')}"
        elif kind < 0.26:
            return f"{number} {chance.choice(['County Road', 'State Route', 'US Highway', 'Hwy', 'Route', 'FM', 'Township Rd'])} {chance.randint(1, 999)}"
        elif kind < 0.55:
            name = people.family(chance)
        elif kind < 0.62:
            name = self.city(chance)
        else:
            name = chance.choice(STREETS)
        if kind > 0.98:
            return f"{number} {chance.choice(['Calle', 'Avenida', 'Via', 'Rue', 'Paseo'])} {name}"
        return f"{number} {side}{name} {chance.choice(WAYS)}"

    def unit(self, chance):
        number = chance.choice(
            [str(chance.randint(1, 40)), str(chance.randint(100, 1900)), f"{chance.randint(1, 20)}{chance.choice('ABCDEF')}", chance.choice("ABCDEFGH")]
        )
        return chance.choice(["Apt ", "Apt. ", "Apt #", "#", "Unit ", "Suite ", "Ste ", "Ste. ", "Lot ", "Bldg ", "Fl ", "Apartment ", "Trlr "]) + number

    def address(self, chance, people, lines):
        """Whole postal address; with `lines`, the town may stand on a line of its own."""
        kind = chance.random()
        if kind < 0.1:
            return self.foreign_address(chance, lines)
        if kind < 0.16:
            return abroad.address(chance, people).replace(", ", "\n" if lines and chance.random() < 0.7 else ", ")
        parts = [self.street(chance, people)]
        if chance.random() < 0.3:
            parts.append(self.unit(chance))
        if chance.random() < 0.12 and not lines:
            return chance.choice([", ", " "]).join(parts)
        breaks = lines and chance.random() < 0.8
        middle = ("\n" if chance.random() < 0.15 and breaks else chance.choice([", ", " ", ", "])) if len(parts) > 1 else ""
        town = self.town_line(chance, zip_too=chance.random() < 0.88)
        between = "\n" if breaks else chance.choice([", ", ", ", ", ", " ", "  ", "; "])
        return middle.join(parts) + between + town
