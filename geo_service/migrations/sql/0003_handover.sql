-- Webhooks, packages and their register, limits of keys, counts reported about places.

CREATE TABLE key_limit (
    subdistrict_code VARCHAR(12) NOT NULL,
    key_id VARCHAR(32) NOT NULL,
    per_minute INTEGER NOT NULL,
    burst INTEGER NOT NULL,
    CONSTRAINT pk_key_limit PRIMARY KEY (subdistrict_code, key_id),
    CONSTRAINT fk_key_limit_subdistrict_code_key_id FOREIGN KEY(subdistrict_code, key_id) REFERENCES api_key (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT ck_key_limit_rate CHECK (per_minute >= 0 AND burst >= 1),
    CONSTRAINT fk_key_limit_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);
COMMENT ON TABLE key_limit IS '密钥的访问限额 / rate limit of one machine key';
COMMENT ON COLUMN key_limit.subdistrict_code IS '街道(镇)代码 / subdistrict code';
COMMENT ON COLUMN key_limit.key_id IS '密钥编号 / id of the key';
COMMENT ON COLUMN key_limit.per_minute IS '每分钟请求数，0为不限 / requests a minute, 0 for no limit';
COMMENT ON COLUMN key_limit.burst IS '一次可连发 / requests at once';

CREATE TABLE handover_package (
    subdistrict_code VARCHAR(12) NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    release_id INTEGER NOT NULL,
    month DATE NOT NULL,
    manifest JSONB NOT NULL,
    content BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_handover_package PRIMARY KEY (subdistrict_code, sha256),
    CONSTRAINT fk_handover_package_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);
COMMENT ON TABLE handover_package IS '交付包原件 / package of a month as handed over';
COMMENT ON COLUMN handover_package.subdistrict_code IS '街道(镇)代码 / subdistrict code';
COMMENT ON COLUMN handover_package.sha256 IS '整包校验 / SHA-256 of the file';
COMMENT ON COLUMN handover_package.release_id IS '发布 / release';
COMMENT ON COLUMN handover_package.month IS '月份 / month';
COMMENT ON COLUMN handover_package.manifest IS '清单 / manifest with checksums';
COMMENT ON COLUMN handover_package.content IS '文件 / the file';
COMMENT ON COLUMN handover_package.at IS '制作 / made at';

CREATE TABLE change_report (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    month DATE NOT NULL,
    kind VARCHAR(32) NOT NULL,
    topic VARCHAR(32) NOT NULL,
    source VARCHAR(32) NOT NULL,
    n INTEGER NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_change_report PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_change_report_kind CHECK (kind IN ('complaint', 'change')),
    CONSTRAINT ck_change_report_topic CHECK (topic IN ('group_renting', 'use_changed', 'partition', 'fire', 'structure', 'new_tenancy', 'vacated', 'other')),
    CONSTRAINT ck_change_report_source CHECK (source IN ('hotline', 'city_operation', 'committee', 'property_management', 'patrol')),
    CONSTRAINT ck_change_report_n CHECK (n BETWEEN 1 AND 1000),
    CONSTRAINT fk_change_report_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);
CREATE INDEX ix_change_report_building ON change_report (subdistrict_code, building_code, month);
COMMENT ON TABLE change_report IS '场所变动与投诉计数 / counts of changes and complaints about a place';
COMMENT ON COLUMN change_report.subdistrict_code IS '街道(镇)代码 / subdistrict code';
COMMENT ON COLUMN change_report.id IS '客户端生成的编号 / id made by the client';
COMMENT ON COLUMN change_report.building_code IS '楼栋 / building';
COMMENT ON COLUMN change_report.month IS '月份 / month';
COMMENT ON COLUMN change_report.kind IS '投诉或变动 / complaint or change';
COMMENT ON COLUMN change_report.topic IS '事由(闭选) / topic';
COMMENT ON COLUMN change_report.source IS '来源(闭选) / source';
COMMENT ON COLUMN change_report.n IS '件数 / count';
COMMENT ON COLUMN change_report.received_at IS '收到 / received';

ALTER TABLE webhook
    ADD COLUMN sending_to BIGINT,
    ADD COLUMN failing_since TIMESTAMP WITH TIME ZONE,
    ADD COLUMN dead_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN last_status VARCHAR(32),
    ADD COLUMN last_sent_at TIMESTAMP WITH TIME ZONE,
    ADD COLUMN created_by VARCHAR(32),
    ADD COLUMN created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL;
COMMENT ON COLUMN webhook.sending_to IS '在送批次末号 / last number of the batch under way, so that a retry sends the same';
COMMENT ON COLUMN webhook.failing_since IS '失败起 / failing since';
COMMENT ON COLUMN webhook.dead_at IS '停送 / given up at';
COMMENT ON COLUMN webhook.last_status IS '最近结果 / outcome of the last attempt';
COMMENT ON COLUMN webhook.last_sent_at IS '最近送达 / last delivered at';
COMMENT ON COLUMN webhook.created_by IS '登记账号 / registered by';
COMMENT ON COLUMN webhook.created_at IS '登记 / registered at';

-- Nothing wrote provisions before, so there is no row that lacks its package.
ALTER TABLE provision
    ADD COLUMN sha256 VARCHAR(64) NOT NULL,
    ADD CONSTRAINT fk_provision_subdistrict_code_sha256 FOREIGN KEY (subdistrict_code, sha256)
        REFERENCES handover_package (subdistrict_code, sha256),
    ADD CONSTRAINT ck_provision_purpose CHECK (purpose IN ('city_operation', 'joint_inspection', 'planning', 'statistics',
        'monthly_review', 'audit'));
COMMENT ON COLUMN provision.sha256 IS '整包校验 / SHA-256 of the file';

-- The package is compressed already.
ALTER TABLE handover_package ALTER COLUMN content SET STORAGE EXTERNAL;

-- Walls: the subdistrict; for what concerns the town as a whole, all of its committees; for reports, one's own buildings.
-- Limits are read together with the keys, before anybody is known.
DO $$
DECLARE
    t text;
    own text := 'subdistrict_code = (SELECT current_setting(''wangge.subdistrict'', true))';
    all_committees text := '(SELECT current_setting(''wangge.committees'', true)) = ''*''';
    my_buildings text := 'building_code IN (SELECT b.code FROM building b WHERE b.subdistrict_code = '
        || '(SELECT current_setting(''wangge.subdistrict'', true)) AND b.committee_code = ANY '
        || '(string_to_array((SELECT current_setting(''wangge.committees'', true)), '','')))';
BEGIN
    FOREACH t IN ARRAY ARRAY['key_limit', 'handover_package', 'change_report']
    LOOP
        EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', t);
        EXECUTE format('GRANT SELECT, INSERT, UPDATE, DELETE ON %I TO wangge_service', t);
    END LOOP;
    EXECUTE format('CREATE POLICY own_subdistrict ON key_limit USING (%s OR '
                   '(SELECT current_setting(''wangge.signing_in'', true)) = ''on'')', own);
    EXECUTE format('CREATE POLICY own_subdistrict ON handover_package USING (%s)', own);
    EXECUTE format('CREATE POLICY own_subdistrict ON change_report USING (%s)', own);
    EXECUTE format('CREATE POLICY own_committees ON change_report AS RESTRICTIVE USING (%s OR %s)',
                   all_committees, my_buildings);
    FOREACH t IN ARRAY ARRAY['webhook', 'handover_package', 'provision']
    LOOP
        EXECUTE format('CREATE POLICY whole_town ON %I AS RESTRICTIVE USING (%s)', t, all_committees);
    END LOOP;
END $$;
REVOKE UPDATE ON handover_package, provision, change_report FROM wangge_service;

-- What was handed over stays written down for three years, the owner of the tables included.
CREATE FUNCTION wangge_keep_provisions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND OLD.at < now() - interval '1096 days' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '% only grows, and is kept for three years', TG_TABLE_NAME USING ERRCODE = '42501';
END $$;
CREATE TRIGGER wangge_keep_provisions BEFORE UPDATE OR DELETE ON provision
    FOR EACH ROW EXECUTE FUNCTION wangge_keep_provisions();
CREATE TRIGGER wangge_keep_provisions_whole BEFORE TRUNCATE ON provision
    FOR EACH STATEMENT EXECUTE FUNCTION wangge_keep_provisions();
CREATE TRIGGER wangge_keep_packages BEFORE UPDATE OR DELETE ON handover_package
    FOR EACH ROW EXECUTE FUNCTION wangge_keep_provisions();
CREATE TRIGGER wangge_keep_packages_whole BEFORE TRUNCATE ON handover_package
    FOR EACH STATEMENT EXECUTE FUNCTION wangge_keep_provisions();

-- The sender serves every town of the installation; this shows it numbers, never what changed.
CREATE FUNCTION wangge_webhooks_due() RETURNS TABLE (subdistrict_code varchar, id integer)
LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
    'SELECT w.subdistrict_code, w.id FROM public.webhook w JOIN public.change_cursor c ON c.subdistrict_code = w.subdistrict_code
     WHERE w.active AND w.last_seq < c.last_seq AND (w.next_try_at IS NULL OR w.next_try_at <= now())
     ORDER BY w.next_try_at NULLS FIRST, w.subdistrict_code, w.id';
REVOKE ALL ON FUNCTION wangge_webhooks_due() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION wangge_webhooks_due() TO wangge_service;
