/* `huying pack load`. */
#include "cli/pack_cmd.h"

#include "common/msg/wire.h"
#include "common/registry/registry_take.h"

#include <stdio.h>
#include <unistd.h>

#define TABLE_BYTES_MAX ((size_t)48 * 1024 * 1024)
#define LINE_BYTES_MAX ((size_t)16 * 1024)
/* A load is one transaction of some seconds, not a service's blink. */
#define PATIENCE_MS (60 * SECOND_MS)

struct load {
	struct pack *p;
	const struct pack_args *args;
	struct db *db;
	struct take_pack pack;
	struct buf json[TABLE_COUNT]; /* each table's rows */
	struct take_count counts[TABLE_COUNT];
	char first_day[CLOCK_TEXT];
	bool progress; /* somebody watches on a terminal */
};

static void
load_fini(struct load *l)
{
	for (size_t t = 0; t < TABLE_COUNT; t++)
		buf_fini(&l->json[t]);
	db_close(&l->db);
}

static void
tell_progress(const struct load *l, const char *what, size_t done)
{
	if (l->progress)
		(void)fprintf(
		    stderr, "\r\033[K%zu/%d %s", done, (int)TABLE_COUNT, what);
}

static void
end_progress(const struct load *l)
{
	if (l->progress)
		(void)fprintf(stderr, "\r\033[K");
}

static void
rows_json(const struct pack *p, enum registry_table t, struct buf *b)
{
	const struct msg_desc *d = registry_files[t].desc;

	buf_char(b, '[');
	for (size_t i = 0; i < p->tables[t].n; i++) {
		buf_z(b, i > 0 ? ",\n" : "\n");
		msg_json(d, pack_row(p, t, i), b);
	}
	buf_char(b, ']');
}

static void
add_digest(struct buf *digests, struct str bytes)
{
	unsigned char hash[HASH_LEN];
	char text[HASH_TEXT];

	id_hash(bytes, hash);
	buf_z(digests, id_hex(hash, text));
	buf_char(digests, '\n');
}

/* Of the pack's own line and of each table, in their order. */
static void
make_digest(struct load *l)
{
	AUTO(buf_fini) struct buf b;
	unsigned char hash[HASH_LEN];

	buf_init(&b, LINE_BYTES_MAX);
	msg_json(&row_pack_desc, &l->p->meta, &b);
	for (size_t t = 0; t < TABLE_COUNT; t++)
		add_digest(&b, buf_get(&l->json[t]));
	must(!b.failed);
	id_hash(buf_get(&b), hash);
	(void)id_hex(hash, l->pack.digest);
}

static enum rc
prepare(struct load *l, struct err *e)
{
	const struct row_pack *meta = &l->p->meta;

	l->pack = (struct take_pack){ meta->name, meta->version, meta->county,
		meta->title_zh, meta->title_en,
		str_cut(str_of(clock_format(meta->valid_from, l->first_day)), 0,
		    10),
		meta->boundary, "" };
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		rows_json(l->p, (enum registry_table)t, &l->json[t]);
		if (l->json[t].failed)
			return err_set(e, RC_REJECT, "%s is too large",
			    registry_files[t].file);
	}
	make_digest(l);
	return RC_OK;
}

/* Nobody is left behind or taken from a locked post, no code comes back. */
static enum rc
no_orphans(struct load *l, struct err *e)
{
	AUTO(rows_free) struct rows *rows = NULL;

	TRY(registry_take_orphans(l->db, &l->pack, &rows, e));
	for (size_t i = 0; i < rows_n(rows); i++)
		cli_say("pack: %.*s %.*s", STR_ARG(rows_str(rows, i, 0)),
		    STR_ARG(rows_str(rows, i, 1)));
	return rows_n(rows) == 0 ? RC_OK
				 : err_set(e, RC_REJECT,
				       "nothing of it is loaded: see above");
}

static enum rc
store(struct load *l, struct err *e)
{
	AUTO(buf_fini) struct buf n_rows;

	buf_init(&n_rows, LINE_BYTES_MAX);
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		enum registry_table table = (enum registry_table)t;

		tell_progress(l, registry_files[t].file, t + 1);
		TRY(registry_take_table(l->db, &l->pack, table,
		    buf_get(&l->json[t]), &l->counts[t], e));
	}
	TRY(no_orphans(l, e));
	tell_progress(l, "matters by their words", TABLE_COUNT);
	pack_json_rows(&n_rows, l->p);
	return registry_take_close(l->db, &l->pack, buf_get(&n_rows), e);
}

