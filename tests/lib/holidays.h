/* The State Council's notices for 2024 to 2026, written down for tests. */
#ifndef TESTS_LIB_HOLIDAYS_H
#define TESTS_LIB_HOLIDAYS_H

#include "common/base/calendar.h"

/*
 * Spans as the notices state them, weekends inside a span included.  Kept
 * apart from the pack's calendar.csv, so that each can check the other.
 */
const struct calendar *holidays(void);

/* "2026-02-13T17:30+08:00", or a bare minute or date in +08:00; dies else. */
int64_t instant(const char *text);
/* clock_day() of "2026-02-13". */
int64_t day_of(const char *date);

#endif
