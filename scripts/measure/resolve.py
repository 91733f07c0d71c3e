#!/usr/bin/env python3
"""Resolves the public sets with `dosimeter-people` and with Splink (DuckDB), in one run on one machine, and prints one table.

    resolve.py [--benchmark PROGRAM] [--sets FOLDER] [--only NAME] [--no-splink]

PROGRAM is the built example `benchmark` of crates/people. Dosimeter runs with its default settings and sees no truth. Splink runs with
models after its published demos, trained without labels; its table has the threshold 0.5 that needs no truth, and the best of a row of thresholds
chosen with the truth, which favours it. Blocking misses count as errors. `count` is the error in the number of people.
Needs `pip install splink duckdb pyarrow pandas`.
"""
import argparse, logging, os, resource, subprocess, sys, time
from pathlib import Path

HEAD = f"{'set':<18}{'tool':<22}{'P':>8}{'R':>8}{'F1':>8}{'cluster':>9}{'B3':>8}{'count %':>9}{'wall s':>8}{'CPU s':>8}{'peak MB':>9}"


def score(found, truth):
    """Pairwise P, R, F1; exact clusters F1; B-cubed F1; error of the count. Labels in the order of the records."""
    from collections import Counter
    f, t, both = Counter(found), Counter(truth), Counter(zip(found, truth))
    pairs = lambda c: sum(n * (n - 1) // 2 for n in c.values())
    right, said, real = pairs(both), pairs(f), pairs(t)
    p, r = right / max(said, 1), right / max(real, 1)
    f1 = lambda a, b: 2 * a * b / (a + b) if a + b else 0.0
    exact = sum(1 for (a, b), n in both.items() if f[a] == n == t[b])
    n = len(found)
    b3p = sum(k * k / f[a] for (a, _), k in both.items()) / n
    b3r = sum(k * k / t[b] for (_, b), k in both.items()) / n
    return p, r, f1(p, r), f1(exact / len(f), exact / len(t)), f1(b3p, b3r), 100 * (len(f) / len(t) - 1)


def line(name, tool, s, wall, cpu, peak):
    print(f"{name:<18}{tool:<22}" + "".join(f"{x:>8.4f}" for x in s[:3]) + f"{s[3]:>9.4f}{s[4]:>8.4f}{s[5]:>+9.2f}{wall:>8.1f}{cpu:>8.1f}{peak:>9}", flush=True)


def tables(sets):
    """name -> (function that gives a data frame with unique_id and truth, settings)."""
    import pandas as pd
    import splink.comparison_library as cl
    import splink.comparison_level_library as cll
    from splink import block_on

    febrl = sets / "febrl"

    def read_febrl(*names):
        d = pd.concat([pd.read_csv(febrl / n, dtype=str, skipinitialspace=True) for n in names], ignore_index=True)
        d["unique_id"] = d["rec_id"]
        d["truth"] = d["rec_id"].str.split("-").str[1]
        return d

    ssn = cl.DamerauLevenshteinAtThresholds("soc_sec_id", [1, 2])
    febrl_model = (
        [cl.NameComparison("given_name"), cl.NameComparison("surname"),
         cl.DateOfBirthComparison("date_of_birth", input_is_string=True, datetime_format="%Y%m%d"), ssn,
         cl.ExactMatch("street_number").configure(term_frequency_adjustments=True), cl.DamerauLevenshteinAtThresholds("postcode", [1, 2])],
        [["soc_sec_id"], ["given_name", "surname"], ["date_of_birth"], ["postcode", "street_number"], ["surname", "postcode"], ["given_name", "postcode"]],
        [["date_of_birth"], ["given_name", "surname"], ["soc_sec_id"]],
    )

    def history():
        d = pd.read_parquet(sets / "splink_datasets/data/historical_figures_with_errors_50k.parquet")
        d["truth"] = d["cluster"]
        return d.drop(columns=["cluster", "full_name", "first_and_surname"])

    history_model = (
        [cl.ForenameSurnameComparison("first_name", "surname"), cl.DateOfBirthComparison("dob", input_is_string=True),
         cl.PostcodeComparison("postcode_fake"), cl.ExactMatch("birth_place").configure(term_frequency_adjustments=True),
         cl.ExactMatch("occupation").configure(term_frequency_adjustments=True)],
        [["first_name", "surname"], ["surname", "dob"], ["first_name", "dob"], ["postcode_fake", "first_name"], ["postcode_fake", "surname"],
         ["dob", "birth_place"], ["substr(postcode_fake,1,3)", "dob"], ["postcode_fake", "dob"]],
        [["first_name", "surname"], ["dob"], ["postcode_fake"]],
    )

    def synthetic(name):
        def read():
            d = pd.read_parquet(sets / f"{name}.parquet").astype("string")
            t = pd.read_parquet(sets / f"{name}.truth.parquet").astype("string")
            d = d.merge(t[["rec_id", "entity_id"]], on="rec_id").rename(columns={"rec_id": "unique_id", "entity_id": "truth"})
            for c in ["first_name", "middle_name", "last_name", "street", "city", "email"]:
                d[c] = d[c].str.upper()
            digits = d["ssn"].str.replace(r"\D", "", regex=True)
            d["ssn"] = digits.where(digits.str.len() == 9)
            d["phone"] = d["phone"].str.replace(r"\D", "", regex=True)
            day = pd.to_datetime(d["dob"], format="%Y-%m-%d", errors="coerce")
            for other in ["%m/%d/%Y", "%Y%m%d"]:
                day = day.fillna(pd.to_datetime(d["dob"], format=other, errors="coerce"))
            d["dob"] = day.dt.strftime("%Y-%m-%d").astype("string")
            d["mrn"] = d["facility"] + ":" + d["mrn"]
            return d
        return read

    synthetic_model = (
        [cl.NameComparison("first_name").configure(term_frequency_adjustments=True), cl.NameComparison("last_name").configure(term_frequency_adjustments=True),
         cl.DateOfBirthComparison("dob", input_is_string=True), cl.DamerauLevenshteinAtThresholds("ssn", [1]), cl.ExactMatch("mrn"), cl.ExactMatch("phone"),
         cl.EmailComparison("email"), cl.LevenshteinAtThresholds("street", [2]), cl.ExactMatch("zip").configure(term_frequency_adjustments=True)],
        [["ssn"], ["mrn"], ["phone"], ["email"], ["dob", "last_name"], ["dob", "first_name"], ["first_name", "last_name", "zip"], ["street", "first_name"]],
        [["dob", "last_name"], ["ssn"], ["first_name", "last_name"]],
    )
    return {
        "febrl3": (lambda: read_febrl("dataset3.csv"), febrl_model),
        "febrl4": (lambda: read_febrl("dataset4a.csv", "dataset4b.csv"), febrl_model),
        "historical_50k": (history, history_model),
        "syn50k_s3": (synthetic("syn50k_s3"), synthetic_model),
        "synheavy200k_s42": (synthetic("synheavy200k_s42"), synthetic_model),
    }


def splink(name, sets):
    """Runs in a process of its own: prints the row at 0.5 and the best row."""
    from splink import DuckDBAPI, Linker, SettingsCreator, block_on
    logging.disable(logging.CRITICAL)
    read, (comparisons, rules, training) = tables(sets)[name]
    frame = read()
    began, cpu = time.time(), time.process_time()
    api = DuckDBAPI()
    settings = SettingsCreator(link_type="dedupe_only", comparisons=comparisons, blocking_rules_to_generate_predictions=[block_on(*r) for r in rules],
                               retain_matching_columns=False)
    linker = Linker(api.register(frame.drop(columns=["truth"])), settings)
    linker.training.estimate_probability_two_random_records_match([block_on(*r) for r in rules[:2]], recall=0.7)
    linker.training.estimate_u_using_random_sampling(max_pairs=2e6, seed=1)
    for r in training:
        linker.training.estimate_parameters_using_expectation_maximisation(block_on(*r))
    pairs = linker.inference.predict(threshold_match_probability=0.05)
    truth = dict(zip(frame["unique_id"].astype(str), frame["truth"].astype(str)))
    rows = []
    for threshold in [0.5, 0.1, 0.9, 0.99, 0.999, 0.9999, 0.99999, 0.999999]:
        groups = linker.clustering.cluster_pairwise_predictions_at_threshold(pairs, threshold_match_probability=threshold)
        groups = groups.as_pandas_dataframe()
        if threshold == 0.5:
            wall, cpu = time.time() - began, time.process_time() - cpu
            peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
        found = groups["cluster_id"].astype(str).tolist()
        rows.append((threshold, score(found, [truth[i] for i in groups["unique_id"].astype(str)])))
    line(name, "Splink at 0.5", rows[0][1], wall, cpu, peak)
    best = max(rows, key=lambda row: row[1][2])
    line(name, f"Splink, best ({best[0]})", best[1], wall, cpu, peak)


def main():
    root = Path(__file__).resolve().parents[2]
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--benchmark", default=root / "target/release/examples/benchmark", type=Path)
    parser.add_argument("--sets", default=root / "../shared/data/people", type=Path)
    parser.add_argument("--only")
    parser.add_argument("--no-splink", action="store_true")
    parser.add_argument("--splink-one", help=argparse.SUPPRESS)
    args = parser.parse_args()
    if args.splink_one:
        return splink(args.splink_one, args.sets)
    print(HEAD, flush=True)
    for name in ["febrl1", "febrl2", "febrl3", "febrl4", "fake_1000", "historical_50k", "syn50k_s3", "synheavy200k_s42"]:
        if args.only and args.only not in name:
            continue
        done = subprocess.run([args.benchmark, args.sets, "--only", name, "--plain"], capture_output=True, text=True)
        print(done.stdout or f"{name}: {done.stderr.strip()}\n", end="", flush=True)
        if not args.no_splink and name not in ("febrl1", "febrl2", "fake_1000"):
            done = subprocess.run([sys.executable, __file__, "--sets", args.sets, "--splink-one", name], capture_output=True, text=True)
            print(done.stdout or f"{name}: Splink failed: {done.stderr.strip()[-400:]}\n", end="", flush=True)


if __name__ == "__main__":
    main()
