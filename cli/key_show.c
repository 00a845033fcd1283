/* huying key list, show, history. */
#include "cli/key.h"

#include "cli/when.h"
#include "common/base/clock.h"

#include <stdio.h>

/* What held at a moment: $1, or now when it is NULL. */
#define AT "coalesce($1::timestamptz, clock_timestamp())"
#define KEY_HELD                                                               \
	"k.created_at <= " AT " AND (least(k.expires_at, k.revoked_at) > " AT  \
	") IS NOT FALSE"
#define GRANT_HELD                                                             \
	"g.granted_at <= " AT " AND (g.ended_at > " AT ") IS NOT FALSE"

static const struct db_query queries[] = {
	{ "key_list",
	    "SELECT json_build_object('name', c.name, 'note', c.note, 'rate', "
	    "c.rate, 'burst', c.burst, 'created_at', c.created_at, "
	    "'revoked_at', c.disabled_at, 'keys', x.keys, 'rights', "
	    "x.rights)::text, c.name, x.keys, x.rights, c.rate::bigint, "
	    "c.disabled_at, c.note FROM access.client c, LATERAL (SELECT "
	    "(SELECT count(*) FROM access.key k WHERE k.client = c.name "
	    "AND " KEY_HELD ") AS keys, "
	    "(SELECT count(*) FROM access.grant g WHERE g.client = c.name "
	    "AND " GRANT_HELD ") AS rights) x "
	    "WHERE c.created_at <= " AT " AND ($2 OR (c.disabled_at > " AT
	    ") IS NOT FALSE) ORDER BY c.name" },
	{ "key_client",
	    "SELECT json_build_object('name', c.name, 'note', c.note, 'rate', "
	    "c.rate, 'burst', c.burst, 'created_at', c.created_at, "
	    "'revoked_at', c.disabled_at, 'keys', coalesce((SELECT "
	    "json_agg(json_build_object('public_key', k.public_key, "
	    "'created_at', k.created_at, 'expires_at', k.expires_at, "
	    "'revoked_at', k.revoked_at) ORDER BY k.created_at) FROM "
	    "access.key k WHERE k.client = c.name AND k.created_at <= " AT
	    "), '[]'), 'rights', coalesce((SELECT json_agg("
	    "json_build_object('verb', g.verb, 'pattern', g.pattern, "
	    "'granted_at', g.granted_at) ORDER BY g.verb, g.pattern) FROM "
	    "access.grant g WHERE g.client = c.name AND " GRANT_HELD
	    "), '[]'))::text, c.note, c.rate::bigint, c.burst::bigint, "
	    "c.created_at, c.disabled_at FROM access.client c "
	    "WHERE c.name = $2 AND c.created_at <= " AT },
	{ "key_keys",
	    "SELECT k.public_key, k.created_at, k.expires_at, k.revoked_at, "
	    "(" KEY_HELD ") AS held FROM access.key k WHERE k.client = $2 "
	    "AND k.created_at <= " AT " ORDER BY k.created_at" },
	{ "key_rights",
	    "SELECT g.verb, g.pattern, g.granted_at FROM access.grant g "
	    "WHERE g.client = $2 AND " GRANT_HELD
	    " ORDER BY g.verb, g.pattern" },
	{ "key_history",
	    "SELECT json_build_object('n', n, 'at', at, 'who', who, 'what', "
	    "what, 'client', client, 'detail', detail)::text, at, who, what, "
	    "coalesce(client, 'bus'), "
	    "(detail - ARRAY['client', 'name', 'created_at', 'granted_at', "
	    "'disabled_at', 'revoked_at', 'ended_at'])::text "
	    "FROM access.change WHERE $1::text IS NULL OR client = $1 "
	    "ORDER BY n" },
};

static int
failed(const struct err *e)
{
	cli_say("%s", e->text);
	return EXIT_CONNECT;
}

/* Parameter 1 of most: the moment of --at, or NULL. */
static bool
put_moment(struct args *a, const struct key_args *k)
{
	int64_t at;

	if (k->at == NULL) {
		args_null(a);
		return true;
	}
	if (!when_parse(str_of(k->at), clock_wall_ms(), &at)) {
		cli_say("--at takes a time: 2d (ago), 2026-03-18, "
			"2026-03-18T09:30");
		return false;
	}
	args_time(a, at);
	return true;
}

static const char *
day_of(const struct rows *r, size_t i, int column, char text[CLOCK_TEXT])
{
	if (rows_null(r, i, column))
		return "";
	(void)clock_format(rows_time(r, i, column) / 1000 * 1000, text);
	return text;
}

static void
print_json(const struct rows *r)
{
	for (size_t i = 0; i < rows_n(r); i++)
		printf("%.*s\n", STR_ARG(rows_str(r, i, 0)));
}

static void
print_list(const struct rows *r)
{
	char text[CLOCK_TEXT];

	printf("%-24s %5s %7s %8s  %s\n", "client", "keys", "rights", "rate",
	    "note");
	for (size_t i = 0; i < rows_n(r); i++) {
		printf("%-24.*s %5lld %7lld %6lld/s  %.*s",
		    STR_ARG(rows_str(r, i, 1)), (long long)rows_i64(r, i, 2),
		    (long long)rows_i64(r, i, 3), (long long)rows_i64(r, i, 4),
		    STR_ARG(rows_str(r, i, 6)));
		if (!rows_null(r, i, 5))
			printf("%srevoked %s",
			    rows_str(r, i, 6).n > 0 ? "; " : "",
			    day_of(r, i, 5, text));
		printf("\n");
	}
}

