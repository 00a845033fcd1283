#include "tests/lib/score_live.h"

#include "cli/cli.h"
#include "common/base/id.h"
#include "common/bus/socket.h"
#include "common/db/migrations.h"
#include "common/run/things.h"

#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

extern const struct run_desc scoring_service;

#define CASE_BYTES ((size_t)1 << 30)

static const struct db_query queries[] = {
	{ "live_append",
	    "SELECT max(seq) AS seq FROM journal.append($1::text[], "
	    "$2::text[], $3::text[], $4::text[], $5::text[], $6::bytea[], "
	    "$7::bytea[])" },
};

/* What score_county() has in memory, as rows. */
static const char county[] =
    "INSERT INTO registry.pack VALUES ('test', '1', '330122', 't', 't', "
    "'2026-01-01', now(), '', '{}');"
    "INSERT INTO registry.division VALUES ('330122', 'Tonglu', 'Tonglu', "
    "'county', NULL, NULL, '2026-01-01', NULL, 'test 1');"
    "INSERT INTO registry.score_scheme VALUES ('test', 'test', 10, 50, 40, "
    "900, 19, 'no_data', 'C', 'test', '2026-01-01', NULL, 'test 1');"
    "INSERT INTO registry.unit SELECT code, name, name, kind, NULL, "
    "division, NULL, false, '2026-01-01', NULL, 'test 1' FROM (VALUES "
    "('330122-D-KPB', '考评办', 'department', '330122'), "
    "('330122-D-SCJ', '市场监管局', 'department', '330122'), "
    "('330122109-T', '分水镇执法队', 'enforcement_team', '330122109'), "
    "('330122102-T', '富春江镇执法队', 'enforcement_team', '330122102'), "
    "('330122109001-V', '大路村', 'village_committee', '330122109001'), "
    "('330122109002-V', '小路村', 'village_committee', '330122109001')) "
    "u (code, name, kind, division);"
    "UPDATE run.clock SET sandbox = true, "
    "base_at = '2026-03-20T09:00+08:00'";

static const char *
cluster(void)
{
	return getenv("TEST_DB");
}

bool
live_possible(void)
{
	const char *other = getenv("HUYING_TEST_DB");

	/* The tool refuses settings of that prefix which it does not know. */
	if (other != NULL && cluster() == NULL)
		must(setenv("TEST_DB", other, 1) == 0);
	must(unsetenv("HUYING_TEST_DB") == 0);
	if (cluster() != NULL)
		return true;
	(void)fprintf(stderr,
	    "skipped: TEST_DB names no cluster to make a database in\n");
	return false;
}

static void
or_die(enum rc rc, const struct err *e)
{
	if (rc == RC_OK)
		return;
	(void)fprintf(stderr, "%s\n", e->text);
	never("the test's database does not work");
}

void
live_script(struct live *l, const char *fmt, ...)
{
	char sql[4096];
	struct err e;
	va_list ap;

	va_start(ap, fmt);
	must(vsnprintf(sql, sizeof(sql), fmt, ap) < (int)sizeof(sql));
	va_end(ap);
	or_die(db_script(l->db, sql, &e), &e);
}

int64_t
live_number(struct live *l, const char *sql)
{
	static int n_asked;
	char name[32];
	const struct db_query q = { name, sql };
	struct rows *rows = NULL;
	struct err e;
	int64_t n;

	(void)snprintf(name, sizeof(name), "ask%d", n_asked++);
	or_die(db_prepare(l->db, &q, 1, &e), &e);
	or_die(db_exec(l->db, name, NULL, &rows, &e), &e);
	must(rows_n(rows) == 1);
	n = rows_i64(rows, 0, 0);
	rows_free(&rows);
	return n;
}

struct run *
live_instance(struct live *l)
{
	struct run *r = xcalloc(1, sizeof(*r));
	struct err e;

	r->desc = &scoring_service;
	r->arena = arena_new(BATCH_ARENA);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_init(&r->args[i]);
	or_die(feed_open(&r->feed, "inproc://nobody-feeds", &e), &e);
	or_die(bell_open(&r->bell, "inproc://nobody-hears", &e), &e);
	or_die(db_open(&r->db, l->dsn, "scoring", &e), &e);
	or_die(run_prepare(r->db, r->desc, &e), &e);
	or_die(registry_load(&r->registry, r->db, &e), &e);
	return r;
}

