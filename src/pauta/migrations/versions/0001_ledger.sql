CREATE SEQUENCE message_ids;

CREATE SEQUENCE touch_ids;

CREATE SEQUENCE message_change_ids;

-- Without accents and in lower case; most texts are ASCII, which takes a fifth of the time.
CREATE FUNCTION plain(written text) RETURNS text LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE
    WHEN octet_length(written) = length(written) THEN lower(written COLLATE "C")
    ELSE translate(lower(written), 'áàâãäéèêëíìîïóòôõöúùûüçñ', 'aaaaaeeeeiiiiooooouuuucn')
END;

CREATE TABLE api_key (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    role TEXT NOT NULL,
    team TEXT DEFAULT '' NOT NULL,
    secret_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_api_key PRIMARY KEY (id),
    CONSTRAINT uq_api_key_name UNIQUE (name),
    CONSTRAINT uq_api_key_secret_hash UNIQUE (secret_hash)
);

CREATE TABLE approval_rule (
    name TEXT NOT NULL,
    document JSONB NOT NULL,
    CONSTRAINT pk_approval_rule PRIMARY KEY (name)
);

CREATE TABLE archive (
    part SMALLINT NOT NULL,
    message_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    skeleton_id BIGINT NOT NULL,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_archive PRIMARY KEY (part, message_id, number)
)
 PARTITION BY LIST (part);

CREATE TABLE attempt (
    part SMALLINT NOT NULL,
    message_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    owner TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    outcome SMALLINT,
    answer TEXT DEFAULT '' NOT NULL,
    measured BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_attempt PRIMARY KEY (part, message_id, number)
)
 PARTITION BY LIST (part);

CREATE INDEX ix_attempt_running ON attempt (part) WHERE outcome IS NULL;

CREATE INDEX ix_attempt_started_at ON attempt USING brin (started_at) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE audit (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    action TEXT NOT NULL,
    subject TEXT NOT NULL,
    detail JSONB DEFAULT '{}' NOT NULL,
    CONSTRAINT pk_audit PRIMARY KEY (id)
);

CREATE INDEX ix_audit_subject_at ON audit (subject, at);

CREATE TABLE calendar_feed (
    id BIGSERIAL NOT NULL,
    secret_hash BYTEA NOT NULL,
    name TEXT NOT NULL,
    filters JSONB NOT NULL,
    language TEXT NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    revoked_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_calendar_feed PRIMARY KEY (id),
    CONSTRAINT uq_calendar_feed_secret_hash UNIQUE (secret_hash)
);

CREATE INDEX ix_calendar_feed_actor ON calendar_feed (actor);

CREATE TABLE capacity_count (
    policy_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_capacity_count PRIMARY KEY (policy_id)
);

CREATE TABLE capacity_use (
    policy_id INTEGER NOT NULL,
    period DATE NOT NULL,
    used INTEGER NOT NULL,
    CONSTRAINT pk_capacity_use PRIMARY KEY (policy_id, period)
);

CREATE TABLE company (
    id SMALLINT NOT NULL,
    name TEXT NOT NULL,
    zone TEXT NOT NULL,
    country TEXT,
    region TEXT,
    language TEXT NOT NULL,
    sender TEXT NOT NULL,
    postal_address TEXT NOT NULL,
    sample BOOLEAN DEFAULT 'false' NOT NULL,
    measures TEXT DEFAULT 'bulk' NOT NULL,
    CONSTRAINT pk_company PRIMARY KEY (id)
);

CREATE TABLE condition (
    id BIGSERIAL NOT NULL,
    part SMALLINT NOT NULL,
    account_key BIGINT NOT NULL,
    contact_id BIGINT,
    name TEXT NOT NULL,
    began_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    source TEXT NOT NULL,
    external_id TEXT,
    CONSTRAINT pk_condition PRIMARY KEY (id),
    CONSTRAINT uq_condition_external_id UNIQUE (external_id)
);

CREATE INDEX ix_condition_standing ON condition (part, account_key) WHERE ended_at IS NULL;

