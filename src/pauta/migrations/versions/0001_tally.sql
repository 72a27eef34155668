CREATE FUNCTION tally_messages() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages)
        SELECT p.kind_id, n.channel, n.state, n.verdict, n.wished, n.day, n.messages
        FROM (SELECT proposal_id, channel, state, verdict, wished, day, count(*) AS messages FROM added
              GROUP BY proposal_id, channel, state, verdict, wished, day) n
        JOIN proposal p ON p.id = n.proposal_id;
    ELSIF TG_OP = 'DELETE' THEN
        INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages)
        SELECT p.kind_id, n.channel, n.state, n.verdict, n.wished, n.day, -n.messages
        FROM (SELECT proposal_id, channel, state, verdict, wished, day, count(*) AS messages FROM gone
              GROUP BY proposal_id, channel, state, verdict, wished, day) n
        JOIN proposal p ON p.id = n.proposal_id;
    ELSE
        INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages)
        SELECT p.kind_id, n.channel, n.state, n.verdict, n.wished, n.day, n.messages
        FROM (SELECT proposal_id, channel, state, verdict, wished, day, sum(messages) AS messages
              FROM (SELECT proposal_id, channel, state, verdict, wished, day, 1 AS messages FROM added
                    UNION ALL
                    SELECT proposal_id, channel, state, verdict, wished, day, -1 FROM gone) changed
              GROUP BY proposal_id, channel, state, verdict, wished, day HAVING sum(messages) <> 0) n
        JOIN proposal p ON p.id = n.proposal_id;
    END IF;
    RETURN NULL;
END $$;

CREATE FUNCTION tally_touches() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages)
        SELECT kind_id, channel, 9, 0, day, day, count(*) FROM added GROUP BY kind_id, channel, day;
    ELSE
        INSERT INTO message_tally (kind_id, channel, state, verdict, wished, day, messages)
        SELECT kind_id, channel, 9, 0, day, day, -count(*) FROM gone GROUP BY kind_id, channel, day;
    END IF;
    RETURN NULL;
END $$;

CREATE TRIGGER tally_inserts AFTER INSERT ON message REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_messages();

CREATE TRIGGER tally_updates AFTER UPDATE ON message REFERENCING OLD TABLE AS gone NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_messages();

CREATE TRIGGER tally_deletes AFTER DELETE ON message REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tally_messages();

CREATE TRIGGER tally_inserts AFTER INSERT ON touch REFERENCING NEW TABLE AS added
    FOR EACH STATEMENT EXECUTE FUNCTION tally_touches();

CREATE TRIGGER tally_deletes AFTER DELETE ON touch REFERENCING OLD TABLE AS gone
    FOR EACH STATEMENT EXECUTE FUNCTION tally_touches();
