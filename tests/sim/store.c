#include "tests/sim/store.h"

#include <stdlib.h>

#define PG_EPOCH_US INT64_C(946684800000000)

#define D(name, what) #name,
const char *const defect_names[DEFECT_COUNT] = { DEFECTS(D) };
#undef D
#define D(name, what) what,
const char *const defect_texts[DEFECT_COUNT] = { DEFECTS(D) };
#undef D

#define C(table, name, type) [COL_##table##_##name] = { #name, CELL_##type },
static const struct column cursor_columns[] = { CURSOR_COLUMNS(C) };
static const struct column deadline_columns[] = { DEADLINE_COLUMNS(C) };
static const struct column pause_columns[] = { PAUSE_COLUMNS(C) };
static const struct column parked_columns[] = { PARKED_COLUMNS(C) };
static const struct column request_columns[] = { REQUEST_COLUMNS(C) };
static const struct column parked_log_columns[] = { PARKED_LOG_COLUMNS(C) };
static const struct column instance_columns[] = { INSTANCE_COLUMNS(C) };
static const struct column sealed_columns[] = { SEALED_COLUMNS(C) };
static const struct column identity_columns[] = { IDENTITY_COLUMNS(C) };
#undef C

int64_t
pg_time(int64_t us)
{
	return us - PG_EPOCH_US;
}

int64_t
pg_time_ms(struct str cell)
{
	return cell.p != NULL ? (cell_i64(cell) + PG_EPOCH_US) / 1000 : 0;
}

static enum cell_type
cell_type_of(enum wire_type type)
{
	switch (type) {
	case WIRE_str:
		return CELL_TEXT;
	case WIRE_i64:
		return CELL_I64;
	case WIRE_f64:
		return CELL_F64;
	case WIRE_bool:
		return CELL_BOOL;
	case WIRE_time:
		return CELL_TIME;
	case WIRE_strs:
		return CELL_TEXTS;
	case WIRE_list:
	case WIRE_map:
		break;
	}
	never("rows hold no records");
}

static void
add_things(struct store *st, const struct machine *m, struct column **column)
{
	for (size_t t = 0; t < m->n_things; t++) {
		const struct msg_desc *d = m->things[t].row;

		for (size_t f = 0; f < d->n_fields; f++)
			(*column)[f] = (struct column){ d->fields[f].name,
				cell_type_of(d->fields[f].type) };
		table_init(&st->things[st->n_things++], d->type, *column,
		    d->n_fields, 1);
		*column += d->n_fields;
	}
}

void
store_init(
    struct store *st, const struct machine *const *machines, size_t n_machines)
{
	size_t n_things = 0, n_columns = 0;
	struct column *column;

