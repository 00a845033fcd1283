/* huying vault keys, rotate, retire. */
#include "cli/vault.h"

#include "cli/json_out.h"
#include "common/base/clock.h"
#include "common/msg/wire.h"
#include "services/intake/vault.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

static const struct db_query queries[] = {
	{ "vault_keys", "SELECT id, kind, since_at, retired_at, held "
			"FROM vault.keys()" },
	{ "vault_add_key", "SELECT vault.add_key($1, $2)" },
	{ "vault_next", "SELECT token, sealed "
			"FROM vault.next_locked($1, $2, $3::bigint::int)" },
	{ "vault_relock", "SELECT vault.relock($1, $2::text[], $3::bytea[])" },
	{ "vault_unnoted", "SELECT source, id, box "
			   "FROM vault.unnoted($1, $2, $3::bigint::int)" },
	{ "vault_retire", "SELECT coalesce(vault.retire($1), 0)" },
};

const struct db_query *
vault_key_queries(size_t *n)
{
	*n = ARRAY_LEN(queries);
	return queries;
}

static const struct {
	enum vault_use use;
	const char *kind;
	const char *setting;
} files[] = {
	{ VAULT_LOCK, "lock", "HUYING_VAULT_KEY" },
	{ VAULT_SEAL, "seal", "HUYING_INTAKE_KEY" },
};

static const char *
path_of(const struct vault_ask *a, size_t file)
{
	return file == 0 ? a->conf.vault_key : a->conf.intake_key;
}

static enum rc
add_key(
    const struct vault_ask *a, const char *id, const char *kind, struct err *e)
{
	AUTO(args_fini) struct args q;

	args_init(&q);
	args_str(&q, str_of(id));
	args_str(&q, str_of(kind));
	return db_exec(a->db, "vault_add_key", &q, NULL, e);
}

enum rc
vault_note_files(
    const struct vault_ask *a, struct vault_ring rings[2], struct err *e)
{
	char id[VAULT_KEY_ID];

	for (size_t f = 0; f < ARRAY_LEN(files); f++) {
		TRY(vault_ring_read(
		    path_of(a, f), files[f].setting, &rings[f], e));
		for (size_t i = 0; i < rings[f].n; i++)
			TRY(add_key(a,
			    vault_key_id(files[f].use, rings[f].keys[i], id),
			    files[f].kind, e));
	}
	return RC_OK;
}

/* Its place in the ring of FILE; the ring's n: not there. */
static size_t
place_of(const struct vault_ring *ring, size_t file, struct str id)
{
	char own[VAULT_KEY_ID];
	size_t i = 0;

	while (i < ring->n &&
	       !str_is(id, vault_key_id(files[file].use, ring->keys[i], own)))
		i++;
	return i;
}

static const char *
standing(const struct vault_ring *ring, size_t place, bool retired)
{
	if (retired)
		return "retired";
	if (place == ring->n)
		return "missing";
	return place + 1 == ring->n ? "newest" : "opens";
}

static void
print_key(const struct vault_ask *a, const struct rows *rows, size_t i,
    const char *how)
{
	char since[CLOCK_TEXT];
	struct str id = rows_str(rows, i, 0), kind = rows_str(rows, i, 1);
	int64_t held = rows_i64(rows, i, 4);

	(void)clock_format(rows_time(rows, i, 2), since);
	if (a->json)
		printf("{\"id\":\"%.*s\",\"kind\":\"%.*s\",\"state\":\"%s\","
		       "\"since\":\"%s\",\"holds\":%lld}\n",
		    STR_ARG(id), STR_ARG(kind), how, since, (long long)held);
	else
		printf("%-4.*s  %.*s  %-7s  %.16s  %10lld\n", STR_ARG(kind),
		    STR_ARG(id), how, since, (long long)held);
}

static enum rc
print_keys(const struct vault_ask *a, struct vault_ring rings[2], struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(vault_note_files(a, rings, e));
	TRY(db_exec(a->db, "vault_keys", NULL, &rows, e));
	if (!a->json)
		printf("KIND  KEY               STATE    SINCE             "
		       "     HOLDS\n");
	for (size_t i = 0; i < rows_n(rows); i++) {
		size_t f = str_is(rows_str(rows, i, 1), "seal");
		size_t place = place_of(&rings[f], f, rows_str(rows, i, 0));

		print_key(a, rows, i,
		    standing(&rings[f], place, !rows_null(rows, i, 3)));
	}
	return RC_OK;
}

int
vault_cmd_keys(struct vault_ask *a)
{
	struct vault_ring rings[2] = { { .n = 0 }, { .n = 0 } };
	struct err e;
	enum rc rc = print_keys(a, rings, &e);

	sodium_memzero(rings, sizeof(rings));
	return rc == RC_OK ? EXIT_OK : vault_failed(&e);
}