CREATE TABLE consent (
    id BIGSERIAL NOT NULL,
    part SMALLINT NOT NULL,
    contact_id BIGINT NOT NULL,
    channel SMALLINT NOT NULL,
    topic TEXT NOT NULL,
    granted BOOLEAN NOT NULL,
    basis TEXT NOT NULL,
    ground SMALLINT DEFAULT 0 NOT NULL,
    source TEXT NOT NULL,
    wording TEXT DEFAULT '' NOT NULL,
    locale TEXT DEFAULT '' NOT NULL,
    country TEXT DEFAULT '' NOT NULL,
    actor TEXT DEFAULT '' NOT NULL,
    expires_on DATE,
    proof JSONB DEFAULT '{}' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE NOT NULL,
    external_id TEXT,
    CONSTRAINT pk_consent PRIMARY KEY (part, contact_id, id)
);

CREATE UNIQUE INDEX uq_consent_external_id ON consent (external_id) WHERE external_id IS NOT NULL;

CREATE TABLE contact (
    id BIGSERIAL NOT NULL,
    external_id TEXT NOT NULL,
    account_id BIGINT,
    account_key BIGINT NOT NULL,
    part SMALLINT NOT NULL,
    person_id BIGINT NOT NULL,
    first_name TEXT DEFAULT '' NOT NULL,
    last_name TEXT DEFAULT '' NOT NULL,
    email TEXT,
    email_state SMALLINT DEFAULT '0' NOT NULL,
    phone TEXT,
    phone_state SMALLINT DEFAULT '0' NOT NULL,
    postal_address TEXT,
    place_id INTEGER DEFAULT '0' NOT NULL,
    language TEXT,
    stage TEXT,
    segments TEXT[] DEFAULT '{}' NOT NULL,
    best_minute SMALLINT DEFAULT '-1' NOT NULL,
    paused_until DATE,
    attributes JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_contact PRIMARY KEY (id),
    CONSTRAINT uq_contact_external_id UNIQUE (external_id)
);

CREATE INDEX ix_contact_elsewhere ON contact (account_id) WHERE account_key <> account_id;

CREATE INDEX ix_contact_email ON contact (lower(email) text_pattern_ops);

CREATE INDEX ix_contact_last_name ON contact (plain(last_name) text_pattern_ops);

CREATE INDEX ix_contact_name ON contact (plain((first_name || ' '::text) || last_name) text_pattern_ops);

CREATE INDEX ix_contact_part_account_key ON contact (part, account_key);

CREATE INDEX ix_contact_phone ON contact (phone) WHERE phone IS NOT NULL;

CREATE TABLE contact_list (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_contact_list PRIMARY KEY (id),
    CONSTRAINT uq_contact_list_name UNIQUE (name)
);

CREATE TABLE dkim_key (
    id BIGSERIAL NOT NULL,
    domain TEXT NOT NULL,
    selector TEXT NOT NULL,
    private_key TEXT NOT NULL,
    public_key TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    used_from TIMESTAMP WITH TIME ZONE,
    retired_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_dkim_key PRIMARY KEY (id),
    CONSTRAINT uq_dkim_key_domain_selector UNIQUE (domain, selector)
);

CREATE TABLE erased_address (
    channel SMALLINT NOT NULL,
    digest BYTEA NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_erased_address PRIMARY KEY (channel, digest)
);

CREATE TABLE erasure (
    id BIGSERIAL NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    contact_ids BIGINT[] NOT NULL,
    removed JSONB NOT NULL,
    CONSTRAINT pk_erasure PRIMARY KEY (id)
);

CREATE TABLE erasure_key (
    id SMALLINT NOT NULL,
    secret BYTEA NOT NULL,
    CONSTRAINT pk_erasure_key PRIMARY KEY (id)
);

CREATE TABLE event (
    id BIGSERIAL NOT NULL,
    part SMALLINT NOT NULL,
    account_key BIGINT NOT NULL,
    contact_id BIGINT,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    recorded_at TIMESTAMP WITH TIME ZONE DEFAULT now() NOT NULL,
    day DATE NOT NULL,
    properties JSONB DEFAULT '{}' NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT,
    CONSTRAINT pk_event PRIMARY KEY (id),
    CONSTRAINT uq_event_external_id UNIQUE (external_id)
);

CREATE INDEX ix_event_part_account_key_day ON event (part, account_key, day);

CREATE INDEX ix_event_contact ON event (contact_id, name, at) WHERE contact_id IS NOT NULL;

