-- Back to foreign keys. The function of the towns' layers stays while their tables have triggers on it, as it did then.
DROP TRIGGER wangge_building_stays_delete ON building;
DROP TRIGGER wangge_building_stays_update ON building;
DO $$
DECLARE
    t text;
BEGIN
    FOREACH t IN ARRAY ARRAY['registration', 'check_visit', 'building_month', 'building_stock'] LOOP
        EXECUTE format('DROP TRIGGER wangge_a_building_insert ON %I', t);
        EXECUTE format('DROP TRIGGER wangge_a_building_update ON %I', t);
        EXECUTE format('ALTER TABLE %I ADD CONSTRAINT %I FOREIGN KEY (subdistrict_code, building_code) '
                       'REFERENCES building (subdistrict_code, code)',
                       t, 'fk_' || t || '_subdistrict_code_building_code');
    END LOOP;
    IF NOT EXISTS (SELECT FROM pg_trigger WHERE tgfoid = 'wangge_touch_town_layer'::regproc) THEN
        DROP FUNCTION wangge_touch_town_layer();
    END IF;
END $$;
ALTER TABLE building_month ADD CONSTRAINT fk_building_month_subdistrict_code
    FOREIGN KEY (subdistrict_code) REFERENCES subdistrict (code);
ALTER TABLE building_stock ADD CONSTRAINT fk_building_stock_subdistrict_code
    FOREIGN KEY (subdistrict_code) REFERENCES subdistrict (code);
DROP FUNCTION wangge_building_stays();
DROP FUNCTION wangge_buildings_exist();
