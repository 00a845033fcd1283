/* What a service says of itself: how far it is, and what it has done. */
#include "common/base/log.h"
#include "common/health/metric.h"
#include "common/run/inner.h"
#include "run_sql.h"

#include <stdio.h>

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
	ROW("huying_turns_failed_total", METRIC_COUNTER, n_failed, "Batches and looks that had to be begun again."),
	ROW("huying_instances", METRIC_GAUGE, n_crew, "Instances of this service that are alive."),
	ROW("huying_journal_head", METRIC_GAUGE, head, "Last seq of the journal that this process knows of."),
#undef ROW
};
/* clang-format on */

static void
metrics(const void *arg, struct buf *out)
{
	static const char fired[] = "huying_deadlines_fired_total";
	static const char *const ways[FIRED_KINDS] = { "due_soon", "overdue",
		"lapsed" };
	static const char pack[] = "huying_pack_info";
	const struct run *r = arg;
	char version[128] = "";

	for (size_t i = 0; i < ARRAY_LEN(rows); i++) {
		const char *at = (const char *)r + rows[i].offset;

		metric_one(out, rows[i].name, rows[i].kind, rows[i].help,
		    *(const int64_t *)(const void *)at);
	}
	metric_family(out, fired, METRIC_COUNTER,
	    "Limits that were said to run out soon, overdue, or lapsed.");
	for (size_t i = 0; i < FIRED_KINDS; i++)
		metric_i64(out, fired, "as", ways[i], r->fired_as[i]);
	metric_words(out, "huying_commands_refused_total",
	    "Commands that a rule refused, by its code.", "code", &r->refused);
	if (r->registry != NULL)
		(void)snprintf(version, sizeof(version), "%.*s",
		    STR_ARG(registry_version(r->registry)));
	metric_family(
	    out, pack, METRIC_GAUGE, "The pack that is decided by, always 1.");
	metric_i64(out, pack, "version", version, 1);
	metric_times(out, "huying_batch_seconds",
	    "How long a batch took, from its first lock to its commit.",
	    &r->batch_times);
	metric_database(out, r->db != NULL && db_alive(r->db), &r->db_errors);
}

void
watch_batch(struct run *r)
{
	char trace[LOG_TRACE];

	for (size_t i = 0; i < r->n_events; i++) {
		const struct run_event *ev = &r->events[i];

		if (ev->decision.refused != NULL)
			metric_word(&r->refused, ev->decision.refused, 1);
		if (log_says(LEVEL_DEBUG))
			log_event(LEVEL_DEBUG, "event.taken",
			    "seq=%lld type=%s case=%.*s%s", (long long)ev->seq,
			    ev->desc->type, STR_ARG(ev->casefile),
			    log_trace(ev->env.traceparent, trace));
	}
}

static bool
ready(const void *arg, struct buf *why)
{
	const struct run *r = arg;
	bool db = r->db != NULL && db_alive(r->db);

	buf_printf(why, "database %s\n", db ? "ok" : "away");
	buf_printf(why, "lag %lld events, %lld s\nparked %lld events\n",
	    (long long)r->lag, (long long)(r->age_ms / 1000),
	    (long long)r->n_parked);
	return db;
}

enum rc
watch_open(struct run *r, struct err *e)
{
	/* A rate can only be seen of what was there before. */
	metric_word(&r->db_errors, METRIC_DISK_FULL, 0);
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
