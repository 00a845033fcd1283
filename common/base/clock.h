/* Instants: Unix milliseconds UTC; shown as RFC 3339 in China's +08:00. */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include "common/base/buf.h"

#define SECOND_MS INT64_C(1000)
#define MINUTE_MS (60 * SECOND_MS)
#define HOUR_MS (60 * MINUTE_MS)
#define DAY_MS (24 * HOUR_MS)
/* Mainland China has kept one offset, without summer time, since 1992. */
#define ZONE_MS (8 * HOUR_MS)

/* Text of an instant needs this many bytes, NUL included. */
#define CLOCK_TEXT 32

/* For measuring only: never goes back, means nothing outside this boot. */
int64_t clock_mono_ms(void);
int64_t clock_mono_us(void);
/* The machine's wall clock.  Services take their time from the database. */
int64_t clock_wall_ms(void);

/*
 * RFC 3339 with a zone ("2026-02-13T17:30+08:00": seconds and fraction may
 * be left out, 'Z' is fine).  Years 2000 to 2999, also in China's zone; real
 * dates only.
 */
bool clock_parse(struct str text, int64_t *at);
/*
 * "2026-02-13T17:30:00+08:00"; with milliseconds only if there are any.
 * Instants outside the years 0000 to 9999 show as the nearest one inside.
 */
const char *clock_format(int64_t at, char text[CLOCK_TEXT]);

/* Days since 1970-01-01 of the day that AT falls on in China. */
int64_t clock_day(int64_t at);
int64_t clock_day_start(int64_t day);
/* Proleptic Gregorian; month and day from 1. */
int64_t clock_day_of(int year, int month, int day);
void clock_date_of(int64_t day, int *year, int *month, int *dom);
/* "2026-02-13" */
bool clock_parse_date(struct str text, int64_t *day);
/* 1 = Monday ... 7 = Sunday */
int clock_weekday(int64_t day);

#endif
