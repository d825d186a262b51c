"""A walk over every route of a town: each is seen to answer well once, and each answer is as the document tells it.

The check itself stands in the client of every test here (``conftest.py`` one folder up): an answer that is not as told
fails where it is given. What this file adds is that nothing is left unseen.
"""

from __future__ import annotations

import datetime as dt
import io
import time
import uuid
from typing import Any

import openpyxl
from PIL import Image
from shapely.geometry import shape
from sqlalchemy import text

from geo_service.database import Database, Scope
from geo_service.loading.load import load_frames
from geo_service.trust import one_time_codes

NEXT_YEAR = "2031-01-01"
LAST_MONTH = "2026-02"
INSPECTIONS, VERSIONS = "/api/inspections", "/api/boundary-versions"
#: Answered well only by what stands outside: an identity provider, a reader that stays on the line.
ELSEWHERE = {
    "GET /api/sign-on/start": "tests/geo_service/trust/test_sign_on.py",
    "GET /api/sign-on/return": "tests/geo_service/trust/test_sign_on.py",
    "GET /api/boundary-versions/{version_id}/events": "tests/geo_service/trust/test_many_users.py",
}


def test_every_route_is_seen_to_answer_as_it_tells(walker: Any, answer_check: Any) -> None:
    for walk in (
        signing_in,
        accounts,
        keys,
        places,
        figures,
        drawing,
        files,
        inspecting,
        meeting,
        leaving,
        auditing,
    ):
        walk(walker)
    done = {name for name, status in answer_check.seen if status < 300}
    told = {name for name, _ in answer_check.operations()}
    assert not sorted(told - done - ELSEWHERE.keys())
    assert told >= ELSEWHERE.keys()


def signing_in(w: Any) -> None:
    w.ask("office", "GET", "/api/session")
    w.ask("office", "GET", "/api/roles")
    w.ask("office", "GET", "/api/sign-on")
    w.ask("office", "GET", "/api/sign-on/return", 401)
    w.ask("office", "POST", "/api/login", 401, json={"name": "office", "password": "wrong"})
    w.ask("office", "POST", "/api/login", 422, json={"name": "office"})


def accounts(w: Any) -> None:
    home = w.ask("committee_head", "GET", "/api/session")["account"]["areas"]
    new = w.ask(
        "office", "POST", "/api/accounts", 201,
        json={"name": "录入-9", "display_name": "录入岗", "role": "registrar", "areas": home},
    )  # fmt: skip
    w.ask("office", "GET", "/api/accounts")
    w.ask("office", "GET", "/api/accounts/录入-9/sees")
    w.ask("office", "PATCH", "/api/accounts/录入-9", json={"display_name": "录入岗位"})
    w.ask("office", "PUT", "/api/accounts/录入-9/sign-on", 204, json={"login": "duty-9"})
    w.ask("office", "GET", "/api/sign-on/accounts")
    w.ask("office", "DELETE", "/api/accounts/录入-9/sign-on", 204)
    w.ask("office", "POST", "/api/accounts/录入-9/sign-out")
    new = w.ask("office", "POST", "/api/accounts/录入-9/password")
    own = w.signed_in(new["name"], new["password"])
    secret = own.post("/api/one-time-codes/new").json()["secret"]
    step = int(time.time()) // 30
    code = {"password": new["password"], "secret": secret, "code": one_time_codes.code_at(secret, step)}
    assert own.post("/api/one-time-codes", json=code).status_code == 204
    assert own.post("/api/one-time-codes/off", json={"password": new["password"]}).status_code == 204
    w.signed_in(new["name"], new["password"])
    elsewhere = next(s for s in own.get("/api/sessions").json() if not s["here"])
    assert own.delete(f"/api/sessions/{elsewhere['id']}").status_code == 204
    change = {"password": new["password"], "new_password": "another Password 1"}
    assert own.post("/api/password", json=change).status_code == 204
    w.ask("partner", "GET", "/api/accounts", 403)
    w.ask("volunteer", "POST", "/api/logout", 204)


def keys(w: Any) -> None:
    key = w.ask("office", "POST", "/api/keys", 201, json={"name": "城运", "scopes": ["read", "feed"]})
    w.ask("office", "GET", "/api/keys")
    w.ask("office", "PUT", f"/api/key-limits/{key['id']}", json={"per_minute": 600, "burst": 60})
    w.ask("office", "GET", "/api/key-limits")
    w.ask("office", "DELETE", f"/api/key-limits/{key['id']}", 204)
    w.ask("office", "POST", f"/api/keys/{key['id']}/rotate", 201, json={})
    w.ask("office", "DELETE", f"/api/keys/{key['id']}")
    w.ask("office", "DELETE", "/api/keys/none", 404)
    w.ask("office", "POST", "/api/keys", 422, json={"name": "x", "scopes": ["everything"]})


