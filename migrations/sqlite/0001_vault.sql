-- The tables of the vault. The same names, columns and keys as for the other engine;
-- times are milliseconds since 1970 UTC, days are YYYY-MM-DD.

pragma application_id = 0x415a4b52;

-- The head of the log: one row, locked first by every transaction that writes.
create table log_head (
    id integer not null primary key check (id = 1),
    size integer not null,
    frontier blob not null,
    seals blob not null,
    mac blob not null
) strict;

-- The log: the exact bytes of each line. The other columns only find lines.
create table log_entry (
    seq integer not null primary key,
    org_id blob check (length(org_id) = 16),
    beat_hour integer,
    leaf blob not null
) strict;
create index log_entry_org on log_entry (org_id, seq) where org_id is not null;
create index log_entry_beat on log_entry (beat_hour, seq) where beat_hour is not null;

-- Which lines name which person, or belong to which read. By blocks of the log: ids come in any order,
-- and a commit would otherwise write a page for each of them all over the index.
create table use_index (
    block integer not null check (block = seq / 1024),
    subject_id blob not null check (length(subject_id) = 16),
    seq integer not null,
    primary key (block, subject_id, seq)
) strict, without rowid;

-- Signed checkpoints of the log.
create table checkpoint (
    size integer not null primary key,
    note text not null,
    at integer not null
) strict;

-- Sealed tables: version, log entry, MAC and value are in `sealed`; the rest is searched by.
create table organisation (
    id blob not null primary key check (length(id) = 16),
    sealed blob not null
) strict;

create table app_user (
    id blob not null primary key check (length(id) = 16),
    sealed blob not null
) strict;

create table credential (
    id blob not null primary key check (length(id) = 16),
    login text not null unique,
    sealed blob not null
) strict;

create table enrolment (
    id blob not null primary key check (length(id) = 16),
    token_mac text not null unique,
    sealed blob not null
) strict;

create table session (
    id blob not null primary key check (length(id) = 16),
    user_id blob not null check (length(user_id) = 16),
    token_mac text not null unique,
    sealed blob not null
) strict;
create index session_of_user on session (user_id);

create table attempts (
    id blob not null primary key check (length(id) = 16),
    sealed blob not null
) strict;

create table device (
    id blob not null primary key check (length(id) = 16),
    user_id blob not null check (length(user_id) = 16),
    sealed blob not null
) strict;
create index device_of_user on device (user_id);

create table designation (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    user_id blob not null check (length(user_id) = 16),
    sealed blob not null
) strict;
create index designation_org on designation (org_id, id);

create table appointment (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    user_id blob not null check (length(user_id) = 16),
    sealed blob not null
) strict;
create index appointment_org on appointment (org_id, id);

create table training (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    user_id blob not null check (length(user_id) = 16),
    sealed blob not null
) strict;
create index training_org on training (org_id, id);

create table training_plan (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    sealed blob not null
) strict;
create index training_plan_org on training_plan (org_id, id);

create table client (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    sealed blob not null
) strict;
create index client_org on client (org_id, id);

create table client_use (
    id blob not null primary key check (length(id) = 16),
    sealed blob not null
) strict;

create table credential_reset (
    id blob not null primary key check (length(id) = 16),
    sealed blob not null
) strict;

create table it_access (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    sealed blob not null
) strict;
create index it_access_org on it_access (org_id, id);

create table notice (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    version integer not null,
    sealed blob not null,
    unique (org_id, version)
) strict;

create table person (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    external_ref text not null,
    state text not null,
    kinds integer not null,
    due_on text,
    created_at integer not null,
    grounds blob not null,
    personal blob not null,
    sealed blob not null,
    unique (org_id, external_ref)
) strict;
create index person_page on person (org_id, created_at, id);
-- A read of many finds all it needs of a person here: seven to a page, where the rows lie one by one.
create index person_grounds on person (id, org_id, grounds);
create index person_due on person (org_id, due_on, id) where due_on is not null;

-- What people are found by. These rows grant nothing; what they lead to is a sealed row.
create table person_key (
    org_id blob not null check (length(org_id) = 16),
    system text not null,
    value text not null,
    person_id blob not null references person (id) check (length(person_id) = 16),
    primary key (org_id, system, value)
) strict, without rowid;
create index person_key_person on person_key (person_id);

create table person_of (
    parent_id blob not null check (length(parent_id) = 16),
    person_id blob not null references person (id) check (length(person_id) = 16),
    primary key (parent_id, person_id)
) strict, without rowid;
create index person_of_person on person_of (person_id);

create table number (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    person_id blob not null references person (id) check (length(person_id) = 16),
    version integer not null,
    state text not null,
    blob blob not null,
    slot blob not null,
    sealed blob not null,
    unique (person_id, version)
) strict;
create unique index number_active on number (person_id) where state = 'active';

create table change (
    id blob not null primary key check (length(id) = 16),
    org_id blob check (length(org_id) = 16),
    state text not null,
    kind text not null,
    person_id blob check (length(person_id) = 16),
    expires_at integer not null,
    created_at integer not null,
    sealed blob not null
) strict;
create index change_page on change (org_id, created_at, id);
create index change_pending on change (expires_at, id) where state = 'pending';
create index change_person on change (person_id) where person_id is not null;

-- Uses of the recovery shares.
create table emergency (
    id blob not null primary key check (length(id) = 16),
    sealed blob not null
) strict;

create table purge (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    state text not null,
    created_at integer not null,
    sealed blob not null
) strict;
create index purge_page on purge (org_id, created_at, id);

-- The items of a batch, bound by the digest in its sealed row.
create table purge_item (
    purge_id blob not null references purge (id) check (length(purge_id) = 16),
    position integer not null,
    person_id blob not null check (length(person_id) = 16),
    version integer not null,
    first_deletable text not null,
    set_by blob check (length(set_by) = 16),
    primary key (purge_id, position)
) strict, without rowid;

create table certificate (
    id blob not null primary key check (length(id) = 16),
    org_id blob not null check (length(org_id) = 16),
    person_id blob not null check (length(person_id) = 16),
    purge_id blob check (length(purge_id) = 16),
    year integer not null,
    serial integer not null,
    sealed blob not null,
    unique (year, serial)
) strict;
create index certificate_page on certificate (org_id, year, serial);
create index certificate_person on certificate (person_id);
create index certificate_purge on certificate (purge_id, year, serial) where purge_id is not null;

-- Answers to requests that may be repeated; never one with a number or a secret.
create table idempotency (
    actor blob not null check (length(actor) = 16),
    key text not null,
    route text not null,
    fingerprint blob not null,
    status integer not null,
    body blob not null,
    created_at integer not null,
    mac blob not null,
    primary key (actor, key)
) strict, without rowid;
create index idempotency_age on idempotency (created_at);
