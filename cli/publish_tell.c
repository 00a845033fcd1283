/* What became of each event, and of all. */
#include "cli/publish.h"

#include "cli/columns.h"
#include "common/msg/wire.h"

#include <stdio.h>
#include <unistd.h>

#define LINE_ROOM ((size_t)16 * 1024)
/* Columns of a terminal. */
#define TEXT_MAX 128
#define REASON_MAX 512

static const char *const names[] = {
	[HUYING_STORED] = "stored",
	[HUYING_DUPLICATE] = "duplicate",
	[HUYING_REFUSED] = "refused",
	[HUYING_UNKNOWN] = "unknown",
};

static void
put_member(struct buf *out, const char *key, const char *value)
{
	buf_printf(out, ",\"%s\":", key);
	wire_json_str(str_of(value), out);
}

static void
put_json(struct buf *out, const char *status, const struct huying_outcome *o,
    int64_t line)
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
put_words(struct buf *out, const char *status, const struct huying_outcome *o,
    int64_t line)
{
	buf_printf(out, "%-9s ", status);
	if (line > 0)
		buf_printf(out, " line %lld ", (long long)line);
	if (o->seq > 0)
		buf_printf(out, " seq %-8lld ", (long long)o->seq);
	(void)columns_put(out, str_of(o->type), TEXT_MAX);
	buf_z(out, "  ");
	(void)columns_put(out, str_of(o->id), TEXT_MAX);
	if (o->code[0] != '\0') {
		buf_printf(out, "  %s: ", o->code);
		/* The reason begins with the field where there is one. */
		if (!str_starts(str_of(o->reason), str_of(o->field))) {
			(void)columns_put(out, str_of(o->field), TEXT_MAX);
			buf_char(out, ' ');
		}
		(void)columns_put(out, str_of(o->reason), REASON_MAX);
	}
	buf_char(out, '\n');
}

static void
put(const struct tally *t, const char *status, const struct huying_outcome *o,
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
tally_code(struct tally *t, const char *code)
{
	size_t i = 0;

	while (i < t->n_codes && strcmp(t->codes[i].code, code) != 0)
		i++;
	if (i == TALLY_CODES)
		return;
	if (i == t->n_codes)
		(void)snprintf(t->codes[t->n_codes++].code,
		    sizeof(t->codes[i].code), "%s", code);
	t->codes[i].n++;
}

void
tally_codes(struct tally *t, struct buf *out)
{
	const char *between = ": ";

	/* As many turns as there are codes: each takes the most frequent. */
	for (size_t turn = 0; turn < t->n_codes; turn++) {
		size_t most = 0;

		for (size_t i = 1; i < t->n_codes; i++)
			if (t->codes[i].n > t->codes[most].n)
				most = i;
		buf_printf(out, "%s%s %lld", between, t->codes[most].code,
		    (long long)t->codes[most].n);
		t->codes[most].n = 0;
		between = ", ";
	}
}

void
publish_tell(struct tally *t, const struct huying_outcome *o, int64_t line)
{
	t->stored += o->status == HUYING_STORED;
	t->duplicate += o->status == HUYING_DUPLICATE;
	t->refused += o->status == HUYING_REFUSED && !o->later;
	t->unknown += o->status == HUYING_UNKNOWN || o->later;
	if (o->status == HUYING_REFUSED && !o->later)
		tally_code(t, o->code);
	put(t, names[o->status], o, line);
}

void
publish_tell_spooled(struct tally *t, const char *id, const char *type)
{
	const struct huying_outcome o = {
		.id = id, .type = type, .code = "", .field = "", .reason = ""
	};

	t->spooled++;
	put(t, "spooled", &o, 0);
}

int
publish_sum_up(struct tally *t)
{
	int64_t n = t->stored + t->duplicate + t->refused + t->unknown;
	double s = (double)(clock_mono_ms() - t->began_ms) / 1000;
	struct buf out;

	buf_init(&out, LINE_ROOM);
	buf_printf(&out, "%lld events: %lld stored, %lld duplicate",
	    (long long)n, (long long)t->stored, (long long)t->duplicate);
	if (t->unknown > 0)
		buf_printf(&out,
		    ", %lld unknown (publish them again, with the same ids)",
		    (long long)t->unknown);
	if (t->spooled > 0)
		buf_printf(&out,
		    ", %lld wait in the spool (huying publish --spool sends "
		    "them)",
		    (long long)t->spooled);
	buf_printf(&out, ", in %.1f s", s);
	if (n > 100 && s > 0)
		buf_printf(&out, " (%.0f/s)", (double)n / s);
	buf_printf(&out, ", %lld refused", (long long)t->refused);
	tally_codes(t, &out);
	(void)fprintf(stderr, "%.*s\n", STR_ARG(buf_get(&out)));
	buf_fini(&out);
	if (t->unknown > 0)
		return EXIT_CONNECT;
	return t->refused > 0 ? EXIT_NOTHING : EXIT_OK;
}
