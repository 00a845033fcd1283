/* What became of each event, and of all. */
#include "cli/publish.h"

#include "cli/columns.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_ROOM ((size_t)16 * 1024)

static const char *const names[] = {
	[OUTCOME_STORED] = "stored",
	[OUTCOME_DUPLICATE] = "duplicate",
	[OUTCOME_REFUSED] = "refused",
	[OUTCOME_UNKNOWN] = "unknown",
};

static void
put_member(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	wire_json_str(str_of(value), out);
}

static void
put_json(struct buf *out, const struct outcome *o, const char *id,
    const char *type, int64_t line)
{
	buf_printf(out, "{\"status\":\"%s\"", names[o->status]);
	if (o->seq > 0)
		buf_printf(out, ",\"seq\":%lld", (long long)o->seq);
	put_member(out, "type", type);
	put_member(out, "id", id);
	if (line > 0)
		buf_printf(out, ",\"line\":%lld", (long long)line);
	if (o->code[0] != '\0') {
		put_member(out, "code", o->code);
		put_member(out, "field", o->field);
		put_member(out, "reason", o->reason);
	}
	buf_z(out, "}\n");
}

static void
put_words(struct buf *out, const struct outcome *o, const char *id,
    const char *type, int64_t line)
{
	buf_printf(out, "%-9s ", names[o->status]);
	if (line > 0)
		buf_printf(out, " line %lld ", (long long)line);
	if (o->seq > 0)
		buf_printf(out, " seq %-8lld ", (long long)o->seq);
	(void)columns_put(out, str_of(type), PUBLISH_TYPE);
	buf_z(out, "  ");
	(void)columns_put(out, str_of(id), OUTCOME_ID);
	if (o->code[0] != '\0') {
		buf_printf(out, "  %s: ", o->code);
		/* The reason begins with the field where there is one. */
		if (!str_starts(str_of(o->reason), str_of(o->field))) {
			(void)columns_put(
			    out, str_of(o->field), sizeof(o->field));
			buf_char(out, ' ');
		}
		(void)columns_put(out, str_of(o->reason), sizeof(o->reason));
	}
	buf_char(out, '\n');
}

void
publish_tell(struct tally *t, const struct outcome *o, const char *id,
    const char *type, int64_t line)
{
	struct buf out;

	t->stored += o->status == OUTCOME_STORED;
	t->duplicate += o->status == OUTCOME_DUPLICATE;
	t->refused += o->status == OUTCOME_REFUSED;
	t->unknown += o->status == OUTCOME_UNKNOWN;
	buf_init(&out, LINE_ROOM);
	if (t->json)
		put_json(&out, o, id, type, line);
	else
		put_words(&out, o, id, type, line);
	(void)fwrite(out.p, 1, out.n, stdout);
	(void)fflush(stdout);
	buf_fini(&out);
}

int
publish_sum_up(const struct tally *t)
{
	int64_t n = t->stored + t->duplicate + t->refused + t->unknown;
	double s = (double)(clock_mono_ms() - t->began_ms) / 1000;

	(void)fprintf(stderr,
	    "%lld events: %lld stored, %lld duplicate, %lld refused",
	    (long long)n, (long long)t->stored, (long long)t->duplicate,
	    (long long)t->refused);
	if (t->unknown > 0)
		(void)fprintf(stderr,
		    ", %lld unknown (publish them again, with the same ids)",
		    (long long)t->unknown);
	(void)fprintf(stderr, ", in %.1f s", s);
	if (n > 100 && s > 0)
		(void)fprintf(stderr, " (%.0f/s)", (double)n / s);
	(void)fprintf(stderr, "\n");
	if (t->unknown > 0)
		return EXIT_CONNECT;
	return t->refused > 0 ? EXIT_NOTHING : EXIT_OK;
}
