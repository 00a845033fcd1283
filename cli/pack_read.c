#include "cli/pack_read.h"

#include "cli/pack_cell.h"
#include "common/base/file.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define META_FILE "pack.csv"
#define PATH_LEN 4096

void
pack_init(struct pack *p, const char *dir)
{
	*p = (struct pack){ .dir = dir, .registry = registry_new() };
}

void
pack_fini(struct pack *p)
{
	for (size_t t = 0; t < TABLE_COUNT; t++) {
		free(p->tables[t].rows);
		free(p->tables[t].places);
	}
	free(p->faults);
	registry_free(&p->registry);
}

/* A file under way: its name for the faults, and the reader. */
struct reading {
	struct pack *p;
	const char *file;
	struct csv csv;
};

static void
on_fault(void *ctx, struct csv_place place, const char *what)
{
	struct reading *r = ctx;

	pack_fault(r->p, r->file, place, "%s", what);
}

/* Opens FILE of the pack; RC_GONE when it is not there. */
static enum rc
reading_open(struct reading *r, struct pack *p, const char *file, struct err *e)
{
	struct arena *arena = registry_arena(p->registry);
	char path[PATH_LEN];
	struct str bytes;
	struct buf b;
	enum rc rc;

	r->p = p;
	r->file = file;
	if (snprintf(path, sizeof(path), "%s/%s", p->dir, file) >= PATH_LEN)
		return err_set(e, RC_FATAL, "the path is too long");
	buf_init(&b, CSV_FILE_MAX + 1);
	rc = file_read(path, CSV_FILE_MAX, &b, e);
	bytes = arena_str(arena, buf_get(&b));
	buf_fini(&b);
	if (rc == RC_OK)
		csv_open(&r->csv, bytes, arena, on_fault, r);
	return rc;
}

static bool
header_has(const struct csv_row *header, const char *name)
{
	for (size_t i = 0; i < header->n; i++)
		if (str_is(header->cells[i].text, name))
			return true;
	return false;
}

/* Every column there, none besides. */
static bool
header_complete(
    struct reading *r, const struct msg_desc *d, const struct csv_row *header)
{
	bool ok = true;

	for (size_t i = 0; i < header->n; i++) {
		if (msg_field(d, header->cells[i].text) != NULL)
			continue;
		pack_fault(r->p, r->file, header->cells[i].place,
		    "unknown column \"%.*s\"",
		    STR_ARG(pack_shown(header->cells[i].text)));
		ok = false;
	}
	for (size_t i = 0; i < d->n_fields; i++) {
		if (header_has(header, d->fields[i].name))
			continue;
		pack_fault(r->p, r->file, header->cells[0].place,
		    "column \"%s\" is missing", d->fields[i].name);
		ok = false;
	}
	return ok;
}

/* And in the order of the fields. */
static bool
header_ordered(
    struct reading *r, const struct msg_desc *d, const struct csv_row *header)
{
	for (size_t i = 0; i < header->n; i++) {
		if (i < d->n_fields &&
		    str_is(header->cells[i].text, d->fields[i].name))
			continue;
		if (i < d->n_fields)
			pack_fault(r->p, r->file, header->cells[i].place,
			    "column %zu must be \"%s\", not \"%.*s\"", i + 1,
			    d->fields[i].name, STR_ARG(header->cells[i].text));
		else
			pack_fault(r->p, r->file, header->cells[i].place,
			    "column \"%.*s\" twice",
			    STR_ARG(header->cells[i].text));
		return false;
	}
	return true;
}

/* Reads the header; false when the rows make no sense under it. */
static bool
header_ok(struct reading *r, const struct msg_desc *d)
{
	const struct csv_place start = { 1, 1 };
	struct csv_row header;

	if (!csv_next(&r->csv, &header)) {
		if (!r->csv.failed)
			pack_fault(r->p, r->file, start, "the file is empty");
		return false;
	}
	return header_complete(r, d, &header) && header_ordered(r, d, &header);
}

static void
grow(struct pack_table *t, const struct msg_desc *d)
{
	if (t->n < t->cap)
		return;
	t->cap = t->cap > 0 ? t->cap * 2 : 64;
	t->rows = xrealloc(t->rows, t->cap * d->size);
	t->places =
	    xrealloc(t->places, t->cap * d->n_fields * sizeof(*t->places));
}

static void
read_row(struct reading *r, enum registry_table t, const struct csv_row *row)
{
	const struct msg_desc *d = registry_files[t].desc;
	struct pack_table *table = &r->p->tables[t];
	char *obj;

	grow(table, d);
	obj = table->rows + table->n * d->size;
	memset(obj, 0, d->size);
	for (size_t i = 0; i < d->n_fields; i++) {
		table->places[table->n * d->n_fields + i] = row->cells[i].place;
		pack_cell(r->p, r->file, &d->fields[i], &row->cells[i], obj);
	}
	table->n++;
}

static enum rc
read_table(struct pack *p, enum registry_table t, struct err *e)
{
	const struct registry_file *file = &registry_files[t];
	struct reading r;
	struct csv_row row;
	enum rc rc = reading_open(&r, p, file->file, e);

	if (rc == RC_GONE && file->need == REQUIRED) {
		pack_fault(p, file->file, (struct csv_place){ 1, 1 },
		    "the file is missing");
		p->tables[t].broken = true;
	}
	if (rc != RC_OK)
		return rc == RC_GONE ? RC_OK : rc;
	if (!header_ok(&r, file->desc)) {
		p->tables[t].broken = true;
		return RC_OK;
	}
	while (csv_next(&r.csv, &row))
		read_row(&r, t, &row);
	return RC_OK;
}

