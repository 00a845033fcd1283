/* What a pack's rows must be to each other. */
#ifndef CLI_PACK_CHECK_H
#define CLI_PACK_CHECK_H

#include "cli/pack_read.h"

/* All checks on a pack that was read; adds faults, sorted at the end. */
void pack_check(struct pack *p);

/* Its parts, one a noun. */
void pack_check_keys(struct pack *p);
void pack_check_refs(struct pack *p);
void pack_check_places(struct pack *p);
void pack_check_units(struct pack *p);
void pack_check_officers(struct pack *p);
void pack_check_matters(struct pack *p);
void pack_check_bundles(struct pack *p);
void pack_check_powers(struct pack *p);
void pack_check_limits(struct pack *p);
void pack_check_cards(struct pack *p);
void pack_check_calendar(struct pack *p);

/* A unit code or a kind, as registry_resolve() takes it. */
void pack_check_reference(struct pack *p, enum registry_table t, size_t i,
    const char *field, struct str ref);
/* A limit that is written soundly must also last some time. */
void pack_check_duration(struct pack *p, enum registry_table t, size_t i,
    const char *field, struct str text);

/* The row places of T in the order of its keys; the caller's to free. */
size_t *pack_order(const struct pack *p, enum registry_table t);

#endif
