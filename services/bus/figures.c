/* What the bus says of itself. */
#include "common/health/metric.h"
#include "services/bus/sub.h"

static void
put_gauge(struct buf *out, const char *name, const char *help, int64_t n)
{
	metric_family(out, name, METRIC_GAUGE, help);
	metric_i64(out, name, NULL, NULL, n);
}

static void
metrics(const void *arg, struct buf *out)
{
	static const char *const outcomes[TALLY_OUTCOMES] = { "stored",
		"duplicate", "refused", "unknown" };
	static const char publishes[] = "huying_publishes_total";
	const struct bus *b = arg;
	int64_t behind = 0;

	for (size_t i = 0; i < b->n_subs; i++)
		behind += b->subs[i].next < b->head;
	metric_family(
	    out, publishes, METRIC_COUNTER, "Publishes answered, by outcome.");
	for (size_t i = 0; i < TALLY_OUTCOMES; i++)
		metric_i64(out, publishes, "outcome", outcomes[i],
		    b->tally.outcome[i]);
	metric_times(out, "huying_append_seconds",
	    "How long a batch was on its way into the journal.",
	    &b->tally.append);
	metric_family(out, "huying_live_events_total", METRIC_COUNTER,
	    "Events sent to the live feed.");
	metric_i64(
	    out, "huying_live_events_total", NULL, NULL, b->tally.n_live);
	metric_family(out, "huying_log_events_total", METRIC_COUNTER,
	    "Events sent to readers of the log.");
	metric_i64(out, "huying_log_events_total", NULL, NULL, b->tally.n_log);
	put_gauge(out, "huying_log_readers", "Readers of the log.",
	    (int64_t)b->n_subs);
	put_gauge(out, "huying_log_readers_behind",
	    "Of them, those that have not reached the head.", behind);
	put_gauge(out, "huying_journal_head",
	    "Last seq that is known to be in the journal.", b->head);
	put_gauge(out, "huying_journal_first",
	    "Oldest seq that is in the journal.", b->first);
	put_gauge(out, "huying_epoch", "The epoch of the journal.", b->epoch);
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

	return health_open(&b->health, b->conf.health, &desc, b, e);
}
