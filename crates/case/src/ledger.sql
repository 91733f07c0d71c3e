-- The append-only chain of a case, and a view per kind of entry.
CREATE TABLE entries (
    seq  INTEGER PRIMARY KEY,
    at   TEXT NOT NULL,
    who  TEXT NOT NULL,
    kind TEXT NOT NULL,
    body TEXT NOT NULL,
    prev TEXT NOT NULL,
    hash TEXT NOT NULL UNIQUE
) STRICT;
CREATE TRIGGER entries_no_update BEFORE UPDATE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE TRIGGER entries_no_delete BEFORE DELETE ON entries BEGIN SELECT RAISE(ABORT, 'entries are append-only'); END;
CREATE VIEW runs AS
    SELECT seq, at, who, body ->> 'stage' AS stage, body ->> 'run' AS run, body ->> 'version' AS version,
           body -> 'inputs' AS inputs, body -> 'outputs' AS outputs, body ->> 'rules' AS rules, body ->> 'config' AS config, body ->> 'seconds' AS seconds
    FROM entries WHERE kind = 'run';
CREATE VIEW decisions AS SELECT seq, at, who, body ->> 'what' AS what, body ->> 'reason' AS reason, body FROM entries WHERE kind = 'decision';
CREATE VIEW audit AS SELECT seq, at, who, body ->> 'what' AS what, body FROM entries WHERE kind = 'audit';
