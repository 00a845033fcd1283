#include "cli/calendar_file.h"

#include "cli/csv.h"
#include "common/base/file.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#define TONGLU "deploy/packs/tonglu/calendar.csv"
#define SYSTEM "/usr/share/huying/packs/tonglu/calendar.csv"
/* Quoted cells are copied, so the arena may hold the file twice. */
#define ARENA_MAX (3 * CSV_FILE_MAX)
/* A notice names some forty days a year. */
#define DAYS_MAX 20000

static const char *const columns[] = { "date", "kind", "name_zh", "source" };

enum column {
	COLUMN_DATE,
	COLUMN_KIND,
	COLUMN_NAME
};

/* What one read needs at hand; the first fault is the one that is told. */
struct reading {
	struct calendar_file *file;
	const char *path;
	struct csv csv;
	struct err *e;
	bool failed;
};

static void
on_fault(void *ctx, struct csv_place place, const char *what)
{
	struct reading *r = ctx;

	if (!r->failed)
		(void)err_set(r->e, RC_REJECT, "%s:%u:%u: %s", r->path,
		    place.line, place.column, what);
	r->failed = true;
}

static void
check_header(struct reading *r, const struct csv_row *row)
{
	bool same = row->n == ARRAY_LEN(columns);

	for (size_t i = 0; same && i < row->n; i++)
		same = str_is(row->cells[i].text, columns[i]);
	if (!same)
		on_fault(r, row->cells[0].place,
		    "the header must be date,kind,name_zh,source");
}

static void
take_day(struct reading *r, const struct csv_row *row)
{
	struct calendar *c = &r->file->calendar;
	const struct csv_cell *date = &row->cells[COLUMN_DATE];
	const struct csv_cell *kind = &row->cells[COLUMN_KIND];
	bool off = str_is(kind->text, "off");
	int64_t day;

	if (!clock_parse_date(date->text, &day))
		on_fault(r, date->place, "not a date like 2026-02-14");
	else if (!off && !str_is(kind->text, "work"))
		on_fault(r, kind->place, "the kind must be off or work");
	else if (c->n > 0 && day <= r->file->days[c->n - 1].day)
		on_fault(r, date->place,
		    "dates must rise, and each stand only once");
	else if (c->n == DAYS_MAX)
		on_fault(r, date->place, "too many days");
	else
		r->file->days[c->n++] = (struct calendar_day){ day, off,
			row->cells[COLUMN_NAME].text };
}

/* A notice is about a whole year. */
static int64_t
last_day_of(const struct calendar *c)
{
	int year, month, dom;

	if (c->n == 0)
		return 0;
	clock_date_of(c->days[c->n - 1].day, &year, &month, &dom);
	return clock_day_of(year, 12, 31);
}

static enum rc
read_days(struct calendar_file *f, const char *path, struct err *e)
{
	struct reading r = { .file = f, .path = path, .e = e };
	struct csv_row *row = xmalloc(sizeof(*row));
	struct str bytes;
	struct buf b;
	enum rc rc;

	buf_init(&b, CSV_FILE_MAX + 1);
	rc = file_read(path, CSV_FILE_MAX, &b, e);
	bytes = arena_str(f->arena, buf_get(&b));
	buf_fini(&b);
	if (rc != RC_OK) {
		free(row);
		return rc;
	}
	csv_open(&r.csv, bytes, f->arena, on_fault, &r);
	if (csv_next(&r.csv, row))
		check_header(&r, row);
	else
		on_fault(&r, r.csv.place, "the file is empty");
	while (!r.failed && csv_next(&r.csv, row))
		take_day(&r, row);
	free(row);
	f->calendar.days = f->days;
	f->calendar.last_day = last_day_of(&f->calendar);
	return r.failed ? RC_REJECT : RC_OK;
}

static enum rc
open_at(struct calendar_file *f, const char *path, struct err *e)
{
	enum rc rc;

	*f = (struct calendar_file){ .path = xstrdup(path),
		.days = xcalloc(DAYS_MAX, sizeof(*f->days)),
		.arena = arena_new(ARENA_MAX) };
	rc = read_days(f, path, e);
	if (rc != RC_OK)
		calendar_file_close(f);
	return rc;
}

/* The folder of the running program, with its last slash. */
static bool
program_folder(char *path, size_t cap)
{
	ssize_t n = readlink("/proc/self/exe", path, cap - 1);

	if (n <= 0 || (size_t)n >= cap - 1)
		return false;
	path[n] = '\0';
	*(strrchr(path, '/') + 1) = '\0';
	return true;
}

static enum rc
open_first(struct calendar_file *f, struct err *e)
{
	/* build/MODE/bin/huying, and a plain bin/huying */
	static const char *const ups[] = { "../../../", "../../" };
	char folder[PATH_MAX], path[PATH_MAX + 64];
	enum rc rc = open_at(f, TONGLU, e);

	for (size_t i = 0; rc == RC_GONE && i < ARRAY_LEN(ups); i++) {
		if (!program_folder(folder, sizeof(folder)))
			break;
		(void)snprintf(
		    path, sizeof(path), "%s%s%s", folder, ups[i], TONGLU);
		rc = open_at(f, path, e);
	}
	if (rc == RC_GONE)
		rc = open_at(f, SYSTEM, e);
	if (rc == RC_GONE)
		return err_set(e, RC_GONE,
		    "no calendar found: give --calendar FILE or set "
		    "HUYING_PACK to a pack's folder (neither %s nor %s is "
		    "there)",
		    TONGLU, SYSTEM);
	return rc;
}

enum rc
calendar_file_open(struct calendar_file *f, const char *path, struct err *e)
{
	const char *pack = getenv("HUYING_PACK");
	char in_pack[PATH_MAX];
	int n;

	if (path != NULL)
		return open_at(f, path, e);
	if (pack == NULL || pack[0] == '\0')
		return open_first(f, e);
	n = snprintf(in_pack, sizeof(in_pack), "%s/calendar.csv", pack);
	if (n >= (int)sizeof(in_pack))
		return err_set(e, RC_FATAL, "HUYING_PACK is too long");
	return open_at(f, in_pack, e);
}

void
calendar_file_close(struct calendar_file *f)
{
	arena_free(&f->arena);
	free(f->days);
	free(f->path);
	*f = (struct calendar_file){ 0 };
}
