"""SQL of exports and of retention. Every statement names its subdistrict; row-level security cuts the rest."""

from __future__ import annotations

#: Kind of export → query; bound: ``sub``, ``month`` (its first day), ``committees`` (null: all). Places and counts only.
EXPORTS = {
    "buildings": """
        SELECT b.code AS "楼栋 building", b.address AS "地址 address", b.committee_code AS "居委 committee",
            coalesce(m.checked, 0) AS "核查 checked", coalesce(m.correct, 0) AS "正确 correct",
            coalesce(m.to_register, 0) AS "应登未登 to_register", coalesce(m.to_deregister, 0) AS "应消未消 to_deregister"
        FROM building b
        LEFT JOIN building_month m ON m.subdistrict_code = :sub AND m.building_code = b.code AND m.month = :month
        WHERE b.subdistrict_code = :sub
          AND (CAST(:committees AS text[]) IS NULL OR b.committee_code = ANY (:committees))
        ORDER BY b.code""",
    "dwellings": """
        SELECT d.code AS "房屋 dwelling", d.building_code AS "楼栋 building", d.address AS "地址 address",
            d.use AS "用途 use", d.status AS "状态 status", d.floor_area_m2 AS "面积 floor_area_m2"
        FROM dwelling d WHERE d.subdistrict_code = :sub AND (d.created_on IS NULL OR d.created_on < :month + interval '1 month')
        ORDER BY d.code""",
    "checks": """
        SELECT v.month AS "月 month", v.dwelling_code AS "房屋 dwelling", v.building_code AS "楼栋 building",
            v.outcome AS "结果 outcome", v.checked AS "核查 checked", v.correct AS "正确 correct",
            v.to_register AS "应登未登 to_register", v.to_deregister AS "应消未消 to_deregister",
            v.wrong_particulars AS "信息有误 wrong_particulars"
        FROM check_visit v WHERE v.subdistrict_code = :sub AND v.month = :month
        ORDER BY v.building_code, v.dwelling_code, v.id""",
}
