/* A pack in memory: rows with the place of every cell, and what is wrong. */
#ifndef CLI_PACK_READ_H
#define CLI_PACK_READ_H

#include "cli/csv.h"
#include "common/registry/registry.h"

/* More than anybody reads, less than fills the memory. */
#define PACK_FAULTS_MAX 10000

struct pack_table {
	char *rows;
	struct csv_place *places; /* n_fields of them a row */
	size_t n;
	size_t cap;
	bool broken; /* no rows because the file itself is at fault */
};

struct pack_fault {
	const char *file; /* "units.csv" */
	struct csv_place place;
	struct str text;
};

struct pack {
	const char *dir;
	struct registry *registry; /* sealed by pack_read(); owns all text */
	struct row_pack meta;
	struct csv_place meta_places[8]; /* of the values, by field */
	struct pack_table tables[TABLE_COUNT];
	struct pack_fault *faults;
	size_t n_faults;
	size_t n_more; /* beyond PACK_FAULTS_MAX, counted only */
	size_t faults_cap;
};

/* DIR must outlive the pack. */
void pack_init(struct pack *p, const char *dir);
void pack_fini(struct pack *p);

/*
 * Reads every file and checks each cell by its field of schemas/pack/; then
 * the rows are in the registry too, as of the pack's first day.  What is
 * wrong with the files is a fault, not an error.  RC_FATAL: there is no such
 * folder or it cannot be read.
 */
enum rc pack_read(struct pack *p, struct err *e) MUST_CHECK;

void pack_fault(struct pack *p, const char *file, struct csv_place place,
    const char *fmt, ...) PRINTF(4, 5);
/* The same, about field FIELD of row I of T. */
void pack_fault_at(struct pack *p, enum registry_table t, size_t i,
    const char *field, const char *fmt, ...) PRINTF(5, 6);
/* By file, line, column; equal ones once. */
void pack_sort_faults(struct pack *p);

/* Whether T could be read, so that what is not in it does not exist. */
static inline bool
pack_has(const struct pack *p, enum registry_table t)
{
	return !p->tables[t].broken;
}

/* S for a message: whole characters, not too many. */
struct str pack_shown(struct str s);

static inline const void *
pack_row(const struct pack *p, enum registry_table t, size_t i)
{
	return p->tables[t].rows + i * registry_files[t].desc->size;
}

#endif
