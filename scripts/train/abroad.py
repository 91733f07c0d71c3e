"""Places that are no American address: addresses of many countries, parks, crossings, camps, dormitories."""

import re

# {n:a-b} a number, {fam} a family name, {first} a given name, {town} a town of the country, {zip:###} digits.
ADDRESSES = [
    (
        "India",
        "Pune Mumbai Hyderabad Chennai Jaipur Kochi Lucknow Nagpur Surat Indore Bhopal Patna Mysuru Coimbatore",
        "{town} {zip:######}",
        [
            "{letter}-{n:1-90} {first} Nagar",
            "Flat {n:1-900}, {first} Apartments, {fam} Road",
            "H.No. {n:1-30}-{n:1-9}-{n:10-900}, {fam} Colony",
            "{n:1-300}/{n:1-20} {fam} Marg",
            "Plot {n:1-200}, Sector {n:1-60}",
            "{fam} Niwas, {first} Society, {n:1-9}th Cross",
        ],
    ),
    (
        "Bangladesh",
        "Dhaka Chittagong Sylhet Khulna Rajshahi",
        "{town} {zip:####}",
        ["House {n:1-90}, Road {n:1-30}, {first}pur", "House {n:1-99}/A, Road {n:1-27}, Gulshan {n:1-2}"],
    ),
    (
        "Pakistan",
        "Karachi Lahore Islamabad Multan Faisalabad Peshawar",
        "{town} {zip:#####}",
        [
            "House No. {n:1-900}, Street {n:1-60}, {letter}-{n:5-15}/{n:1-4}",
            "{n:1-300}-{letter}, Model Town",
            "Flat {n:1-40}, Block {n:1-20}, Gulshan-e-{first}",
        ],
    ),
    (
        "Japan",
        "Tokyo Osaka Kyoto Nagoya Sapporo Fukuoka Sendai Yokohama",
        "{town} {zip:###}-{zip:####}",
        [
            "{n:1-9}-{n:1-30}-{n:1-20} Higashi, Minato-ku",
            "{n:1-6}-{n:1-20}-{n:1-30} Nishi-machi, Chuo-ku",
            "{n:100-900} Kamimura, Kita-ku",
            "{n:1-5}-chome {n:1-20}-{n:1-9}, Sakura-cho",
        ],
    ),
    (
        "China",
        "Beijing Shanghai Guangzhou Chengdu Wuhan Nanjing Xi'an Shenzhen",
        "{town} {zip:######}",
        ["{n:1-900} Zhongshan Road", "Room {n:101-2900}, Building {n:1-40}, Jiefang Lu {n:1-200}", "No. {n:1-90}, Renmin East Road, Haidian District"],
    ),
    (
        "South Korea",
        "Seoul Busan Incheon Daegu Daejeon",
        "{town} {zip:#####}",
        ["{n:1-400}, Teheran-ro, Gangnam-gu", "{n:1-200}-{n:1-30} Sinchon-dong, Seodaemun-gu", "Apt {n:101-120}-{n:101-2500}, Jamsil-ro {n:1-80}"],
    ),
    (
        "Philippines",
        "Manila|Quezon City|Cebu City|Davao City|Makati|Iloilo City|Baguio",
        "{town} {zip:####}",
        ["{n:1-900} {fam} St., Brgy. {first}", "Blk {n:1-30} Lot {n:1-40}, {first} Village", "Unit {n:1-30}{letter}, {fam} Tower, Ayala Ave"],
    ),
    (
        "Vietnam",
        "Hanoi|Ho Chi Minh City|Da Nang|Hue|Can Tho",
        "{town}",
        ["{n:1-400} Nguyen Hue, Quan {n:1-12}", "{n:1-90}/{n:1-20} Le Loi, District {n:1-12}", "So {n:1-200} Tran Phu, Ba Dinh"],
    ),
    (
        "Mexico",
        "Guadalajara|Monterrey|Puebla|Tijuana|Ciudad Juárez|Oaxaca|Mérida|Morelia|León",
        "C.P. {zip:#####} {town}",
        [
            "Calle {fam} #{n:1-900}, Col. Centro",
            "Av. {first} {fam} {n:100-4000}, Col. {fam}",
            "Privada {fam} {n:1-90}-{letter}",
            "Calle {n:1-90} No. {n:100-900} x {n:1-90} y {n:1-90}",
            "Andador {n:1-30} Mz {n:1-40} Lt {n:1-30}, Fracc. Las {first}s",
        ],
    ),
    (
        "Guatemala",
        "Guatemala City|Quetzaltenango|Antigua",
        "{town}",
        ["{n:1-20}a Calle {n:1-30}-{n:10-90}, Zona {n:1-21}", "{n:1-20} Avenida {n:1-30}-{n:10-90} Zona {n:1-21}"],
    ),
    (
        "Colombia",
        "Bogotá|Medellín|Cali|Barranquilla",
        "{town}",
        ["Calle {n:1-180} # {n:1-90}-{n:1-90}", "Carrera {n:1-100} No. {n:1-90}-{n:1-90}, Apto {n:101-1900}"],
    ),
    ("Dominican Republic", "Santo Domingo|Santiago|La Vega", "{town}", ["C/ {first} {fam} No. {n:1-200}, Ens. {fam}", "Calle {n:1-40} #{n:1-90}, Los {fam}"]),
    (
        "Brazil",
        "São Paulo|Recife|Salvador|Fortaleza|Curitiba|Belo Horizonte",
        "{zip:#####}-{zip:###} {town}",
        ["Rua {first} {fam} {n:1-2000}", "Av. {fam}, {n:100-4000}, apto {n:1-200}", "Travessa {fam} {n:1-90}, Bairro {first}"],
    ),
    (
        "Portugal",
        "Lisboa|Porto|Coimbra|Braga|Faro",
        "{zip:####}-{zip:###} {town}",
        ["Rua das {first}s {n:1-200}", "Avenida {fam}, {n:1-300}, {n:1-9}.º Dto", "Largo de {fam} {n:1-30}"],
    ),
    (
        "Germany",
        "Berlin|Hamburg|München|Köln|Freiburg|Leipzig|Dresden|Bremen",
        "{zip:#####} {town}",
        ["{fam}straße {n:1-200}", "{fam}allee {n:1-90}", "Am {fam}berg {n:1-40}", "{fam}weg {n:1-90}{lower}", "Lindenstr. {n:1-120}"],
    ),
    ("Austria", "Wien|Graz|Linz|Salzburg", "A-{zip:####} {town}", ["{fam}gasse {n:1-90}/{n:1-20}", "{fam}platz {n:1-30}"]),
    (
        "France",
        "Paris|Lyon|Nantes|Lille|Rennes|Toulouse",
        "{zip:#####} {town}",
        ["{n:1-200} rue de {fam}", "{n:1-90} bis, avenue {first} {fam}", "{n:1-300}, boulevard {fam}", "{n:1-30} impasse des {first}s"],
    ),
    (
        "Canada",
        "Toronto ON|Montréal (Québec)|Vancouver, BC|Calgary, Alberta|Halifax NS|Ottawa, Ontario|Laval QC|Winnipeg MB",
        "{town} {letter}{n:1-9}{letter} {n:1-9}{letter}{n:1-9}",
        ["{n:1-4000} rue Saint-{first}, app. {n:1-30}", "{n:1-900} {fam} Crescent", "{n:100-9000} {fam} Street West, Unit {n:1-900}", "{n:1-900} chemin {fam}"],
    ),
    (
        "United Kingdom",
        "Leeds|Bristol|Ledbury, Herefordshire|Hereford|Cardiff|Swansea|Glasgow|Norwich, Norfolk|London|Truro, Cornwall|Kendal, Cumbria",
        "{town} {letter}{letter}{n:1-20} {n:1-9}{letter}{letter}",
        [
            "{n:1-200} {fam} Road",
            "Flat {n:1-30}, {fam} House, {fam} Street",
            "The Old {house}, Church Lane",
            "{n:1-90} {first}'s Close",
            "{fam} Cottage, Mill Lane",
            "{n:1-90}{lower} High Street",
        ],
    ),
    (
        "Ireland",
        "Cork|Galway|Sligo|Dublin {n:1-24}|Co. Kerry|Ennis, Co. Clare",
        "{town}",
        ["{n:1-90} {fam} Park", "Bally{lower}{fam}, {fam}town", "{n:1-200} {first} Street"],
    ),
    (
        "Nigeria",
        "Lagos|Abuja|Ibadan|Enugu|Kano",
        "{town}",
        ["{n:1-200} {fam} Street, Ikeja", "Plot {n:1-900}, {fam} Close, Garki {n:1-2}", "No {n:1-60} {first} {fam} Crescent, Surulere"],
    ),
    ("Ghana", "Accra|Kumasi|Tema", "{town}", ["H/No {letter}{n:1-90}, {fam} Street", "P.O. Box AN {n:100-9000}"]),
    ("Kenya", "Nairobi|Mombasa|Kisumu", "{town} {zip:#####}", ["P.O. Box {n:100-90000}", "{fam} Estate, House {n:1-200}"]),
    ("South Africa", "Cape Town|Durban|Pretoria|Johannesburg", "{town} {zip:####}", ["{n:1-200} {fam} Road, Claremont", "{n:1-90} {fam} Avenue, Rondebosch"]),
    ("Haiti", "Port-au-Prince|Cap-Haïtien|Jacmel", "{town}", ["{n:1-90}, Rue {fam}", "Impasse {first} #{n:1-30}, Delmas {n:1-90}"]),
    ("Jamaica", "Kingston {n:1-20}|Montego Bay|Mandeville", "{town}", ["{n:1-90} {fam} Avenue", "Lot {n:1-900}, {fam} Pen"]),
    (
        "Poland",
        "Warszawa|Kraków|Gdańsk|Łódź",
        "{zip:##}-{zip:###} {town}",
        ["ul. {fam}ska {n:1-90}/{n:1-40}", "os. {first}a {n:1-40} m. {n:1-90}", "al. {fam} {n:1-90}"],
    ),
    ("Ukraine", "Kyiv|Lviv|Odesa", "{town} {zip:#####}", ["vul. {fam}ska {n:1-90}, kv. {n:1-200}", "{n:1-90} {fam} St, apt {n:1-200}"]),
    ("Turkey", "Istanbul|Ankara|Izmir", "{zip:#####} {town}", ["{fam} Mah. {first} Sok. No:{n:1-90} D:{n:1-20}", "{fam} Cad. {n:1-200}/{n:1-20}, Kadıköy"]),
    ("Iran", "Tehran|Shiraz|Isfahan", "{town}", ["No. {n:1-90}, {fam} Alley, Valiasr St", "Unit {n:1-20}, No. {n:1-200}, {first} Blvd"]),
    ("Israel", "Tel Aviv|Jerusalem|Haifa|Bnei Brak", "{town} {zip:#######}", ["Rehov {fam} {n:1-120}", "{n:1-90}/{n:1-20} {fam} St"]),
    (
        "Australia",
        "Melbourne VIC|Perth WA|Brisbane QLD|Newcastle NSW|Hobart TAS",
        "{town} {zip:####}",
        ["{n:1-30}/{n:1-200} {fam} Parade", "Unit {n:1-40}, {n:1-200} {fam} Tce", "{n:1-900} {fam} Esplanade"],
    ),
]
HOUSES = "Rectory Vicarage Chapel Mill Bakery School Forge Stables Barn Post_Office".split()