CREATE INDEX ix_event_at ON event USING brin (at);

CREATE TABLE former_account (
    part SMALLINT NOT NULL,
    account_key BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    CONSTRAINT pk_former_account PRIMARY KEY (part, account_key, contact_id)
);

CREATE TABLE import_run (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    file_name TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    mapping JSONB NOT NULL,
    state TEXT NOT NULL,
    rejects TEXT DEFAULT '' NOT NULL,
    rows_total INTEGER NOT NULL,
    rows_done INTEGER DEFAULT '0' NOT NULL,
    rows_created INTEGER DEFAULT '0' NOT NULL,
    rows_changed INTEGER DEFAULT '0' NOT NULL,
    rows_rejected INTEGER DEFAULT '0' NOT NULL,
    rows_left_out INTEGER DEFAULT '0' NOT NULL,
    reasons JSONB DEFAULT '{}' NOT NULL,
    notes JSONB DEFAULT '{}' NOT NULL,
    actor TEXT NOT NULL,
    started_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_import_run PRIMARY KEY (id)
);

CREATE INDEX ix_import_run_fingerprint ON import_run (fingerprint);

CREATE TABLE kind (
    id SERIAL NOT NULL,
    type TEXT NOT NULL,
    topic TEXT NOT NULL,
    team TEXT NOT NULL,
    campaign TEXT DEFAULT '' NOT NULL,
    urgent BOOLEAN NOT NULL,
    CONSTRAINT pk_kind PRIMARY KEY (id),
    CONSTRAINT uq_kind_type_topic_team_campaign_urgent UNIQUE (type, topic, team, campaign, urgent)
);

CREATE TABLE lease (
    part SMALLINT NOT NULL,
    owner TEXT DEFAULT '' NOT NULL,
    epoch BIGINT DEFAULT '0' NOT NULL,
    until TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_lease PRIMARY KEY (part)
);

CREATE TABLE link_key (
    id SMALLINT NOT NULL,
    secret BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_link_key PRIMARY KEY (id)
);

CREATE TABLE maintenance (
    id BIGSERIAL NOT NULL,
    title TEXT NOT NULL,
    starts_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ends_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_maintenance PRIMARY KEY (id)
);

CREATE TABLE manual_hold (
    id BIGSERIAL NOT NULL,
    part SMALLINT NOT NULL,
    account_key BIGINT NOT NULL,
    contact_id BIGINT,
    until DATE NOT NULL,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_by TEXT,
    CONSTRAINT pk_manual_hold PRIMARY KEY (id)
);

CREATE INDEX ix_manual_hold_standing ON manual_hold (part, account_key) WHERE lifted_at IS NULL;

CREATE TABLE meeting (
    id BIGSERIAL NOT NULL,
    what TEXT NOT NULL,
    title TEXT NOT NULL,
    team TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    minutes SMALLINT NOT NULL,
    contact_ids BIGINT[] NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    cancelled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_meeting PRIMARY KEY (id)
);

CREATE INDEX ix_meeting_at ON meeting (at);

CREATE TABLE message (
    part SMALLINT NOT NULL,
    id BIGINT NOT NULL,
    account_key BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    proposal_id BIGINT NOT NULL,
    lane SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    verdict SMALLINT NOT NULL,
    reason SMALLINT NOT NULL,
    rule INTEGER NOT NULL,
    winner BIGINT NOT NULL,
    channel SMALLINT NOT NULL,
    wished DATE NOT NULL,
    day DATE,
    due TIMESTAMP WITH TIME ZONE,
    policy_version INTEGER NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    follows BIGINT,
    wish_from SMALLINT DEFAULT '0' NOT NULL,
    sent_key BIGINT,
    CONSTRAINT pk_message PRIMARY KEY (part, id)
)
 PARTITION BY LIST (part);

CREATE INDEX ix_message_account_key ON message (account_key);

CREATE INDEX ix_message_follows ON message (follows) WHERE follows IS NOT NULL;

CREATE INDEX ix_message_day ON message USING brin (day) WITH (pages_per_range = 32, autosummarize = on);

CREATE INDEX ix_message_due ON message (part, due) WHERE state < 2 AND lane = 0;

CREATE INDEX ix_message_fast ON message (due) WHERE state < 2 AND lane = 1;

