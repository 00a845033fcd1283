/*
 * What the bus says of itself, and of the whole installation: what is to be
 * counted once, however many instances a service has.  That is asked of the
 * database on a connection of its own, now and then, and nobody waits for it.
 */
#include "common/base/log.h"
#include "common/health/metric.h"
#include "services/bus/gate.h"
#include "services/bus/sub.h"

#include "bus_sql.h"

#include <stdio.h>
#include <stdlib.h>
#include <sys/statvfs.h>

#define EVERY_MS 5000
/* Each look takes this part of the time at the most. */
#define SHARE 50
#define PATIENCE_MS 12000 /* the server gives up before */

/* How far the services are is cheap to know, how much there is is not. */
static const char *const looks[] = { "lag", "limits" };
#define LOOKS ARRAY_LEN(looks)

struct look {
	int64_t next_ms;
	struct rows *rows; /* metric, labels, value; NULL: none yet */
	int64_t took_ms;
	int64_t at; /* wall clock, for whoever compares it with theirs */
};

struct figures {
	struct db *db;      /* NULL: to be opened */
	struct look *asked; /* whose answer is under way, or NULL */
	int64_t asked_ms;
	struct look look[LOOKS];
	struct args args;
};

/* clang-format off */
static const struct family {
	const char *name;
	bool milli; /* the value is in thousandths */
	const char *help;
} families[] = {
	{ "huying_lag_events", false, "Events that a service has not looked at yet, by slot." },
	{ "huying_lag_seconds", true, "How long the oldest of them has waited, by slot." },
	{ "huying_oldest_unprocessed_age_seconds", true, "How long the oldest event that a service has not looked at has waited." },
	{ "huying_parked_events", false, "Events put aside: poison, and those of its casefile behind it." },
	{ "huying_deadlines", false, "Limits that run (armed), are to be said now (due), or ran out and are not met (overdue)." },
	{ "huying_calls", false, "Calls that are open, in time or overdue, by class and by the kind of the department that leads." },
	{ "huying_cards", false, "Supervision cards that are open, by colour." },
	{ "huying_database_size_bytes", false, "Size of the database." },
	{ "huying_key_next_expiry_timestamp_seconds", true, "When the next key of a client ends; no row: none does." },
};
/* clang-format on */

/* Rows of one family; labels come as they stand between the braces. */
static void
put_rows(struct buf *out, const struct family *f, const struct rows *rows)
{
	size_t n = rows != NULL ? rows_n(rows) : 0;

	for (size_t i = 0; i < n; i++) {
		struct str labels = rows_str(rows, i, 1);
		char name[256];

		if (!str_is(rows_str(rows, i, 0), f->name))
			continue;
		(void)snprintf(name, sizeof(name), "%s%s%.*s%s", f->name,
		    labels.n > 0 ? "{" : "", STR_ARG(labels),
		    labels.n > 0 ? "}" : "");
		(f->milli ? metric_milli : metric_i64)(
		    out, name, NULL, NULL, rows_i64(rows, i, 2));
	}
}

static void
put_counted(const struct bus *b, struct buf *out)
{
	static const char took[] = "huying_figures_seconds";
	static const char at[] = "huying_figures_timestamp_seconds";
	const struct look *look = b->figures->look;

	for (size_t i = 0; i < ARRAY_LEN(families); i++) {
		metric_family(
		    out, families[i].name, METRIC_GAUGE, families[i].help);
		for (size_t k = 0; k < LOOKS; k++)
			put_rows(out, &families[i], look[k].rows);
	}
	metric_family(out, took, METRIC_GAUGE,
	    "How long it took to count these, the last time.");
	for (size_t k = 0; k < LOOKS; k++)
		metric_milli(out, took, "of", looks[k], look[k].took_ms);
	metric_family(out, at, METRIC_GAUGE, "When that was, in Unix time.");
	for (size_t k = 0; k < LOOKS; k++)
		if (look[k].rows != NULL)
			metric_milli(out, at, "of", looks[k], look[k].at);
}

