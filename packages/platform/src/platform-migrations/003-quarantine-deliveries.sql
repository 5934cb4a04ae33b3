-- How often a quarantined message has arrived. A message that is replayed and comes back before its row is removed counts
-- one up, and the row stays: removal names the count it saw.
ALTER TABLE quarantined_messages ADD COLUMN deliveries integer NOT NULL DEFAULT 1 CHECK (deliveries >= 1);

-- An operator's list is oldest first.
CREATE INDEX quarantined_in_order ON quarantined_messages (quarantined_at, quarantine_id);