/* A new key at the end of FILE; told by its id. */
static enum rc
make_key(struct vault_ask *a, size_t f, struct err *e)
{
	char id[VAULT_KEY_ID];
	struct vault_ring rings[2] = { { .n = 0 }, { .n = 0 } };
	struct vault_ring *ring = &rings[f];
	enum rc rc = vault_note_files(a, rings, e);

	if (rc == RC_OK)
		rc = vault_ring_add(ring, e);
	if (rc == RC_OK) {
		(void)vault_key_id(files[f].use, ring->keys[ring->n - 1], id);
		rc = add_key(a, id, files[f].kind, e);
	}
	if (rc == RC_OK)
		rc = vault_ring_write(path_of(a, f), files[f].use, ring, e);
	/* Nobody may seal for it before intake can open it. */
	if (rc == RC_OK && files[f].use == VAULT_SEAL)
		rc = vault_public_write(a->conf.intake_public_key, ring, e);
	sodium_memzero(rings, sizeof(rings));
	if (rc == RC_OK)
		printf("new %sing key %s\n", files[f].kind, id);
	return rc;
}

int
vault_cmd_rotate(struct vault_ask *a)
{
	struct err e;
	int64_t batch;
	int code = vault_take_batch(a, &batch);

	if (code >= 0)
		return code;
	if (a->sealing && a->conf.intake_public_key[0] == '\0') {
		cli_say("vault: HUYING_INTAKE_PUBLIC_KEY is not set");
		return EXIT_CONNECT;
	}
	if (make_key(a, a->sealing, &e) != RC_OK)
		return vault_failed(&e);
	return a->sealing ? EXIT_OK : vault_cmd_relock(a);
}

/* Where a walk over boxes is. */
struct walk {
	struct buf source;
	struct buf id;
};

static bool
is_opened_by(const struct vault *v, struct str box, struct str id)
{
	struct arena *arena = arena_new(VAULT_ARENA_MAX);
	struct msg_sealed_report who;
	const char *key = NULL;
	/* What is in it does not matter, nor whether it is sound. */
	enum rc rc = vault_unseal(v, box, arena, &who, &key, NULL);

	arena_reset(arena);
	arena_free(&arena);
	return (rc == RC_OK || key != NULL) && str_is(id, key);
}

/* *N grows by how many of the next boxes ID opens. */
static enum rc
count_some(struct vault_ask *a, const struct vault *v, struct walk *w,
    int64_t *n, bool *more, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;

	args_init(&q);
	args_str(&q, vault_text(&w->source));
	args_str(&q, vault_text(&w->id));
	args_i64(&q, VAULT_BATCH);
	TRY(db_exec(a->db, "vault_unnoted", &q, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++)
		*n +=
		    is_opened_by(v, rows_str(rows, i, 2), str_of(a->words[1]));
	*more = rows_n(rows) == VAULT_BATCH;
	if (*more) {
		buf_reset(&w->source);
		buf_str(&w->source, rows_str(rows, VAULT_BATCH - 1, 0));
		buf_reset(&w->id);
		buf_str(&w->id, rows_str(rows, VAULT_BATCH - 1, 1));
	}
	return RC_OK;
}

/* Boxes of which nobody noted the key, and that the sealing key opens. */
static enum rc
count_unnoted(struct vault_ask *a, int64_t *n, struct err *e)
{
	struct vault *v = NULL;
	struct walk w;
	bool more = true;
	enum rc rc = vault_open(&v, a->conf.intake_key, a->conf.vault_key, e);

	*n = 0;
	buf_init(&w.source, 256);
	buf_init(&w.id, 256);
	while (rc == RC_OK && more)
		rc = count_some(a, v, &w, n, &more, e);
	buf_fini(&w.id);
	buf_fini(&w.source);
	vault_close(&v);
	return rc;
}

/* How much the key still holds; 0: the database lets it go. */
static enum rc
ask_to_retire(struct vault_ask *a, size_t f, int64_t *held, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;
	struct str id = str_of(a->words[1]);

	args_init(&q);
	if (files[f].use == VAULT_SEAL) {
		TRY(count_unnoted(a, held, e));
		if (*held > 0)
			return RC_OK;
	}
	args_str(&q, id);
	TRY(db_exec(a->db, "vault_retire", &q, &rows, e));
	*held = rows_i64(rows, 0, 0);
	return RC_OK;
}

static enum rc
retire(struct vault_ask *a, struct vault_ring rings[2], struct err *e)
{
	struct str id = str_of(a->words[1]);
	size_t f = 0, i;
	int64_t held;

	TRY(vault_note_files(a, rings, e));
	if (place_of(&rings[0], 0, id) == rings[0].n)
		f = 1;
	i = place_of(&rings[f], f, id);
	if (i == rings[f].n)
		return err_set(
		    e, RC_REJECT, "no key file holds %s", a->words[1]);
	if (i + 1 == rings[f].n)
		return err_set(e, RC_REJECT, "%s is the newest: rotate first",
		    a->words[1]);
	TRY(ask_to_retire(a, f, &held, e));
	if (held > 0)
		return err_set(e, RC_REJECT, "%s still holds %lld; %s",
		    a->words[1], (long long)held,
		    f == 0 ? "relock first" : "they go with their term");
	vault_ring_drop(&rings[f], i);
	return vault_ring_write(path_of(a, f), files[f].use, &rings[f], e);
}

int
vault_cmd_retire(struct vault_ask *a)
{
	struct vault_ring rings[2] = { { .n = 0 }, { .n = 0 } };
	struct err e;
	enum rc rc = retire(a, rings, &e);

	sodium_memzero(rings, sizeof(rings));
	if (rc != RC_OK)
		return vault_failed(&e);
	printf("%s is retired; copies of the file elsewhere still hold it\n",
	    a->words[1]);
	return EXIT_OK;
}
