/* What intake asks about reports nearby and before. */
#include "tests/sim/query.h"
#include "tests/sim/world.h"

/* The places of columns in intake.report, looked up once a statement. */
struct report_columns {
	int state, matter, place, text, token, lat, lon, received, closed;
};

static struct report_columns
columns_of(const struct table *t)
{
	return (struct report_columns){
		table_column(t, STR("state")),
		table_column(t, STR("matter")),
		table_column(t, STR("place")),
		table_column(t, STR("text")),
		table_column(t, STR("token")),
		table_column(t, STR("lat")),
		table_column(t, STR("lon")),
		table_column(t, STR("received_at")),
		table_column(t, STR("closed_at")),
	};
}

/* Not more than a thousand characters, as left() has it. */
static struct str
left(struct str text)
{
	size_t at = 0;

	for (int n = 0; text.p != NULL && at < text.n && n < 1000; n++)
		(void)str_rune(text, &at);
	return text.p != NULL ? str_cut(text, 0, at) : text;
}

static void
nearby_row(struct call *c, const struct table *t,
    const struct report_columns *col, const struct version *v)
{
	const struct spot *s = table_find(t, &v->cell[1]);
	const struct version *p = s != NULL ? spot_seen(s, &c->s->tx) : NULL;
	bool open = p != NULL && str_is(p->cell[col->state], "accepted") &&
		    p->cell[col->closed].p == NULL;
	struct str cells[] = {
		v->cell[0],
		v->cell[1],
		v->cell[col->state],
		p != NULL ? p->cell[col->matter] : (struct str){ NULL, 0 },
		open ? STR("\1") : STR("\0"),
		v->cell[2],
		v->cell[col->place],
		left(v->cell[col->text]),
		query_person(c, v->cell[col->token]),
		v->cell[col->lat],
		v->cell[col->lon],
		v->cell[col->received],
	};

	result_row(c->out, cells);
}

static void
nearby_columns(PGresult *r)
{
	static const struct result_column columns[] = {
		{ "report", CELL_TEXT },
		{ "casefile", CELL_TEXT },
		{ "state", CELL_TEXT },
		{ "matter", CELL_TEXT },
		{ "open", CELL_BOOL },
		{ "division", CELL_TEXT },
		{ "place", CELL_TEXT },
		{ "text", CELL_TEXT },
		{ "person", CELL_TEXT },
		{ "lat", CELL_F64 },
		{ "lon", CELL_F64 },
		{ "at", CELL_TIME },
	};

	for (size_t i = 0; i < ARRAY_LEN(columns); i++)
		result_column(r, columns[i].name, columns[i].type);
}

/* The newest first; of those that came at once, by their number. */
static int
newer(const struct report_columns *col, const struct version *a,
    const struct version *b)
{
	int c = str_cmp(b->cell[col->received], a->cell[col->received]);

	return c != 0 ? c : str_cmp(b->cell[0], a->cell[0]);
}

static void
insert(const struct report_columns *col, const struct version **v, size_t *n,
    const struct version *row)
{
	size_t at = (*n)++;

	for (; at > 0 && newer(col, v[at - 1], row) > 0; at--)
		v[at] = v[at - 1];
	v[at] = row;
}

/* The newest reports of one township, added to V. */
static void
nearby(struct call *c, const struct table *t, const struct report_columns *col,
    struct str town, const struct version **v, size_t *n)
{
	const struct version **own = arena_alloc(
	    c->store->scratch, (t->n_spots + 1) * sizeof(struct version *));
	size_t n_own = 0;

	must(own != NULL);
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *row = spot_seen(t->spots[i], &c->s->tx);

		if (row != NULL && str_eq(str_cut(row->cell[2], 0, 9), town) &&
		    cell_i64(row->cell[col->received]) >= call_i64(c, 1))
			insert(col, own, &n_own, row);
	}
	for (size_t i = 0; i < n_own && i < (size_t)call_i64(c, 2); i++)
		insert(col, v, n, own[i]);
}

enum outcome
query_nearby(struct call *c)
{
	const struct table *t = store_table(c->store, STR("intake.report"));
	struct report_columns col = columns_of(t);
	struct strs towns = call_list(c, 0);
	const struct version **v = arena_alloc(c->store->scratch,
	    (t->n_spots * towns.n + 1) * sizeof(struct version *));
	size_t n = 0;

	must(v != NULL);
	nearby_columns(c->out);
	for (size_t i = 0; i < towns.n; i++)
		nearby(c, t, &col, towns.p[i], v, &n);
	for (size_t i = 0; i < n; i++)
		nearby_row(c, t, &col, v[i]);
	return OUTCOME_DONE;
}

static void
former_row(struct call *c, const struct table *t,
    const struct report_columns *col, const struct version *v)
{
	const struct spot *s = table_find(t, &v->cell[1]);
	const struct version *p = s != NULL ? spot_seen(s, &c->s->tx) : NULL;
	bool open = p != NULL && str_is(p->cell[col->state], "accepted") &&
		    p->cell[col->closed].p == NULL;

	result_row(c->out,
	    (struct str[]){ v->cell[0], v->cell[1], v->cell[col->state],
		p != NULL ? p->cell[col->matter] : (struct str){ NULL, 0 },
		open ? STR("\1") : STR("\0"), v->cell[2],
		v->cell[col->received] });
}

enum outcome
query_formers(struct call *c)
{
	const struct table *t = store_table(c->store, STR("intake.report"));
	struct report_columns col = columns_of(t);
	struct strs ids = call_list(c, 0);

	result_column(c->out, "report", CELL_TEXT);
	result_column(c->out, "casefile", CELL_TEXT);
	result_column(c->out, "state", CELL_TEXT);
	result_column(c->out, "matter", CELL_TEXT);
	result_column(c->out, "open", CELL_BOOL);
	result_column(c->out, "division", CELL_TEXT);
	result_column(c->out, "at", CELL_TIME);
	for (size_t i = 0; i < ids.n; i++) {
		const struct spot *s = table_find(t, &ids.p[i]);
		const struct version *v =
		    s != NULL ? spot_seen(s, &c->s->tx) : NULL;

		/* One asked for twice comes twice; it is looked up by its id.
		 */
		if (v != NULL)
			former_row(c, t, &col, v);
	}
	return OUTCOME_DONE;
}
