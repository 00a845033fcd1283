/* huying vault reveal, looked, shred. */
#include "cli/vault.h"

#include "common/base/clock.h"
#include "common/msg/personal.h"
#include "common/msg/wire.h"
#include "services/intake/vault.h"

#include <sodium.h>
#include <stdio.h>
#include <string.h>

#define ARENA_MAX ((size_t)256 << 20)
#define OUT_MAX ((size_t)256 << 20)
#define SHRED_BATCH 1000

static const struct db_query queries[] = {
	{ "vault_reveal", "SELECT number, token, sealed "
			  "FROM vault.reveal($1, $2, $3, $4)" },
	{ "vault_looked", "SELECT at, number, who, typed_by, reason "
			  "FROM vault.looked($1)" },
	{ "vault_count_over", "SELECT what, n FROM vault.count_over()" },
	{ "vault_shred", "SELECT identities, boxes "
			 "FROM vault.shred_over($1::bigint::int)" },
};

const struct db_query *
vault_reveal_queries(size_t *n)
{
	*n = ARRAY_LEN(queries);
	return queries;
}

static void
put_field(struct buf *out, bool json, const char *name, struct str value)
{
	if (json) {
		buf_printf(out, ",\"%s\":", name);
		wire_json_str(value, out);
	} else if (value.n > 0) {
		buf_printf(out, "  %-10s %.*s\n", name, STR_ARG(value));
	}
}

static void
put_identity(struct buf *out, bool json, struct str number, struct str token,
    const struct msg_sealed_report *who)
{
	if (json)
		buf_printf(out, "{\"report\":\"%.*s\"", STR_ARG(number));
	else
		buf_printf(out, "%.*s\n", STR_ARG(number));
	put_field(out, json, "token", token);
	put_field(out, json, "name", who->name);
	put_field(out, json, "phone", who->phone);
	put_field(out, json, "id_number", who->id_number);
	put_field(out, json, "address", who->address);
	put_field(out, json, "text", who->text);
	if (json)
		buf_z(out, "}\n");
}

/*
 * The statement that hands them out is the one that writes down who looks;
 * only when it is committed anything is opened.
 */
static enum rc
ask_for(struct vault_ask *a, struct rows **rows, struct err *e)
{
	AUTO(args_fini) struct args q;
	char who[CLI_WHO];

	args_init(&q);
	args_str(&q, str_of(a->words[1]));
	args_str(&q, str_of(a->officer));
	args_str(&q, str_of(a->reason));
	args_str(&q, str_of(cli_who(who)));
	db_begin(a->db);
	db_send(a->db, "vault_reveal", &q);
	db_commit(a->db);
	TRY(db_flush(a->db, e));
	TRY(db_next(a->db, NULL, e));
	TRY(db_next(a->db, rows, e));
	return db_next(a->db, NULL, e);
}

static enum rc
open_all(const struct vault *v, const struct rows *rows, bool json,
    struct arena *arena, struct buf *out, struct err *e)
{
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct str token = arena_str(arena, rows_str(rows, i, 1));
		struct msg_sealed_report who;

		TRY(vault_unlock(
		    v, token.p, rows_str(rows, i, 2), arena, &who, e));
		put_identity(out, json, rows_str(rows, i, 0), token, &who);
	}
	return RC_OK;
}

static enum rc
reveal(struct vault_ask *a, const struct vault *v, size_t *n, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct arena *arena;
	struct buf out;
	enum rc rc = ask_for(a, &rows, e);

	if (rc != RC_OK) {
		db_rollback(a->db);
		return rc;
	}
	cli_ring();
	*n = rows_n(rows);
	arena = arena_new(ARENA_MAX);
	buf_init(&out, OUT_MAX);
	rc = open_all(v, rows, a->json, arena, &out, e);
	(void)fwrite(out.p, 1, out.n, stdout);
	if (out.n > 0)
		sodium_memzero(out.p, out.n);
	buf_fini(&out);
	arena_reset(arena);
	arena_free(&arena);
	return rc;
}

static int
check_reason(const struct vault_ask *a)
{
	if (a->officer == NULL || a->officer[0] == '\0') {
		cli_say("vault reveal: --as says in whose name");
		return EXIT_USAGE;
	}
	if (a->reason == NULL || a->reason[0] == '\0') {
		cli_say("vault reveal: --reason says why");
		return EXIT_USAGE;
	}
	if (str_utf8_ok(str_of(a->reason)) &&
	    personal_find(str_of(a->reason), 0).kind == PERSONAL_NONE)
		return -1;
	cli_say("vault reveal: the reason is for everybody to read: no "
		"personal data");
	return EXIT_USAGE;
}

