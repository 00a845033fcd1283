/* What a reader asks the bus for. */
#include "common/bus/log_inside.h"

#include "common/msg/wire.h"

static void
put_from(struct buf *b, const struct log_reader *r)
{
	const struct log_options *o = &r->options;

	wire_put_str(b, STR("from"));
	if (r->place > 0)
		wire_put_i64(b, r->place);
	else if (o->from_seq > 0)
		wire_put_i64(b, o->from_seq);
	else if (o->from_time.n > 0)
		wire_put_str(b, o->from_time);
	else
		wire_put_str(b, STR("head"));
}

static bool
has_from(const struct log_reader *r)
{
	const struct log_options *o = &r->options;

	return r->place > 0 || o->from_seq > 0 || o->from_time.n > 0 ||
	       o->from_head;
}

/* The epoch in which the place is one; 0: none, or never mind. */
static int64_t
epoch_of_place(const struct log_reader *r)
{
	if (r->place > 0)
		return r->epoch;
	return r->options.from_seq > 0 ? r->options.epoch : 0;
}

static void
put_topics(struct buf *b, const struct log_options *o)
{
	wire_put_str(b, STR("topics"));
	wire_put_array(b, o->n_topics);
	for (size_t i = 0; i < o->n_topics; i++)
		wire_put_str(b, o->topics[i]);
}

static void
put_options(struct buf *b, const struct log_reader *r)
{
	const struct log_options *o = &r->options;

	wire_put_map(b, 2u + has_from(r) + (o->n_topics > 0) +
			    (o->casefile.n > 0) + (o->division.n > 0) +
			    (o->until_time.n > 0) + (o->cursor.n > 0) +
			    (epoch_of_place(r) > 0));
	if (has_from(r))
		put_from(b, r);
	wire_pair_bool(b, "follow", o->follow);
	wire_pair_i64(b, "credit", LOG_CREDIT);
	if (o->n_topics > 0)
		put_topics(b, o);
	if (o->casefile.n > 0)
		wire_pair_str(b, "casefile", o->casefile);
	if (o->division.n > 0)
		wire_pair_str(b, "division", o->division);
	if (o->until_time.n > 0)
		wire_pair_str(b, "until", o->until_time);
	if (o->cursor.n > 0)
		wire_pair_bool(b, "cursor", true);
	if (epoch_of_place(r) > 0)
		wire_pair_i64(b, "epoch", epoch_of_place(r));
}

void
log_ask(struct log_reader *r)
{
	struct str parts[3] = { STR("OPEN"), r->name, { NULL, 0 } };
	struct buf b;

	buf_init(&b, (size_t)16 * 1024);
	put_options(&b, r);
	parts[2] = buf_get(&b);
	(void)link_send(r->link, parts, ARRAY_LEN(parts));
	buf_fini(&b);
	r->spent = 0;
	r->reached = r->committed_sent = 0;
	r->asked_ms = r->pinged_ms = clock_mono_ms();
	r->again_ms = 0;
}

void
log_copy_options(struct log_reader *r, const struct log_options *o)
{
	struct str *topics =
	    arena_alloc(r->arena, o->n_topics * sizeof(*topics));

	must(topics != NULL);
	for (size_t i = 0; i < o->n_topics; i++)
		topics[i] = arena_str(r->arena, o->topics[i]);
	r->options = *o;
	r->options.topics = topics;
	r->options.casefile = arena_str(r->arena, o->casefile);
	r->options.division = arena_str(r->arena, o->division);
	r->options.from_time = arena_str(r->arena, o->from_time);
	r->options.until_time = arena_str(r->arena, o->until_time);
	r->options.report = arena_str(r->arena, o->report);
	r->options.cursor = arena_str(r->arena, o->cursor);
	r->name = o->cursor.n > 0 ? r->options.cursor : STR("r");
	r->silence_ms = o->silence_ms > 0 ? o->silence_ms : LINK_SILENCE_MS;
}
