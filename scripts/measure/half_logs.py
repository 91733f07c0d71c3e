#!/usr/bin/env python3
"""What is said when the older half of the logs is missing.

    scripts/measure/half_logs.py PROGRAM [CLINIC]           default clinic: ../shared/data/clinic-a

Copies the logs of the recorded clinic without the older half of each (rotated files are left out whole, of a single file the first half of the lines),
runs a case and compares with the truth: is the window open to the past, what was claimed of accesses that the logs no longer show, and which tiers do
the people have whose data was in fact taken before the logs begin?"""

import csv
import os
import re
import shutil
import subprocess
import sys
import tempfile


def halve(logs, out):
    for folder, _, names in os.walk(logs):
        place = os.path.join(out, os.path.relpath(folder, logs))
        os.makedirs(place, exist_ok=True)
        families = {}
        for name in names:
            number = re.search(r"\.(\d+)(\.gz)?$", name)
            families.setdefault(re.sub(r"\.\d+(\.gz)?$", "", name), []).append((int(number[1]) if number else 0, name))
        for family in families.values():
            if len(family) > 1:
                for number, name in sorted(family)[: (len(family) + 1) // 2]:
                    shutil.copy(os.path.join(folder, name), place)
            else:
                name = family[0][1]
                with open(os.path.join(folder, name)) as file:
                    lines = file.readlines()
                head = lines[:1] if name.endswith(".csv") else []
                with open(os.path.join(place, name), "w") as file:
                    file.writelines(head + lines[max(len(lines) // 2, len(head)) :])


def main():
    program = sys.argv[1]
    clinic = sys.argv[2] if len(sys.argv) > 2 else "../shared/data/clinic-a"
    work = tempfile.mkdtemp()
    try:
        halve(f"{clinic}/evidence/logs", f"{work}/logs")
        case = f"{work}/case"
        for command in (
            ["new", case, "--entity", "Half", "--state", "OH", "--discovered", "2023-09-20", "--environment", f"{clinic}/evidence/environment.json"],
            ["add", case, "logs", f"{work}/logs"],
            ["add", case, "files", f"{clinic}/evidence/files"],
            ["run", case],
        ):
            subprocess.run([program, *command], check=True, stdout=subprocess.DEVNULL)
        def rows(sql):
            out = subprocess.run([program, "query", case, "--csv", sql], check=True, capture_output=True, text=True).stdout
            return list(csv.DictReader(out.splitlines()))

        print("blind spots:")
        for spot in rows('SELECT actor, host, app, "from", "to", why FROM blind_spots ORDER BY host, actor, "from"'):
            print(f"  {spot}")
        print("window:", rows("SELECT min(first) AS first, max(last) AS last FROM sessions WHERE verdict = 'intruder'"))
        out = subprocess.run(["python3", f"{clinic}/score.py", "--truth", f"{clinic}/truth", "--people", f"{case}/out/people.csv", "--accesses", f"{case}/out/accesses.csv"], capture_output=True, text=True)
        print(out.stdout)
        truth = {row["person_id"]: row for row in csv.DictReader(open(f"{clinic}/truth/affected.csv"))}
        # "Doe, Ann M." and "Ann Doe" are one name here: two longest words and the day of birth.
        key = lambda row: (tuple(sorted(sorted(re.findall(r"\w+", row["name"].lower()), key=len)[-2:])), row["dob"])
        names = {key(row) for row in truth.values()}
        for file in ("people.csv", "people_within_reach.csv"):
            people = list(csv.DictReader(open(f"{case}/out/{file}")))
            tiers = {}
            for row in people:
                tiers[row["tier"]] = tiers.get(row["tier"], 0) + 1
            known = {key(row) for row in people} & names
            print(f"{file}: {len(people)} people {tiers}; {len(known)} of the {len(names)} persons that were affected")
    finally:
        shutil.rmtree(work)


if __name__ == "__main__":
    main()
