#include "services/bus/access.h"

#include "common/base/clock.h"
#include "common/base/log.h"

#include "bus_sql.h"

#include <stdlib.h>

#define KEYS_MAX 20000
#define CLIENTS_MAX 10000
#define RIGHTS_MAX 100000
#define BYTES_MAX ((size_t)64 << 20)

struct key {
	struct str text;
	struct client *client;
	bool inside[DOORS];
};

/* What was read at one time; lives in an arena of its own. */
struct snapshot {
	struct arena *arena;
	struct client *clients; /* by name */
	size_t n_clients;
	struct right *rights; /* by client */
	size_t n_rights;
	struct key *keys; /* by text */
	size_t n_keys;
};

struct access {
	struct snapshot now;
	struct client local;
	int64_t version; /* of what was read: changes, and keys that ended */
	int64_t ended;
	bool shut[DOORS];
};

static const enum verb verb_of_door[DOORS] = { VERB_LIVE, VERB_RING };

struct access *
access_new(void)
{
	struct access *a = xcalloc(1, sizeof(*a));

	a->version = -1;
	a->local = (struct client){ .name = STR(ACCESS_LOCAL), .local = true };
	return a;
}

void
access_free(struct access **ap)
{
	if (*ap == NULL)
		return;
	arena_free(&(*ap)->now.arena);
	free(*ap);
	*ap = NULL;
}

static int
by_text(const void *a, const void *b)
{
	return str_cmp(
	    ((const struct key *)a)->text, ((const struct key *)b)->text);
}

static int
by_name(const void *a, const void *b)
{
	return str_cmp(
	    ((const struct client *)a)->name, ((const struct client *)b)->name);
}

static struct key *
find_key(const struct snapshot *s, struct str text)
{
	struct key wanted = { .text = text };

	return s->n_keys == 0 ? NULL
			      : bsearch(&wanted, s->keys, s->n_keys,
				    sizeof(*s->keys), by_text);
}

static struct client *
find_client(const struct snapshot *s, struct str name)
{
	struct client wanted = { .name = name };

	return s->n_clients == 0 ? NULL
				 : bsearch(&wanted, s->clients, s->n_clients,
				       sizeof(*s->clients), by_name);
}

struct client *
access_find(struct access *a, struct str user)
{
	struct key *k;

	if (str_is(user, ACCESS_LOCAL))
		return &a->local;
	k = find_key(&a->now, user);
	return k != NULL ? k->client : NULL;
}

void
access_entered(struct access *a, struct str user, enum door door)
{
	struct key *k = find_key(&a->now, user);

	if (k != NULL)
		k->inside[door] = true;
}

bool
access_to_shut(struct access *a, enum door door)
{
	bool shut = a->shut[door];

	a->shut[door] = false;
	return shut;
}

static int64_t
bounded(int64_t n)
{
	return n < 1 ? 1 : n > BUCKET_MAX ? BUCKET_MAX : n;
}

/* Rows: name, rate, burst; in the order of names. */
static void
take_clients(struct snapshot *s, const struct rows *rows)
{
	int64_t now = clock_mono_ms();

	s->n_clients = rows_n(rows);
	s->clients = arena_alloc(s->arena, s->n_clients * sizeof(*s->clients));
	must(s->clients != NULL);
	for (size_t i = 0; i < s->n_clients; i++)
		s->clients[i] = (struct client){
			.name = arena_str(s->arena, rows_str(rows, i, 0)),
			.bucket = bucket_of(bounded(rows_i64(rows, i, 1)),
			    bounded(rows_i64(rows, i, 2)), now),
		};
}