int
key_cmd_list(struct db *db, const struct key_args *k)
{
	AUTO(rows_free) struct rows *rows = NULL;
	struct args a;
	struct err e;
	enum rc rc;

	args_init(&a);
	if (!put_moment(&a, k)) {
		args_fini(&a);
		return EXIT_USAGE;
	}
	args_bool(&a, k->all);
	rc = db_prepare(db, queries, ARRAY_LEN(queries), &e);
	if (rc == RC_OK)
		rc = db_exec(db, "key_list", &a, &rows, &e);
	args_fini(&a);
	if (rc != RC_OK)
		return failed(&e);
	if (k->json)
		print_json(rows);
	else
		print_list(rows);
	return EXIT_OK;
}

static void
print_client(const struct rows *c, const char *name)
{
	char text[CLOCK_TEXT];

	printf("%s\n", name);
	if (rows_str(c, 0, 1).n > 0)
		printf("  %.*s\n", STR_ARG(rows_str(c, 0, 1)));
	printf("  since %s", day_of(c, 0, 4, text));
	if (!rows_null(c, 0, 5))
		printf(", revoked %s", day_of(c, 0, 5, text));
	printf("\n  %lld publishes a second, %lld at once\n",
	    (long long)rows_i64(c, 0, 2), (long long)rows_i64(c, 0, 3));
}

static void
print_keys(const struct rows *r)
{
	char text[CLOCK_TEXT];

	for (size_t i = 0; i < rows_n(r); i++) {
		printf("  key %.*s  since %s", STR_ARG(rows_str(r, i, 0)),
		    day_of(r, i, 1, text));
		if (!rows_null(r, i, 2))
			printf(", until %s", day_of(r, i, 2, text));
		if (!rows_null(r, i, 3))
			printf(", revoked %s", day_of(r, i, 3, text));
		printf("%s\n", rows_bool(r, i, 4) ? "" : "  (of no use)");
	}
}

static void
print_rights(const struct rows *r)
{
	char text[CLOCK_TEXT];

	if (rows_n(r) == 0)
		printf("  may do nothing\n");
	for (size_t i = 0; i < rows_n(r); i++)
		printf("  %-8.*s %-32.*s  since %s\n",
		    STR_ARG(rows_str(r, i, 0)), STR_ARG(rows_str(r, i, 1)),
		    day_of(r, i, 2, text));
}

static int
show(struct db *db, const struct key_args *k, struct args *a, struct err *e)
{
	AUTO(rows_free) struct rows *client = NULL;
	AUTO(rows_free) struct rows *keys = NULL;
	AUTO(rows_free) struct rows *rights = NULL;

	if (db_exec(db, "key_client", a, &client, e) != RC_OK ||
	    db_exec(db, "key_keys", a, &keys, e) != RC_OK ||
	    db_exec(db, "key_rights", a, &rights, e) != RC_OK)
		return failed(e);
	if (rows_n(client) == 0) {
		cli_say("there is no client %s", k->words[1]);
		return EXIT_NOTHING;
	}
	if (k->json) {
		print_json(client);
		return EXIT_OK;
	}
	print_client(client, k->words[1]);
	print_keys(keys);
	print_rights(rights);
	return EXIT_OK;
}

int
key_cmd_show(struct db *db, const struct key_args *k)
{
	struct args a;
	struct err e;
	int code;

	args_init(&a);
	if (!put_moment(&a, k))
		code = EXIT_USAGE;
	else if (db_prepare(db, queries, ARRAY_LEN(queries), &e) != RC_OK)
		code = failed(&e);
	else {
		args_str(&a, str_of(k->words[1]));
		code = show(db, k, &a, &e);
	}
	args_fini(&a);
	return code;
}

int
key_cmd_history(struct db *db, const struct key_args *k)
{
	AUTO(rows_free) struct rows *rows = NULL;
	char text[CLOCK_TEXT];
	struct args a;
	struct err e;
	enum rc rc;

	args_init(&a);
	args_str(&a, str_of(k->words[1]));
	rc = db_prepare(db, queries, ARRAY_LEN(queries), &e);
	if (rc == RC_OK)
		rc = db_exec(db, "key_history", &a, &rows, &e);
	args_fini(&a);
	if (rc != RC_OK)
		return failed(&e);
	if (k->json)
		print_json(rows);
	for (size_t i = 0; i < rows_n(rows) && !k->json; i++)
		printf("%s  %-14.*s %-20.*s %.*s  %.*s\n",
		    day_of(rows, i, 1, text), STR_ARG(rows_str(rows, i, 3)),
		    STR_ARG(rows_str(rows, i, 4)),
		    STR_ARG(rows_str(rows, i, 5)),
		    STR_ARG(rows_str(rows, i, 2)));
	return rows_n(rows) > 0 ? EXIT_OK : EXIT_NOTHING;
}
