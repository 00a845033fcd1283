/* huying key new, rotate, bus: keys are made here, and nowhere else. */
#include "cli/key.h"

#include "cli/when.h"
#include "common/msg/wire.h"

#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

struct grant {
	const char *verb;
	const char *pattern;
};
#define GRANTS_MAX (3 * KEY_PATTERNS + 2)

static bool
is_name(const char *name)
{
	size_t n = strlen(name);

	if (n >= 1 && n <= 63 && strcmp(name, "local") != 0 &&
	    strchr("_.-", name[0]) == NULL &&
	    strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_.-") == n)
		return true;
	cli_say("a name has at most 63 lower-case letters, digits and _ . - "
		"and begins with a letter or a digit; local is taken");
	return false;
}

/* False, and said why, when one of them is none. */
static bool
put_grants(const char *verb, const char *const *patterns, size_t n,
    struct grant *grants, size_t *n_grants)
{
	for (size_t i = 0; i < n && patterns[i] != NULL; i++) {
		if (!key_grant_ok(verb, patterns[i]))
			return false;
		grants[(*n_grants)++] = (struct grant){ verb, patterns[i] };
	}
	return true;
}

static bool
take_grants(const struct key_args *k, const char *own,
    struct grant grants[GRANTS_MAX], size_t *n)
{
	static const char *const any = "*";

	return put_grants("publish", k->publish, KEY_PATTERNS, grants, n) &&
	       put_grants("read", k->read, KEY_PATTERNS, grants, n) &&
	       put_grants("live", &any, k->live, grants, n) &&
	       put_grants("ring", &any, k->ring, grants, n) &&
	       (k->source[0] != NULL
		       ? put_grants(
			     "source", k->source, KEY_PATTERNS, grants, n)
		       : put_grants("source", &own, 1, grants, n));
}

static enum rc
find_server(struct db *db, char key[CURVE_TEXT], struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(db_exec(db, "key_server", NULL, &rows, e));
	if (rows_n(rows) == 0)
		return err_set(e, RC_GONE,
		    "the bus has no key of its own yet: huying up --tcp HOST, "
		    "or huying key bus");
	(void)snprintf(key, CURVE_TEXT, "%.*s", STR_ARG(rows_str(rows, 0, 0)));
	return RC_OK;
}

/* RC_GONE when it did nothing. */
static enum rc
do_one(struct db *db, const char *query, const char *const *texts, size_t n,
    const char *else_say, struct err *e)
{
	size_t n_rows = 0;

	TRY(key_do(db, query, texts, n, &n_rows, e));
	return n_rows > 0 ? RC_OK
			  : err_set(e, RC_GONE, "%s: %s", texts[0], else_say);
}

static enum rc
add_key(struct db *db, const struct curve_key *key, struct err *e)
{
	const char *texts[] = { key->name, key->public_key };

	return do_one(db, "key_add_key", texts, 2,
	    "there is no such client, or it is revoked", e);
}

static int
say_failed(struct db *db, enum rc rc, const struct err *e)
{
	cli_say("%s", e->text);
	db_rollback(db);
	return rc == RC_GONE || rc == RC_REJECT ? EXIT_NOTHING : EXIT_CONNECT;
}

static void
tell(const struct key_args *k, const struct curve_key *key, const char *path)
{
	struct buf b;

	if (!k->json) {
		printf("%s: %s\n%s holds the secret, and nothing else does: it "
		       "cannot be shown again\n",
		    key->name, key->public_key, path);
		return;
	}
	buf_init(&b, (size_t)64 * 1024);
	buf_z(&b, "{\"name\":");
	wire_json_str(str_of(key->name), &b);
	buf_z(&b, ",\"public_key\":");
	wire_json_str(str_of(key->public_key), &b);
	buf_z(&b, ",\"file\":");
	wire_json_str(str_of(path), &b);
	printf("%.*s}\n", STR_ARG(buf_get(&b)));
	buf_fini(&b);
}

/* Where the key goes; NAME.key in this directory unless it was told. */
static const char *
path_of(const struct key_args *k, const char *name, char text[PATH_MAX])
{
	(void)snprintf(text, PATH_MAX, "%s%s", k->out != NULL ? k->out : name,
	    k->out != NULL ? "" : ".key");
	return text;
}

/* Registers a key that lies in its file; WHAT is the caller's. */
typedef enum rc store_fn(struct db *db, const struct curve_key *key,
    const void *what, struct err *e);

/* A new key: its file, its row, and word of it. */
static int
make(struct db *db, const struct key_args *k, struct curve_key *key,
    store_fn *store, const void *what)
{
	char path[PATH_MAX];
	struct err e;
	enum rc rc = curve_write(path_of(k, key->name, path), key, &e);

	if (rc == RC_OK) {
		rc = store(db, key, what, &e);
		if (rc != RC_OK)
			(void)unlink(path);
	}
	if (rc == RC_OK)
		tell(k, key, path);
	curve_fini(key);
	return rc == RC_OK ? EXIT_OK : say_failed(db, rc, &e);
}

/* A client's, which knows the bus's. */
static int
make_for(
    struct db *db, const struct key_args *k, store_fn *store, const void *what)
{
	char server[CURVE_TEXT];
	struct curve_key key;
	struct err e;
	enum rc rc = find_server(db, server, &e);

	if (rc != RC_OK)
		return say_failed(db, rc, &e);
	curve_new(&key, k->words[1], server);
	return make(db, k, &key, store, what);
}

struct client_row {
	const char *note;
	char rate[24];
	char burst[24];
	struct grant grants[GRANTS_MAX];
	size_t n;
};

static enum rc
store_client(
    struct db *db, const struct curve_key *key, const void *what, struct err *e)
{
	const struct client_row *c = what;
	const char *row[] = { key->name, c->note, c->rate, c->burst };

	TRY(key_begin(db, e));
	TRY(do_one(db, "key_add_client", row, ARRAY_LEN(row),
	    "there is, or was, a client of this name", e));
	TRY(add_key(db, key, e));
	for (size_t i = 0; i < c->n; i++) {
		const char *texts[] = { key->name, c->grants[i].verb,
			c->grants[i].pattern };

		TRY(key_do(db, "key_add_grant", texts, 3, NULL, e));
	}
	return cli_commit(db, e);
}

int
key_cmd_new(struct db *db, const struct key_args *k)
{
	struct client_row c = { .note = k->note != NULL ? k->note : "" };
	int64_t rate = KEY_RATE, burst;
	char own[80];

	(void)snprintf(own, sizeof(own), "/%s", k->words[1]);
	if (!is_name(k->words[1]) || !take_grants(k, own, c.grants, &c.n) ||
	    (k->rate != NULL && !key_number("--rate", k->rate, &rate)))
		return EXIT_USAGE;
	burst = 2 * rate < 1000000 ? 2 * rate : 1000000;
	if (k->burst != NULL && !key_number("--burst", k->burst, &burst))
		return EXIT_USAGE;
	(void)snprintf(c.rate, sizeof(c.rate), "%lld", (long long)rate);
	(void)snprintf(c.burst, sizeof(c.burst), "%lld", (long long)burst);
	return make_for(db, k, store_client, &c);
}

/* WHAT: for how many milliseconds the old keys go on. */
static enum rc
store_rotation(
    struct db *db, const struct curve_key *key, const void *what, struct err *e)
{
	int64_t overlap_ms = *(const int64_t *)what;
	char span[48];
	const char *texts[] = { key->name, span };

	(void)snprintf(
	    span, sizeof(span), "%lld milliseconds", (long long)overlap_ms);
	TRY(key_begin(db, e));
	if (overlap_ms == 0)
		TRY(key_do(db, "key_revoke_keys", texts, 1, NULL, e));
	else
		TRY(key_do(db, "key_end_keys", texts, 2, NULL, e));
	TRY(add_key(db, key, e));
	return cli_commit(db, e);
}

int
key_cmd_rotate(struct db *db, const struct key_args *k)
{
	int64_t overlap_ms = KEY_OVERLAP_MS;

	if (k->overlap != NULL &&
	    (!when_parse_span(str_of(k->overlap), &overlap_ms) ||
		overlap_ms > 366 * DAY_MS)) {
		cli_say("--overlap must be a span up to a year: 12h, 7d, 0");
		return EXIT_USAGE;
	}
	if (!is_name(k->words[1]))
		return EXIT_USAGE;
	return make_for(db, k, store_rotation, &overlap_ms);
}

static enum rc
store_server(
    struct db *db, const struct curve_key *key, const void *what, struct err *e)
{
	(void)what;
	return key_add_server(db, key->public_key, e);
}

int
key_cmd_bus(struct db *db, const struct key_args *k)
{
	struct curve_key key;

	curve_new(&key, "bus", "");
	return make(db, k, &key, store_server, NULL);
}