static void
put_table(const struct load *l, size_t t, struct buf *b)
{
	const struct take_count *c = &l->counts[t];

	if (!l->args->json) {
		(void)printf("%-18s %6lld added %6lld closed %6lld unchanged\n",
		    registry_files[t].file, (long long)c->added,
		    (long long)c->closed, (long long)c->unchanged);
		return;
	}
	buf_printf(b,
	    "{\"table\":\"%s\",\"added\":%lld,\"closed\":%lld,"
	    "\"unchanged\":%lld}",
	    registry_files[t].table, (long long)c->added, (long long)c->closed,
	    (long long)c->unchanged);
	pack_put_line(b);
}

static void
put_result(const struct load *l, const char *state, struct buf *b)
{
	const struct take_pack *pack = &l->pack;

	if (!l->args->json) {
		(void)printf("%.*s %.*s: %s\n", STR_ARG(pack->name),
		    STR_ARG(pack->version), state);
		return;
	}
	buf_z(b, "{\"pack\":");
	wire_json_str(pack->name, b);
	buf_z(b, ",\"version\":");
	wire_json_str(pack->version, b);
	buf_printf(
	    b, ",\"digest\":\"%s\",\"state\":\"%s\"}", pack->digest, state);
	pack_put_line(b);
}

static void
put_loaded(const struct load *l)
{
	const struct take_count *c = &l->counts[TABLE_calendar_day];
	AUTO(buf_fini) struct buf b;

	buf_init(&b, LINE_BYTES_MAX);
	for (size_t t = 0; t < TABLE_COUNT; t++)
		put_table(l, t, &b);
	put_result(l, "loaded", &b);
	if (c->unchanged + c->closed > 0 && c->added + c->closed > 0)
		cli_say("pack: holidays have changed; limits that run are "
			"counted by them after: huying pack recount");
}

static void
put_already(const struct load *l)
{
	AUTO(buf_fini) struct buf b;

	buf_init(&b, LINE_BYTES_MAX);
	put_result(l, "already loaded", &b);
}

/* Why a sound pack may still not go in. */
static enum rc
refuse(const struct load *l, enum take_state state, struct err *e)
{
	const struct take_pack *pack = &l->pack;

	if (state == TAKE_OTHER)
		return err_set(e, RC_REJECT,
		    "%.*s %.*s is loaded with other content; give this one a "
		    "version of its own",
		    STR_ARG(pack->name), STR_ARG(pack->version));
	return err_set(e, RC_REJECT,
	    "a version of %.*s that holds from %.*s or later is loaded; "
	    "valid_from must be after it",
	    STR_ARG(pack->name), STR_ARG(pack->valid_from));
}

static enum rc
run(struct load *l, struct err *e)
{
	enum take_state state;

	TRY(registry_take_prepare(l->db, e));
	TRY(prepare(l, e));
	TRY(registry_take_open(l->db, &l->pack, &state, e));
	switch (state) {
	case TAKE_NEW:
		TRY(store(l, e));
		end_progress(l);
		put_loaded(l);
		return RC_OK;
	case TAKE_LOADED:
		db_rollback(l->db);
		put_already(l);
		return RC_OK;
	case TAKE_OTHER:
	case TAKE_EARLY:
		break;
	}
	return refuse(l, state, e);
}

static int
told(const struct load *l, enum rc rc, const struct err *e)
{
	end_progress(l);
	if (rc == RC_OK)
		return EXIT_OK;
	cli_say("pack: %s", e->text);
	return rc == RC_REJECT ? EXIT_NOTHING : EXIT_CONNECT;
}

int
pack_cmd_load(const struct pack_args *args)
{
	AUTO(pack_fini) struct pack p;
	AUTO(load_fini) struct load l = { .p = &p, .args = args };
	struct err e;
	int code;

	for (size_t t = 0; t < TABLE_COUNT; t++)
		buf_init(&l.json[t], TABLE_BYTES_MAX);
	l.progress = isatty(STDERR_FILENO) == 1 && !args->json;
	pack_init(&p, args->dir);
	code = pack_cmd_read(&p, args);
	if (code == EXIT_OK)
		code = cli_db(args->db, "huying pack", NULL, 0, &l.db);
	if (code >= 0)
		return code;
	db_patience(l.db, PATIENCE_MS);
	return told(&l, run(&l, &e), &e);
}
