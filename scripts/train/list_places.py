#!/usr/bin/env python3
"""Makes crates/phi/data/places.txt: towns, counties and countries, lower case, one a line.

    scripts/train/list_places.py ../shared/data/names/phileas-lists > crates/phi/data/places.txt

United States towns and counties come from the lists of Phileas (Apache-2.0); countries and the largest foreign cities stand here.
Words of every day that are also places stay out.
"""

import re
import sys

COUNTRIES = """afghanistan;albania;algeria;andorra;angola;argentina;armenia;australia;austria;azerbaijan;bahamas;bahrain;bangladesh;barbados;belarus;belgium;
belize;benin;bhutan;bolivia;bosnia;botswana;brazil;brunei;bulgaria;burkina faso;burma;burundi;cambodia;cameroon;canada;cape verde;chile;china;colombia;congo;
costa rica;croatia;cuba;cyprus;czech republic;czechia;denmark;djibouti;dominica;dominican republic;ecuador;egypt;el salvador;england;equatorial guinea;eritrea;
estonia;eswatini;ethiopia;fiji;finland;france;gabon;gambia;germany;ghana;great britain;greece;grenada;guatemala;guinea;guyana;haiti;honduras;hong kong;hungary;
iceland;india;indonesia;iran;iraq;ireland;israel;italy;ivory coast;jamaica;japan;jordan;kazakhstan;kenya;kosovo;kuwait;kyrgyzstan;laos;latvia;lebanon;lesotho;
liberia;libya;liechtenstein;lithuania;luxembourg;macau;macedonia;madagascar;malawi;malaysia;maldives;mali;malta;marshall islands;mauritania;mauritius;mexico;
micronesia;moldova;monaco;mongolia;montenegro;morocco;mozambique;myanmar;namibia;nepal;netherlands;new zealand;nicaragua;niger;nigeria;north korea;
northern ireland;norway;oman;pakistan;palau;palestine;panama;papua new guinea;paraguay;peru;philippines;poland;portugal;puerto rico;qatar;romania;russia;rwanda;
samoa;saudi arabia;scotland;senegal;serbia;sierra leone;singapore;slovakia;slovenia;somalia;south africa;south korea;south sudan;spain;sri lanka;sudan;suriname;
sweden;switzerland;syria;taiwan;tajikistan;tanzania;thailand;tibet;togo;tonga;trinidad;tunisia;turkey;turkmenistan;uganda;ukraine;united arab emirates;
united kingdom;uruguay;uzbekistan;vanuatu;venezuela;vietnam;wales;yemen;zambia;zimbabwe"""
CITIES = """london;paris;berlin;madrid;rome;lisbon;vienna;prague;warsaw;budapest;athens;dublin;edinburgh;glasgow;oslo;stockholm;copenhagen;helsinki;amsterdam;
brussels;zurich;geneva;milan;naples;barcelona;munich;hamburg;frankfurt;kyiv;kiev;odessa;moscow;minsk;bucharest;sofia;belgrade;zagreb;sarajevo;istanbul;ankara;
cairo;alexandria;lagos;abuja;ibadan;accra;kumasi;nairobi;mombasa;kampala;addis ababa;asmara;mogadishu;khartoum;dakar;monrovia;freetown;kinshasa;johannesburg;
cape town;durban;harare;lusaka;casablanca;algiers;tunis;tripoli;beirut;damascus;aleppo;amman;baghdad;mosul;basra;tehran;kabul;karachi;lahore;islamabad;delhi;
new delhi;mumbai;bombay;kolkata;calcutta;chennai;madras;bangalore;bengaluru;hyderabad;ahmedabad;pune;dhaka;kathmandu;colombo;yangon;rangoon;bangkok;hanoi;saigon;
ho chi minh city;phnom penh;vientiane;manila;cebu;davao;jakarta;kuala lumpur;singapore;beijing;shanghai;guangzhou;shenzhen;chengdu;wuhan;hong kong;taipei;seoul;
busan;pyongyang;tokyo;osaka;kyoto;sydney;melbourne;brisbane;perth;auckland;toronto;montreal;vancouver;ottawa;calgary;edmonton;winnipeg;quebec city;mexico city;
guadalajara;monterrey;tijuana;ciudad juarez;puebla;oaxaca;cancun;guatemala city;san salvador;tegucigalpa;managua;san jose;panama city;havana;kingston;
port-au-prince;port au prince;santo domingo;san juan;bogota;medellin;cali;caracas;maracaibo;quito;guayaquil;lima;la paz;santiago;buenos aires;montevideo;asuncion;
sao paulo;rio de janeiro;brasilia;jerusalem;tel aviv;haifa;riyadh;jeddah;mecca;dubai;abu dhabi;doha;kuwait city;sanaa;manchester;birmingham;liverpool;leeds;
bristol;cardiff;belfast;brooklyn;queens;manhattan;bronx;staten island;harlem;hollywood"""
ORDINARY = set(
    "of the in and or for to at on by is was are be home center union college university hospital day may march bath reading mobile independence male normal hope "
    "energy experience success trouble accident only why opportunity protection superior delta surprise sunrise advance price".split()
)


def lines(text):
    return {part.strip() for part in text.replace("\n", "").split(";")}


def main():
    folder = sys.argv[1] + "/src/main/resources/"
    read = lambda name: [line.strip().lower() for line in open(folder + name, encoding="utf-8") if line.strip()]
    places = set(read("cities.txt")) | {c + " county" for c in read("counties.txt")} | lines(COUNTRIES) | lines(CITIES)
    kept = {p for p in places if re.fullmatch(r"[a-z][a-z.' -]+", p) and p not in ORDINARY and len(p) > 2}
    for place in sorted({re.sub(r"[.'-]", " ", p).replace("  ", " ").strip() for p in kept}):
        print(place)


if __name__ == "__main__":
    main()