CREATE INDEX ix_message_overridden ON message (part, due) WHERE state < 2 AND lane = 2;

CREATE INDEX ix_message_proposal ON message USING brin (proposal_id) WITH (pages_per_range = 32, autosummarize = on);

CREATE INDEX ix_message_sending ON message (part) WHERE state = 2;

CREATE TABLE message_change (
    part SMALLINT NOT NULL,
    id BIGINT DEFAULT nextval('message_change_ids') NOT NULL,
    message_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    state SMALLINT NOT NULL,
    verdict SMALLINT NOT NULL,
    reason SMALLINT NOT NULL,
    rule INTEGER NOT NULL,
    day DATE,
    detail TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_message_change PRIMARY KEY (part, id)
)
 PARTITION BY LIST (part);

CREATE INDEX ix_message_change_at ON message_change USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

CREATE INDEX ix_message_change_part_message_id ON message_change (part, message_id);

CREATE TABLE message_key (
    proposal_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    message_id BIGINT NOT NULL,
    CONSTRAINT pk_message_key PRIMARY KEY (proposal_id, contact_id)
);

CREATE TABLE message_tally (
    id BIGSERIAL NOT NULL,
    kind_id INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    state SMALLINT NOT NULL,
    verdict SMALLINT NOT NULL,
    wished DATE NOT NULL,
    day DATE,
    messages INTEGER NOT NULL,
    fresh BOOLEAN DEFAULT 'true' NOT NULL,
    CONSTRAINT pk_message_tally PRIMARY KEY (id)
);

CREATE INDEX ix_message_tally_day ON message_tally (day);

CREATE INDEX ix_message_tally_fresh ON message_tally (kind_id) WHERE fresh;

CREATE INDEX ix_message_tally_waiting ON message_tally (wished) WHERE state < 2;

CREATE TABLE outcomes_told (
    id SMALLINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_outcomes_told PRIMARY KEY (id)
);

CREATE TABLE override (
    message_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    reason TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_override PRIMARY KEY (message_id)
);

CREATE TABLE place (
    id SERIAL NOT NULL,
    zone TEXT,
    country TEXT,
    region TEXT,
    CONSTRAINT pk_place PRIMARY KEY (id),
    CONSTRAINT uq_place_zone_country_region UNIQUE NULLS NOT DISTINCT (zone, country, region)
);

CREATE TABLE plan_request (
    part SMALLINT NOT NULL,
    account_key BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_plan_request PRIMARY KEY (part, account_key)
);

CREATE TABLE policy (
    id SERIAL NOT NULL,
    name TEXT NOT NULL,
    CONSTRAINT pk_policy PRIMARY KEY (id),
    CONSTRAINT uq_policy_name UNIQUE (name)
);

CREATE TABLE policy_version (
    version SERIAL NOT NULL,
    rules JSONB NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    accounts INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_policy_version PRIMARY KEY (version)
);

CREATE TABLE provider_report (
    id BIGSERIAL NOT NULL,
    provider TEXT NOT NULL,
    external_id TEXT NOT NULL,
    said TEXT NOT NULL,
    happened TEXT NOT NULL,
    message_id BIGINT,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    status TEXT DEFAULT '' NOT NULL,
    words TEXT DEFAULT '' NOT NULL,
    recipients TEXT[] DEFAULT '{}' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    tries SMALLINT DEFAULT '0' NOT NULL,
    raw TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_provider_report PRIMARY KEY (id),
    CONSTRAINT uq_provider_report_provider_external_id UNIQUE (provider, external_id)
);

