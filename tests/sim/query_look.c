/* What a look at the figures asks, and a topic; the services' queries.sql. */
#include "tests/sim/query.h"

#define TOWNSHIP_DIGITS 9
#define VILLAGE_DIGITS 12

struct figure {
	struct str who;
	struct str matter; /* NULL .p where nobody asks for it */
	int64_t n;
	int64_t before;
	int64_t last; /* when the last of them was */
};

struct figures {
	struct figure *v; /* by who, then matter, in byte order */
	size_t n;
};

static struct figures
figures_new(struct call *c, size_t max)
{
	struct figures f = { .n = 0 };

	f.v = arena_alloc(c->store->scratch, (max + 1) * sizeof(*f.v));
	must(f.v != NULL);
	return f;
}

static struct figure *
figure_of(struct figures *f, struct str who, struct str matter)
{
	size_t i = 0;

	while (i < f->n) {
		struct figure *v = &f->v[i];
		int order = str_cmp(v->who, who);

		if (order == 0 && matter.p != NULL)
			order = str_cmp(v->matter, matter);
		if (order == 0)
			return v;
		if (order > 0)
			break;
		i++;
	}
	memmove(&f->v[i + 1], &f->v[i], (f->n - i) * sizeof(*f->v));
	f->v[i] = (struct figure){ .who = who, .matter = matter };
	f->n++;
	return &f->v[i];
}

static void
put(struct call *c, const struct figures *f, int64_t least)
{
	result_column(c->out, "who", CELL_TEXT);
	result_column(c->out, "matter", CELL_TEXT);
	result_column(c->out, "n", CELL_I64);
	result_column(c->out, "before", CELL_I64);
	for (size_t i = 0; i < f->n; i++) {
		struct num n = num_of(f->v[i].n);
		struct num before = num_of(f->v[i].before);

		if (f->v[i].n >= least)
			result_row(
			    c->out, (struct str[]){ f->v[i].who, f->v[i].matter,
					CELL_NUM(n), CELL_NUM(before) });
	}
}

/* Demands of [$1, $2) before $3, by the first DIGITS of their place. */
static struct figures
demands(struct call *c, size_t digits, bool by_matter)
{
	const struct table *t = store_table(c->store, STR("scoring.demand"));
	int division = table_column(t, STR("division"));
	int matter = table_column(t, STR("matter"));
	int at = table_column(t, STR("at"));
	int seq = table_column(t, STR("seq"));
	struct figures f = figures_new(c, t->n_spots);

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v == NULL || v->cell[division].n < digits ||
		    cell_i64(v->cell[at]) < call_i64(c, 0) ||
		    cell_i64(v->cell[at]) >= call_i64(c, 1) ||
		    cell_i64(v->cell[seq]) >= call_i64(c, 2))
			continue;
		figure_of(&f, str_cut(v->cell[division], 0, digits),
		    by_matter ? v->cell[matter] : (struct str){ NULL, 0 })
		    ->n++;
	}
	return f;
}

enum outcome
query_volumes(struct call *c)
{
	struct figures f = demands(c, TOWNSHIP_DIGITS, false);

	put(c, &f, 1);
	return OUTCOME_DONE;
}

enum outcome
query_clusters(struct call *c)
{
	struct figures f = demands(c, VILLAGE_DIGITS, true);

	put(c, &f, call_i64(c, 3));
	return OUTCOME_DONE;
}

/* The columns of scoring.tally that tell of reds in a row, and the like. */
struct red_columns {
	int unit, what, at, seq;
};

static int64_t
last_cleared(struct call *c, const struct table *t,
    const struct red_columns *col, struct str unit)
{
	int64_t last = 0;

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL && str_is(v->cell[col->what], "cleared") &&
		    str_eq(v->cell[col->unit], unit) &&
		    cell_i64(v->cell[col->at]) < call_i64(c, 1) &&
		    cell_i64(v->cell[col->seq]) < call_i64(c, 2) &&
		    cell_i64(v->cell[col->seq]) > last)
			last = cell_i64(v->cell[col->seq]);
	}
	return last;
}

/* Tallies of one kind; what was CLEARED does not count any more. */
static enum outcome
rows_of(struct call *c, const char *what, bool cleared)
{
	const struct table *t = store_table(c->store, STR("scoring.tally"));
	const struct red_columns col = { table_column(t, STR("unit")),
		table_column(t, STR("what")), table_column(t, STR("at")),
		table_column(t, STR("seq")) };
	struct figures f = figures_new(c, t->n_spots);
	struct figures recent = figures_new(c, t->n_spots);

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);
		int64_t at = v != NULL ? cell_i64(v->cell[col.at]) : 0;
		struct figure *one;

		if (v == NULL || !str_is(v->cell[col.what], what) ||
		    at >= call_i64(c, 1) ||
		    cell_i64(v->cell[col.seq]) >= call_i64(c, 2) ||
		    (cleared &&
			cell_i64(v->cell[col.seq]) <=
			    last_cleared(c, t, &col, v->cell[col.unit])))
			continue;
		one = figure_of(&f, v->cell[col.unit], (struct str){ NULL, 0 });
		one->n++;
		one->before += at < call_i64(c, 0);
		if (at > one->last)
			one->last = at;
	}
	for (size_t i = 0; i < f.n; i++)
		if (f.v[i].last >= call_i64(c, 0))
			recent.v[recent.n++] = f.v[i];
	put(c, &recent, 1);
	return OUTCOME_DONE;
}

