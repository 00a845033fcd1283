/* huying schema check: a file of events against the definitions. */
#include "cli/schema.h"

#include "cli/publish.h"
#include "common/msg/wire.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define LINE_BYTES_MAX ((size_t)1 << 20)
#define ARENA ((size_t)16 << 20)
#define ROOM ((size_t)64 * 1024)

struct checking {
	bool json;
	int64_t line;
	int64_t n[MSG_ROW + 1]; /* by kind */
	int64_t faulty;
};

/* One line of FILE has faults, "field: what; field: what" in WORDS. */
static void
tell(struct checking *c, const char *code, struct str field, struct str words)
{
	struct buf out;

	c->faulty++;
	buf_init(&out, ROOM);
	if (c->json) {
		buf_printf(&out, "{\"line\":%lld,\"code\":\"%s\",\"field\":",
		    (long long)c->line, code);
		wire_json_str(field, &out);
		buf_z(&out, ",\"reason\":");
		wire_json_str(words, &out);
		buf_z(&out, "}\n");
	} else {
		buf_printf(&out, "line %lld: %s: ", (long long)c->line, code);
		if (!str_starts(words, field))
			buf_printf(&out, "%.*s ", STR_ARG(field));
		buf_printf(&out, "%.*s\n", STR_ARG(words));
	}
	(void)fwrite(out.p, 1, out.n, stdout);
	buf_fini(&out);
}

static void
tell_faults(struct checking *c, const struct faults *f)
{
	tell(c, f->code, str_of(f->field), buf_get(&f->text));
}

/* What only some may carry. */
static bool
may_seal(const struct msg_desc *d)
{
	return d == &msg_report_submit_desc || d == &msg_booking_book_desc;
}

static void
check_event(struct checking *c, const struct parcel_out *p, struct arena *arena,
    struct faults *f)
{
	const struct msg_desc *d;
	struct msg_envelope env;
	void *msg;

	if (envelope_decode(buf_get(&p->envelope), MSG_STRICT, &env, f) !=
	    RC_OK)
		return;
	d = msg_find(env.type);
	if (d == NULL) {
		faults_add(f, "UNKNOWN_TYPE", STR("type"),
		    "no such message; see huying schema ls");
		return;
	}
	c->n[d->kind]++;
	if (p->with_person && !may_seal(d))
		faults_add(f, "SEAL_UNEXPECTED", STR("sealedpart"),
		    "only a report.submit or a booking.book may carry one");
	msg = arena_alloc(arena, d->size);
	must(msg != NULL);
	(void)!msg_decode(d, env.data, MSG_STRICT, msg, arena, f);
}

static void
check_line(struct checking *c, struct str line, struct arena *arena)
{
	struct parcel_out p;
	struct faults f;

	parcel_out_init(&p);
	faults_init(&f);
	if (line.n > LINE_BYTES_MAX)
		line.n = 0; /* no JSON, then */
	if (publish_line(line, &p) == RC_OK)
		check_event(c, &p, arena, &f);
	else
		tell(c, p.why.code, str_of(p.why.field), str_of(p.why.reason));
	if (f.n > 0)
		tell_faults(c, &f);
	faults_fini(&f);
	parcel_out_fini(&p);
}

static void
check_all(struct checking *c, FILE *f)
{
	struct arena *arena = arena_new(ARENA);
	char *text = NULL;
	size_t cap = 0;
	ssize_t n;

	while ((n = getline(&text, &cap, f)) >= 0) {
		struct str line = { text, (size_t)n };

		c->line++;
		if (str_is_blank(line))
			continue;
		arena_reset(arena);
		check_line(c, line, arena);
	}
	free(text);
	arena_free(&arena);
}

int
schema_check(const char *path, bool json)
{
	struct checking c = { .json = json };
	FILE *f = strcmp(path, "-") == 0 ? stdin : fopen(path, "r");
	bool sound;

	if (f == NULL) {
		cli_say("%s: %s", path, strerror(errno));
		return EXIT_CONNECT;
	}
	check_all(&c, f);
	sound = ferror(f) == 0;
	if (f != stdin)
		(void)fclose(f);
	if (!sound) {
		cli_say("%s: cannot be read", path);
		return EXIT_CONNECT;
	}
	cli_say("%lld lines: %lld commands, %lld facts, %lld with faults",
	    (long long)c.line, (long long)c.n[MSG_COMMAND],
	    (long long)c.n[MSG_FACT], (long long)c.faulty);
	return c.faulty > 0 ? EXIT_NOTHING : EXIT_OK;
}
