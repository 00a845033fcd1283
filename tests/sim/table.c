#include "tests/sim/table.h"

#include <stdlib.h>

void
table_init(struct table *t, const char *name, const struct column *columns,
    size_t n_columns, size_t n_key)
{
	must(n_columns <= COLUMNS_MAX);
	*t = (struct table){ .name = name,
		.columns = columns,
		.n_columns = n_columns,
		.n_key = n_key };
}

void
table_fini(struct table *t)
{
	for (size_t i = 0; i < t->n_spots; i++) {
		free(t->spots[i]->now);
		free(t->spots[i]->next);
		free(t->spots[i]);
	}
	free(t->spots);
	free(t->index);
	*t = (struct table){ .name = t->name };
}

int
table_column(const struct table *t, struct str name)
{
	for (size_t i = 0; i < t->n_columns; i++)
		if (str_is(name, t->columns[i].name))
			return (int)i;
	return -1;
}

/* The cells with their lengths, so that no two keys look alike. */
static size_t
key_len(const struct str *key, size_t n)
{
	size_t len = 0;

	for (size_t i = 0; i < n; i++)
		len += sizeof(uint32_t) + key[i].n;
	return len;
}

static void
key_put(const struct str *key, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++) {
		uint32_t len = (uint32_t)key[i].n;

		must(key[i].p != NULL);
		memcpy(out, &len, sizeof(len));
		memcpy(out + sizeof(len), key[i].p, len);
		out += sizeof(len) + len;
	}
}

static size_t *
index_at(const struct table *t, struct str key)
{
	size_t i = str_hash(key) & (t->index_cap - 1);

	while (t->index[i] != 0 && !str_eq(t->spots[t->index[i] - 1]->key, key))
		i = (i + 1) & (t->index_cap - 1);
	return &t->index[i];
}

static void
table_grow(struct table *t)
{
	t->cap = t->cap > 0 ? t->cap * 2 : 64;
	t->spots = xrealloc(t->spots, t->cap * sizeof(struct spot *));
	free(t->index);
	t->index_cap = t->cap * 2;
	t->index = xcalloc(t->index_cap, sizeof(*t->index));
	for (size_t i = 0; i < t->n_spots; i++)
		*index_at(t, t->spots[i]->key) = i + 1;
}

static struct spot *
spot_new(struct table *t, struct str key)
{
	struct spot *s = xcalloc(1, sizeof(*s) + key.n);

	s->table = t;
	memcpy((char *)(s + 1), key.p, key.n);
	s->key = (struct str){ (char *)(s + 1), key.n };
	return s;
}

#define KEY_MAX 512

struct spot *
table_find(const struct table *t, const struct str *key)
{
	char bytes[KEY_MAX];
	struct str k = { bytes, key_len(key, t->n_key) };
	size_t at;

	must(k.n <= sizeof(bytes));
	key_put(key, t->n_key, bytes);
	at = t->index_cap > 0 ? *index_at(t, k) : 0;
	return at > 0 ? t->spots[at - 1] : NULL;
}

struct spot *
table_spot(struct table *t, const struct str *key)
{
	char bytes[KEY_MAX];
	struct str k = { bytes, key_len(key, t->n_key) };
	size_t *at;

	must(k.n <= sizeof(bytes));
	key_put(key, t->n_key, bytes);
	if (t->n_spots == t->cap)
		table_grow(t);
	at = index_at(t, k);
	if (*at == 0) {
		t->spots[t->n_spots++] = spot_new(t, k);
		*at = t->n_spots;
	}
	return t->spots[*at - 1];
}

const struct version *
spot_seen(const struct spot *s, const struct tx *who)
{
	return s->changed && s->owner == who ? s->next : s->now;
}

bool
spot_free(const struct spot *s, const struct tx *who)
{
	return s->owner == NULL || s->owner == who;
}

void
spot_lock(struct spot *s, struct tx *who)
{
	must(spot_free(s, who));
	if (s->owner == who)
		return;
	s->owner = who;
	if (who->n == who->cap) {
		who->cap = who->cap > 0 ? who->cap * 2 : 32;
		who->touched =
		    xrealloc(who->touched, who->cap * sizeof(struct spot *));
	}
	who->touched[who->n++] = s;
}

struct version *
version_new(const struct str *cells, size_t n)
{
	size_t len = 0;
	struct version *v;
	char *at;

	for (size_t i = 0; i < n; i++)
		len += cells[i].n + 1;
	v = xmalloc(sizeof(*v) + n * sizeof(v->cell[0]) + len);
	v->n = n;
	at = (char *)&v->cell[n];
	for (size_t i = 0; i < n; i++) {
		v->cell[i] = (struct str){ NULL, 0 };
		if (cells[i].p == NULL)
			continue;
		memcpy(at, cells[i].p, cells[i].n);
		at[cells[i].n] = '\0';
		v->cell[i] = (struct str){ at, cells[i].n };
		at += cells[i].n + 1;
	}
	return v;
}

void
spot_write(struct spot *s, struct tx *who, const struct str *cells)
{
	/* First the new one: CELLS may well lie in the old one. */
	struct version *v =
	    cells != NULL ? version_new(cells, s->table->n_columns) : NULL;

	spot_lock(s, who);
	if (s->changed)
		free(s->next);
	s->next = v;
	s->changed = true;
}

void
tx_commit(struct tx *tx)
{
	for (size_t i = 0; i < tx->n; i++) {
		struct spot *s = tx->touched[i];

		if (s->changed) {
			free(s->now);
			s->now = s->next;
		}
		s->next = NULL;
		s->changed = false;
		s->owner = NULL;
	}
	tx->n = 0;
}

void
tx_rollback(struct tx *tx)
{
	for (size_t i = 0; i < tx->n; i++) {
		struct spot *s = tx->touched[i];

		if (s->changed)
			free(s->next);
		s->next = NULL;
		s->changed = false;
		s->owner = NULL;
	}
	tx->n = 0;
}

void
tx_fini(struct tx *tx)
{
	tx_rollback(tx);
	free(tx->touched);
	*tx = (struct tx){ .n = 0 };
}
