#include "cli/case_trace.h"

#include <stdlib.h>

/* Branches that are drawn; what lies deeper hangs on the last of them. */
#define BRANCHES_MAX 24

/* The order in which causes are looked for: by id, then by place. */
struct known {
	struct str id;
	int64_t seq;
	size_t i;
};

static int
by_id(const void *a, const void *b)
{
	const struct known *x = a, *y = b;
	int c = str_cmp(x->id, y->id);

	return c != 0 ? c : (x->seq > y->seq) - (x->seq < y->seq);
}

/* The last of ID before SEQ. */
static size_t
find(const struct known *known, size_t n, struct str id, int64_t seq)
{
	const struct known key = { id, seq, 0 };
	size_t low = 0, high = n;

	while (low < high) {
		size_t mid = (low + high) / 2;

		if (by_id(&known[mid], &key) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low > 0 && str_eq(known[low - 1].id, id) ? known[low - 1].i
							: TRACE_NONE;
}

static void
link_causes(const struct case_event *events, size_t n, struct trace_node *nodes)
{
	struct known *known = xcalloc(n + 1, sizeof(*known));

	for (size_t i = 0; i < n; i++)
		known[i] = (struct known){ events[i].env.id, events[i].seq, i };
	qsort(known, n, sizeof(*known), by_id);
	for (size_t i = 0; i < n; i++) {
		struct str cause = events[i].env.causationid;
		size_t at = TRACE_NONE;

		if (cause.n > 0)
			at = find(known, n, cause, events[i].seq);
		nodes[i] = (struct trace_node){ at, TRACE_NONE, TRACE_NONE,
			at == TRACE_NONE ? 0 : nodes[at].depth + 1 };
	}
	free(known);
}

size_t
trace_link(const struct case_event *events, size_t n, struct trace_node *nodes)
{
	size_t root = TRACE_NONE;

	link_causes(events, n, nodes);
	/* From the last on, so that the lists are in order. */
	for (size_t i = n; i-- > 0;) {
		size_t *head = nodes[i].cause == TRACE_NONE
				   ? &root
				   : &nodes[nodes[i].cause].first;

		nodes[i].next = *head;
		*head = i;
	}
	return root;
}

size_t
trace_next(const struct trace_node *nodes, size_t i)
{
	if (nodes[i].first != TRACE_NONE)
		return nodes[i].first;
	while (nodes[i].next == TRACE_NONE && nodes[i].cause != TRACE_NONE)
		i = nodes[i].cause;
	return nodes[i].next;
}

void
trace_put_branch(
    const struct trace_node *nodes, size_t i, bool ascii, struct buf *out)
{
	static const char *const marks[][4] = {
		{ "\u251c\u2500 ", "\u2514\u2500 ", "\u2502  ", "   " },
		{ "|- ", "`- ", "|  ", "   " },
	};
	const char *branch[BRANCHES_MAX];
	size_t n = 0, at = i;

	while (nodes[at].cause != TRACE_NONE && n < BRANCHES_MAX) {
		bool more = nodes[at].next != TRACE_NONE;

		branch[n] = marks[ascii][(n == 0 ? 0 : 2) + (more ? 0 : 1)];
		n++;
		at = nodes[at].cause;
	}
	while (n > 0)
		buf_z(out, branch[--n]);
}
