/* What `huying pack` prints: faults and counts, for people or machines. */
#include "cli/pack_check.h"
#include "cli/pack_cmd.h"

#include "common/msg/wire.h"

#include <stdio.h>

#define LINE_MAX_BYTES ((size_t)64 * 1024)

void
pack_json_rows(struct buf *b, const struct pack *p)
{
	buf_char(b, '{');
	for (size_t t = 0; t < TABLE_COUNT; t++)
		buf_printf(b, "%s\"%s\":%zu", t > 0 ? "," : "",
		    registry_files[t].table, p->tables[t].n);
	buf_char(b, '}');
}

void
pack_put_line(struct buf *b)
{
	buf_char(b, '\n');
	must(!b->failed);
	(void)fwrite(b->p, 1, b->n, stdout);
	buf_reset(b);
}

static void
tell_fault(
    const struct pack *p, const struct pack_fault *f, struct buf *b, bool json)
{
	if (!json) {
		(void)fprintf(stderr, "%s/%s:%u:%u: %.*s\n", p->dir, f->file,
		    f->place.line, f->place.column, STR_ARG(f->text));
		return;
	}
	buf_z(b, "{\"file\":");
	wire_json_str(str_of(f->file), b);
	buf_printf(b, ",\"line\":%u,\"column\":%u,\"message\":", f->place.line,
	    f->place.column);
	wire_json_str(f->text, b);
	buf_char(b, '}');
	pack_put_line(b);
}

static void
tell_faults(const struct pack *p, bool json)
{
	AUTO(buf_fini) struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	for (size_t i = 0; i < p->n_faults; i++)
		tell_fault(p, &p->faults[i], &b, json);
	if (p->n_more > 0 && !json)
		(void)fprintf(stderr, "%s: %zu more faults are not shown\n",
		    p->dir, p->n_more);
}

int
pack_cmd_read(struct pack *p, const struct pack_args *args)
{
	struct err e;

	if (pack_read(p, &e) != RC_OK) {
		cli_say("pack: %s", e.text);
		return EXIT_CONNECT;
	}
	pack_check(p);
	tell_faults(p, args->json);
	return p->n_faults == 0 ? EXIT_OK : EXIT_NOTHING;
}

static void
tell_summary(const struct pack *p)
{
	size_t n = p->n_faults + p->n_more;

	(void)printf(
	    "%.*s %.*s: ", STR_ARG(p->meta.name), STR_ARG(p->meta.version));
	if (n == 0)
		(void)printf("sound;");
	else
		(void)printf("%zu fault%s;", n, n == 1 ? "" : "s");
	for (size_t t = 0; t < TABLE_COUNT; t++)
		(void)printf("%s %s %zu", t > 0 ? "," : "",
		    registry_files[t].file, p->tables[t].n);
	(void)printf("\n");
}

static void
put_summary(const struct pack *p)
{
	AUTO(buf_fini) struct buf b;

	buf_init(&b, LINE_MAX_BYTES);
	buf_z(&b, "{\"pack\":");
	wire_json_str(p->meta.name, &b);
	buf_z(&b, ",\"version\":");
	wire_json_str(p->meta.version, &b);
	buf_printf(&b, ",\"faults\":%zu,\"rows\":", p->n_faults + p->n_more);
	pack_json_rows(&b, p);
	buf_char(&b, '}');
	pack_put_line(&b);
}

int
pack_cmd_check(const struct pack_args *args)
{
	AUTO(pack_fini) struct pack p;
	int rc;

	pack_init(&p, args->dir);
	rc = pack_cmd_read(&p, args);
	if (rc == EXIT_CONNECT)
		return rc;
	if (args->json)
		put_summary(&p);
	else
		tell_summary(&p);
	return rc;
}
