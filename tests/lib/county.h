/* The county of deploy/packs/tonglu, for tests of rules: no database. */
#ifndef TESTS_LIB_COUNTY_H
#define TESTS_LIB_COUNTY_H

#include "common/registry/registry.h"

#define COUNTY_DIR "deploy/packs/tonglu"

/*
 * The whole pack as its own files have it, valid from its first day
 * (2026-01-01, China) on, for ever.  Must be run from the repository's root;
 * dies when the pack is not there.  Takes some 20 ms: make it once a test
 * program.  The caller's, by registry_free().
 */
struct registry *county_new(void);
/* The same of another folder: tests/golden/pack is the smallest county. */
struct registry *county_of(const char *dir);
/* The county's pack with FROM, which stands in FILE once, made TO. */
struct registry *county_with(
    const char *file, const char *from, const char *to);

/*
 * COUNTY as it goes on from DAY: Fenshui (分水镇) and its village of
 * 330122109219 go into Baijiang (百江镇), and their units are gone; two groups
 * of another village become one (并组).  COUNTY must live as long.  There is
 * one bundle more: XS, of three short steps.
 */
#define NEW_TOWN "330122112"
#define NEW_PLACE "330122112919"
#define NEW_VILLAGE "330122112919-V"
#define NEW_ROOM "330122112-CMD"
#define OLD_GRID "330122102200002"
#define NEW_GRID "330122102200001"
struct registry *county_merged(const struct registry *county, const char *day);
/*
 * Or Fenshui is split: a part goes there, the village to another street; and
 * the bureau of ecology goes into that of emergencies.
 */
#define GONE_BUREAU "330122-D-HBJ"
#define NEW_BUREAU "330122-D-YJJ"
#define PART_TOWN "330122002"
#define PART_PLACE "330122002200"
#define PART_VILLAGE "330122002200-V"
#define PART_ROOM "330122002-CMD"
struct registry *county_split(const struct registry *county, const char *day);

/*
 * A copy of FROM, row by row, valid from its first day (2026-01-01) on, that
 * borrows its texts.  OTHER (NULL: none) may add a row to it in another way,
 * and then says true.  Not sealed yet.
 */
typedef bool county_take(struct registry *to, enum registry_table t,
    const void *row, int64_t first_day);
struct registry *county_copy(const struct registry *from, county_take *other);

/* An instant: "2026-03-18T09:00+08:00".  Dies when it can not be read. */
int64_t county_time(const char *rfc3339);

#endif
