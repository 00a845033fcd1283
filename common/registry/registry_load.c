#include "common/registry/inside.h"

#include "common/db/db.h"
#include "common/msg/envelope.h"

#include <stdlib.h>

#include "registry_sql.h"

/* Queries stand in the file in this order: loading first, storing behind. */
static size_t
n_loading(void)
{
	size_t n = 0;

	while (strcmp(registry_queries[n].name, Q_registry_take_lock) != 0)
		n++;
	return n;
}

enum rc
registry_prepare(struct db *db, struct err *e)
{
	return db_prepare(db, registry_queries, n_loading(), e);
}

/* The queries of the tables, in the order of enum registry_table. */
static const char *const table_queries[TABLE_COUNT] = {
/* clang-format off */
#define PACK_FILE(row, file, need, keys) [TABLE_##row] = Q_registry_##row,
#include "schemas/pack/files.def"
#undef PACK_FILE
	/* clang-format on */
};

/* One version of a pack; of each pack they stand in the order of days. */
struct load {
	struct str name;
	struct str version;
	struct str pack; /* "tonglu 2026.1", as rows say */
	int64_t from;
	int64_t seq;
};

/* The packs that there are, and up to where they count. */
struct loads {
	struct load *v;
	size_t n;
	int64_t at;
};

static void
take_loads(struct registry *r, struct loads *l, const struct rows *rows)
{
	l->n = rows_n(rows);
	l->v = arena_alloc(r->arena, (l->n + 1) * sizeof(*l->v));
	must(l->v != NULL);
	for (size_t i = 0; i < l->n; i++) {
		struct load *p = &l->v[i];

		p->name = arena_str(r->arena, rows_str(rows, i, 0));
		p->version = arena_str(r->arena, rows_str(rows, i, 1));
		p->pack = arena_printf(r->arena, "%.*s %.*s", STR_ARG(p->name),
		    STR_ARG(p->version));
		p->from = rows_time(rows, i, 2);
		p->seq = rows_i64(rows, i, 3);
		if (p->seq > r->newest)
			r->newest = p->seq;
		if (p->seq <= l->at) {
			r->generation++;
			r->since = p->seq > r->since ? p->seq : r->since;
		} else if (p->seq < r->until) {
			r->until = p->seq;
		}
	}
}

/* "tonglu 2026.1, ...": of each pack the last version that counts. */
static struct str
version_of(struct registry *r, const struct loads *l)
{
	struct str text = STR("");

	for (size_t i = 0; i < l->n; i++) {
		bool last = l->v[i].seq <= l->at;

		for (size_t k = i + 1; k < l->n && last; k++)
			last = !str_eq(l->v[k].name, l->v[i].name) ||
			       l->v[k].seq > l->at;
		if (last)
			text =
			    arena_printf(r->arena, "%.*s%s%.*s", STR_ARG(text),
				text.n > 0 ? ", " : "", STR_ARG(l->v[i].pack));
	}
	return text;
}

/* Whether PACK came later than what counts; hand-made rows never did. */
static bool
is_later(const struct loads *l, struct str pack)
{
	for (size_t i = 0; i < l->n; i++)
		if (str_eq(l->v[i].pack, pack))
			return l->v[i].seq > l->at;
	return false;
}

/* Whether PACK's row was ended on TO by a version that came later. */
static bool
is_ended_later(const struct loads *l, struct str pack, int64_t to)
{
	for (size_t i = 0; i < l->n; i++)
		if (l->v[i].seq > l->at && l->v[i].from == to &&
		    str_starts(pack, l->v[i].name) && pack.n > l->v[i].name.n &&
		    pack.p[l->v[i].name.n] == ' ')
			return true;
	return false;
}

static void
take_rows(struct registry *r, const struct loads *l, enum registry_table t,
    const struct rows *rows)
{
	const struct msg_desc *d = registry_files[t].desc;
	int from = rows_column(rows, "valid_from");
	int to = rows_column(rows, "valid_to");
	int pack = rows_column(rows, "pack");
	void *row = xcalloc(1, d->size);

	for (size_t i = 0; i < rows_n(rows); i++) {
		struct str by = rows_str(rows, i, pack);
		int64_t end =
		    rows_null(rows, i, to) ? INT64_MAX : rows_time(rows, i, to);

		if (r->until < INT64_MAX && is_later(l, by))
			continue;
		if (r->until < INT64_MAX && is_ended_later(l, by, end))
			end = INT64_MAX;
		rows_decode(rows, i, d, row, r->arena);
		registry_add(r, t, row, rows_time(rows, i, from), end);
	}
	free(row);
}

