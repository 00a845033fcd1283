/*
 * Peer: the limit.  The rows that the journal would have got (the event, and
 * its source and id), inserted by one libpq connection, 500 at a time and
 * committed each time, into tables with the same columns and indexes;
 * nothing is checked, looked up or numbered.  "event" leaves out the second
 * row.
 *
 *   bench_bare SECONDS [event]     HUYING_DB: a role that may make tables
 */
#include "common/base/clock.h"
#include "common/db/db.h"
#include "tests/bench/drive.h"
#include "tests/bench/report.h"

#include <libpq-fe.h>
#include <stdlib.h>

#define BATCH 500

static const char setup[] =
    "SET client_min_messages = warning;"
    "DROP SCHEMA IF EXISTS bench CASCADE; CREATE SCHEMA bench;"
    "CREATE TABLE bench.event (LIKE journal.event INCLUDING ALL);"
    "CREATE TABLE bench.event_key (LIKE journal.event_key INCLUDING ALL);"
    "SET jit = off; SET synchronous_commit = on";

#define EVENTS                                                                 \
	"INSERT INTO bench.event (seq, epoch, at, slot, source, id, type, "    \
	"subject, division, envelope) "                                        \
	"SELECT $6 + o, 1, now(), ($6 + o) % 8, s, i, t, NULL, d, e "          \
	"FROM unnest($1::text[], $2::text[], $3::text[], $4::text[], "         \
	"$5::bytea[]) WITH ORDINALITY AS u (s, i, t, d, e, o)"

static const char insert_event[] = EVENTS;
static const char insert[] =
    "WITH k AS (INSERT INTO bench.event_key (source, id, seq, digest) "
    "SELECT s, i, $6 + o, substr(e, 1, 32) FROM unnest($1::text[], "
    "$2::text[], $5::bytea[]) WITH ORDINALITY AS u (s, i, e, o)) " EVENTS;

enum column {
	SOURCE,
	ID,
	TYPE,
	DIVISION,
	ENVELOPE,
	N_COLUMNS
};

static void
sure(PGconn *c, PGresult *r)
{
	ExecStatusType status = PQresultStatus(r);

	if (status != PGRES_COMMAND_OK && status != PGRES_TUPLES_OK)
		die("bare connection", PQerrorMessage(c));
	PQclear(r);
}

static PGconn *
connect_db(void)
{
	const char *dsn = getenv("HUYING_DB");
	PGconn *c = PQconnectdb(dsn != NULL ? dsn : "dbname=huying");

	if (PQstatus(c) != CONNECTION_OK)
		die("bare connection", PQerrorMessage(c));
	return c;
}

/* Ids lie in the pool's bodies: no more than COUNT at a time. */
static void
fill(struct args *a, struct events *events, uint64_t seq)
{
	static struct str v[N_COLUMNS][BATCH];

	for (uint64_t i = 0; i < BATCH; i++) {
		struct bench_event ev = events_take(events, seq + i, seq + i);

		v[SOURCE][i] = STR("/bench");
		v[ID][i] = ev.id;
		v[TYPE][i] = STR("report.submit");
		v[DIVISION][i] = ev.division;
		v[ENVELOPE][i] = ev.body;
	}
	args_reset(a);
	for (int col = SOURCE; col < ENVELOPE; col++)
		args_strs(a, v[col], BATCH);
	args_bytes_list(a, v[ENVELOPE], BATCH);
	args_i64(a, (int64_t)seq);
}

static void
send_batch(PGconn *c, const struct args *a)
{
	const char *value[DB_ARGS_MAX];
	int len[DB_ARGS_MAX], format[DB_ARGS_MAX];

	for (size_t i = 0; i < a->n; i++) {
		value[i] = a->value[i].p;
		len[i] = (int)a->value[i].n;
		format[i] = 1;
	}
	sure(c, PQexecPrepared(c, "insert", (int)a->n, value, len, format, 1));
}

int
main(int argc, char **argv)
{
	bool alone = argc == 3 && strcmp(argv[2], "event") == 0;
	struct events *events;
	struct args a;
	PGconn *c;
	int64_t begin, now;
	uint64_t n = 0;

	if (argc != 2 && !alone)
		return 2;
	c = connect_db();
	sure(c, PQexec(c, setup));
	sure(c, PQprepare(c, "insert", alone ? insert_event : insert, 0, NULL));
	events = events_new(REPORTS, 0);
	args_init(&a);
	begin = clock_mono_us();
	do {
		fill(&a, events, n);
		send_batch(c, &a);
		n += BATCH;
		now = clock_mono_us();
	} while (now - begin < (int64_t)(atof(argv[1]) * 1e6));
	report("publish.throughput",
	    alone ? "bare-connection-event" : "bare-connection",
	    (double)n * 1e6 / (double)(now - begin), "events/s");
	sure(c, PQexec(c, "DROP SCHEMA bench CASCADE"));
	args_fini(&a);
	events_free(&events);
	PQfinish(c);
	return 0;
}
