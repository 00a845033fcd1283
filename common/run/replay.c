#include "common/run/replay.h"

#include "common/run/inner.h"

#include "common/db/migrations.h"
#include "common/run/things.h"
#include "run_sql.h"

#include <stdlib.h>

#define TELL_MS 500
#define JSON_MAX ((size_t)16 * 1024 * 1024)

const char replay_schema[] =
    "CREATE SCHEMA replay;"
    "CREATE TABLE replay.cursor (slot int PRIMARY KEY, seq bigint NOT NULL);"
    "CREATE TABLE replay.aside (seq bigint PRIMARY KEY, after_seq bigint,"
    " at timestamptz);"
    "CREATE UNLOGGED TABLE replay.said (source text, id text);"
    "CREATE TABLE replay.fault (kind text, seq bigint, source text, id text,"
    " type text, subject text);";

/* Prepared beside the loop's own statements. */
static const struct db_query queries[] = {
	{ "replay_cursor", "SELECT slot::bigint, seq FROM replay.cursor" },
	{ "replay_aside", "SELECT seq, after_seq FROM replay.aside "
			  "ORDER BY seq" },
	{ "replay_late", "SELECT seq, after_seq FROM replay.aside "
			 "WHERE after_seq IS NOT NULL "
			 "ORDER BY after_seq, at, seq" },
	{ "replay_told",
	    "WITH f AS (SELECT * FROM unnest($1::text[], $2::text[], "
	    "$3::text[], $4::text[], $5::text[], $6::bytea[], $7::bytea[]) "
	    "AS u(source, id, type, subject, division, digest, body)), "
	    "said AS (INSERT INTO replay.said SELECT source, id FROM f) "
	    "INSERT INTO replay.fault "
	    "SELECT CASE WHEN k.seq IS NULL THEN 'missing' "
	    "ELSE 'different' END, k.seq, f.source, f.id, f.type, f.subject "
	    "FROM f LEFT JOIN journal.event_key k USING (source, id) "
	    "WHERE k.digest IS DISTINCT FROM f.digest" },
	/* A limit's fact needs a limit, and the time for it. */
	{ "replay_limits",
	    "INSERT INTO replay.fault "
	    "SELECT CASE WHEN d.thing IS NULL THEN 'limit' ELSE 'early' END, "
	    "f.seq, '/' || $1, f.thing || '/' || f.name, NULL, f.casefile "
	    "FROM json_to_recordset($2::json) AS f(seq bigint, casefile text, "
	    "thing text, name text, over boolean, cycle bigint, "
	    "due_at timestamptz, at timestamptz) LEFT JOIN run.deadline d "
	    "ON d.service = $1 AND d.thing = f.thing AND d.name = f.name "
	    "AND d.cycle >= f.cycle "
	    "WHERE d.thing IS NULL OR (f.over AND f.due_at > f.at)" },
	/* Facts of limits that the live service has said and not heard yet:
	 * they do not wake it again. */
	{ "replay_unheard",
	    "SELECT seq, at, slot::bigint, envelope FROM journal.event "
	    "WHERE source = $1 AND type LIKE 'deadline.%' "
	    "AND seq > (SELECT min(seq) FROM replay.cursor) ORDER BY seq" },
	{ "replay_asleep",
	    "UPDATE run.deadline SET wake_at = CASE WHEN NOT $4 THEN due_at "
	    "END "
	    "WHERE service = $1 AND thing = $2 AND name = $3 AND cycle = $5 "
	    "AND wake_at IS NOT NULL" },
};

struct late {
	int64_t seq;
	int64_t after_seq;
};

struct replay {
	int64_t limit[SLOTS];
	int64_t until;
	int64_t *aside; /* what is not taken at its place, sorted */
	size_t n_aside;
	struct late *late; /* what is taken later, in that order */
	size_t n_late;
	size_t next; /* of them */
	int64_t at;
	int64_t told_ms;
};

