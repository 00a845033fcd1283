/* huying doctor: the county's pack, and how far its calendar goes. */
#include "cli/doctor.h"

/* From 15 November on next year's notice should be there. */
#define NOTICE_DAYS 47

enum finding
doctor_calendar(int64_t last_day, int64_t today)
{
	int year, month, dom;
	int64_t year_end;

	clock_date_of(today, &year, &month, &dom);
	year_end = clock_day_of(year, 12, 31);
	if (last_day < year_end)
		return FINDING_BAD;
	if (last_day > year_end)
		return FINDING_OK;
	return year_end - today < NOTICE_DAYS ? FINDING_WARN : FINDING_NOTE;
}

static void
tell_calendar(struct doctor *d, int64_t covered, int64_t now, long long reach)
{
	static const char advice[] =
	    "put the State Council's notice into calendar.csv of a new version "
	    "of the pack, and load it (docs/operations.md, \"A holiday notice "
	    "published late\")";
	int64_t today = clock_day(now);
	enum finding how =
	    doctor_calendar(clock_day_of((int)covered, 12, 31), today);
	int year, month, dom;

	clock_date_of(today, &year, &month, &dom);
	if (how == FINDING_OK)
		doctor_say(d, how, "calendar", NULL,
		    "holidays are known up to the end of %lld",
		    (long long)covered);
	else
		doctor_say(d, how, "calendar",
		    how == FINDING_NOTE ? NULL : advice,
		    "no holidays of %d are known%s; %lld limits reach past "
		    "what is",
		    how == FINDING_BAD ? year : year + 1,
		    how == FINDING_NOTE ? " yet" : "", reach);
}

static void
look_calendar(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "calendar",
	    "SELECT coalesce((SELECT extract(year FROM max(date) AT TIME ZONE "
	    "INTERVAL '08:00') FROM registry.calendar_day WHERE valid_to IS "
	    "NULL), 1970)::bigint, run.now(), (SELECT count(*) FROM "
	    "run.deadline WHERE provisional AND state IN ('armed', 'paused'))",
	    NULL);

	if (rows != NULL)
		tell_calendar(d, rows_i64(rows, 0, 0), rows_time(rows, 0, 1),
		    (long long)rows_i64(rows, 0, 2));
}

void
doctor_look_county(struct doctor *d)
{
	AUTO(rows_free)
	struct rows *rows = doctor_ask(d, "pack",
	    "SELECT coalesce(string_agg(name || ' ' || version, ', ' ORDER BY "
	    "name), '') FROM (SELECT DISTINCT ON (name) name, version FROM "
	    "registry.pack ORDER BY name, valid_from DESC) p",
	    NULL);

	if (rows == NULL)
		return;
	if (rows_str(rows, 0, 0).n == 0) {
		doctor_say(d, FINDING_BAD, "pack",
		    "huying pack load DIR: without it nobody knows a unit",
		    "no county is loaded");
		return;
	}
	doctor_say(
	    d, FINDING_OK, "pack", NULL, "%.*s", STR_ARG(rows_str(rows, 0, 0)));
	look_calendar(d);
}
