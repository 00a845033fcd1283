#include "cli/tail_group.h"

#include <stdlib.h>

#define BUCKETS 4096

struct chain {
	struct chain *next;          /* in its bucket */
	struct chain *older, *newer; /* by the last event */
	char *key;                   /* number, or id of the report */
	bool numbered;
	int64_t touched_ms;
	struct tail_event *events;
	size_t n, cap;
};

struct tail_groups {
	struct group_bounds bounds;
	struct chain *buckets[BUCKETS];
	struct chain *oldest, *newest;
	struct chain *done; /* at most one: it leaves before the next event */
	size_t n_events;
	size_t n_bytes;
	struct group_chain out;
	struct chain *leaving; /* what OUT shows */
};

struct tail_groups *
groups_new(const struct group_bounds *bounds)
{
	struct tail_groups *g = xcalloc(1, sizeof(*g));

	g->bounds = *bounds;
	return g;
}

static void
chain_free(struct chain *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < c->n; i++)
		free((void *)(uintptr_t)c->events[i].bytes.p);
	free(c->events);
	free(c->key);
	free(c);
}

void
groups_free(struct tail_groups **gp)
{
	if (*gp == NULL)
		return;
	while (groups_drain(*gp) != NULL)
		continue;
	chain_free((*gp)->leaving);
	free(*gp);
	*gp = NULL;
}

static struct chain **
bucket_of(struct tail_groups *g, struct str key)
{
	return &g->buckets[str_hash(key) % BUCKETS];
}

/* An id may look like a number: the two are never taken for each other. */
static struct chain *
find(struct tail_groups *g, struct str key, bool numbered)
{
	struct chain *c = *bucket_of(g, key);

	while (c != NULL && (c->numbered != numbered || !str_is(key, c->key)))
		c = c->next;
	return c;
}

static void
put_in_bucket(struct tail_groups *g, struct chain *c, struct str key)
{
	struct chain **bucket = bucket_of(g, key);

	c->key = xmalloc(key.n + 1);
	memcpy(c->key, key.p, key.n);
	c->key[key.n] = '\0';
	c->next = *bucket;
	*bucket = c;
}

static void
take_from_bucket(struct tail_groups *g, struct chain *c)
{
	struct chain **at = bucket_of(g, str_of(c->key));

	while (*at != c)
		at = &(*at)->next;
	*at = c->next;
	free(c->key);
	c->key = NULL;
}

static void
unlink_age(struct tail_groups *g, struct chain *c)
{
	*(c->older != NULL ? &c->older->newer : &g->oldest) = c->newer;
	*(c->newer != NULL ? &c->newer->older : &g->newest) = c->older;
}

static void
link_newest(struct tail_groups *g, struct chain *c)
{
	c->newer = NULL;
	c->older = g->newest;
	*(g->newest != NULL ? &g->newest->newer : &g->oldest) = c;
	g->newest = c;
}

static struct chain *
new_chain(struct tail_groups *g, struct str key)
{
	struct chain *c = xcalloc(1, sizeof(*c));

	put_in_bucket(g, c, key);
	link_newest(g, c);
	return c;
}

/* The chain of a casefile; it may have begun as a report without number. */
static struct chain *
chain_of(struct tail_groups *g, const struct msg_envelope *env)
{
	struct chain *c = find(g, env->subject, true);

	if (c != NULL)
		return c;
	if (env->causationid.n > 0)
		c = find(g, env->causationid, false);
	if (c == NULL) {
		c = new_chain(g, env->subject);
	} else {
		take_from_bucket(g, c);
		put_in_bucket(g, c, env->subject);
	}
	c->numbered = true;
	return c;
}

static void
append(struct tail_groups *g, struct chain *c, const struct tail_event *ev)
{
	char *bytes = xmalloc(ev->bytes.n + 1);

	if (c->n == c->cap) {
		c->cap = c->cap > 0 ? 2 * c->cap : 8;
		c->events = xrealloc(c->events, c->cap * sizeof(*c->events));
	}
	memcpy(bytes, ev->bytes.p, ev->bytes.n);
	c->events[c->n] = *ev;
	c->events[c->n].bytes = (struct str){ bytes, ev->bytes.n };
	tail_event_read(&c->events[c->n++]);
	g->n_events++;
	g->n_bytes += ev->bytes.n;
}

/* After these nothing more will happen to it. */
static bool
is_last(struct str type)
{
	return str_is(type, msg_casefile_archived_desc.type) ||
	       str_is(type, msg_report_refused_desc.type) ||
	       str_is(type, msg_report_merged_desc.type) ||
	       str_is(type, msg_report_answered_desc.type);
}

bool
groups_add(struct tail_groups *g, const struct tail_event *ev, int64_t now_ms)
{
	const struct msg_envelope *env = &ev->env;
	struct chain *c;

	must(g->done == NULL);
	if (env->subject.n > 0)
		c = chain_of(g, env);
	else if (ev->readable && str_is(env->type, msg_report_submit_desc.type))
		c = new_chain(g, env->id);
	else
		return false;
	unlink_age(g, c);
	link_newest(g, c);
	c->touched_ms = now_ms;
	append(g, c, ev);
	if (is_last(env->type))
		g->done = c;
	return true;
}

static const struct group_chain *
leave(struct tail_groups *g, struct chain *c, enum group_end end)
{
	size_t n_bytes = 0;

	chain_free(g->leaving);
	g->leaving = c;
	if (c == NULL)
		return NULL;
	for (size_t i = 0; i < c->n; i++)
		n_bytes += c->events[i].bytes.n;
	g->n_events -= c->n;
	g->n_bytes -= n_bytes;
	unlink_age(g, c);
	take_from_bucket(g, c);
	if (g->done == c)
		g->done = NULL;
	g->out = (struct group_chain){
		.casefile = c->events[c->n - 1].env.subject,
		.events = c->events,
		.n = c->n,
		.end = end,
	};
	return &g->out;
}

const struct group_chain *
groups_due(struct tail_groups *g, int64_t now_ms)
{
	struct chain *c = g->oldest;

	if (g->done != NULL)
		return leave(g, g->done, GROUP_DONE);
	if (g->n_events > g->bounds.n_events || g->n_bytes > GROUP_BYTES_MAX)
		return leave(g, c, GROUP_FULL);
	if (c != NULL && now_ms - c->touched_ms >= g->bounds.quiet_ms)
		return leave(g, c, GROUP_QUIET);
	return leave(g, NULL, GROUP_STOP);
}

const struct group_chain *
groups_drain(struct tail_groups *g)
{
	if (g->done != NULL)
		return leave(g, g->done, GROUP_DONE);
	return leave(g, g->oldest, GROUP_STOP);
}

int64_t
groups_first(const struct tail_groups *g)
{
	int64_t first = 0;

	for (const struct chain *c = g->oldest; c != NULL; c = c->newer)
		if (first == 0 || c->events[0].seq < first)
			first = c->events[0].seq;
	return first;
}

void
groups_title(const struct group_chain *c, struct buf *out)
{
	static const char *const why[] = {
		[GROUP_DONE] = "",
		[GROUP_QUIET] = ", not at its end: quiet for a while",
		[GROUP_FULL] = ", not at its end: --group-limit is reached",
		[GROUP_STOP] = ", not at its end",
	};

	if (c->casefile.n > 0)
		buf_str(out, c->casefile);
	else
		buf_z(out, "a report without a number");
	buf_printf(
	    out, ": %zu event%s%s", c->n, c->n == 1 ? "" : "s", why[c->end]);
}
