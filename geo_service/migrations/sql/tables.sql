-- The tables of revision 0001 as they were first made. Later revisions change them; this file no longer changes.

CREATE TABLE subdistrict (
    code VARCHAR(12) NOT NULL,
    name VARCHAR(200) NOT NULL,
    name_en VARCHAR(200),
    district_code VARCHAR(12),
    district_name VARCHAR(200),
    metric_srid INTEGER DEFAULT '4549' NOT NULL,
    rules VARCHAR(32),
    CONSTRAINT pk_subdistrict PRIMARY KEY (code)
);

COMMENT ON TABLE subdistrict IS '街道(镇)，租户 / subdistrict or town, the tenant';

COMMENT ON COLUMN subdistrict.code IS '代码 / code';

COMMENT ON COLUMN subdistrict.name IS '名称 / name';

COMMENT ON COLUMN subdistrict.name_en IS '英文名称 / English name';

COMMENT ON COLUMN subdistrict.district_code IS '区代码 / district code';

COMMENT ON COLUMN subdistrict.district_name IS '区名称 / district name';

COMMENT ON COLUMN subdistrict.metric_srid IS '米制坐标系 / metric CRS (EPSG)';

COMMENT ON COLUMN subdistrict.rules IS '所用规则 / rule set in use';

CREATE TABLE rule_set (
    subdistrict_code VARCHAR(12) NOT NULL,
    id VARCHAR(40) NOT NULL,
    town VARCHAR(32) NOT NULL,
    title VARCHAR(200) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    document JSONB NOT NULL,
    CONSTRAINT pk_rule_set PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_rule_set_dates CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT fk_rule_set_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE rule_set IS '规则集 / the town''s versioned rules with legal basis';

COMMENT ON COLUMN rule_set.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN rule_set.id IS '编号 / id';

COMMENT ON COLUMN rule_set.town IS '来源街镇 / town whose document it is';

COMMENT ON COLUMN rule_set.title IS '名称 / title';

COMMENT ON COLUMN rule_set.valid_from IS '起 / from';

COMMENT ON COLUMN rule_set.valid_to IS '止(不含) / to';

COMMENT ON COLUMN rule_set.document IS '参数全文 / all parameters with sources';

CREATE TABLE assessment_input (
    subdistrict_code VARCHAR(12) NOT NULL,
    month DATE NOT NULL,
    committee_code VARCHAR(40) NOT NULL,
    item VARCHAR(32) NOT NULL,
    value NUMERIC(14, 4) NOT NULL,
    account VARCHAR(32),
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_assessment_input PRIMARY KEY (subdistrict_code, month, committee_code, item),
    CONSTRAINT fk_assessment_input_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE assessment_input IS '录入的考核数据 / typed-in or imported inputs (aggregates only)';

COMMENT ON COLUMN assessment_input.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN assessment_input.month IS '月份 / month';

COMMENT ON COLUMN assessment_input.committee_code IS '居委会，全镇为空串 / committee; empty for the town';

COMMENT ON COLUMN assessment_input.item IS '项目 / item';

COMMENT ON COLUMN assessment_input.value IS '值 / value';

COMMENT ON COLUMN assessment_input.account IS '账号 / account';

COMMENT ON COLUMN assessment_input.at IS '时间 / at';

CREATE TABLE review_month (
    subdistrict_code VARCHAR(12) NOT NULL,
    month DATE NOT NULL,
    revision INTEGER NOT NULL,
    state VARCHAR(32) DEFAULT 'frozen' NOT NULL,
    rule_set_id VARCHAR(40) NOT NULL,
    version_id INTEGER NOT NULL,
    inputs JSONB NOT NULL,
    basis JSONB DEFAULT '{}' NOT NULL,
    reason VARCHAR(32),
    account VARCHAR(32),
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    scored_at TIMESTAMP WITH TIME ZONE,
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_review_month PRIMARY KEY (subdistrict_code, month, revision),
    CONSTRAINT ck_review_month_state CHECK (state IN ('open', 'frozen', 'scored', 'published', 'corrected')),
    CONSTRAINT fk_review_month_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE review_month IS '月度状态与冻结输入 / state of a month per revision: open → frozen → scored → published → corrected';

COMMENT ON COLUMN review_month.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN review_month.month IS '月份 / month';

COMMENT ON COLUMN review_month.revision IS '修订 / revision';

COMMENT ON COLUMN review_month.state IS '状态 / state';

COMMENT ON COLUMN review_month.rule_set_id IS '规则集 / rule set';

COMMENT ON COLUMN review_month.version_id IS '划格版本 / boundary version';

COMMENT ON COLUMN review_month.inputs IS '冻结的输入与规则全文 / frozen inputs and the rule set in full: all that a score needs';

COMMENT ON COLUMN review_month.basis IS '阶梯所依据的各月修订 / revision of each earlier month that the ladder was replayed on';

COMMENT ON COLUMN review_month.reason IS '更正原因(闭选) / reason of a correction';

COMMENT ON COLUMN review_month.account IS '账号 / account';

COMMENT ON COLUMN review_month.at IS '冻结时间 / frozen at';

COMMENT ON COLUMN review_month.scored_at IS '计分时间 / scored at';

COMMENT ON COLUMN review_month.published_at IS '公布时间 / published at';

CREATE TABLE score_month (
    subdistrict_code VARCHAR(12) NOT NULL,
    month DATE NOT NULL,
    revision INTEGER NOT NULL,
    unit_code VARCHAR(40) NOT NULL,
    committee_code VARCHAR(40),
    rule_set_id VARCHAR(40) NOT NULL,
    total VARCHAR(80),
    rank INTEGER,
    items JSONB NOT NULL,
    computed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_score_month PRIMARY KEY (subdistrict_code, month, revision, unit_code),
    CONSTRAINT fk_score_month_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_score_month_unit ON score_month (subdistrict_code, unit_code, month);

COMMENT ON TABLE score_month IS '月度得分，冻结 / frozen scores of a month (CV-9)';

COMMENT ON COLUMN score_month.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN score_month.month IS '月份 / month';

COMMENT ON COLUMN score_month.revision IS '修订 / revision';

COMMENT ON COLUMN score_month.unit_code IS '单位：居委会或微网格 / unit: a committee, or a micro-grid under XJ';

COMMENT ON COLUMN score_month.committee_code IS '所属居委会 / committee it belongs to';

COMMENT ON COLUMN score_month.rule_set_id IS '规则集 / rule set';

COMMENT ON COLUMN score_month.total IS '排名依据(精确分数) / what ranks it, an exact fraction; null is absent';

COMMENT ON COLUMN score_month.rank IS '名次 / rank';

COMMENT ON COLUMN score_month.items IS '分项、参数、输入、步骤 / items with rule id, parameters, inputs, steps';

COMMENT ON COLUMN score_month.computed_at IS '计算 / computed';

CREATE TABLE ladder_event (
    subdistrict_code VARCHAR(12) NOT NULL,
    month DATE NOT NULL,
    revision INTEGER NOT NULL,
    committee_code VARCHAR(40) NOT NULL,
    rule VARCHAR(32) NOT NULL,
    level INTEGER NOT NULL,
    role VARCHAR(200) NOT NULL,
    detail JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_ladder_event PRIMARY KEY (subdistrict_code, month, revision, committee_code, rule),
    CONSTRAINT fk_ladder_event_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE ladder_event IS '约谈阶梯 / ladder event: level and role to be met, never a name';

COMMENT ON COLUMN ladder_event.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN ladder_event.month IS '月份 / month';

COMMENT ON COLUMN ladder_event.revision IS '修订 / revision';

COMMENT ON COLUMN ladder_event.committee_code IS '居委会 / committee';

COMMENT ON COLUMN ladder_event.rule IS '规则 / rule';

COMMENT ON COLUMN ladder_event.level IS '级别 / level';

COMMENT ON COLUMN ladder_event.role IS '约谈对象职务 / role to be met';

COMMENT ON COLUMN ladder_event.detail IS '依据 / why';

CREATE TABLE duty_done (
    subdistrict_code VARCHAR(12) NOT NULL,
    duty VARCHAR(80) NOT NULL,
    month DATE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(32),
    CONSTRAINT pk_duty_done PRIMARY KEY (subdistrict_code, duty),
    CONSTRAINT fk_duty_done_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE duty_done IS '已办事项 / a duty of the calendar that somebody marked as done';

COMMENT ON COLUMN duty_done.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN duty_done.duty IS '事项 / duty key: rule, cadence, day';

COMMENT ON COLUMN duty_done.month IS '月份 / month';

COMMENT ON COLUMN duty_done.done_at IS '办结时间 / done at';

COMMENT ON COLUMN duty_done.account IS '账号 / account';

CREATE TABLE holiday (
    subdistrict_code VARCHAR(12) NOT NULL,
    day DATE NOT NULL,
    works BOOLEAN NOT NULL,
    CONSTRAINT pk_holiday PRIMARY KEY (subdistrict_code, day),
    CONSTRAINT fk_holiday_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE holiday IS '节假日调整 / a town''s own exceptions to the common holiday table';

COMMENT ON COLUMN holiday.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN holiday.day IS '日期 / day';

COMMENT ON COLUMN holiday.works IS '上班(调休) / a working day';

CREATE TABLE plot_set (
    subdistrict_code VARCHAR(12) NOT NULL,
    id INTEGER NOT NULL,
    parent_id INTEGER,
    reason VARCHAR(200) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    report JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_plot_set PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_plot_set_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE plot_set IS '地块集，不可更改 / an immutable tiling of the town by plots';

COMMENT ON COLUMN plot_set.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN plot_set.id IS '编号 / id';

COMMENT ON COLUMN plot_set.parent_id IS '前一集 / set it was derived from';

COMMENT ON COLUMN plot_set.reason IS '来由 / why it was made';

COMMENT ON COLUMN plot_set.created_at IS '创建 / created';

COMMENT ON COLUMN plot_set.report IS '报告 / report of the making';

CREATE TABLE grid_team (
    subdistrict_code VARCHAR(12) NOT NULL,
    grid_code VARCHAR(40) NOT NULL,
    role VARCHAR(32) NOT NULL,
    account VARCHAR(32) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    batch_id BIGINT,
    CONSTRAINT pk_grid_team PRIMARY KEY (subdistrict_code, grid_code, role, account, valid_from),
    CONSTRAINT ck_grid_team_role CHECK (role IN ('leader', 'officer', 'auxiliary', 'other')),
    CONSTRAINT ck_grid_team_dates CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT fk_grid_team_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE grid_team IS '网格小组 / grid team as role + account, dated (XJ-2)';

COMMENT ON COLUMN grid_team.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN grid_team.grid_code IS '微网格 / micro-grid';

COMMENT ON COLUMN grid_team.role IS '角色 / role';

COMMENT ON COLUMN grid_team.account IS '账号 / account';

COMMENT ON COLUMN grid_team.valid_from IS '起始日 / from';

COMMENT ON COLUMN grid_team.valid_to IS '终止日 / to';

COMMENT ON COLUMN grid_team.batch_id IS '导入批次 / load batch';

CREATE TABLE authority_grid (
    subdistrict_code VARCHAR(12) NOT NULL,
    source VARCHAR(32) NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(200),
    committee_code VARCHAR(40),
    batch_id BIGINT,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_authority_grid PRIMARY KEY (subdistrict_code, source, code),
    CONSTRAINT fk_authority_grid_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_authority_grid_geom ON authority_grid USING gist (subdistrict_code, geom);

COMMENT ON TABLE authority_grid IS '外部网格(城运) / another department''s grid as received (XJ-1)';

COMMENT ON COLUMN authority_grid.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN authority_grid.source IS '来源 / source';

COMMENT ON COLUMN authority_grid.code IS '代码 / code';

COMMENT ON COLUMN authority_grid.name IS '名称 / name';

COMMENT ON COLUMN authority_grid.committee_code IS '居委会 / committee';

COMMENT ON COLUMN authority_grid.batch_id IS '导入批次 / load batch';

COMMENT ON COLUMN authority_grid.geom IS '图形 / geometry';

CREATE TABLE agreement_decision (
    subdistrict_code VARCHAR(12) NOT NULL,
    version_id INTEGER NOT NULL,
    source VARCHAR(32) NOT NULL,
    difference VARCHAR(80) NOT NULL,
    decision VARCHAR(32) NOT NULL,
    account VARCHAR(32),
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_agreement_decision PRIMARY KEY (subdistrict_code, version_id, source, difference),
    CONSTRAINT fk_agreement_decision_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE agreement_decision IS '一致性裁定 / decision on a difference, signed off';

COMMENT ON COLUMN agreement_decision.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN agreement_decision.version_id IS '版本 / version';

COMMENT ON COLUMN agreement_decision.source IS '来源 / source';

COMMENT ON COLUMN agreement_decision.difference IS '差异编号 / difference';

COMMENT ON COLUMN agreement_decision.decision IS '裁定：采用、保留 / adopt, keep, sign_off';

COMMENT ON COLUMN agreement_decision.account IS '账号 / account';

COMMENT ON COLUMN agreement_decision.at IS '时间 / at';

CREATE TABLE load_batch (
    subdistrict_code VARCHAR(12) NOT NULL,
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    kind VARCHAR(32) NOT NULL,
    mode VARCHAR(32) NOT NULL,
    file_name VARCHAR(200) NOT NULL,
    file_sha256 VARCHAR(64) NOT NULL,
    account VARCHAR(32),
    started_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    finished_at TIMESTAMP WITH TIME ZONE,
    counts JSONB DEFAULT '{}' NOT NULL,
    undone_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_load_batch PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_load_batch_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE load_batch IS '导入批次 / one load of one file: who, what, how many, undone or not';

COMMENT ON COLUMN load_batch.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN load_batch.id IS '编号 / id';

COMMENT ON COLUMN load_batch.kind IS '类型 / kind of file';

COMMENT ON COLUMN load_batch.mode IS '全量或增量 / snapshot or delta';

COMMENT ON COLUMN load_batch.file_name IS '文件名 / file name';

COMMENT ON COLUMN load_batch.file_sha256 IS '文件摘要 / SHA-256 of the file';

COMMENT ON COLUMN load_batch.account IS '账号 / account';

COMMENT ON COLUMN load_batch.started_at IS '开始 / started';

COMMENT ON COLUMN load_batch.finished_at IS '结束 / finished';

COMMENT ON COLUMN load_batch.counts IS '计数 / counts: read, added, changed, closed, rejected';

COMMENT ON COLUMN load_batch.undone_at IS '撤销 / undone at';

CREATE TABLE source_list (
    subdistrict_code VARCHAR(12) NOT NULL,
    source VARCHAR(32) NOT NULL,
    as_of DATE NOT NULL,
    row INTEGER NOT NULL,
    dwelling_code VARCHAR(40),
    source_dwelling_code VARCHAR(40),
    address VARCHAR(200),
    batch_id BIGINT,
    CONSTRAINT pk_source_list PRIMARY KEY (subdistrict_code, source, as_of, row),
    CONSTRAINT fk_source_list_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_source_list_dwelling ON source_list (subdistrict_code, dwelling_code);

COMMENT ON TABLE source_list IS '外部房源清单 / dwelling list of another office (SL-15, SL-20)';

COMMENT ON COLUMN source_list.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN source_list.source IS '来源 / source';

COMMENT ON COLUMN source_list.as_of IS '截至 / as of';

COMMENT ON COLUMN source_list.row IS '行 / row in the list';

COMMENT ON COLUMN source_list.dwelling_code IS '匹配房屋 / dwelling it resolves to';

COMMENT ON COLUMN source_list.source_dwelling_code IS '来源房屋编码 / dwelling code as in the source';

COMMENT ON COLUMN source_list.address IS '地址 / address of the place';

COMMENT ON COLUMN source_list.batch_id IS '导入批次 / load batch';

CREATE TABLE register_activity (
    subdistrict_code VARCHAR(12) NOT NULL,
    account VARCHAR(40) NOT NULL,
    day DATE NOT NULL,
    kind VARCHAR(32) NOT NULL,
    building_code VARCHAR(40) DEFAULT '' NOT NULL,
    role VARCHAR(32) NOT NULL,
    n INTEGER NOT NULL,
    batch_id BIGINT,
    CONSTRAINT pk_register_activity PRIMARY KEY (subdistrict_code, account, day, kind, building_code),
    CONSTRAINT ck_register_activity_kind CHECK (kind IN ('addition', 'change', 'deregistration', 'visit', 'query')),
    CONSTRAINT ck_register_activity_n CHECK (n >= 0),
    CONSTRAINT fk_register_activity_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_register_activity_building ON register_activity (subdistrict_code, building_code, day);

COMMENT ON TABLE register_activity IS '系统维护量 / register work per account and day (CV-10)';

COMMENT ON COLUMN register_activity.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN register_activity.account IS '账号 / account';

COMMENT ON COLUMN register_activity.day IS '日期 / day';

COMMENT ON COLUMN register_activity.kind IS '种类 / kind';

COMMENT ON COLUMN register_activity.building_code IS '楼栋，空串为未定 / building; empty where unknown';

COMMENT ON COLUMN register_activity.role IS '角色 / role';

COMMENT ON COLUMN register_activity.n IS '次数 / how many';

COMMENT ON COLUMN register_activity.batch_id IS '导入批次 / load batch';

CREATE TABLE inspection (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    title VARCHAR(200) NOT NULL,
    day DATE NOT NULL,
    state VARCHAR(32) DEFAULT 'draft' NOT NULL,
    revision INTEGER DEFAULT '0' NOT NULL,
    leader VARCHAR(32),
    parties JSONB DEFAULT '[]' NOT NULL,
    teams JSONB DEFAULT '[]' NOT NULL,
    plan JSONB DEFAULT '{}' NOT NULL,
    out_of_hours_reason VARCHAR(32),
    hours_from INTEGER,
    hours_to INTEGER,
    second_approver VARCHAR(32),
    seed INTEGER DEFAULT '0' NOT NULL,
    created_by VARCHAR(32),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_inspection PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_inspection_state CHECK (state IN ('draft', 'planned', 'under_way', 'recorded', 'closed', 'cancelled')),
    CONSTRAINT fk_inspection_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE inspection IS '联合检查 / joint inspection';

COMMENT ON COLUMN inspection.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN inspection.id IS '编号 / id';

COMMENT ON COLUMN inspection.title IS '名称 / title';

COMMENT ON COLUMN inspection.day IS '日期 / day';

COMMENT ON COLUMN inspection.state IS '状态 / state';

COMMENT ON COLUMN inspection.revision IS '修订号 / revision for optimistic locking';

COMMENT ON COLUMN inspection.leader IS '牵头部门 / leading department';

COMMENT ON COLUMN inspection.parties IS '参加部门 / departments';

COMMENT ON COLUMN inspection.teams IS '队伍、技能、时段 / teams with skills and windows';

COMMENT ON COLUMN inspection.plan IS '路线与未列入原因 / routes and why sites were left out';

COMMENT ON COLUMN inspection.out_of_hours_reason IS '时段外原因(闭选) / reason outside hours';

COMMENT ON COLUMN inspection.hours_from IS '时段起，当日分钟 / hours from, minute of the day';

COMMENT ON COLUMN inspection.hours_to IS '时段止，当日分钟 / hours to, minute of the day';

COMMENT ON COLUMN inspection.second_approver IS '第二批准人账号 / second approver';

COMMENT ON COLUMN inspection.seed IS '对照抽样种子 / seed of the control draw';

COMMENT ON COLUMN inspection.created_by IS '创建账号 / account';

COMMENT ON COLUMN inspection.created_at IS '创建 / created';

CREATE TABLE finding (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    inspection_id UUID,
    stop_id UUID,
    building_code VARCHAR(40) NOT NULL,
    dwelling_code VARCHAR(40),
    room_code VARCHAR(40),
    kind VARCHAR(32) NOT NULL,
    found_on DATE NOT NULL,
    people INTEGER,
    area_m2 FLOAT,
    kin BOOLEAN,
    note VARCHAR(120),
    result_id UUID,
    withdrawn_by UUID,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_finding PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_finding_kind CHECK (kind IN ('group_rental', 'illegal_structure', 'residential_to_other', 'other_to_residential', 'over_2_per_room', 'under_5m2', 'non_residential_space', 'partitioned', 'let_by_bed', 'fire_risk', 'structure_risk', 'not_filed', 'register_mismatch')),
    CONSTRAINT fk_finding_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_finding_building ON finding (subdistrict_code, building_code, found_on);

COMMENT ON TABLE finding IS '检查发现，只描述场所 / finding about a place';

COMMENT ON COLUMN finding.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN finding.id IS '客户端生成的编号 / id made by the client';

COMMENT ON COLUMN finding.inspection_id IS '检查 / inspection';

COMMENT ON COLUMN finding.stop_id IS '检查点 / stop';

COMMENT ON COLUMN finding.building_code IS '楼栋 / building';

COMMENT ON COLUMN finding.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN finding.room_code IS '房间 / room';

COMMENT ON COLUMN finding.kind IS '种类 / kind';

COMMENT ON COLUMN finding.found_on IS '日期 / found on';

COMMENT ON COLUMN finding.people IS '居住人数 / people in the room, a count';

COMMENT ON COLUMN finding.area_m2 IS '面积(平方米) / area in m²';

COMMENT ON COLUMN finding.kin IS '赡养抚养例外，不导出 / kin exception of EX-1, never exported';

COMMENT ON COLUMN finding.note IS '场所备注 / short note on the place';

COMMENT ON COLUMN finding.result_id IS '检查记录 / result it came with';

COMMENT ON COLUMN finding.withdrawn_by IS '撤回它的更正记录 / correction that withdrew it';

COMMENT ON COLUMN finding.received_at IS '收到 / received';

CREATE TABLE measure (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    inspection_id UUID,
    finding_id UUID,
    site_code VARCHAR(40),
    building_code VARCHAR(40),
    kind VARCHAR(32) NOT NULL,
    department VARCHAR(32) NOT NULL,
    due_on DATE NOT NULL,
    state VARCHAR(32) DEFAULT 'open' NOT NULL,
    revisit_on DATE,
    closed_on DATE,
    evidence JSONB,
    revision INTEGER DEFAULT '0' NOT NULL,
    history JSONB DEFAULT '[]' NOT NULL,
    CONSTRAINT pk_measure PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_measure_state CHECK (state IN ('open', 'done', 'closed')),
    CONSTRAINT fk_measure_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_measure_due ON measure (subdistrict_code, due_on);

COMMENT ON TABLE measure IS '整治措施 / measure with due date, re-visit, closure';

COMMENT ON COLUMN measure.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN measure.id IS '编号 / id';

COMMENT ON COLUMN measure.inspection_id IS '检查 / inspection';

COMMENT ON COLUMN measure.finding_id IS '发现 / finding';

COMMENT ON COLUMN measure.site_code IS '重点部位 / key site';

COMMENT ON COLUMN measure.building_code IS '楼栋 / building';

COMMENT ON COLUMN measure.kind IS '措施(闭选) / measure from the closed list';

COMMENT ON COLUMN measure.department IS '责任部门 / department';

COMMENT ON COLUMN measure.due_on IS '期限 / due';

COMMENT ON COLUMN measure.state IS '状态 / state';

COMMENT ON COLUMN measure.revisit_on IS '复查 / re-visit';

COMMENT ON COLUMN measure.closed_on IS '办结 / closed';

COMMENT ON COLUMN measure.evidence IS '办结依据 / evidence of closure';

COMMENT ON COLUMN measure.revision IS '修订号 / revision';

COMMENT ON COLUMN measure.history IS '经过 / what changed, when, by which account';

CREATE TABLE ticket (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    dwelling_code VARCHAR(40) NOT NULL,
    kind VARCHAR(32) DEFAULT 'no_access' NOT NULL,
    state VARCHAR(32) DEFAULT 'draft' NOT NULL,
    revision INTEGER DEFAULT '0' NOT NULL,
    decided_by VARCHAR(32),
    history JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_ticket PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_ticket_state CHECK (state IN ('draft', 'sent', 'answered', 'withdrawn')),
    CONSTRAINT fk_ticket_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE ticket IS '城运联动工单 / outgoing ticket to the city-operation platform (SG-12)';

COMMENT ON COLUMN ticket.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN ticket.id IS '编号 / id';

COMMENT ON COLUMN ticket.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN ticket.kind IS '种类 / kind';

COMMENT ON COLUMN ticket.state IS '状态 / state';

COMMENT ON COLUMN ticket.revision IS '修订号 / revision';

COMMENT ON COLUMN ticket.decided_by IS '决定账号 / account that decided';

COMMENT ON COLUMN ticket.history IS '往来 / messages with times';

COMMENT ON COLUMN ticket.created_at IS '创建 / created';

CREATE TABLE area (
    subdistrict_code VARCHAR(12) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    code VARCHAR(40) NOT NULL,
    valid_from DATE DEFAULT '1949-10-01' NOT NULL,
    valid_to DATE,
    fid BIGINT GENERATED ALWAYS AS IDENTITY,
    name VARCHAR(200) NOT NULL,
    name_en VARCHAR(200),
    parent_code VARCHAR(40),
    zone_code VARCHAR(40),
    block_code VARCHAR(40),
    station_code VARCHAR(40),
    geom geometry(MULTIPOLYGON,4326),
    geom_3857 geometry(MULTIPOLYGON,3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    CONSTRAINT pk_area PRIMARY KEY (subdistrict_code, kind, code, valid_from),
    CONSTRAINT ck_area_kind CHECK (kind IN ('subdistrict', 'zone', 'block', 'police_station', 'committee')),
    CONSTRAINT ck_area_dates CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT ck_area_geom_valid CHECK (geom IS NULL OR ST_IsValid(geom)),
    CONSTRAINT ex_area_validity EXCLUDE USING gist (subdistrict_code WITH =, kind WITH =, code WITH =, daterange(valid_from, valid_to) WITH &&),
    CONSTRAINT fk_area_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_area_fid UNIQUE (fid)
);

CREATE INDEX ix_area_geom ON area USING gist (subdistrict_code, geom);

COMMENT ON TABLE area IS '区域：片区、区块、派出所辖区、居委会 / areas: zone, block, police-station area, committee';

COMMENT ON COLUMN area.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN area.kind IS '类型 / kind';

COMMENT ON COLUMN area.code IS '代码 / code';

COMMENT ON COLUMN area.valid_from IS '起始日 / valid from';

COMMENT ON COLUMN area.valid_to IS '终止日(不含) / valid to, exclusive';

COMMENT ON COLUMN area.fid IS '要素编号 / integer feature id of vector tiles';

COMMENT ON COLUMN area.name IS '名称 / name';

COMMENT ON COLUMN area.name_en IS '英文名称 / English name';

COMMENT ON COLUMN area.parent_code IS '上级代码 / parent';

COMMENT ON COLUMN area.zone_code IS '片区 / zone';

COMMENT ON COLUMN area.block_code IS '区块 / block';

COMMENT ON COLUMN area.station_code IS '派出所 / police-station area';

COMMENT ON COLUMN area.geom IS '接收的边界 / boundary as received';

COMMENT ON COLUMN area.geom_3857 IS '图形(3857)，供瓦片 / geometry in EPSG:3857 for tiles, generated';

CREATE TABLE compound (
    subdistrict_code VARCHAR(12) NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(32),
    committee_code VARCHAR(40),
    geom geometry(MULTIPOLYGON,4326),
    CONSTRAINT pk_compound PRIMARY KEY (subdistrict_code, code),
    CONSTRAINT fk_compound_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE compound IS '小区、里弄 / compound or lane';

COMMENT ON COLUMN compound.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN compound.code IS '代码 / code';

COMMENT ON COLUMN compound.name IS '名称 / name';

COMMENT ON COLUMN compound.kind IS '类型 / kind';

COMMENT ON COLUMN compound.committee_code IS '居委会 / committee';

COMMENT ON COLUMN compound.geom IS '范围 / extent';

CREATE TABLE building (
    subdistrict_code VARCHAR(12) NOT NULL,
    code VARCHAR(40) NOT NULL,
    fid BIGINT GENERATED ALWAYS AS IDENTITY,
    kind VARCHAR(32) DEFAULT 'building' NOT NULL,
    name VARCHAR(200),
    address VARCHAR(200),
    house_number VARCHAR(32),
    compound_code VARCHAR(40),
    committee_code VARCHAR(40),
    use VARCHAR(32),
    floors INTEGER,
    height_m FLOAT,
    built_on DATE,
    demolished_on DATE,
    batch_id BIGINT,
    geom geometry(GEOMETRY,4326),
    geom_3857 geometry(GEOMETRY,3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    CONSTRAINT pk_building PRIMARY KEY (subdistrict_code, code),
    CONSTRAINT ck_building_kind CHECK (kind IN ('building', 'site', 'unlocated')),
    CONSTRAINT ck_building_dates CHECK (demolished_on IS NULL OR built_on IS NULL OR demolished_on >= built_on),
    CONSTRAINT ck_building_geom_valid CHECK (geom IS NULL OR ST_IsValid(geom)),
    CONSTRAINT ck_building_has_footprint CHECK ((kind = 'building') <= (geom IS NOT NULL)),
    CONSTRAINT ck_building_floors CHECK (floors IS NULL OR floors BETWEEN 0 AND 200),
    CONSTRAINT fk_building_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_building_fid UNIQUE (fid)
);

CREATE INDEX ix_building_geom ON building USING gist (subdistrict_code, geom);

CREATE INDEX ix_building_committee ON building (subdistrict_code, committee_code);

CREATE INDEX ix_building_geom_3857 ON building USING gist (subdistrict_code, geom_3857);

COMMENT ON TABLE building IS '楼栋 / building: footprint, site without one, or unlocated';

COMMENT ON COLUMN building.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN building.code IS '楼栋代码 / building code';

COMMENT ON COLUMN building.fid IS '要素编号 / integer feature id of vector tiles';

COMMENT ON COLUMN building.kind IS '类型：楼栋、部位、未定位 / building, site or unlocated';

COMMENT ON COLUMN building.name IS '名称 / name';

COMMENT ON COLUMN building.address IS '地址 / address of the place';

COMMENT ON COLUMN building.house_number IS '门牌号 / house number';

COMMENT ON COLUMN building.compound_code IS '小区 / compound';

COMMENT ON COLUMN building.committee_code IS '居委会 / committee';

COMMENT ON COLUMN building.use IS '用途 / use';

COMMENT ON COLUMN building.floors IS '层数 / floors';

COMMENT ON COLUMN building.height_m IS '高度(米) / height in metres';

COMMENT ON COLUMN building.built_on IS '建成日 / built on';

COMMENT ON COLUMN building.demolished_on IS '拆除日 / demolished on';

COMMENT ON COLUMN building.batch_id IS '导入批次 / load batch';

COMMENT ON COLUMN building.geom IS '占地图形或点 / footprint, or a point for a site';

COMMENT ON COLUMN building.geom_3857 IS '图形(3857)，供瓦片 / geometry in EPSG:3857 for tiles, generated';

CREATE TABLE barrier (
    subdistrict_code VARCHAR(12) NOT NULL,
    id BIGINT NOT NULL,
    kind VARCHAR(32) NOT NULL,
    name VARCHAR(200),
    width_m FLOAT,
    geom geometry(MULTILINESTRING,4326) NOT NULL,
    CONSTRAINT pk_barrier PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_barrier_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_barrier_geom ON barrier USING gist (subdistrict_code, geom);

COMMENT ON TABLE barrier IS '道路、河流、围墙 / roads, rivers and walls, with class';

COMMENT ON COLUMN barrier.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN barrier.id IS '编号 / id';

COMMENT ON COLUMN barrier.kind IS '等级 / class';

COMMENT ON COLUMN barrier.name IS '名称 / name';

COMMENT ON COLUMN barrier.width_m IS '宽度(米) / width in metres';

COMMENT ON COLUMN barrier.geom IS '中心线 / centre line';

CREATE TABLE backdrop (
    subdistrict_code VARCHAR(12) NOT NULL,
    id BIGINT NOT NULL,
    kind VARCHAR(32) NOT NULL,
    name VARCHAR(200),
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_backdrop PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_backdrop_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_backdrop_geom ON backdrop USING gist (subdistrict_code, geom);

COMMENT ON TABLE backdrop IS '底图：水面、绿地 / backdrop of the map: water and green';

COMMENT ON COLUMN backdrop.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN backdrop.id IS '编号 / id';

COMMENT ON COLUMN backdrop.kind IS '类型 / kind';

COMMENT ON COLUMN backdrop.name IS '名称 / name';

COMMENT ON COLUMN backdrop.geom IS '图形 / geometry';

CREATE TABLE key_site (
    subdistrict_code VARCHAR(12) NOT NULL,
    code VARCHAR(40) NOT NULL,
    fid BIGINT GENERATED ALWAYS AS IDENTITY,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    operator_code VARCHAR(40),
    committee_code VARCHAR(40),
    opened_on DATE,
    closed_on DATE,
    listed_from DATE,
    listed_to DATE,
    visit_interval_days INTEGER,
    same_day BOOLEAN DEFAULT 'false' NOT NULL,
    batch_id BIGINT,
    geom geometry(GEOMETRY,4326),
    geom_3857 geometry(GEOMETRY,3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    CONSTRAINT pk_key_site PRIMARY KEY (subdistrict_code, code),
    CONSTRAINT ck_key_site_dates CHECK (closed_on IS NULL OR opened_on IS NULL OR closed_on >= opened_on),
    CONSTRAINT ck_key_site_geom_valid CHECK (geom IS NULL OR ST_IsValid(geom)),
    CONSTRAINT fk_key_site_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_key_site_fid UNIQUE (fid)
);

CREATE INDEX ix_key_site_geom ON key_site USING gist (subdistrict_code, geom);

COMMENT ON TABLE key_site IS '重点部位(出租房等) / key rental site';

COMMENT ON COLUMN key_site.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN key_site.code IS '代码 / code';

COMMENT ON COLUMN key_site.fid IS '要素编号 / integer feature id of vector tiles';

COMMENT ON COLUMN key_site.name IS '名称 / name';

COMMENT ON COLUMN key_site.kind IS '类型 / kind';

COMMENT ON COLUMN key_site.operator_code IS '经营单位 / operating organisation';

COMMENT ON COLUMN key_site.committee_code IS '居委会 / committee';

COMMENT ON COLUMN key_site.opened_on IS '启用日 / opened on';

COMMENT ON COLUMN key_site.closed_on IS '关闭日 / closed on';

COMMENT ON COLUMN key_site.listed_from IS '挂牌起 / listed from';

COMMENT ON COLUMN key_site.listed_to IS '挂牌止 / listed to';

COMMENT ON COLUMN key_site.visit_interval_days IS '走访间隔(天) / visit interval in days';

COMMENT ON COLUMN key_site.same_day IS '当日办结部位 / same-day place (SG-2)';

COMMENT ON COLUMN key_site.batch_id IS '导入批次 / load batch';

COMMENT ON COLUMN key_site.geom IS '范围或点 / polygon or point';

COMMENT ON COLUMN key_site.geom_3857 IS '图形(3857)，供瓦片 / geometry in EPSG:3857 for tiles, generated';

CREATE TABLE release (
    subdistrict_code VARCHAR(12) NOT NULL,
    id INTEGER NOT NULL,
    audience VARCHAR(32) DEFAULT 'partner' NOT NULL,
    month DATE NOT NULL,
    revision INTEGER DEFAULT '0' NOT NULL,
    version_id INTEGER NOT NULL,
    plot_set_id INTEGER NOT NULL,
    reason VARCHAR(32),
    computed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    account VARCHAR(32),
    parameters JSONB DEFAULT '{}' NOT NULL,
    checksum VARCHAR(64),
    CONSTRAINT pk_release PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_release_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE UNIQUE INDEX uq_release_month ON release (subdistrict_code, audience, month, revision);

COMMENT ON TABLE release IS '发布 / one release per audience and month, on one version';

COMMENT ON COLUMN release.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN release.id IS '发布号 / release number';

COMMENT ON COLUMN release.audience IS '对象 / audience';

COMMENT ON COLUMN release.month IS '月份 / month';

COMMENT ON COLUMN release.revision IS '修订 / revision';

COMMENT ON COLUMN release.version_id IS '划格版本 / boundary version';

COMMENT ON COLUMN release.plot_set_id IS '地块集；发布块随之 / plot set whose release blocks it uses';

COMMENT ON COLUMN release.reason IS '修订原因(闭选) / why it was revised';

COMMENT ON COLUMN release.computed_at IS '计算 / computed at';

COMMENT ON COLUMN release.account IS '账号 / account';

COMMENT ON COLUMN release.parameters IS '隐匿参数 / suppression parameters';

COMMENT ON COLUMN release.checksum IS '校验 / SHA-256 of the released values';

CREATE TABLE data_version (
    subdistrict_code VARCHAR(12) NOT NULL,
    layer VARCHAR(32) NOT NULL,
    version BIGINT DEFAULT '1' NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_data_version PRIMARY KEY (subdistrict_code, layer),
    CONSTRAINT fk_data_version_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE data_version IS '数据版本 / a number per layer, bumped by trigger';

COMMENT ON COLUMN data_version.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN data_version.layer IS '图层 / layer';

COMMENT ON COLUMN data_version.version IS '版本 / version';

COMMENT ON COLUMN data_version.changed_at IS '时间 / changed at';

CREATE TABLE change (
    subdistrict_code VARCHAR(12) NOT NULL,
    seq BIGINT NOT NULL,
    layer VARCHAR(32) NOT NULL,
    feature_code VARCHAR(80) NOT NULL,
    operation VARCHAR(32) NOT NULL,
    before JSONB,
    after JSONB,
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_change PRIMARY KEY (subdistrict_code, seq),
    CONSTRAINT fk_change_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE change IS '变更流水 / the ordered change feed';

COMMENT ON COLUMN change.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN change.seq IS '序号 / sequence';

COMMENT ON COLUMN change.layer IS '图层 / layer';

COMMENT ON COLUMN change.feature_code IS '要素 / feature';

COMMENT ON COLUMN change.operation IS '操作 / created, updated, deleted';

COMMENT ON COLUMN change.before IS '前 / properties before';

COMMENT ON COLUMN change.after IS '后 / properties after';

COMMENT ON COLUMN change.at IS '时间 / at';

CREATE TABLE pending_change (
    subdistrict_code VARCHAR(12) NOT NULL,
    id BIGINT GENERATED BY DEFAULT AS IDENTITY,
    txid BIGINT NOT NULL,
    layer VARCHAR(32) NOT NULL,
    feature_code VARCHAR(80) NOT NULL,
    operation VARCHAR(32) NOT NULL,
    before JSONB,
    after JSONB,
    CONSTRAINT pk_pending_change PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_pending_change_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_pending_change_txid ON pending_change (subdistrict_code, txid);

COMMENT ON TABLE pending_change IS '待编号的变更 / changes waiting for their number at commit';

COMMENT ON COLUMN pending_change.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN pending_change.id IS '编号 / id';

COMMENT ON COLUMN pending_change.txid IS '事务 / transaction';

COMMENT ON COLUMN pending_change.layer IS '图层 / layer';

COMMENT ON COLUMN pending_change.feature_code IS '要素 / feature';

COMMENT ON COLUMN pending_change.operation IS '操作 / operation';

COMMENT ON COLUMN pending_change.before IS '前 / before';

COMMENT ON COLUMN pending_change.after IS '后 / after';

CREATE TABLE pending_commit (
    subdistrict_code VARCHAR(12) NOT NULL,
    txid BIGINT NOT NULL,
    layer VARCHAR(32) NOT NULL,
    CONSTRAINT pk_pending_commit PRIMARY KEY (subdistrict_code, txid, layer),
    CONSTRAINT fk_pending_commit_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE pending_commit IS '事务触及的图层 / layers a transaction has touched';

COMMENT ON COLUMN pending_commit.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN pending_commit.txid IS '事务 / transaction';

COMMENT ON COLUMN pending_commit.layer IS '图层 / layer';

CREATE TABLE town_layer (
    subdistrict_code VARCHAR(12) NOT NULL,
    id VARCHAR(40) NOT NULL,
    relation VARCHAR(200) NOT NULL,
    title_zh VARCHAR(200) NOT NULL,
    title_en VARCHAR(200) NOT NULL,
    key_column VARCHAR(32) NOT NULL,
    geometry_column VARCHAR(32) NOT NULL,
    datetime_column VARCHAR(32),
    properties JSONB DEFAULT '[]' NOT NULL,
    audience VARCHAR(32) DEFAULT 'partner' NOT NULL,
    CONSTRAINT pk_town_layer PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_town_layer_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE town_layer IS '街镇自有图层 / a town''s own table or view served as a collection';

COMMENT ON COLUMN town_layer.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN town_layer.id IS '图层 / collection id';

COMMENT ON COLUMN town_layer.relation IS '表或视图 / schema.table';

COMMENT ON COLUMN town_layer.title_zh IS '中文标题 / Chinese title';

COMMENT ON COLUMN town_layer.title_en IS '英文标题 / English title';

COMMENT ON COLUMN town_layer.key_column IS '主键列 / key column';

COMMENT ON COLUMN town_layer.geometry_column IS '图形列 / geometry column';

COMMENT ON COLUMN town_layer.datetime_column IS '时间列 / datetime column';

COMMENT ON COLUMN town_layer.properties IS '公开列 / columns that may leave';

COMMENT ON COLUMN town_layer.audience IS '对象 / who may read';

CREATE TABLE change_cursor (
    subdistrict_code VARCHAR(12) NOT NULL,
    last_seq BIGINT DEFAULT '0' NOT NULL,
    CONSTRAINT pk_change_cursor PRIMARY KEY (subdistrict_code),
    CONSTRAINT fk_change_cursor_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE change_cursor IS '流水末号 / last sequence number taken';

COMMENT ON COLUMN change_cursor.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN change_cursor.last_seq IS '末号 / last number';

CREATE TABLE webhook (
    subdistrict_code VARCHAR(12) NOT NULL,
    id INTEGER NOT NULL,
    url VARCHAR(500) NOT NULL,
    layers JSONB DEFAULT '[]' NOT NULL,
    secret VARCHAR(120) NOT NULL,
    last_seq BIGINT DEFAULT '0' NOT NULL,
    failures INTEGER DEFAULT '0' NOT NULL,
    next_try_at TIMESTAMP WITH TIME ZONE,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    CONSTRAINT pk_webhook PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_webhook_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE webhook IS '推送订阅 / signed webhook subscription';

COMMENT ON COLUMN webhook.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN webhook.id IS '编号 / id';

COMMENT ON COLUMN webhook.url IS '地址 / URL';

COMMENT ON COLUMN webhook.layers IS '图层 / layers';

COMMENT ON COLUMN webhook.secret IS '签名密钥 / signing secret';

COMMENT ON COLUMN webhook.last_seq IS '已送达 / delivered up to';

COMMENT ON COLUMN webhook.failures IS '连续失败 / failures in a row';

COMMENT ON COLUMN webhook.next_try_at IS '下次 / next try';

COMMENT ON COLUMN webhook.active IS '启用 / active';

CREATE TABLE provision (
    subdistrict_code VARCHAR(12) NOT NULL,
    id INTEGER NOT NULL,
    recipient VARCHAR(200) NOT NULL,
    what JSONB NOT NULL,
    purpose VARCHAR(32) NOT NULL,
    account VARCHAR(32),
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_provision PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_provision_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE provision IS '提供记录，存三年 / register of every bulk provision, kept 3 years';

COMMENT ON COLUMN provision.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN provision.id IS '编号 / id';

COMMENT ON COLUMN provision.recipient IS '接收单位 / receiving organisation';

COMMENT ON COLUMN provision.what IS '内容与校验 / contents with checksums';

COMMENT ON COLUMN provision.purpose IS '用途(闭选) / purpose';

COMMENT ON COLUMN provision.account IS '账号 / account';

COMMENT ON COLUMN provision.at IS '时间 / at';

CREATE TABLE account (
    subdistrict_code VARCHAR(12) NOT NULL,
    name VARCHAR(32) NOT NULL,
    display_name VARCHAR(200) NOT NULL,
    role VARCHAR(32) NOT NULL,
    committees JSONB,
    grids JSONB,
    purposes JSONB DEFAULT '[]' NOT NULL,
    password_hash VARCHAR(200),
    password_changed_at TIMESTAMP WITH TIME ZONE,
    totp_secret VARCHAR(64),
    totp_step BIGINT,
    failed_logins INTEGER DEFAULT '0' NOT NULL,
    locked_until TIMESTAMP WITH TIME ZONE,
    active BOOLEAN DEFAULT 'true' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (subdistrict_code, name),
    CONSTRAINT ck_account_role CHECK (role IN ('office', 'police_station', 'officer', 'community_centre', 'committee_head', 'registrar', 'auxiliary', 'grid_leader', 'grid_staff', 'volunteer', 'partner', 'operator')),
    CONSTRAINT fk_account_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_account_name UNIQUE (name)
);

COMMENT ON TABLE account IS '账号(岗位) / account of a duty, with role and areas';

COMMENT ON COLUMN account.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN account.name IS '账号名 / account name';

COMMENT ON COLUMN account.display_name IS '岗位名称 / name of the duty';

COMMENT ON COLUMN account.role IS '角色 / role';

COMMENT ON COLUMN account.committees IS '限居委会，空为全部 / committees it is limited to; null for all';

COMMENT ON COLUMN account.grids IS '限微网格 / grids it is limited to';

COMMENT ON COLUMN account.purposes IS '用途 / purposes';

COMMENT ON COLUMN account.password_hash IS '口令散列 argon2id / password hash';

COMMENT ON COLUMN account.password_changed_at IS '改口令 / password changed';

COMMENT ON COLUMN account.totp_secret IS '动态口令 / TOTP secret';

COMMENT ON COLUMN account.totp_step IS '最近用过的动态口令时段 / last TOTP step used, so that a code works once';

COMMENT ON COLUMN account.failed_logins IS '连续失败 / failed logins in a row';

COMMENT ON COLUMN account.locked_until IS '锁定至 / locked until';

COMMENT ON COLUMN account.active IS '启用 / active';

COMMENT ON COLUMN account.created_at IS '创建 / created';

CREATE TABLE api_key (
    subdistrict_code VARCHAR(12) NOT NULL,
    id VARCHAR(32) NOT NULL,
    key_hash BYTEA NOT NULL,
    name VARCHAR(200) NOT NULL,
    scopes JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    revoked_at TIMESTAMP WITH TIME ZONE,
    last_used_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_key PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_api_key_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_api_key_key_hash UNIQUE (key_hash)
);

COMMENT ON TABLE api_key IS '机器密钥 / machine key, by hash';

COMMENT ON COLUMN api_key.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN api_key.id IS '编号 / id';

COMMENT ON COLUMN api_key.key_hash IS '密钥散列 / hash of the key';

COMMENT ON COLUMN api_key.name IS '用途名 / name';

COMMENT ON COLUMN api_key.scopes IS '范围 / scopes';

COMMENT ON COLUMN api_key.created_at IS '创建 / created';

COMMENT ON COLUMN api_key.expires_at IS '到期 / expires';

COMMENT ON COLUMN api_key.revoked_at IS '吊销 / revoked';

COMMENT ON COLUMN api_key.last_used_at IS '最近使用 / last used';

CREATE TABLE task (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    kind VARCHAR(32) NOT NULL,
    state VARCHAR(32) DEFAULT 'queued' NOT NULL,
    progress FLOAT DEFAULT '0' NOT NULL,
    message VARCHAR(200),
    params JSONB DEFAULT '{}' NOT NULL,
    result JSONB,
    account VARCHAR(32),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    updated_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_task PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_task_state CHECK (state IN ('queued', 'running', 'done', 'failed', 'cancelled')),
    CONSTRAINT fk_task_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE task IS '后台任务 / long work with progress, can be cancelled';

COMMENT ON COLUMN task.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN task.id IS '编号 / id';

COMMENT ON COLUMN task.kind IS '种类 / kind';

COMMENT ON COLUMN task.state IS '状态 / state';

COMMENT ON COLUMN task.progress IS '进度0–1 / progress';

COMMENT ON COLUMN task.message IS '说明 / message';

COMMENT ON COLUMN task.params IS '参数 / parameters';

COMMENT ON COLUMN task.result IS '结果 / result';

COMMENT ON COLUMN task.account IS '账号 / account';

COMMENT ON COLUMN task.created_at IS '创建 / created';

COMMENT ON COLUMN task.updated_at IS '更新 / updated';

CREATE TABLE check_task (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    kind VARCHAR(32) NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    dwelling_code VARCHAR(40),
    state VARCHAR(32) DEFAULT 'drafted' NOT NULL,
    reason VARCHAR(32) NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    history JSONB DEFAULT '[]' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_check_task PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_check_task_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_check_task_state ON check_task (subdistrict_code, state);

COMMENT ON TABLE check_task IS '核查任务 / check task on a dwelling or building';

COMMENT ON COLUMN check_task.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN check_task.id IS '编号 / id';

COMMENT ON COLUMN check_task.kind IS '种类 / kind';

COMMENT ON COLUMN check_task.building_code IS '楼栋 / building';

COMMENT ON COLUMN check_task.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN check_task.state IS '状态 / state';

COMMENT ON COLUMN check_task.reason IS '原因(闭选) / reason';

COMMENT ON COLUMN check_task.due_at IS '期限 / due';

COMMENT ON COLUMN check_task.history IS '经过 / times of each state';

COMMENT ON COLUMN check_task.created_at IS '创建 / created';

CREATE TABLE audit_event (
    subdistrict_code VARCHAR(12) NOT NULL,
    seq BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    account VARCHAR(32),
    action VARCHAR(32) NOT NULL,
    target VARCHAR(200),
    detail JSONB DEFAULT '{}' NOT NULL,
    request_id VARCHAR(32),
    previous_hash BYTEA NOT NULL,
    hash BYTEA NOT NULL,
    CONSTRAINT pk_audit_event PRIMARY KEY (subdistrict_code, seq),
    CONSTRAINT fk_audit_event_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_audit_event_at ON audit_event (subdistrict_code, at);

COMMENT ON TABLE audit_event IS '审计，只增，链式散列 / append-only, hash-chained audit';

COMMENT ON COLUMN audit_event.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN audit_event.seq IS '序号 / sequence';

COMMENT ON COLUMN audit_event.at IS '时间 / at';

COMMENT ON COLUMN audit_event.account IS '账号或密钥 / account or key';

COMMENT ON COLUMN audit_event.action IS '动作 / action';

COMMENT ON COLUMN audit_event.target IS '对象 / target';

COMMENT ON COLUMN audit_event.detail IS '细节 / detail';

COMMENT ON COLUMN audit_event.request_id IS '请求号 / request id';

COMMENT ON COLUMN audit_event.previous_hash IS '前一条散列 / hash of the entry before';

COMMENT ON COLUMN audit_event.hash IS '散列 / hash of this entry';

CREATE TABLE export_request (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    what JSONB NOT NULL,
    purpose VARCHAR(32) NOT NULL,
    requested_by VARCHAR(32) NOT NULL,
    requested_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    decided_by VARCHAR(32),
    decided_at TIMESTAMP WITH TIME ZONE,
    state VARCHAR(32) DEFAULT 'requested' NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE,
    downloads INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_export_request PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT ck_export_request_state CHECK (state IN ('requested', 'approved', 'refused', 'withdrawn')),
    CONSTRAINT ck_export_request_purpose CHECK (purpose IN ('monthly_review', 'joint_inspection', 'data_quality', 'audit', 'statistics')),
    CONSTRAINT ck_export_request_second_person CHECK (decided_by IS NULL OR decided_by <> requested_by),
    CONSTRAINT fk_export_request_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE export_request IS '导出申请，二人审批 / export request, approved by a second person';

COMMENT ON COLUMN export_request.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN export_request.id IS '编号 / id';

COMMENT ON COLUMN export_request.what IS '内容 / what';

COMMENT ON COLUMN export_request.purpose IS '用途(闭选) / purpose';

COMMENT ON COLUMN export_request.requested_by IS '申请账号 / requested by';

COMMENT ON COLUMN export_request.requested_at IS '申请 / requested';

COMMENT ON COLUMN export_request.decided_by IS '审批账号 / decided by';

COMMENT ON COLUMN export_request.decided_at IS '审批 / decided';

COMMENT ON COLUMN export_request.state IS '状态 / state';

COMMENT ON COLUMN export_request.expires_at IS '到期 / file expires';

COMMENT ON COLUMN export_request.downloads IS '下载次数 / downloads';

CREATE TABLE plot (
    subdistrict_code VARCHAR(12) NOT NULL,
    plot_set_id INTEGER NOT NULL,
    plot_id BIGINT NOT NULL,
    building_code VARCHAR(40),
    committee_code VARCHAR(40) NOT NULL,
    block_id INTEGER,
    compound_code VARCHAR(40),
    area_m2 FLOAT NOT NULL,
    geom geometry(MULTIPOLYGON,4326) NOT NULL,
    CONSTRAINT pk_plot PRIMARY KEY (subdistrict_code, plot_set_id, plot_id),
    CONSTRAINT fk_plot_subdistrict_code_plot_set_id FOREIGN KEY(subdistrict_code, plot_set_id) REFERENCES plot_set (subdistrict_code, id),
    CONSTRAINT ck_plot_geom_valid CHECK (ST_IsValid(geom)),
    CONSTRAINT fk_plot_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE UNIQUE INDEX uq_plot_building ON plot (subdistrict_code, plot_set_id, building_code) WHERE building_code IS NOT NULL;

CREATE INDEX ix_plot_geom ON plot USING gist (subdistrict_code, geom);

COMMENT ON TABLE plot IS '地块 / plot: the ground of one building, or empty ground';

COMMENT ON COLUMN plot.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN plot.plot_set_id IS '地块集 / plot set';

COMMENT ON COLUMN plot.plot_id IS '地块 / plot';

COMMENT ON COLUMN plot.building_code IS '楼栋 / its building, if any';

COMMENT ON COLUMN plot.committee_code IS '所在居委会 / committee as first tiled';

COMMENT ON COLUMN plot.block_id IS '街坊 / block between barriers';

COMMENT ON COLUMN plot.compound_code IS '小区 / compound';

COMMENT ON COLUMN plot.area_m2 IS '面积(平方米) / area in m²';

COMMENT ON COLUMN plot.geom IS '图形 / geometry';

CREATE TABLE boundary_version (
    subdistrict_code VARCHAR(12) NOT NULL,
    id INTEGER NOT NULL,
    name VARCHAR(200) NOT NULL,
    status VARCHAR(32) DEFAULT 'draft' NOT NULL,
    plot_set_id INTEGER NOT NULL,
    parent_id INTEGER,
    committee_code VARCHAR(40),
    scheme VARCHAR(32) DEFAULT '15' NOT NULL,
    target FLOAT DEFAULT '1500' NOT NULL,
    valid_from DATE,
    valid_to DATE,
    revision INTEGER DEFAULT '0' NOT NULL,
    last_key VARCHAR(80),
    created_by VARCHAR(32),
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    published_by VARCHAR(32),
    published_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_boundary_version PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_boundary_version_subdistrict_code_plot_set_id FOREIGN KEY(subdistrict_code, plot_set_id) REFERENCES plot_set (subdistrict_code, id),
    CONSTRAINT ck_boundary_version_status CHECK (status IN ('draft', 'published', 'withdrawn')),
    CONSTRAINT ck_boundary_version_from_first_of_month CHECK (valid_from IS NULL OR extract(day FROM valid_from) = 1),
    CONSTRAINT ck_boundary_version_dates CHECK (valid_to IS NULL OR valid_to > valid_from),
    CONSTRAINT ck_boundary_version_published_has_date CHECK ((status = 'published') <= (valid_from IS NOT NULL)),
    CONSTRAINT ex_boundary_version_in_force EXCLUDE USING gist (subdistrict_code WITH =, daterange(valid_from, valid_to) WITH &&) WHERE (status = 'published'),
    CONSTRAINT fk_boundary_version_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE boundary_version IS '划格版本 / boundary version: draft, in force, past';

COMMENT ON COLUMN boundary_version.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN boundary_version.id IS '编号 / id';

COMMENT ON COLUMN boundary_version.name IS '名称 / name';

COMMENT ON COLUMN boundary_version.status IS '状态 / status';

COMMENT ON COLUMN boundary_version.plot_set_id IS '地块集 / plot set';

COMMENT ON COLUMN boundary_version.parent_id IS '来自版本 / version it started from';

COMMENT ON COLUMN boundary_version.committee_code IS '仅某居委会的草案 / draft of one committee (XJ-13)';

COMMENT ON COLUMN boundary_version.scheme IS '编码方案 / code scheme';

COMMENT ON COLUMN boundary_version.target IS '目标人数 / residents aimed at per grid';

COMMENT ON COLUMN boundary_version.valid_from IS '生效 / in force from';

COMMENT ON COLUMN boundary_version.valid_to IS '失效(不含) / until, exclusive';

COMMENT ON COLUMN boundary_version.revision IS '修订号，乐观锁 / revision for optimistic locking';

COMMENT ON COLUMN boundary_version.last_key IS '最后一步的幂等键 / idempotency key of the last step';

COMMENT ON COLUMN boundary_version.created_by IS '创建账号 / account';

COMMENT ON COLUMN boundary_version.created_at IS '创建 / created';

COMMENT ON COLUMN boundary_version.published_by IS '发布账号 / published by';

COMMENT ON COLUMN boundary_version.published_at IS '发布 / published at';

CREATE TABLE dwelling (
    subdistrict_code VARCHAR(12) NOT NULL,
    code VARCHAR(40) NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    address VARCHAR(200),
    room_number VARCHAR(200),
    floor_area_m2 FLOAT,
    use VARCHAR(32) DEFAULT 'owner_occupied' NOT NULL,
    status VARCHAR(32) DEFAULT 'occupied' NOT NULL,
    created_on DATE,
    retired_on DATE,
    successor_code VARCHAR(40),
    rental_filing VARCHAR(40),
    duplicate_records INTEGER DEFAULT '0' NOT NULL,
    batch_id BIGINT,
    CONSTRAINT pk_dwelling PRIMARY KEY (subdistrict_code, code),
    CONSTRAINT fk_dwelling_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT ck_dwelling_use CHECK (use IN ('owner_occupied', 'rented', 'long_term_rental', 'dormitory', 'group_renting', 'other')),
    CONSTRAINT ck_dwelling_status CHECK (status IN ('occupied', 'vacant', 'retired')),
    CONSTRAINT ck_dwelling_dates CHECK (retired_on IS NULL OR created_on IS NULL OR retired_on >= created_on),
    CONSTRAINT ck_dwelling_floor_area CHECK (floor_area_m2 IS NULL OR floor_area_m2 > 0),
    CONSTRAINT fk_dwelling_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_dwelling_building ON dwelling (subdistrict_code, building_code);

COMMENT ON TABLE dwelling IS '房屋(室) / dwelling';

COMMENT ON COLUMN dwelling.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN dwelling.code IS '房屋编码 / dwelling code';

COMMENT ON COLUMN dwelling.building_code IS '楼栋 / building';

COMMENT ON COLUMN dwelling.address IS '地址 / address of the place';

COMMENT ON COLUMN dwelling.room_number IS '室号 / room number';

COMMENT ON COLUMN dwelling.floor_area_m2 IS '面积(平方米) / floor area in m²';

COMMENT ON COLUMN dwelling.use IS '用途 / use';

COMMENT ON COLUMN dwelling.status IS '状态 / status';

COMMENT ON COLUMN dwelling.created_on IS '启用日 / code created on';

COMMENT ON COLUMN dwelling.retired_on IS '停用日 / code retired on';

COMMENT ON COLUMN dwelling.successor_code IS '后继编码 / successor code';

COMMENT ON COLUMN dwelling.rental_filing IS '租赁备案号 / rental filing number';

COMMENT ON COLUMN dwelling.duplicate_records IS '重复登记数 / duplicate records counted at the last snapshot (FS-2)';

COMMENT ON COLUMN dwelling.batch_id IS '导入批次 / load batch';

CREATE TABLE registration (
    subdistrict_code VARCHAR(12) NOT NULL,
    record_hash BYTEA NOT NULL,
    key_id VARCHAR(32) NOT NULL,
    source_dwelling_code VARCHAR(40) NOT NULL,
    dwelling_code VARCHAR(40),
    building_code VARCHAR(40) NOT NULL,
    since DATE NOT NULL,
    until DATE,
    batch_id BIGINT,
    CONSTRAINT pk_registration PRIMARY KEY (subdistrict_code, record_hash),
    CONSTRAINT fk_registration_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT ck_registration_dates CHECK (until IS NULL OR until >= since)
);

CREATE INDEX ix_registration_building ON registration (subdistrict_code, building_code);

CREATE INDEX ix_registration_dwelling ON registration (subdistrict_code, dwelling_code);

COMMENT ON TABLE registration IS '居住登记(仅密钥散列) / registration of residence, as a keyed hash';

COMMENT ON COLUMN registration.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN registration.record_hash IS '登记号的密钥散列 / keyed hash of the source record number';

COMMENT ON COLUMN registration.key_id IS '密钥编号 / id of the hashing key';

COMMENT ON COLUMN registration.source_dwelling_code IS '来源房屋编码 / dwelling code as in the source';

COMMENT ON COLUMN registration.dwelling_code IS '匹配到的房屋 / dwelling where it resolves (FS-1)';

COMMENT ON COLUMN registration.building_code IS '楼栋(含未定位) / building, or the committee''s unlocated one';

COMMENT ON COLUMN registration.since IS '登记日 / since';

COMMENT ON COLUMN registration.until IS '注销日(不含) / until, exclusive';

COMMENT ON COLUMN registration.batch_id IS '导入批次 / load batch';

CREATE TABLE load_row (
    subdistrict_code VARCHAR(12) NOT NULL,
    batch_id BIGINT NOT NULL,
    table_name VARCHAR(32) NOT NULL,
    row_key VARCHAR(120) NOT NULL,
    before JSONB,
    CONSTRAINT pk_load_row PRIMARY KEY (subdistrict_code, batch_id, table_name, row_key),
    CONSTRAINT fk_load_row_subdistrict_code_batch_id FOREIGN KEY(subdistrict_code, batch_id) REFERENCES load_batch (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_load_row_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE load_row IS '批次前像，供撤销 / before-images of a load, for undo';

COMMENT ON COLUMN load_row.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN load_row.batch_id IS '批次 / load batch';

COMMENT ON COLUMN load_row.table_name IS '表 / table';

COMMENT ON COLUMN load_row.row_key IS '行键 / key of the row';

COMMENT ON COLUMN load_row.before IS '原值，新增为空 / row before; null for an added one';

CREATE TABLE check_visit (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    dwelling_code VARCHAR(40),
    building_code VARCHAR(40) NOT NULL,
    visited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    month DATE GENERATED ALWAYS AS ((date_trunc('month', timezone('Asia/Shanghai', visited_at)))::date) STORED NOT NULL,
    frame VARCHAR(32) DEFAULT 'register' NOT NULL,
    campaign VARCHAR(200),
    team VARCHAR(40),
    account VARCHAR(40),
    outcome VARCHAR(32) NOT NULL,
    checked INTEGER DEFAULT '0' NOT NULL,
    correct INTEGER DEFAULT '0' NOT NULL,
    to_register INTEGER DEFAULT '0' NOT NULL,
    to_deregister INTEGER DEFAULT '0' NOT NULL,
    wrong_particulars INTEGER DEFAULT '0' NOT NULL,
    rental_inspected BOOLEAN DEFAULT 'false' NOT NULL,
    group_renting_found BOOLEAN DEFAULT 'false' NOT NULL,
    position geometry(POINT,4326),
    position_coarse BOOLEAN DEFAULT 'false' NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    corrected_at TIMESTAMP WITH TIME ZONE,
    batch_id BIGINT,
    CONSTRAINT pk_check_visit PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_check_visit_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT ck_check_visit_frame CHECK (frame IN ('register', 'ground')),
    CONSTRAINT ck_check_visit_outcome CHECK (outcome IN ('done', 'no_access')),
    CONSTRAINT ck_check_visit_counts_add_up CHECK (checked >= 0 AND correct >= 0 AND to_register >= 0 AND to_deregister >= 0 AND wrong_particulars >= 0 AND correct + to_deregister + wrong_particulars + to_register = checked)
);

CREATE INDEX ix_check_visit_dwelling ON check_visit (subdistrict_code, dwelling_code);

CREATE INDEX ix_check_visit_month ON check_visit (subdistrict_code, month);

CREATE INDEX ix_check_visit_building_month ON check_visit (subdistrict_code, building_code, month);

COMMENT ON TABLE check_visit IS '走访核查 / check visit to a dwelling: counts only (SG-6 identity)';

COMMENT ON COLUMN check_visit.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN check_visit.id IS '客户端生成的编号 / id made by the client';

COMMENT ON COLUMN check_visit.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN check_visit.building_code IS '当时的楼栋 / building at that time';

COMMENT ON COLUMN check_visit.visited_at IS '时间 / time of the visit';

COMMENT ON COLUMN check_visit.month IS '月份(上海时区) / month in Asia/Shanghai, first day';

COMMENT ON COLUMN check_visit.frame IS '抽样框：登记或实地 / frame: register or ground';

COMMENT ON COLUMN check_visit.campaign IS '专项 / campaign';

COMMENT ON COLUMN check_visit.team IS '队伍 / team';

COMMENT ON COLUMN check_visit.account IS '录入账号 / account that entered it';

COMMENT ON COLUMN check_visit.outcome IS '结果：完成、未进门 / done or no access';

COMMENT ON COLUMN check_visit.checked IS '核查数 / checked';

COMMENT ON COLUMN check_visit.correct IS '正确 / correct';

COMMENT ON COLUMN check_visit.to_register IS '应登未登 / to register';

COMMENT ON COLUMN check_visit.to_deregister IS '应消未消 / to deregister';

COMMENT ON COLUMN check_visit.wrong_particulars IS '信息有误 / wrong particulars';

COMMENT ON COLUMN check_visit.rental_inspected IS '检查了租赁 / letting was inspected';

COMMENT ON COLUMN check_visit.group_renting_found IS '发现群租 / group renting found';

COMMENT ON COLUMN check_visit.position IS '走访位置，30天后粗化 / position, coarsened after 30 days';

COMMENT ON COLUMN check_visit.position_coarse IS '已粗化 / coarsened';

COMMENT ON COLUMN check_visit.received_at IS '收到 / received';

COMMENT ON COLUMN check_visit.corrected_at IS '更正 / corrected at';

COMMENT ON COLUMN check_visit.batch_id IS '导入批次 / load batch';

CREATE TABLE building_month (
    subdistrict_code VARCHAR(12) NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    month DATE NOT NULL,
    visits INTEGER DEFAULT '0' NOT NULL,
    visits_no_access INTEGER DEFAULT '0' NOT NULL,
    dwellings_checked INTEGER DEFAULT '0' NOT NULL,
    records_checked INTEGER DEFAULT '0' NOT NULL,
    checked INTEGER DEFAULT '0' NOT NULL,
    correct INTEGER DEFAULT '0' NOT NULL,
    to_register INTEGER DEFAULT '0' NOT NULL,
    to_deregister INTEGER DEFAULT '0' NOT NULL,
    wrong_particulars INTEGER DEFAULT '0' NOT NULL,
    ground_checked INTEGER DEFAULT '0' NOT NULL,
    ground_correct INTEGER DEFAULT '0' NOT NULL,
    ground_to_register INTEGER DEFAULT '0' NOT NULL,
    ground_to_deregister INTEGER DEFAULT '0' NOT NULL,
    ground_wrong INTEGER DEFAULT '0' NOT NULL,
    rental_inspected INTEGER DEFAULT '0' NOT NULL,
    group_renting_found INTEGER DEFAULT '0' NOT NULL,
    first_dwellings_checked INTEGER DEFAULT '0' NOT NULL,
    first_records_checked INTEGER DEFAULT '0' NOT NULL,
    additions INTEGER DEFAULT '0' NOT NULL,
    changes INTEGER DEFAULT '0' NOT NULL,
    deregistrations INTEGER DEFAULT '0' NOT NULL,
    visit_ops INTEGER DEFAULT '0' NOT NULL,
    queries INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_building_month PRIMARY KEY (subdistrict_code, building_code, month),
    CONSTRAINT fk_building_month_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT fk_building_month_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_building_month_month ON building_month (subdistrict_code, month, building_code);

COMMENT ON TABLE building_month IS '楼栋月流量 / flows of a month per building, kept by triggers on the sources';

COMMENT ON COLUMN building_month.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN building_month.building_code IS '楼栋 / building';

COMMENT ON COLUMN building_month.month IS '月份 / month, first day';

COMMENT ON COLUMN building_month.visits IS '走访次数 / visits';

COMMENT ON COLUMN building_month.visits_no_access IS '未进门 / visits without access';

COMMENT ON COLUMN building_month.dwellings_checked IS '核查房屋数 / distinct dwellings checked';

COMMENT ON COLUMN building_month.records_checked IS '核查登记数 / distinct records checked';

COMMENT ON COLUMN building_month.checked IS '登记框核查数 / checked, register frame';

COMMENT ON COLUMN building_month.correct IS '登记框正确 / correct, register frame';

COMMENT ON COLUMN building_month.to_register IS '登记框应登未登 / to register, register frame';

COMMENT ON COLUMN building_month.to_deregister IS '登记框应消未消 / to deregister, register frame';

COMMENT ON COLUMN building_month.wrong_particulars IS '登记框信息有误 / wrong particulars, register frame';

COMMENT ON COLUMN building_month.ground_checked IS '实地框核查数 / checked, ground frame';

COMMENT ON COLUMN building_month.ground_correct IS '实地框正确 / correct, ground frame';

COMMENT ON COLUMN building_month.ground_to_register IS '实地框应登未登 / to register, ground frame';

COMMENT ON COLUMN building_month.ground_to_deregister IS '实地框应消未消 / to deregister, ground frame';

COMMENT ON COLUMN building_month.ground_wrong IS '实地框信息有误 / wrong particulars, ground frame';

COMMENT ON COLUMN building_month.rental_inspected IS '检查租赁房屋数 / distinct rented dwellings inspected';

COMMENT ON COLUMN building_month.group_renting_found IS '发现群租房屋数 / distinct dwellings where group renting was found';

COMMENT ON COLUMN building_month.first_dwellings_checked IS '本年首次核查房屋 / dwellings first checked this year';

COMMENT ON COLUMN building_month.first_records_checked IS '本年首次核查登记 / records first checked this year';

COMMENT ON COLUMN building_month.additions IS '新增 / additions';

COMMENT ON COLUMN building_month.changes IS '变更 / changes';

COMMENT ON COLUMN building_month.deregistrations IS '注销 / deregistrations';

COMMENT ON COLUMN building_month.visit_ops IS '走访操作 / visit operations';

COMMENT ON COLUMN building_month.queries IS '查询 / queries';

CREATE TABLE building_stock (
    subdistrict_code VARCHAR(12) NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    from_month DATE NOT NULL,
    to_month DATE,
    residents INTEGER DEFAULT '0' NOT NULL,
    dwellings INTEGER DEFAULT '0' NOT NULL,
    dwellings_occupied INTEGER DEFAULT '0' NOT NULL,
    dwellings_rented INTEGER DEFAULT '0' NOT NULL,
    dwellings_vacant INTEGER DEFAULT '0' NOT NULL,
    occupied_without_records INTEGER DEFAULT '0' NOT NULL,
    records_unlinked INTEGER DEFAULT '0' NOT NULL,
    key_sites INTEGER DEFAULT '0' NOT NULL,
    organisations INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_building_stock PRIMARY KEY (subdistrict_code, building_code, from_month),
    CONSTRAINT fk_building_stock_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT fk_building_stock_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_building_stock_now ON building_stock (subdistrict_code, building_code) WHERE to_month IS NULL;

COMMENT ON TABLE building_stock IS '楼栋存量变化点 / stocks per building as dated change points';

COMMENT ON COLUMN building_stock.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN building_stock.building_code IS '楼栋 / building';

COMMENT ON COLUMN building_stock.from_month IS '自该月末起 / from the end of this month on, first day of month';

COMMENT ON COLUMN building_stock.to_month IS '至该月(不含)，空为至今 / until this month, exclusive; null while it still holds';

COMMENT ON COLUMN building_stock.residents IS '实有登记数 / registrations in force';

COMMENT ON COLUMN building_stock.dwellings IS '房屋数 / dwellings';

COMMENT ON COLUMN building_stock.dwellings_occupied IS '在用房屋 / occupied dwellings';

COMMENT ON COLUMN building_stock.dwellings_rented IS '出租房屋 / rented dwellings';

COMMENT ON COLUMN building_stock.dwellings_vacant IS '空置房屋 / vacant dwellings';

COMMENT ON COLUMN building_stock.occupied_without_records IS '在用无登记 / occupied dwellings without a record';

COMMENT ON COLUMN building_stock.records_unlinked IS '未匹配房屋的登记 / records whose dwelling does not resolve';

COMMENT ON COLUMN building_stock.key_sites IS '重点部位 / key sites open';

COMMENT ON COLUMN building_stock.organisations IS '实有单位 / organisations';

CREATE TABLE inspection_stop (
    subdistrict_code VARCHAR(12) NOT NULL,
    inspection_id UUID NOT NULL,
    id UUID NOT NULL,
    site_code VARCHAR(40),
    building_code VARCHAR(40),
    dwelling_code VARCHAR(40),
    team VARCHAR(32),
    position INTEGER,
    arrive_at TIMESTAMP WITH TIME ZONE,
    minutes INTEGER DEFAULT '30' NOT NULL,
    opens INTEGER,
    closes INTEGER,
    locked BOOLEAN DEFAULT 'false' NOT NULL,
    control BOOLEAN DEFAULT 'false' NOT NULL,
    reasons JSONB DEFAULT '[]' NOT NULL,
    score FLOAT,
    outcome VARCHAR(32),
    removed BOOLEAN DEFAULT 'false' NOT NULL,
    visited_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_inspection_stop PRIMARY KEY (subdistrict_code, inspection_id, id),
    CONSTRAINT fk_inspection_stop_subdistrict_code_inspection_id FOREIGN KEY(subdistrict_code, inspection_id) REFERENCES inspection (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_inspection_stop_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_inspection_stop_site ON inspection_stop (subdistrict_code, site_code);

COMMENT ON TABLE inspection_stop IS '检查点 / stop of an inspection';

COMMENT ON COLUMN inspection_stop.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN inspection_stop.inspection_id IS '检查 / inspection';

COMMENT ON COLUMN inspection_stop.id IS '编号 / id';

COMMENT ON COLUMN inspection_stop.site_code IS '重点部位 / key site';

COMMENT ON COLUMN inspection_stop.building_code IS '楼栋 / building';

COMMENT ON COLUMN inspection_stop.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN inspection_stop.team IS '队伍 / team';

COMMENT ON COLUMN inspection_stop.position IS '次序 / order in the route';

COMMENT ON COLUMN inspection_stop.arrive_at IS '预计到达 / planned arrival';

COMMENT ON COLUMN inspection_stop.minutes IS '时长(分) / duration in minutes';

COMMENT ON COLUMN inspection_stop.opens IS '时段起，当日分钟 / window from, minute of the day';

COMMENT ON COLUMN inspection_stop.closes IS '时段止，当日分钟 / window to, minute of the day';

COMMENT ON COLUMN inspection_stop.locked IS '锁定队伍 / kept with its team';

COMMENT ON COLUMN inspection_stop.control IS '对照抽样 / random control';

COMMENT ON COLUMN inspection_stop.reasons IS '入选原因 / reasons with weight, value, age';

COMMENT ON COLUMN inspection_stop.score IS '排序分 / ranking score';

COMMENT ON COLUMN inspection_stop.outcome IS '结果 / outcome';

COMMENT ON COLUMN inspection_stop.removed IS '已移除 / removed';

COMMENT ON COLUMN inspection_stop.visited_at IS '到访 / visited at';

COMMENT ON COLUMN inspection_stop.received_at IS '收到 / received';

CREATE TABLE organisation (
    subdistrict_code VARCHAR(12) NOT NULL,
    code VARCHAR(40) NOT NULL,
    name VARCHAR(200) NOT NULL,
    kind VARCHAR(32) NOT NULL,
    building_code VARCHAR(40),
    valid_from DATE,
    valid_to DATE,
    CONSTRAINT pk_organisation PRIMARY KEY (subdistrict_code, code),
    CONSTRAINT fk_organisation_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT fk_organisation_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE organisation IS '实有单位 / employer or operator at a building';

COMMENT ON COLUMN organisation.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN organisation.code IS '代码 / code';

COMMENT ON COLUMN organisation.name IS '单位名称 / name of the organisation';

COMMENT ON COLUMN organisation.kind IS '类型 / kind';

COMMENT ON COLUMN organisation.building_code IS '楼栋 / building';

COMMENT ON COLUMN organisation.valid_from IS '起始日 / from';

COMMENT ON COLUMN organisation.valid_to IS '终止日 / to';

CREATE TABLE key_site_building (
    subdistrict_code VARCHAR(12) NOT NULL,
    site_code VARCHAR(40) NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    valid_from DATE DEFAULT '1949-10-01' NOT NULL,
    valid_to DATE,
    CONSTRAINT pk_key_site_building PRIMARY KEY (subdistrict_code, site_code, building_code, valid_from),
    CONSTRAINT fk_key_site_building_subdistrict_code_site_code FOREIGN KEY(subdistrict_code, site_code) REFERENCES key_site (subdistrict_code, code) ON DELETE CASCADE,
    CONSTRAINT fk_key_site_building_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT fk_key_site_building_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE key_site_building IS '重点部位所含楼栋 / buildings of a key site, dated';

COMMENT ON COLUMN key_site_building.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN key_site_building.site_code IS '部位 / key site';

COMMENT ON COLUMN key_site_building.building_code IS '楼栋 / building';

COMMENT ON COLUMN key_site_building.valid_from IS '起始日 / from';

COMMENT ON COLUMN key_site_building.valid_to IS '终止日 / to';

CREATE TABLE release_block (
    subdistrict_code VARCHAR(12) NOT NULL,
    release_id INTEGER NOT NULL,
    block_id INTEGER NOT NULL,
    committee_code VARCHAR(40) NOT NULL,
    grid_code VARCHAR(40),
    code VARCHAR(40) NOT NULL,
    cell_code VARCHAR(40),
    atoms JSONB NOT NULL,
    buildings VARCHAR(40)[] NOT NULL,
    geom geometry(MULTIPOLYGON,4326),
    CONSTRAINT pk_release_block PRIMARY KEY (subdistrict_code, release_id, block_id),
    CONSTRAINT fk_release_block_subdistrict_code_release_id FOREIGN KEY(subdistrict_code, release_id) REFERENCES release (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_release_block_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_release_block_geom ON release_block USING gist (subdistrict_code, geom);

COMMENT ON TABLE release_block IS '发布块 / group of plots above the floor; published areas are unions of blocks';

COMMENT ON COLUMN release_block.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN release_block.release_id IS '发布 / release';

COMMENT ON COLUMN release_block.block_id IS '块 / block';

COMMENT ON COLUMN release_block.committee_code IS '居委会 / committee';

COMMENT ON COLUMN release_block.grid_code IS '微网格 / micro-grid';

COMMENT ON COLUMN release_block.code IS '块代码 / code of the block';

COMMENT ON COLUMN release_block.cell_code IS 'H3 单元 / H3 cell that holds most of it';

COMMENT ON COLUMN release_block.atoms IS '各类指标的发布组 / per family, the atom it is published with';

COMMENT ON COLUMN release_block.buildings IS '楼栋 / buildings';

COMMENT ON COLUMN release_block.geom IS '图形 / geometry';

CREATE TABLE release_value (
    subdistrict_code VARCHAR(12) NOT NULL,
    release_id INTEGER NOT NULL,
    layer VARCHAR(32) NOT NULL,
    area_code VARCHAR(40) NOT NULL,
    measure VARCHAR(32) NOT NULL,
    numerator FLOAT,
    denominator FLOAT,
    value FLOAT,
    withheld BOOLEAN DEFAULT 'false' NOT NULL,
    reason VARCHAR(32),
    as_of DATE,
    CONSTRAINT pk_release_value PRIMARY KEY (subdistrict_code, release_id, layer, area_code, measure),
    CONSTRAINT fk_release_value_subdistrict_code_release_id FOREIGN KEY(subdistrict_code, release_id) REFERENCES release (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_release_value_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE release_value IS '发布值 / published value of a measure, or withheld with its reason';

COMMENT ON COLUMN release_value.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN release_value.release_id IS '发布 / release';

COMMENT ON COLUMN release_value.layer IS '图层 / layer: micro-grid, committee, cell, subdistrict, atom';

COMMENT ON COLUMN release_value.area_code IS '区域 / area';

COMMENT ON COLUMN release_value.measure IS '指标 / measure';

COMMENT ON COLUMN release_value.numerator IS '分子 / numerator';

COMMENT ON COLUMN release_value.denominator IS '分母 / denominator';

COMMENT ON COLUMN release_value.value IS '值 / value';

COMMENT ON COLUMN release_value.withheld IS '隐匿 / withheld';

COMMENT ON COLUMN release_value.reason IS '原因 / reason';

COMMENT ON COLUMN release_value.as_of IS '数值所属月份 / month that the value is of';

CREATE TABLE session (
    subdistrict_code VARCHAR(12) NOT NULL,
    token_hash BYTEA NOT NULL,
    account VARCHAR(32) NOT NULL,
    csrf VARCHAR(64) NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    last_seen_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    client VARCHAR(200),
    CONSTRAINT pk_session PRIMARY KEY (subdistrict_code, token_hash),
    CONSTRAINT fk_session_subdistrict_code_account FOREIGN KEY(subdistrict_code, account) REFERENCES account (subdistrict_code, name) ON DELETE CASCADE,
    CONSTRAINT fk_session_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_session_token_hash UNIQUE (token_hash)
);

COMMENT ON TABLE session IS '登录会话 / signed-in session, by hash of its token';

COMMENT ON COLUMN session.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN session.token_hash IS '令牌散列 / hash of the token';

COMMENT ON COLUMN session.account IS '账号 / account';

COMMENT ON COLUMN session.csrf IS '防伪令牌 / CSRF token';

COMMENT ON COLUMN session.created_at IS '登录 / signed in';

COMMENT ON COLUMN session.last_seen_at IS '最近 / last seen';

COMMENT ON COLUMN session.expires_at IS '到期 / expires';

COMMENT ON COLUMN session.client IS '客户端 / client';

CREATE TABLE plot_lineage (
    subdistrict_code VARCHAR(12) NOT NULL,
    plot_set_id INTEGER NOT NULL,
    plot_id BIGINT NOT NULL,
    parent_plot_set_id INTEGER NOT NULL,
    parent_plot_id BIGINT NOT NULL,
    area_share FLOAT NOT NULL,
    CONSTRAINT pk_plot_lineage PRIMARY KEY (subdistrict_code, plot_set_id, plot_id, parent_plot_set_id, parent_plot_id),
    CONSTRAINT fk_plot_lineage_subdistrict_code_plot_set_id_plot_id FOREIGN KEY(subdistrict_code, plot_set_id, plot_id) REFERENCES plot (subdistrict_code, plot_set_id, plot_id),
    CONSTRAINT fk_plot_lineage_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE plot_lineage IS '地块沿革 / how the plots of a set come from an earlier one''s';

COMMENT ON COLUMN plot_lineage.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN plot_lineage.plot_set_id IS '地块集 / plot set';

COMMENT ON COLUMN plot_lineage.plot_id IS '地块 / plot';

COMMENT ON COLUMN plot_lineage.parent_plot_set_id IS '原地块集 / earlier set';

COMMENT ON COLUMN plot_lineage.parent_plot_id IS '原地块 / earlier plot';

COMMENT ON COLUMN plot_lineage.area_share IS '占原地块面积比 / share of the earlier plot''s area, 0–1';

CREATE TABLE micro_grid (
    subdistrict_code VARCHAR(12) NOT NULL,
    version_id INTEGER NOT NULL,
    code VARCHAR(40) NOT NULL,
    fid BIGINT GENERATED ALWAYS AS IDENTITY,
    name VARCHAR(200) NOT NULL,
    committee_code VARCHAR(40) NOT NULL,
    locked BOOLEAN DEFAULT 'false' NOT NULL,
    changed_in INTEGER DEFAULT '0' NOT NULL,
    area_m2 FLOAT,
    geom geometry(MULTIPOLYGON,4326),
    geom_3857 geometry(MULTIPOLYGON,3857) GENERATED ALWAYS AS (ST_Transform(geom, 3857)) STORED,
    CONSTRAINT pk_micro_grid PRIMARY KEY (subdistrict_code, version_id, code),
    CONSTRAINT fk_micro_grid_subdistrict_code_version_id FOREIGN KEY(subdistrict_code, version_id) REFERENCES boundary_version (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT ck_micro_grid_geom_valid CHECK (geom IS NULL OR ST_IsValid(geom)),
    CONSTRAINT fk_micro_grid_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code),
    CONSTRAINT uq_micro_grid_fid UNIQUE (fid)
);

CREATE INDEX ix_micro_grid_geom_3857 ON micro_grid USING gist (subdistrict_code, geom_3857);

CREATE INDEX ix_micro_grid_geom ON micro_grid USING gist (subdistrict_code, geom);

COMMENT ON TABLE micro_grid IS '微网格 / micro-grid of a version; polygon derived from plots';

COMMENT ON COLUMN micro_grid.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN micro_grid.version_id IS '版本 / version';

COMMENT ON COLUMN micro_grid.code IS '代码 / code';

COMMENT ON COLUMN micro_grid.fid IS '要素编号 / integer feature id of vector tiles';

COMMENT ON COLUMN micro_grid.name IS '名称 / name';

COMMENT ON COLUMN micro_grid.committee_code IS '居委会 / committee';

COMMENT ON COLUMN micro_grid.locked IS '已锁定 / locked';

COMMENT ON COLUMN micro_grid.changed_in IS '最后改动的修订 / revision that last changed it';

COMMENT ON COLUMN micro_grid.area_m2 IS '面积(平方米) / area in m²';

COMMENT ON COLUMN micro_grid.geom IS '图形 / derived polygon';

COMMENT ON COLUMN micro_grid.geom_3857 IS '图形(3857)，供瓦片 / geometry in EPSG:3857 for tiles, generated';

CREATE TABLE boundary_operation (
    subdistrict_code VARCHAR(12) NOT NULL,
    version_id INTEGER NOT NULL,
    seq INTEGER NOT NULL,
    kind VARCHAR(32) NOT NULL,
    params JSONB DEFAULT '{}' NOT NULL,
    effect JSONB DEFAULT '{}' NOT NULL,
    revision INTEGER NOT NULL,
    account VARCHAR(32),
    at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    undone BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_boundary_operation PRIMARY KEY (subdistrict_code, version_id, seq),
    CONSTRAINT fk_boundary_operation_subdistrict_code_version_id FOREIGN KEY(subdistrict_code, version_id) REFERENCES boundary_version (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_boundary_operation_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE boundary_operation IS '划格操作，可撤销 / undoable log of drawing operations';

COMMENT ON COLUMN boundary_operation.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN boundary_operation.version_id IS '版本 / version';

COMMENT ON COLUMN boundary_operation.seq IS '序号 / sequence';

COMMENT ON COLUMN boundary_operation.kind IS '操作 / operation';

COMMENT ON COLUMN boundary_operation.params IS '参数 / parameters';

COMMENT ON COLUMN boundary_operation.effect IS '改动前后 / what changed, before and after';

COMMENT ON COLUMN boundary_operation.revision IS '所成修订 / revision it made';

COMMENT ON COLUMN boundary_operation.account IS '账号 / account';

COMMENT ON COLUMN boundary_operation.at IS '时间 / at';

COMMENT ON COLUMN boundary_operation.undone IS '已撤销 / undone';

CREATE TABLE grid_lineage (
    subdistrict_code VARCHAR(12) NOT NULL,
    version_id INTEGER NOT NULL,
    grid_code VARCHAR(40) NOT NULL,
    parent_version_id INTEGER NOT NULL,
    parent_grid_code VARCHAR(40) NOT NULL,
    residents INTEGER NOT NULL,
    residents_share FLOAT,
    area_share FLOAT NOT NULL,
    CONSTRAINT pk_grid_lineage PRIMARY KEY (subdistrict_code, version_id, grid_code, parent_version_id, parent_grid_code),
    CONSTRAINT fk_grid_lineage_subdistrict_code_version_id FOREIGN KEY(subdistrict_code, version_id) REFERENCES boundary_version (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_grid_lineage_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE grid_lineage IS '网格沿革 / parents of a grid by residents and area';

COMMENT ON COLUMN grid_lineage.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN grid_lineage.version_id IS '版本 / version';

COMMENT ON COLUMN grid_lineage.grid_code IS '网格 / grid';

COMMENT ON COLUMN grid_lineage.parent_version_id IS '原版本 / parent version';

COMMENT ON COLUMN grid_lineage.parent_grid_code IS '原网格 / parent grid';

COMMENT ON COLUMN grid_lineage.residents IS '随迁人数 / residents that came along';

COMMENT ON COLUMN grid_lineage.residents_share IS '占原网格人数比 / share of the parent''s residents';

COMMENT ON COLUMN grid_lineage.area_share IS '占原网格面积比 / share of the parent''s area';

CREATE TABLE version_building (
    subdistrict_code VARCHAR(12) NOT NULL,
    version_id INTEGER NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    grid_code VARCHAR(40),
    committee_code VARCHAR(40),
    CONSTRAINT pk_version_building PRIMARY KEY (subdistrict_code, version_id, building_code),
    CONSTRAINT fk_version_building_subdistrict_code_version_id FOREIGN KEY(subdistrict_code, version_id) REFERENCES boundary_version (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT fk_version_building_subdistrict_code_building_code FOREIGN KEY(subdistrict_code, building_code) REFERENCES building (subdistrict_code, code),
    CONSTRAINT fk_version_building_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_version_building_grid ON version_building (subdistrict_code, version_id, grid_code);

COMMENT ON TABLE version_building IS '版本楼栋 / building → grid and committee in a version';

COMMENT ON COLUMN version_building.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN version_building.version_id IS '版本 / version';

COMMENT ON COLUMN version_building.building_code IS '楼栋 / building';

COMMENT ON COLUMN version_building.grid_code IS '微网格，未定位为空 / micro-grid; null for unlocated';

COMMENT ON COLUMN version_building.committee_code IS '居委会 / committee';

CREATE TABLE dwelling_state (
    subdistrict_code VARCHAR(12) NOT NULL,
    dwelling_code VARCHAR(40) NOT NULL,
    valid_from DATE NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    use VARCHAR(32) NOT NULL,
    status VARCHAR(32) NOT NULL,
    CONSTRAINT pk_dwelling_state PRIMARY KEY (subdistrict_code, dwelling_code, valid_from),
    CONSTRAINT fk_dwelling_state_subdistrict_code_dwelling_code FOREIGN KEY(subdistrict_code, dwelling_code) REFERENCES dwelling (subdistrict_code, code) ON DELETE CASCADE,
    CONSTRAINT fk_dwelling_state_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_dwelling_state_building ON dwelling_state (subdistrict_code, building_code);

COMMENT ON TABLE dwelling_state IS '房屋状态沿革，由触发器维护 / dated states of a dwelling, kept by trigger';

COMMENT ON COLUMN dwelling_state.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN dwelling_state.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN dwelling_state.valid_from IS '起始日 / from';

COMMENT ON COLUMN dwelling_state.building_code IS '当时楼栋 / building at that time';

COMMENT ON COLUMN dwelling_state.use IS '用途 / use';

COMMENT ON COLUMN dwelling_state.status IS '状态 / status';

CREATE TABLE room (
    subdistrict_code VARCHAR(12) NOT NULL,
    code VARCHAR(40) NOT NULL,
    dwelling_code VARCHAR(40) NOT NULL,
    area_m2 FLOAT NOT NULL,
    purpose VARCHAR(32) DEFAULT 'living' NOT NULL,
    partitioned BOOLEAN DEFAULT 'false' NOT NULL,
    batch_id BIGINT,
    CONSTRAINT pk_room PRIMARY KEY (subdistrict_code, code),
    CONSTRAINT fk_room_subdistrict_code_dwelling_code FOREIGN KEY(subdistrict_code, dwelling_code) REFERENCES dwelling (subdistrict_code, code) ON DELETE CASCADE,
    CONSTRAINT ck_room_area CHECK (area_m2 > 0),
    CONSTRAINT ck_room_purpose CHECK (purpose IN ('living', 'kitchen', 'bathroom', 'balcony', 'storage')),
    CONSTRAINT fk_room_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_room_dwelling ON room (subdistrict_code, dwelling_code);

COMMENT ON TABLE room IS '房间 / room of a dwelling, for the letting limits (EX-1)';

COMMENT ON COLUMN room.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN room.code IS '房间编码 / room code';

COMMENT ON COLUMN room.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN room.area_m2 IS '使用面积(平方米) / usable area in m²';

COMMENT ON COLUMN room.purpose IS '原设计用途 / purpose as designed';

COMMENT ON COLUMN room.partitioned IS '分隔搭建 / partitioned';

COMMENT ON COLUMN room.batch_id IS '导入批次 / load batch';

CREATE TABLE dwelling_tag (
    subdistrict_code VARCHAR(12) NOT NULL,
    dwelling_code VARCHAR(40) NOT NULL,
    tag VARCHAR(32) NOT NULL,
    valid_from DATE NOT NULL,
    valid_to DATE,
    CONSTRAINT pk_dwelling_tag PRIMARY KEY (subdistrict_code, dwelling_code, tag, valid_from),
    CONSTRAINT fk_dwelling_tag_subdistrict_code_dwelling_code FOREIGN KEY(subdistrict_code, dwelling_code) REFERENCES dwelling (subdistrict_code, code) ON DELETE CASCADE,
    CONSTRAINT ck_dwelling_tag_tag CHECK (tag IN ('fire_risk', 'structure_risk', 'partitioned', 'dormitory', 'vacant', 'illegal_structure', 'residential_to_other', 'other_to_residential', 'group_rental')),
    CONSTRAINT ck_dwelling_tag_dates CHECK (valid_to IS NULL OR valid_to >= valid_from),
    CONSTRAINT fk_dwelling_tag_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE dwelling_tag IS '房屋标签，只描述房屋 / tag about the place, dated, closed vocabulary (SL-17)';

COMMENT ON COLUMN dwelling_tag.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN dwelling_tag.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN dwelling_tag.tag IS '标签 / tag';

COMMENT ON COLUMN dwelling_tag.valid_from IS '起始日 / from';

COMMENT ON COLUMN dwelling_tag.valid_to IS '终止日 / to';

CREATE TABLE check_result (
    subdistrict_code VARCHAR(12) NOT NULL,
    visit_id UUID NOT NULL,
    record_hash BYTEA NOT NULL,
    outcome VARCHAR(32) NOT NULL,
    batch_id BIGINT,
    CONSTRAINT pk_check_result PRIMARY KEY (subdistrict_code, visit_id, record_hash),
    CONSTRAINT fk_check_result_subdistrict_code_visit_id FOREIGN KEY(subdistrict_code, visit_id) REFERENCES check_visit (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT ck_check_result_outcome CHECK (outcome IN ('correct', 'wrong_particulars', 'to_deregister'))
);

CREATE INDEX ix_check_result_record ON check_result (subdistrict_code, record_hash);

COMMENT ON TABLE check_result IS '逐条核查结果(散列) / result per registration looked at, by hash';

COMMENT ON COLUMN check_result.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN check_result.visit_id IS '走访 / visit';

COMMENT ON COLUMN check_result.record_hash IS '登记散列 / registration hash';

COMMENT ON COLUMN check_result.outcome IS '结果 / outcome';

COMMENT ON COLUMN check_result.batch_id IS '导入批次 / load batch';

CREATE TABLE inspection_result (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    inspection_id UUID NOT NULL,
    stop_id UUID NOT NULL,
    corrects UUID,
    outcome VARCHAR(32) NOT NULL,
    state VARCHAR(32) NOT NULL,
    visited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    clock_off_s INTEGER DEFAULT '0' NOT NULL,
    account VARCHAR(32),
    body JSONB DEFAULT '{}' NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_inspection_result PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_inspection_result_subdistrict_code_inspection_id_stop_id FOREIGN KEY(subdistrict_code, inspection_id, stop_id) REFERENCES inspection_stop (subdistrict_code, inspection_id, id) ON DELETE CASCADE,
    CONSTRAINT ck_inspection_result_outcome CHECK (outcome IN ('done', 'no_access', 'closed_site')),
    CONSTRAINT fk_inspection_result_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_inspection_result_stop ON inspection_result (subdistrict_code, inspection_id, stop_id);

COMMENT ON TABLE inspection_result IS '检查记录原样，只增不改 / result of a stop as received, append-only';

COMMENT ON COLUMN inspection_result.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN inspection_result.id IS '客户端生成的编号 / id made by the client';

COMMENT ON COLUMN inspection_result.inspection_id IS '检查 / inspection';

COMMENT ON COLUMN inspection_result.stop_id IS '检查点 / stop';

COMMENT ON COLUMN inspection_result.corrects IS '所更正的记录 / result that it corrects';

COMMENT ON COLUMN inspection_result.outcome IS '结果 / outcome';

COMMENT ON COLUMN inspection_result.state IS '收讫状态：已存、迟到、已移除 / stored, late, removed stop';

COMMENT ON COLUMN inspection_result.visited_at IS '到访(已校时) / visited at, clock corrected';

COMMENT ON COLUMN inspection_result.clock_off_s IS '手机时钟偏差(秒) / clock of the phone off by, s';

COMMENT ON COLUMN inspection_result.account IS '账号 / account';

COMMENT ON COLUMN inspection_result.body IS '内容 / contents as sent';

COMMENT ON COLUMN inspection_result.sha256 IS '内容摘要 / SHA-256 of the contents';

COMMENT ON COLUMN inspection_result.received_at IS '收到 / received';

CREATE TABLE inspection_photo (
    subdistrict_code VARCHAR(12) NOT NULL,
    id UUID NOT NULL,
    inspection_id UUID NOT NULL,
    stop_id UUID NOT NULL,
    jpeg BYTEA NOT NULL,
    width INTEGER NOT NULL,
    height INTEGER NOT NULL,
    sha256 VARCHAR(64) NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    CONSTRAINT pk_inspection_photo PRIMARY KEY (subdistrict_code, id),
    CONSTRAINT fk_inspection_photo_subdistrict_code_inspection_id_stop_id FOREIGN KEY(subdistrict_code, inspection_id, stop_id) REFERENCES inspection_stop (subdistrict_code, inspection_id, id) ON DELETE CASCADE,
    CONSTRAINT fk_inspection_photo_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

COMMENT ON TABLE inspection_photo IS '照片，已缩小去位置 / photo, resized, without EXIF position';

COMMENT ON COLUMN inspection_photo.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN inspection_photo.id IS '客户端生成的编号 / id made by the client';

COMMENT ON COLUMN inspection_photo.inspection_id IS '检查 / inspection';

COMMENT ON COLUMN inspection_photo.stop_id IS '检查点 / stop';

COMMENT ON COLUMN inspection_photo.jpeg IS '图像 / JPEG';

COMMENT ON COLUMN inspection_photo.width IS '宽(像素) / width in pixels';

COMMENT ON COLUMN inspection_photo.height IS '高(像素) / height in pixels';

COMMENT ON COLUMN inspection_photo.sha256 IS '所收原图摘要 / SHA-256 of the file as received';

COMMENT ON COLUMN inspection_photo.received_at IS '收到 / received';

CREATE TABLE plot_assignment (
    subdistrict_code VARCHAR(12) NOT NULL,
    version_id INTEGER NOT NULL,
    plot_id BIGINT NOT NULL,
    grid_code VARCHAR(40) NOT NULL,
    committee_code VARCHAR(40) NOT NULL,
    CONSTRAINT pk_plot_assignment PRIMARY KEY (subdistrict_code, version_id, plot_id),
    CONSTRAINT fk_plot_assignment_subdistrict_code_version_id_grid_code FOREIGN KEY(subdistrict_code, version_id, grid_code) REFERENCES micro_grid (subdistrict_code, version_id, code) ON DELETE CASCADE DEFERRABLE INITIALLY DEFERRED,
    CONSTRAINT fk_plot_assignment_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_plot_assignment_grid ON plot_assignment (subdistrict_code, version_id, grid_code);

COMMENT ON TABLE plot_assignment IS '地块归属 / which grid and committee a plot belongs to in a version';

COMMENT ON COLUMN plot_assignment.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN plot_assignment.version_id IS '版本 / version';

COMMENT ON COLUMN plot_assignment.plot_id IS '地块 / plot';

COMMENT ON COLUMN plot_assignment.grid_code IS '微网格 / micro-grid';

COMMENT ON COLUMN plot_assignment.committee_code IS '居委会 / committee';

CREATE TABLE inspection_dwelling (
    subdistrict_code VARCHAR(12) NOT NULL,
    result_id UUID NOT NULL,
    dwelling_code VARCHAR(40) NOT NULL,
    building_code VARCHAR(40) NOT NULL,
    outcome VARCHAR(32) NOT NULL,
    visited_at TIMESTAMP WITH TIME ZONE NOT NULL,
    withdrawn BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_inspection_dwelling PRIMARY KEY (subdistrict_code, result_id, dwelling_code),
    CONSTRAINT fk_inspection_dwelling_subdistrict_code_result_id FOREIGN KEY(subdistrict_code, result_id) REFERENCES inspection_result (subdistrict_code, id) ON DELETE CASCADE,
    CONSTRAINT ck_inspection_dwelling_outcome CHECK (outcome IN ('done', 'no_access')),
    CONSTRAINT fk_inspection_dwelling_subdistrict_code FOREIGN KEY(subdistrict_code) REFERENCES subdistrict (code)
);

CREATE INDEX ix_inspection_dwelling_code ON inspection_dwelling (subdistrict_code, dwelling_code);

COMMENT ON TABLE inspection_dwelling IS '检查到访房屋：完成或未进门 / dwelling visited in an inspection';

COMMENT ON COLUMN inspection_dwelling.subdistrict_code IS '街道(镇)代码 / subdistrict code';

COMMENT ON COLUMN inspection_dwelling.result_id IS '检查记录 / result';

COMMENT ON COLUMN inspection_dwelling.dwelling_code IS '房屋 / dwelling';

COMMENT ON COLUMN inspection_dwelling.building_code IS '楼栋 / building';

COMMENT ON COLUMN inspection_dwelling.outcome IS '结果 / outcome';

COMMENT ON COLUMN inspection_dwelling.visited_at IS '时间 / visited at';

COMMENT ON COLUMN inspection_dwelling.withdrawn IS '已更正撤回 / withdrawn by a correction';
