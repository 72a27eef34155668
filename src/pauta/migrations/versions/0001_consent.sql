CREATE FUNCTION keep_consent() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    -- The partition follows the contact's account, the contact the one that goes on for it after a merge; an erasure
    -- takes out what leads to a person, and nothing else.
    IF TG_OP = 'UPDATE' AND to_jsonb(old) - '{part,contact_id,source,wording,proof,actor,external_id}'::text[]
                            = to_jsonb(new) - '{part,contact_id,source,wording,proof,actor,external_id}'::text[]
       AND (new.contact_id = old.contact_id
            OR EXISTS (SELECT FROM contact_alias WHERE merged_id = old.contact_id AND contact_id = new.contact_id))
       AND new.source IN (old.source, '') AND new.wording IN (old.wording, '') AND new.actor IN (old.actor, '')
       AND new.proof IN (old.proof, '{}') AND (new.external_id IS NULL OR new.external_id = old.external_id) THEN
        RETURN new;
    END IF;
    RAISE EXCEPTION 'entries of the consent ledger are neither changed nor deleted; add one that says otherwise';
END $$;

CREATE TRIGGER keep_consents BEFORE UPDATE OR DELETE ON consent FOR EACH ROW EXECUTE FUNCTION keep_consent();