static void
put_publishes(const struct bus *b, struct buf *out)
{
	static const char *const outcomes[TALLY_OUTCOMES] = { "stored",
		"duplicate", "refused", "unknown" };
	static const char publishes[] = "huying_publishes_total";

	metric_family(
	    out, publishes, METRIC_COUNTER, "Publishes answered, by outcome.");
	for (size_t i = 0; i < TALLY_OUTCOMES; i++)
		metric_i64(out, publishes, "outcome", outcomes[i],
		    b->tally.outcome[i]);
	metric_words(out, "huying_refusals_total",
	    "Publishes refused, by code.", "code", &b->tally.refused);
	metric_times(out, "huying_append_seconds",
	    "How long a batch was on its way into the journal.",
	    &b->tally.append);
	metric_one(out, "huying_handshakes_refused_total", METRIC_COUNTER,
	    "Strangers that were turned away at an endpoint.", gate_refused(b));
}

static void
put_readers(const struct bus *b, struct buf *out)
{
	static const char *const states[READER_STATES] = { "current", "behind",
		"stalled" };
	static const char readers[] = "huying_log_readers";
	int64_t n[READER_STATES] = { 0 }, lag = 0;

	for (size_t i = 0; i < b->n_subs; i++) {
		const struct sub *s = &b->subs[i];

		n[log_reader_state(b, s)]++;
		if (s->follow && b->head - s->next > lag)
			lag = b->head - s->next;
	}
	metric_family(out, readers, METRIC_GAUGE,
	    "Readers of the log: with all there is, being served, or slow.");
	for (size_t i = 0; i < READER_STATES; i++)
		metric_i64(out, readers, "state", states[i], n[i]);
	metric_one(out, "huying_log_reader_lag_events", METRIC_GAUGE,
	    "Events that the hindmost reader who follows has not got.", lag);
	metric_one(out, "huying_log_events_total", METRIC_COUNTER,
	    "Events sent to readers of the log.", b->tally.n_log);
	metric_one(out, "huying_live_events_total", METRIC_COUNTER,
	    "Events sent to the live feed.", b->tally.n_live);
}

static void
put_journal(const struct bus *b, struct buf *out)
{
	metric_one(out, "huying_journal_head", METRIC_GAUGE,
	    "Last seq of the journal that this process knows of.", b->head);
	metric_one(out, "huying_journal_first", METRIC_GAUGE,
	    "Oldest seq that is in the journal.", b->first);
	metric_one(out, "huying_epoch", METRIC_GAUGE,
	    "The epoch of the journal; another one after a fail-over.",
	    b->epoch);
	metric_one_milli(out, "huying_clock_timestamp_seconds",
	    "The time by which limits run; in a sandbox not the wall's.",
	    b->now);
}

static void
put_county(const struct bus *b, struct buf *out)
{
	static const char pack[] = "huying_pack_info";
	static const char end[] = "huying_calendar_end_timestamp_seconds";
	const struct calendar *c =
	    b->registry != NULL ? registry_calendar(b->registry) : NULL;
	char version[128] = "";

	if (b->registry != NULL)
		(void)snprintf(version, sizeof(version), "%.*s",
		    STR_ARG(registry_version(b->registry)));
	metric_family(
	    out, pack, METRIC_GAUGE, "The pack that is decided by, always 1.");
	metric_i64(out, pack, "version", version, 1);
	metric_family(out, end, METRIC_GAUGE,
	    "When the last day ends that a published calendar covers.");
	if (c != NULL && c->n > 0)
		metric_milli(
		    out, end, NULL, NULL, clock_day_start(c->last_day + 1));
	metric_one(out, "huying_seal_key_loaded", METRIC_GAUGE,
	    "Whether open parts can be sealed to intake's key: 1 or 0.",
	    b->has_seal_key);
}

static void
put_disk(const struct bus *b, struct buf *out)
{
	struct statvfs disk;
	bool known = statvfs(b->conf.disk, &disk) == 0;

	metric_one(out, "huying_disk_size_bytes", METRIC_GAUGE,
	    "Size of the file system of HUYING_DISK.",
	    known ? (int64_t)(disk.f_blocks * disk.f_frsize) : 0);
	metric_one(out, "huying_disk_free_bytes", METRIC_GAUGE,
	    "What of it is free.",
	    known ? (int64_t)(disk.f_bavail * disk.f_frsize) : 0);
}

