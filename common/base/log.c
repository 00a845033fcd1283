#include "common/base/log.h"

#include "common/base/clock.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENTS_MAX 32
#define EVENT_TEXT 48
#define MORE_MAX 640
/* A pair grows by six bytes at the most. */
#define LINE_CAP (4 * MORE_MAX)

static const char *const names[] = { "debug", "info", "warn", "error" };

/* What was said of one event lately. */
struct told {
	char event[EVENT_TEXT];
	enum log_level level;
	int64_t since_ms;
	uint64_t last; /* digest of the last line */
	int n_said;
	int64_t n_held;
};

/* The one global of the project: who speaks, from which level on, and how. */
static struct {
	const char *service;
	enum log_level least;
	bool json;
	struct told told[EVENTS_MAX];
} self = { .service = "huying", .least = LEVEL_INFO };

void
log_init(const char *service, enum log_level least)
{
	self.service = service;
	self.least = least;
}

void
log_policy(enum log_level least, bool json)
{
	self.least = least;
	self.json = json;
}

enum log_level
log_level_of(const char *name)
{
	for (size_t i = 0; i < ARRAY_LEN(names); i++)
		if (strcmp(name, names[i]) == 0)
			return (enum log_level)i;
	return LEVEL_INFO;
}

bool
log_says(enum log_level level)
{
	return level >= self.least;
}

/* Length of the UTF-8 character at P; 0: it is none, or was cut. */
static size_t
character(const unsigned char *p)
{
	size_t n = p[0] < 0x80                            ? 1
		   : (p[0] & 0xe0) == 0xc0 && p[0] > 0xc1 ? 2
		   : (p[0] & 0xf0) == 0xe0                ? 3
		   : (p[0] & 0xf8) == 0xf0 && p[0] < 0xf5 ? 4
							  : 0;

	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	return n;
}

/* Texts of others come through here: none may begin a line of its own. */
static void
flatten(char *text)
{
	while (*text != '\0') {
		size_t n = character((unsigned char *)text);

		if (n == 0)
			*text = '?';
		else if ((unsigned char)*text < ' ' || *text == '\x7f')
			*text = ' ';
		text += n > 0 ? n : 1;
	}
}

static bool
is_number(const char *text, size_t n)
{
	size_t i = n > 0 && text[0] == '-';

	if (i == n || (text[i] == '0' && n > i + 1))
		return false;
	while (i < n && text[i] >= '0' && text[i] <= '9')
		i++;
	return i == n;
}

/* The length of a value: to its last quote, or to the next blank. */
static size_t
value_length(const char *p)
{
	size_t n = 1;

	if (p[0] != '"')
		return strcspn(p, " ");
	while (p[n] != '\0' && p[n] != '"')
		n += p[n] == '\\' && p[n + 1] != '\0' ? 2 : 1;
	return p[n] == '"' ? n + 1 : n;
}

/* N bytes, perhaps in quotes, as JSON has them, from AT on; the next place. */
static size_t
json_text(const char *p, size_t n, char *out, size_t at)
{
	out[at++] = '"';
	for (size_t i = 0; i < n; i++) {
		/* JSON's escapes are the same; one that was cut is none. */
		bool escape = p[i] == '\\' && p[0] == '"' && i + 1 < n &&
			      (p[i + 1] == '"' || p[i + 1] == '\\');

		if (!escape && (p[i] == '"' || p[i] == '\\'))
			continue;
		out[at++] = p[i];
		if (escape)
			out[at++] = p[++i];
	}
	out[at++] = '"';
	return at;
}

/* Pairs as they stand in a line of logfmt, as members of an object. */
static void
json_pairs(const char *p, char out[LINE_CAP])
{
	size_t at = 0;

	for (p += strspn(p, " "); *p != '\0'; p += strspn(p, " ")) {
		size_t key = strcspn(p, "= ");
		const char *value = p + key + (p[key] == '=');
		size_t n = value_length(value);

		out[at++] = ',';
		at = json_text(p, key, out, at);
		out[at++] = ':';
		if (is_number(value, n)) {
			memcpy(out + at, value, n);
			at += n;
		} else {
			at = json_text(value, n, out, at);
		}
		p = value + n;
	}
	out[at] = '\0';
}

