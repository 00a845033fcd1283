/*
 * Any bytes as an event of the journal, in every form of huying tail: one
 * line that steers no terminal, and JSON that is JSON.
 */
#include "cli/tail_line.h"
#include "common/msg/plain.h"

#include <jansson.h>

#define ROOM ((size_t)8 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
must_be_json(struct str text)
{
	json_t *v = json_loadb(text.p, text.n,
	    JSON_DECODE_ANY | JSON_DECODE_INT_AS_REAL | JSON_ALLOW_NUL |
		JSON_REJECT_DUPLICATES,
	    NULL);

	must(v != NULL);
	json_decref(v);
}

static void
must_be_safe(struct str text)
{
	must(text.n > 0 && text.p[text.n - 1] == '\n');
	must(str_utf8_ok(text) && plain_ok(text));
}

static void
write_as(struct tail_line *l, const struct tail_event *ev, enum tail_form form)
{
	bool json = form == FORM_JSON || form == FORM_JSON_PRETTY ||
		    (form == FORM_FORMAT && l->format.json);
	struct buf out;

	buf_init(&out, ROOM);
	l->form = form;
	tail_line_put(l, ev, &out);
	must(!out.failed);
	if (form == FORM_RAW)
		must(out.n == (ev->readable ? ev->bytes.n : 0));
	else
		must_be_safe(buf_get(&out));
	if (json)
		must_be_json(buf_get(&out));
	buf_fini(&out);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const formats[] = {
		"%-9.9{source} %{data} %20{data.reason} %{fault}",
		"{\"a\":\"<%{data}%{fault}>\",\"b\":%{data},\"c\":%{topic}}",
	};
	struct tail_line l = { .printer.arena = arena_new(ROOM) };
	struct tail_event ev = { .seq = 417,
		.at = 1773797407031,
		.bytes = { (const char *)data, size },
		.late = size % 2 == 1 };

	tail_event_read(&ev);
	for (size_t i = 0; i < ARRAY_LEN(formats); i++) {
		must(
		    format_parse(&l.format, formats[i], i == 1, NULL) == RC_OK);
		write_as(&l, &ev, FORM_FORMAT);
	}
	for (int form = FORM_PRETTY; form < FORM_FORMAT; form++)
		write_as(&l, &ev, (enum tail_form)form);
	arena_free(&l.printer.arena);
	return 0;
}
