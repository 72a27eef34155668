CREATE TABLE journey (
    id SERIAL NOT NULL,
    name TEXT NOT NULL,
    state TEXT NOT NULL,
    draft JSONB NOT NULL,
    draft_version INTEGER NOT NULL,
    version INTEGER DEFAULT '0' NOT NULL,
    actor TEXT NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    changed_at TIMESTAMP WITH TIME ZONE NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE,
    paused_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_journey PRIMARY KEY (id),
    CONSTRAINT uq_journey_name UNIQUE (name)
);

CREATE TABLE journey_version (
    id SERIAL NOT NULL,
    journey_id INTEGER NOT NULL,
    number INTEGER NOT NULL,
    document JSONB NOT NULL,
    actor TEXT NOT NULL,
    published_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_journey_version PRIMARY KEY (id),
    CONSTRAINT uq_journey_version_journey_id_number UNIQUE (journey_id, number),
    CONSTRAINT fk_journey_version_journey_id FOREIGN KEY(journey_id) REFERENCES journey (id)
);

CREATE TABLE journey_step (
    id SERIAL NOT NULL,
    version_id INTEGER NOT NULL,
    node TEXT NOT NULL,
    CONSTRAINT pk_journey_step PRIMARY KEY (id),
    CONSTRAINT uq_journey_step_version_id_node UNIQUE (version_id, node),
    CONSTRAINT fk_journey_step_version_id FOREIGN KEY(version_id) REFERENCES journey_version (id)
);

CREATE TABLE enrolment (
    id BIGSERIAL NOT NULL,
    journey_id INTEGER NOT NULL,
    contact_id BIGINT NOT NULL,
    number INTEGER NOT NULL,
    key TEXT DEFAULT '' NOT NULL,
    step_id INTEGER NOT NULL,
    seq INTEGER DEFAULT '0' NOT NULL,
    arrived BOOLEAN DEFAULT 'true' NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    wake_at TIMESTAMP WITH TIME ZONE,
    event_id BIGINT DEFAULT '0' NOT NULL,
    shifted INTEGER DEFAULT '0' NOT NULL,
    local BOOLEAN DEFAULT 'false' NOT NULL,
    message_id BIGINT,
    task_id BIGINT,
    entered_at TIMESTAMP WITH TIME ZONE NOT NULL,
    ended SMALLINT DEFAULT '0' NOT NULL,
    ended_at TIMESTAMP WITH TIME ZONE,
    converted_at TIMESTAMP WITH TIME ZONE,
    moves SMALLINT DEFAULT '0' NOT NULL,
    moves_since TIMESTAMP WITH TIME ZONE,
    stuck BOOLEAN DEFAULT 'false' NOT NULL,
    skip BOOLEAN DEFAULT 'false' NOT NULL,
    CONSTRAINT pk_enrolment PRIMARY KEY (id),
    CONSTRAINT uq_enrolment_contact_id_journey_id_number UNIQUE (contact_id, journey_id, number)
);

CREATE INDEX ix_enrolment_message_id ON enrolment (message_id) WHERE message_id IS NOT NULL AND ended = 0;

CREATE INDEX ix_enrolment_step_id ON enrolment (step_id) WHERE ended = 0;

CREATE INDEX ix_enrolment_task_id ON enrolment (task_id) WHERE task_id IS NOT NULL AND ended = 0;

CREATE INDEX ix_enrolment_wake_at ON enrolment (journey_id, wake_at) WHERE wake_at IS NOT NULL;

CREATE UNIQUE INDEX uq_enrolment_inside ON enrolment (journey_id, contact_id, key) WHERE ended = 0;

CREATE TABLE enrolment_step (
    enrolment_id BIGINT NOT NULL,
    seq INTEGER NOT NULL,
    step_id INTEGER NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    way TEXT DEFAULT '' NOT NULL,
    message_id BIGINT,
    CONSTRAINT pk_enrolment_step PRIMARY KEY (enrolment_id, seq)
);

CREATE INDEX ix_enrolment_step_step_id ON enrolment_step (step_id);

CREATE TABLE journey_cursor (
    id SMALLINT NOT NULL,
    event_id BIGINT DEFAULT '0' NOT NULL,
    segment_id BIGINT DEFAULT '0' NOT NULL,
    dates_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_journey_cursor PRIMARY KEY (id)
);

CREATE FUNCTION wake_for_task() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- Whoever waits for the task goes on; workers look at it at once.
    UPDATE enrolment SET wake_at = '-infinity' WHERE task_id = new.id AND ended = 0 AND NOT stuck;
    RETURN NULL;
END $$;

CREATE TRIGGER wake_for_task AFTER UPDATE OF done_at ON task FOR EACH ROW EXECUTE FUNCTION wake_for_task();

INSERT INTO journey_cursor (id) VALUES (0);
