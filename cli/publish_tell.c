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
put_json(
    struct buf *out, const char *status, const struct outcome *o, int64_t line)
{
	buf_printf(out, "{\"status\":\"%s\"", status);
	if (o->seq > 0)
		buf_printf(out, ",\"seq\":%lld", (long long)o->seq);
	put_member(out, "type", o->type);
	put_member(out, "id", o->id);
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
put_words(
    struct buf *out, const char *status, const struct outcome *o, int64_t line)
{
	buf_printf(out, "%-9s ", status);
	if (line > 0)
		buf_printf(out, " line %lld ", (long long)line);
	if (o->seq > 0)
		buf_printf(out, " seq %-8lld ", (long long)o->seq);
	(void)columns_put(out, str_of(o->type), OUTCOME_TYPE);
	buf_z(out, "  ");
	(void)columns_put(out, str_of(o->id), OUTCOME_ID);
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

static void
put(const struct tally *t, const char *status, const struct outcome *o,
    int64_t line)
{
	struct buf out;

	buf_init(&out, LINE_ROOM);
	if (t->json)
		put_json(&out, status, o, line);
	else
		put_words(&out, status, o, line);
	(void)fwrite(out.p, 1, out.n, stdout);
	(void)fflush(stdout);
	buf_fini(&out);
}

void
publish_tell(struct tally *t, const struct outcome *o, int64_t line)
{
	t->stored += o->status == OUTCOME_STORED;
	t->duplicate += o->status == OUTCOME_DUPLICATE;
	t->refused += o->status == OUTCOME_REFUSED && !o->later;
	t->unknown += o->status == OUTCOME_UNKNOWN || o->later;
	put(t, names[o->status], o, line);
}

void
publish_tell_spooled(struct tally *t, const char *id, const char *type)
{
	struct outcome o = { .seq = 0 };

	t->spooled++;
	(void)snprintf(o.id, sizeof(o.id), "%s", id);
	(void)snprintf(o.type, sizeof(o.type), "%s", type);
	put(t, "spooled", &o, 0);
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
	if (t->spooled > 0)
		(void)fprintf(stderr,
		    ", %lld wait in the spool (huying publish --spool sends "
		    "them)",
		    (long long)t->spooled);
	(void)fprintf(stderr, ", in %.1f s", s);
	if (n > 100 && s > 0)
		(void)fprintf(stderr, " (%.0f/s)", (double)n / s);
	(void)fprintf(stderr, "\n");
	if (t->unknown > 0)
		return EXIT_CONNECT;
	return t->refused > 0 ? EXIT_NOTHING : EXIT_OK;
}
