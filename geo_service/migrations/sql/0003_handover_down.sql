DROP FUNCTION wangge_webhooks_due();
DROP TRIGGER wangge_keep_provisions ON provision;
DROP TRIGGER wangge_keep_provisions_whole ON provision;
DROP POLICY whole_town ON webhook;
DROP POLICY whole_town ON provision;
ALTER TABLE provision DROP CONSTRAINT fk_provision_subdistrict_code_sha256, DROP CONSTRAINT ck_provision_purpose,
    DROP COLUMN sha256;
GRANT UPDATE ON provision TO wangge_service;
DROP TABLE handover_package, key_limit, change_report;
DROP FUNCTION wangge_keep_provisions();
ALTER TABLE webhook DROP COLUMN sending_to, DROP COLUMN failing_since, DROP COLUMN dead_at, DROP COLUMN last_status,
    DROP COLUMN last_sent_at, DROP COLUMN created_by, DROP COLUMN created_at;
