/* The published documents are those of the vocabulary as it is now. */
#include "cli/schemas.h"

#include <dirent.h>
#include <jansson.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include <cmocka.h>

#define PUBLISHED "schemas/published"
#define ROOM ((size_t)4 << 20)

static int
setup(void **state)
{
	char *dir = xstrdup("/tmp/huying-schemas-XXXXXX");

	*state = dir;
	return mkdtemp(dir) != NULL ? 0 : -1;
}

static bool
is_file(const struct dirent *d)
{
	return d->d_name[0] != '.';
}

static int
teardown(void **state)
{
	DIR *d = opendir(*state);
	char path[512];

	for (struct dirent *f; d != NULL && (f = readdir(d)) != NULL;) {
		(void)snprintf(
		    path, sizeof(path), "%s/%s", (char *)*state, f->d_name);
		if (is_file(f))
			(void)unlink(path);
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(*state);
	free(*state);
	return 0;
}

/* False when there is no such file. */
static bool
read_file(const char *dir, const char *name, struct buf *out)
{
	char path[512], part[4096];
	size_t n;
	FILE *f;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	f = fopen(path, "r");
	if (f == NULL)
		return false;
	buf_reset(out);
	while ((n = fread(part, 1, sizeof(part), f)) > 0)
		buf_put(out, part, n);
	(void)fclose(f);
	return true;
}

/* Every file of ONE stands in OTHER, and is the same if SAME. */
static void
compare(const char *one, const char *other, bool same)
{
	struct buf a, b;
	DIR *d = opendir(one);

	assert_non_null(d);
	buf_init(&a, ROOM);
	buf_init(&b, ROOM);
	for (struct dirent *f; (f = readdir(d)) != NULL;) {
		if (!is_file(f))
			continue;
		assert_true(read_file(one, f->d_name, &a));
		if (!read_file(other, f->d_name, &b))
			fail_msg("%s is not in %s; run make schemas", f->d_name,
			    other);
		if (same && !str_eq(buf_get(&a), buf_get(&b)))
			fail_msg("%s/%s is not up to date; run make schemas",
			    PUBLISHED, f->d_name);
	}
	buf_fini(&b);
	buf_fini(&a);
	(void)closedir(d);
}

static void
test_what_is_published_is_what_is_printed(void **state)
{
	struct err e;
	size_t n;

	assert_int_equal(schemas_write(*state, &n, &e), RC_OK);
	assert_true(n > msg_count);
	compare(*state, PUBLISHED, true);
	compare(PUBLISHED, *state, false);
}

static json_t *
load(const struct msg_desc *d)
{
	struct buf out;
	json_t *v;

	buf_init(&out, ROOM);
	schema_of(d, &out);
	v = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	buf_fini(&out);
	assert_non_null(v);
	return v;
}

static void
check_field(const struct msg_field *f, const json_t *schema)
{
	const json_t *p =
	    json_object_get(json_object_get(schema, "properties"), f->name);
	const json_t *required = json_object_get(schema, "required");
	bool found = false;
	json_t *one;
	size_t i;

	assert_non_null(p);
	assert_string_equal(
	    json_string_value(json_object_get(p, "description")), f->doc);
	json_array_foreach(required, i, one) found =
	    found || strcmp(json_string_value(one), f->name) == 0;
	assert_int_equal(found, f->need == REQUIRED);
	if (f->type == WIRE_list)
		assert_non_null(json_object_get(
		    json_object_get(schema, "definitions"), f->record->type));
}

static void
test_every_schema_describes_every_field_and_no_other(void **state)
{
	(void)state;
	for (size_t i = 0; i < msg_count; i++) {
		const struct msg_desc *d = msg_all[i];
		json_t *schema = load(d);

		assert_string_equal(
		    json_string_value(json_object_get(schema, "title")),
		    d->type);
		assert_int_equal(
		    json_object_size(json_object_get(schema, "properties")),
		    d->n_fields);
		assert_true(json_is_false(
		    json_object_get(schema, "additionalProperties")));
		for (size_t k = 0; k < d->n_fields; k++)
			check_field(&d->fields[k], schema);
		json_decref(schema);
	}
}

static void
test_the_bus_takes_commands_and_hands_out_everything(void **state)
{
	const json_t *channels;
	struct buf out;
	size_t n = 0;
	json_t *v;

	(void)state;
	for (size_t i = 0; i < msg_count; i++)
		n += msg_all[i]->kind == MSG_COMMAND;
	buf_init(&out, ROOM);
	schemas_asyncapi(&out);
	v = json_loadb(out.p, out.n, JSON_REJECT_DUPLICATES, NULL);
	buf_fini(&out);
	assert_non_null(v);
	channels = json_object_get(v, "channels");
	assert_int_equal(json_object_size(json_object_get(
			     json_object_get(channels, "publish"), "messages")),
	    n);
	assert_int_equal(json_object_size(json_object_get(
			     json_object_get(channels, "live"), "messages")),
	    msg_count);
	json_decref(v);
}

static void
test_the_catalogue_names_every_message(void **state)
{
	struct buf out;
	char heading[80];

	(void)state;
	buf_init(&out, ROOM);
	schemas_catalogue(&out);
	assert_false(out.failed);
	for (size_t i = 0; i < msg_count; i++) {
		(void)snprintf(
		    heading, sizeof(heading), "\n### %s\n", msg_all[i]->type);
		assert_true(str_search(buf_get(&out), str_of(heading)) < out.n);
	}
	buf_fini(&out);
}

static void
test_indented_json_is_json(void **state)
{
	struct json_out j;
	struct buf out;

	(void)state;
	buf_init(&out, 1024);
	json_out_init(&j, &out);
	json_out_object(&j, NULL);
	json_out_array(&j, "none");
	json_out_end(&j);
	json_out_array(&j, "some");
	json_out_int(&j, NULL, -7);
	json_out_z(&j, NULL, "a\"b");
	json_out_object(&j, NULL);
	json_out_end(&j);
	json_out_end(&j);
	json_out_bool(&j, "yes", true);
	json_out_end(&j);
	buf_char(&out, '\0');
	assert_string_equal(out.p, "{\n  \"none\": [],\n  \"some\": [\n"
				   "    -7,\n    \"a\\\"b\",\n    {}\n  ],\n"
				   "  \"yes\": true\n}\n");
	buf_fini(&out);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
		    test_what_is_published_is_what_is_printed, setup, teardown),
		cmocka_unit_test(
		    test_every_schema_describes_every_field_and_no_other),
		cmocka_unit_test(
		    test_the_bus_takes_commands_and_hands_out_everything),
		cmocka_unit_test(test_the_catalogue_names_every_message),
		cmocka_unit_test(test_indented_json_is_json),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
