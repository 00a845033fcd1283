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

struct str
query_person(struct call *c, struct str token)
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
		struct str person = query_person(c, tokens.p[i]);
		bool again = false;

		for (size_t k = 0; k < i; k++)
			again = again || str_eq(tokens.p[k], tokens.p[i]);
		if (person.p != NULL && !again)
			result_row(
			    c->out, (struct str[]){ tokens.p[i], person });
	}
	return OUTCOME_DONE;
}

/* Of one casefile; each person once, in no order. */
enum outcome
query_callers(struct call *c)
{
	const struct table *t = store_table(c->store, STR("intake.report"));
	int state = table_column(t, STR("state"));
	int token = table_column(t, STR("token"));
	int reachable = table_column(t, STR("reachable"));
	struct str *seen =
	    arena_alloc(c->store->scratch, (t->n_spots + 1) * sizeof(*seen));
	size_t n = 0;

	must(seen != NULL);
	result_column(c->out, "person", CELL_TEXT);
	for (size_t i = 0; i < t->n_spots; i++) {
		const struct version *v = spot_seen(t->spots[i], &c->s->tx);
		struct str who;

		if (v == NULL || !str_eq(v->cell[1], call_str(c, 0)) ||
		    !str_eq(v->cell[reachable], STR("\1")) ||
		    !(str_is(v->cell[state], "accepted") ||
			str_is(v->cell[state], "merged")))
			continue;
		who = query_person(c, v->cell[token]);
		if (who.p == NULL || strs_has((struct strs){ seen, n }, who))
			continue;
		seen[n++] = who;
		result_row(c->out, &who);
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
