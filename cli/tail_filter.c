#include "cli/tail_filter.h"

#include "common/msg/look.h"
#include "common/msg/topic.h"

#include <fnmatch.h>
#include <stdio.h>

#define PATTERN_SIGNS "*?["
/* What events hold: no attribute is longer. */
#define WORD_MAX 129

static bool
is_pattern(const char *word)
{
	return strpbrk(word, PATTERN_SIGNS) != NULL;
}

/* VALUE is an attribute: at most 128 bytes of ASCII. */
static bool
glob(const char *pattern, struct str value)
{
	char text[WORD_MAX];

	if (value.n >= sizeof(text))
		return false;
	(void)snprintf(text, sizeof(text), "%.*s", STR_ARG(value));
	return fnmatch(pattern, text, 0) == 0;
}

/* WORD itself and what is inside it, SIGN between the two. */
static bool
is_below(const char *word, struct str value, char sign)
{
	struct str w = str_of(word);

	while (w.n > 0 && w.p[w.n - 1] == sign)
		w.n--;
	return str_starts(value, w) && (value.n == w.n || value.p[w.n] == sign);
}

/* "call", "call." and "call.raised" take what they begin, word by word. */
static bool
type_matches(const char *word, const struct msg_envelope *env)
{
	return is_pattern(word) ? glob(word, env->type)
				: is_below(word, env->type, '.');
}

static bool
casefile_matches(const char *word, const struct msg_envelope *env)
{
	return glob(word, env->subject);
}

static bool
division_matches(const char *word, const struct msg_envelope *env)
{
	return is_pattern(word) ? glob(word, env->division)
				: str_starts(env->division, str_of(word));
}

static bool
source_matches(const char *word, const struct msg_envelope *env)
{
	return is_pattern(word) ? glob(word, env->source)
				: is_below(word, env->source, '/');
}

/* The part of TOPIC that is the type; PLACE is what stands behind it. */
static void
split_topic(const char *topic, char type[TOPIC_MAX], const char **place)
{
	size_t n = strcspn(topic, "/");

	(void)snprintf(type, TOPIC_MAX, "%.*s", (int)n, topic);
	*place = topic[n] == '/' ? topic + n + 1 : "";
}

static bool
topic_word_matches(const char *word, const struct msg_envelope *env)
{
	struct topic_pattern p;
	char type[TOPIC_MAX];
	const char *place;

	if (topic_parse(str_of(word), &p))
		return topic_matches(&p, env->type, env->division);
	split_topic(word, type, &place);
	return (type[0] == '\0' || type_matches(type, env)) &&
	       (place[0] == '\0' || division_matches(place, env));
}

typedef bool matcher(const char *word, const struct msg_envelope *env);

static bool
any(const char *const words[FILTER_WORDS_MAX], matcher *m,
    const struct msg_envelope *env)
{
	for (size_t i = 0; i < FILTER_WORDS_MAX && words[i] != NULL; i++)
		if (m(words[i], env))
			return true;
	return false;
}

static bool
takes(const struct filter_words *w, matcher *m, const struct msg_envelope *env)
{
	return (w->yes[0] == NULL || any(w->yes, m, env)) &&
	       !any(w->no, m, env);
}

bool
filter_matches(const struct filter *f, const struct msg_envelope *env)
{
	return takes(&f->topic, topic_word_matches, env) &&
	       takes(&f->type, type_matches, env) &&
	       takes(&f->casefile, casefile_matches, env) &&
	       takes(&f->division, division_matches, env) &&
	       takes(&f->source, source_matches, env);
}

static const char *
division_fault(const char *word)
{
	return is_pattern(word) || topic_is_division(str_of(word))
		   ? NULL
		   : "must be a code of 6, 9, 12 or 15 digits, or a pattern";
}

static const char *
type_fault(const char *word)
{
	size_t n = strspn(word, "abcdefghijklmnopqrstuvwxyz0123456789_."
				"*?[]!-^");

	return n > 0 && word[n] == '\0' && word[0] != '.'
		   ? NULL
		   : "must be a noun (call), a type (call.raised) or a "
		     "pattern (*.raised)";
}

