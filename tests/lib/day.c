#include "tests/lib/day.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>

#define DAY_FILE "deploy/packs/tonglu/day.jsonl"
#define CREW_FILE "deploy/packs/tonglu/crew.csv"
#define REPORTS_MAX 1000

static struct str
text_of(const json_t *o, const char *key, struct arena *arena)
{
	const json_t *v = json_object_get(o, key);

	if (!json_is_string(v))
		return (struct str){ NULL, 0 };
	return arena_str(
	    arena, (struct str){ json_string_value(v), json_string_length(v) });
}

static struct strs
list_of(const json_t *list, struct arena *arena)
{
	size_t n = json_array_size(list);
	struct str *v = arena_alloc(arena, (n + 1) * sizeof(*v));

	must(v != NULL);
	for (size_t i = 0; i < n; i++)
		v[i] = arena_str(
		    arena, str_of(json_string_value(json_array_get(list, i))));
	return (struct strs){ v, n };
}

static struct day_report
report_of(const json_t *o, struct arena *arena)
{
	const json_t *who = json_object_get(o, "reporter");
	const json_t *expect = json_object_get(o, "expect");
	struct day_report r = {
		.id = text_of(o, "id", arena),
		.source = text_of(o, "source", arena),
		.channel = text_of(o, "channel", arena),
		.division = text_of(o, "division", arena),
		.place = text_of(o, "place_zh", arena),
		.text = text_of(o, "text_zh", arena),
		.given = {
			.name = text_of(who, "name", arena),
			.phone = text_of(who, "phone", arena),
			.id_number = text_of(who, "id_number", arena),
		},
		.lat = json_number_value(json_object_get(o, "lat")),
		.lon = json_number_value(json_object_get(o, "lon")),
		.duplicate_of = text_of(expect, "duplicate_of", arena),
		.personal =
		    list_of(json_object_get(expect, "pii_in_text"), arena),
	};

	must(clock_parse(text_of(o, "time", arena), &r.at));
	return r;
}

static FILE *
open_file(const char *path)
{
	FILE *f = fopen(path, "r");

	if (f == NULL) {
		perror(path);
		never("tests run from the repository's root");
	}
	return f;
}

/* Report, decision and matter are the first columns, without quotes. */
static void
read_crew(struct day *d, struct arena *arena)
{
	FILE *f = open_file(CREW_FILE);
	char *line = NULL;
	size_t cap = 0;

	while (getline(&line, &cap, f) > 0) {
		struct str rest = str_of(line), id, decision, matter;

		if (!str_next(&rest, ',', &id) ||
		    !str_next(&rest, ',', &decision) ||
		    !str_next(&rest, ',', &matter))
			continue;
		for (size_t i = 0; i < d->n; i++)
			if (str_eq(d->v[i].id, id) &&
			    str_is(decision, "accept"))
				d->v[i].matter = arena_str(arena, matter);
	}
	free(line);
	(void)fclose(f);
}

struct day
day_load(struct arena *arena)
{
	struct day d = { .n = 0 };
	FILE *f = open_file(DAY_FILE);
	char *line = NULL;
	size_t cap = 0;

	d.v = arena_alloc(arena, REPORTS_MAX * sizeof(*d.v));
	must(d.v != NULL);
	while (getline(&line, &cap, f) > 0) {
		json_t *o = json_loads(line, 0, NULL);

		must(o != NULL && d.n < REPORTS_MAX);
		d.v[d.n++] = report_of(o, arena);
		json_decref(o);
	}
	free(line);
	(void)fclose(f);
	read_crew(&d, arena);
	return d;
}
