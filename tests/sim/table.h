/*
 * Tables in memory with the transactions of PostgreSQL at READ COMMITTED:
 * a row has the version that is committed and, while a transaction works on
 * it, the next one, which only that transaction sees.  Who has the next one
 * (or FOR UPDATE) holds the row's lock until the end.
 */
#ifndef SIM_TABLE_H
#define SIM_TABLE_H

#include "tests/sim/cell.h"

#define COLUMNS_MAX 48

struct column {
	const char *name;
	enum cell_type type;
};

/* One version of a row; its bytes stand behind the cells. */
struct version {
	size_t n;
	struct str cell[];
};

struct tx;
struct table;

struct spot {
	struct table *table;
	struct version *now;  /* committed; NULL: not there */
	struct version *next; /* of OWNER's transaction, if CHANGED */
	bool changed;
	struct tx *owner; /* holds the row's lock */
	struct str key;
};

struct table {
	const char *name;
	const struct column *columns;
	size_t n_columns;
	size_t n_key;        /* the first so many columns are the primary key */
	struct spot **spots; /* in the order of their first insert */
	size_t n_spots;
	size_t cap;
	size_t *index; /* hash of keys: place in spots + 1 */
	size_t index_cap;
};

/* The rows that a transaction has locked or changed. */
struct tx {
	struct spot **touched;
	size_t n;
	size_t cap;
};

void table_init(struct table *t, const char *name, const struct column *columns,
    size_t n_columns, size_t n_key);
void table_fini(struct table *t);
int table_column(const struct table *t, struct str name); /* -1: none */
/* KEY is n_key cells.  table_find() is NULL where no such row ever was. */
struct spot *table_find(const struct table *t, const struct str *key);
struct spot *table_spot(struct table *t, const struct str *key);

/* What WHO sees of it; NULL: no row. */
const struct version *spot_seen(const struct spot *s, const struct tx *who);
/* Whether WHO may lock it now. */
bool spot_free(const struct spot *s, const struct tx *who);
void spot_lock(struct spot *s, struct tx *who);
/* The caller has seen that it is free.  CELLS NULL: deletes it. */
void spot_write(struct spot *s, struct tx *who, const struct str *cells);

/* All of it becomes what everybody sees, or is gone; locks are dropped. */
void tx_commit(struct tx *tx);
void tx_rollback(struct tx *tx);
void tx_fini(struct tx *tx);

struct version *version_new(const struct str *cells, size_t n);

#endif