def _fill(chance, template, fam, first, town=""):
    def one(m):
        name, _, argument = m[1].partition(":")
        if name == "n":
            low, high = argument.split("-")
            return str(chance.randint(int(low), int(high)))
        if name == "zip":
            return "".join(str(chance.randrange(10)) for _ in argument)
        return {
            "fam": fam,
            "first": first,
            "town": town,
            "letter": chance.choice("ABCDEFGHJKLMNPRSTVWXY"),
            "lower": chance.choice("abc"),
            "house": chance.choice(HOUSES).replace("_", " "),
        }[name]

    return re.sub(r"\{([^}]*)\}", one, template)


def address(chance, people):
    """One address abroad on one line, without marks."""
    country, towns, line, streets = chance.choice(ADDRESSES)
    town = chance.choice(towns.split("|") if "|" in towns else towns.split())
    fam, first = people.family(chance), people.person(chance).given
    street = _fill(chance, chance.choice(streets), fam, first)
    where = _fill(chance, line, fam, first, _fill(chance, town, fam, first))
    parts = [street, where] if chance.random() < 0.93 else [street]
    if chance.random() < 0.5:
        parts.append(country)
    return ", ".join(parts)


# Places by another name than an address; {fam}, {first}, {city}, {n:a-b} as above.
SPOTS = [
    "{fam} Park",
    "{fam} Park, {city}",
    "{city} Park",
    "{fam} Lake",
    "Lake {fam}",
    "{fam} Beach",
    "{fam} Creek",
    "{fam} State Park",
    "{city} Fairgrounds",
    "{city} Airport",
    "{fam} Square",
    "{fam} Plaza",
    "{fam} Mall",
    "{fam} Bridge",
    "{fam} Cemetery, {city}",
    "{fam} Pond",
    "Camp {fam}",
    "{fam} and {n:2-90}th",
    "{n:2-180}th and {fam}",
    "East {n:2-180}th and {fam}",
    "{n:2-90}th & Main",
    "Rte {n:1-400} near {fam} Square",
    "I-{n:4-95} near {city}",
    "Hwy {n:1-400} and {fam} Rd",
    "{fam} Hall {n:100-999}",
    "Lot {n:1-90}, {fam} RV Park, {city}",
    "{fam} Trailer Park #{n:1-90}",
    "{fam} Village",
    "{fam} Heights",
    "{fam} Hills",
    "{city} Heights",
    "North {city}",
    "downtown {city}",
    "{fam}ville",
    "{fam}burg",
    "Fort {fam}",
    "Point {fam}",
    "Port {fam}",
    "Mount {fam}",
    "{fam} Springs",
    "{fam} Falls",
    "{fam} Township",
    "{fam} Island",
    "{fam} Reservation",
    "{city} Estates",
]


def spot(chance, people, city):
    text = _fill(chance, chance.choice(SPOTS).replace("{city}", "{town}"), people.family(chance), "", city)
    return text.removeprefix("downtown ")
