#include "services/bus/rights.h"

/* In the order of enum verb. */
static const char *const verbs[] = { "publish", "read", "live", "source",
	"ring" };

/* "/hotline", "/hotline/12345": what an envelope's source may look like. */
static bool
is_source(struct str s)
{
	static const char fine[] = "abcdefghijklmnopqrstuvwxyz"
				   "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				   "0123456789_-.:/#+|%=>";

	for (size_t i = 0; i < s.n; i++)
		if (s.p[i] == '\0' || strchr(fine, s.p[i]) == NULL)
			return false;
	return s.n > 1 && s.n <= 96 && s.p[0] == '/' && s.p[s.n - 1] != '/';
}

static bool
parse_pattern(struct str pattern, struct right *r)
{
	switch (r->verb) {
	case VERB_PUBLISH:
	case VERB_READ:
		return topic_parse(pattern, &r->topic);
	case VERB_SOURCE:
		r->source = pattern;
		return is_source(pattern);
	case VERB_LIVE:
	case VERB_RING:
		return str_is(pattern, "*");
	}
	never("no such verb");
}

bool
rights_parse(struct str verb, struct str pattern, struct right *out)
{
	for (size_t i = 0; i < ARRAY_LEN(verbs); i++) {
		struct right r = { .verb = (enum verb)i };

		if (!str_is(verb, verbs[i]))
			continue;
		if (!parse_pattern(pattern, &r))
			return false;
		*out = r;
		return true;
	}
	return false;
}

bool
rights_has(const struct client *c, enum verb verb)
{
	for (size_t i = 0; i < c->n_rights; i++)
		if (c->rights[i].verb == verb)
			return true;
	return c->local;
}

static bool
grants_topic(const struct client *c, enum verb verb, struct str type,
    struct str division)
{
	for (size_t i = 0; i < c->n_rights; i++)
		if (c->rights[i].verb == verb &&
		    topic_matches(&c->rights[i].topic, type, division))
			return true;
	return c->local;
}

/* Whether it may publish that type somewhere. */
static bool
grants_type(const struct client *c, struct str type)
{
	for (size_t i = 0; i < c->n_rights; i++) {
		struct topic_pattern anywhere = c->rights[i].topic;

		anywhere.division = STR("");
		if (c->rights[i].verb == VERB_PUBLISH &&
		    topic_matches(&anywhere, type, STR("")))
			return true;
	}
	return c->local;
}

static bool
grants_source(const struct client *c, struct str source)
{
	for (size_t i = 0; i < c->n_rights; i++) {
		struct str mine = c->rights[i].source;

		if (c->rights[i].verb == VERB_SOURCE &&
		    str_starts(source, mine) &&
		    (source.n == mine.n || source.p[mine.n] == '/'))
			return true;
	}
	return c->local;
}

const char *
rights_publish(const struct client *c, struct str type, struct str division,
    struct str source, const char **field)
{
	*field = "source";
	if (!grants_source(c, source))
		return "SOURCE_MISMATCH";
	*field = "type";
	if (!grants_type(c, type))
		return "NOT_GRANTED";
	*field = "division";
	if (!grants_topic(c, VERB_PUBLISH, type, division))
		return "NOT_GRANTED";
	return NULL;
}

bool
rights_read(const struct client *c, struct str type, struct str division)
{
	return grants_topic(c, VERB_READ, type, division);
}

/* One of the two begins with the other: something may be in both. */
static bool
touch(struct str a, struct str b)
{
	return str_starts(a, b) || str_starts(b, a);
}

/* TYPE is whole when a division followed it; else it is how types begin. */
static bool
touches_type(const struct topic_pattern *p, struct str type, bool whole)
{
	bool open = p->type.n == 0 || p->type.p[p->type.n - 1] == '.';

	if (whole)
		return open ? str_starts(type, p->type) : str_eq(type, p->type);
	return open ? touch(type, p->type) : str_starts(p->type, type);
}

bool
rights_overlap(const struct client *c, struct str topic, struct str division)
{
	size_t slash = str_find(topic, '/');
	struct str type = str_cut(topic, 0, slash);
	struct str place =
	    slash < topic.n ? str_cut(topic, slash + 1, topic.n) : STR("");

	for (size_t i = 0; i < c->n_rights; i++) {
		const struct right *r = &c->rights[i];

		if (r->verb == VERB_READ &&
		    touches_type(&r->topic, type, slash < topic.n) &&
		    touch(place, r->topic.division) &&
		    touch(division, r->topic.division))
			return true;
	}
	return c->local;
}