def places(w: Any) -> None:
    town = w.ask("office", "GET", "/api/town")
    layers = {name: w.ask("office", "GET", f"/api/layers/{name}") for name in town["layers"]}
    for layer, noun in (
        ("buildings", "buildings"),
        ("key-sites", "key-sites"),
        ("micro-grids", "micro-grids"),
    ):
        for feature in layers[layer]["features"][:40]:
            w.ask("office", "GET", f"/api/{noun}/{feature['id']}")
    for word in ("居", "1", town["committees"][0]["name"][:2]):
        w.ask("office", "GET", f"/api/search?q={word}")
    w.ask("office", "GET", "/api/layers/nothing", 404)
    w.ask("office", "GET", "/api/quality")
    w.ask("committee_head", "GET", "/api/quality")
    w.ask("partner", "GET", "/api/quality", 403)


def figures(w: Any) -> None:
    town = w.ask("office", "GET", "/api/town")
    for by in ("micro-grid", "committee", "zone", "block", "station", "subdistrict", "cell", "building"):
        w.ask("office", "GET", f"/api/indicators?month={w.month}&by={by}")
    w.ask("committee_head", "GET", f"/api/indicators?month={w.month}&by=zone")
    w.ask("office", "GET", "/api/indicators?month=1999-01", 404)
    w.ask("office", "GET", "/api/indicators?month=March", 400)
    for area in ("town", f"committee:{town['committees'][0]['code']}"):
        w.ask("office", "GET", f"/api/indicators/history?area={area}")
    for role in ("office", "operator", "committee_head"):
        w.ask(role, "GET", f"/api/hotspots?month={w.month}")
    west, south, east, north = town["subdistrict"]["bbox"]
    ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
    drawn = {"month": w.month, "geometry": {"type": "Polygon", "coordinates": [ring]}}
    w.ask("office", "POST", "/api/indicators/area", json=drawn)
    w.ask("operator", "POST", "/api/indicators/area", json=drawn)
    w.ask("partner", "POST", "/api/releases/area", json=drawn)
    w.ask("office", "GET", "/api/releases")
    w.ask("office", "POST", "/api/releases", 201, json={"month": w.month, "reason": "late_checks"})


def drawing(w: Any) -> None:
    draft = w.ask("office", "POST", VERSIONS, 201, json={"name": "试验", "from": "version:1"})
    url = f"{VERSIONS}/{draft['id']}"
    grid = max(draft["grids"]["features"], key=lambda f: f["properties"]["plots"])
    w.ask("office", "GET", f"{url}/plots")

    def operate(kind: str, **params: Any) -> Any:
        revision = w.ask("office", "GET", url)["revision"]
        body = {"kind": kind, "params": params, "expected_revision": revision}
        return w.ask("office", "POST", f"{url}/operations", json=body)

    operate("rename", grid=grid["id"], name="新格")
    new = operate("split", grid=grid["id"], line=_across(grid))["operation"]["created"][0]
    w.ask("office", "POST", f"{url}/undo", json={})
    w.ask("office", "POST", f"{url}/redo", json={})
    w.ask("office", "GET", f"{url}/preview?valid_from={NEXT_YEAR}")
    _their_grid(w, draft)
    report = w.ask("office", "POST", f"{url}/agreement")
    real = next(d for d in report["differences"] if d["kind"] == "real")
    w.ask("office", "POST", f"{url}/decisions", json={"difference": real["difference"], "decision": "keep"})
    operate("merge", grids=[grid["id"], new])
    home = draft["grids"]["features"][0]["properties"]["committee_code"]
    part = w.ask("office", "POST", VERSIONS, 201, json={"name": "居", "from": "version:1", "committee": home})
    w.ask("office", "POST", f"{url}/merge", json={"drafts": [part["id"]]})
    done = _task(w, w.ask("office", "POST", f"{url}/alternatives", 202, json={"target": 800})["task"])
    assert done["state"] == "done", done
    w.ask("office", "DELETE", f"/api/tasks/{done['id']}", 204)
    w.ask("office", "POST", f"{url}/publish", 422, json={"valid_from": "2031-01-15"})
    w.ask("office", "POST", f"{url}/publish", json={"valid_from": NEXT_YEAR})
    w.ask("office", "POST", f"{url}/undo", 409, json={})
    w.ask("office", "DELETE", f"{VERSIONS}/{part['id']}", 204)
    w.ask("office", "GET", VERSIONS)