/* One line of pack.csv. */
static void
read_setting(struct reading *r, const struct csv_row *row)
{
	const struct msg_desc *d = &row_pack_desc;
	const struct msg_field *f;
	struct str key;

	if (row->n != 2) {
		pack_fault(r->p, r->file, row->cells[0].place,
		    "must be key and value");
		return;
	}
	key = row->cells[0].text;
	f = msg_field(d, key);
	if (f == NULL) {
		pack_fault(r->p, r->file, row->cells[0].place,
		    "no such key \"%.*s\"", STR_ARG(key));
	} else if (r->p->meta_places[f - d->fields].line > 0) {
		pack_fault(r->p, r->file, row->cells[0].place,
		    "key \"%.*s\" again", STR_ARG(key));
	} else {
		r->p->meta_places[f - d->fields] = row->cells[1].place;
		pack_cell(r->p, r->file, f, &row->cells[1], &r->p->meta);
	}
}

static enum rc
read_meta(struct pack *p, struct err *e)
{
	const struct csv_place start = { 1, 1 };
	const struct msg_desc *d = &row_pack_desc;
	struct reading r;
	struct csv_row row;
	enum rc rc = reading_open(&r, p, META_FILE, e);

	must(d->n_fields <= ARRAY_LEN(p->meta_places));
	if (rc == RC_GONE)
		pack_fault(p, META_FILE, start, "the file is missing");
	if (rc != RC_OK)
		return rc == RC_GONE ? RC_OK : rc;
	if (csv_next(&r.csv, &row) &&
	    (row.n != 2 || !str_is(row.cells[0].text, "key") ||
		!str_is(row.cells[1].text, "value")))
		pack_fault(p, META_FILE, start, "the header must be key,value");
	while (csv_next(&r.csv, &row))
		read_setting(&r, &row);
	for (size_t i = 0; i < d->n_fields; i++)
		if (d->fields[i].need == REQUIRED &&
		    p->meta_places[i].line == 0)
			pack_fault(p, META_FILE, start, "no key \"%s\"",
			    d->fields[i].name);
	return RC_OK;
}

/* Files that the registry does not take: sound, and nobody's data. */
static enum rc
read_extra(struct pack *p, const char *file, struct err *e)
{
	struct reading r;
	struct csv_row header, row;
	enum rc rc = reading_open(&r, p, file, e);

	if (rc != RC_OK)
		return rc == RC_GONE ? RC_OK : rc;
	if (!csv_next(&r.csv, &header))
		return RC_OK;
	while (csv_next(&r.csv, &row))
		for (size_t i = 0; i < row.n; i++)
			pack_cell_clean(
			    p, file, header.cells[i].text, &row.cells[i]);
	return RC_OK;
}

static bool
is_known(const char *name)
{
	if (strcmp(name, META_FILE) == 0)
		return true;
	for (size_t t = 0; t < TABLE_COUNT; t++)
		if (strcmp(name, registry_files[t].file) == 0)
			return true;
	for (size_t i = 0; registry_extra_files[i] != NULL; i++)
		if (strcmp(name, registry_extra_files[i]) == 0)
			return true;
	return false;
}

/* A misspelt name must not pass for an optional file left out. */
static enum rc
check_folder(struct pack *p, struct err *e)
{
	DIR *dir = opendir(p->dir);
	struct dirent *entry;

	if (dir == NULL)
		return err_set(
		    e, RC_FATAL, "cannot open %s: %s", p->dir, strerror(errno));
	while ((entry = readdir(dir)) != NULL) {
		size_t n = strlen(entry->d_name);
		struct str name = { entry->d_name, n };

		if (n < 4 || strcmp(entry->d_name + n - 4, ".csv") != 0 ||
		    is_known(entry->d_name))
			continue;
		name = arena_str(registry_arena(p->registry), name);
		pack_fault(p, name.p, (struct csv_place){ 1, 1 },
		    "a pack has no such file");
	}
	(void)closedir(dir);
	return RC_OK;
}

/* Everything as of the pack's first day, so that it can be looked up. */
static void
fill_registry(struct pack *p)
{
	struct arena *arena = registry_arena(p->registry);

	for (size_t t = 0; t < TABLE_COUNT; t++)
		for (size_t i = 0; i < p->tables[t].n; i++)
			registry_add(p->registry, (enum registry_table)t,
			    pack_row(p, (enum registry_table)t, i),
			    p->meta.valid_from, INT64_MAX);
	registry_seal(
	    p->registry, arena_printf(arena, "%.*s %.*s", STR_ARG(p->meta.name),
			     STR_ARG(p->meta.version)));
}

enum rc
pack_read(struct pack *p, struct err *e)
{
	TRY(check_folder(p, e));
	TRY(read_meta(p, e));
	for (size_t t = 0; t < TABLE_COUNT; t++)
		TRY(read_table(p, (enum registry_table)t, e));
	for (size_t i = 0; registry_extra_files[i] != NULL; i++)
		TRY(read_extra(p, registry_extra_files[i], e));
	fill_registry(p);
	return RC_OK;
}