static enum rc
take_table(struct registry *r, const struct loads *l, struct db *db,
    enum registry_table t, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_next(db, &rows, e));
	take_rows(r, l, t, rows);
	return RC_OK;
}

static void
take_fact(struct registry *r, struct str bytes)
{
	const struct msg_desc *admitted = &msg_admission_admitted_desc;
	const struct msg_desc *revoked = &msg_admission_revoked_desc;
	const struct msg_desc *returned = &msg_cadre_returned_desc;
	struct msg_admission_admitted a;
	struct msg_admission_revoked b;
	struct msg_cadre_returned c;
	struct msg_envelope env;

	if (envelope_decode(bytes, MSG_LENIENT, &env, NULL) != RC_OK)
		return;
	if (str_is(env.type, admitted->type) &&
	    msg_decode(admitted, env.data, MSG_LENIENT, &a, r->arena, NULL) ==
		RC_OK)
		registry_admit(
		    r, &(struct registry_admission){ .id = a.admission,
			   .matter = a.matter,
			   .units = a.units,
			   .from = a.from,
			   .until = a.until });
	else if (str_is(env.type, revoked->type) &&
		 msg_decode(revoked, env.data, MSG_LENIENT, &b, r->arena,
		     NULL) == RC_OK)
		registry_revoke(r, b.admission);
	else if (str_is(env.type, returned->type) &&
		 msg_decode(returned, env.data, MSG_LENIENT, &c, r->arena,
		     NULL) == RC_OK)
		registry_return(
		    r, &(struct registry_return){ .officer = c.cadre,
			   .from = c.from,
			   .home = c.home,
			   .at = c.at });
}

/* They count from their place in the journal on, as packs do. */
static enum rc
take_facts(struct registry *r, struct db *db, int64_t at, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_next(db, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		int64_t seq = rows_i64(rows, i, 0);

		if (seq > r->newest)
			r->newest = seq;
		if (seq > at) {
			if (seq < r->until)
				r->until = seq;
			continue;
		}
		if (seq > r->since)
			r->since = seq;
		take_fact(r, arena_str(r->arena, rows_str(rows, i, 1)));
	}
	return RC_OK;
}

static enum rc
take_all(struct registry *r, struct db *db, int64_t at, struct err *e)
{
	AUTO(rows_free) struct rows *packs = NULL;
	struct loads l = { .at = at };

	TRY(db_flush(db, e));
	TRY(db_next(db, NULL, e)); /* begin */
	TRY(db_next(db, NULL, e)); /* snapshot */
	TRY(db_next(db, &packs, e));
	take_loads(r, &l, packs);
	for (size_t t = 0; t < TABLE_COUNT; t++)
		TRY(take_table(r, &l, db, (enum registry_table)t, e));
	TRY(take_facts(r, db, at, e));
	TRY(db_next(db, NULL, e)); /* commit */
	registry_seal(r, version_of(r, &l));
	return RC_OK;
}

enum rc
registry_load_at(
    struct registry **rp, struct db *db, int64_t seq, struct err *e)
{
	AUTO(registry_free) struct registry *r = registry_new();
	enum rc rc;

	db_begin(db);
	db_send(db, Q_registry_snapshot, NULL);
	db_send(db, Q_registry_loads, NULL);
	for (size_t t = 0; t < TABLE_COUNT; t++)
		db_send(db, table_queries[t], NULL);
	db_send(db, Q_registry_facts, NULL);
	db_commit(db);
	rc = take_all(r, db, seq, e);
	if (rc != RC_OK) {
		db_rollback(db);
		return rc;
	}
	*rp = r;
	r = NULL;
	return RC_OK;
}

enum rc
registry_load(struct registry **rp, struct db *db, struct err *e)
{
	return registry_load_at(rp, db, INT64_MAX, e);
}

bool
registry_fits(const struct registry *r, int64_t seq, int64_t newest)
{
	return r->newest == newest && r->since <= seq && seq < r->until;
}

int64_t
registry_until(const struct registry *r)
{
	return r->until;
}

int64_t
registry_generation(const struct registry *r)
{
	return r->generation;
}
