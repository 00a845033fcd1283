#include "common/db/rows.h"

#include <stdio.h>
#include <stdlib.h>

/* PostgreSQL counts microseconds from 2000-01-01 UTC. */
#define PG_EPOCH_MS INT64_C(946684800000)

#define OID_DATE 1082

struct rows {
	PGresult *res;
};

struct rows *
rows_of(PGresult *res)
{
	struct rows *r = xcalloc(1, sizeof(*r));

	r->res = res;
	return r;
}

void
rows_free(struct rows **rp)
{
	if (*rp == NULL)
		return;
	PQclear((*rp)->res);
	free(*rp);
	*rp = NULL;
}

size_t
rows_n(const struct rows *r)
{
	return (size_t)PQntuples(r->res);
}

int
rows_column(const struct rows *r, const char *name)
{
	return PQfnumber(r->res, name);
}

bool
rows_null(const struct rows *r, size_t row, int column)
{
	return PQgetisnull(r->res, (int)row, column) == 1;
}

struct str
rows_str(const struct rows *r, size_t row, int column)
{
	return (struct str){ PQgetvalue(r->res, (int)row, column),
		(size_t)PQgetlength(r->res, (int)row, column) };
}

static uint64_t
big(struct str s)
{
	uint64_t v = 0;

	for (size_t i = 0; i < s.n && i < 8; i++)
		v = v << 8 | (unsigned char)s.p[i];
	return v;
}

int64_t
rows_i64(const struct rows *r, size_t row, int column)
{
	struct str s = rows_str(r, row, column);
	unsigned shift;

	if (s.n == 0 || s.n > 8)
		return 0;
	shift = (unsigned)(64 - 8 * s.n);
	return (int64_t)(big(s) << shift) >> shift;
}

bool
rows_bool(const struct rows *r, size_t row, int column)
{
	struct str s = rows_str(r, row, column);

	return s.n == 1 && s.p[0] != 0;
}

int64_t
rows_time(const struct rows *r, size_t row, int column)
{
	int64_t v = rows_i64(r, row, column);

	if (rows_null(r, row, column))
		return 0;
	if (PQftype(r->res, column) == OID_DATE)
		return v * DAY_MS + PG_EPOCH_MS - ZONE_MS;
	/* Down to the millisecond, also before 2000. */
	return (v - (v % 1000 + 1000) % 1000) / 1000 + PG_EPOCH_MS;
}

static double
rows_f64(const struct rows *r, size_t row, int column)
{
	uint64_t bits = big(rows_str(r, row, column));
	double d;

	memcpy(&d, &bits, sizeof(d));
	return d;
}

/* Binary text[]: dimensions, flags, type, length, lower bound, items. */
static struct strs
strs_of(struct str s, struct arena *arena)
{
	struct str *v;
	size_t n, at = 20;

	if (s.n < 20 || big(str_cut(s, 0, 4)) != 1)
		return (struct strs){ NULL, 0 };
	n = (size_t)big(str_cut(s, 12, 4));
	v = arena_alloc(arena, n * sizeof(*v));
	must(v != NULL);
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)big(str_cut(s, at, 4));

		at += 4;
		if (len == UINT32_MAX)
			continue;
		v[i] = arena_str(arena, str_cut(s, at, len));
		at += len;
	}
	return (struct strs){ v, n };
}

static void
decode_column(const struct rows *r, size_t row, int column,
    const struct msg_field *f, void *at, struct arena *arena)
{
	switch (f->type) {
	case WIRE_str:
		*(struct str *)at = arena_str(arena, rows_str(r, row, column));
		break;
	case WIRE_i64:
		*(int64_t *)at = rows_i64(r, row, column);
		break;
	case WIRE_f64:
		*(double *)at = rows_f64(r, row, column);
		break;
	case WIRE_bool:
		*(bool *)at = rows_bool(r, row, column);
		break;
	case WIRE_time:
		*(int64_t *)at = rows_time(r, row, column);
		break;
	case WIRE_strs:
		*(struct strs *)at = strs_of(rows_str(r, row, column), arena);
		break;
	case WIRE_list:
	case WIRE_map:
		never("rows hold no records");
	}
}

void
rows_decode(const struct rows *r, size_t row, const struct msg_desc *d,
    void *obj, struct arena *arena)
{
	memset(obj, 0, d->size);
	for (size_t i = 0; i < d->n_fields; i++) {
		const struct msg_field *f = &d->fields[i];
		int column = rows_column(r, f->name);

		if (column >= 0 && !rows_null(r, row, column))
			decode_column(r, row, column, f, msg_at(f, obj), arena);
	}
}