CREATE INDEX ix_provider_report_due ON provider_report (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_provider_report_raw ON provider_report (id) WHERE raw <> ''::text;

CREATE INDEX ix_provider_report_received_at ON provider_report USING brin (received_at);

CREATE TABLE quarantine (
    unit SMALLINT NOT NULL,
    part SMALLINT NOT NULL,
    id BIGINT NOT NULL,
    error TEXT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    tries INTEGER NOT NULL,
    again_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_quarantine PRIMARY KEY (unit, part, id)
);

CREATE TABLE retention (
    kind TEXT NOT NULL,
    days INTEGER,
    actor TEXT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_retention PRIMARY KEY (kind)
);

CREATE TABLE retention_run (
    kind TEXT NOT NULL,
    day DATE NOT NULL,
    before TIMESTAMP WITH TIME ZONE NOT NULL,
    removed INTEGER NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_retention_run PRIMARY KEY (kind, day)
);

CREATE TABLE sending_permission (
    id BIGSERIAL NOT NULL,
    role TEXT,
    team TEXT,
    types TEXT[] DEFAULT '{}' NOT NULL,
    topics TEXT[] DEFAULT '{}' NOT NULL,
    channels TEXT[] DEFAULT '{}' NOT NULL,
    most INTEGER,
    per_day INTEGER,
    CONSTRAINT pk_sending_permission PRIMARY KEY (id)
);

CREATE TABLE sign_in_attempt (
    who TEXT NOT NULL,
    failures INTEGER NOT NULL,
    last_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_sign_in_attempt PRIMARY KEY (who)
);

CREATE TABLE sign_up (
    id BIGSERIAL NOT NULL,
    contact_id BIGINT NOT NULL,
    made BOOLEAN NOT NULL,
    email TEXT NOT NULL,
    topics TEXT[] NOT NULL,
    source TEXT NOT NULL,
    wording TEXT NOT NULL,
    locale TEXT NOT NULL,
    proof JSONB NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    confirmed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_sign_up PRIMARY KEY (id)
);

CREATE INDEX ix_sign_up_contact_id ON sign_up (contact_id);

CREATE INDEX ix_sign_up_email ON sign_up (lower(email), at);

CREATE TABLE skeleton (
    id BIGSERIAL NOT NULL,
    hash BYTEA NOT NULL,
    body BYTEA NOT NULL,
    CONSTRAINT pk_skeleton PRIMARY KEY (id),
    CONSTRAINT uq_skeleton_hash UNIQUE (hash)
);

CREATE TABLE stop (
    id BIGSERIAL NOT NULL,
    channel SMALLINT,
    stream TEXT,
    reason TEXT NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_at TIMESTAMP WITH TIME ZONE,
    lifted_by TEXT,
    CONSTRAINT pk_stop PRIMARY KEY (id)
);

CREATE TABLE suppression (
    id BIGSERIAL NOT NULL,
    channel SMALLINT NOT NULL,
    address TEXT NOT NULL,
    state SMALLINT NOT NULL,
    reason TEXT NOT NULL,
    source TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    lifted_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_suppression PRIMARY KEY (id)
);

CREATE UNIQUE INDEX uq_suppression_standing ON suppression (channel, lower(address)) WHERE lifted_at IS NULL;

CREATE TABLE team (
    id SERIAL NOT NULL,
    name TEXT NOT NULL,
    title TEXT NOT NULL,
    CONSTRAINT pk_team PRIMARY KEY (id),
    CONSTRAINT uq_team_name UNIQUE (name)
);

CREATE TABLE template (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_template PRIMARY KEY (id),
    CONSTRAINT uq_template_name UNIQUE (name)
);

CREATE TABLE topic (
    name TEXT NOT NULL,
    titles JSONB DEFAULT '{}' NOT NULL,
    unread_days SMALLINT,
    CONSTRAINT pk_topic PRIMARY KEY (name)
);

CREATE TABLE touch (
    part SMALLINT NOT NULL,
    id BIGINT NOT NULL,
    account_key BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    kind_id INTEGER NOT NULL,
    channel SMALLINT NOT NULL,
    day DATE NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    external_id TEXT NOT NULL,
    sent_key BIGINT,
    CONSTRAINT pk_touch PRIMARY KEY (part, id),
    CONSTRAINT uq_touch_part_contact_id_external_id UNIQUE (part, contact_id, external_id)
)
 PARTITION BY LIST (part);

CREATE INDEX ix_touch_account_key ON touch (account_key);

CREATE INDEX ix_touch_day ON touch USING brin (day) WITH (pages_per_range = 32, autosummarize = on);

CREATE TABLE worker (
    name TEXT NOT NULL,
    lane SMALLINT NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_worker PRIMARY KEY (name)
);

CREATE TABLE account (
    id BIGSERIAL NOT NULL,
    external_id TEXT NOT NULL,
    name TEXT NOT NULL,
    place_id INTEGER DEFAULT '0' NOT NULL,
    stage TEXT,
    owner TEXT,
    attributes JSONB DEFAULT '{}' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_account PRIMARY KEY (id),
    CONSTRAINT uq_account_external_id UNIQUE (external_id)
);

CREATE INDEX ix_account_renewal ON account ((attributes ->> 'renewal_date'::text));

CREATE INDEX ix_account_words ON account USING gin (to_tsvector('simple'::regconfig, plain(name)));

CREATE TABLE contact_alias (
    external_id TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    merged_id BIGINT NOT NULL,
    name TEXT DEFAULT '' NOT NULL,
    email TEXT,
    phone TEXT,
    merged_at TIMESTAMP WITH TIME ZONE NOT NULL,
    actor TEXT NOT NULL,
    CONSTRAINT pk_contact_alias PRIMARY KEY (external_id),
    CONSTRAINT fk_contact_alias_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT uq_contact_alias_merged_id UNIQUE (merged_id)
);

CREATE INDEX ix_contact_alias_contact_id ON contact_alias (contact_id);

CREATE TABLE contact_list_member (
    list_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    CONSTRAINT pk_contact_list_member PRIMARY KEY (list_id, contact_id),
    CONSTRAINT fk_contact_list_member_list_id FOREIGN KEY(list_id) REFERENCES contact_list (id),
    CONSTRAINT fk_contact_list_member_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);

CREATE TABLE pauta_user (
    id BIGSERIAL NOT NULL,
    email TEXT NOT NULL,
    name TEXT NOT NULL,
    team_id INTEGER,
    role TEXT NOT NULL,
    rights TEXT[] DEFAULT '{}' NOT NULL,
    language TEXT NOT NULL,
    password_hash TEXT,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    disabled_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_pauta_user PRIMARY KEY (id),
    CONSTRAINT fk_pauta_user_team_id FOREIGN KEY(team_id) REFERENCES team (id)
);

CREATE UNIQUE INDEX uq_pauta_user_email ON pauta_user (lower(email));

CREATE TABLE preference (
    contact_id BIGINT NOT NULL,
    topic TEXT NOT NULL,
    part SMALLINT NOT NULL,
    at_most SMALLINT NOT NULL,
    days SMALLINT NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_preference PRIMARY KEY (contact_id, topic),
    CONSTRAINT fk_preference_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);

CREATE TABLE proposal (
    id BIGSERIAL NOT NULL,
    source TEXT NOT NULL,
    occurrence TEXT NOT NULL,
    kind_id INTEGER NOT NULL,
    tier SMALLINT NOT NULL,
    value REAL NOT NULL,
    channels SMALLINT[] NOT NULL,
    not_before DATE,
    expires DATE,
    minute SMALLINT DEFAULT '-1' NOT NULL,
    template_id BIGINT NOT NULL,
    figures JSONB DEFAULT '{}' NOT NULL,
    sender TEXT DEFAULT '' NOT NULL,
    state SMALLINT DEFAULT '0' NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    leaves_from TIMESTAMP WITH TIME ZONE,
    unread_days SMALLINT,
    CONSTRAINT pk_proposal PRIMARY KEY (id),
    CONSTRAINT uq_proposal_source_occurrence UNIQUE (source, occurrence),
    CONSTRAINT fk_proposal_kind_id FOREIGN KEY(kind_id) REFERENCES kind (id),
    CONSTRAINT fk_proposal_template_id FOREIGN KEY(template_id) REFERENCES template (id)
);

CREATE INDEX ix_proposal_kind_id ON proposal (kind_id);

CREATE INDEX ix_proposal_single ON proposal (actor, created_at) WHERE source = 'api';

CREATE TABLE template_version (
    id BIGSERIAL NOT NULL,
    template_id BIGINT NOT NULL,
    version INTEGER NOT NULL,
    language TEXT NOT NULL,
    subject TEXT NOT NULL,
    body TEXT NOT NULL,
    text TEXT NOT NULL,
    compiled JSONB NOT NULL,
    figures TEXT[] NOT NULL,
    actor TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_template_version PRIMARY KEY (id),
    CONSTRAINT uq_template_version_template_id_version_language UNIQUE (template_id, version, language),
    CONSTRAINT fk_template_version_template_id FOREIGN KEY(template_id) REFERENCES template (id)
);

CREATE TABLE campaign (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    type TEXT NOT NULL,
    topic TEXT NOT NULL,
    team TEXT NOT NULL,
    tier SMALLINT NOT NULL,
    value REAL NOT NULL,
    urgent BOOLEAN NOT NULL,
    channels TEXT[] NOT NULL,
    audience JSONB NOT NULL,
    not_before DATE,
    expires DATE,
    minute SMALLINT DEFAULT '-1' NOT NULL,
    template_id BIGINT NOT NULL,
    state TEXT NOT NULL,
    proposal_id BIGINT,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    launched_at TIMESTAMP WITH TIME ZONE,
    approval TEXT DEFAULT '' NOT NULL,
    authors TEXT[] DEFAULT '{}' NOT NULL,
    unread_days SMALLINT,
    goal_event TEXT DEFAULT '' NOT NULL,
    goal_days SMALLINT DEFAULT '0' NOT NULL,
    sender TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_campaign PRIMARY KEY (id),
    CONSTRAINT uq_campaign_name UNIQUE (name),
    CONSTRAINT fk_campaign_template_id FOREIGN KEY(template_id) REFERENCES template (id),
    CONSTRAINT fk_campaign_proposal_id FOREIGN KEY(proposal_id) REFERENCES proposal (id)
);

CREATE TABLE inbox_entry (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    about TEXT NOT NULL,
    subject TEXT DEFAULT '' NOT NULL,
    day DATE NOT NULL,
    detail JSONB NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    read_at TIMESTAMP WITH TIME ZONE,
    mailed_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_inbox_entry PRIMARY KEY (id),
    CONSTRAINT uq_inbox_entry_user_id_kind_about_subject_day UNIQUE (user_id, kind, about, subject, day),
    CONSTRAINT fk_inbox_entry_user_id FOREIGN KEY(user_id) REFERENCES pauta_user (id)
);

CREATE TABLE notice (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    kind TEXT NOT NULL,
    detail JSONB DEFAULT '{}' NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE NOT NULL,
    tries INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_notice PRIMARY KEY (id),
    CONSTRAINT fk_notice_user_id FOREIGN KEY(user_id) REFERENCES pauta_user (id)
);

CREATE INDEX ix_notice_due_at ON notice (due_at);

CREATE TABLE relation (
    contact_id BIGINT NOT NULL,
    account_id BIGINT NOT NULL,
    role TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_relation PRIMARY KEY (contact_id, account_id),
    CONSTRAINT fk_relation_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id),
    CONSTRAINT fk_relation_account_id FOREIGN KEY(account_id) REFERENCES account (id)
);

