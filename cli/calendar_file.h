/* A pack's calendar.csv as a calendar, read without any database. */
#ifndef CLI_CALENDAR_FILE_H
#define CLI_CALENDAR_FILE_H

#include "common/base/arena.h"
#include "common/base/calendar.h"

struct calendar_file {
	struct calendar calendar;
	char *path; /* where it was found */
	struct calendar_day *days;
	struct arena *arena; /* holds the names */
};

/*
 * Reads the file at PATH, or when PATH is NULL the first of these that is
 * there: $HUYING_PACK/calendar.csv (and then no other), the Tonglu pack below
 * the current directory, beside the executable, under /usr/share/huying.
 * RC_GONE: there is none; RC_REJECT: it is not a sound calendar; RC_FATAL: it
 * cannot be read.  Only after RC_OK there is something to close.
 */
enum rc calendar_file_open(
    struct calendar_file *f, const char *path, struct err *e) MUST_CHECK;
void calendar_file_close(struct calendar_file *f);

#endif
