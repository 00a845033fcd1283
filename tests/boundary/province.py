#!/usr/bin/python3
"""A region of the size of Sichuan, before and after one night: PACK OUT.

Writes OUT/before and OUT/after: the county of PACK, and counties around it
that are made up, so that there are 4,610 townships and 45,447 villages, of
which 1,509 and 19,078 are gone the day after (Sichuan, 调乡合村).  One township
of ten is split between two, and of the single villages that are merged one of
ten shifts to another township.
"""
import csv
import os
import shutil
import sys

TOWNSHIPS, VILLAGES = 4610, 45447
TOWNSHIPS_GONE, VILLAGES_GONE = 1509, 19078
PER_COUNTY = 30
MODULES = ("party_building", "economy_ecology", "peace_law", "public_service")
OF_TOWN = (("T", "township"), ("LDR", "leader_office"),
           ("CMD", "command_room"), ("ZF", "enforcement_team"),
           ("SFS", "justice_office"), ("PCS", "police_station"),
           ("EM", "emergency_team"), ("CT", "contact_team"),
           ("MC", "mediation_committee"))
COVER = ("ZF", "SFS", "PCS", "EM", "CT")


def read(pack, name):
    with open(os.path.join(pack, name), newline="", encoding="utf-8") as f:
        return list(csv.DictReader(f))


def write(out, name, rows):
    with open(os.path.join(out, name), "w", newline="", encoding="utf-8") as f:
        w = csv.DictWriter(f, rows[0].keys(), lineterminator="\n")
        w.writeheader()
        w.writerows(rows)


def towns_of(n_towns, n_villages):
    """Made-up townships and their villages, spread evenly."""
    towns = []
    for i in range(n_towns):
        county = f"{339001 + i // PER_COUNTY}"
        town = f"{county}{100 + i % PER_COUNTY}"
        n = (i + 1) * n_villages // n_towns - i * n_villages // n_towns
        towns.append((county, town, [f"{town}{200 + k}" for k in range(n)]))
    return towns


def units_of(county, town, villages):
    for tail, kind in OF_TOWN:
        yield unit(f"{town}-{tail}", kind, town,
                   f"{county}-GOV" if tail == "T" else f"{town}-T")
    for i, module in enumerate(MODULES, 1):
        yield unit(f"{town}-M{i}", "module", town, f"{town}-T", module)
    for v in villages:
        yield unit(f"{v}-V", "village_committee", v, f"{town}-T")
        yield unit(f"{v}-MC", "mediation_committee", v, f"{v}-V")


def unit(code, kind, division, parent, module=""):
    return {"code": code, "name_zh": code, "name_en": code, "kind": kind,
            "parent": parent, "division": division, "module": module,
            "duty24h": "no", "successor": ""}


def place(code, kind, parent, successors=()):
    return {"code": code, "name_zh": code, "name_en": code, "kind": kind,
            "parent": parent, "successors": "|".join(successors)}


def heirs(towns):
    """Who goes where that night: townships first, then single villages."""
    to, left = {}, VILLAGES_GONE
    for i in range(TOWNSHIPS_GONE):
        old, new = towns[2 * i], towns[2 * i + 1]
        parts = [new]
        if i % 10 == 9:
            parts.append(towns[2 * TOWNSHIPS_GONE + i])
        to[old[1]] = "|".join(p[1] for p in parts)
        for k, v in enumerate(old[2]):
            part = parts[k % len(parts)]
            to[v] = part[2][k % len(new[2]) if part is new else 0]
            left -= 1
    for i in range(len(towns) - 1, 0, -1):
        for k, v in enumerate(towns[i][2][1:]):
            if left == 0 or v in to or towns[i][1] in to:
                break
            to[v] = towns[i - (k % 10 == 9)][2][0]
            left -= 1
    assert left == 0
    # Nobody's heir is gone itself but by a step that is followed too.
    return to


def region(pack, out, name, version, day, towns, gone):
    os.makedirs(out)
    for file in os.listdir(pack):
        if file.endswith(".csv"):
            shutil.copy(os.path.join(pack, file), out)
    places, units = read(pack, "divisions.csv"), read(pack, "units.csv")
    cover = read(pack, "coverage.csv")
    counties = set()
    for county, town, villages in towns:
        if county not in counties:
            counties.add(county)
            places.append(place(county, "county", ""))
            units.append(unit(f"{county}-GOV", "leader_office", county,
                              "330122-GOV"))
            units.append(unit(f"{county}-GLZX", "county_centre", county,
                              f"{county}-GOV"))
            units.append(unit(f"{county}-MC", "mediation_committee", county,
                              f"{county}-GOV"))
        for code, kind, parent in [(town, "township", county)] + [
                (v, "village", town) for v in villages]:
            places.append(place(code, kind, parent,
                                [gone[code]] if code in gone else ()))
        if town not in gone:
            units += units_of(county, town,
                              [v for v in villages if v not in gone])
            cover += [{"team_unit": f"{town}-{t}", "division": town,
                       "mode": "own"} for t in COVER]
    write(out, "divisions.csv", places)
    write(out, "units.csv", units)
    write(out, "coverage.csv", cover)
    write(out, "pack.csv", [{"key": k, "value": v} for k, v in (
        ("name", name), ("county", "330000"), ("version", version),
        ("valid_from", day), ("title_zh", "示例省"),
        ("title_en", "Example Province"), ("license", ""))])


def main():
    pack, out = sys.argv[1:]
    here = read(pack, "divisions.csv")
    towns = towns_of(
        TOWNSHIPS - sum(d["kind"] in ("township", "street") for d in here),
        VILLAGES - sum(d["kind"] in ("village", "community") for d in here))
    region(pack, f"{out}/before", "province", "1", "2026-01-01", towns, {})
    gone = heirs(towns)
    region(pack, f"{out}/after", "province", "2", "2026-03-19", towns, gone)
    for old, new in sorted(gone.items()):
        if len(old) == 12:
            print(old, new)


main()
