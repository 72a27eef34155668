CREATE FUNCTION keep_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The partition follows the contact's account; an erasure takes out what leads to a person, and nothing else.
    IF TG_OP = 'UPDATE' AND to_jsonb(old) - '{part,source,wording,proof,actor,external_id}'::text[]
                            = to_jsonb(new) - '{part,source,wording,proof,actor,external_id}'::text[]
       AND new.source IN (old.source, '') AND new.wording IN (old.wording, '') AND new.actor IN (old.actor, '')
       AND new.proof IN (old.proof, '{}') AND (new.external_id IS NULL OR new.external_id = old.external_id) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION 'entries of the consent ledger are neither changed nor deleted; add one that says otherwise';
END $$;

CREATE TRIGGER keep_consents BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION keep_consent();
