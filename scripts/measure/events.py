#!/usr/bin/env python3
"""Growth of import, detect and trace with the number of events.

    scripts/measure/events.py PROGRAM [MILLIONS ...]        default: 1 2 4 10

Writes the logs of a clinic with 72 accounts (Samba audit, web portal, SFTP, Windows events in the proportions of a working day, an intruder at night) to
a temporary folder, runs a case to `trace`, and prints wall and CPU seconds, peak memory and what was found, for each number of events in
millions. Made from a seeded generator; nothing of it is real."""

import json
import os
import random
import resource
import shutil
import subprocess
import sys
import tempfile
from datetime import datetime, timedelta

DAYS = 42
STAFF = [f"user{n:02}" for n in range(72)]
FOLDERS = ["Reports", "Referrals", "Fax", "Scheduling", "Billing", "Images"]
AGENT = "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/115.0.0.0 Safari/537.36"


def lines(rng, day, count):
    """Records of one day: (log, time, line)."""
    base = datetime(2023, 8, 14) + timedelta(days=day)
    weekend = base.weekday() >= 5
    for _ in range(count):
        person = rng.randrange(len(STAFF) if not weekend else 6)
        second = int(min(max(rng.gauss(13 * 3600, 2.3 * 3600), 7 * 3600), 19 * 3600))
        time = base + timedelta(seconds=second)
        name = f"{FOLDERS[rng.randrange(6)]}/{2015 + rng.randrange(9)}/A{rng.randrange(400_000):06}.pdf"
        yield record(rng, time, STAFF[person], f"10.20.4.{person + 10}", f"ws-{person:02}", name)
    if 20 <= day <= 30:
        for n in range(300):
            time = base + timedelta(hours=1, seconds=9 * n)
            yield record(rng, time, STAFF[7], "10.20.9.37", "desktop-x", f"Reports/2021/A{n + 300 * day:06}.pdf", which=0.0)


def record(rng, time, account, address, machine, name, which=None):
    which = rng.random() if which is None else which
    stamp = time.strftime("%b %e %H:%M:%S")
    if which < 0.75:
        op = "pread_recv|ok" if which < 0.5 else "openat|ok|r"
        return "fs01/samba_audit.log", time, f"{stamp} fs01 smbd_audit: {account}|{address}|{machine}|clinic|{op}|/srv/clinic/{name}"
    if which < 0.93:
        clf = time.strftime("%d/%b/%Y:%H:%M:%S +0000")
        return "web01/access.log", time, f'{address} - {account} [{clf}] "GET /portal/{name} HTTP/1.1" 200 {20_000 + len(name)} "-" "{AGENT}"'
    if which < 0.97:
        return "sftp01/auth.log", time, f'{stamp} sftp01 internal-sftp[{4000 + int(address.rsplit(".", 1)[1])}]: close "/srv/exchange/{name}" bytes read 16764 written 0'
    event = {"TimeCreated": time.strftime("%Y-%m-%dT%H:%M:%SZ"), "EventId": 5145, "Computer": "WIN01", "Channel": "Security", "EventData": {
        "SubjectUserName": account, "IpAddress": address, "ShareName": "\\\\*\\Archive", "ShareLocalPath": "\\??\\D:\\Archive",
        "RelativeTargetName": name.replace("/", "\\"), "AccessMask": "0x120089"}}
    return "win01/Security.jsonl", time, json.dumps(event)


def write(folder, millions):
    rng = random.Random(7)
    for host in ("fs01", "web01", "sftp01", "win01"):
        os.makedirs(f"{folder}/{host}")
    files, total = {}, 0
    working = sum(1 for d in range(DAYS) if (datetime(2023, 8, 14) + timedelta(days=d)).weekday() < 5)
    for day in range(DAYS):
        weekend = (datetime(2023, 8, 14) + timedelta(days=day)).weekday() >= 5
        count = 2000 if weekend else int((millions * 1e6 - 2000 * (DAYS - working)) / working)
        for log, _, line in sorted(lines(rng, day, count), key=lambda r: r[1]):
            if log not in files:
                files[log] = open(f"{folder}/{log}", "w")
            files[log].write(line + "\n")
            total += 1
    for file in files.values():
        file.close()
    return total


def main():
    program, sizes = sys.argv[1], [float(n) for n in sys.argv[2:]] or [1, 2, 4, 10]
    for millions in sizes:
        work = tempfile.mkdtemp()
        try:
            total = write(f"{work}/logs", millions)
            size = sum(os.path.getsize(f"{d}/{f}") for d, _, names in os.walk(f"{work}/logs") for f in names)
            case = f"{work}/case"
            quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, "check": True}
            subprocess.run([program, "new", case, "--entity", "Growth", "--state", "OH", "--discovered", "2023-09-24", "--zone", "UTC"], **quiet)
            subprocess.run([program, "add", case, "logs", f"{work}/logs"], **quiet)
            print(f"{total / 1e6:.2f} million events, {size / 1e6:.0f} MB", flush=True)
            for stage in ("import", "extract", "detect", "trace"):
                before = resource.getrusage(resource.RUSAGE_CHILDREN)
                start = datetime.now()
                out = subprocess.run(["/usr/bin/time", "-f", "%M", program, "run", case, "--from", stage, "--to", stage], capture_output=True, text=True)
                after = resource.getrusage(resource.RUSAGE_CHILDREN)
                if out.returncode not in (0, 3):  # 3: a person must decide on sessions
                    sys.exit(out.stderr)
                cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
                report = [line for line in out.stderr.splitlines() if stage in line][-1:]
                if stage != "extract":
                    print(f"  {stage:7} {(datetime.now() - start).total_seconds():7.1f} s wall {cpu:7.1f} s CPU {int(out.stderr.split()[-1]) / 1e6:6.2f} GB  {' '.join(report)}", flush=True)
        finally:
            shutil.rmtree(work)


if __name__ == "__main__":
    main()
