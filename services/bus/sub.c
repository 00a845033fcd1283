#include "services/bus/sub.h"

#include "common/msg/look.h"
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
sub_init(struct sub *s, struct str identity, struct str user, struct str client,
    struct str name)
{
	*s = (struct sub){ .identity = own(identity),
		.user = own(user),
		.client = own(client),
		.name = own(name),
		.stop_at = STOP_NEVER,
		.next = -1,
		.credit = CREDIT_PRESET,
		.heard_ms = clock_mono_ms() };
}

void
sub_fini(struct sub *s)
{
	disown(s->identity);
	disown(s->user);
	disown(s->client);
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

static const char *
take_from(struct bus *b, struct sub *s, const struct wire_item *item)
{
	struct err e;
	int64_t at;

	if (item->kind == KIND_INT && item->i >= 0)
		s->next = item->i > 0 ? item->i - 1 : 0;
	else if (item->kind == KIND_STR && str_is(item->s, "head"))
		s->next = b->head;
	else if (item->kind == KIND_STR && clock_parse(item->s, &at))
		return store_seq_at(b, at, &s->next, &e) == RC_OK
			   ? NULL
			   : "the journal cannot be reached now";
	else
		return "from must be a seq, a time or \"head\"";
	return NULL;
}

static const char *
take_until(struct sub *s, const struct wire_item *item)
{
	if (item->kind == KIND_STR && clock_parse(item->s, &s->stop_at))
		return NULL;
	return "until must be a time";
}

static const char *
take_casefile(struct sub *s, const struct wire_item *item)
{
	static const struct msg_format casefile = { LOOK_CASEFILE, NULL };

	if (item->kind != KIND_STR || look_check(&casefile, item->s) != NULL)
		return "casefile must be the number of one";
	s->casefile = own(item->s);
	return NULL;
}

static const char *
take_division(struct sub *s, const struct wire_item *item)
{
	static const struct msg_format division = { LOOK_DIVISION, NULL };

	if (item->kind != KIND_STR || look_check(&division, item->s) != NULL)
		return "division must be a code of 6, 9, 12 or 15 digits";
	s->division = own(item->s);
	return NULL;
}

/* NULL when the option is fine, else what is wrong. */
static const char *
take_option(struct bus *b, struct sub *s, struct str key, struct str value)
{
	struct str rest = value;
	struct wire_item item;

	wire_read(&rest, &item);
	if (str_is(key, "topics"))
		return take_topics(s, value);
	if (str_is(key, "from"))
		return take_from(b, s, &item);
	if (str_is(key, "until"))
		return take_until(s, &item);
	if (str_is(key, "casefile"))
		return take_casefile(s, &item);
	if (str_is(key, "division"))
		return take_division(s, &item);
	if (str_is(key, "follow") && item.kind == KIND_BOOL)
		s->follow = item.b;
	else if (str_is(key, "cursor") && item.kind == KIND_BOOL)
		s->named = item.b;
	else if (str_is(key, "epoch") && item.kind == KIND_INT && item.i > 0)
		s->epoch = item.i;
	else if (str_is(key, "credit") && item.kind == KIND_INT && item.i > 0 &&
		 item.i <= CREDIT_MAX)
		s->credit = item.i;
	else
		return "an option that is not known, or not of its kind: "
		       "from, until, topics, casefile, division, follow, "
		       "credit, cursor, epoch";
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

bool
sub_matches(
    const struct sub *s, const struct client *c, const struct window_event *ev)
{
	size_t slash = str_find(ev->topic, '/');
	struct str type = str_cut(ev->topic, 0, slash);
	struct str division = str_cut(ev->topic, slash + 1, SIZE_MAX);

	if (s->casefile.n > 0 && !str_eq(ev->subject, s->casefile))
		return false;
	if (s->division.n > 0 && !registry_inside(division, s->division))
		return false;
	if (!rights_read(c, type, division))
		return false;
	for (size_t t = 0; t < s->n_topics; t++)
		if (str_starts(ev->topic, s->topics[t]))
			return true;
	return s->n_topics == 0;
}

const char *
sub_denied(const struct sub *s, const struct client *c)
{
	if (s->n_topics == 0 && !rights_overlap(c, STR(""), s->division))
		return s->division.n > 0 ? "your key may read nothing there"
					 : "your key may read nothing";
	for (size_t t = 0; t < s->n_topics; t++)
		if (!rights_overlap(c, s->topics[t], s->division))
			return "your key may read nothing of one of the topics";
	return NULL;
}
