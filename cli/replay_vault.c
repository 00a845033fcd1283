/* Identities of the vault: each locking is another, the person is not. */
#include "cli/replay.h"

#include "services/intake/vault.h"

#define AT_ONCE 500
#define ARENA_MAX ((size_t)64 << 20)

static const struct db_query queries[] = {
	{ "replay_identities",
	    "SELECT a.token, a.sealed, b.sealed FROM live.\"vault.identity\" a "
	    "JOIN vault.identity b USING (token) WHERE token > $1 "
	    "ORDER BY token LIMIT $2" },
};

static struct str
plain_of(const struct vault *v, const char *token, struct str sealed,
    struct arena *arena)
{
	struct msg_sealed_report who;
	struct buf plain;
	struct str out;

	if (vault_unlock(v, token, sealed, arena, &who, NULL) != RC_OK)
		return STR("");
	buf_init(&plain, (size_t)1 << 20);
	msg_encode(&msg_sealed_report_desc, &who, &plain);
	out = arena_str(arena, buf_get(&plain));
	buf_fini(&plain);
	return out;
}

static bool
is_same(const struct vault *v, const struct rows *rows, size_t i,
    struct arena *arena)
{
	struct str token = arena_str(arena, rows_str(rows, i, 0));
	struct str a = plain_of(v, token.p, rows_str(rows, i, 1), arena);
	struct str b = plain_of(v, token.p, rows_str(rows, i, 2), arena);

	return a.n > 0 && str_eq(a, b);
}

static enum rc
compare_some(struct replay_job *job, struct replay_report *report,
    const struct vault *v, struct buf *after, bool *more, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;
	AUTO(arena_free) struct arena *arena = arena_new(ARENA_MAX);

	args_init(&a);
	args_str(&a, buf_get(after));
	args_i64(&a, AT_ONCE);
	TRY(db_exec(job->beside, "replay_identities", &a, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++) {
		if (is_same(v, rows, i, arena))
			continue;
		report->differ++;
		replay_tell(job, report, "vault.identity", rows_str(rows, i, 0),
		    STR("unlocks to another person"));
	}
	*more = rows_n(rows) == AT_ONCE;
	if (rows_n(rows) > 0) {
		buf_reset(after);
		buf_str(after, rows_str(rows, rows_n(rows) - 1, 0));
	}
	return RC_OK;
}

enum rc
replay_compare_vault(
    struct replay_job *job, struct replay_report *report, struct err *e)
{
	struct vault *v = NULL;
	struct buf after;
	bool more = true;
	enum rc rc;

	TRY(vault_open(&v, job->conf.intake_key, job->conf.vault_key, e));
	buf_init(&after, 4096);
	buf_z(&after, "!");
	rc = db_prepare(job->beside, queries, ARRAY_LEN(queries), e);
	while (rc == RC_OK && more)
		rc = compare_some(job, report, v, &after, &more, e);
	buf_fini(&after);
	vault_close(&v);
	return rc;
}
