/* json_populate_recordset(), as far as the project needs it. */
#include "common/base/clock.h"
#include "tests/sim/query.h"

#include <endian.h>
#include <jansson.h>
#include <stdlib.h>

#define OID_TEXT 25

struct json_rows {
	json_t *list;
};

struct json_rows *
json_rows_open(struct str json)
{
	struct json_rows *j = xcalloc(1, sizeof(*j));
	json_error_t why;

	j->list = json_loadb(json.p, json.n, 0, &why);
	must(json_is_array(j->list));
	return j;
}

void
json_rows_close(struct json_rows **jp)
{
	json_decref((*jp)->list);
	free(*jp);
	*jp = NULL;
}

size_t
json_rows_n(const struct json_rows *j)
{
	return json_array_size(j->list);
}

static struct str
put_num(int64_t v, struct arena *arena)
{
	struct num n = num_of(v);

	return arena_str(arena, CELL_NUM(n));
}

static struct str
put_time(const json_t *v, struct arena *arena)
{
	int64_t at;

	must(json_is_string(v));
	must(clock_parse(str_of(json_string_value(v)), &at));
	return put_num(pg_time(at * 1000), arena);
}

static void
put32(char **at, uint32_t v)
{
	uint32_t be = htobe32(v);

	memcpy(*at, &be, sizeof(be));
	*at += sizeof(be);
}

/* A text[] in libpq's binary format. */
static struct str
put_texts(const json_t *list, struct arena *arena)
{
	size_t n = json_array_size(list), len = 20;
	char *p, *at;

	for (size_t i = 0; i < n; i++)
		len += 4 + json_string_length(json_array_get(list, i));
	p = at = arena_alloc(arena, len);
	must(p != NULL);
	put32(&at, n > 0);
	put32(&at, 0);
	put32(&at, OID_TEXT);
	put32(&at, (uint32_t)n);
	put32(&at, 1);
	for (size_t i = 0; i < n; i++) {
		const json_t *one = json_array_get(list, i);
		size_t k = json_string_length(one);

		put32(&at, (uint32_t)k);
		memcpy(at, json_string_value(one), k);
		at += k;
	}
	return (struct str){ p, len };
}

static struct str
put_double(const json_t *v, struct arena *arena)
{
	double d = json_number_value(v);
	int64_t bits;

	memcpy(&bits, &d, sizeof(bits));
	return put_num(bits, arena);
}

static struct str
cell_of(const json_t *v, enum cell_type type, struct arena *arena)
{
	switch (type) {
	case CELL_TEXT:
		must(json_is_string(v));
		return arena_str(arena, (struct str){ json_string_value(v),
					    json_string_length(v) });
	case CELL_I64:
		must(json_is_integer(v));
		return put_num(json_integer_value(v), arena);
	case CELL_F64:
		return put_double(v, arena);
	case CELL_BOOL:
		must(json_is_boolean(v));
		return json_is_true(v) ? STR("\1") : STR("\0");
	case CELL_TIME:
		return put_time(v, arena);
	case CELL_TEXTS:
		must(json_is_array(v));
		return put_texts(v, arena);
	case CELL_BYTES:
		break;
	}
	never("rows of JSON hold no bytes");
}

void
json_rows_cells(const struct json_rows *j, size_t i, const struct table *t,
    struct str *cells, struct arena *arena)
{
	const json_t *row = json_array_get(j->list, i);

	must(json_is_object(row));
	for (size_t c = 0; c < t->n_columns; c++) {
		const json_t *v = json_object_get(row, t->columns[c].name);

		cells[c] = (struct str){ NULL, 0 };
		if (v != NULL && !json_is_null(v))
			cells[c] = cell_of(v, t->columns[c].type, arena);
	}
}