int
vault_cmd_reveal(struct vault_ask *a)
{
	struct vault *v = NULL;
	struct err e;
	size_t n = 0;
	enum rc rc;
	int code = check_reason(a);

	if (code >= 0)
		return code;
	/* Without its keys nothing could be shown: nothing is written. */
	rc = vault_open(&v, a->conf.intake_key, a->conf.vault_key, &e);
	if (rc == RC_OK)
		rc = reveal(a, v, &n, &e);
	vault_close(&v);
	if (rc != RC_OK)
		return vault_failed(&e);
	if (n > 0)
		return EXIT_OK;
	cli_say("vault: nobody is known for %s: no such casefile, no name was "
		"given, or it was erased",
	    a->words[1]);
	return EXIT_NOTHING;
}

static void
put_look(struct buf *out, bool json, const struct rows *rows, size_t i)
{
	char at[CLOCK_TEXT];

	(void)clock_format(rows_time(rows, i, 0), at);
	if (!json) {
		buf_printf(out, "%.16s  %-18.*s  %-12.*s  %-12.*s  %.*s\n", at,
		    STR_ARG(rows_str(rows, i, 1)),
		    STR_ARG(rows_str(rows, i, 2)),
		    STR_ARG(rows_str(rows, i, 3)),
		    STR_ARG(rows_str(rows, i, 4)));
		return;
	}
	buf_printf(out, "{\"at\":\"%s\"", at);
	put_field(out, true, "report", rows_str(rows, i, 1));
	put_field(out, true, "officer", rows_str(rows, i, 2));
	put_field(out, true, "typed_by", rows_str(rows, i, 3));
	put_field(out, true, "reason", rows_str(rows, i, 4));
	buf_z(out, "}\n");
}

int
vault_cmd_looked(struct vault_ask *a)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args q;
	struct buf out;
	struct err e;

	args_init(&q);
	args_str(&q, a->n_words > 1 ? str_of(a->words[1]) : STR(""));
	if (db_exec(a->db, "vault_looked", &q, &rows, &e) != RC_OK)
		return vault_failed(&e);
	buf_init(&out, OUT_MAX);
	if (!a->json && rows_n(rows) > 0)
		buf_z(&out,
		    "WHEN              REPORT              OFFICER       "
		    "TYPED BY      WHY\n");
	for (size_t i = 0; i < rows_n(rows); i++)
		put_look(&out, a->json, rows, i);
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
	if (rows_n(rows) == 0)
		cli_say("vault: nobody has looked");
	return EXIT_OK;
}

static int
count_over(struct vault_ask *a)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct err e;

	if (db_exec(a->db, "vault_count_over", NULL, &rows, &e) != RC_OK)
		return vault_failed(&e);
	for (size_t i = 0; i < rows_n(rows); i++) {
		struct str what = rows_str(rows, i, 0);
		long long n = rows_i64(rows, i, 1);

		if (a->json)
			printf("{\"channel\":\"%.*s\",\"n\":%lld}\n",
			    STR_ARG(what), n);
		else if (what.n > 0 || n > 0)
			printf("%10lld  %.*s\n", n,
			    STR_ARG(what.n > 0
					? what
					: STR("boxes that belong to nobody")));
	}
	return EXIT_OK;
}

int
vault_cmd_shred(struct vault_ask *a)
{
	int64_t identities = 0, boxes = 0, batch = SHRED_BATCH, n;
	struct err e;

	if (a->dry_run)
		return count_over(a);
	if (a->batch != NULL && (!str_i64(str_of(a->batch), &batch) ||
				    batch < 1 || batch > 100000)) {
		cli_say("vault: --batch takes 1 to 100000");
		return EXIT_USAGE;
	}
	do {
		AUTO(rows_free) struct rows *rows = NULL;
		AUTO(args_fini) struct args q;

		args_init(&q);
		args_i64(&q, batch);
		if (db_exec(a->db, "vault_shred", &q, &rows, &e) != RC_OK)
			return vault_failed(&e);
		n = rows_i64(rows, 0, 0) + rows_i64(rows, 0, 1);
		identities += rows_i64(rows, 0, 0);
		boxes += rows_i64(rows, 0, 1);
	} while (n > 0);
	if (identities + boxes > 0)
		cli_ring();
	if (a->json)
		printf("{\"identities\":%lld,\"boxes\":%lld}\n",
		    (long long)identities, (long long)boxes);
	else
		printf("%lld identities and %lld sealed parts erased\n",
		    (long long)identities, (long long)boxes);
	return EXIT_OK;
}