CREATE TABLE task (
    id BIGSERIAL NOT NULL,
    title TEXT NOT NULL,
    note TEXT DEFAULT '' NOT NULL,
    contact TEXT DEFAULT '' NOT NULL,
    account TEXT DEFAULT '' NOT NULL,
    assignee_id BIGINT NOT NULL,
    due DATE NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    done_by TEXT,
    CONSTRAINT pk_task PRIMARY KEY (id),
    CONSTRAINT fk_task_assignee_id FOREIGN KEY(assignee_id) REFERENCES pauta_user (id)
);

CREATE INDEX ix_task_open ON task (due) WHERE done_at IS NULL;

CREATE TABLE user_session (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    seen_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user_session PRIMARY KEY (id),
    CONSTRAINT fk_user_session_user_id FOREIGN KEY(user_id) REFERENCES pauta_user (id),
    CONSTRAINT uq_user_session_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_user_session_user_id ON user_session (user_id);

CREATE TABLE user_token (
    id BIGSERIAL NOT NULL,
    user_id BIGINT NOT NULL,
    token_hash BYTEA NOT NULL,
    expires_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_user_token PRIMARY KEY (id),
    CONSTRAINT fk_user_token_user_id FOREIGN KEY(user_id) REFERENCES pauta_user (id),
    CONSTRAINT uq_user_token_token_hash UNIQUE (token_hash)
);

CREATE INDEX ix_user_token_user_id ON user_token (user_id);

CREATE TABLE campaign_comment (
    id BIGSERIAL NOT NULL,
    campaign_id BIGINT NOT NULL,
    actor TEXT NOT NULL,
    text TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_campaign_comment PRIMARY KEY (id),
    CONSTRAINT fk_campaign_comment_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);

CREATE INDEX ix_campaign_comment_campaign_id ON campaign_comment (campaign_id);

CREATE TABLE campaign_request (
    id BIGSERIAL NOT NULL,
    title TEXT NOT NULL,
    what TEXT NOT NULL,
    whom TEXT NOT NULL,
    goal TEXT NOT NULL,
    team TEXT NOT NULL,
    wished DATE NOT NULL,
    stakeholders TEXT[] DEFAULT '{}' NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    why TEXT DEFAULT '' NOT NULL,
    decided_by TEXT,
    decided_at TIMESTAMP WITH TIME ZONE,
    campaign_id BIGINT,
    CONSTRAINT pk_campaign_request PRIMARY KEY (id),
    CONSTRAINT fk_campaign_request_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);

CREATE INDEX ix_campaign_request_campaign_id ON campaign_request (campaign_id);

CREATE TABLE launch_part (
    campaign_id BIGINT NOT NULL,
    part SMALLINT NOT NULL,
    messages INTEGER DEFAULT '0' NOT NULL,
    done_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_launch_part PRIMARY KEY (campaign_id, part),
    CONSTRAINT fk_launch_part_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);

CREATE TABLE submission (
    id BIGSERIAL NOT NULL,
    campaign_id BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    snapshot JSONB NOT NULL,
    groups TEXT[] NOT NULL,
    requester TEXT NOT NULL,
    note TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    state TEXT NOT NULL,
    approved_at TIMESTAMP WITH TIME ZONE,
    ended_at TIMESTAMP WITH TIME ZONE,
    ended_by TEXT,
    CONSTRAINT pk_submission PRIMARY KEY (id),
    CONSTRAINT fk_submission_campaign_id FOREIGN KEY(campaign_id) REFERENCES campaign (id)
);

CREATE INDEX ix_submission_campaign_id ON submission (campaign_id);

CREATE TABLE approval_decision (
    submission_id BIGINT NOT NULL,
    team TEXT NOT NULL,
    email TEXT NOT NULL,
    approved BOOLEAN NOT NULL,
    comment TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_approval_decision PRIMARY KEY (submission_id, team),
    CONSTRAINT fk_approval_decision_submission_id FOREIGN KEY(submission_id) REFERENCES submission (id)
);

CREATE TABLE hit (
    id BIGSERIAL NOT NULL,
    message_id BIGINT NOT NULL,
    proposal_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    what SMALLINT NOT NULL,
    target TEXT NOT NULL,
    links SMALLINT NOT NULL,
    ip TEXT NOT NULL,
    agent TEXT NOT NULL,
    head BOOLEAN NOT NULL,
    machine BOOLEAN,
    signs TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_hit PRIMARY KEY (id)
);

CREATE INDEX ix_hit_message_id ON hit (message_id);

CREATE INDEX ix_hit_ip_at ON hit (ip, at);

CREATE INDEX ix_hit_at ON hit USING brin (at) WITH (pages_per_range = 32, autosummarize = on);

CREATE INDEX ix_hit_unjudged ON hit (message_id) WHERE machine IS NULL;

CREATE TABLE response (
    message_id BIGINT NOT NULL,
    proposal_id BIGINT NOT NULL,
    contact_id BIGINT NOT NULL,
    opened_at TIMESTAMP WITH TIME ZONE,
    machine_opened_at TIMESTAMP WITH TIME ZONE,
    clicked_at TIMESTAMP WITH TIME ZONE,
    scanned_at TIMESTAMP WITH TIME ZONE,
    link TEXT DEFAULT '' NOT NULL,
    bounced_at TIMESTAMP WITH TIME ZONE,
    complained_at TIMESTAMP WITH TIME ZONE,
    unsubscribed_at TIMESTAMP WITH TIME ZONE,
    replied_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_response PRIMARY KEY (message_id)
);

CREATE INDEX ix_response_proposal_id ON response (proposal_id);

CREATE INDEX ix_response_complained ON response (complained_at) WHERE complained_at IS NOT NULL;

CREATE TABLE unmeasured (
    contact_id BIGINT NOT NULL,
    source TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_unmeasured PRIMARY KEY (contact_id)
);