void
live_instance_free(struct run **rp)
{
	struct run *r = *rp;

	bell_close(&r->bell);
	feed_close(&r->feed);
	registry_free(&r->registry);
	db_close(&r->db);
	arena_free(&r->arena);
	for (size_t i = 0; i < ARRAY_LEN(r->args); i++)
		args_fini(&r->args[i]);
	free(r);
	*rp = NULL;
}

void
live_open(struct live *l)
{
	static int n_opened;
	struct migrated m;
	struct err e;
	char sql[128];

	*l = (struct live){ .arena = arena_new(CASE_BYTES) };
	or_die(db_open(&l->admin, cluster(), "test", &e), &e);
	(void)snprintf(l->name, sizeof(l->name), "huying_test_score_%d_%d",
	    getpid(), n_opened++);
	(void)snprintf(sql, sizeof(sql), "CREATE DATABASE %s", l->name);
	or_die(db_script(l->admin, sql, &e), &e);
	(void)snprintf(
	    l->dsn, sizeof(l->dsn), "%s dbname=%s", cluster(), l->name);
	or_die(db_open(&l->db, l->dsn, "test", &e), &e);
	or_die(db_migrate(l->db, &m, &e), &e);
	live_script(l, "%s", county);
	or_die(db_prepare(l->db, queries, ARRAY_LEN(queries), &e), &e);
	l->run = live_instance(l);
	must(setenv("HUYING_DB", l->dsn, 1) == 0);
}

void
live_close(struct live *l)
{
	struct err e;
	char sql[128];

	live_instance_free(&l->run);
	db_close(&l->db);
	(void)snprintf(sql, sizeof(sql), "DROP DATABASE %s (FORCE)", l->name);
	or_die(db_script(l->admin, sql, &e), &e);
	db_close(&l->admin);
	arena_free(&l->arena);
}

void
live_at(struct live *l, int64_t at)
{
	char text[CLOCK_TEXT];

	live_script(
	    l, "UPDATE run.clock SET base_at = '%s'", clock_format(at, text));
}

/* One commit's worth of events, as journal.append() takes them. */
struct commit {
	size_t n;
	struct str *source, *id, *type, *subject, *division, *digest, *body;
};

static struct commit
commit_new(struct live *l, size_t cap)
{
	struct commit c = { .n = 0 };
	struct str **all[] = { &c.source, &c.id, &c.type, &c.subject,
		&c.division, &c.digest, &c.body };

	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		*all[i] = xcalloc(cap, sizeof(struct str));
	(void)l;
	return c;
}

static void
put(struct live *l, struct commit *c, const char *type, const char *subject,
    struct str data)
{
	struct msg_envelope env = {
		.specversion = STR("1.0"),
		.id = arena_printf(
		    l->arena, "test-%lld", (long long)++l->n_events),
		.source = STR("/test"),
		.type = str_of(type),
		.subject = str_of(subject),
		.division = subject != NULL ? STR("330122109") : STR("330122"),
		.data = data,
	};
	unsigned char hash[HASH_LEN];
	struct buf body;

	buf_init(&body, ENVELOPE_MAX);
	envelope_encode(&env, &body);
	must(!body.failed);
	id_hash(buf_get(&body), hash);
	c->source[c->n] = env.source;
	c->id[c->n] = env.id;
	c->type[c->n] = env.type;
	c->subject[c->n] = env.subject;
	c->division[c->n] = env.division;
	c->digest[c->n] = arena_str(
	    l->arena, (struct str){ (const char *)hash, sizeof(hash) });
	c->body[c->n++] = arena_str(l->arena, buf_get(&body));
	buf_fini(&body);
}