	*st = (struct store){ .scratch = arena_new((size_t)1 << 28),
		.journal = { .epoch = 1 } };
#define T(table, text, n_key)                                                  \
	table_init(&st->fixed[TABLE_##table], text, table##_columns,           \
	    ARRAY_LEN(table##_columns), n_key);
	STORE_TABLES(T)
#undef T
	for (size_t i = 0; i < n_machines; i++)
		for (size_t t = 0; t < machines[i]->n_things; t++) {
			n_things++;
			n_columns += machines[i]->things[t].row->n_fields;
		}
	st->things = xcalloc(n_things, sizeof(*st->things));
	st->thing_columns = xcalloc(n_columns, sizeof(*st->thing_columns));
	column = st->thing_columns;
	for (size_t i = 0; i < n_machines; i++)
		add_things(st, machines[i], &column);
}

struct table *
store_table(struct store *st, struct str name)
{
	for (size_t i = 0; i < TABLE_FIXED; i++)
		if (str_is(name, st->fixed[i].name))
			return &st->fixed[i];
	for (size_t i = 0; i < st->n_things; i++)
		if (str_is(name, st->things[i].name))
			return &st->things[i];
	return NULL;
}

static void
journal_fini(struct journal *j)
{
	for (size_t i = 0; i < j->n; i++)
		free(j->v[i]);
	free(j->v);
	free(j->index);
}

void
store_fini(struct store *st)
{
	for (size_t i = 0; i < TABLE_FIXED; i++)
		table_fini(&st->fixed[i]);
	for (size_t i = 0; i < st->n_things; i++)
		table_fini(&st->things[i]);
	for (size_t i = 0; i < st->n_plans; i++)
		free(st->plans[i]);
	free(st->plans);
	free(st->things);
	free(st->thing_columns);
	journal_fini(&st->journal);
	arena_free(&st->scratch);
}

/* The digits that a casefile's number ends with, or SEQ. */
int
journal_slot(struct str subject, int64_t seq)
{
	size_t at = subject.n;
	int64_t n;

	while (at > 0 && subject.p[at - 1] >= '0' && subject.p[at - 1] <= '9')
		at--;
	if (at > 0 && subject.p[at - 1] == '-' && subject.n - at <= 18 &&
	    str_i64(str_cut(subject, at, subject.n), &n))
		return (int)(n % SLOT_COUNT);
	return (int)(seq % SLOT_COUNT);
}

int64_t
journal_head(const struct journal *j)
{
	return j->n > 0 ? j->v[j->n - 1]->seq : 0;
}

/* The numbers are dense, unless a defect makes holes. */
const struct event *
journal_at(const struct journal *j, int64_t seq)
{
	if (seq >= 1 && (size_t)seq <= j->n && j->v[seq - 1]->seq == seq)
		return j->v[seq - 1];
	for (size_t i = 0; i < j->n; i++)
		if (j->v[i]->seq == seq)
			return j->v[i];
	return NULL;
}

static size_t
key_hash(struct str source, struct str id)
{
	return str_hash(source) * 31 + str_hash(id);
}

static size_t *
journal_index(const struct journal *j, struct str source, struct str id)
{
	size_t i = key_hash(source, id) & (j->index_cap - 1);

	while (j->index[i] != 0) {
		const struct event *e = j->v[j->index[i] - 1];

		if (str_eq(e->id, id) && str_eq(e->source, source))
			break;
		i = (i + 1) & (j->index_cap - 1);
	}
	return &j->index[i];
}

struct event *
journal_find(const struct journal *j, struct str source, struct str id)
{
	size_t at = j->index_cap > 0 ? *journal_index(j, source, id) : 0;

	return at > 0 ? j->v[at - 1] : NULL;
}

static void
index_all(struct journal *j)
{
	memset(j->index, 0, j->index_cap * sizeof(*j->index));
	for (size_t i = 0; i < j->n; i++) {
		size_t *at = journal_index(j, j->v[i]->source, j->v[i]->id);

		if (*at == 0)
			*at = i + 1;
	}
}

static void
journal_grow(struct journal *j)
{
	j->cap = j->cap > 0 ? j->cap * 2 : 256;
	j->v = xrealloc(j->v, j->cap * sizeof(struct event *));
	j->index_cap = j->cap * 2;
	j->index = xrealloc(j->index, j->index_cap * sizeof(*j->index));
	index_all(j);
}

void
journal_add(struct journal *j, struct event *e)
{
	size_t *at, place = j->n;

	if (j->n == j->cap)
		journal_grow(j);
	/* Out of order only by a planted defect. */
	while (place > 0 && j->v[place - 1]->seq > e->seq)
		place--;
	memmove(
	    &j->v[place + 1], &j->v[place], (j->n - place) * sizeof(j->v[0]));
	j->v[place] = e;
	j->n++;
	if (place + 1 < j->n) {
		index_all(j);
		return;
	}
	at = journal_index(j, e->source, e->id);
	if (*at == 0)
		*at = j->n;
}

void
journal_cut(struct journal *j, size_t n)
{
	for (; n > 0; n--)
		free(j->v[--j->n]);
	if (j->index_cap > 0)
		index_all(j);
}

struct event *
event_new(const struct event *like)
{
	const struct str from[] = { like->source, like->id, like->type,
		like->subject, like->division, like->digest, like->envelope };
	size_t len = 0;
	struct event *e;
	char *at;

	for (size_t i = 0; i < ARRAY_LEN(from); i++)
		len += from[i].n;
	e = xmalloc(sizeof(*e) + len + 1);
	*e = *like;
	at = e->bytes;
	for (size_t i = 0; i < ARRAY_LEN(from); i++) {
		struct str *const to[] = { &e->source, &e->id, &e->type,
			&e->subject, &e->division, &e->digest, &e->envelope };

		if (from[i].n > 0)
			memcpy(at, from[i].p, from[i].n);
		/* No subject is NULL in the table. */
		*to[i] =
		    (struct str){ from[i].p != NULL ? at : NULL, from[i].n };
		at += from[i].n;
	}
	return e;
}
