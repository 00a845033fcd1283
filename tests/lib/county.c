#include "tests/lib/county.h"

#include "cli/pack_read.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define PATH_ROOM 4096
#define FILE_ROOM ((size_t)1 << 20)

struct registry *
county_of(const char *dir)
{
	struct registry *r;
	struct pack p;
	struct err e;

	pack_init(&p, dir);
	if (pack_read(&p, &e) != RC_OK) {
		(void)fprintf(stderr, "%s\n", e.text);
		never("tests run from the repository's root");
	}
	must(p.tables[TABLE_unit].n > 0);
	r = p.registry;
	p.registry = NULL;
	pack_fini(&p);
	return r;
}

struct registry *
county_new(void)
{
	return county_of(COUNTY_DIR);
}

/* The text of PATH with FROM made TO, written to COPY. */
static void
write_with(const char *path, const char *copy, const char *from, const char *to)
{
	char *text = xmalloc(FILE_ROOM), *at;
	FILE *in = fopen(path, "rbe"), *out = fopen(copy, "wbe");

	must(in != NULL && out != NULL);
	text[fread(text, 1, FILE_ROOM - 1, in)] = '\0';
	at = strstr(text, from);
	must(at != NULL && strstr(at + 1, from) == NULL);
	must(fwrite(text, 1, (size_t)(at - text), out) == (size_t)(at - text));
	must(fputs(to, out) >= 0 && fputs(at + strlen(from), out) >= 0);
	must(fclose(in) == 0 && fclose(out) == 0);
	free(text);
}

struct registry *
county_with(const char *file, const char *from, const char *to)
{
	char dir[] = "/tmp/huying-county-XXXXXX";
	char *root = realpath(COUNTY_DIR, NULL);
	char path[PATH_ROOM], copy[PATH_ROOM];
	DIR *d = opendir(COUNTY_DIR);
	struct registry *r = NULL;
	struct dirent *entry;

	must(root != NULL && d != NULL && mkdtemp(dir) != NULL);
	for (int pass = 0; pass < 2; pass++, rewinddir(d)) {
		while ((entry = readdir(d)) != NULL) {
			if (entry->d_name[0] == '.')
				continue;
			(void)snprintf(
			    path, sizeof(path), "%s/%s", root, entry->d_name);
			(void)snprintf(
			    copy, sizeof(copy), "%s/%s", dir, entry->d_name);
			if (pass == 1)
				must(unlink(copy) == 0);
			else if (strcmp(entry->d_name, file) == 0)
				write_with(path, copy, from, to);
			else
				must(symlink(path, copy) == 0);
		}
		if (pass == 0)
			r = county_of(dir);
	}
	(void)closedir(d);
	must(rmdir(dir) == 0);
	free(root);
	return r;
}

struct change {
	struct registry *r;
	int64_t from;
	int64_t then;
	struct strs town; /* what becomes of the town ... */
	struct strs village;
	bool bureau; /* one goes into another */
};

static bool
is_gone(struct str code)
{
	return str_starts(code, STR("330122109219")) ||
	       str_starts(code, STR("330122109-"));
}

static void
take(struct change *c, enum registry_table t, const void *row)
{
	struct str key = *(const struct str *)row;

	if (t == TABLE_division &&
	    (str_is(key, "330122109") || str_is(key, "330122109219"))) {
		struct row_division d;

		memcpy(&d, row, sizeof(d));
		registry_add(c->r, t, row, c->from, c->then);
		d.successors = key.n == 9 ? c->town : c->village;
		registry_add(c->r, t, &d, c->then, INT64_MAX);
		return;
	}
	if (t == TABLE_unit && c->bureau && str_is(key, GONE_BUREAU)) {
		struct row_unit u;

		memcpy(&u, row, sizeof(u));
		registry_add(c->r, t, row, c->from, c->then);
		u.successor = STR(NEW_BUREAU);
		registry_add(c->r, t, &u, c->then, INT64_MAX);
		return;
	}
	if (t == TABLE_grid && str_is(key, OLD_GRID)) {
		struct row_grid g;
		static struct str grid[] = { STR(NEW_GRID) };

		memcpy(&g, row, sizeof(g));
		registry_add(c->r, t, row, c->from, c->then);
		g.successors = (struct strs){ grid, 1 };
		registry_add(c->r, t, &g, c->then, INT64_MAX);
		return;
	}
	registry_add(c->r, t, row, c->from,
	    t == TABLE_unit && is_gone(key) ? c->then : INT64_MAX);
}

