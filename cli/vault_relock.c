/* huying vault relock: every identity under the newest key. */
#include "cli/vault.h"

#include "services/intake/vault.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

struct str
vault_text(const struct buf *b)
{
	return b->n > 0 ? buf_get(b) : STR("");
}

struct relocking {
	struct vault *vault;
	struct arena *arena;
	struct buf after; /* the last token that was looked at */
	int64_t batch;
	int64_t done;
};

/* The same identities under the newest key. */
static enum rc
lock_anew(const struct relocking *k, const struct rows *rows, struct args *q,
    struct err *e)
{
	size_t n = rows_n(rows);
	struct str *tokens = arena_alloc(k->arena, (n + 1) * sizeof(*tokens));
	struct str *boxes = arena_alloc(k->arena, (n + 1) * sizeof(*boxes));

	must(tokens != NULL && boxes != NULL);
	for (size_t i = 0; i < n; i++) {
		struct msg_sealed_report who;

		tokens[i] = arena_str(k->arena, rows_str(rows, i, 0));
		TRY(vault_unlock(k->vault, tokens[i].p, rows_str(rows, i, 1),
		    k->arena, &who, e));
		boxes[i] = vault_lock(k->vault, tokens[i].p, &who, k->arena);
	}
	args_str(q, str_of(vault_newest(k->vault)));
	args_strs(q, tokens, n);
	args_bytes_list(q, boxes, n);
	return RC_OK;
}

/* One transaction; *N: how many rows it looked at. */
static enum rc
relock_some(struct vault_ask *a, struct relocking *k, size_t *n, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL, *told = NULL;
	AUTO(args_fini) struct args q;

	args_init(&q);
	args_str(&q, str_of(vault_newest(k->vault)));
	args_str(&q, vault_text(&k->after));
	args_i64(&q, k->batch);
	db_begin(a->db);
	TRY(db_flush(a->db, e));
	TRY(db_next(a->db, NULL, e));
	TRY(db_exec(a->db, "vault_next", &q, &rows, e));
	*n = rows_n(rows);
	if (*n > 0) {
		args_reset(&q);
		TRY(lock_anew(k, rows, &q, e));
		TRY(db_exec(a->db, "vault_relock", &q, &told, e));
		k->done += rows_i64(told, 0, 0);
		buf_reset(&k->after);
		buf_str(&k->after, rows_str(rows, *n - 1, 0));
	}
	arena_reset(k->arena);
	return cli_commit(a->db, e);
}

static enum rc
relock_all(struct vault_ask *a, struct relocking *k, struct err *e)
{
	size_t n;

	do {
		enum rc rc = relock_some(a, k, &n, e);

		if (rc != RC_OK) {
			arena_reset(k->arena);
			db_rollback(a->db);
			return rc;
		}
		if (n > 0)
			cli_say("vault: %lld locked anew", (long long)k->done);
	} while (n > 0);
	return RC_OK;
}

int
vault_take_batch(const struct vault_ask *a, int64_t *batch)
{
	*batch = VAULT_BATCH;
	if (a->batch == NULL || (str_i64(str_of(a->batch), batch) &&
				    *batch >= 1 && *batch <= VAULT_BATCH_MAX))
		return -1;
	cli_say("vault: --batch takes 1 to %d", VAULT_BATCH_MAX);
	return EXIT_USAGE;
}

int
vault_cmd_relock(struct vault_ask *a)
{
	struct vault_ring rings[2] = { { .n = 0 }, { .n = 0 } };
	struct relocking k = { .done = 0 };
	struct err e;
	enum rc rc;
	int code = vault_take_batch(a, &k.batch);

	if (code >= 0)
		return code;
	rc = vault_note_files(a, rings, &e);
	sodium_memzero(rings, sizeof(rings));
	if (rc == RC_OK)
		rc = vault_open(
		    &k.vault, a->conf.intake_key, a->conf.vault_key, &e);
	if (rc != RC_OK)
		return vault_failed(&e);
	k.arena = arena_new(VAULT_ARENA_MAX);
	buf_init(&k.after, 256);
	rc = relock_all(a, &k, &e);
	buf_fini(&k.after);
	arena_free(&k.arena);
	if (rc == RC_OK)
		printf("%lld identities locked anew with %s\n",
		    (long long)k.done, vault_newest(k.vault));
	vault_close(&k.vault);
	return rc == RC_OK ? EXIT_OK : vault_failed(&e);
}