/* Rows: client, verb, pattern; a client's stand together. */
static void
take_rights(struct snapshot *s, const struct rows *rows)
{
	size_t n = rows_n(rows);

	s->rights = arena_alloc(s->arena, n * sizeof(*s->rights));
	must(s->rights != NULL);
	for (size_t i = 0; i < n; i++) {
		struct client *c = find_client(s, rows_str(rows, i, 0));
		struct right *r = &s->rights[s->n_rights];
		struct str pattern = arena_str(s->arena, rows_str(rows, i, 2));

		/* What cannot be read grants nothing. */
		if (c == NULL ||
		    !rights_parse(rows_str(rows, i, 1), pattern, r))
			continue;
		if (c->n_rights++ == 0)
			c->rights = r;
		s->n_rights++;
	}
}

/* Rows: public key, client; in the order of keys. */
static void
take_keys(struct snapshot *s, const struct rows *rows)
{
	size_t n = rows_n(rows);

	s->keys = arena_alloc(s->arena, n * sizeof(*s->keys));
	must(s->keys != NULL);
	for (size_t i = 0; i < n; i++) {
		struct client *c = find_client(s, rows_str(rows, i, 1));

		if (c != NULL)
			s->keys[s->n_keys++] = (struct key){
				.text =
				    arena_str(s->arena, rows_str(rows, i, 0)),
				.client = c,
			};
	}
}

static enum rc
read_part(struct db *db, const char *query, int64_t limit, struct snapshot *s,
    void (*take)(struct snapshot *, const struct rows *), struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct args a;
	enum rc rc;

	args_init(&a);
	args_i64(&a, limit);
	rc = db_exec(db, query, &a, &rows, e);
	args_fini(&a);
	if (rc != RC_OK)
		return rc;
	if ((int64_t)rows_n(rows) == limit)
		log_event(LEVEL_ERROR, "access.cut", "query=%s rows=%lld",
		    query, (long long)limit);
	take(s, rows);
	return RC_OK;
}

static enum rc
read_all(struct db *db, struct snapshot *s, struct err *e)
{
	TRY(read_part(
	    db, Q_bus_access_clients, CLIENTS_MAX, s, take_clients, e));
	TRY(read_part(db, Q_bus_access_grants, RIGHTS_MAX, s, take_rights, e));
	return read_part(db, Q_bus_access_keys, KEYS_MAX, s, take_keys, e);
}

/* What clients have used up, and where keys have gone in, goes on. */
static void
carry_over(struct access *a, struct snapshot *fresh)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < a->now.n_clients; i++) {
		const struct client *was = &a->now.clients[i];
		struct client *is = find_client(fresh, was->name);
		struct bucket b = was->bucket;

		if (is == NULL)
			continue;
		bucket_adjust(&b, is->bucket.rate, is->bucket.burst, now);
		is->bucket = b;
	}
	for (size_t i = 0; i < a->now.n_keys; i++) {
		const struct key *was = &a->now.keys[i];
		struct key *is = find_key(fresh, was->text);

		for (int d = 0; d < DOORS; d++) {
			if (!was->inside[d])
				continue;
			if (is != NULL &&
			    rights_has(is->client, verb_of_door[d]))
				is->inside[d] = true;
			else
				a->shut[d] = true;
		}
	}
}

enum rc
access_load(struct access *a, struct db *db, bool *changed, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct snapshot fresh = { .arena = NULL };
	enum rc rc;

	*changed = false;
	/* First the version: what is read behind it may only be newer. */
	TRY(db_exec(db, Q_bus_access_version, NULL, &rows, e));
	if (rows_i64(rows, 0, 0) == a->version &&
	    rows_i64(rows, 0, 1) == a->ended)
		return RC_OK;
	fresh.arena = arena_new(BYTES_MAX);
	rc = read_all(db, &fresh, e);
	if (rc != RC_OK) {
		arena_free(&fresh.arena);
		return rc;
	}
	carry_over(a, &fresh);
	arena_free(&a->now.arena);
	a->now = fresh;
	a->version = rows_i64(rows, 0, 0);
	a->ended = rows_i64(rows, 0, 1);
	*changed = true;
	return RC_OK;
}