/* A bundle that is soon through: with papers, an optional step, a late one. */
static void
add_small_bundle(const struct change *c)
{
	static struct str paper[] = { STR("身份证") },
			  made[] = { STR("受理单") };
	static struct str first[] = { STR("XS-01") },
			  second[] = { STR("XS-02") };
	const struct row_template whole = { .code = STR("XS"),
		.title_zh = STR("小事联办"),
		.title_en = STR("A small thing"),
		.module = STR("public_service"),
		.lead_unit = STR("330122-GLZX"),
		.trigger_zh = STR("有人提出"),
		.total_limit = STR("working-days:9d"),
		.confidence = STR("P"),
		.papers = { made, 1 } };
	struct row_bundle_step step = { .code = STR("XS-01"),
		.bundle = STR("XS"),
		.title_zh = STR("受理"),
		.title_en = STR("Taken in"),
		.owner_unit = STR("330122-GLZX"),
		.limit_finish = STR("working-days:2d"),
		.level = STR("county"),
		.confidence = STR("P"),
		.counts_in_total = true,
		.needs = { paper, 1 },
		.makes = { made, 1 } };

	registry_add(c->r, TABLE_template, &whole, c->from, INT64_MAX);
	registry_add(c->r, TABLE_bundle_step, &step, c->from, INT64_MAX);
	step.code = second[0];
	step.owner_unit = STR("330122-D-HBJ");
	step.optional = true;
	step.depends_on = (struct strs){ first, 1 };
	step.needs = step.makes = (struct strs){ NULL, 0 };
	registry_add(c->r, TABLE_bundle_step, &step, c->from, INT64_MAX);
	step.code = STR("XS-03");
	step.counts_in_total = false;
	step.depends_on = (struct strs){ second, 1 };
	registry_add(c->r, TABLE_bundle_step, &step, c->from, INT64_MAX);
}

static struct registry *
changed(const struct registry *county, const char *day, struct strs town,
    struct strs village, bool bureau)
{
	struct change c = { registry_new(),
		county_time("2026-01-01T00:00+08:00"), county_time(day), town,
		village, bureau };
	const struct row_division place = { .code = STR(NEW_PLACE),
		.name_zh = STR("新村"),
		.name_en = STR("New Village"),
		.kind = STR("village"),
		.parent = STR(NEW_TOWN) };
	const struct row_unit unit = { .code = STR(NEW_VILLAGE),
		.name_zh = STR("新村村委会"),
		.name_en = STR("New Village Committee"),
		.kind = STR("village_committee"),
		.parent = STR(NEW_TOWN "-T"),
		.division = STR(NEW_PLACE) };

	for (size_t t = 0; t < TABLE_COUNT; t++) {
		size_t n, size = registry_files[t].desc->size;
		const char *rows =
		    registry_rows(county, (enum registry_table)t, &n);

		for (size_t i = 0; i < n; i++)
			take(&c, (enum registry_table)t, rows + i * size);
	}
	registry_add(c.r, TABLE_division, &place, c.then, INT64_MAX);
	registry_add(c.r, TABLE_unit, &unit, c.then, INT64_MAX);
	add_small_bundle(&c);
	registry_seal(c.r, STR("tonglu 2026.2"));
	return c.r;
}

struct registry *
county_merged(const struct registry *county, const char *day)
{
	static struct str town[] = { STR(NEW_TOWN) };
	static struct str village[] = { STR(NEW_PLACE) };

	return changed(county, day, (struct strs){ town, 1 },
	    (struct strs){ village, 1 }, false);
}

struct registry *
county_split(const struct registry *county, const char *day)
{
	static struct str towns[] = { STR(NEW_TOWN), STR(PART_TOWN) };
	static struct str village[] = { STR(PART_PLACE) };

	return changed(county, day, (struct strs){ towns, 2 },
	    (struct strs){ village, 1 }, true);
}

struct registry *
county_copy(const struct registry *from, county_take *other)
{
	struct registry *to = registry_new();
	int64_t day = county_time("2026-01-01T00:00+08:00");

	for (size_t t = 0; t < TABLE_COUNT; t++) {
		size_t n, size = registry_files[t].desc->size;
		const char *rows =
		    registry_rows(from, (enum registry_table)t, &n);

		for (size_t i = 0; i < n; i++)
			if (other == NULL || !other(to, (enum registry_table)t,
						 rows + i * size, day))
				registry_add(to, (enum registry_table)t,
				    rows + i * size, day, INT64_MAX);
	}
	return to;
}

int64_t
county_time(const char *rfc3339)
{
	int64_t at;

	must(clock_parse(str_of(rfc3339), &at));
	return at;
}
