CREATE TABLE segment (
    id SERIAL NOT NULL,
    key TEXT NOT NULL,
    name TEXT NOT NULL,
    description TEXT DEFAULT '' NOT NULL,
    version INTEGER NOT NULL,
    level SMALLINT NOT NULL,
    rolls BOOLEAN NOT NULL,
    members BIGINT DEFAULT '0' NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    refreshed_at TIMESTAMP WITH TIME ZONE,
    refreshed_version INTEGER DEFAULT '0' NOT NULL,
    took_ms INTEGER DEFAULT '0' NOT NULL,
    CONSTRAINT pk_segment PRIMARY KEY (id),
    CONSTRAINT uq_segment_key UNIQUE (key)
);

CREATE TABLE segment_version (
    segment_id INTEGER NOT NULL,
    version INTEGER NOT NULL,
    rule JSONB NOT NULL,
    actor TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_segment_version PRIMARY KEY (segment_id, version)
);

CREATE TABLE segment_member (
    segment_id INTEGER NOT NULL,
    contact_id BIGINT NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_segment_member PRIMARY KEY (segment_id, contact_id)
);

CREATE INDEX ix_segment_member_contact_id ON segment_member (contact_id);

CREATE TABLE segment_change (
    id BIGSERIAL NOT NULL,
    segment_id INTEGER NOT NULL,
    contact_id BIGINT NOT NULL,
    entered BOOLEAN NOT NULL,
    by_rule BOOLEAN DEFAULT 'false' NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_segment_change PRIMARY KEY (id)
);

CREATE INDEX ix_segment_change_segment_id_id ON segment_change (segment_id, id);

CREATE INDEX ix_segment_change_contact_id ON segment_change (contact_id);

CREATE INDEX ix_segment_change_at ON segment_change USING brin (at);

CREATE TABLE rule_watch (
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    watcher TEXT NOT NULL,
    CONSTRAINT pk_rule_watch PRIMARY KEY (kind, name, watcher)
);

CREATE TABLE rule_news (
    id BIGSERIAL NOT NULL,
    kind TEXT NOT NULL,
    name TEXT NOT NULL,
    contact_id BIGINT,
    account_key BIGINT,
    CONSTRAINT pk_rule_news PRIMARY KEY (id)
);

-- What a rule asks about is told by triggers, so that no door is forgotten. Where nobody watches, they cost one look.
CREATE FUNCTION tell_rules_of_contacts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rule_watch WHERE kind = TG_ARGV[0]) THEN
        INSERT INTO rule_news (kind, name, contact_id) SELECT TG_ARGV[0], '', id FROM added;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tell_rules_of_accounts() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rule_watch WHERE kind = 'account') THEN
        INSERT INTO rule_news (kind, name, account_key) SELECT 'account', '', id FROM added;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tell_rules_of_events() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rule_watch WHERE kind IN ('event', 'account_event')) THEN
        INSERT INTO rule_news (kind, name, contact_id)
        SELECT DISTINCT 'event', added.name, added.contact_id FROM added
        WHERE added.contact_id IS NOT NULL
              AND EXISTS (SELECT FROM rule_watch w WHERE w.kind = 'event' AND w.name = added.name);
        INSERT INTO rule_news (kind, name, account_key)
        SELECT DISTINCT 'account_event', added.name, added.account_key FROM added
        WHERE EXISTS (SELECT FROM rule_watch w WHERE w.kind = 'account_event' AND w.name = added.name);
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tell_rules_of_conditions() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rule_watch WHERE kind = 'condition') THEN
        INSERT INTO rule_news (kind, name, contact_id, account_key)
        SELECT DISTINCT 'condition', added.name, added.contact_id,
            CASE WHEN added.contact_id IS NULL THEN added.account_key END
        FROM added WHERE EXISTS (SELECT FROM rule_watch w WHERE w.kind = 'condition' AND w.name = added.name);
    END IF;
    RETURN NULL;
END $$;

-- For tables whose rows name a contact: consents, preferences, places on lists, answers.
CREATE FUNCTION tell_rules_of_rows() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rule_watch WHERE kind = TG_ARGV[0]) THEN
        INSERT INTO rule_news (kind, name, contact_id) SELECT DISTINCT TG_ARGV[0], '', contact_id FROM changed;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tell_rules_of_sent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM rule_watch WHERE kind = 'sent') THEN
        INSERT INTO rule_news (kind, name, contact_id) SELECT DISTINCT 'sent', '', contact_id FROM added
        WHERE state = 3;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tell_rules_inserts AFTER INSERT ON contact REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_contacts('new');
CREATE TRIGGER tell_rules_updates AFTER UPDATE ON contact REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_contacts('contact');
CREATE TRIGGER tell_rules_updates AFTER UPDATE ON account REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_accounts();
CREATE TRIGGER tell_rules_inserts AFTER INSERT ON event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_events();
CREATE TRIGGER tell_rules_updates AFTER UPDATE ON event REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_events();
CREATE TRIGGER tell_rules_inserts AFTER INSERT ON condition REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_conditions();
CREATE TRIGGER tell_rules_updates AFTER UPDATE ON condition REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_conditions();
CREATE TRIGGER tell_rules_inserts AFTER INSERT ON consent REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('consent');
CREATE TRIGGER tell_rules_inserts AFTER INSERT ON preference REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('preference');
CREATE TRIGGER tell_rules_deletes AFTER DELETE ON preference REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('preference');
CREATE TRIGGER tell_rules_inserts AFTER INSERT ON contact_list_member REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('list');
CREATE TRIGGER tell_rules_deletes AFTER DELETE ON contact_list_member REFERENCING OLD TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('list');
CREATE TRIGGER tell_rules_inserts AFTER INSERT ON response REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('response');
CREATE TRIGGER tell_rules_updates AFTER UPDATE ON response REFERENCING NEW TABLE AS changed
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_rows('response');
CREATE TRIGGER tell_rules_updates AFTER UPDATE ON message REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tell_rules_of_sent();