static void
metrics(const void *arg, struct buf *out)
{
	const struct bus *b = arg;

	put_publishes(b, out);
	put_readers(b, out);
	put_journal(b, out);
	put_county(b, out);
	put_disk(b, out);
	metric_database(out, store_alive(b), &b->tally.db_errors);
	put_counted(b, out);
}

static bool
ready(const void *arg, struct buf *why)
{
	const struct bus *b = arg;
	bool db = store_alive(b);

	buf_printf(why, "database %s\n", db ? "ok" : "away");
	buf_printf(why, "head %lld, sent %lld\n", (long long)b->head,
	    (long long)b->sent);
	return db;
}

enum rc
figures_open(struct bus *b, struct err *e)
{
	static const struct health_desc desc = { ready, metrics, "bus" };

	/* A rate can only be seen of what was there before. */
	metric_word(&b->tally.db_errors, METRIC_DISK_FULL, 0);
	TRY(health_open(&b->health, b->conf.health, &desc, b, e));
	/* Who is not asked need not count. */
	if (b->health == NULL)
		return RC_OK;
	b->figures = xcalloc(1, sizeof(*b->figures));
	args_init(&b->figures->args);
	return RC_OK;
}

void
figures_close(struct bus *b)
{
	if (b->figures == NULL)
		return;
	for (size_t k = 0; k < LOOKS; k++)
		rows_free(&b->figures->look[k].rows);
	args_fini(&b->figures->args);
	db_close(&b->figures->db);
	free(b->figures);
	b->figures = NULL;
}

static enum rc
ask(struct bus *b, struct figures *f, size_t which, struct err *e)
{
	if (f->db == NULL) {
		TRY(db_open(&f->db, b->conf.db, "bus figures", e));
		db_patience(f->db, PATIENCE_MS);
		TRY(db_prepare(f->db, bus_queries, ARRAY_LEN(bus_queries), e));
	}
	args_reset(&f->args);
	args_str(&f->args, str_of(looks[which]));
	db_send(f->db, Q_bus_figures, &f->args);
	TRY(db_flush(f->db, e));
	f->asked = &f->look[which];
	f->asked_ms = clock_mono_ms();
	return RC_OK;
}

static enum rc
take(struct figures *f, struct err *e)
{
	struct look *l = f->asked;
	struct rows *fresh = NULL;

	TRY(db_next(f->db, &fresh, e));
	f->asked = NULL;
	rows_free(&l->rows);
	l->rows = fresh;
	l->took_ms = clock_mono_ms() - f->asked_ms;
	l->at = clock_wall_ms();
	l->next_ms =
	    clock_mono_ms() +
	    (l->took_ms * SHARE > EVERY_MS ? l->took_ms * SHARE : EVERY_MS);
	return RC_OK;
}

static enum rc
turn(struct bus *b, struct figures *f, struct err *e)
{
	if (f->asked != NULL)
		return db_ready(f->db) ? take(f, e) : RC_OK;
	for (size_t k = 0; k < LOOKS; k++)
		if (clock_mono_ms() >= f->look[k].next_ms)
			return ask(b, f, k, e);
	return RC_OK;
}

void
figures_turn(struct bus *b)
{
	struct figures *f = b->figures;
	struct err e;

	if (f == NULL || !store_alive(b) || turn(b, f, &e) == RC_OK)
		return;
	log_why(LEVEL_WARN, "figures.failed", e.text);
	f->asked = NULL;
	db_close(&f->db);
	for (size_t k = 0; k < LOOKS; k++)
		f->look[k].next_ms = clock_mono_ms() + EVERY_MS;
}

int
figures_socket(const struct bus *b)
{
	return b->figures != NULL && b->figures->asked != NULL
		   ? db_socket(b->figures->db)
		   : -1;
}
