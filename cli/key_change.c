/* huying key grant, withdraw, limit, revoke. */
#include "cli/key.h"

#include <stdio.h>

/* Where a change found nothing to change, WHY says what is not there. */
static int
finish(struct db *db, enum rc rc, size_t n_rows, const char *why, struct err *e)
{
	if (rc == RC_OK && n_rows > 0)
		rc = cli_commit(db, e);
	if (rc == RC_OK && n_rows > 0)
		return EXIT_OK;
	cli_say("%s", rc == RC_OK ? why : e->text);
	db_rollback(db);
	return rc == RC_OK || rc == RC_REJECT ? EXIT_NOTHING : EXIT_CONNECT;
}

/* One statement, in a transaction of its own. */
static int
change(struct db *db, const char *query, const char *const *texts, size_t n,
    const char *why)
{
	size_t n_rows = 0;
	struct err e;
	enum rc rc = key_begin(db, &e);

	if (rc == RC_OK)
		rc = key_do(db, query, texts, n, &n_rows, &e);
	return finish(db, rc, n_rows, why, &e);
}

static const char *
pattern_of(const struct key_args *k)
{
	return k->n_words > 3 ? k->words[3] : "*";
}

int
key_cmd_grant(struct db *db, const struct key_args *k)
{
	const char *texts[] = { k->words[1], k->words[2], pattern_of(k) };

	if (!key_grant_ok(texts[1], texts[2]))
		return EXIT_USAGE;
	return change(db, "key_add_grant", texts, ARRAY_LEN(texts),
	    "there is no such client, or it has this right already");
}

int
key_cmd_withdraw(struct db *db, const struct key_args *k)
{
	const char *texts[] = { k->words[1], k->words[2], pattern_of(k) };

	if (!key_grant_ok(texts[1], texts[2]))
		return EXIT_USAGE;
	return change(db, "key_end_grant", texts, ARRAY_LEN(texts),
	    "there is no such client, or it does not have this very right; "
	    "huying key show tells which");
}

int
key_cmd_limit(struct db *db, const struct key_args *k)
{
	const char *texts[] = { k->words[1], k->rate, k->burst, k->note };
	int64_t n;

	if (k->rate == NULL && k->burst == NULL && k->note == NULL) {
		cli_say("key limit: --rate, --burst or --note?");
		return EXIT_USAGE;
	}
	if ((k->rate != NULL && !key_number("--rate", k->rate, &n)) ||
	    (k->burst != NULL && !key_number("--burst", k->burst, &n)))
		return EXIT_USAGE;
	return change(db, "key_limit", texts, ARRAY_LEN(texts),
	    "there is no such client, or it is revoked");
}

int
key_cmd_revoke(struct db *db, const struct key_args *k)
{
	const char *name = k->words[1];
	size_t n_rows = 0;
	struct err e;
	enum rc rc = key_begin(db, &e);

	if (rc == RC_OK)
		rc = key_do(db, "key_revoke_keys", &name, 1, NULL, &e);
	if (rc == RC_OK)
		rc = key_do(db, "key_revoke", &name, 1, &n_rows, &e);
	return finish(db, rc, n_rows,
	    "there is no such client, or it is revoked already", &e);
}
