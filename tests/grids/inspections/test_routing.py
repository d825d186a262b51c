"""Routes: windows, locks and skills kept, nothing lost without a reason, and fast enough."""

from __future__ import annotations

import time

import geopandas as gpd
import numpy as np
import pytest
from shapely.geometry import LineString

from grids.assessment.rule_set import from_dict
from grids.errors import CrsError, InputError
from grids.inspections.plans import Plan, Site, Team
from grids.inspections.routing import plan, replan
from grids.inspections.walking import streets, walking_m
from seeds.rule_sets import load

VALUES = from_dict(load("sanlin")).at("2024-12")


def town(sites=60, teams=6, seed=3, minutes=30):
    generator = np.random.default_rng(seed)
    places = generator.uniform(0, 3000, (sites, 2)).round(1)
    made = [Site(f"s{n:02}", (float(x), float(y)), minutes) for n, (x, y) in enumerate(places)]
    starts = generator.uniform(500, 2500, (teams, 2))
    return made, [Team(f"t{n}", (float(x), float(y))) for n, (x, y) in enumerate(starts)]


def check(found: Plan, sites, teams):
    """What every plan must keep, recomputed from nothing but its visits."""
    by_code, team_of = {s.code: s for s in sites}, {t.code: t for t in teams}
    seen = [v.site for route in found.routes.values() for v in route]
    assert len(seen) == len(set(seen))
    assert set(seen) | set(found.left_out) == set(by_code)
    assert not set(seen) & set(found.left_out)
    for code, route in found.routes.items():
        free, place = team_of[code].begins, team_of[code].position
        for visit in route:
            site = by_code[visit.site]
            straight = np.hypot(site.position[0] - place[0], site.position[1] - place[1])
            assert visit.arrives >= free + straight / 75 - 1
            assert max(site.opens, 540) <= visit.starts
            assert visit.leaves == visit.starts + site.minutes <= min(site.closes, 1260)
            assert site.team in (None, code)
            assert site.skills <= team_of[code].skills
            free, place = visit.leaves, site.position
        back = np.hypot(place[0] - team_of[code].position[0], place[1] - team_of[code].position[1])
        assert free + back / 75 <= team_of[code].ends + 1


def test_sixty_sites_and_six_teams_in_three_seconds_and_balanced():
    sites, teams = town()
    begin = time.perf_counter()
    found = plan(sites, teams, VALUES)
    spent = time.perf_counter() - begin
    check(found, sites, teams)
    assert not found.left_out
    assert spent < 3
    assert max(found.minutes.values()) < 1.25 * np.mean(list(found.minutes.values()))


def test_a_plan_is_redone_within_a_second_when_a_team_drops_out():
    sites, teams = town()
    before = plan(sites, teams, VALUES, seconds=1)
    begin = time.perf_counter()
    after = replan(before, sites, teams[1:], VALUES)
    assert time.perf_counter() - begin < 1
    check(after, sites, teams[1:])
    kept = replan(before, sites, teams[1:], VALUES, keep_teams=True)
    for code in (team.code for team in teams[1:]):
        assert {v.site for v in before.routes[code]} <= {v.site for v in kept.routes[code]}


def test_windows_skills_and_locks_are_kept():
    sites, teams = town(20, 3)
    sites[0] = Site("s00", sites[0].position, 30, 600, 640)
    sites[1] = Site("s01", sites[1].position, 30, team="t2")
    sites[2] = Site("s02", sites[2].position, 30, skills=frozenset({"fire"}))
    teams[1] = Team("t1", teams[1].position, skills=frozenset({"fire", "housing"}))
    found = plan(sites, teams, VALUES, seconds=0.7)
    check(found, sites, teams)
    assert not found.left_out
    assert "s01" in {v.site for v in found.routes["t2"]}
    assert "s02" in {v.site for v in found.routes["t1"]}


def test_what_cannot_be_visited_is_left_out_with_its_reason():
    sites, teams = town(6, 2)
    sites += [
        Site("nowhere", None),
        Site("short", (0.0, 0.0), 60, 600, 630),
        Site("skilled", (0.0, 0.0), 30, skills=frozenset({"fire"})),
        Site("night", (0.0, 0.0), 30, 1300, 1400),
        Site("far", (100_000.0, 0.0), 30),
    ]
    found = plan(sites, teams, VALUES, seconds=0.5)
    check(found, [s for s in sites if s.position] + [sites[6]], teams)
    assert set(found.left_out) == {"nowhere", "short", "skilled", "night", "far"}
    assert "没有位置" in found.left_out["nowhere"].zh
    assert "60 minutes do not fit" in found.left_out["short"].en
    assert "fire" in found.left_out["skilled"].en
    assert "do not fit" in found.left_out["night"].en
    assert "within its hours" in found.left_out["far"].en