/* One write a line: several processes may share a file. */
static void
say(enum log_level level, const char *event, const char *more)
{
	char text[CLOCK_TEXT], line[LINE_CAP];
	const char *at = clock_format(clock_wall_ms(), text);

	if (!self.json) {
		(void)fprintf(stderr, "ts=%s level=%s svc=%s event=%s%s%s\n",
		    at, names[level], self.service, event,
		    more[0] != '\0' ? " " : "", more);
		return;
	}
	json_pairs(more, line);
	(void)fprintf(stderr,
	    "{\"ts\":\"%s\",\"level\":\"%s\",\"svc\":\"%s\",\"event\":\"%s\""
	    "%s}\n",
	    at, names[level], self.service, event, line);
}

/* A new count for T; what was not said until now is told. */
static void
settle(struct told *t)
{
	char more[40];

	if (t->n_held > 0) {
		(void)snprintf(
		    more, sizeof(more), "repeated=%lld", (long long)t->n_held);
		say(t->level, t->event, more);
	}
	*t = (struct told){ .since_ms = 0 };
}

/* Where EVENT is counted; whoever was silent longest makes room. */
static struct told *
told_of(const char *event)
{
	struct told *oldest = &self.told[0];

	for (size_t i = 0; i < EVENTS_MAX; i++) {
		struct told *t = &self.told[i];

		if (strncmp(t->event, event, EVENT_TEXT - 1) == 0)
			return t;
		if (oldest->event[0] != '\0' &&
		    (t->event[0] == '\0' || t->since_ms < oldest->since_ms))
			oldest = t;
	}
	settle(oldest);
	return oldest;
}

static uint64_t
digest(const char *text)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *text != '\0'; text++)
		h = (h ^ (unsigned char)*text) * 0x100000001b3u;
	return h;
}

/* Whether this line is to be said; else it is counted. */
static bool
is_news(enum log_level level, const char *event, const char *more)
{
	struct told *t = told_of(event);
	int64_t now = clock_mono_ms();
	uint64_t this = digest(more);

	if (t->event[0] != '\0' && now - t->since_ms >= LOG_WINDOW_MS)
		settle(t);
	if (t->event[0] == '\0') {
		t->since_ms = now;
		(void)snprintf(t->event, EVENT_TEXT, "%s", event);
	}
	t->level = level;
	if (t->n_said > 0 && (this == t->last || t->n_said >= LOG_BURST)) {
		t->n_held++;
		return false;
	}
	t->last = this;
	t->n_said++;
	return true;
}

void
log_repeats(void)
{
	int64_t now = clock_mono_ms();

	for (size_t i = 0; i < EVENTS_MAX; i++)
		if (self.told[i].event[0] != '\0' &&
		    now - self.told[i].since_ms >= LOG_WINDOW_MS)
			settle(&self.told[i]);
}

void
log_flush(void)
{
	for (size_t i = 0; i < EVENTS_MAX; i++)
		settle(&self.told[i]);
}

void
log_event(enum log_level level, const char *event, const char *fmt, ...)
{
	char more[MORE_MAX];
	va_list ap;

	if (!log_says(level))
		return;
	va_start(ap, fmt);
	(void)vsnprintf(more, sizeof(more), fmt, ap);
	va_end(ap);
	flatten(more);
	if (level == LEVEL_DEBUG || is_news(level, event, more))
		say(level, event, more);
}

const char *
log_quote(const char *text, char out[LOG_QUOTED])
{
	size_t n = 0;

	out[n++] = '"';
	/* Room for an escaped character, the last quote and the NUL. */
	for (; *text != '\0' && n + 4 <= LOG_QUOTED; text++) {
		if (*text == '"' || *text == '\\')
			out[n++] = '\\';
		out[n++] = *text;
	}
	out[n++] = '"';
	out[n] = '\0';
	return out;
}

static bool
is_hex(struct str s, size_t from, size_t n)
{
	for (size_t i = from; i < from + n; i++)
		if (s.p[i] == '\0' ||
		    strchr("0123456789abcdef", s.p[i]) == NULL)
			return false;
	return true;
}

const char *
log_trace(struct str t, char out[LOG_TRACE])
{
	out[0] = '\0';
	if (t.n >= 55 && t.p[2] == '-' && t.p[35] == '-' && t.p[52] == '-' &&
	    is_hex(t, 3, 32) && is_hex(t, 36, 16))
		(void)snprintf(out, LOG_TRACE, " trace_id=%.32s span_id=%.16s",
		    t.p + 3, t.p + 36);
	return out;
}

void
log_why(enum log_level level, const char *event, const char *why)
{
	char quoted[LOG_QUOTED];

	log_event(level, event, "why=%s", log_quote(why, quoted));
}
