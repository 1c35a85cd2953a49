-- The tables of the vault. The same names, columns and keys as for the other engine;
-- times are milliseconds since 1970 UTC, days are YYYY-MM-DD.

-- The head of the log: one row, locked first by every transaction that writes.
create table log_head (
    id bigint not null primary key check (id = 1),
    size bigint not null,
    frontier bytea not null,
    seals bytea not null,
    mac bytea not null
);

-- The log: the exact bytes of each line. The other columns only find lines.
create table log_entry (
    seq bigint not null primary key,
    org_id uuid,
    beat_hour bigint,
    leaf bytea not null
);
create index log_entry_org on log_entry (org_id, seq) where org_id is not null;
create index log_entry_beat on log_entry (beat_hour, seq) where beat_hour is not null;

-- Which lines name which person, or belong to which read. By blocks of the log: ids come in any order,
-- and a commit would otherwise write a page for each of them all over the index.
create table use_index (
    block bigint not null check (block = seq / 1024),
    subject_id uuid not null,
    seq bigint not null,
    primary key (block, subject_id, seq)
);

-- Signed checkpoints of the log.
create table checkpoint (
    size bigint not null primary key,
    note text not null,
    at bigint not null
);

-- Sealed tables: version, log entry, MAC and value are in `sealed`; the rest is searched by.
create table organisation (
    id uuid not null primary key,
    sealed bytea not null
);

create table app_user (
    id uuid not null primary key,
    sealed bytea not null
);

create table credential (
    id uuid not null primary key,
    login text not null unique,
    sealed bytea not null
);

create table enrolment (
    id uuid not null primary key,
    token_mac text not null unique,
    sealed bytea not null
);

create table session (
    id uuid not null primary key,
    user_id uuid not null,
    token_mac text not null unique,
    sealed bytea not null
);
create index session_of_user on session (user_id);

create table attempts (
    id uuid not null primary key,
    sealed bytea not null
);

create table device (
    id uuid not null primary key,
    user_id uuid not null,
    sealed bytea not null
);
create index device_of_user on device (user_id);

create table designation (
    id uuid not null primary key,
    org_id uuid not null,
    user_id uuid not null,
    sealed bytea not null
);
create index designation_org on designation (org_id, id);

create table appointment (
    id uuid not null primary key,
    org_id uuid not null,
    user_id uuid not null,
    sealed bytea not null
);
create index appointment_org on appointment (org_id, id);

create table training (
    id uuid not null primary key,
    org_id uuid not null,
    user_id uuid not null,
    sealed bytea not null
);
create index training_org on training (org_id, id);

create table training_plan (
    id uuid not null primary key,
    org_id uuid not null,
    sealed bytea not null
);
create index training_plan_org on training_plan (org_id, id);

create table client (
    id uuid not null primary key,
    org_id uuid not null,
    sealed bytea not null
);
create index client_org on client (org_id, id);

create table client_use (
    id uuid not null primary key,
    sealed bytea not null
);

create table credential_reset (
    id uuid not null primary key,
    sealed bytea not null
);

create table it_access (
    id uuid not null primary key,
    org_id uuid not null,
    sealed bytea not null
);
create index it_access_org on it_access (org_id, id);

create table notice (
    id uuid not null primary key,
    org_id uuid not null,
    version bigint not null,
    sealed bytea not null,
    unique (org_id, version)
);

create table person (
    id uuid not null primary key,
    org_id uuid not null,
    external_ref text not null,
    state text not null,
    kinds bigint not null,
    due_on text,
    created_at bigint not null,
    grounds bytea not null,
    personal bytea not null,
    sealed bytea not null,
    unique (org_id, external_ref)
);
create index person_page on person (org_id, created_at, id);
create index person_due on person (org_id, due_on, id) where due_on is not null;

-- What people are found by. These rows grant nothing; what they lead to is a sealed row.
create table person_key (
    org_id uuid not null,
    system text not null,
    value text not null,
    person_id uuid not null references person (id),
    primary key (org_id, system, value)
);
create index person_key_person on person_key (person_id);

create table person_of (
    parent_id uuid not null,
    person_id uuid not null references person (id),
    primary key (parent_id, person_id)
);
create index person_of_person on person_of (person_id);

create table number (
    id uuid not null primary key,
    org_id uuid not null,
    person_id uuid not null references person (id),
    version bigint not null,
    state text not null,
    blob bytea not null,
    slot bytea not null,
    sealed bytea not null,
    unique (person_id, version)
);
create unique index number_active on number (person_id) where state = 'active';

create table change (
    id uuid not null primary key,
    org_id uuid,
    state text not null,
    kind text not null,
    person_id uuid,
    expires_at bigint not null,
    created_at bigint not null,
    sealed bytea not null
);
create index change_page on change (org_id, created_at, id);
create index change_pending on change (expires_at, id) where state = 'pending';
create index change_person on change (person_id) where person_id is not null;

-- Uses of the recovery shares.
create table emergency (
    id uuid not null primary key,
    sealed bytea not null
);

create table purge (
    id uuid not null primary key,
    org_id uuid not null,
    state text not null,
    created_at bigint not null,
    sealed bytea not null
);
create index purge_page on purge (org_id, created_at, id);

-- The items of a batch, bound by the digest in its sealed row.
create table purge_item (
    purge_id uuid not null references purge (id),
    position bigint not null,
    person_id uuid not null,
    version bigint not null,
    first_deletable text not null,
    set_by uuid,
    primary key (purge_id, position)
);

create table certificate (
    id uuid not null primary key,
    org_id uuid not null,
    person_id uuid not null,
    purge_id uuid,
    year bigint not null,
    serial bigint not null,
    sealed bytea not null,
    unique (year, serial)
);
create index certificate_page on certificate (org_id, year, serial);
create index certificate_person on certificate (person_id);
create index certificate_purge on certificate (purge_id, year, serial) where purge_id is not null;

-- Answers to requests that may be repeated; never one with a number or a secret.
create table idempotency (
    actor uuid not null,
    key text not null,
    route text not null,
    fingerprint bytea not null,
    status bigint not null,
    body bytea not null,
    created_at bigint not null,
    mac bytea not null,
    primary key (actor, key)
);
create index idempotency_age on idempotency (created_at);