static const char *
topic_fault(const char *word)
{
	char type[TOPIC_MAX];
	const char *place, *fault;

	if (strlen(word) >= TOPIC_MAX)
		return "is too long";
	split_topic(word, type, &place);
	fault = type[0] != '\0' || place[0] == '\0' ? type_fault(type) : NULL;
	if (fault == NULL && place[0] != '\0')
		fault = division_fault(place);
	return fault == NULL ? NULL
			     : "must be a noun (call), a type (call.raised) or "
			       "a pattern (*.raised), perhaps with /DIVISION";
}

static const char *
casefile_fault(const char *word)
{
	static const struct msg_format number = { LOOK_CASEFILE, NULL };

	return is_pattern(word) || look_check(&number, str_of(word)) == NULL
		   ? NULL
		   : "must be a number such as 330122-26-0000417, or a pattern";
}

static const char *
source_fault(const char *word)
{
	return word[0] != '\0' ? NULL : "must be a source such as /intake";
}

typedef const char *checker(const char *word);

static enum rc
check_list(const char *name, const char *const words[FILTER_WORDS_MAX],
    checker *c, struct err *e)
{
	for (size_t i = 0; i < FILTER_WORDS_MAX && words[i] != NULL; i++)
		if (c(words[i]) != NULL)
			return err_set(e, RC_REJECT, "%s \"%.60s\": %s", name,
			    words[i], c(words[i]));
	return RC_OK;
}

enum rc
filter_check(const struct filter *f, struct err *e)
{
	const struct {
		const char *yes, *no;
		const struct filter_words *words;
		checker *check;
	} lists[] = {
		{ "topic", "--not-topic", &f->topic, topic_fault },
		{ "--type", "--not-type", &f->type, type_fault },
		{ "--case", "--not-case", &f->casefile, casefile_fault },
		{ "--division", "--not-division", &f->division,
		    division_fault },
		{ "--source", "--not-source", &f->source, source_fault },
	};

	for (size_t i = 0; i < ARRAY_LEN(lists); i++) {
		TRY(check_list(
		    lists[i].yes, lists[i].words->yes, lists[i].check, e));
		TRY(check_list(
		    lists[i].no, lists[i].words->no, lists[i].check, e));
	}
	return RC_OK;
}

/* What every topic that WORD takes begins with; "" when nothing. */
static struct str
prefix_of(const char *word, bool whole, char text[TOPIC_MAX])
{
	size_t n = strcspn(word, PATTERN_SIGNS "/");
	const char *dot = strchr(word, '.');
	bool full = word[n] == '/' && dot != NULL && (size_t)(dot - word) < n;

	/* A noun alone begins its verbs, so nothing may follow it here. */
	if (full && !whole && !is_pattern(word))
		(void)snprintf(text, TOPIC_MAX, "%s", word);
	else
		(void)snprintf(text, TOPIC_MAX, "%.*s", (int)n, word);
	return str_of(text);
}

size_t
filter_prefixes(const struct filter *f, bool whole,
    struct str prefixes[FILTER_WORDS_MAX],
    char text[FILTER_WORDS_MAX][TOPIC_MAX])
{
	const char *const *from =
	    f->topic.yes[0] != NULL ? f->topic.yes : f->type.yes;
	size_t n = 0;

	for (; n < FILTER_WORDS_MAX && from[n] != NULL; n++) {
		prefixes[n] = prefix_of(from[n], whole, text[n]);
		if (prefixes[n].n == 0)
			return 0;
	}
	return n;
}

static struct str
only_word(const struct filter_words *w)
{
	bool one =
	    w->yes[0] != NULL && w->yes[1] == NULL && !is_pattern(w->yes[0]);

	return one ? str_of(w->yes[0]) : (struct str){ NULL, 0 };
}

struct str
filter_casefile(const struct filter *f)
{
	return only_word(&f->casefile);
}

struct str
filter_division(const struct filter *f)
{
	return only_word(&f->division);
}