def test_one_team_for_eighty_sites_takes_the_more_important_ones():
    sites, teams = town(80, 1)
    sites = [Site(s.code, s.position, 30, importance=5.0 if n < 10 else 1.0) for n, s in enumerate(sites)]
    found = plan(sites, teams, VALUES, seconds=1.5)
    check(found, sites, teams)
    assert found.left_out
    assert {f"s{n:02}" for n in range(10)} <= {v.site for v in found.routes["t0"]}


def test_sites_of_one_building_are_visited_in_one_go():
    sites, teams = town(20, 3)
    sites = [Site(s.code, sites[0].position, 20, building="b1") if n < 4 else s for n, s in enumerate(sites)]
    found = plan(sites, teams, VALUES, seconds=0.7)
    check(found, sites, teams)
    route = next(r for r in found.routes.values() if "s00" in {v.site for v in r})
    codes = [v.site for v in route]
    assert codes[codes.index("s00") : codes.index("s00") + 4] == ["s00", "s01", "s02", "s03"]


def test_sites_of_one_building_part_where_no_team_has_all_skills():
    teams = [
        Team("t0", (0.0, 0.0), skills=frozenset({"fire"})),
        Team("t1", (0.0, 0.0), skills=frozenset({"housing"})),
    ]
    sites = [
        Site(skill, (100.0, 0.0), building="b", skills=frozenset({skill})) for skill in ("fire", "housing")
    ]
    found = plan(sites, teams, VALUES, seconds=0.3)
    assert {code: [v.site for v in route] for code, route in found.routes.items()} == {
        "t0": ["fire"],
        "t1": ["housing"],
    }


def test_hours_other_than_the_legal_ones_are_given_and_not_assumed():
    sites, teams = [Site("s", (100.0, 0.0), opens=1260, closes=1380)], [Team("t", (0.0, 0.0), 1200, 1400)]
    assert "s" in plan(sites, teams, VALUES, seconds=0.2).left_out
    assert plan(sites, teams, VALUES, seconds=0.2, hours=(540, 1380)).routes["t"][0].starts >= 1260


def test_bad_input_is_named():
    sites, teams = town(3, 1)
    with pytest.raises(InputError, match="needs a team"):
        plan(sites, [], VALUES)
    with pytest.raises(InputError, match="'s00' is listed twice"):
        plan([*sites, sites[0]], teams, VALUES)
    with pytest.raises(InputError, match="'t9'"):
        plan([Site("x", (0.0, 0.0), team="t9")], teams, VALUES)
    assert plan([], teams, VALUES).routes == {"t0": ()}


RIVER = gpd.GeoSeries(
    [
        LineString([(0, 0), (1000, 0)]),
        LineString([(0, 100), (1000, 100)]),
        LineString([(1000, 0), (1000, 100)]),
    ],
    crs=4549,
)


def test_a_river_is_crossed_only_by_its_bridge():
    places = [(0.0, 0.0), (0.0, 100.0), (990.0, 0.0)]
    with_bridge = walking_m(places, streets(RIVER), 1.3)
    assert with_bridge[0, 1] == pytest.approx(2100)
    without = walking_m(places, streets(RIVER.iloc[:2]), 1.3)
    assert np.isinf(without[0, 1])
    assert without[0, 2] == pytest.approx(1000 + 10 * 1.3)
    assert walking_m(places, None, 1.3)[0, 1] == pytest.approx(130)


def test_a_network_in_pieces_leaves_out_only_what_nobody_reaches():
    pieces = streets(RIVER.iloc[:2])
    sites = [Site("same", (900.0, 0.0)), Site("across", (900.0, 100.0))]
    found = plan(sites, [Team("t", (0.0, 0.0))], VALUES, pieces, seconds=0.3)
    assert [v.site for v in found.routes["t"]] == ["same"]
    assert "路网不连通" in found.left_out["across"].zh
    both = plan(sites, [Team("t", (0.0, 0.0)), Team("u", (0.0, 100.0))], VALUES, pieces, seconds=0.3)
    assert {code: [v.site for v in route] for code, route in both.routes.items()} == {
        "t": ["same"],
        "u": ["across"],
    }


def test_a_stray_piece_of_street_does_not_catch_a_site():
    stray = gpd.GeoSeries([*RIVER, LineString([(500, 20), (510, 20)])], crs=4549)
    network = streets(stray)
    assert network.stray_m == pytest.approx(10)
    assert np.isfinite(walking_m([(505.0, 21.0), (0.0, 0.0)], network, 1.3)).all()
    assert np.isinf(walking_m([(505.0, 21.0), (0.0, 0.0)], streets(stray, least_share=0), 1.3)[0, 1])


def test_streets_in_degrees_are_refused():
    with pytest.raises(CrsError):
        streets(RIVER.to_crs(4326))
