/* What intake asks before its rules, and the vault. */
#include "services/intake/rules.h"
#include "tests/sim/query.h"
#include "tests/sim/world.h"

enum outcome
query_boxes(struct call *c)
{
	struct table *t = &c->store->fixed[TABLE_sealed];
	struct strs sources = call_list(c, 0), ids = call_list(c, 1);

	result_columns(c->out, t);
	for (size_t i = 0; i < ids.n; i++) {
		struct str key[] = { sources.p[i], ids.p[i] };
		const struct spot *s = table_find(t, key);
		const struct version *v =
		    s != NULL ? spot_seen(s, &c->s->tx) : NULL;

		if (v != NULL)
			result_row(c->out, v->cell);
	}
	return OUTCOME_DONE;
}

/* The bus puts a box away in the transaction of its event. */
enum outcome
query_seal(struct call *c)
{
	struct str cells[] = { call_str(c, 0), call_str(c, 1), call_str(c, 2),
		call_str(c, 3) };
	struct spot *s = table_spot(&c->store->fixed[TABLE_sealed], cells);

	if (!spot_free(s, &c->s->tx))
		return OUTCOME_WAIT;
	if (spot_seen(s, &c->s->tx) == NULL)
		spot_write(s, &c->s->tx, cells);
	return OUTCOME_DONE;
}

enum outcome
query_identities(struct call *c)
{
	struct table *t = &c->store->fixed[TABLE_identity];
	struct strs column[6];

	struct i64s at = call_i64s(c, 7);
	struct strs box_keys = call_list(c, 8);
	struct num created;

	for (size_t k = 0; k < 6; k++)
		column[k] = call_list(c, k);
	for (int pass = 0; pass < 2; pass++)
		for (size_t i = 0; i < column[0].n; i++) {
			struct str cells[COLS_identity];
			struct spot *s;

			for (size_t k = 0; k < 6; k++)
				cells[k] = column[k].p[i];
			if (cells[COL_identity_person].n == 0)
				cells[COL_identity_person].p = NULL;
			cells[COL_identity_key_id] = call_str(c, 6);
			created = num_of(pg_time(at.v[i] * 1000));
			cells[COL_identity_created_at] = CELL_NUM(created);
			cells[COL_identity_box_key] = box_keys.p[i];
			s = table_spot(t, cells);
			if (!spot_free(s, &c->s->tx))
				return OUTCOME_WAIT;
			if (pass > 0 && spot_seen(s, &c->s->tx) == NULL)
				spot_write(s, &c->s->tx, cells);
		}
	return OUTCOME_DONE;
}

/*
 * PostgreSQL compares grams; here it is enough that a text proposes matters,
 * the same ones each time: those whose words it holds.
 */
static double
score_of(const struct row_matter *m, struct str text)
{
	double score = 0;

	for (size_t i = 0; i < m->words_zh.n; i++)
		if (str_search(text, m->words_zh.p[i]) < text.n)
			score += 0.25;
	return score < 1 ? score : 1;
}

static void
propose(struct call *c, size_t which, struct str text, size_t max)
{
	size_t i = 0, n = 0;
	const struct row_matter *m, *best[16];

	if (max > ARRAY_LEN(best))
		max = ARRAY_LEN(best);
	while ((m = registry_next(world_registry(), TABLE_matter,
		    c->store->now_us / 1000, &i)) != NULL) {
		size_t at = n;

		if (score_of(m, text) <= 0)
			continue;
		while (
		    at > 0 && score_of(best[at - 1], text) < score_of(m, text))
			at--;
		if (at == max)
			continue;
		if (n < max)
			n++;
		memmove(
		    &best[at + 1], &best[at], (n - at - 1) * sizeof(best[0]));
		best[at] = m;
	}
	for (size_t k = 0; k < n; k++) {
		struct num number = num_of((int64_t)which + 1), score;
		double value = score_of(best[k], text);
		int64_t bits;

		memcpy(&bits, &value, sizeof(bits));
		score = num_of(bits);
		result_row(c->out, (struct str[]){ CELL_NUM(number),
				       best[k]->code, CELL_NUM(score) });
	}
}

enum outcome
query_propose(struct call *c)
{
	struct strs texts = call_list(c, 0);
	int64_t max = call_i64(c, 1);

	result_column(c->out, "n", CELL_I64);
	result_column(c->out, "matter", CELL_TEXT);
	result_column(c->out, "score", CELL_F64);
	for (size_t i = 0; i < texts.n; i++)
		propose(c, i, texts.p[i], (size_t)max);
	return OUTCOME_DONE;
}

static struct str
hex_of(struct str bytes, struct arena *arena)
{
	static const char digits[] = "0123456789abcdef";
	char *p = arena_alloc(arena, 2 * bytes.n + 1);

	must(p != NULL);
	for (size_t i = 0; i < bytes.n; i++) {
		p[2 * i] = digits[(unsigned char)bytes.p[i] >> 4];
		p[2 * i + 1] = digits[(unsigned char)bytes.p[i] & 15];
	}
	return (struct str){ p, 2 * bytes.n };
}

static struct str
person_of(struct call *c, struct str token)
{
	const struct spot *s = NULL;
	const struct version *v;
	struct str none = { NULL, 0 };

	if (token.p != NULL)
		s = table_find(&c->store->fixed[TABLE_identity], &token);
	v = s != NULL ? spot_seen(s, &c->s->tx) : NULL;
	if (v == NULL || v->cell[COL_identity_person].p == NULL)
		return none;
	return hex_of(v->cell[COL_identity_person], c->store->scratch);
}

enum outcome
query_persons(struct call *c)
{
	struct strs tokens = call_list(c, 0);

	result_column(c->out, "token", CELL_TEXT);
	result_column(c->out, "person", CELL_TEXT);
	for (size_t i = 0; i < tokens.n; i++) {
		struct str person = person_of(c, tokens.p[i]);
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again = again || str_eq(tokens.p[k], tokens.p[i]);
		if (person.p != NULL && !again)
			result_row(
			    c->out, (struct str[]){ tokens.p[i], person });
	}
	return OUTCOME_DONE;
}

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
		person_of(c, v->cell[col->token]),
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

/* Seats that are taken on the days asked for. */
enum outcome
query_seats(struct call *c)
{
	const struct table *t = store_table(c->store, STR("intake.booking"));
	int room = table_column(t, STR("room"));
	int leader = table_column(t, STR("leader"));
	int day = table_column(t, STR("day"));
	int state = table_column(t, STR("state"));
	struct i64s days = call_i64s(c, 0);

	result_column(c->out, "booking", CELL_TEXT);
	result_column(c->out, "room", CELL_TEXT);
	result_column(c->out, "leader", CELL_TEXT);
	result_column(c->out, "day", CELL_TIME);
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);
		bool wanted = false;

		if (v == NULL || !str_is(v->cell[state], "booked"))
			continue;
		for (size_t k = 0; k < days.n; k++)
			wanted = wanted || cell_i64(v->cell[day]) ==
					       pg_time(days.v[k] * 1000);
		if (wanted)
			result_row(
			    c->out, (struct str[]){ v->cell[0], v->cell[room],
					v->cell[leader], v->cell[day] });
	}
	return OUTCOME_DONE;
}
