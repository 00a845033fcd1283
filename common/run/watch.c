/* What a service says of itself: how far it is, and what it has done. */
#include "common/health/metric.h"
#include "common/run/inner.h"
#include "run_sql.h"

/* clang-format off */
static const struct row {
	const char *name;
	enum metric_kind kind;
	const char *help;
	size_t offset; /* of an int64_t in struct run */
} rows[] = {
#define ROW(name, kind, member, help) { name, kind, help, offsetof(struct run, member) }
	ROW("huying_events_taken_total", METRIC_COUNTER, n_taken, "Events whose effect was committed."),
	ROW("huying_facts_said_total", METRIC_COUNTER, n_said, "Facts put into the journal."),
	ROW("huying_deadlines_fired_total", METRIC_COUNTER, n_fired, "Warnings and ends of limits that were said."),
	ROW("huying_turns_failed_total", METRIC_COUNTER, n_failed, "Batches and looks that had to be begun again."),
	ROW("huying_instances", METRIC_GAUGE, n_crew, "Instances of this service that are alive."),
	ROW("huying_journal_head", METRIC_GAUGE, head, "Last seq of the journal, as of the last batch."),
	ROW("huying_lag_events", METRIC_GAUGE, lag, "Events that this service has not looked at yet, of its slowest slot."),
	ROW("huying_parked_events", METRIC_GAUGE, n_parked, "Events put aside, and those behind them."),
#undef ROW
};
/* clang-format on */

static void
metrics(const void *arg, struct buf *out)
{
	static const char age[] = "huying_oldest_unprocessed_age_seconds";
	const struct run *r = arg;

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *at = (const char *)r + rows[i].offset;

		metric_family(out, rows[i].name, rows[i].kind, rows[i].help);
		metric_i64(out, rows[i].name, NULL, NULL,
		    *(const int64_t *)(const void *)at);
	}
	metric_family(out, age, METRIC_GAUGE,
	    "How long the oldest event that was not looked at has waited.");
	metric_milli(out, age, NULL, NULL, r->age_ms);
	metric_times(out, "huying_batch_seconds",
	    "How long a batch took, from its first lock to its commit.",
	    &r->batch_times);
}

static bool
ready(const void *arg, struct buf *why)
{
	const struct run *r = arg;
	bool db = r->db != NULL && db_alive(r->db);

	buf_printf(why, "database %s\n", db ? "ok" : "away");
	buf_printf(why, "lag %lld events, %lld s\n", (long long)r->lag,
	    (long long)(r->age_ms / 1000));
	return db;
}

enum rc
watch_open(struct run *r, struct err *e)
{
	r->health_desc = (struct health_desc){ ready, metrics, r->desc->name };
	return health_open(&r->health, r->conf.health, &r->health_desc, r, e);
}

/* Asked now and then, so that to be asked costs the database nothing. */
enum rc
watch_look(struct run *r, struct err *e)
{
	AUTO(rows_free) struct rows *found = NULL;

	if (r->health == NULL)
		return RC_OK;
	args_reset(&r->args[3]);
	args_str(&r->args[3], str_of(r->desc->name));
	TRY(db_exec(r->db, Q_run_lag, &r->args[3], &found, e));
	r->lag = rows_i64(found, 0, 0);
	r->age_ms = rows_i64(found, 0, 1);
	r->n_parked = rows_i64(found, 0, 2);
	return RC_OK;
}
