#include "common/msg/topic.h"

#include "common/msg/envelope.h"

bool
topic_is_division(struct str code)
{
	for (size_t i = 0; i < code.n; i++)
		if (code.p[i] < '0' || code.p[i] > '9')
			return false;
	return code.n == 6 || code.n == 9 || code.n == 12 || code.n == 15;
}

static bool
is_word(struct str s)
{
	for (size_t i = 0; i < s.n; i++) {
		char c = s.p[i];

		if ((c < 'a' || c > 'z') && (c < '0' || c > '9') && c != '_')
			return false;
	}
	return s.n > 0;
}

/* The type, or the part before the star; false when it is neither. */
static bool
parse_type(struct str text, struct str *type)
{
	struct str rest = text, word;
	bool star = false;
	size_t n = 0;

	while (str_next(&rest, '.', &word)) {
		if (star || (!is_word(word) && !str_is(word, "*")))
			return false;
		star = str_is(word, "*");
		n++;
	}
	/* A noun alone is no type: it would match nothing, ever. */
	if (!star && n < 2)
		return false;
	*type = str_cut(text, 0, text.n - star);
	return true;
}

bool
topic_parse(struct str text, struct topic_pattern *out)
{
	size_t slash = str_find(text, '/');
	struct topic_pattern p = { .division = { NULL, 0 } };

	if (text.n >= TOPIC_MAX ||
	    !parse_type(str_cut(text, 0, slash), &p.type))
		return false;
	if (slash < text.n) {
		p.division = str_cut(text, slash + 1, text.n);
		if (!topic_is_division(p.division))
			return false;
	}
	*out = p;
	return true;
}

bool
topic_matches(
    const struct topic_pattern *p, struct str type, struct str division)
{
	bool open = p->type.n == 0 || p->type.p[p->type.n - 1] == '.';

	if (open ? !str_starts(type, p->type) : !str_eq(type, p->type))
		return false;
	return p->division.n == 0 || str_starts(division, p->division);
}
