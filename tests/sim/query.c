#include "tests/sim/query.h"

static const struct {
	const char *name;
	query_fn *fn;
} queries[] = {
	{ "run_cursors", query_cursors },
	{ "run_whole", query_whole },
	{ "run_clock", query_clock },
	{ "run_events", query_events },
	{ "run_event", query_event },
	{ "run_probe", query_probe },
	{ "run_parked", query_parked },
	{ "run_park", query_park },
	{ "run_errand", query_errand },
	{ "run_request_lock", query_request_lock },
	{ "run_request_done", query_request_done },
	{ "run_parked_events", query_parked_events },
	{ "run_parked_end", query_parked_end },
	{ "run_parked_next", query_parked_next },
	{ "run_parked_again", query_parked_again },
	{ "run_advance", query_advance },
	{ "run_lazy", query_lazy },
	{ "run_append", query_append },
	{ "run_due", query_due },
	{ "run_still", query_still },
	{ "run_fired", query_fired },
	{ "run_mark", query_mark },
	{ "run_arm", query_arm },
	{ "run_meet", query_meet },
	{ "run_pause", query_pause },
	{ "run_ledger", query_ledger },
	{ "run_resume", query_resume },
	{ "run_running", query_running },
	{ "run_rehome", query_rehome },
	{ "run_counted", query_counted },
	{ "run_pauses", query_counted },
	{ "run_recount", query_counted },
	{ "run_seen", query_seen },
	{ "run_replan", query_replan },
	{ "run_gone", query_gone },
	{ "run_lag", query_lag },
	{ "migrate_newest", query_newest },
	{ "intake_boxes", query_boxes },
	{ "intake_propose", query_propose },
	{ "intake_nearby", query_nearby },
	{ "intake_persons", query_persons },
	{ "intake_callers", query_callers },
	{ "intake_formers", query_formers },
	{ "intake_seats", query_seats },
	{ "intake_identities", query_identities },
	{ "scoring_counts", query_counts },
	{ "scoring_revision", query_revision },
	{ "run_behind", query_behind },
	{ "scoring_volumes", query_volumes },
	{ "scoring_clusters", query_clusters },
	{ "scoring_reds", query_reds },
	{ "scoring_ungraded", query_ungraded },
	{ "scoring_warned", query_warned },
	{ "scoring_watched", query_watched },
	{ "dispatcher_topics", query_topics },
	{ "dispatcher_emergencies", query_emergencies },
	{ "dispatcher_follow", query_follow },
	/* What the bus and the tool do in their own words. */
	{ "sim_seal", query_seal },
	{ "sim_request", query_request },
};

/* BEGIN and its like need no function: the session does them. */
static enum outcome
nothing(struct call *c)
{
	(void)c;
	return OUTCOME_DONE;
}

query_fn *
query_find(const char *name, const char *sql, struct store *st)
{
	const struct plan *p;

	for (size_t i = 0; i < ARRAY_LEN(queries); i++)
		if (strcmp(queries[i].name, name) == 0)
			return queries[i].fn;
	if (strcmp(name, "begin") == 0 || strcmp(name, "commit") == 0 ||
	    strcmp(name, "rollback") == 0)
		return nothing;
	p = plan_find(st, name);
	if (p == NULL && sql != NULL && plan_make(st, name, sql))
		p = plan_find(st, name);
	if (p == NULL)
		return NULL;
	return plan_is_load(p) ? query_thing_load : query_thing_save;
}

enum outcome
call_fail(struct call *c, const char *sqlstate, const char *why)
{
	c->sqlstate = sqlstate;
	c->why = why;
	return OUTCOME_FAILED;
}

struct str
call_str(const struct call *c, size_t i)
{
	must(i < c->q->n);
	return c->q->arg[i];
}

int64_t
call_i64(const struct call *c, size_t i)
{
	return cell_i64(call_str(c, i));
}

static uint32_t
big32(struct str s, size_t at)
{
	uint32_t v = 0;

	must(at + 4 <= s.n);
	for (size_t i = 0; i < 4; i++)
		v = v << 8 | (unsigned char)s.p[at + i];
	return v;
}

/* An array of libpq's binary format: header, then length and bytes each. */
static size_t
array_begin(struct str s, size_t *at)
{
	must(s.n >= 12);
	*at = 20;
	return big32(s, 0) > 0 ? big32(s, 12) : 0;
}

static struct str
array_item(struct str s, size_t *at)
{
	uint32_t len = big32(s, *at);
	struct str item = { NULL, 0 };

	*at += 4;
	if (len == UINT32_MAX)
		return item;
	item = str_cut(s, *at, len);
	must(item.n == len);
	*at += len;
	return item;
}

struct strs
cell_texts(struct str cell, struct arena *arena)
{
	size_t at, n = array_begin(cell, &at);
	struct str *v = arena_alloc(arena, (n + 1) * sizeof(*v));

	must(v != NULL);
	for (size_t k = 0; k < n; k++)
		v[k] = array_item(cell, &at);
	return (struct strs){ v, n };
}

struct strs
call_list(const struct call *c, size_t i)
{
	return cell_texts(call_str(c, i), c->store->scratch);
}

struct i64s
call_i64s(const struct call *c, size_t i)
{
	struct str s = call_str(c, i);
	size_t at, n = array_begin(s, &at);
	int64_t *v = arena_alloc(c->store->scratch, (n + 1) * sizeof(*v));

	must(v != NULL);
	for (size_t k = 0; k < n; k++)
		v[k] = cell_i64(array_item(s, &at));
	return (struct i64s){ v, n };
}