static void
put_msg(struct live *l, struct commit *c, const char *subject,
    const struct msg_desc *d, const void *msg)
{
	struct buf data;

	must(msg_check(d, msg, MSG_LENIENT, NULL) == RC_OK);
	buf_init(&data, ENVELOPE_MAX);
	msg_encode(d, msg, &data);
	put(l, c, d->type, subject, buf_get(&data));
	buf_fini(&data);
}

static int64_t
commit(struct live *l, struct commit *c)
{
	struct str *all[] = { c->source, c->id, c->type, c->subject,
		c->division, c->digest, c->body };
	struct rows *rows = NULL;
	struct args a;
	struct err e;
	int64_t seq;

	args_init(&a);
	for (size_t i = 0; i < 5; i++)
		args_strs(&a, all[i], c->n);
	args_bytes_list(&a, c->digest, c->n);
	args_bytes_list(&a, c->body, c->n);
	or_die(db_exec(l->db, "live_append", &a, &rows, &e), &e);
	seq = rows_i64(rows, 0, 0);
	rows_free(&rows);
	args_fini(&a);
	for (size_t i = 0; i < ARRAY_LEN(all); i++)
		free(all[i]);
	return seq;
}

int64_t
live_append(struct live *l, const struct score_fact *facts, size_t n)
{
	struct commit c = commit_new(l, n);

	for (size_t i = 0; i < n; i++)
		put_msg(l, &c, facts[i].casefile, facts[i].desc, facts[i].msg);
	return commit(l, &c);
}

void
live_append_random(struct live *l, uint64_t *seed, size_t n)
{
	struct score_fact v[64];

	must(n > 0 && n <= ARRAY_LEN(v));
	for (size_t i = 0; i < n; i++)
		v[i] = score_random_fact(seed, 40, 0, 0, l->arena);
	(void)live_append(l, v, n);
}

int64_t
live_publish(struct live *l, const char *period, const char *subject)
{
	const struct msg_score_publish m = { .period = str_of(period),
		.unit = STR("330122-D-KPB") };
	struct commit c = commit_new(l, 1);

	put_msg(l, &c, subject, &msg_score_publish_desc, &m);
	return commit(l, &c);
}

int64_t
live_poison(struct live *l, const char *casefile)
{
	struct commit c = commit_new(l, 1);

	/* An empty map: everything that is required is missing. */
	put(l, &c, "callback.recorded", casefile, STR("\x80"));
	return commit(l, &c);
}

enum rc
live_batch(struct live *l, bool *did)
{
	struct err e;

	return batch_run(l->run, did, &e);
}

void
live_run(struct live *l)
{
	bool did = true;
	struct err e;

	while (did)
		or_die(batch_run(l->run, &did, &e), &e);
}

/* Runs CMD with WORDS (NULL at the end); what it prints goes to output. */
static int
listen_to(
    struct live *l, int (*cmd)(int argc, char **argv), const char *const *words)
{
	char *argv[8] = { NULL };
	int argc = 0, out, err, code;
	FILE *f = tmpfile();
	size_t n;

	must(f != NULL);
	for (; words[argc] != NULL; argc++)
		argv[argc] = xstrdup(words[argc]);
	(void)fflush(stdout);
	out = dup(1);
	err = dup(2);
	must(dup2(fileno(f), 1) == 1 && dup2(fileno(f), 2) == 2);
	code = cmd(argc, argv);
	(void)fflush(stdout);
	must(dup2(out, 1) == 1 && dup2(err, 2) == 2);
	(void)close(out);
	(void)close(err);
	rewind(f);
	n = fread(l->output, 1, sizeof(l->output) - 1, f);
	l->output[n] = '\0';
	(void)fclose(f);
	for (int i = 0; i < argc; i++)
		free(argv[i]);
	return code;
}

int
live_score(struct live *l, const char *a, const char *b, const char *c)
{
	const char *words[] = { "score", a, b, c, NULL };

	return listen_to(l, cmd_score, words);
}

int
live_replay(struct live *l)
{
	static const char *const words[] = { "replay", "scoring", NULL };

	return listen_to(l, cmd_replay, words);
}
