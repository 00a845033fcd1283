#include "services/intake/store.h"

#include "intake_sql.h"

const struct db_query *
intake_store_queries(size_t *n)
{
	*n = ARRAY_LEN(intake_queries);
	return intake_queries;
}

static struct str
kept(const struct rows *rows, size_t i, int column, struct arena *arena)
{
	return arena_str(arena, rows_str(rows, i, column));
}

enum rc
intake_store_boxes(struct db *db, struct strs sources, struct strs ids,
    struct arena *arena, struct intake_boxes *out, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_strs(&a, sources.p, sources.n);
	args_strs(&a, ids.p, ids.n);
	TRY(db_exec(db, Q_intake_boxes, &a, &rows, e));
	out->n = rows_n(rows);
	out->v = arena_alloc(arena, (out->n + 1) * sizeof(*out->v));
	must(out->v != NULL);
	for (size_t i = 0; i < out->n; i++)
		out->v[i] = (struct intake_box){
			.source = kept(rows, i, 0, arena),
			.id = kept(rows, i, 1, arena),
			.digest = kept(rows, i, 2, arena),
			.box = kept(rows, i, 3, arena),
		};
	return RC_OK;
}

enum rc
intake_store_propose(struct db *db, struct strs texts, int64_t max,
    int64_t generation, struct arena *arena, struct intake_proposals *out,
    struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;
	struct msg_proposal *all;

	args_init(&a);
	args_strs(&a, texts.p, texts.n);
	args_i64(&a, max);
	args_i64(&a, generation);
	TRY(db_exec(db, Q_intake_propose, &a, &rows, e));
	all = arena_alloc(arena, (rows_n(rows) + 1) * sizeof(*all));
	must(all != NULL);
	memset(out, 0, texts.n * sizeof(*out));
	for (size_t i = 0; i < rows_n(rows); i++) {
		int64_t which = rows_i64(rows, i, 0) - 1;

		must(which >= 0 && (size_t)which < texts.n);
		rows_decode(rows, i, &msg_proposal_desc, &all[i], arena);
		/* They come in order: the first of a text begins its part. */
		if (out[which].n++ == 0)
			out[which].p = &all[i];
	}
	return RC_OK;
}

static struct sighting
sighting_of(const struct row_nearby *row)
{
	return (struct sighting){
		.report = row->report,
		.casefile = row->casefile,
		.matter = row->matter,
		.division = row->division,
		.place = row->place,
		.text = row->text,
		.person = row->person,
		.lat = row->lat,
		.lon = row->lon,
		.at = row->at,
	};
}

static void
keep_seen(const struct rows *rows, struct arena *arena, struct intake_seen *out)
{
	struct row_nearby row;

	out->n = rows_n(rows);
	out->v = arena_alloc(arena, (out->n + 1) * sizeof(*out->v));
	must(out->v != NULL);
	for (size_t i = 0; i < out->n; i++) {
		rows_decode(rows, i, &row_nearby_desc, &row, arena);
		out->v[i] = (struct intake_report){ sighting_of(&row),
			row.state, row.open };
	}
}

enum rc
intake_store_nearby(struct db *db, struct strs towns, int64_t since,
    int64_t max, struct arena *arena, struct intake_seen *out, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_strs(&a, towns.p, towns.n);
	args_time(&a, since);
	args_i64(&a, max);
	TRY(db_exec(db, Q_intake_nearby, &a, &rows, e));
	keep_seen(rows, arena, out);
	return RC_OK;
}

enum rc
intake_store_formers(struct db *db, struct strs reports, struct arena *arena,
    struct intake_seen *out, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_strs(&a, reports.p, reports.n);
	TRY(db_exec(db, Q_intake_formers, &a, &rows, e));
	keep_seen(rows, arena, out);
	return RC_OK;
}

enum rc
intake_store_seats(struct db *db, const int64_t *days, size_t n,
    struct arena *arena, struct intake_seats *out, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_i64s(&a, days, n);
	TRY(db_exec(db, Q_intake_seats, &a, &rows, e));
	out->n = rows_n(rows);
	out->v = arena_alloc(arena, (out->n + 1) * sizeof(*out->v));
	must(out->v != NULL);
	for (size_t i = 0; i < out->n; i++)
		rows_decode(rows, i, &row_seat_desc, &out->v[i], arena);
	return RC_OK;
}

enum rc
intake_store_persons(struct db *db, struct strs tokens, struct arena *arena,
    struct intake_persons *out, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;

	args_init(&a);
	args_strs(&a, tokens.p, tokens.n);
	TRY(db_exec(db, Q_intake_persons, &a, &rows, e));
	out->n = rows_n(rows);
	out->v = arena_alloc(arena, (out->n + 1) * sizeof(*out->v));
	must(out->v != NULL);
	for (size_t i = 0; i < out->n; i++)
		out->v[i] = (struct intake_person){ kept(rows, i, 0, arena),
			kept(rows, i, 1, arena) };
	return RC_OK;
}

enum rc
intake_store_callers(struct db *db, struct str casefile, struct arena *arena,
    struct strs *out, struct err *e)
{
	AUTO(args_fini) struct args a;
	AUTO(rows_free) struct rows *rows = NULL;
	struct str *v;

	args_init(&a);
	args_str(&a, casefile);
	TRY(db_exec(db, Q_intake_callers, &a, &rows, e));
	v = arena_alloc(arena, (rows_n(rows) + 1) * sizeof(*v));
	must(v != NULL);
	for (size_t i = 0; i < rows_n(rows); i++)
		v[i] = kept(rows, i, 0, arena);
	*out = (struct strs){ v, rows_n(rows) };
	return RC_OK;
}

size_t
intake_store_identities(struct db *db, const struct intake_identity *v,
    size_t n, const char *key_id, struct arena *arena)
{
	AUTO(args_fini) struct args a;
	struct str *column = arena_alloc(arena, (n + 1) * 7 * sizeof(*column));
	int64_t *at = arena_alloc(arena, (n + 1) * sizeof(*at));

	args_init(&a);
	if (n == 0)
		return 0;
	must(column != NULL && at != NULL);
	for (size_t i = 0; i < n; i++) {
		column[i] = v[i].token;
		column[n + i] = v[i].report;
		column[2 * n + i] = v[i].source;
		column[3 * n + i] = v[i].id;
		/* NULL would be fine; an empty hash is one kind less. */
		column[4 * n + i] = v[i].person.n > 0 ? v[i].person : STR("");
		column[5 * n + i] = v[i].sealed;
		column[6 * n + i] = v[i].box_key;
		at[i] = v[i].at;
	}
	for (size_t k = 0; k < 4; k++)
		args_strs(&a, column + k * n, n);
	args_bytes_list(&a, column + 4 * n, n);
	args_bytes_list(&a, column + 5 * n, n);
	args_str(&a, str_of(key_id));
	args_i64s(&a, at, n);
	args_strs(&a, column + 6 * n, n);
	db_send(db, Q_intake_identities, &a);
	return 1;
}
