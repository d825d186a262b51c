-- Changes of a town's own table reach our data versions. SECURITY DEFINER: whoever writes that table need not know of
-- ours. The notes are those of every layer of ours. The function may be there already, made when a layer was registered.
CREATE OR REPLACE FUNCTION wangge_touch_town_layer() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER
SET search_path = public, pg_temp AS $$
BEGIN
    INSERT INTO pending_commit (subdistrict_code, txid, layer) VALUES (TG_ARGV[0], txid_current(), TG_ARGV[1])
    ON CONFLICT DO NOTHING;
    RETURN NULL;
END $$;
COMMENT ON FUNCTION wangge_touch_town_layer IS '镇自有图层有变化 / a town''s own layer has changed';
