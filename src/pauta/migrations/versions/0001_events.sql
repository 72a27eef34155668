CREATE TABLE intake (
    id BIGSERIAL NOT NULL,
    key_id BIGINT NOT NULL,
    door TEXT NOT NULL,
    body BYTEA NOT NULL,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_intake PRIMARY KEY (id)
);

CREATE TABLE visitor (
    anonymous_id TEXT NOT NULL,
    contact_id BIGINT NOT NULL,
    linked_at TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_visitor PRIMARY KEY (anonymous_id),
    CONSTRAINT fk_visitor_contact_id FOREIGN KEY(contact_id) REFERENCES contact (id)
);

CREATE INDEX ix_visitor_contact_id ON visitor (contact_id);

CREATE TABLE visitor_event (
    id BIGSERIAL NOT NULL,
    anonymous_id TEXT NOT NULL,
    name TEXT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    properties JSONB DEFAULT '{}' NOT NULL,
    source TEXT NOT NULL,
    external_id TEXT NOT NULL,
    CONSTRAINT pk_visitor_event PRIMARY KEY (id),
    CONSTRAINT uq_visitor_event_external_id UNIQUE (external_id)
);

CREATE INDEX ix_visitor_event_anonymous_id ON visitor_event (anonymous_id);

CREATE INDEX ix_visitor_event_at ON visitor_event USING brin (at);

CREATE TABLE dead_letter (
    id BIGSERIAL NOT NULL,
    key_id BIGINT NOT NULL,
    door TEXT NOT NULL,
    body TEXT NOT NULL,
    code TEXT NOT NULL,
    field TEXT NOT NULL,
    details JSONB DEFAULT '{}' NOT NULL,
    sent_at TIMESTAMP WITH TIME ZONE,
    received_at TIMESTAMP WITH TIME ZONE NOT NULL,
    external_id TEXT NOT NULL,
    CONSTRAINT pk_dead_letter PRIMARY KEY (id),
    CONSTRAINT uq_dead_letter_external_id UNIQUE (external_id)
);

CREATE TABLE webhook (
    id BIGSERIAL NOT NULL,
    name TEXT NOT NULL,
    url TEXT NOT NULL,
    kinds TEXT[] NOT NULL,
    secret TEXT NOT NULL,
    former_secret TEXT,
    former_until TIMESTAMP WITH TIME ZONE,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    failing_since TIMESTAMP WITH TIME ZONE,
    disabled_at TIMESTAMP WITH TIME ZONE,
    disabled_by TEXT DEFAULT '' NOT NULL,
    CONSTRAINT pk_webhook PRIMARY KEY (id),
    CONSTRAINT uq_webhook_name UNIQUE (name)
);

CREATE TABLE webhook_delivery (
    id BIGSERIAL NOT NULL,
    webhook_id BIGINT NOT NULL,
    contact_id BIGINT,
    kind TEXT NOT NULL,
    body JSONB NOT NULL,
    created_at TIMESTAMP WITH TIME ZONE NOT NULL,
    due_at TIMESTAMP WITH TIME ZONE,
    tries INTEGER DEFAULT '0' NOT NULL,
    delivered_at TIMESTAMP WITH TIME ZONE,
    CONSTRAINT pk_webhook_delivery PRIMARY KEY (id),
    CONSTRAINT fk_webhook_delivery_webhook_id FOREIGN KEY(webhook_id) REFERENCES webhook (id)
);

CREATE INDEX ix_webhook_delivery_due ON webhook_delivery (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX ix_webhook_delivery_webhook_id_id ON webhook_delivery (webhook_id, id);

CREATE TABLE webhook_attempt (
    id BIGSERIAL NOT NULL,
    delivery_id BIGINT NOT NULL,
    at TIMESTAMP WITH TIME ZONE NOT NULL,
    status INTEGER,
    answer TEXT NOT NULL,
    milliseconds INTEGER NOT NULL,
    CONSTRAINT pk_webhook_attempt PRIMARY KEY (id),
    CONSTRAINT fk_webhook_attempt_delivery_id FOREIGN KEY(delivery_id) REFERENCES webhook_delivery (id) ON DELETE CASCADE
);

CREATE INDEX ix_webhook_attempt_delivery_id ON webhook_attempt (delivery_id);
