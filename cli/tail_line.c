#include "cli/tail_line.h"

#include "cli/columns.h"
#include "cli/json_out.h"
#include "common/msg/wire.h"

#include <sodium.h>

#define JSON_ROOM ((size_t)1 << 20)
#define BASE64_MAX ((size_t)512 * 1024)

bool
tail_line_is_for_people(enum tail_form form)
{
	return form == FORM_PRETTY || form == FORM_SHORT;
}

static void
put_topic(const struct tail_event *ev, struct buf *out)
{
	char topic[TOPIC_MAX];

	if (ev->readable)
		buf_str(
		    out, envelope_topic(ev->env.type, ev->env.division, topic));
	else
		buf_z(out, "(unreadable)");
}

static void
put_topics(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	(void)l;
	buf_printf(out, "%lld ", (long long)ev->seq);
	put_topic(ev, out);
	buf_char(out, '\n');
}

static void
put_short(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	struct str casefile = ev->env.subject;

	buf_printf(out, "%lld  ", (long long)ev->seq);
	if (l->printer.clock.how != TIME_NONE) {
		print_time(&l->printer.clock, ev->at, out);
		buf_z(out, "  ");
	}
	put_topic(ev, out);
	buf_z(out, "  ");
	if (!ev->readable) {
		(void)columns_put(out, str_of(ev->why), SIZE_MAX / 2);
	} else {
		buf_str(out, casefile.n > 0 ? casefile : STR("-"));
		buf_z(out, "  ");
		(void)columns_put(out, ev->env.source, SIZE_MAX / 2);
	}
	buf_char(out, '\n');
}

static void
put_pretty(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	if (ev->readable)
		print_event(&l->printer, &ev->env, ev->at, out);
	else
		print_unreadable(
		    &l->printer, ev->seq, ev->at, ev->why, ev->bytes, out);
}

/* No CloudEvent, and it does not look like one: it has no specversion. */
static void
put_unreadable_json(const struct tail_event *ev, struct buf *out)
{
	struct str bytes = str_cut(ev->bytes, 0, ENVELOPE_MAX);
	size_t room =
	    sodium_base64_encoded_len(bytes.n, sodium_base64_VARIANT_ORIGINAL);
	char text[CLOCK_TEXT], *base64;

	must(room < BASE64_MAX);
	base64 = xmalloc(room);
	(void)sodium_bin2base64(base64, room, (const unsigned char *)bytes.p,
	    bytes.n, sodium_base64_VARIANT_ORIGINAL);
	buf_z(out, "{\"unreadable\":");
	wire_json_str(str_of(ev->why), out);
	buf_printf(out, ",\"data_base64\":\"%s\"", base64);
	buf_printf(out, ",\"sequence\":\"%020lld\"", (long long)ev->seq);
	buf_printf(
	    out, ",\"recordedtime\":\"%s\"}", clock_format(ev->at, text));
	free(base64);
}

static void
put_json(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	(void)l;
	if (ev->readable)
		envelope_json(&ev->env, ev->seq, ev->at, out);
	else
		put_unreadable_json(ev, out);
	buf_char(out, '\n');
}

static void
put_json_pretty(
    struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	struct buf line;

	buf_init(&line, JSON_ROOM);
	put_json(l, ev, &line);
	if (line.failed)
		out->failed = true;
	else
		json_out_indent(out, str_cut(buf_get(&line), 0, line.n - 1));
	buf_char(out, '\n');
	buf_fini(&line);
}

static void
put_raw(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	(void)l;
	if (ev->readable)
		buf_str(out, ev->bytes);
}

static void
put_format(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	format_put(&l->format, &l->printer.clock, ev, out);
}

void
tail_line_put(struct tail_line *l, const struct tail_event *ev, struct buf *out)
{
	static void (*const put[])(struct tail_line * l,
	    const struct tail_event *ev, struct buf *out) = {
		[FORM_PRETTY] = put_pretty,
		[FORM_SHORT] = put_short,
		[FORM_JSON] = put_json,
		[FORM_JSON_PRETTY] = put_json_pretty,
		[FORM_RAW] = put_raw,
		[FORM_TOPICS] = put_topics,
		[FORM_FORMAT] = put_format,
	};

	l->printer.late = ev->late;
	if (ev->late && (l->form == FORM_SHORT || l->form == FORM_TOPICS))
		buf_char(out, '~');
	put[l->form](l, ev, out);
	l->printer.clock.before = ev->at;
}
