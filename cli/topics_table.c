#include "cli/topics_table.h"

#include "cli/columns.h"
#include "cli/when.h"
#include "common/msg/wire.h"

#include <stdlib.h>

#define TYPE_COLUMNS 28
#define NUMBER_COLUMNS 8

void
topics_begin(struct topics *t, int64_t now_ms)
{
	*t = (struct topics){ .began_ms = now_ms };
}

/* NULL when there is no room for one more. */
static struct topic_row *
row_of(struct topics *t, struct str type)
{
	struct topic_row *r;
	size_t i = 0;

	while (i < t->n && !str_is(type, t->rows[i].type))
		i++;
	if (i == TOPICS_MAX || type.n >= TOPICS_TYPE_BYTES)
		return NULL;
	r = &t->rows[i];
	if (i == t->n) {
		*r = (struct topic_row){ .n = 0 };
		memcpy(r->type, type.p, type.n);
		t->n++;
	}
	return r;
}

void
topics_saw(struct topics *t, struct str type, int64_t seq, int64_t now_ms)
{
	struct topic_row *r = row_of(t, type);
	int64_t second = now_ms / SECOND_MS;
	size_t slot = (size_t)(second % TOPICS_SPAN_S);

	if (r == NULL)
		return;
	r->n++;
	r->last_seq = seq;
	r->last_ms = now_ms;
	if (r->at_s[slot] != second)
		r->n_s[slot] = 0;
	r->at_s[slot] = second;
	r->n_s[slot]++;
}

void
topics_lost(struct topics *t, struct str type)
{
	struct topic_row *r =
	    row_of(t, type.n > 0 ? type : STR("(of several)"));

	if (r != NULL)
		r->holes++;
}

int64_t
topics_rate(const struct topics *t, const struct topic_row *r, int64_t now_ms)
{
	int64_t second = now_ms / SECOND_MS, n = 0;
	int64_t span_ms = now_ms - t->began_ms;

	if (span_ms > TOPICS_SPAN_S * SECOND_MS)
		span_ms = TOPICS_SPAN_S * SECOND_MS;
	if (span_ms < SECOND_MS)
		span_ms = SECOND_MS;
	for (size_t i = 0; i < TOPICS_SPAN_S; i++)
		if (r->at_s[i] > second - TOPICS_SPAN_S)
			n += r->n_s[i];
	return (n * 10 * SECOND_MS + span_ms / 2) / span_ms;
}

static int
by_number(const void *a, const void *b)
{
	const struct topic_row *x = a, *y = b;

	if (x->n != y->n)
		return x->n < y->n ? 1 : -1;
	return strcmp(x->type, y->type);
}

void
topics_sort(struct topics *t)
{
	qsort(t->rows, t->n, sizeof(t->rows[0]), by_number);
}

static size_t
shown(const struct topics *t, size_t top)
{
	return top > 0 && top < t->n ? top : t->n;
}

/* To the right, two blanks before it; TEXT is empty again. */
static void
put_right(struct buf *out, struct buf *text)
{
	size_t n = columns_of(buf_get(text));

	columns_pad(out, 2 + (n < NUMBER_COLUMNS ? NUMBER_COLUMNS - n : 0));
	buf_str(out, buf_get(text));
	buf_reset(text);
}

static void
put_row(const struct topics *t, const struct topic_row *r, int64_t now_ms,
    struct buf *out)
{
	int64_t rate = topics_rate(t, r, now_ms);
	struct buf text;

	buf_init(&text, 64);
	columns_put_cell(out, str_of(r->type), TYPE_COLUMNS);
	buf_printf(&text, "%lld", (long long)r->n);
	put_right(out, &text);
	buf_printf(
	    &text, "%lld.%lld", (long long)(rate / 10), (long long)(rate % 10));
	put_right(out, &text);
	if (r->n > 0)
		when_put_span(&text, now_ms - r->last_ms);
	else
		buf_char(&text, '-');
	put_right(out, &text);
	buf_printf(&text, "%lld", (long long)r->last_seq);
	put_right(out, &text);
	if (r->holes > 0)
		buf_printf(&text, "%lld", (long long)r->holes);
	put_right(out, &text);
	while (out->n > 0 && out->p[out->n - 1] == ' ')
		out->n--;
	buf_char(out, '\n');
	buf_fini(&text);
}

void
topics_put(const struct topics *t, size_t top, int64_t now_ms, struct buf *out)
{
	static const char *const heads[] = { "events", "a second", "ago",
		"last", "holes" };
	struct buf text;

	buf_init(&text, 64);
	columns_put_cell(out, STR("type"), TYPE_COLUMNS);
	for (size_t i = 0; i < ARRAY_LEN(heads); i++) {
		buf_z(&text, heads[i]);
		put_right(out, &text);
	}
	buf_char(out, '\n');
	for (size_t i = 0; i < shown(t, top); i++)
		put_row(t, &t->rows[i], now_ms, out);
	if (shown(t, top) < t->n)
		buf_printf(out, "and %zu more\n", t->n - shown(t, top));
	buf_fini(&text);
}

void
topics_put_json(
    const struct topics *t, size_t top, int64_t now_ms, struct buf *out)
{
	for (size_t i = 0; i < shown(t, top); i++) {
		const struct topic_row *r = &t->rows[i];
		int64_t rate = topics_rate(t, r, now_ms);

		buf_z(out, "{\"type\":");
		wire_json_str(str_of(r->type), out);
		buf_printf(out,
		    ",\"events\":%lld,\"rate\":%lld.%lld,\"last\":%lld,"
		    "\"holes\":%lld",
		    (long long)r->n, (long long)(rate / 10),
		    (long long)(rate % 10), (long long)r->last_seq,
		    (long long)r->holes);
		if (r->n > 0)
			buf_printf(out, ",\"age_ms\":%lld",
			    (long long)(now_ms - r->last_ms));
		buf_z(out, "}\n");
	}
}
