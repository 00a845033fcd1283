/* Which event caused which (cli/case_trace.h). */
#include "cli/case_trace.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#define ROOM ((size_t)4096)
#define EV(n, own, cause)                                                      \
	{                                                                      \
		.seq = (n),                                                    \
		.env = {.id = STR(own),                                        \
			.causationid = STR(cause) }                            \
	}

/* "a(b c(d)) e": ids in the order of the walk, effects in brackets. */
static void
expect(const struct case_event *events, size_t n, const char *tree)
{
	struct trace_node *nodes = xcalloc(n + 1, sizeof(*nodes));
	size_t i = trace_link(events, n, nodes), depth = 0, seen = 0;
	struct buf b;

	buf_init(&b, ROOM);
	for (; i != TRACE_NONE; i = trace_next(nodes, i)) {
		if (seen++ > 0 && nodes[i].depth > depth)
			buf_char(&b, '(');
		else if (seen > 1) {
			for (; depth > nodes[i].depth; depth--)
				buf_char(&b, ')');
			buf_char(&b, ' ');
		}
		depth = nodes[i].depth;
		buf_str(&b, events[i].env.id);
	}
	for (; depth > 0; depth--)
		buf_char(&b, ')');
	buf_char(&b, '\0');
	assert_string_equal(b.p, tree);
	assert_int_equal(seen, n);
	buf_fini(&b);
	free(nodes);
}

static void
test_effects_hang_on_their_cause_in_order(void **state)
{
	const struct case_event events[] = { EV(1, "a", ""), EV(2, "b", "a"),
		EV(3, "c", "a"), EV(4, "d", "b"), EV(9, "e", ""),
		EV(10, "f", "c"), EV(11, "g", "e") };

	(void)state;
	expect(events, 0, "");
	expect(events, 1, "a");
	expect(events, ARRAY_LEN(events), "a(b(d) c(f)) e(g)");
}

static void
test_what_nobody_caused_is_a_root(void **state)
{
	/* A cause that is not there, itself, and one that came later. */
	const struct case_event events[] = { EV(1, "a", "gone"),
		EV(2, "b", "b"), EV(3, "c", "d"), EV(4, "d", "c") };

	(void)state;
	expect(events, ARRAY_LEN(events), "a b c(d)");
}

static void
test_of_one_id_from_two_sources_the_last_before_counts(void **state)
{
	const struct case_event events[] = { EV(1, "x", ""), EV(2, "x", ""),
		EV(3, "e", "x"), EV(4, "x", "") };
	struct trace_node nodes[ARRAY_LEN(events)];

	(void)state;
	(void)trace_link(events, ARRAY_LEN(events), nodes);
	assert_int_equal(nodes[2].cause, 1);
}

static void
test_branches_show_who_has_followers(void **state)
{
	static const char *const want[][2] = {
		{ "", "" },
		{ "├─ ", "|- " },
		{ "│  └─ ", "|  `- " },
		{ "└─ ", "`- " },
		{ "   └─ ", "   `- " },
	};
	const struct case_event events[] = { EV(1, "a", ""), EV(2, "b", "a"),
		EV(3, "c", "b"), EV(4, "d", "a"), EV(5, "e", "d") };
	struct trace_node nodes[ARRAY_LEN(events)];

	(void)state;
	(void)trace_link(events, ARRAY_LEN(events), nodes);
	for (size_t i = 0; i < ARRAY_LEN(events); i++)
		for (size_t ascii = 0; ascii < 2; ascii++) {
			struct buf b;

			buf_init(&b, ROOM);
			trace_put_branch(nodes, i, ascii, &b);
			buf_char(&b, '\0');
			assert_string_equal(b.p, want[i][ascii]);
			buf_fini(&b);
		}
}

static void
test_a_long_chain_is_drawn_within_bounds(void **state)
{
	enum {
		N = 2000
	};
	struct case_event *events = xcalloc(N, sizeof(*events));
	struct trace_node *nodes = xcalloc(N, sizeof(*nodes));
	char(*ids)[16] = xcalloc(N + 1, sizeof(*ids));
	size_t n = 0;
	struct buf b;

	(void)state;
	for (int i = 0; i < N; i++) {
		(void)snprintf(ids[i], sizeof(ids[i]), "id-%d", i);
		events[i].seq = i + 1;
		events[i].env.id = str_of(ids[i]);
		if (i > 0)
			events[i].env.causationid = str_of(ids[i - 1]);
	}
	for (size_t i = trace_link(events, N, nodes); i != TRACE_NONE;
	     i = trace_next(nodes, i))
		assert_int_equal(nodes[i].depth, n++);
	assert_int_equal(n, N);
	buf_init(&b, ROOM);
	trace_put_branch(nodes, N - 1, true, &b);
	assert_true(b.n < 100);
	buf_fini(&b);
	free(ids);
	free(nodes);
	free(events);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_effects_hang_on_their_cause_in_order),
		cmocka_unit_test(test_what_nobody_caused_is_a_root),
		cmocka_unit_test(
		    test_of_one_id_from_two_sources_the_last_before_counts),
		cmocka_unit_test(test_branches_show_who_has_followers),
		cmocka_unit_test(test_a_long_chain_is_drawn_within_bounds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
