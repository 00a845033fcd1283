/*
 * The life cycles of all services: sound tables, and the pictures in
 * docs/states printed from them.  "test_states --print DIR" prints.
 */
#include "common/rule/machine.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

extern const struct machine intake_machine, dispatcher_machine,
    enforcement_machine, mediation_machine, scoring_machine;

static const struct machine *const machines[] = { &intake_machine,
	&dispatcher_machine, &enforcement_machine, &mediation_machine,
	&scoring_machine };

static void
name_of(const struct machine *m, size_t t, const char *dir, char path[256])
{
	(void)snprintf(
	    path, 256, "%s/%s_%s.dot", dir, m->service, m->things[t].name);
}

static void
print_all(const char *dir)
{
	char path[256];

	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		for (size_t t = 0; t < machines[i]->n_things; t++) {
			struct buf b;
			FILE *f;

			buf_init(&b, (size_t)1 << 20);
			machine_dot(machines[i], (int)t, &b);
			name_of(machines[i], t, dir, path);
			f = fopen(path, "w");
			must(f != NULL);
			must(fwrite(b.p, 1, b.n, f) == b.n);
			must(fclose(f) == 0);
			buf_fini(&b);
		}
}

static void
test_every_table_is_sound(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++) {
		const char *wrong = machine_check(machines[i]);

		if (wrong != NULL)
			fail_msg("%s: %s", machines[i]->service, wrong);
	}
}

static void
test_the_pictures_are_those_of_the_tables(void **state)
{
	static char have[1 << 16];
	char path[256];

	(void)state;
	for (size_t i = 0; i < ARRAY_LEN(machines); i++)
		for (size_t t = 0; t < machines[i]->n_things; t++) {
			struct buf b;
			size_t n;
			FILE *f;

			buf_init(&b, (size_t)1 << 20);
			machine_dot(machines[i], (int)t, &b);
			name_of(machines[i], t, "docs/states", path);
			f = fopen(path, "r");
			if (f == NULL)
				fail_msg("%s is missing: make states", path);
			n = fread(have, 1, sizeof(have), f);
			(void)fclose(f);
			if (n != b.n || memcmp(have, b.p, n) != 0)
				fail_msg("%s differs: make states", path);
			buf_fini(&b);
		}
}

static void
test_every_command_has_one_taker(void **state)
{
	(void)state;
	for (size_t i = 0; i < msg_count; i++)
		if (msg_all[i]->kind == MSG_COMMAND) {
			size_t takers = 0;

			for (size_t m = 0; m < ARRAY_LEN(machines); m++)
				takers +=
				    machine_listens(machines[m], msg_all[i]);
			if (takers != 1)
				fail_msg("%s: %zu services take it",
				    msg_all[i]->type, takers);
		}
}

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_every_table_is_sound),
		cmocka_unit_test(test_the_pictures_are_those_of_the_tables),
		cmocka_unit_test(test_every_command_has_one_taker),
	};

	if (argc == 3 && strcmp(argv[1], "--print") == 0) {
		print_all(argv[2]);
		return 0;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