def files(w: Any) -> None:
    homes = w.ask("office", "GET", "/api/layers/buildings")["features"]
    rows = f"房屋编码,楼栋编码,用途,状态\nD-NEW-1,{homes[0]['id']},owner_occupied,occupied\nD-NEW-2,no such,rented,?\n"

    def send(status: int, **form: str) -> Any:
        sent = {"file": ("d.csv", rows.encode(), "text/csv")}
        return w.ask("office", "POST", "/api/loads", status, data={"kind": "dwellings", **form}, files=sent)

    send(200)
    send(404, kind="nothing")
    done = _task(w, send(202, commit="true")["id"])
    w.ask("office", "POST", f"/api/loads/{done['result']['load_id']}/undo")
    assert _task(w, send(202, commit="true")["id"])["state"] == "done"
    assert _task(w, send(202, commit="true", mode="snapshot")["id"])["state"] == "failed"
    w.ask("office", "GET", "/api/loads/columns?kind=dwellings")
    w.ask("office", "GET", "/api/loads/columns?kind=nothing", 404)
    w.ask("office", "GET", "/api/loads")
    now = dt.datetime.now(dt.UTC) - dt.timedelta(hours=1)
    visit = {
        "visit_id": str(uuid.uuid4()),
        "dwelling_code": "D-NEW-1",
        "visited_at": now.isoformat(),
        "outcome": "done",
    }
    wrong = visit | {"visit_id": str(uuid.uuid4()), "dwelling_code": "no such"}
    for _ in range(2):
        w.ask("office", "POST", "/api/checks", json={"visits": [visit, wrong]})
    w.ask("office", "POST", "/api/checks", 422, json={"visits": []})


def inspecting(w: Any) -> None:
    day = f"{w.month}-20"
    for what in ("sites", "buildings"):
        w.ask("office", "GET", f"{INSPECTIONS}/candidates?month={w.month}&what={what}")
    w.ask("office", "GET", f"{INSPECTIONS}/lists")
    teams = [{"code": "A", "departments": ["police_station"]}, {"code": "B", "departments": ["fire_safety"]}]
    wish = {"title": "联合检查", "day": day, "what": "buildings", "count": 6, "teams": teams,
            "hours_to": 1400, "out_of_hours_reason": "urgent_safety"}  # fmt: skip
    made = w.ask("office", "POST", INSPECTIONS, 201, json=wish)
    url = f"{INSPECTIONS}/{made['id']}"
    made = w.ask("police_station", "POST", f"{url}/approve", json={"expected_revision": made["revision"]})
    made = w.ask(
        "office", "POST", f"{url}/route", json={"expected_revision": made["revision"], "seconds": 0.5}
    )
    made = w.ask("office", "PATCH", url, json={"expected_revision": made["revision"], "state": "planned"})
    w.ask("office", "PATCH", url, 409, json={"expected_revision": 0, "title": "晚了"})
    w.ask("office", "GET", INSPECTIONS)
    for kind in ("html", "xlsx", "pdf"):
        w.ask("office", "GET", f"{url}/sheets.{kind}")
    pack = w.ask("office", "GET", f"{url}/pack")
    stop = next(s for s in pack["stops"] if s["dwellings"])
    home, stop_url = stop["dwellings"][0]["code"], f"{url}/stops/{stop['id']}"
    room = {"id": str(uuid.uuid4()), "area_m2": 9, "people": 3, "partitioned": True}
    checks = [{"item": "wiring", "answer": "not_ok"}]
    receipt = w.ask("partner", "POST", f"{stop_url}/results", json=_result(rooms=[room], checks=checks))
    photo = f"{stop_url}/photos/{uuid.uuid4()}"
    picture = _picture()
    for status in (201, 200):
        w.ask("partner", "PUT", photo, status, content=picture)
    w.ask("partner", "PUT", f"{stop_url}/photos/{uuid.uuid4()}", 422, content=b"no picture")
    w.ask("office", "GET", f"{url}/photos/{photo.rsplit('/', 1)[1]}")
    measure = {"id": str(uuid.uuid4()), "finding_id": receipt["findings"][0]["id"], "kind": "repair_wiring",
               "department": "fire_safety", "due_on": day}  # fmt: skip
    w.ask("office", "POST", f"{url}/measures", 201, json=measure)
    change = {"expected_revision": 0, "state": "closed", "evidence": {"kind": "revisit"}}
    w.ask("office", "PATCH", f"{INSPECTIONS}/measures/{measure['id']}", json=change)
    w.ask("office", "GET", f"{INSPECTIONS}/measures")
    shut = [{"dwelling_code": home, "outcome": "no_access"}]
    evening = dt.datetime.now(dt.UTC).replace(hour=11, minute=0)
    for days in (3, 2, 1):
        at = (evening - dt.timedelta(days=days)).isoformat()
        body = _result(visited_at=at, outcome="no_access", dwellings=shut)
        w.ask("office", "POST", f"{stop_url}/results", json=body)
    w.ask("office", "GET", url)
    w.ask("office", "GET", f"{INSPECTIONS}/no-access")
    w.ask("office", "GET", f"{INSPECTIONS}/learning")
    w.ask("office", "GET", f"{INSPECTIONS}/coverage?month={w.month}")
    _tickets(w, home)


