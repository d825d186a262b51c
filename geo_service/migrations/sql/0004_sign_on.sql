-- Single sign-on: an identity of the provider, as a hash, bound by an administrator to an account of a duty.

CREATE TABLE sign_on (
    subdistrict_code VARCHAR(12) NOT NULL,
    login_hash BYTEA NOT NULL,
    account VARCHAR(32) NOT NULL,
    bound_by VARCHAR(32),
    bound_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_sign_on PRIMARY KEY (subdistrict_code, login_hash),
    CONSTRAINT fk_sign_on_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT fk_sign_on_subdistrict_code_account FOREIGN KEY(subdistrict_code, account) REFERENCES account (subdistrict_code, name) ON DELETE CASCADE,
    CONSTRAINT uq_sign_on_login_hash UNIQUE (login_hash)
);
CREATE INDEX ix_sign_on_account ON sign_on (subdistrict_code, account);
COMMENT ON TABLE sign_on IS '统一认证登录的绑定(仅散列) / login of single sign-on bound to an account, as a hash';
COMMENT ON COLUMN sign_on.subdistrict_code IS '街道(镇)代码 / subdistrict code';
COMMENT ON COLUMN sign_on.login_hash IS '认证方与其登录名的散列 / hash of issuer and login there';
COMMENT ON COLUMN sign_on.account IS '账号 / account';
COMMENT ON COLUMN sign_on.bound_by IS '绑定人账号 / account that bound it';
COMMENT ON COLUMN sign_on.bound_at IS '绑定 / bound at';

ALTER TABLE sign_on ENABLE ROW LEVEL SECURITY;
CREATE POLICY own_subdistrict ON sign_on
    USING (subdistrict_code = (SELECT current_setting('wangge.subdistrict', true))
           OR (SELECT current_setting('wangge.signing_in', true)) = 'on');
GRANT SELECT, INSERT, DELETE ON sign_on TO wangge_service;
