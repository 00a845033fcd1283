#include "cli/tail_filter.h"

#include "common/registry/registry.h"

#include <fnmatch.h>
#include <stdio.h>

#define PATTERN_SIGNS "*?["

/* TYPE is at most 64 bytes, as the envelope bounds it. */
static bool
glob(const char *pattern, struct str type)
{
	char text[TOPIC_MAX];

	if (type.n >= sizeof(text))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(type));
	return fnmatch(pattern, text, 0) == 0;
}

/* "call", "call." and "call.raised" take what they begin, word by word. */
static bool
type_matches(const char *pattern, struct str type)
{
	struct str p = str_of(pattern);

	if (strpbrk(pattern, PATTERN_SIGNS) != NULL)
		return glob(pattern, type);
	while (p.n > 0 && p.p[p.n - 1] == '.')
		p.n--;
	return str_starts(type, p) &&
	       (type.n == p.n || p.n == 0 || type.p[p.n] == '.');
}

static bool
topic_matches(const char *topic, const struct msg_envelope *env)
{
	char type[TOPIC_MAX];
	struct str whole = str_of(topic), place = { NULL, 0 };
	size_t slash = str_find(whole, '/');

	if (slash >= sizeof(type))
		return false;
	if (slash < whole.n)
		place = str_cut(whole, slash + 1, whole.n);
	(void)snprintf(type, sizeof(type), "%.*s", (int)slash, topic);
	return type_matches(type, env->type) &&
	       (place.n == 0 || registry_inside(env->division, place));
}

static bool
any_type(const char *const types[FILTER_WORDS_MAX], struct str type)
{
	for (size_t i = 0; i < FILTER_WORDS_MAX; i++)
		if (types[i] != NULL && glob(types[i], type))
			return true;
	return false;
}

bool
filter_matches(const struct filter *f, const struct msg_envelope *env)
{
	bool wanted = f->n_topics == 0;

	for (size_t i = 0; i < f->n_topics && !wanted; i++)
		wanted = topic_matches(f->topics[i], env);
	if (!wanted || any_type(f->not_types, env->type))
		return false;
	return f->types[0] == NULL || any_type(f->types, env->type);
}

/* What every topic that PATTERN takes begins with; "" when nothing. */
static struct str
prefix_of(const char *pattern, char text[TOPIC_MAX])
{
	size_t n = strcspn(pattern, PATTERN_SIGNS "/");
	bool whole = pattern[n] == '/' && strchr(pattern, '.') != NULL &&
		     (size_t)(strchr(pattern, '.') - pattern) < n;

	/* A noun alone begins its verbs, so nothing may follow it here. */
	if (whole)
		(void)snprintf(text, TOPIC_MAX, "%s", pattern);
	else
		(void)snprintf(text, TOPIC_MAX, "%.*s", (int)n, pattern);
	return str_of(text);
}

size_t
filter_prefixes(const struct filter *f, struct str prefixes[FILTER_WORDS_MAX],
    char text[FILTER_WORDS_MAX][TOPIC_MAX])
{
	const char *const *from = f->n_topics > 0 ? f->topics : f->types;
	size_t n = 0;

	for (size_t i = 0; i < FILTER_WORDS_MAX; i++) {
		if (from[i] == NULL || (f->n_topics > 0 && i >= f->n_topics))
			break;
		prefixes[n] = prefix_of(from[i], text[n]);
		if (prefixes[n].n == 0)
			return 0;
		n++;
	}
	return n;
}
