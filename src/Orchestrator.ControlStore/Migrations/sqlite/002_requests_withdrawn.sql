-- A request counts while its asker waits (awaited_at is refreshed) and cannot be withdrawn once it is carried out (begun_at).
ALTER TABLE request ADD COLUMN awaited_at TEXT;
ALTER TABLE request ADD COLUMN begun_at TEXT;
UPDATE request SET awaited_at = asked_at;
