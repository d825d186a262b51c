"""What the API's document says in words: how one signs in, units, what a group of routes is for, what a status means."""

from __future__ import annotations

ABOUT = """街道(镇)微网格管理平台的接口，控制台与合作部门所用；地图数据另见 /ogc。
API of the grid-management platform, used by the console and by partners; map data are served at /ogc.

- 登录 / signing in: `POST /api/login` (会话 cookie / session cookie)，机器用 `Authorization: Bearer KEY`。
  会话改动数据须带 `X-CSRF-Token` / requests of a session that change something carry `X-CSRF-Token`.
- 坐标 / coordinates: EPSG:4326，经度在前 / longitude first. 面积 m²，距离 m / areas in m², distances in m.
- 比例 0 至 1，缺为 null，从不以 0 代替 / shares are 0 to 1; what is not known is null, never 0.
- 月份 `2026-03`，日期 `2026-03-01`，时刻带时区 / months, days, and moments with their zone.
- 拒绝 / refusals: `application/problem+json` (RFC 9457)，`type` 稳定 / with a stable `type`.
"""

#: What a group of routes is for.
TAGS = {
    "session": "登录与会话 / signing in, sessions, single sign-on",
    "accounts": "岗位账号、口令、动态口令 / accounts of duties, passwords, one-time codes",
    "keys": "机器密钥与限额 / keys of machines and their limits",
    "audit": "审计链 / the audit chain",
    "places": "街道、图层、场所 / the town, its layers, places",
    "indicators": "任意月份、任意区域的指标 / figures of any month and area",
    "boundaries": "划格：草案、操作、发布、与城运网格比对 / drawing, publishing and comparing micro-grids",
    "inspections": "联合检查：候选、路线、记录、措施 / joint inspections from candidates to measures",
    "tickets": "与城运平台往来 / exchange with the city-operation platform",
    "loads": "文件导入与核查录入 / loading files, entering checks",
    "quality": "登记质量 / quality of the register",
    "reviews": "月度会议、考核、规则集 / the monthly meeting, its scores and rule sets",
    "releases": "对外发布 / what is released to partners",
    "handovers": "交付包与登记簿 / packages handed over and their register",
    "exports": "明细导出，二人审批 / exports of records, approved by a second person",
    "webhooks": "变更推送 / pushing changes",
    "tasks": "后台任务 / long work in the background",
}

#: What a status means, in the document.
DONE = {
    200: "成功 / done",
    201: "已建立 / made",
    202: "已受理，在后台进行 / taken, under way in the background",
    204: "完成，无内容 / done, without contents",
    302: "转到认证方 / on to the identity provider",
    303: "转回本系统 / back to this system",
    304: "自上次以来未变 / not changed since last asked",
}
REFUSED = {
    400: "参数有误 / a parameter is wrong",
    401: "未登录，或密钥、口令不对 / not signed in, or a wrong key or password",
    403: "无权，或缺少防伪令牌 / not permitted, or without the CSRF token",
    404: "没有，或不在所辖范围 / there is none, or it is not within one's areas",
    409: "与现状冲突 / does not fit the present state",
    410: "已过期或用完 / expired or used up",
    411: "请求须说明长度 / the request must state its length",
    413: "过大 / too large",
    422: "所填有误，errors 逐项说明 / what was sent is wrong; errors says where",
    429: "请求过于频繁，Retry-After 秒后再试 / too many requests; try again after Retry-After seconds",
    503: "暂时不可用，稍后再试 / not available at the moment; try again shortly",
}
