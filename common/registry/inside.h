/* What a registry is made of; for the files of this folder only. */
#ifndef REGISTRY_INSIDE_H
#define REGISTRY_INSIDE_H

#include "common/registry/registry.h"

struct span {
	int64_t from;
	int64_t to;
};

/* Rows in the order of their keys, then of their days. */
struct table {
	char *rows;
	struct span *spans; /* one a row */
	size_t n;
	size_t cap;
};

struct admission {
	struct admission *next;
	struct registry_admission a;
};

struct returned {
	struct registry_return a; /* first: registry_next_return() */
	struct returned *next;
};

struct registry {
	struct arena *arena;
	struct table table[TABLE_COUNT];
	struct calendar calendar;
	struct limit *limits;         /* one a row of limit, read */
	size_t *by_place;             /* units by division, kind, code, day */
	size_t *by_cover;             /* coverage by division, team, day */
	struct admission *admissions; /* the last one first */
	struct returned *returns;     /* so, too */
	struct str version;
	struct str county;
	/* Places in the journal: of the last pack or admission in here, of
	 * the first that is not, and of the last one that there was. */
	int64_t since;
	int64_t until;
	int64_t newest;
	int64_t generation;
};

/* A merger of mergers is rare; more than these steps is a loop. */
#define REGISTRY_SUCCESSIONS_MAX 8

/* Place of the first row of T whose key is not below KEY. */
size_t registry_first(
    const struct registry *r, enum registry_table t, struct str key);

static inline const void *
table_row(const struct registry *r, enum registry_table t, size_t i)
{
	return r->table[t].rows + i * registry_files[t].desc->size;
}

static inline const struct row_unit *
unit_row(const struct registry *r, size_t i)
{
	const void *row = table_row(r, TABLE_unit, i);

	return row;
}

static inline const struct row_coverage *
coverage_row(const struct registry *r, size_t i)
{
	const void *row = table_row(r, TABLE_coverage, i);

	return row;
}

static inline bool
valid_at(const struct table *t, size_t i, int64_t at)
{
	return t->spans[i].from <= at && at < t->spans[i].to;
}

#endif