enum outcome
query_reds(struct call *c)
{
	return rows_of(c, "red", true);
}

enum outcome
query_ungraded(struct call *c)
{
	return rows_of(c, "ungraded", false);
}

enum outcome
query_warned(struct call *c)
{
	const struct table *t = store_table(c->store, STR("scoring.alert"));
	int span = table_column(t, STR("span"));
	int kind = table_column(t, STR("kind"));
	int at = table_column(t, STR("at"));
	int seq = table_column(t, STR("seq"));

	result_columns(c->out, t);
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL && cell_i64(v->cell[seq]) < call_i64(c, 2) &&
		    (str_eq(v->cell[span], call_str(c, 0)) ||
			(str_is(v->cell[kind], "cluster") &&
			    cell_i64(v->cell[at]) >= call_i64(c, 1))))
			result_row(c->out, v->cell);
	}
	return OUTCOME_DONE;
}

enum outcome
query_watched(struct call *c)
{
	const struct table *t = store_table(c->store, STR("scoring.watch"));
	int seq = table_column(t, STR("seq"));
	struct str watched = STR("\0");

	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);

		if (v != NULL && cell_i64(v->cell[seq]) < call_i64(c, 0))
			watched = STR("\1");
	}
	result_column(c->out, "watched", CELL_BOOL);
	result_row(c->out, &watched);
	return OUTCOME_DONE;
}

/* The columns of dispatcher.campaign that are looked by. */
struct campaign_columns {
	int alarm, chosen_at, chosen_seq, stopped_seq;
};

static struct campaign_columns
campaign_columns(const struct table *t)
{
	return (struct campaign_columns){ table_column(t, STR("alarm")),
		table_column(t, STR("chosen_at")),
		table_column(t, STR("chosen_seq")),
		table_column(t, STR("stopped_seq")) };
}

/* In force just before event SEQ. */
static bool
campaign_runs(
    const struct version *v, const struct campaign_columns *col, int64_t seq)
{
	struct str chosen = v->cell[col->chosen_seq];
	struct str stopped = v->cell[col->stopped_seq];

	return chosen.p != NULL && cell_i64(chosen) < seq &&
	       (stopped.p == NULL || cell_i64(stopped) > seq);
}

static bool
is_topic(
    struct call *c, const struct version *v, const struct campaign_columns *col)
{
	struct str at = v->cell[col->chosen_at];

	return at.p != NULL && cell_i64(at) >= call_i64(c, 0) &&
	       cell_i64(at) < call_i64(c, 1) &&
	       str_eq(v->cell[2], call_str(c, 2)) &&
	       campaign_runs(v, col, call_i64(c, 3));
}

static bool
is_emergency(
    struct call *c, const struct version *v, const struct campaign_columns *col)
{
	return v->cell[col->alarm].p != NULL &&
	       str_eq(v->cell[2], call_str(c, 0)) &&
	       campaign_runs(v, col, call_i64(c, 1));
}

/* Those that fit, in the order in which they were chosen. */
static void
campaign_rows(struct call *c, const struct table *t,
    bool (*fits)(
	struct call *, const struct version *, const struct campaign_columns *))
{
	const struct campaign_columns col = campaign_columns(t);
	const struct version *next;
	int64_t after = -1;

	do {
		next = NULL;
		for (size_t i = 0; i < t->n_spots; i++) {
			const struct version *v =
			    spot_seen(t->spots[i], &c->s->tx);

			if (v != NULL && fits(c, v, &col) &&
			    cell_i64(v->cell[col.chosen_seq]) > after &&
			    (next == NULL ||
				cell_i64(v->cell[col.chosen_seq]) <
				    cell_i64(next->cell[col.chosen_seq])))
				next = v;
		}
		if (next != NULL) {
			after = cell_i64(next->cell[col.chosen_seq]);
			result_row(c->out, &next->cell[0]);
		}
	} while (next != NULL);
}

enum outcome
query_topics(struct call *c)
{
	result_column(c->out, "id", CELL_TEXT);
	campaign_rows(
	    c, store_table(c->store, STR("dispatcher.campaign")), is_topic);
	return OUTCOME_DONE;
}

enum outcome
query_emergencies(struct call *c)
{
	const struct table *t =
	    store_table(c->store, STR("dispatcher.campaign"));

	result_columns(c->out, t);
	campaign_rows(c, t, is_emergency);
	return OUTCOME_DONE;
}

/* Packs are loaded before a world begins, so no version of one begins in it. */
enum outcome
query_follow(struct call *c)
{
	(void)c;
	never("a version of the pack that begins");
}
