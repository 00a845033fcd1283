/* docs/coverage.md against the code: what it names is there. */
#include "common/base/arena.h"
#include "common/msg/msg.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define PAGE "docs/coverage.md"
#define ROOM ((size_t)8 << 20)

/* Mechanisms are numbered from 1, by chapter. */
static const struct {
	char letter;
	int n;
} chapters[] = { { 'E', 18 }, { 'C', 24 }, { 'W', 22 }, { 'F', 15 },
	{ 'M', 28 }, { 'G', 8 }, { 'S', 11 }, { 'A', 8 } };

enum cell {
	CELL_ID,
	CELL_MECHANISM,
	CELL_OWNER,
	CELL_MESSAGES,
	CELL_RULE,
	CELL_TEST,
	CELL_SEE,
	CELLS
};

static const char *const commands[] = {
#define COMMAND(name, text) #name,
#include "cli/commands.def"
#undef COMMAND
};

struct page {
	struct arena *arena;
	char *text;
	int bad;
};

static char *
read_all(struct arena *arena, const char *path)
{
	FILE *f = fopen(path, "r");
	char *text;
	long n;

	if (f == NULL)
		return NULL;
	assert_int_equal(fseek(f, 0, SEEK_END), 0);
	n = ftell(f);
	assert_true(n >= 0);
	rewind(f);
	text = arena_alloc(arena, (size_t)n + 1);
	assert_non_null(text);
	assert_int_equal(fread(text, 1, (size_t)n, f), n);
	text[n] = '\0';
	(void)fclose(f);
	return text;
}

static void
fault(struct page *p, struct str id, const char *what, struct str name)
{
	print_error(
	    "%s: %.*s: %s: %.*s\n", PAGE, STR_ARG(id), what, STR_ARG(name));
	p->bad++;
}

static struct str
trim(struct str s)
{
	while (s.n > 0 && s.p[0] == ' ') {
		s.p++;
		s.n--;
	}
	while (s.n > 0 && s.p[s.n - 1] == ' ')
		s.n--;
	return s;
}

/* "| a | b |" into cells; false for other lines. */
static bool
cells_of(struct str line, struct str cell[CELLS])
{
	size_t n = 0, from = 1;

	if (line.n < 2 || line.p[0] != '|')
		return false;
	for (size_t i = 1; i < line.n && n < CELLS; i++)
		if (line.p[i] == '|') {
			cell[n++] =
			    trim((struct str){ line.p + from, i - from });
			from = i + 1;
		}
	return n == CELLS && cell[0].n >= 2 && cell[0].p[0] >= 'A' &&
	       cell[0].p[0] <= 'Z' && cell[0].p[1] >= '0' &&
	       cell[0].p[1] <= '9';
}

/* The next `name` of CELL behind *AT; false at the end. */
static bool
next_name(struct str cell, size_t *at, struct str *name)
{
	size_t from;

	while (*at < cell.n && cell.p[*at] != '`')
		(*at)++;
	if (*at >= cell.n)
		return false;
	from = ++*at;
	while (*at < cell.n && cell.p[*at] != '`')
		(*at)++;
	*name = (struct str){ cell.p + from, *at - from };
	(*at)++;
	return true;
}

static bool
is_message(struct page *p, struct str name)
{
	(void)p;
	return msg_find(name) != NULL;
}

/* "services/x/rules.c:function": a line of the file begins with it. */
static bool
is_function(struct page *p, struct str name)
{
	char path[256];
	size_t colon = 0;
	char *text, *want;

	while (colon < name.n && name.p[colon] != ':')
		colon++;
	if (colon == name.n || colon >= sizeof(path))
		return false;
	memcpy(path, name.p, colon);
	path[colon] = '\0';
	text = read_all(p->arena, path);
	want = (char *)(uintptr_t)arena_printf(
	    p->arena, "\n%.*s(", (int)(name.n - colon - 1), name.p + colon + 1)
		   .p;
	return text != NULL && strstr(text, want) != NULL;
}

static bool
is_test(struct page *p, struct str name)
{
	struct str path = arena_printf(p->arena, "%.*s", STR_ARG(name));

	return str_starts(name, STR("tests/")) && access(path.p, R_OK) == 0;
}

static bool
is_line(struct page *p, struct str name)
{
	(void)p;
	for (size_t i = 0; i < ARRAY_LEN(commands); i++) {
		struct str want =
		    arena_printf(p->arena, "huying %s", commands[i]);

		if (str_starts(name, want) &&
		    (name.n == want.n || name.p[want.n] == ' '))
			return true;
	}
	return false;
}

static const struct {
	enum cell cell;
	const char *what;
	bool (*is)(struct page *p, struct str name);
} checks[] = {
	{ CELL_MESSAGES, "no such message", is_message },
	{ CELL_RULE, "no such function", is_function },
	{ CELL_TEST, "no such test", is_test },
	{ CELL_SEE, "no such command of the tool", is_line },
};

/* All four cells say the same word, or each names something. */
static void
check_row(struct page *p, const struct str cell[CELLS])
{
	bool none = str_is(cell[CELL_MESSAGES], "planned") ||
		    str_is(cell[CELL_MESSAGES], "reference");

	for (size_t i = 0; i < ARRAY_LEN(checks); i++) {
		struct str c = cell[checks[i].cell], name;
		size_t at = 0, n = 0;

		if (none) {
			if (!str_eq(c, cell[CELL_MESSAGES]))
				fault(p, cell[CELL_ID], "a word too many", c);
			continue;
		}
		for (; next_name(c, &at, &name); n++)
			if (!checks[i].is(p, name))
				fault(p, cell[CELL_ID], checks[i].what, name);
		/* Some are data or a rule alone, and say so with a dash. */
		if (n == 0 && !str_is(c, "-"))
			fault(p, cell[CELL_ID], "names nothing", c);
	}
}

static void
test_what_the_page_names_is_there(void **state)
{
	struct page p = { .arena = arena_new(ROOM << 4) };
	char *at, *end;

	(void)state;
	p.text = read_all(p.arena, PAGE);
	assert_non_null(p.text);
	for (at = p.text; *at != '\0'; at = *end != '\0' ? end + 1 : end) {
		struct str cell[CELLS];

		end = strchrnul(at, '\n');
		if (cells_of((struct str){ at, (size_t)(end - at) }, cell))
			check_row(&p, cell);
	}
	arena_free(&p.arena);
	assert_int_equal(p.bad, 0);
}

static void
test_every_mechanism_has_one_row(void **state)
{
	struct page p = { .arena = arena_new(ROOM) };

	(void)state;
	p.text = read_all(p.arena, PAGE);
	assert_non_null(p.text);
	for (size_t c = 0; c < ARRAY_LEN(chapters); c++)
		for (int i = 1; i <= chapters[c].n; i++) {
			char want[32];
			const char *first;

			(void)snprintf(want, sizeof(want), "\n| %c%d |",
			    chapters[c].letter, i);
			first = strstr(p.text, want);
			if (first == NULL || strstr(first + 1, want) != NULL) {
				print_error(
				    "%s: not one row:%s\n", PAGE, want + 1);
				p.bad++;
			}
		}
	arena_free(&p.arena);
	assert_int_equal(p.bad, 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_what_the_page_names_is_there),
		cmocka_unit_test(test_every_mechanism_has_one_row),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
