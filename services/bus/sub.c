#include "services/bus/sub.h"

#include "common/msg/wire.h"

#include <stdlib.h>

#define CREDIT_PRESET 1000

static struct str
own(struct str s)
{
	char *p = xmalloc(s.n + 1);

	if (s.n > 0)
		memcpy(p, s.p, s.n);
	return (struct str){ p, s.n };
}

static void
disown(struct str s)
{
	free((void *)(uintptr_t)s.p);
}

void
sub_init(struct sub *s, struct str identity, struct str name)
{
	*s = (struct sub){ .identity = own(identity),
		.name = own(name),
		.credit = CREDIT_PRESET,
		.heard_ms = clock_mono_ms() };
}

void
sub_fini(struct sub *s)
{
	disown(s->identity);
	disown(s->name);
	disown(s->casefile);
	disown(s->division);
	for (size_t t = 0; t < s->n_topics; t++)
		disown(s->topics[t]);
}

static const char *
take_topics(struct sub *s, struct str value)
{
	struct wire_item list, item;

	wire_read(&value, &list);
	if (list.kind != KIND_ARRAY || list.n > TOPICS_MAX)
		return "topics must be a list of at most 16";
	for (uint32_t i = 0; i < list.n; i++) {
		wire_read(&value, &item);
		if (item.kind != KIND_STR || item.s.n > TOPIC_MAX)
			return "topics must be texts of at most 128 bytes";
		s->topics[s->n_topics++] = own(item.s);
	}
	return NULL;
}

/* NULL when the option is fine, else what is wrong. */
static const char *
take_option(struct bus *b, struct sub *s, struct str key, struct str value)
{
	struct str rest = value;
	struct wire_item item;
	struct err e;
	int64_t at;

	wire_read(&rest, &item);
	if (str_is(key, "topics"))
		return take_topics(s, value);
	if (str_is(key, "from") && item.kind == KIND_INT && item.i >= 0)
		s->next = item.i > 0 ? item.i - 1 : 0;
	else if (str_is(key, "from") && item.kind == KIND_STR &&
		 str_is(item.s, "head"))
		s->next = b->head;
	else if (str_is(key, "from") && item.kind == KIND_STR &&
		 clock_parse(item.s, &at))
		return store_seq_at(b, at, &s->next, &e) == RC_OK
			   ? NULL
			   : "the journal cannot be reached now";
	else if (str_is(key, "casefile") && item.kind == KIND_STR)
		s->casefile = own(item.s);
	else if (str_is(key, "division") && item.kind == KIND_STR)
		s->division = own(item.s);
	else if (str_is(key, "follow") && item.kind == KIND_BOOL)
		s->follow = item.b;
	else if (str_is(key, "credit") && item.kind == KIND_INT && item.i > 0 &&
		 item.i <= CREDIT_MAX)
		s->credit = item.i;
	else
		return "an option that is not known, or not of its kind: "
		       "from, topics, casefile, division, follow, credit";
	return NULL;
}

const char *
sub_options(struct bus *b, struct sub *s, struct str body)
{
	struct wire_fault fault;
	struct wire_item map, key;
	const char *wrong = NULL;

	if (!wire_check(body, &fault))
		return "the options are not one sound msgpack map";
	wire_read(&body, &map);
	for (uint32_t i = 0; i < map.n && wrong == NULL; i++) {
		wire_read(&body, &key);
		wrong = take_option(b, s, key.s, wire_skip(&body));
	}
	return wrong;
}
