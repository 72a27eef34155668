CREATE TABLE slowed (
    provider TEXT NOT NULL,
    per_day INTEGER NOT NULL,
    since TIMESTAMP WITH TIME ZONE NOT NULL,
    CONSTRAINT pk_slowed PRIMARY KEY (provider)
);