static int
by_number(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

bool
replay_takes(const struct replay *p, const struct feed_event *fe)
{
	return fe->seq <= p->limit[fe->slot] &&
	       (p->n_aside == 0 || bsearch(&fe->seq, p->aside, p->n_aside,
				       sizeof(*p->aside), by_number) == NULL);
}

int64_t
replay_stop(const struct replay *p)
{
	int64_t stop = p->until;

	if (p->next < p->n_late && p->late[p->next].after_seq < stop)
		stop = p->late[p->next].after_seq;
	return stop;
}

const char *
replay_append(void)
{
	return "replay_told";
}

/* What is said of limits that ran out, once more in the light of day. */
void
replay_limits(struct run *r)
{
	struct buf json;
	char due[CLOCK_TEXT], at[CLOCK_TEXT];

	buf_init(&json, JSON_MAX);
	for (size_t i = 0; i < r->n_events; i++) {
		const struct run_event *ev = &r->events[i];
		const struct msg_deadline_overdue *m = ev->msg;

		if (!deadline_is_own(r, ev))
			continue;
		buf_printf(&json, "%s{\"seq\":%lld,\"cycle\":%lld,\"over\":%s",
		    json.n > 0 ? "," : "[", (long long)ev->seq,
		    (long long)m->cycle,
		    ev->desc != &msg_deadline_due_soon_desc ? "true" : "false");
		deadline_json(&json, "casefile", ev->casefile);
		deadline_json(&json, "thing", m->thing);
		deadline_json(&json, "name", m->limit);
		deadline_json(
		    &json, "due_at", str_of(clock_format(m->due_at, due)));
		deadline_json(&json, "at", str_of(clock_format(ev->at, at)));
		buf_char(&json, '}');
	}
	if (json.n > 0) {
		buf_char(&json, ']');
		deadline_send(r, "replay_limits", &json);
	}
	buf_fini(&json);
}

static enum rc
load_cursor(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct replay *p = r->replay;

	TRY(db_exec(r->db, "replay_cursor", NULL, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		int64_t slot = rows_i64(rows, i, 0);

		must(slot >= 0 && slot < SLOTS);
		p->limit[slot] = rows_i64(rows, i, 1);
		if (p->limit[slot] > p->until)
			p->until = p->limit[slot];
	}
	return RC_OK;
}

static enum rc
load_aside(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct replay *p = r->replay;

	TRY(db_exec(r->db, "replay_aside", NULL, &rows, e));
	p->n_aside = rows_n(rows);
	p->aside = xcalloc(p->n_aside, sizeof(*p->aside));
	for (size_t i = 0; i < p->n_aside; i++)
		p->aside[i] = rows_i64(rows, i, 0);
	return RC_OK;
}

static enum rc
load_late(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct replay *p = r->replay;

	TRY(db_exec(r->db, "replay_late", NULL, &rows, e));
	p->n_late = rows_n(rows);
	p->late = xcalloc(p->n_late, sizeof(*p->late));
	for (size_t i = 0; i < p->n_late; i++)
		p->late[i] =
		    (struct late){ rows_i64(rows, i, 0), rows_i64(rows, i, 1) };
	return RC_OK;
}

/* One event that the service took later than at its place. */
static enum rc
take_late(struct run *r, int64_t seq, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct feed_event fe;

	args_reset(&r->args[0]);
	args_i64(&r->args[0], seq - 1);
	args_i64(&r->args[0], 1);
	args_i64(&r->args[0], INT64_MAX);
	TRY(db_exec(r->db, Q_run_events, &r->args[0], &rows, e));
	if (rows_n(rows) == 0 || rows_i64(rows, 0, 0) != seq)
		return err_set(
		    e, RC_REJECT, "event %lld is not there", (long long)seq);
	fe = (struct feed_event){ seq, rows_time(rows, 0, 1),
		(int)rows_i64(rows, 0, 2), rows_str(rows, 0, 3) };
	TRY(batch_take_one(r, &fe, e));
	TRY(batch_load(r, e));
	return batch_apply(r, e);
}

static enum rc
run_late(struct run *r, struct err *e)
{
	struct replay *p = r->replay;
	bool fits = false;

	while (!fits) {
		batch_reset(r);
		TRY(batch_begin(r, 0, e));
		must(r->first != INT64_MAX);
		r->first = p->at;
		TRY(batch_registry(r, &fits, e));
	}
	TRY(take_late(r, p->late[p->next].seq, e));
	r->last = r->first;
	TRY(batch_commit(r, e));
	p->next++;
	return RC_OK;
}

/* What the next batch will not wake up the service for. */
static enum rc
put_asleep(struct run *r, const struct run_event *ev, struct err *e)
{
	const struct msg_deadline_overdue *m = ev->msg;
	struct args *a = &r->args[0];

	args_reset(a);
	args_str(a, str_of(r->desc->name));
	args_str(a, m->thing);
	args_str(a, m->limit);
	args_bool(a, ev->desc != &msg_deadline_due_soon_desc);
	args_i64(a, m->cycle);
	return db_exec(r->db, "replay_asleep", a, NULL, e);
}

static enum rc
hear_the_rest(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	batch_reset(r);
	args_reset(&r->args[0]);
	args_str(&r->args[0], arena_printf(r->arena, "/%s", r->desc->name));
	TRY(db_exec(r->db, "replay_unheard", &r->args[0], &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct feed_event fe = { rows_i64(rows, i, 0),
			rows_time(rows, i, 1), (int)rows_i64(rows, i, 2),
			rows_str(rows, i, 3) };

		r->n_events = 0;
		if (fe.seq <= r->replay->limit[fe.slot])
			continue;
		TRY(batch_take_one(r, &fe, e));
		if (r->n_events > 0)
			TRY(put_asleep(r, &r->events[0], e));
	}
	return RC_OK;
}

static void
note(struct run *r, struct replay_figures *f,
    void (*tell)(const struct replay_figures *))
{
	struct replay *p = r->replay;

	*f = (struct replay_figures){ r->n_taken, r->n_said,
		(int64_t)p->n_aside, p->at, p->until };
	if (tell == NULL || clock_mono_ms() - p->told_ms < TELL_MS)
		return;
	p->told_ms = clock_mono_ms();
	tell(f);
}

static enum rc
fold(struct run *r, void (*tell)(const struct replay_figures *),
    struct replay_figures *f, struct err *e)
{
	struct replay *p = r->replay;
	bool did = true;

	while (did || p->next < p->n_late) {
		if (p->next < p->n_late &&
		    p->late[p->next].after_seq <= p->at) {
			TRY(run_late(r, e));
			did = true;
		} else {
			TRY(batch_run(r, &did, e));
			p->at = r->done_seq;
			if (!did && p->next < p->n_late)
				return err_set(e, RC_REJECT,
				    "event %lld was taken behind the cursor",
				    (long long)p->late[p->next].seq);
		}
		note(r, f, tell);
	}
	if (p->at < p->until)
		return err_set(e, RC_REJECT, "it ends at event %lld of %lld",
		    (long long)p->at, (long long)p->until);
	return hear_the_rest(r, e);
}

static enum rc
open_copy(struct run *r, const char *dsn, struct err *e)
{
	TRY(db_open(&r->db, dsn, "replay", e));
	db_patience(r->db, 600 * SECOND_MS);
	/* If it is lost, it is begun anew. */
	TRY(db_script(r->db,
	    "SET synchronous_commit = off; SET statement_timeout = 0", e));
	TRY(db_prepare(r->db, queries, ARRAY_LEN(queries), e));
	TRY(run_prepare(r->db, r->desc, e));
	TRY(run_reload(r, 0, e));
	TRY(load_cursor(r, e));
	TRY(load_aside(r, e));
	TRY(load_late(r, e));
	return r->desc->open != NULL ? r->desc->open(r, e) : RC_OK;
}

static void
close_copy(struct run *r)
{
	if (r->desc->close != NULL)
		r->desc->close(r);
	registry_free(&r->registry);
	ahead_drop(r);
	db_close(&r->db);
	arena_free(&r->arena);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_fini(&r->args[i]);
	free(r->replay->aside);
	free(r->replay->late);
	free(r);
}

enum rc
run_replay(const struct run_desc *desc, const struct conf *conf,
    const char *dsn, void (*tell)(const struct replay_figures *f),
    struct replay_figures *f, struct err *e)
{
	struct replay p = { .until = 0 };
	struct run *r = xcalloc(1, sizeof(*r));
	enum rc rc;

	r->desc = desc;
	r->conf = *conf;
	r->replay = &p;
	r->arena = arena_new(BATCH_ARENA);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_init(&r->args[i]);
	rc = open_copy(r, dsn, e);
	if (rc == RC_OK)
		rc = fold(r, tell, f, e);
	if (rc == RC_OK)
		note(r, f, NULL);
	close_copy(r);
	return rc;
}