def _tickets(w: Any, home: str) -> None:
    """From a draft to the platform's answer; and counts that are reported about a building."""
    ticket = str(uuid.uuid4())
    w.ask("office", "POST", f"{INSPECTIONS}/tickets", 201, json={"id": ticket, "dwelling_code": home})
    w.ask("office", "POST", f"{INSPECTIONS}/tickets/{ticket}/state", json={"state": "sent"})
    w.ask("partner", "GET", "/api/tickets")
    answer = {"answer": "visited_access", "reference": "CY0001"}
    w.ask("partner", "POST", f"/api/tickets/{ticket}/answer", json=answer)
    w.ask("partner", "GET", "/api/tickets")
    w.ask("office", "GET", f"{INSPECTIONS}/tickets")
    month = dt.date.today().strftime("%Y-%m")
    code = w.ask("office", "GET", "/api/layers/buildings")["features"][0]["id"]
    report = {"id": str(uuid.uuid4()), "building_code": code, "month": month, "kind": "complaint", "topic": "fire",
              "source": "hotline"}  # fmt: skip
    w.ask("office", "POST", "/api/change-reports", 201, json={"reports": [report]})
    w.ask("office", "GET", f"/api/change-reports?month={month}")


def meeting(w: Any) -> None:
    url = f"/api/reviews/{LAST_MONTH}"
    found = w.ask("office", "GET", url)
    w.ask("committee_head", "GET", url)
    w.ask("office", "POST", f"{url}/duties", json={"duty": found["calendar"][0]["key"]})
    w.ask("office", "GET", f"{url}/inputs")
    names = [c["name"] for c in w.ask("office", "GET", "/api/town")["committees"]]
    for wrong, status in ((True, 422), (False, 200)):
        w.ask(
            "office", "POST", f"{url}/forms", status, files={"file": ("f2.xlsx", _form(names, wrong=wrong))}
        )
    w.ask(
        "office",
        "POST",
        f"{url}/forms?sheet=true",
        422,
        files={"file": ("f2.xlsx", _form(names, wrong=True))},
    )
    code = w.ask("office", "GET", "/api/town")["committees"][0]["code"]
    value = {"committee_code": code, "item": "population", "value": 1200}
    w.ask("office", "POST", f"{url}/inputs", json={"values": [value]})
    for action in ("freeze", "score", "publish"):
        w.ask("office", "POST", f"{url}/{action}", json={})
    w.ask("office", "POST", f"{url}/freeze", 409, json={})
    w.ask("office", "POST", f"{url}/correct", json={"reason": "late_checks"})
    w.ask("office", "GET", url)
    w.ask("office", "GET", f"{url}/pack")
    w.ask("office", "GET", "/api/rule-sets")
    w.ask("office", "POST", "/api/rule-sets", 201, json={"town": "sanlin"})
    change = {
        "changes": {"sl2.target": "97"},
        "valid_from": "2026-03-01",
        "version": "2022a",
        "reason": "试行",
    }
    w.ask("office", "POST", f"/api/rule-sets/preview?month={LAST_MONTH}", 422, json=change)
    change["changes"] = {"sg3.monthly_min": 100}
    w.ask("office", "POST", f"/api/rule-sets/preview?month={LAST_MONTH}", json=change)
    key = w.ask("office", "GET", "/api/rule-sets")[0]["parameter"][0]
    change["changes"] = {key["key"]: key.get("value")}
    w.ask("office", "PUT", "/api/rule-sets", json=change)
    w.ask("office", "PUT", "/api/holidays", json={"days": {"2026-05-06": False}})
    w.ask("office", "GET", "/api/holidays")


