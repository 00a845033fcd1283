/* The keys of an installation, made when it is. */
#include "cli/up.h"

#include "cli/key.h"
#include "services/intake/vault_keys.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static const struct db_query queries[] = {
	{ "up_held", "SELECT coalesce(sum(held), 0)::bigint FROM vault.keys() "
		     "WHERE kind = $1 AND retired_at IS NULL" },
};

/* How much the database holds that a key of KIND opens; -1: cannot tell. */
static int64_t
held_by(struct db *db, const char *kind, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;
	AUTO(args_fini) struct args a;

	args_init(&a);
	args_str(&a, str_of(kind));
	if (db_exec(db, "up_held", &a, &rows, e) != RC_OK)
		return -1;
	return rows_i64(rows, 0, 0);
}

/* A fresh key in place of a lost one would look as if all were well. */
static int
check_lost(const struct place *p, struct db *db)
{
	static const struct {
		const char *file;
		const char *kind;
		const char *what;
	} keys[] = { { "vault.key", "lock", "identities" },
		{ "intake.key", "seal", "sealed parts" } };
	char path[PLACE_PATH];
	struct err e;

	for (size_t i = 0; i < ARRAY_LEN(keys); i++) {
		int64_t n;

		if (access(place_below(p->keys, keys[i].file, path), F_OK) == 0)
			continue;
		n = held_by(db, keys[i].kind, &e);
		if (n == 0)
			continue;
		if (n < 0)
			cli_say("%s", e.text);
		else
			cli_say("%s is gone, and %lld %s can only be opened "
				"with it: bring it back from its backup; "
				"--new-keys goes on without them for ever",
			    path, (long long)n, keys[i].what);
		return EXIT_CONNECT;
	}
	return -1;
}

static int
check_held(const struct place *p)
{
	struct db *db = NULL;
	struct err e;
	int code = up_open_db(p, &db);

	if (code >= 0)
		return code;
	if (db_prepare(db, queries, ARRAY_LEN(queries), &e) == RC_OK) {
		code = check_lost(p, db);
	} else {
		cli_say("%s", e.text);
		code = EXIT_CONNECT;
	}
	db_close(&db);
	return code;
}

int
up_make_keys(const struct place *p)
{
	struct err e;
	int code;

	if (mkdir(p->keys, 0700) != 0 && errno != EEXIST) {
		cli_say("%s: %s", p->keys, strerror(errno));
		return EXIT_CONNECT;
	}
	if (!p->new_keys && (code = check_held(p)) >= 0)
		return code;
	if (vault_keys_new(p->keys, &e) == RC_OK)
		return -1;
	cli_say("%s", e.text);
	return EXIT_CONNECT;
}

int
up_make_tcp_keys(const struct place *p)
{
	struct db *db = NULL;
	struct err e;
	int code;

	if (p->tcp[0] == '\0')
		return -1;
	if ((code = up_open_db(p, &db)) >= 0)
		return code;
	if (key_ensure_all(db, p->curve, &e) != RC_OK) {
		cli_say("%s", e.text);
		code = EXIT_CONNECT;
	}
	db_close(&db);
	return code;
}
