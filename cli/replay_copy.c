/* What a replay needs of the live database, in one of its own. */
#include "cli/replay.h"

#include "common/db/copy.h"
#include "common/db/migrations.h"
#include "common/registry/table.h"

#include <stdio.h>

/* Of the journal, of packs and of what was parked: everything. */
static const struct {
	const char *select;
	const char *table;
} wholes[] = {
	{ "SELECT * FROM registry.pack", "registry.pack" },
	{ "SELECT * FROM registry.matter_gram", "registry.matter_gram" },
	{ "SELECT * FROM journal.event ORDER BY seq", "journal.event" },
	{ "SELECT * FROM journal.event_key WHERE source IN ('/intake', "
	  "'/dispatcher', '/enforcement', '/mediation', '/scoring')",
	    "journal.event_key" },
	{ "SELECT * FROM vault.sealed", "vault.sealed" },
	{ "SELECT service, slot, seq FROM run.cursor", "live.cursor" },
	{ "SELECT service, seq, casefile, tries, NULL::bigint, at "
	  "FROM run.parked "
	  "UNION ALL SELECT service, seq, casefile, tries, "
	  "CASE WHEN action = 'taken' THEN after_seq END, at "
	  "FROM run.parked_log",
	    "live.aside" },
	{ "SELECT * FROM vault.identity WHERE shredded_at IS NULL",
	    "live.\"vault.identity\"" },
};

/* A crash takes the copy, so nothing of it need be logged. */
static const char prepare_copy[] =
    "DO $$ DECLARE t regclass; BEGIN "
    "FOR t IN SELECT c.oid FROM pg_class c JOIN pg_namespace n "
    "ON n.oid = c.relnamespace WHERE c.relkind = 'r' AND n.nspname IN "
    "('journal', 'run', 'registry', 'vault', 'intake', 'dispatcher', "
    "'enforcement', 'mediation', 'scoring') "
    "AND n.nspname || '.' || c.relname NOT IN "
    "('vault.reveal_log', 'vault.identity') LOOP "
    "EXECUTE format('ALTER TABLE %s SET UNLOGGED', t); END LOOP; END $$;"
    "CREATE SCHEMA live;"
    "CREATE TABLE live.cursor (service text, slot smallint, seq bigint);"
    "CREATE TABLE live.aside (service text, seq bigint, casefile text, "
    "tries int, after_seq bigint, at timestamptz);"
    "CREATE TABLE live.\"vault.identity\" (LIKE vault.identity);";

/* The journal's partitions, as wide as they are there. */
static enum rc
make_ranges(struct copier *c, struct err *e)
{
	char sql[400];
	int64_t first, head, size;

	TRY(copier_ask(c, "SELECT journal.first()", &first, e));
	if (first != 1)
		return err_set(e, RC_GONE,
		    "the journal begins with event %lld: what was retired "
		    "cannot be replayed",
		    (long long)first);
	TRY(copier_ask(c, "SELECT journal.head()", &head, e));
	TRY(copier_ask(c, "SELECT range_size FROM journal.shape", &size, e));
	(void)snprintf(sql, sizeof(sql),
	    "UPDATE journal.shape SET range_size = %lld;"
	    "DO $$ BEGIN WHILE (SELECT max(to_seq) FROM journal.range) <= %lld "
	    "LOOP PERFORM journal.add_range(); END LOOP; END $$",
	    (long long)size, (long long)head);
	return copier_do(c, sql, e);
}

static enum rc
copy_one(struct copier *c, const char *select, const char *table, struct err *e)
{
	int64_t n;

	return copier_copy(c, select, table, &n, e);
}

static enum rc
copy_registry(struct copier *c, struct err *e)
{
	char select[120], table[100];

	for (size_t t = 0; t < TABLE_COUNT; t++) {
		(void)snprintf(table, sizeof(table), "registry.\"%s\"",
		    registry_files[t].table);
		(void)snprintf(
		    select, sizeof(select), "SELECT * FROM %s", table);
		TRY(copy_one(c, select, table, e));
	}
	return RC_OK;
}

/* TABLE as it is there, under live."TABLE". */
static enum rc
copy_live(struct copier *c, const char *table, struct err *e)
{
	char sql[200], select[100], beside[100];

	(void)snprintf(beside, sizeof(beside), "live.\"%s\"", table);
	(void)snprintf(sql, sizeof(sql), "CREATE UNLOGGED TABLE %s (LIKE %s)",
	    beside, table);
	(void)snprintf(select, sizeof(select), "SELECT * FROM %s", table);
	TRY(copier_do(c, sql, e));
	return copy_one(c, select, beside, e);
}

static enum rc
copy_rows(const struct replay_job *job, struct copier *c, struct err *e)
{
#define REPLAY_TABLE(table, key, shared) TRY(copy_live(c, table, e));
#define REPLAY_LEAVE(table, column)
#include "cli/replay.def"
#undef REPLAY_TABLE
#undef REPLAY_LEAVE
	for (size_t i = 0; i < job->n; i++) {
		const struct machine *m = job->desc[i]->machine;

		for (size_t t = 0; t < m->n_things; t++)
			TRY(copy_live(c, m->things[t].row->type, e));
	}
	return RC_OK;
}

static enum rc
copy_all(const struct replay_job *job, struct copier *c, struct err *e)
{
	TRY(make_ranges(c, e));
	TRY(copier_do(c, prepare_copy, e));
	TRY(copier_do(c, replay_schema, e));
	TRY(copy_registry(c, e));
	for (size_t i = 0; i < ARRAY_LEN(wholes); i++)
		TRY(copy_one(c, wholes[i].select, wholes[i].table, e));
	TRY(copy_rows(job, c, e));
	return copier_do(c, "ANALYZE", e);
}

enum rc
replay_copy(struct replay_job *job, struct err *e)
{
	struct copier *c = NULL;
	struct migrated m;
	enum rc rc;

	TRY(db_open(&job->beside, job->copy, "replay", e));
	TRY(db_migrate(job->beside, &m, e));
	TRY(copier_open(&c, job->db, job->copy, e));
	rc = copy_all(job, c, e);
	copier_close(&c);
	return rc;
}

enum rc
replay_aim(struct replay_job *job, const struct run_desc *desc, struct err *e)
{
	static const char aim[] =
	    "TRUNCATE replay.cursor, replay.aside, replay.said, replay.fault;"
	    "INSERT INTO replay.cursor SELECT slot, seq FROM live.cursor "
	    "WHERE service = '%s';"
	    "INSERT INTO replay.aside SELECT seq, after_seq, at "
	    "FROM live.aside WHERE service = '%s'";
	char sql[sizeof(aim) + 80];

	/* One of our own five names. */
	(void)snprintf(sql, sizeof(sql), aim, desc->name, desc->name);
	return db_script(job->beside, sql, e);
}