def leaving(w: Any) -> None:
    wish = {"what": {"kind": "buildings", "month": w.month}, "purpose": "audit"}
    asked = w.ask("committee_head", "POST", "/api/exports", 201, json=wish)
    url = f"/api/exports/{asked['id']}"
    w.ask("committee_head", "POST", f"{url}/file", 409)
    w.ask("office", "POST", f"{url}/decision", json={"approve": True})
    for status in (200, 200, 200, 410):
        w.ask("committee_head", "POST", f"{url}/file", status)
    w.ask("office", "GET", "/api/exports")
    given = {"month": w.month, "recipient": "城运中心", "purpose": "statistics"}
    row = w.ask("office", "POST", "/api/handovers", 201, json=given)
    w.ask("office", "GET", "/api/handovers")
    w.ask("office", "GET", f"/api/handovers/{row['id']}/file")
    w.ask("partner", "GET", "/api/handovers/public-key")
    hook = w.ask("office", "POST", "/api/webhooks", 201, json={"url": "http://127.0.0.1:9/hook"})
    url = f"/api/webhooks/{hook['id']}"
    w.ask("office", "PATCH", url, json={"active": False})
    w.ask("office", "POST", f"{url}/replay", json={"since": 0})
    w.ask("office", "POST", f"{url}/secret")
    w.ask("office", "GET", "/api/webhooks")
    w.ask("office", "DELETE", url, 204)


def auditing(w: Any) -> None:
    w.ask("operator", "GET", "/api/audit?limit=500")
    w.ask("operator", "GET", "/api/audit/verification")


def _task(w: Any, number: str) -> Any:
    until = time.monotonic() + 60
    while time.monotonic() < until:
        task = w.ask("office", "GET", f"/api/tasks/{number}")
        if task["state"] not in {"queued", "running"}:
            return task
        time.sleep(0.1)
    raise AssertionError("the task did not end")


def _across(grid: dict[str, Any]) -> dict[str, Any]:
    """A line from north to south through the middle of a grid."""
    west, south, east, north = shape(grid["geometry"]).bounds
    middle = (west + east) / 2
    return {"type": "LineString", "coordinates": [[middle, south - 0.01], [middle, north + 0.01]]}


def _their_grid(w: Any, draft: dict[str, Any]) -> None:
    """The other department's grid: ours as it was before the split."""
    import geopandas as gpd

    features = draft["grids"]["features"]
    theirs = gpd.GeoDataFrame(
        {"code": [f"CY{n:03d}" for n in range(len(features))], "name": None},
        geometry=[shape(f["geometry"]) for f in features], crs=4326,
    )  # fmt: skip
    store, sub = Database(w.database_url), w.made["subdistrict"]
    with store.transaction(Scope(sub)) as session:
        session.execute(text("DELETE FROM authority_grid"))
        load_frames(session, sub, "grids", iter([theirs]), as_of=dt.date(2026, 3, 1))
    store.close()


def _result(**more: Any) -> dict[str, Any]:
    now = dt.datetime.now(dt.UTC).isoformat()
    return {"id": str(uuid.uuid4()), "outcome": "done", "visited_at": now, "sent_at": now, **more}


def _picture() -> bytes:
    out = io.BytesIO()
    Image.effect_noise((400, 300), 60).convert("RGB").save(out, "JPEG")
    return out.getvalue()


def _form(names: list[str], *, wrong: bool) -> bytes:
    """F-2 as a clerk fills it in, with a sum that does not add up where it is ``wrong``."""
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    sheet.append([f"{LAST_MONTH[:4]}年{int(LAST_MONTH[5:])}月居民区实有人口核查月报表"])
    sheet.append([])
    sheet.append(["序号", "居委", "总核查人数(每个居委不低于80人)", None, None, None, "正确率", "备注"])
    sheet.append([None, None, "小计", "其中:应登未登人数", "其中:应消未消人数", "其中:正确人数"])
    for n, name in enumerate(names, start=1):
        sheet.append([n, name, 101 if wrong and n == 1 else 100, 1, 2, 97])
    sheet.append(["合计", None, 100 * len(names) + wrong, len(names), 2 * len(names), 97 * len(names)])
    memory = io.BytesIO()
    book.save(memory)
    return memory.getvalue()
